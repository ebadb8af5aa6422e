"""What one SeriesInstanceUID holds, split into pictures of one kind that lie parallel: by place, contrast and order.

Two slices lie at the same place when they do so along their normal and in their plane. Attributes part slices where
several share a place, and where they state another contrast; where no attribute does, the order of images and the
picture decide; where nothing does, the series is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_order import (
    SAME_PLACE_MM,
    STATION_MM,
    Unstackable,
    alternating,
    in_order_of_images,
    lattices,
    most_at_a_place,
    of_shared_places,
    places,
)
from discgrader.imaging.dicom_series import IN_TIME
from discgrader.imaging.dicom_values import is_number, named, text_of
from discgrader.imaging.geometry import cannot_be_one_patient

PARALLEL = 3e-3
"""Directions that were rounded to three decimals, each by itself, differ by less, blocks angled to discs by more."""

MANY = 5
"""A single slice that contradicts so many others is taken for a slip, not for a series."""

_ABOUT_PARALLEL = 0.8
"""Cosine of 37 degrees: slices of one plane, however oblique, as against slices of another plane. A round number."""

_PLANE_NAMES = ("sagittal", "coronal", "axial")
_SAME_TIME = 1.2
"""Echo and repetition times of one series differ by less than this factor."""

_SAME_REPETITION = 1.5
"""Where slices share no place: concatenations of one series, each of which has a repetition time of its own."""

_TIMES = ("EchoTime", "RepetitionTime", "InversionTime")
_OF_CONTRAST = (
    ("SeriesNumber", "series"),
    ("SeriesDescription", ""),
    ("EchoNumbers", "echo"),
    ("EchoTime", "TE"),
    ("RepetitionTime", "TR"),
    ("InversionTime", "TI"),
    ("ScanningSequence", ""),
)
_DISTINGUISHING = (
    ("SeriesNumber", "series"),
    ("SeriesDescription", ""),
    ("ProtocolName", "protocol"),
    ("EchoNumbers", "echo"),
    ("EchoTime", "TE"),
    ("TemporalPositionIdentifier", "time"),
    ("TemporalPositionIndex", "time"),
    ("ImageType", ""),
    ("InversionTime", "TI"),
    ("RepetitionTime", "TR"),
    ("DiffusionBValue", "b"),
    ("ScanningSequence", ""),
    ("SequenceName", ""),
    ("ContrastBolusAgent", "contrast"),
    ("StackID", "stack"),
    ("TriggerTime", "trigger"),
    ("AcquisitionNumber", "acquisition"),
    ("FrameOfReferenceUID", "frame of reference"),
    ("SeriesTime", "time"),
    ("AcquisitionTime", "time"),
)


@dataclass(frozen=True, eq=False)
class Part:
    """Slices of one kind, all parallel, one at each place.

    Parameters
    ----------
    words : tuple of str
        What tells it from the other parts of its series.
    slices : tuple of Slice
    odd : tuple of (Slice, str)
        Slices that were left out of it, and why.
    """

    words: tuple[str, ...]
    slices: tuple[Slice, ...]
    odd: tuple[tuple[Slice, str], ...] = ()


def split_series(
    slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]
) -> tuple[list[Part], list[tuple[list[Slice], str]]]:
    """The parts of one series, and slices that make none, with the reason.

    Parameters
    ----------
    slices : sequence of Slice
        Doubles left out.
    pictures : mapping of id of a Slice to ndarray
    """
    _refuse_one_place(slices)
    parts: list[Part] = []
    slices, refused = _without_strays(slices)
    slices, interleaved = _without_interleaved(slices)
    refused += interleaved
    for place, group in _by_place(slices):
        for kind, of_contrast in _by_contrast(group):
            for word, members in _split_by_attributes(of_contrast):
                words = tuple(filter(None, (place, kind, word)))
                try:
                    parts += _one_at_each_place(words, members, pictures)
                except Unstackable as error:
                    refused.append((members, str(error)))
    return parts, refused


def _refuse_one_place(slices: Sequence[Slice]) -> None:
    """Slices of different places that all state the same one."""
    first = slices[0]
    same = all(
        alike(slice_, first) and np.allclose(slice_.position, first.position, atol=SAME_PLACE_MM) for slice_ in slices
    )
    if len(slices) < 3 or not same:
        return
    locations = {text_of(slice_.header.get("SliceLocation")) for slice_ in slices}
    in_time = any(len({text_of(slice_.header.get(keyword)) for slice_ in slices}) == len(slices) for keyword in IN_TIME)
    if len(locations) > 1 or not in_time:
        raise Unstackable(f"{named('ImagePositionPatient')} is the same on all {len(slices)} slices")


def alike(one: Slice, other: Slice) -> bool:
    """Whether two slices are of one size and lie parallel, turned in no way against each other."""
    return (
        one.shape == other.shape
        and np.allclose(one.pixel_spacing, other.pixel_spacing, rtol=1e-4)
        and np.allclose(one.row, other.row, atol=PARALLEL)
        and np.allclose(one.column, other.column, atol=PARALLEL)
    )


def _without_strays(slices: Sequence[Slice]) -> tuple[list[Slice], list[tuple[list[Slice], str]]]:
    """Slices without single ones whose geometry contradicts the many others of about the same direction."""
    groups = sorted((station for group in _grouped(slices, alike) for station in _stations(group)), key=len)
    main = groups[-1]
    strays = [
        group
        for group in groups[:-1]
        if len(group) == 1
        and (len(main) >= MANY or (len(main) > 1 and cannot_be_one_patient(group[0].position, main[0].position)))
        and abs(group[0].normal @ main[0].normal) > _ABOUT_PARALLEL
    ]
    refused = [(group, f"contradicts the other slices: {_contradiction(group[0], main[0])}") for group in strays]
    away = {id(group[0]) for group in strays}
    return [slice_ for slice_ in slices if id(slice_) not in away], refused


def _without_interleaved(slices: Sequence[Slice]) -> tuple[list[Slice], list[tuple[list[Slice], str]]]:
    """Slices without those of groups that lie between each other and differ in geometry alone, which cannot be."""
    groups = _grouped(slices, alike)
    interleaved: dict[int, tuple[list[Slice], str]] = {}
    for (number, group), (its, other) in combinations(enumerate(groups), 2):
        if _between_each_other(group, other) and not _contrasts(group) ^ _contrasts(other):
            reason = f"lie between other slices that they contradict: {_contradiction(group[0], other[0])}"
            interleaved |= {number: (group, reason), its: (other, reason)}
    kept = {id(slice_) for number, group in enumerate(groups) if number not in interleaved for slice_ in group}
    return [slice_ for slice_ in slices if id(slice_) in kept], list(interleaved.values())


def _between_each_other(one: Sequence[Slice], other: Sequence[Slice]) -> bool:
    """Whether two groups of parallel slices take turns along their normal and share no place."""
    normal = one[0].normal
    if min(len(one), len(other)) < 2 or abs(normal @ other[0].normal) < 1 - PARALLEL:
        return False
    places = sorted(
        [(float(each.position @ normal), number) for number, group in enumerate((one, other)) for each in group]
    )
    turns = [a[1] != b[1] for a, b in pairwise(places)]
    apart = all(b[0] - a[0] > SAME_PLACE_MM for a, b in pairwise(places))
    return apart and sum(turns) > len(turns) / 2


def _contrasts(slices: Sequence[Slice]) -> set[tuple[str, str]]:
    return {(keyword, text_of(slice_.header.get(keyword))) for slice_ in slices for keyword, _ in _OF_CONTRAST}


def _contradiction(one: Slice, other: Slice) -> str:
    if one.shape != other.shape:
        return f"{named('Rows')} or {named('Columns')} differ"
    if not np.allclose(one.pixel_spacing, other.pixel_spacing, rtol=1e-4):
        return f"{named('PixelSpacing')} differs"
    if not alike(one, other):
        return f"{named('ImageOrientationPatient')} differs"
    return f"{named('ImagePositionPatient')} lies off to their side"


def _by_place(slices: Sequence[Slice]) -> list[tuple[str, list[Slice]]]:
    """Split by size and direction, and by stations beside each other, from the head to the foot, each with a word."""
    groups = [station for group in _grouped(slices, alike) for station in _stations(group)]
    groups.sort(key=lambda group: -float(np.mean([slice_.position[2] for slice_ in group])))
    planes = [_PLANE_NAMES[int(np.argmax(np.abs(group[0].normal)))] for group in groups]
    if len(groups) == 1:
        return [("", groups[0])]
    if len(set(planes)) == len(planes):
        return list(zip(planes, groups, strict=True))
    return [(f"block {number}", group) for number, group in enumerate(groups, 1)]


def _grouped(slices: Sequence[Slice], same: Callable[[Slice, Slice], bool]) -> list[list[Slice]]:
    groups: list[list[Slice]] = []
    for slice_ in slices:
        home = next((group for group in groups if same(slice_, group[0])), None)
        if home is None:
            groups.append([slice_])
        else:
            home.append(slice_)
    return groups


def _stations(slices: list[Slice]) -> list[list[Slice]]:
    """Parallel slices split where they lie beside each other in their plane, as upper and lower station of a spine do.

    Slices that are shifted a little from one to the next, as in an oblique stack, stay together.
    """
    across = slices[0].normal
    offsets = np.array([slice_.position - (slice_.position @ across) * across for slice_ in slices])
    left, groups = set(range(len(slices))), []
    while left:
        found, edge = set(), [min(left)]
        while edge:
            number = edge.pop()
            if number in left:
                left.remove(number)
                found.add(number)
                near = np.linalg.norm(offsets - offsets[number], axis=1) < STATION_MM
                edge += [int(other) for other in np.flatnonzero(near) if other in left]
        groups.append([slices[number] for number in sorted(found)])
    return groups


def by_value(slices: Sequence[Slice], keyword: str, factor: float = _SAME_TIME) -> dict[str, list[Slice]]:
    """Slices by what they state of an attribute, times that differ by less than a factor together."""
    values = sorted({float(value) for slice_ in slices if is_number(value := slice_.header.get(keyword))})
    first: dict[float, float] = {}
    for value in values:
        near = keyword in _TIMES and first and value <= factor * list(first.values())[-1]
        first[value] = list(first.values())[-1] if near else value
    groups: dict[str, list[Slice]] = {}
    for slice_ in slices:
        value = slice_.header.get(keyword)
        text = text_of(first[float(value)]) if is_number(value) else text_of(value)
        groups.setdefault(text, []).append(slice_)
    return groups


def _by_contrast(slices: list[Slice]) -> list[tuple[str, list[Slice]]]:
    """Split where all slices state a contrast, not all the same, whether or not they share places."""
    lone = most_at_a_place(slices) == 1
    for keyword, word in _OF_CONTRAST:
        groups = by_value(slices, keyword, _SAME_REPETITION if lone and keyword == "RepetitionTime" else _SAME_TIME)
        if len(groups) > 1 and "" not in groups and all(len(places(group)) > 1 for group in groups.values()):
            return _named(word, groups, _by_contrast)
    return [("", slices)]


def _split_by_attributes(slices: list[Slice]) -> list[tuple[str, list[Slice]]]:
    """Split by the first attribute that tells slices at the same place apart; whole where none does."""
    most, one_place = most_at_a_place(slices), len(places(slices)) == 1
    if most == 1:
        return [("", slices)]
    ways: list[tuple[str, dict[str, list[Slice]]]] = [
        (word, by_value(slices, keyword)) for keyword, word in _DISTINGUISHING
    ]
    ways += [("folder", _by(slices, lambda slice_: slice_.path.parent.name)), ("files", _by(slices, _file_kind))]
    for word, groups in ways:
        # a lone odd slice is a double rather than a series
        whole = all(len(places(group)) > 1 or one_place for group in groups.values())
        if len(groups) > 1 and whole and max(map(most_at_a_place, groups.values())) < most:
            return _named(word, groups, _split_by_attributes)
    return [("", slices)]


def _by(slices: Sequence[Slice], key: Callable[[Slice], str]) -> dict[str, list[Slice]]:
    groups: dict[str, list[Slice]] = {}
    for slice_ in slices:
        groups.setdefault(key(slice_), []).append(slice_)
    return groups


def _file_kind(slice_: Slice) -> str:
    """A file's name without the number that counts slices, which is its last."""
    return re.sub(r"\d+(?=\D*$)", "", slice_.path.name)


