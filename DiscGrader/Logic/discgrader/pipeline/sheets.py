"""The contact sheets of a batch, put together from what its studies' results hold."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from discgrader.errors import OutputError
from discgrader.folders import SYSTEM_FILES, check_folder, plain_errors, whole_folder
from discgrader.grading.systems import tasks
from discgrader.grading.view import ViewSpec
from discgrader.pipeline.output import GRADES
from discgrader.pipeline.tiles import FOLDER as TILES
from discgrader.pipeline.tiles import tile_name
from discgrader.progress import Progress
from discgrader.report.contact_sheet import ContactSheet, Tile, draw_pages
from discgrader.report.tables import read_grades_json

FOLDER = "sheets"


def check_sheets(out: Path) -> None:
    """Say before the work begins whether sheets could be written to ``out/sheets``.

    Raises
    ------
    OutputError
        As `write_sheets`.
    """
    check_folder(out / FOLDER, may_replace=_may_replace)


def write_sheets(
    out: Path, results: Sequence[Path], windows: Mapping[str, Sequence[ViewSpec]], progress: Progress = Progress()
) -> None:
    """Draw ``out/sheets/<system>_<task>.png`` of all that was graded, further pages as ``…_2.png``, ``…_3.png``.

    Sheets of before are replaced in one step.

    Parameters
    ----------
    out : Path
        The batch's folder.
    results : sequence of Path
        Folders of results that were written with `discgrader.pipeline.tiles.TileWriter`.
    windows : mapping of str to sequence of ViewSpec
        What it was made with.
    progress : Progress
        Hears of each sheet, and may stop the work; the sheets of before stay then.

    Raises
    ------
    OutputError
        When ``out/sheets`` cannot be written, or holds other files.
    """
    found = list(sheets_of(results, windows))
    with whole_folder(out / FOLDER, may_replace=_may_replace) as folder:
        for number, sheet in enumerate(found):
            for page, picture in enumerate(draw_pages(sheet), 1):
                progress.report("Drawing sheets", number / len(found), f"{sheet.system} {sheet.task}")
                picture.save(folder / f"{sheet.system}_{sheet.task}{f'_{page}' if page > 1 else ''}.png")
    progress.report("Drawing sheets", 1.0)


def sheets_of(results: Sequence[Path], windows: Mapping[str, Sequence[ViewSpec]]) -> Iterator[ContactSheet]:
    """A sheet for each task of each system that graded any disc of these results, in the order of the report.

    ``windows`` has what the tiles of each system are put together from.
    """
    discs = [
        (folder, document["study"], disc)
        for folder, document in ((one, read_grades_json(one / GRADES)) for one in results)
        for disc in document["discs"]
    ]
    for system, task in _tasks():
        graded = [
            (
                grade,
                Tile(
                    study,
                    disc["level"],
                    disc["index_from_sacrum"],
                    grade["grade"],
                    grade["probabilities"][grade["grade"]],
                    bool(grade["warnings"] or disc["warnings"]),
                    folder / TILES / tile_name(disc["level"], system, grade["evidence"]),
                ),
            )
            for folder, study, disc in discs
            for grade in disc["grades"]
            if (grade["system"], grade["task"]) == (system, task)
        ]
        tiles = [tile for _, tile in graded if tile.picture.is_file()]
        if not tiles:
            continue
        grades = [grade for grade, _ in graded]
        packs = dict.fromkeys(f"{one['pack']} {one['pack_version']}: {one['trained_on']}." for one in grades)
        views = [one.name for one in windows.get(system, ())]
        yield ContactSheet(
            system,
            task,
            tiles,
            tuple(packs),
            any(one["synthetic"] for one in grades),
            views if len(views) > 1 else (),
            len(graded) - len(tiles),
        )


def remove_sheets(out: Path) -> None:
    """Remove sheets that other grades were drawn on; a folder ``out/sheets`` that holds other files stays.

    Raises
    ------
    OutputError
        When they cannot be removed.
    """
    folder = out / FOLDER
    with plain_errors(folder):
        if folder.is_dir() and not _strange(folder):
            shutil.rmtree(folder)


def _tasks() -> list[tuple[str, str]]:
    return [(system.name, task.name) for system, task in tasks()]


def _may_replace(folder: Path) -> bool:
    strange = _strange(folder)
    if strange:
        raise OutputError(f"{folder} holds {strange[0]}, which is no sheet of DiscGrader; move it elsewhere.")
    return True


def _strange(folder: Path) -> list[str]:
    """What lies among sheets and is none."""
    names = sorted(one.name for one in folder.iterdir())
    page = re.compile(rf"(?:{'|'.join(map('_'.join, _tasks()))})(?:_\d+)?\.png")
    return [name for name in names if name not in SYSTEM_FILES and not page.fullmatch(name)]
