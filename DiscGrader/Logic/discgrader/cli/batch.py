"""``discgrader batch``: the main job for many studies."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from discgrader.cli.grade import scene_writers
from discgrader.cli.options import add_grading_options, add_output_options, add_study_options, settings_from
from discgrader.progress import Progress

_MOST_DOUBTS = 20
"""Lines that still fit a terminal window; a round number. The table of warnings has all of them."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "batch",
        help="grade every study in a folder, resuming where it stopped",
        description=(
            "Grade every study in a folder. Run it again to resume where it stopped. The exit status is 0 if it "
            "ran to the end and at least one study was graded; studies that failed are listed in OUT/failed.csv."
        ),
    )
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="each file directly in it is a study, and so is each subfolder with all its series",
    )
    add_output_options(parser)
    parser.add_argument("--workers", type=int, metavar="N", help="studies graded in parallel (default: one per core)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on the workers of this dask scheduler")
    parser.add_argument(
        "--sheets",
        action="store_true",
        help=(
            "also draw contact sheets, OUT/sheets/SYSTEM_TASK.png: what the system saw of every disc, sorted by "
            "grade and descending probability; studies graded without this option are graded again, and without "
            "it older sheets are removed once grades change"
        ),
    )
    add_grading_options(parser)
    parser.add_argument(
        "--rois",
        dest="rois_in_study",
        metavar="NAME",
        help=(
            "name of the file or folder with corrected ROI boxes in each study's folder, such as rois; where "
            "there is none, or an empty folder, the discs are located automatically"
        ),
    )
    add_study_options(parser)
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Grade the studies and say what became of them."""
    from discgrader.pipeline.batch import FAILED, SHEETS, TABLE, WARNINGS, run_batch

    result = run_batch(
        arguments.folder,
        arguments.output,
        settings_from(arguments),
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        extra_writers=scene_writers(arguments.scene),
        overwrite=arguments.overwrite,
        rois=arguments.rois_in_study,
        sheets=arguments.sheets,
        progress=progress,
    )
    print(f"{len(result.graded)} graded, {len(result.skipped)} already done, {len(result.failed)} failed.")
    print(f"The table of all studies is {arguments.output / TABLE}.")
    if arguments.sheets and (result.graded or result.skipped):
        print(f"Contact sheets are in {arguments.output / SHEETS}.")
    for line in _doubts(result.name_doubts):
        print(f"warning: {line}", file=sys.stderr)
    if result.warned:
        print(f"warning: {result.warned} studies have warnings; see {arguments.output / WARNINGS}.", file=sys.stderr)
    if result.failed:
        print(
            f"discgrader: {len(result.failed)} studies could not be graded; see {arguments.output / FAILED}.",
            file=sys.stderr,
        )
    return 0 if result.graded or result.skipped else 1


def _doubts(of_studies: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for each study whose discs may bear wrong names; of very many the first ones."""
    lines = [f"{study}: {' '.join(doubts)}" for study, doubts in of_studies.items()]
    rest = len(lines) - _MOST_DOUBTS
    return lines if rest <= 0 else [*lines[:_MOST_DOUBTS], f"disc names are in doubt in {rest} more studies."]
