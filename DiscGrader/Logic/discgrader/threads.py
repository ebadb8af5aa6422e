"""Pieces of work done several at a time, for those that let other threads run meanwhile (numpy, ITK, PyTorch, zlib)."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

FEW = 2
"""Threads where work is brief: two are nearly always free, and more would crowd each other out in a batch."""


def in_threads(work: Callable[[Item], Done], items: Sequence[Item], threads: int = FEW) -> Iterator[Done]:
    """What ``work`` makes of each item, in their order; no further ahead than needed, since what is done may be large.

    An error of one item is raised when its turn comes; items that have not begun by then are not begun.
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
