"""``discgrader agree``: how far two readers, or a reader and a pack, agree."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.reading.agreement import Estimate, TaskAgreement


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "agree", help="agreement between two readings, or between a reading and the AI's grades"
    )
    parser.add_argument("a", type=Path, metavar="A", help="a reading, a grades.json, or a folder of these")
    parser.add_argument(
        "b", type=Path, metavar="B", nargs="?", help="the same, to compare with (default: the AI's grades in A)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument(
        "--draws",
        type=int,
        default=2000,
        metavar="N",
        help="bootstrap samples for confidence intervals (default: 2000)",
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Compare, write, and print the coefficients."""
    from discgrader.errors import UsageError
    from discgrader.reading.agreement import agreement, write_agreement
    from discgrader.reading.pairs import READER, load_source, pair

    a = load_source(arguments.a)
    if arguments.b is None and a.voice != READER:
        raise UsageError(f"{arguments.a} contains no reading; give a second file or folder to compare with.")
    b = a.of_ai() if arguments.b is None else load_source(arguments.b)
    pairing = pair(a, b)
    tasks = agreement(pairing.pairs, arguments.draws)
    write_agreement(a, b, pairing, tasks, arguments.output)
    print(
        f"{_counted(pairing.discs, 'disc')} of {_counted(pairing.studies, 'study', 'studies')} in both; "
        "95 % confidence intervals, by bootstrap over studies"
    )
    for task in tasks:
        print(task_in_words(task))
        if task.small.sentences:
            print(f"  too few for these figures: {'; '.join(task.small.sentences)}")
    disc, study = ("disc", "discs"), ("study", "studies")
    for count, names, words in (
        (pairing.named_differently, disc, "named differently"),
        (pairing.only_a, disc, f"in {a.name} only"),
        (pairing.only_b, disc, f"in {b.name} only"),
        (len(pairing.studies_only_a), study, f"in {a.name} only"),
        (len(pairing.studies_only_b), study, f"in {b.name} only"),
    ):
        if count:
            print(f"{_counted(count, *names)} {'is' if count == 1 else 'are'} {words}")
    print(f"The agreement is in {arguments.output}.")
    return 0


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def task_in_words(task: "TaskAgreement") -> str:
    """The agreement on one task as a line."""
    coefficients = {"kappa": task.kappa, "weighted kappa": task.weighted_kappa, "AC1": task.ac1, "AC2": task.ac2}
    words = ", ".join(f"{name} {_words(value)}" for name, value in coefficients.items() if value is not None)
    return f"{task.system} {task.task}: n = {task.n}, {_words(task.percent, 1)} % agreement, {words}"


def _words(estimate: "Estimate", digits: int = 2) -> str:
    if not math.isfinite(estimate.value):
        return "undefined"
    if not math.isfinite(estimate.low):
        return f"{estimate.value:.{digits}f}"
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
