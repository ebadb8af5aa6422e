"""``discgrader validate``: packs held against the truth of a site's own cases."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.cli.options import add_call_option, add_reader_option, add_study_options, settings_from
from discgrader.cli.train import require_training
from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.training.validation.truth import Truth


def add_truth_options(parser: argparse.ArgumentParser) -> None:
    """What is graded and held against what, alike for validation and recalibration."""
    parser.add_argument(
        "--truth",
        type=Path,
        required=True,
        metavar="TABLE",
        help=(
            "the truth: a CSV with study (or file), level, task, grade and, where needed, system, patient, scanner, "
            "protocol, also as 'discgrader labels' writes it; a reading or a folder of readings; or the folder of RSNA "
            "2024"
        ),
    )
    parser.add_argument("--workers", type=int, metavar="N", help="studies graded in parallel (default: one per core)")
    parser.add_argument(
        "--rois",
        dest="rois_in_study",
        metavar="NAME",
        help="name of the file or folder with corrected ROI boxes in each study's folder, such as rois",
    )
    parser.add_argument("--grade-anyway", action="store_true", help="also what may not be a lumbar spine on MR")
    parser.add_argument("--overwrite", action="store_true", help="replace results that were edited by hand")
    add_study_options(parser)


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "validate",
        help="hold the packs against the truth of your own cases",
        description=(
            "Grade the studies that the truth speaks of, in OUT/studies, and write OUT/validation: one page, JSON and "
            "tables with each system's figures and 95 % intervals by patient, calibration, figures by scanner and "
            "protocol, the worst cases, and a verdict by task. Run it again to resume where it stopped."
        ),
    )
    parser.add_argument(
        "studies",
        type=Path,
        nargs="?",
        metavar="STUDIES",
        help="folder of studies, as for batch (default: train_images of RSNA 2024's folder)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument(
        "--system", action="append", metavar="NAME", help="only this grading system, such as pfirrmann; repeatable"
    )
    add_call_option(parser)
    add_reader_option(parser)
    parser.add_argument(
        "--draws", type=int, default=500, metavar="N", help="bootstrap samples for confidence intervals (default: 500)"
    )
    add_truth_options(parser)
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Validate, and print the verdicts."""
    require_training("matplotlib")
    from discgrader.training.validation.truth_files import read_truth
    from discgrader.training.validation.validate import PAGE, PROOF, validate

    truth = read_truth(arguments.truth)
    reports = validate(
        studies_of(arguments, truth),
        truth,
        arguments.output,
        settings_from(arguments),
        draws=arguments.draws,
        workers=arguments.workers,
        rois=arguments.rois_in_study,
        overwrite=arguments.overwrite,
        progress=progress,
    )
    for report in reports:
        print(report.verdict.words)
    for note in truth.notes:
        print(f"warning: {note}", file=sys.stderr)
    print(f"The validation is in {arguments.output}; open {arguments.output / PROOF / PAGE}.")
    return 0


def studies_of(arguments: argparse.Namespace, truth: "Truth") -> Path:
    """The folder of the studies: as given, or as the truth has it.

    Raises
    ------
    UsageError
        When there is neither.
    """
    from discgrader.errors import UsageError

    if arguments.studies is not None:
        return arguments.studies
    if truth.folder is None:
        raise UsageError(f"{truth.name} does not say where its studies are; give their folder.")
    return truth.folder
