"""``discgrader phantom``: a study of the digital spine."""

import argparse
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.progress import Progress


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("phantom", help="write a study of the digital lumbar spine, with its truth")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the study")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which patient (default: 0)")
    parser.add_argument(
        "--grade",
        action="append",
        default=[],
        metavar="LEVEL:pfirrmann=GRADE",
        help="Pfirrmann grade 1 to 5 of a disc, such as L4-L5:pfirrmann=4; repeatable; the others' are drawn",
    )
    parser.add_argument(
        "--series", action="append", metavar="ROLE", help="T2, T1, T2_SPACE or AX_T2; repeatable (default: all)"
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Render the study and write it."""
    from discgrader.folders import check_folder, whole_folder
    from discgrader.phantom.study import ROLES, make_study, write_study

    grades = dict(_level_grade(one) for one in arguments.grade)
    check_folder(arguments.output)
    phantom = make_study(arguments.seed, grades, tuple(arguments.series or ROLES), progress=progress)
    with whole_folder(arguments.output) as folder:
        write_study(phantom, folder)
    print(f"{', '.join(series.name for series in phantom.study.series)} are in {arguments.output}.")
    return 0


def _level_grade(given: str) -> tuple[str, int]:
    level, _, finding = given.partition(":")
    task, _, grade = finding.partition("=")
    if task != "pfirrmann" or not grade.isdecimal():
        raise UsageError(f"--grade {given} names no level and grade; write it as L4-L5:pfirrmann=4.")
    return level, int(grade)