def _named(
    word: str, groups: Mapping[str, list[Slice]], further: Callable[[list[Slice]], list[tuple[str, list[Slice]]]]
) -> list[tuple[str, list[Slice]]]:
    return [
        (" ".join(filter(None, [word if value or not word else f"no {word}", value, more])), of_contrast)
        for value, group in sorted(groups.items(), key=lambda item: _sort_key(item[0]))
        for more, of_contrast in further(group)
    ]


def _sort_key(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return float("inf"), text


def _one_at_each_place(words: tuple[str, ...], slices: list[Slice], pictures: Mapping[int, np.ndarray]) -> list[Part]:
    """Split by order where slices share places or lie closer than they should."""
    ordered = in_order_of_images(slices)
    if ordered is not None:
        return [Part((*words, f"block {number}"), tuple(group)) for number, group in enumerate(ordered, 1)]
    slices, odd = of_shared_places(slices, pictures)
    groups, close = lattices(slices)
    if len(groups) == 1:
        groups = alternating(groups[0], pictures)
        kinds = "picture"
    else:
        kinds = "block"
    several = len(groups) > 1
    return [
        Part((*words, f"{kinds} {number}") if several else words, tuple(group), () if number > 1 else (*odd, *close))
        for number, group in enumerate(groups, 1)
    ]
