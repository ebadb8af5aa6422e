"""What each system saw of each disc as small pictures, which contact sheets are put together from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.windows import WINDOWS, StudyWindows, Window, sagittal_of, slice_evidence
from discgrader.pipeline.crops import disc_picture, gray_levels, in_gray
from discgrader.pipeline.window_crops import middle_gray
from discgrader.progress import Progress
from discgrader.report.contact_sheet import grid

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


def write_tiles(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``tiles/<level>_<system>.png``, and of systems that choose an axial slice ``tiles/<level>_<system>_<slice>.png``.

    A tile shows the window's middle slice, several windows two by two, in the gray levels of ``discgrader crops``.
    Systems without windows show the plane through the middle of the disc's box.
    """
    tiles = folder / FOLDER
    tiles.mkdir()
    for name, picture in dict(_pictures(result)).items():
        progress.check()
        picture.save(tiles / name)


def _pictures(result: StudyResult) -> Iterator[tuple[str, Image.Image]]:
    windows = StudyWindows(result.study, result.localization)
    by_box = any(grade.system not in WINDOWS for one in result.discs for grade in one.grades)
    boxes = _box_pictures(result) if by_box else {}
    for one in result.discs:
        looks: dict[str, Sequence[Sequence[Window]]] = {}
        for grade in one.grades:
            name = tile_name(one.disc.level, grade.system, grade.evidence)
            if grade.system not in WINDOWS:
                yield name, boxes[one]
                continue
            if grade.system not in looks:
                looks[grade.system] = windows.of(one.disc, WINDOWS[grade.system])
            yield name, _look_picture(_look_of(looks[grade.system], grade.evidence))


def _look_of(looks: Sequence[Sequence[Window]], evidence: Mapping[str, object]) -> Sequence[Window]:
    """The look that a grade was read from."""
    return next(look for look in looks if slice_evidence(look).get("slice") == evidence.get("slice"))


def _look_picture(look: Sequence[Window]) -> Image.Image:
    if len(look) == 1:
        return _window_picture(look[0], PIXELS)
    return grid([_window_picture(window, WINDOW_PIXELS) for window in look], 2, 2, "black")


def _window_picture(window: Window, pixels: int) -> Image.Image:
    return Image.fromarray(middle_gray(window.values(window.spec.shape(pixels))))


def _box_pictures(result: StudyResult) -> dict[DiscResult, Image.Image]:
    """The discs on the series that shows them best, in gray levels that let their signal be compared."""
    shown = sagittal_of(result.study, result.localization)
    found_on = next(one for one in result.study.series if one.name == result.localization.series_name)
    series, shift = (found_on, np.zeros(3)) if shown is None else (shown.series, shown.shift_lps_mm)
    pictures = {}
    for one in result.discs:
        box = replace(one.disc.roi, center_lps_mm=one.disc.roi.center_lps_mm + shift)
        pictures[one] = disc_picture(series, replace(one.disc, roi=box), PIXELS)
    low, high = gray_levels(list(pictures.values()))
    return {one: Image.fromarray(in_gray(picture, low, high)) for one, picture in pictures.items()}
