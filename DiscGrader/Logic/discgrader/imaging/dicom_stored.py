"""From the bits that a DICOM file stores to values: which bits count, their sign, padding, and inverted gray scales.

Headers are followed where the picture does not contradict them. Where it does, as when a picture that is stored without
signs is said to have some, a wrong choice would turn the brightest tissue into the darkest, so the picture decides and
a note says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.imaging.dicom_values import HeaderError, is_number, named, one_number

_ROUGHER = 1.5
"""A reading of the bits in whose picture neighbors differ so many times as much as in the other one's is wrong."""


@dataclass(frozen=True)
class Storage:
    """How one file stores its values.

    Parameters
    ----------
    allocated, stored, high : int
        Bits a pixel, bits of them that count, and the number of the highest of these.
    signed : bool or None
        None where the file does not say.
    inverted : bool
        Whether large values are dark (MONOCHROME1).
    padding : tuple of int, or None
        Lowest and highest value that mark places without a picture, as stored.
    overlay_above : bool
        Whether an overlay lies in the bits above those that count.
    """

    allocated: int
    stored: int
    high: int
    signed: bool | None
    inverted: bool
    padding: tuple[int, int] | None
    overlay_above: bool


def storage(header: Mapping[str, object], broken: set[str], overlay_above: bool) -> Storage:
    """How a header says that values are stored.

    Raises
    ------
    HeaderError
        When what it says cannot be.
    """
    allocated = int(one_number(header, "BitsAllocated", 0, broken))
    if allocated not in (8, 16, 32):
        raise HeaderError(f"{named('BitsAllocated')} is {allocated or 'missing'}")
    stored = int(one_number(header, "BitsStored", one_number(header, "HighBit", allocated - 1) + 1, broken))
    if not 1 <= stored <= allocated:
        raise HeaderError(f"{named('BitsStored')} is {stored}, of {allocated} bits")
    high = int(one_number(header, "HighBit", stored - 1, broken))
    if not stored - 1 <= high < allocated:
        raise HeaderError(f"{named('HighBit')} is {high}, with {stored} bits stored of {allocated}")
    sign = one_number(header, "PixelRepresentation", -1, broken)
    if sign not in (-1, 0, 1):
        raise HeaderError(f"{named('PixelRepresentation')} is {sign:g}")
    inverted = str(header.get("PhotometricInterpretation", "")).upper() == "MONOCHROME1"
    signed = None if sign < 0 else sign == 1
    return Storage(allocated, stored, high, signed, inverted, _padding(header), overlay_above)


def _padding(header: Mapping[str, object]) -> tuple[int, int] | None:
    value = header.get("PixelPaddingValue")
    if not is_number(value):
        return None
    limit = header.get("PixelPaddingRangeLimit")
    ends = sorted([int(value), int(limit) if is_number(limit) else int(value)])
    return ends[0], ends[1]


def values_of_bits(raw: np.ndarray, how: Storage) -> tuple[np.ndarray, tuple[str, ...]]:
    """Values, int32 or the smallest type that holds them, of raw bits, and notes.

    Parameters
    ----------
    raw : ndarray, shape (..., rows, columns)
        Unsigned, as wide as the bits allocated.
    how : Storage
    """
    notes: list[str] = []
    bits, shift = how.stored, how.high + 1 - how.stored
    if shift and (raw & ((1 << shift) - 1)).any():
        notes.append(
            f"pixels use bits that {named('BitsStored')} ({bits}) and {named('HighBit')} ({how.high}) "
            "exclude; all were read"
        )
        bits, shift = how.allocated, 0
    if shift:
        raw = raw >> shift
    if bits < how.allocated - shift:
        if how.overlay_above:
            raw = raw & ((1 << bits) - 1)
        elif not _fits(raw, bits, how):
            notes.append(f"values need more bits than {named('BitsStored')} gives ({bits}); all were read")
            bits = how.allocated - shift
    as_unsigned, as_signed = _unsigned(raw, bits), _signed(raw, bits)
    signed = bool(how.signed)
    if not np.array_equal(as_unsigned, as_signed):
        doubtful = as_unsigned != as_signed
        ratio = _roughness(as_signed, doubtful) / max(_roughness(as_unsigned, doubtful), 1e-9)
        seen = ratio < 1.0 if how.signed is None else ratio < 1 / _ROUGHER if not how.signed else ratio <= _ROUGHER
        if how.signed is not None and seen != signed:
            notes.append(
                f"the image contradicts {named('PixelRepresentation')}; its values were read as "
                f"{('signed' if seen else 'unsigned')}"
            )
        signed = seen
    return _smallest(as_signed if signed else as_unsigned, how, signed), tuple(notes)


