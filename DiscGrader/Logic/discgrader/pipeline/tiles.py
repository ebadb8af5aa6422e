"""What each system saw of each disc as small pictures, which contact sheets are put together from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.view import ViewSpec
from discgrader.grading.windows import StudyWindows, Window, sagittal_of, slice_evidence, specs_of
from discgrader.packs.pack import Pack
from discgrader.pipeline.crops import disc_picture, gray_levels, in_gray
from discgrader.pipeline.window_crops import middle_gray
from discgrader.progress import Progress
from discgrader.report.contact_sheet import grid
from discgrader.report.summary import reference_series

FOLDER = "tiles"
PIXELS = 144
"""Side of the tile of a system that looks through one window, or at a disc's box."""

WINDOW_PIXELS = 104
"""Side of each window on the tile of a system that looks through several."""


def tile_name(level: str, system: str, evidence: Mapping[str, object]) -> str:
    """The file that shows what a grade was read from; grades of one system that were read from one slice share it."""
    shown = evidence.get("slice")
    number = f"_{shown['value'].replace(' ', '_')}" if isinstance(shown, Mapping) else ""
    return f"{level}_{system}{number}.png"


@dataclass(frozen=True)
class TileWriter:
    """Writes ``tiles/<level>_<system>.png``; where an axial slice is chosen, ``tiles/<level>_<system>_<slice>.png``.

    A tile shows the window's middle slice, several windows two by two, in the gray levels of ``discgrader crops``.
    Systems without windows show the plane through the middle of the disc's box. A disc whose windows do not show the
    slice that its grade was read from has no tile.

    Parameters
    ----------
    windows : mapping of str to tuple of ViewSpec
        What the pack of each system looks through, as `windows_of` gives it.
    """

    windows: Mapping[str, tuple[ViewSpec, ...]]

    def __call__(self, result: StudyResult, folder: Path, progress: Progress) -> None:
        tiles = folder / FOLDER
        tiles.mkdir()
        for name, picture in self._pictures(result):
            progress.check()
            picture.save(tiles / name)

    def _pictures(self, result: StudyResult) -> Iterator[tuple[str, Image.Image]]:
        places = StudyWindows(result.study, result.localization)
        by_box = any(grade.system not in self.windows for one in result.discs for grade in one.grades)
        boxes = _box_pictures(result) if by_box else {}
        for one in result.discs:
            of_disc = {tile_name(one.disc.level, grade.system, grade.evidence): grade for grade in one.grades}
            for name, grade in of_disc.items():
                if grade.system not in self.windows:
                    picture = boxes[one]
                else:
                    look = _look_of(places.of(one.disc, self.windows[grade.system]), grade.evidence)
                    picture = None if look is None else _look_picture(look)
                if picture is not None:
                    yield name, picture


def windows_of(packs: Iterable[Pack]) -> dict[str, tuple[ViewSpec, ...]]:
    """By system the windows that the networks of these packs look through."""
    return {pack.system: specs for pack in packs if (specs := specs_of(pack.input))}


def _look_of(looks: Sequence[Sequence[Window]] | str, evidence: Mapping[str, object]) -> Sequence[Window] | None:
    """The look that a grade was read from."""
    if isinstance(looks, str):
        return None
    return next((look for look in looks if slice_evidence(look).get("slice") == evidence.get("slice")), None)


def _look_picture(look: Sequence[Window]) -> Image.Image:
    if len(look) == 1:
        return _window_picture(look[0], PIXELS)
    return grid([_window_picture(window, WINDOW_PIXELS) for window in look], 2, 2, "black")


def _window_picture(window: Window, pixels: int) -> Image.Image:
    return Image.fromarray(middle_gray(window.values(window.spec.shape(pixels))))


def _box_pictures(result: StudyResult) -> dict[DiscResult, Image.Image]:
    """The discs on the series that shows them best, in gray levels that let their signal be compared."""
    shown = sagittal_of(result.study, result.localization)
    series, shift = (reference_series(result), np.zeros(3)) if shown is None else (shown.series, shown.shift_lps_mm)
    pictures = {}
    for one in result.discs:
        box = replace(one.disc.roi, center_lps_mm=one.disc.roi.center_lps_mm + shift)
        pictures[one] = disc_picture(series, replace(one.disc, roi=box), PIXELS)
    low, high = gray_levels(list(pictures.values()))
    return {one: Image.fromarray(in_gray(picture, low, high)) for one, picture in pictures.items()}
