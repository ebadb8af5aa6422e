"""``discgrader report``: the report of a result anew, with what a reader decided since."""

import argparse
from pathlib import Path

from discgrader.cli.options import add_identity_option, add_language_option
from discgrader.progress import Progress


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "report", help="write report and tables of a result anew, with what a reader decided; nothing is graded"
    )
    parser.add_argument("result", type=Path, metavar="OUT", help="a folder that discgrader grade has written")
    parser.add_argument(
        "--reading",
        type=Path,
        metavar="FILE",
        help="a saved reading of the study (default: reading.json in OUT, if there is one)",
    )
    parser.add_argument(
        "--study", type=Path, metavar="STUDY", help="where the pictures lie now (default: where they were graded)"
    )
    add_language_option(parser)
    add_identity_option(parser)
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files of OUT even if they were edited by hand"
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Write it and say what it holds."""
    from discgrader.packs.pack import default_packs
    from discgrader.pipeline.report_again import report_again

    reading = report_again(
        arguments.result,
        tuple(default_packs()),
        reading_path=arguments.reading,
        study_path=arguments.study,
        language=arguments.language,
        identity=not arguments.no_identity,
        overwrite=arguments.overwrite,
        progress=progress,
    )
    print("Not read by anyone." if reading is None else f"Read by {reading.reader}.")
    print(f"The report is {arguments.result / 'report.html'}.")
    return 0
