"""The workers of a dask scheduler, for batches on a cluster."""

import pickle
from collections.abc import Callable, Generator, Sequence

from discgrader.errors import UsageError
from discgrader.pipeline.workers import Outcome, Work, error_of
from discgrader.progress import Progress

_WAIT_SECONDS = 0.5
_prepared: dict[bytes, object] = {}


class DaskPool:
    """Does tasks on a dask cluster, as `WorkerPool` does on this computer.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    prepare, work : callable
        As for `WorkerPool`.
    """

    def __init__(self, address: str, prepare: Callable[[], object], work: Work) -> None:
        self._address = address
        self._prepare = prepare
        self._work = work

    def run(self, tasks: Sequence[object], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        """Do all tasks and give each one's outcome as it comes.

        Raises
        ------
        UsageError
            When dask is not installed or no scheduler answers.
        Cancelled
            When the progress says stop.
        """
        try:
            from distributed import Client, wait
        except ImportError as error:
            raise UsageError("--scheduler needs dask; install it with 'pip install distributed'.") from error
        try:
            client = Client(self._address, timeout="10s")
        except (OSError, ValueError) as error:
            raise UsageError(f"No dask scheduler answers at {self._address}; check the address.") from error
        with client:
            numbers = {
                client.submit(_do, self._prepare, self._work, task, pure=False, retries=0): number
                for number, task in enumerate(tasks)
            }
            waiting = set(numbers)
            try:
                while waiting:
                    progress.report("Batch", 1 - len(waiting) / len(tasks), f"{len(tasks) - len(waiting)} studies")
                    try:
                        ended = wait(list(waiting), timeout=_WAIT_SECONDS, return_when="FIRST_COMPLETED").done
                    except TimeoutError:
                        continue
                    for future in ended:
                        waiting.discard(future)
                        yield Outcome(numbers[future], _error(future))
            finally:
                client.cancel(list(waiting))


def _error(future: object) -> str | None:
    if future.status == "finished":
        return future.result()
    return f"Its dask worker failed ({future.exception()}); see the worker's log."


def _do(prepare: Callable[[], object], work: Work, task: object) -> str | None:
    key = pickle.dumps(prepare)
    if key not in _prepared:
        _prepared.clear()
        _prepared[key] = prepare()
    return error_of(work, _prepared[key], task, Progress())
