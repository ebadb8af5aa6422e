"""Which slices were meant as one series: by SeriesInstanceUID, and by what stands in for it; and doubles among them."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_values import text_of

IN_TIME = (
    "EchoNumbers",
    "EchoTime",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "TriggerTime",
    "DiffusionBValue",
)
"""What tells pictures of one place apart that were taken one after the other, or at several strengths."""

_SINGLES = 3
"""From so many series of one slice each on, that differ in nothing else, they are taken for one."""


def by_series(slices: Sequence[Slice]) -> list[list[Slice]]:
    """Slices by series, in the order of series number and file.

    Where a SeriesInstanceUID is missing, number, description and folder stand in for it. Where each slice has one of
    its own, slices that are alike in contrast and geometry are put together.
    """
    groups: dict[tuple[str, ...], list[Slice]] = {}
    for slice_ in slices:
        uid = text_of(slice_.header.get("SeriesInstanceUID"))
        groups.setdefault((uid,) if uid else ("", *_stand_in(slice_)), []).append(slice_)
    return sorted(_singles_joined(list(groups.values())), key=lambda ones: (series_number(ones), str(ones[0].path)))


def series_number(slices: Sequence[Slice]) -> int:
    """The SeriesNumber that most slices state, 0 where there is none."""
    stated = [number for slice_ in slices if isinstance(number := slice_.header.get("SeriesNumber"), int)]
    return max(dict.fromkeys(stated), key=stated.count) if stated else 0


def series_description(slices: Sequence[Slice]) -> str:
    """What most slices say that their series is called, else its number."""
    for keyword in ("SeriesDescription", "ProtocolName"):
        texts = [text for slice_ in slices if (text := text_of(slice_.header.get(keyword)))]
        if texts:
            return max(dict.fromkeys(texts), key=texts.count)
    return f"series {series_number(slices)}"


def _stand_in(slice_: Slice) -> tuple[str, ...]:
    texts = [text_of(slice_.header.get(keyword)) for keyword in ("SeriesNumber", "SeriesDescription", "ProtocolName")]
    return (*texts, str(slice_.path.parent))


def _singles_joined(groups: list[list[Slice]]) -> list[list[Slice]]:
    alike: dict[tuple[object, ...], list[list[Slice]]] = {}
    for group in groups:
        if len(group) == 1:
            alike.setdefault(_acquisition_key(group[0]), []).append(group)
    joined = {id(group): many for many in alike.values() if len(many) >= _SINGLES for group in many}
    whole = [
        [slice_ for group in many for slice_ in group] for many in {id(many): many for many in joined.values()}.values()
    ]
    return [*(group for group in groups if id(group) not in joined), *whole]


def _acquisition_key(slice_: Slice) -> tuple[object, ...]:
    """What slices of one series have in common, whatever their identifiers say."""
    texts = [text_of(slice_.header.get(keyword)) for keyword in ("SeriesDescription", "ProtocolName", "ImageType")]
    times = [text_of(slice_.header.get(keyword)) for keyword in ("EchoTime", "RepetitionTime", "InversionTime")]
    geometry = (
        slice_.shape,
        tuple(np.round(np.array(slice_.pixel_spacing), 3)),
        tuple(np.round(np.array([*slice_.row, *slice_.column]), 2) + 0.0),
    )
    return (*texts, *times, *geometry, str(slice_.path.parent))


def content(one: Slice, picture: np.ndarray) -> bytes:
    """What tells a slice's picture, place and time from any other's."""
    time = "\\".join(text_of(one.header.get(keyword)) for keyword in IN_TIME)
    place = np.round(np.concatenate([one.position, one.row, one.column, one.pixel_spacing]), 3) + 0.0
    hasher = hashlib.sha256(place.tobytes() + time.encode())
    hasher.update(np.ascontiguousarray(picture, np.float64).tobytes())
    return hasher.digest()


def without_doubles(slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]) -> tuple[list[Slice], list[Slice]]:
    """Slices of one series, each picture at its place once, and the doubles of these.

    Parameters
    ----------
    slices : sequence of Slice
    pictures : mapping of id of a Slice to ndarray
    """
    seen: set[bytes] = set()
    kept: list[Slice] = []
    doubles: list[Slice] = []
    for slice_ in slices:
        digest = content(slice_, pictures[id(slice_)])
        (doubles if digest in seen else kept).append(slice_)
        seen.add(digest)
    return kept, doubles
