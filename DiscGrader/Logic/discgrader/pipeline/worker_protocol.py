"""Messages between the screen and its worker process: a JSON header and the plain bytes of arrays, nothing that runs.

A message is a mark of eight bytes, the length of its header (4 bytes, little-endian), the header (UTF-8 JSON with kind,
fields, and type and shape of each array), and then the arrays' bytes one after the other. Bytes that stand before a
mark, such as what a start script of Python prints, are passed over.
"""

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from discgrader.errors import DiscGraderError

# As in PNG: a byte above 127 and both line ends show at once when something took the stream for text.
MARK = b"\x93DGW\r\n\x1a\n"
TYPES = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})

_LENGTH = struct.Struct("<I")
_MAX_HEADER = 64 * 2**20
_MAX_ARRAY = 16 * 2**30


class ProtocolError(DiscGraderError):
    """What came is no message, or one that cannot be right."""


@dataclass(frozen=True, eq=False)
class Message:
    """One message.

    Parameters
    ----------
    kind : str
        What it says.
    fields : mapping of str
        Plain values, as JSON has them.
    arrays : tuple of ndarray
        Numbers, in any memory order; they arrive C-contiguous.
    """

    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    arrays: tuple[np.ndarray, ...] = ()


def check_sendable(array: np.ndarray) -> None:
    """Raise `ProtocolError` when an array is of a type that is not sent."""
    if array.dtype.newbyteorder("<").str not in TYPES:
        raise ProtocolError(f"Voxels of type {array.dtype} cannot be sent to the worker; convert them to numbers.")


def write_message(stream: BinaryIO, message: Message) -> None:
    """Write a message to a buffered binary stream and flush it.

    Raises
    ------
    ProtocolError
        When an array is of a type that is not sent.
    OSError, ValueError
        When nobody listens any more.
    """
    arrays = [_plain(array) for array in message.arrays]
    header = json.dumps(
        {
            "kind": message.kind,
            "fields": message.fields,
            "arrays": [[array.dtype.str, list(array.shape)] for array in arrays],
        },
        default=_plain_value,
    ).encode()
    stream.write(MARK + _LENGTH.pack(len(header)) + header)
    for array in arrays:
        if array.size:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_message(stream: BinaryIO, passed_over: Callable[[bytes], None] | None = None) -> Message | None:
    """The next message of a buffered binary stream; None where the stream has ended.

    Parameters
    ----------
    stream : binary stream
    passed_over : callable(bytes), optional
        Hears of bytes that belong to no message.

    Raises
    ------
    ProtocolError
        When a message is damaged.
    """
    if not _found_mark(stream, passed_over):
        return None
    length = _read(stream, _LENGTH.size)
    if length is None:
        return None
    count = _LENGTH.unpack(length)[0]
    if count > _MAX_HEADER:
        raise ProtocolError(f"A message's header of {count} bytes is too long to be one.")
    header = _read(stream, count)
    if header is None:
        return None
    kind, fields, described = _header(bytes(header))
    arrays = []
    for dtype, shape in described:
        array = np.empty(shape, dtype)
        if array.size and not _fill(stream, memoryview(array.reshape(-1).view(np.uint8))):
            return None
        arrays.append(array)
    return Message(kind, fields, tuple(arrays))


def _header(header: bytes) -> tuple[str, dict, list[tuple[np.dtype, tuple[int, ...]]]]:
    try:
        stated = json.loads(header)
        kind, fields = stated["kind"], stated["fields"]
        described = [(str(dtype), tuple(shape)) for dtype, shape in stated["arrays"]]
    except (ValueError, TypeError, KeyError) as error:
        raise ProtocolError("A message's header cannot be read.") from error
    if not isinstance(kind, str) or not isinstance(fields, dict):
        raise ProtocolError("A message's header cannot be read.")
    for dtype, shape in described:
        whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in shape)
        if dtype not in TYPES or not whole or math.prod(shape) * np.dtype(dtype).itemsize > _MAX_ARRAY:
            raise ProtocolError(f"A message holds an array of type {dtype} and shape {shape}, which is not allowed.")
    return kind, fields, [(np.dtype(dtype), shape) for dtype, shape in described]


def _plain(array: np.ndarray) -> np.ndarray:
    check_sendable(array)
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


def _plain_value(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _found_mark(stream: BinaryIO, passed_over: Callable[[bytes], None] | None) -> bool:
    """Read up to and with the next mark; whether there is one."""
    seen, garbage = bytearray(), bytearray()
    while bytes(seen) != MARK:
        if len(seen) == len(MARK):
            garbage.append(seen.pop(0))
        more = stream.read(len(MARK) - len(seen))
        if not more:
            break
        seen += more
    whole = bytes(seen) == MARK
    if not whole:
        garbage += seen
    if garbage and passed_over is not None:
        passed_over(bytes(garbage))
    return whole


def _read(stream: BinaryIO, count: int) -> bytearray | None:
    data = bytearray(count)
    return data if _fill(stream, memoryview(data)) else None


def _fill(stream: BinaryIO, place: memoryview) -> bool:
    """Fill memory from the stream; whether there was enough."""
    while len(place):
        count = stream.readinto(place)
        if not count:
            return False
        place = place[count:]
    return True
