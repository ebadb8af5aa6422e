"""Observers of VTK objects that do not keep alive whom they tell."""

import weakref
from collections.abc import Callable

_kept: set[Callable] = set()


def weak(method: Callable) -> Callable:
    """A bound method as an observer that does not keep its object alive.

    The function itself is kept for good: a scene that Python's garbage collector takes away tells its observers of it,
    and those must not have been taken away before.
    """
    held = weakref.WeakMethod(method)

    def call(caller, event):
        alive = held()
        if alive is not None:
            alive(caller, event)

    _kept.add(call)
    return call
