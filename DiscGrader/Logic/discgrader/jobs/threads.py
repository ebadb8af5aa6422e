"""Jobs in a thread of this process, and pieces of work that are done several at a time."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from discgrader.jobs.job import Context, Job, Runner, perform
from discgrader.progress import Progress

Item = TypeVar("Item")
Done = TypeVar("Done")

FEW = 2
"""Threads where work is brief: two are nearly always free, and more would crowd each other out in a batch."""


class ThreadRunner(Runner):
    """Runs jobs one after the other in a thread, which is there for as long as there are jobs.

    A MRML scene and a window may be touched from their own thread alone: a job must not, a listener may. A job that
    hears nothing of its progress cannot be stopped before its end.

    Parameters
    ----------
    prepared : object, optional
        What the jobs share.
    """

    def __init__(self, prepared: Any = None) -> None:
        super().__init__()
        self.prepared = prepared
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._working = False

    @property
    def ready(self) -> bool:
        return True

    def start(self) -> None:
        """Nothing is to be prepared."""

    def forget(self) -> None:
        """Nothing is kept that no job was given."""

    def close(self) -> None:
        self.cancel()
        self._jobs.clear()

    def _post(self, job: Job) -> None:
        with self._lock:
            self._waiting.append(job)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="DiscGrader", daemon=True).start()

    def _request_stop(self, job: Job) -> None:
        job.stop.set()

    def _hear(self, job: Job, kind: str, *values: Any) -> None:
        if job.number in self._jobs:
            self._tell(job, kind, *values)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._do(job)
            # While it waits for the next, the thread must not keep alive who asked for the last.
            del job

    def _next(self) -> Job | None:
        with self._lock:
            self._working = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    def _do(self, job: Job) -> None:
        progress = Progress(lambda *heard: self._events.put((job, "progressed", *heard)), job.stop)
        context = Context(self.prepared, progress, lambda result: self._events.put((job, "partial", result)))
        kind, value = ("stopped", None) if job.stop.is_set() else perform(job.work, context)
        self._events.put((job, kind) if kind == "stopped" else (job, kind, value))


def in_threads(work: Callable[[Item], Done], items: Sequence[Item], threads: int = FEW) -> Iterator[Done]:
    """What ``work`` makes of each item, in their order; no further ahead than needed, since what is done may be large.

    For work that lets other threads run meanwhile (numpy, ITK, PyTorch, zlib). An error of one item is raised when its
    turn comes; items that have not begun by then are not begun.
    """
    threads = min(threads, len(items))
    if threads < 2:
        yield from map(work, items)
        return
    waiting: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="DiscGrader") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def side_by_side(work: Callable[[Item], Done], items: Sequence[Item], device: str = "cpu") -> Iterator[Done]:
    """What ``work``, which computes with PyTorch on ``device``, makes of each item, in their order.

    As many items are worked on at a time as PyTorch may use threads. The layers are too small for threads inside of
    each to pay, least of all beside other programs; and every item is worked on by one thread, so that the results are
    always the same.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from in_threads(work, items, threads if device == "cpu" else 1)
    finally:
        torch.set_num_threads(threads)
