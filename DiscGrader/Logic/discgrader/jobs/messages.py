"""What a worker process and whoever started it send each other over a connection of Python's `multiprocessing`.

Values are pickled, which may run code when it is read: both ends are the same program of the same user, and prove to
each other that they know a key which was made for this one process. Large arrays are sent as they lie in memory, beside
the pickle. Objects of some types (a study's volumes) are sent once and known by a number from then on.
"""

import importlib
import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

_SMALL = 64 * 2**10
"""Bytes of an array that is worth no message of its own: what a pipe takes at once."""

_PIECE = 128 * 2**10
"""Bytes that are sent at a time: about what a socket takes at once. Of larger pieces Python's connections make several
copies; with this 40 MB take 100 ms, and 80 ms without them at all (two cores, measured in one run)."""

Body = tuple[bytes, Sequence[Any]]
"""A pickled value, and the large arrays beside it."""


@dataclass(frozen=True, eq=False)
class Message:
    """One message.

    Parameters
    ----------
    kind : str
        What it says; of a job, one of the methods of `Listener`.
    number : int
        Of the job.
    body : Body
        The values, packed; empty where there is none.
    shared : mapping of int to object
        Objects that ``body`` names by number, which the other side does not have yet.
    dropped : tuple of int
        Numbers of those that it may let go of.
    """

    kind: str
    number: int = 0
    body: Body = (b"", [])
    shared: Mapping[int, Any] = field(default_factory=dict)
    dropped: tuple[int, ...] = ()


def send(connection: Connection, message: Message) -> None:
    """Write a message.

    Raises
    ------
    OSError, ValueError
        When nobody listens any more.
    """
    data, arrays = pack(message)
    parts = [data, *(array.raw() for array in arrays)]
    connection.send([len(part) for part in parts])
    for part in parts:
        for start in range(0, len(part), _PIECE):
            connection.send_bytes(part, start, min(_PIECE, len(part) - start))


def receive(connection: Connection) -> Message:
    """The next message.

    Raises
    ------
    EOFError, OSError
        When the other side has gone.
    """
    parts = [np.empty(size, np.uint8) for size in connection.recv()]
    for part in parts:
        for start in range(0, len(part), _PIECE):
            connection.recv_bytes_into(part, start)
    data, *arrays = parts
    return unpack((data.tobytes(), arrays))


def pack(value: Any, number_of: Callable[[Any], int | None] = lambda value: None) -> Body:
    """A value pickled; what ``number_of`` gives a number stays out of it.

    Raises
    ------
    pickle.PicklingError, TypeError, AttributeError
        When it cannot be pickled.
    """
    stream, arrays = io.BytesIO(), []

    def stays_in(array: pickle.PickleBuffer) -> bool:
        if array.raw().nbytes < _SMALL:
            return True
        arrays.append(array)
        return False

    _Pickler(stream, number_of, stays_in).dump(value)
    return stream.getvalue(), arrays


def unpack(body: Body, object_of: Callable[[int], Any] | None = None) -> Any:
    """The value again, with what ``object_of`` gives for each number."""
    return _Unpickler(body, object_of).load()


class _Pickler(pickle.Pickler):
    def __init__(
        self,
        stream: io.BytesIO,
        number_of: Callable[[Any], int | None],
        stays_in: Callable[[pickle.PickleBuffer], bool],
    ) -> None:
        super().__init__(stream, protocol=5, buffer_callback=stays_in)
        self._number_of = number_of

    def persistent_id(self, value: Any) -> int | None:
        return self._number_of(value)

    def reducer_override(self, value: Any) -> Any:
        # NumPy writes an array with gaps, such as one that is mirrored, into the pickle itself, which is slow.
        if type(value) is np.ndarray and value.nbytes > _SMALL and not value.flags.forc:
            return np.ascontiguousarray(value).__reduce_ex__(5)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, body: Body, object_of: Callable[[int], Any] | None) -> None:
        data, arrays = body
        super().__init__(io.BytesIO(data), buffers=arrays)
        self._object_of = object_of

    def persistent_load(self, number: int) -> Any:
        if self._object_of is None:
            raise pickle.UnpicklingError(f"Object {number} is unknown.")
        return self._object_of(number)


def named(path: str) -> Any:
    """What an import path such as ``package.module:name`` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
