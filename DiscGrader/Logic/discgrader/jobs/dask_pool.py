"""Many jobs of one kind on the workers of a dask scheduler, for batches on a cluster."""

import pickle
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

from discgrader.errors import DiscGraderError, UsageError
from discgrader.jobs.pool import Outcome, Pool, Prepare, TaskWork, error_of
from discgrader.progress import Progress

_WAIT_SECONDS = 0.5
_prepared: dict[bytes, Any] = {}
_one_at_a_time = threading.Lock()


@dataclass
class DaskPool(Pool):
    """Does tasks on a dask cluster, as `ProcessPool` does on this computer.

    Each process of the cluster works on one task at a time, however many threads it has: start it with
    ``--nthreads 1``. A task whose process dies is given to others; one that has killed several is given up alone.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    """

    address: str

    def run(self, tasks: Sequence[Any], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        """Do all tasks and give each one's outcome as it comes.

        Raises
        ------
        UsageError
            When dask is not installed or no scheduler answers.
        DiscGraderError
            When the scheduler ends before the tasks are done.
        Cancelled
            When the progress says stop; tasks that have begun run to their end.
        """
        try:
            from distributed import Client, wait
        except ImportError as error:
            raise UsageError("--scheduler needs dask; install it with pip install 'discgrader[cluster]'.") from error
        try:
            client = Client(self.address, timeout="10s")
        except (OSError, ValueError) as error:
            raise UsageError(f"No dask scheduler answers at {self.address}; check the address.") from error
        with client:
            numbers = {
                client.submit(_do, self.prepare, self.work, task, pure=False, retries=0): number
                for number, task in enumerate(tasks)
            }
            waiting = set(numbers)
            try:
                while waiting:
                    self._report(progress, len(tasks) - len(waiting), 0.0, len(tasks))
                    # Dask itself would wait without end for a scheduler that has gone.
                    if client.status != "running":
                        raise self._ended()
                    try:
                        ended = wait(list(waiting), timeout=_WAIT_SECONDS, return_when="FIRST_COMPLETED").done
                    except TimeoutError:
                        continue
                    except CancelledError as error:
                        raise self._ended() from error
                    for future in ended:
                        waiting.discard(future)
                        outcome = Outcome(numbers.pop(future), _error(future))
                        # Dask would do the task again if the process that keeps its outcome died.
                        future.release()
                        yield outcome
            finally:
                if client.status == "running":
                    client.cancel(list(waiting), force=True)

    def _ended(self) -> DiscGraderError:
        return DiscGraderError(
            f"The dask scheduler at {self.address} has ended; the {self.items} done by then are kept, the same command "
            "goes on with the others."
        )


def _error(future: Any) -> str | None:
    if future.status == "finished":
        return future.result()
    reason = future.exception()
    if type(reason).__name__ == "KilledWorker":
        return "Its processes ended unexpectedly, one after another; if memory ran out, use fewer workers."
    return f"Its dask worker failed ({type(reason).__name__}: {reason}); see the worker's log."


def _do(prepare: Prepare, work: TaskWork, task: Any) -> str | None:
    with _one_at_a_time:
        key = pickle.dumps(prepare)
        if key not in _prepared:
            _prepared.clear()
            try:
                _prepared[key] = prepare()
            except DiscGraderError as error:
                return str(error)
        return error_of(work, _prepared[key], task, Progress())
