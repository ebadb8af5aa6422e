"""Contact sheets of a batch: what each system saw of each disc as a small picture, put together by grade."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.errors import OutputError
from discgrader.folders import SYSTEM_FILES, as_output_errors, atomic_folder, check_folder
from discgrader.grading.placement import StudyViews, sagittal_of
from discgrader.grading.results import StudyResult
from discgrader.grading.systems import tasks
from discgrader.grading.view import View, ViewSpec, slice_evidence, specs_of
from discgrader.packs.pack import Pack
from discgrader.pipeline.crops import disc_picture, gray_levels, in_gray, middle_gray
from discgrader.pipeline.output import GRADES
from discgrader.progress import Progress
from discgrader.reading.record import UNREAD
from discgrader.report.contact_sheet import ContactSheet, Tile, draw_pages, grid
from discgrader.report.summary import reference_series
from discgrader.report.tables import read_grades_json

SHEETS = "sheets"
TILES = "tiles"
PIXELS = 144
"""Side of the tile of a system with one view, or of a disc's box."""

VIEW_PIXELS = 104
"""Side of each view on the tile of a system with several."""


def check_sheets(out: Path) -> None:
    """Say before the work begins whether sheets could be written to ``out/sheets``.

    Raises
    ------
    OutputError
        As `write_sheets`.
    """
    check_folder(out / SHEETS, may_replace=_may_replace)


def write_sheets(
    out: Path, results: Sequence[Path], views: Mapping[str, Sequence[ViewSpec]], progress: Progress = Progress()
) -> None:
    """Draw ``out/sheets/<system>_<task>.png`` of all that was graded, further pages as ``…_2.png``, ``…_3.png``.

    Sheets of before are replaced in one step.

    Parameters
    ----------
    out : Path
        The batch's folder.
    results : sequence of Path
        Folders of results that were written with `TileWriter`.
    views : mapping of str to sequence of ViewSpec
        What it was made with.
    progress : Progress
        Notified of each sheet, and may stop the work; the sheets of before stay then.

    Raises
    ------
    OutputError
        When ``out/sheets`` cannot be written, or holds other files.
    """
    found = list(sheets_of(results, views))
    with atomic_folder(out / SHEETS, may_replace=_may_replace) as folder:
        for number, sheet in enumerate(found):
            for page, picture in enumerate(draw_pages(sheet), 1):
                progress.report("Drawing sheets", number / len(found), f"{sheet.system} {sheet.task}")
                picture.save(folder / f"{sheet.system}_{sheet.task}{f'_{page}' if page > 1 else ''}.png")
    progress.report("Drawing sheets", 1.0)


def sheets_of(results: Sequence[Path], views: Mapping[str, Sequence[ViewSpec]]) -> Iterator[ContactSheet]:
    """A sheet for each task of each system that graded any disc of these results, in the order of the report.

    ``views`` has what the tiles of each system are put together from.
    """
    discs = [
        (folder, document, disc)
        for folder, document in ((out, read_grades_json(out / GRADES)) for out in results)
        for disc in document["discs"]
    ]
    for system, task in _tasks():
        graded = [
            (grade, _tile(folder, document, disc, grade))
            for folder, document, disc in discs
            for grade in disc["grades"]
            if (grade["system"], grade["task"]) == (system, task)
        ]
        tiles = [tile for _, tile in graded if tile.picture.is_file()]
        if not tiles:
            continue
        grades = [grade for grade, _ in graded]
        packs = dict.fromkeys(f"{grade['pack']} {grade['pack_version']}: {grade['trained_on']}." for grade in grades)
        view_names = [view.name for view in views.get(system, ())]
        yield ContactSheet(
            system,
            task,
            tiles,
            tuple(packs),
            any(grade["synthetic"] for grade in grades),
            view_names if len(view_names) > 1 else (),
            len(graded) - len(tiles),
        )


def _tile(folder: Path, document: Mapping, disc: Mapping, grade: Mapping) -> Tile:
    """A disc under the grade that stands: the reader's, where somebody has decided, else the pack's."""
    read = grade.get("status", UNREAD) != UNREAD
    stands = grade["final_grade"] if read else grade["grade"]
    return Tile(
        document["study"],
        disc["level"],
        disc["index_from_sacrum"],
        stands,
        grade["probabilities"][stands],
        bool(grade["warnings"] or disc["warnings"] or document.get("name_doubts")),
        # Tiles keep the names that discs had when they were graded.
        folder
        / TILES
        / tile_name(disc.get("found_level", disc["level"]) or "added", grade["system"], grade["evidence"]),
        read=read,
        ai_label="" if stands == grade["grade"] else grade["label"],
    )