def _fits(raw: np.ndarray, bits: int, how: Storage) -> bool:
    """Whether values need no more than so many bits, a sign carried into the bits above counted in."""
    above = raw >> bits
    full = (1 << (how.allocated - (how.high + 1 - how.stored) - bits)) - 1
    if not above.any():
        return True
    negative = (raw >> (bits - 1)) & 1
    return how.signed is not False and bool(np.all(np.where(negative == 1, (above == full) | (above == 0), above == 0)))


def _unsigned(raw: np.ndarray, bits: int) -> np.ndarray:
    return raw.astype(np.int64 if raw.dtype.itemsize > 2 else np.int32) & ((1 << bits) - 1)


def _signed(raw: np.ndarray, bits: int) -> np.ndarray:
    values = _unsigned(raw, bits)
    return np.where(values >> (bits - 1), values - (1 << bits), values)


def _roughness(values: np.ndarray, where: np.ndarray) -> float:
    """How much values differ from their neighbors in the picture, where one of the two is in doubt."""
    total = 0.0
    for axis in (-1, -2):
        differences = np.abs(np.diff(values, axis=axis)).astype(float)
        ends = [np.take(where, range(a, where.shape[axis] + a - 1), axis=axis) for a in (0, 1)]
        total += float(differences[ends[0] | ends[1]].sum())
    return total


def _smallest(values: np.ndarray, how: Storage, signed: bool) -> np.ndarray:
    kind = np.dtype(f"{'i' if signed else 'u'}{how.allocated // 8}")
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    fits = not values.size or (values.min() >= low and values.max() <= high)
    return values.astype(kind) if fits else values


def without_padding(values: np.ndarray, how: Storage) -> np.ndarray:
    """Values with places that padding marks set to the darkest value beside it.

    Padding among the picture's own values is believed only where it reaches the edge of the picture, since it would
    punch holes into tissue.
    """
    if how.padding is None or not values.size:
        return values
    low, high = _as_values(how.padding, how, values.dtype)
    marked = (values >= low) & (values <= high)
    if not marked.any() or marked.all():
        return values
    others = values[~marked]
    if others.min() < low and others.max() > high:
        marked = _reaching_the_edge(marked)
    darkest = others.max() if how.inverted else others.min()
    return np.where(marked, darkest, values).astype(values.dtype)


def _as_values(padding: tuple[int, int], how: Storage, kind: np.dtype) -> tuple[int, int]:
    """The padding's range in the values' sign, which its own value representation need not have."""
    turn = 1 << how.allocated
    half = turn >> 1
    if kind.kind == "i":
        ends = sorted(edge - turn if edge >= half else edge for edge in padding)
    else:
        ends = sorted(edge + turn if edge < 0 else edge for edge in padding)
    return ends[0], ends[1]


def _reaching_the_edge(marked: np.ndarray) -> np.ndarray:
    found = np.zeros_like(marked)
    for index in np.ndindex(marked.shape[:-2]):
        labels, _ = ndimage.label(marked[index])
        edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
        found[index] = np.isin(labels, edge[edge > 0])
    return found


def upright_gray(values: np.ndarray, how: Storage) -> np.ndarray:
    """Values that grow with brightness."""
    if not how.inverted:
        return values
    turned = (-1 if values.dtype.kind == "i" else (1 << how.stored) - 1) - values.astype(np.int64)
    kind = values.dtype
    fits = not turned.size or (turned.min() >= np.iinfo(kind).min and turned.max() <= np.iinfo(kind).max)
    return turned.astype(kind if fits else np.int32)
