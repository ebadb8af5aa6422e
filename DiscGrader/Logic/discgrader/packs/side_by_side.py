"""Work with networks on several slices or discs at a time."""

from collections.abc import Callable, Iterator, Sequence

import torch

from discgrader.threads import Done, Item, in_threads


def side_by_side(work: Callable[[Item], Done], items: Sequence[Item], device: str = "cpu") -> Iterator[Done]:
    """What ``work`` makes of each item, in their order.

    As many items are worked on at a time as PyTorch may use threads. The layers are too small for threads inside of
    each to pay, least of all beside other programs; and every item is worked on by one thread, so that the results are
    always the same.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from in_threads(work, items, threads if device == "cpu" else 1)
    finally:
        torch.set_num_threads(threads)