def remove_sheets(out: Path) -> None:
    """Remove sheets that other grades were drawn on; a folder ``out/sheets`` that holds other files stays.

    Raises
    ------
    OutputError
        When they cannot be removed.
    """
    folder = out / SHEETS
    with as_output_errors(folder):
        if folder.is_dir() and not _strange(folder):
            shutil.rmtree(folder)


def _tasks() -> list[tuple[str, str]]:
    return [(system.name, task.name) for system, task in tasks()]


def _may_replace(folder: Path) -> bool:
    strange = _strange(folder)
    if strange:
        raise OutputError(
            f"{folder} contains {strange[0]}, which is not a contact sheet of DiscGrader; move it elsewhere."
        )
    return True


def _strange(folder: Path) -> list[str]:
    """What lies among sheets and is none."""
    names = sorted(path.name for path in folder.iterdir())
    page = re.compile(rf"(?:{'|'.join(map('_'.join, _tasks()))})(?:_\d+)?\.png")
    return [name for name in names if name not in SYSTEM_FILES and not page.fullmatch(name)]


def tile_name(level: str, system: str, evidence: Mapping[str, object]) -> str:
    """The file that shows what a grade was read from; grades of one system that were read from one slice share it."""
    shown = evidence.get("slice")
    number = f"_{shown['value'].replace(' ', '_')}" if isinstance(shown, Mapping) else ""
    return f"{level}_{system}{number}.png"


@dataclass(frozen=True)
class TileWriter:
    """Writes ``tiles/<level>_<system>.png``; where an axial slice is chosen, ``tiles/<level>_<system>_<slice>.png``.

    A tile shows the view's middle slice, several views two by two, in the gray levels of ``discgrader crops``.
    Systems without views show the plane through the middle of the disc's box. A disc whose views do not show the
    slice that its grade was read from has no tile.

    Parameters
    ----------
    views : mapping of str to tuple of ViewSpec
        The views of the pack of each system, as `views_of_packs` gives it.
    """

    views: Mapping[str, tuple[ViewSpec, ...]]

    def __call__(self, result: StudyResult, folder: Path, progress: Progress) -> None:
        tiles = folder / TILES
        tiles.mkdir()
        for name, picture in self._pictures(result):
            progress.check()
            picture.save(tiles / name)

    def _pictures(self, result: StudyResult) -> Iterator[tuple[str, Image.Image]]:
        places = StudyViews(result.study, result.localization)
        by_box = any(grade.system not in self.views for disc in result.discs for grade in disc.grades)
        boxes = _box_pictures(result) if by_box else {}
        for graded in result.discs:
            of_disc = {tile_name(graded.disc.level, grade.system, grade.evidence): grade for grade in graded.grades}
            for name, grade in of_disc.items():
                picture = boxes.get(graded.disc.level)
                if grade.system in self.views:
                    sample = _sample_of(places.of(graded.disc, self.views[grade.system]), grade.evidence)
                    picture = None if sample is None else _sample_picture(sample)
                if picture is not None:
                    yield name, picture


def views_of_packs(packs: Iterable[Pack]) -> dict[str, tuple[ViewSpec, ...]]:
    """The views of the networks of these packs, by system."""
    return {pack.system: specs for pack in packs if (specs := specs_of(pack.input))}


def _sample_of(samples: Sequence[Sequence[View]] | str, evidence: Mapping[str, object]) -> Sequence[View] | None:
    """The sample that a grade was read from."""
    if isinstance(samples, str):
        return None
    return next((sample for sample in samples if slice_evidence(sample).get("slice") == evidence.get("slice")), None)


def _sample_picture(sample: Sequence[View]) -> Image.Image:
    if len(sample) == 1:
        return _view_picture(sample[0], PIXELS)
    return grid([_view_picture(view, VIEW_PIXELS) for view in sample], 2, 2, "black")


def _view_picture(view: View, pixels: int) -> Image.Image:
    return Image.fromarray(middle_gray(view.values(view.shape.resized(pixels))))


def _box_pictures(result: StudyResult) -> dict[str, Image.Image]:
    """The discs, by level, on the series that shows them best, in gray levels that let their signal be compared."""
    shown = sagittal_of(result.study, result.localization)
    series, shift = (reference_series(result), np.zeros(3)) if shown is None else (shown.series, shown.shift_lps_mm)
    if series is None:
        return {}
    pictures = {}
    for graded in result.discs:
        box = replace(graded.disc.roi, center_lps_mm=graded.disc.roi.center_lps_mm + shift)
        pictures[graded.disc.level] = disc_picture(series, replace(graded.disc, roi=box), PIXELS)
    low, high = gray_levels(list(pictures.values()))
    return {level: Image.fromarray(in_gray(picture, low, high)) for level, picture in pictures.items()}
