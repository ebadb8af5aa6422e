"""The command ``discgrader``."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from discgrader import RESEARCH_USE, __version__
from discgrader.cli.streams import TolerantStream, tolerant_streams
from discgrader.errors import DiscGraderError, UsageError

COMMANDS = (
    "grade",
    "batch",
    "agree",
    "crops",
    "evaluate",
    "features",
    "labels",
    "packs",
    "phantom",
    "recalibrate",
    "report",
    "train",
    "validate",
)
"""Each is a module of this room with ``add_parser(commands)`` and ``run(arguments, progress)``."""

PRINTING_OPTIONS = frozenset({"packs", "-h", "--help", "--version"})
"""What is done once it is printed, and leaves no files."""

DONE, FAILED, WRONG_USAGE = 0, 1, 2
"""Exit statuses; 2 for wrong usage is also what argparse exits with."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        Exit status: 0 done, 1 it could not be done (one plain line on standard error says why), 2 wrong usage.
    """
    with tolerant_streams() as out:
        status = _main(argv)
        out.flush()
        if status == DONE and out.has_reader:
            return _output_failed(out, argv)
        return status


def _main(argv: Sequence[str] | None) -> int:
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else WRONG_USAGE
    if arguments.debug:
        return _run(arguments)
    try:
        return _run(arguments)
    except UsageError as error:
        return _fail(str(error), WRONG_USAGE)
    except DiscGraderError as error:
        return _fail(str(error), FAILED)
    except KeyboardInterrupt:
        return _fail("Stopped; nothing was written.", FAILED)
    except MemoryError:
        return _fail("There is not enough memory; close other programs, or give fewer series at a time.", FAILED)
    except Exception as error:  # noqa: BLE001  a fault of ours: the user gets one plain line, --debug shows where it was.
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return _fail(f"DiscGrader failed unexpectedly ({reason}); run it again with --debug and report it.", FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="discgrader", description="Find, name, box and grade lumbar discs on MRI.", epilog=f"{RESEARCH_USE}."
    )
    parser.add_argument("--version", action="version", version=f"discgrader {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"discgrader.cli.{name}").add_parser(commands)
        command.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from discgrader.cli.terminal import stoppable_progress

    command = import_module(f"discgrader.cli.{arguments.command}")
    with stoppable_progress() as progress:
        return command.run(arguments, progress)


def _output_failed(out: TolerantStream, argv: Sequence[str] | None) -> int:
    """Say that standard output could not be written, which is a failure only of commands that give nothing else."""
    given = list(sys.argv[1:] if argv is None else argv)
    reason = getattr(out.failure, "strerror", None) or str(out.failure)
    if PRINTING_OPTIONS.intersection(given):
        return _fail(f"Standard output cannot be written ({reason}); redirect it elsewhere.", FAILED)
    return _fail(f"Standard output cannot be written ({reason}); the results are complete.", DONE)


def _fail(message: str, status: int) -> int:
    print(f"discgrader: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
