"""``discgrader evaluate``: a system judged on a data set, with tables, figures and one page."""

import argparse
from pathlib import Path

from discgrader.cli.agree import task_in_words
from discgrader.cli.labels import require_reports
from discgrader.cli.train import require_training
from discgrader.errors import UsageError
from discgrader.progress import Progress

PFIRRMANN, PHANTOM, LABELS, USUAL, COHORTS, CANAL = "pfirrmann", "phantom", "labels", "usual", "cohorts", "canal"


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "evaluate", help="evaluate a system on a data set as its paper did, or evaluate the digital spine"
    )
    parser.add_argument(
        "system",
        metavar="WHAT",
        help=(
            "pfirrmann: the system as published; phantom: how realistic the digital spine is; labels: how far a table "
            "of labels or grades agrees with another; usual: which values of measures and features are usual; "
            "cohorts: networks that learn from SPIDER, from Sudirman, and from both, each tried on both; canal: the "
            "error of what is measured of the canal"
        ),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=(
            "folder of the data set, in SPIDER's layout; for labels, the table: of 'labels', or a grades.csv; for "
            "canal, if given, the output of 'batch' whose grades are compared with what was measured"
        ),
    )
    parser.add_argument(
        "--truth", type=Path, metavar="TABLE", help="labels: the table to compare with, such as one of 'labels'"
    )
    parser.add_argument(
        "--silence-is-normal",
        action="store_true",
        help="labels: take a finding that a report does not mention at a lumbar level for absent, in both tables",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="folder for the results; a stopped run is resumed",
    )
    parser.add_argument(
        "--masks",
        default="spider",
        metavar="SOURCE",
        help=(
            "spider: the data set's own masks where available (default); found: the localizer's masks for all images"
        ),
    )
    parser.add_argument(
        "--localizer-work",
        type=Path,
        metavar="DIR",
        help="output of 'train localizer', to find discs with networks that never saw the patient",
    )
    parser.add_argument(
        "--network-held-out",
        type=Path,
        metavar="FILE",
        help="held_out.npz of 'train spider', to evaluate image networks as well",
    )
    parser.add_argument("--tabpfn", type=Path, metavar="FILE", help="a TabPFN v2 checkpoint; never downloaded")
    parser.add_argument(
        "--resnet50",
        type=Path,
        metavar="FILE",
        help="weights of ResNet-50 (.safetensors or .pth) for deep features instead of the shipped network",
    )
    parser.add_argument(
        "--repeats", type=int, default=2, metavar="N", help="repetitions of cross-validation (default: 2)"
    )
    parser.add_argument(
        "--draws", type=int, default=500, metavar="N", help="bootstrap samples for confidence intervals (default: 500)"
    )
    parser.add_argument(
        "--patients", type=int, default=300, metavar="N", help="phantom, canal: digital patients to make (default: 300)"
    )
    parser.add_argument(
        "--epochs", type=int, default=15, metavar="N", help="phantom: epochs of the grader's training (default: 15)"
    )
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="threads per fit (default: 2)")
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Evaluate, and say where the page is."""
    known = (PFIRRMANN, PHANTOM, LABELS, USUAL, COHORTS, CANAL)
    if arguments.system not in known:
        raise UsageError(f"There is no evaluation of {arguments.system}; choose one of {', '.join(known)}.")
    if arguments.data is None and arguments.system != CANAL:
        raise UsageError("Name what to evaluate on, with --data DIR.")
    if arguments.system == LABELS:
        return _labels(arguments)
    require_training(
        *{PFIRRMANN: ("matplotlib",), PHANTOM: ("lightgbm",), COHORTS: ("lightgbm",)}.get(arguments.system, ())
    )
    if arguments.data is not None and not arguments.data.is_dir():
        raise UsageError(f"There is no folder {arguments.data}; give the data set's folder with --data.")
    if arguments.system == CANAL:
        print(_canal(arguments, progress))
        print(f"The evaluation is in {arguments.output}.")
        return 0
    if arguments.localizer_work is not None and not arguments.localizer_work.is_dir():
        raise UsageError(f"There is no folder {arguments.localizer_work}; give the output of 'train localizer'.")
    if arguments.system == USUAL:
        print(f"The ranges of usual values are in {_usual(arguments, progress)}.")
        return 0
    if arguments.system == COHORTS:
        print(f"What was learned from which data set, and tried on which, is in {_cohorts(arguments, progress)}.")
        return 0
    page = _phantom(arguments, progress) if arguments.system == PHANTOM else _pfirrmann(arguments, progress)
    print(f"The evaluation is in {arguments.output}; open {page}.")
    return 0


def _labels(arguments: argparse.Namespace) -> int:
    """Compare two tables, and print the coefficients."""
    require_reports()
    from discgrader.clinical_text.compare import compare_tables

    if arguments.truth is None:
        raise UsageError("Name the table to compare with, with --truth TABLE.")
    tasks = compare_tables(
        arguments.data, arguments.truth, arguments.output, arguments.silence_is_normal, arguments.draws
    )
    print("Agreement by task, with 95 % confidence intervals by bootstrap over studies")
    for task in tasks:
        print(task_in_words(task))
    print(f"The agreement is in {arguments.output}.")
    return 0


def _usual(arguments: argparse.Namespace, progress: Progress) -> Path:
    from discgrader.training.tabular.usual import measure_usual

    return measure_usual(arguments.data, arguments.output, progress, arguments.localizer_work)


def _cohorts(arguments: argparse.Namespace, progress: Progress) -> Path:
    from discgrader.training.grader import GraderRecipe
    from discgrader.training.three_ways import evaluate_cohorts

    return evaluate_cohorts(
        arguments.data, arguments.output, progress, GraderRecipe(localizer_work=arguments.localizer_work)
    )


def _canal(arguments: argparse.Namespace, progress: Progress) -> str:
    from discgrader.training.canal.evaluate import evaluate_canal

    return evaluate_canal(arguments.data, arguments.output, progress, arguments.patients)


def _phantom(arguments: argparse.Namespace, progress: Progress) -> Path:
    from discgrader.training.grader import GraderRecipe
    from discgrader.training.realism.evaluate import RealismOptions, evaluate_phantom

    options = RealismOptions(arguments.patients, recipe=GraderRecipe(epochs=arguments.epochs))
    return evaluate_phantom(arguments.data, arguments.output, progress, options)


def _pfirrmann(arguments: argparse.Namespace, progress: Progress) -> Path:
    from discgrader.training.replication.evaluate import EvaluationOptions, evaluate_pfirrmann

    options = EvaluationOptions(
        arguments.masks,
        arguments.localizer_work,
        arguments.network_held_out,
        arguments.tabpfn,
        arguments.resnet50,
        arguments.repeats,
        arguments.draws,
        arguments.threads,
    )
    return evaluate_pfirrmann(arguments.data, arguments.output, progress, options)
