"""``discgrader grade``: one study in, a folder of results out."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader import RESEARCH_USE
from discgrader.cli.options import (
    add_grading_options,
    add_output_options,
    add_rois_option,
    add_study_options,
    settings_from,
)
from discgrader.folders import as_output_errors
from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.grading.results import StudyResult
    from discgrader.report.account import Account
    from discgrader.report.impression import LevelImpression


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("grade", help="find, name, box and grade the discs of a study")
    parser.add_argument("study", type=Path, metavar="STUDY", help="a file, a DICOM folder, or a folder of series")
    add_output_options(parser)
    add_grading_options(parser)
    add_rois_option(parser)
    add_study_options(parser)
    parser.add_argument(
        "--timings", type=Path, metavar="FILE", help="write the run time of every stage, in seconds, as JSON"
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Grade the study and say where the results are."""
    from discgrader.progress import Stopwatch

    stopwatch = Stopwatch()
    with stopwatch.stage("Loading the pipeline"):
        from discgrader.pipeline.engine import Engine
        from discgrader.pipeline.main_job import check_apart, grade_study
        from discgrader.pipeline.output import check_output

    settings = settings_from(arguments)
    check_apart(arguments.study, arguments.output)
    check_output(arguments.output, overwrite=arguments.overwrite)
    progress.report("Loading networks", 0.0)
    engine = Engine.default(settings.packs, settings.device, stopwatch=stopwatch)
    result = grade_study(
        arguments.study,
        arguments.output,
        engine,
        settings,
        extra_writers=scene_writers(arguments.scene),
        overwrite=arguments.overwrite,
        progress=progress.part(0.1, 1.0),
    )
    if arguments.timings is not None:
        with as_output_errors(arguments.timings):
            arguments.timings.write_text(json.dumps(stopwatch.seconds, indent=2) + "\n", encoding="utf-8")
    _print_summary(result, arguments.output)
    return 0


def scene_writers(wanted: bool) -> dict:
    """The writer of ``study.mrb``, if it is wanted.

    Raises
    ------
    DiscGraderError
        When slicer-core, which it needs, is not installed.
    """
    if not wanted:
        return {}
    from discgrader.mrml.bundle import require_slicer_core

    require_slicer_core()
    return {"scene": write_scene_file}


def write_scene_file(result: "StudyResult", folder: Path, progress: Progress) -> None:
    """``study.mrb``."""
    from discgrader.mrml.bundle import write_scene

    write_scene(result, folder / "study.mrb", progress)


def _print_summary(result: "StudyResult", out: Path) -> None:
    from discgrader.grading.results import all_warnings
    from discgrader.report.account import Account
    from discgrader.report.impression import impression_of
    from discgrader.report.plates import SYNTHETIC_SIGN

    account = Account(result)
    for graded in account.discs:
        print(f"{graded.disc.level:8} {_in_a_line(account, impression_of(account, graded.disc.level))}")
    of_study = all_warnings(result)
    doubts = {*result.localization.name_doubts, *of_study}
    of_discs = (
        f"{graded.disc.level}: {warning}"
        for graded in account.discs
        for warning in graded.disc.warnings
        if warning not in doubts
    )
    for warning in dict.fromkeys((*of_study, *of_discs)):
        print(f"warning: {warning}", file=sys.stderr)
    for pack, synthetic, statement in dict.fromkeys(
        (grade.pack, grade.synthetic, grade.trained_on) for graded in result.discs for grade in graded.grades
    ):
        print(f"{pack}{SYNTHETIC_SIGN if synthetic else ''}: {statement}")
    print(f"{RESEARCH_USE}.")
    print(f"Results are in {out}; open {out / 'report.html'}.")


def _in_a_line(account: "Account", level: "LevelImpression") -> str:
    """What was found of a disc, the worst first, and by which system."""
    from discgrader.report.impression import sure_of

    if not level.graded:
        return "not graded"
    return "; ".join(f"{one.words} ({sure_of(account, one)})" for one in level.findings) or "no finding"
