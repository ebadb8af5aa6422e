"""Values of DICOM attributes as plain numbers and texts, and errors that name the attribute."""

import math
import struct
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeGuard

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.tag import Tag

UNREADABLE = (
    InvalidDicomError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
    AssertionError,
    BytesLengthException,
)
"""What pydicom and its decoders raise on files that are damaged."""


class HeaderError(Exception):
    """What a header states cannot be used; the text names the attribute."""


def named(keyword: str) -> str:
    """An attribute as people look it up: keyword and tag, such as ``PixelSpacing (0028,0030)``."""
    tag = Tag(tag_for_keyword(keyword) or 0)
    return f"{keyword} ({tag.group:04X},{tag.element:04X})"


def values_of(dataset: Dataset, keywords: Sequence[str]) -> tuple[dict, set[str]]:
    """What a data set states of these keywords, and which of them cannot be made sense of.

    Sequences and empty values are left out.
    """
    values: dict = {}
    broken: set[str] = set()
    for keyword in keywords:
        try:
            value = dataset.get(keyword)
            if value is None or isinstance(value, pydicom.Sequence):
                continue
            plain = _plain(value)
        except UNREADABLE:
            broken.add(keyword)
            continue
        if plain not in ("", None, []):
            values[keyword] = plain
    return values, broken


def _plain(value: Any) -> object:
    """The value as a number, text, or list of these."""
    if isinstance(value, (MultiValue, list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) or type(value).__name__ == "DSdecimal":
        return float(value)
    return str(value).strip(" \0")


def numbers(header: Mapping[str, object], keyword: str, count: int) -> list[float]:
    """The ``count`` finite numbers of an attribute.

    Raises
    ------
    HeaderError
        When it is missing, or holds anything else.
    """
    if keyword not in header:
        raise HeaderError(f"{named(keyword)} is missing or cannot be read")
    value = header[keyword]
    found: list[object] = value if isinstance(value, list) else [value]
    known = [float(value) for value in found if is_number(value)]
    if not len(known) == len(found) == count:
        kind = "a number" if count == 1 else f"{count} numbers"
        raise HeaderError(f"{named(keyword)} is not {kind}")
    return known


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a plain value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def one_number(
    header: Mapping[str, object], keyword: str, default: float, broken: Collection[str] = frozenset()
) -> float:
    """The number of an attribute, ``default`` where there is none; a value repeated counts once.

    Raises
    ------
    HeaderError
        When it holds anything but one number.
    """
    if keyword in broken:
        raise HeaderError(f"{named(keyword)} cannot be read")
    value = header.get(keyword)
    if isinstance(value, list) and value and all(item == value[0] for item in value):
        value = value[0]
    if value is None:
        return default
    if not is_number(value):
        raise HeaderError(f"{named(keyword)} is not one number")
    return float(value)


def text_of(value: object) -> str:
    """A value as one text, several values joined; ``""`` for none."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "-".join(text_of(item) for item in value)
    return "" if value is None else str(value)
