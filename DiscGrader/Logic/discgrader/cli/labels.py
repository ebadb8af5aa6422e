"""``discgrader labels``: radiology reports as labels by level."""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.errors import UsageError
from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.clinical_text.table import LabelledReports

_DESCRIPTION = """\
Read radiology reports of the lumbar spine, in English, and write a table of what they say of each level: bulge,
herniation, compression of thecal sac and nerve roots, stenosis of canal and foramina, listhesis, Modic changes and
more, with side, zone and degree, and the words that each label was read from. The table serves to train and to
evaluate. It is made by rules, without a trained model: check a sample of it."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("labels", help="read labels by level from radiology reports", description=_DESCRIPTION)
    parser.add_argument(
        "reports", type=Path, metavar="REPORTS", help="table of reports as CSV, with the columns patient and report"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="table to write, .csv")
    parser.add_argument("--patient-column", metavar="NAME", help="column with the patient, if it is called otherwise")
    parser.add_argument("--text-column", metavar="NAME", help="column with the text, if it is called otherwise")
    parser.add_argument(
        "--study-column", metavar="NAME", help="column with the study, where a patient may have several reports"
    )
    parser.add_argument("--encoding", metavar="NAME", help="encoding of the table (default: UTF-8, else Windows-1252)")
    parser.add_argument(
        "--silence-is-normal",
        action="store_true",
        help="also write a row for each finding that a report does not mention at a lumbar level, as absent",
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Read the reports, write the table, and say what there is."""
    require_reports()
    _check_output(arguments.reports, arguments.output)
    from discgrader.clinical_text.reports import Columns, read_reports
    from discgrader.clinical_text.table import label_reports, write_table

    columns = Columns(arguments.patient_column, arguments.text_column, arguments.study_column)
    reports, warnings = read_reports(arguments.reports, columns, arguments.encoding)
    labelled = label_reports(reports, arguments.silence_is_normal, progress)
    progress.check()
    write_table(labelled, arguments.output)
    for warning in (*warnings, *labelled.warnings):
        print(f"discgrader: warning: {warning}.", file=sys.stderr)
    _say(labelled)
    print(f"The labels of {len(reports)} reports are in {arguments.output}.")
    return 0


def require_reports() -> None:
    """See that what reads reports is installed.

    Raises
    ------
    UsageError
    """
    for library in ("spacy", "negspacy", "rapidfuzz"):
        if find_spec(library) is None:
            raise UsageError(
                f'The package {library} is not installed; install DiscGrader with its extra "reports", with '
                'pip install "discgrader[reports]".'
            )


def _check_output(reports: Path, output: Path) -> None:
    if output.suffix.lower() != ".csv":
        raise UsageError("Name the output table with -o FILE.csv.")
    if output.is_dir():
        raise UsageError(f"{output} is a folder; name a file for the table.")
    if not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {output.parent}; create it first.")
    if output.exists() and reports.exists() and output.samefile(reports):
        raise UsageError(f"{output} is the table of reports itself; choose another name for the labels.")


def _say(labelled: "LabelledReports") -> None:
    """How often each finding is there, by level."""
    from discgrader.clinical_text.named_levels import LUMBAR
    from discgrader.clinical_text.table import counts_of

    counts = counts_of(labelled)
    print(f"{'finding':<24}" + "".join(f"{level:>8}" for level in (*LUMBAR, "other", "none")))
    for finding, levels in sorted(counts.items()):
        other = sum(count for level, count in levels.items() if level and level not in LUMBAR)
        numbers = (*(levels.get(level, 0) for level in LUMBAR), other, levels.get("", 0))
        print(f"{finding:<24}" + "".join(f"{number:>8}" for number in numbers))
