"""Series in separate folders of which nothing in their headers says that they are of one examination.

Where identifiers, dates and the frame of reference were all taken away, pictures alone can tell: series of one
examination show the same body at the same place. Where they do not, or where one series was taken twice, the folders
may be of two examinations or patients, and mixing them would grade the wrong one without a word.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError
from discgrader.imaging.coordinates import LEAST_PEAK_RATIO, SAME_PLACE_MM, agreement
from discgrader.imaging.dicom_examinations import linked
from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_series import by_series
from discgrader.imaging.dicom_values import named, text_of
from discgrader.imaging.recognize import plane_of
from discgrader.imaging.study import listed
from discgrader.imaging.volume import Volume

_TELLS_A_KIND = ("SeriesDescription", "EchoTime")


def check_linked(what: str, slices: Sequence[Slice], series: Sequence) -> None:
    """Refuse series in separate folders that nothing links, neither headers nor pictures.

    Parameters
    ----------
    what : str
        The study's name.
    slices : sequence of Slice
        Of what was taken for one examination.
    series : sequence of DicomSeries
        What was read of them.

    Raises
    ------
    StudyError
    """
    groups = _groups(slices)
    if len(groups) < 2:
        return
    home = {path: number for number, paths in enumerate(groups) for path in paths}
    parts: dict[int, list] = {}
    for each in series:
        parts.setdefault(home[each.source[0]], []).append(each)
    if len(parts) < 2:
        return
    numbers = list(parts)
    apart = next((pair for pair in combinations(numbers, 2) if _taken_twice(*(parts[number] for number in pair))), None)
    if apart is None:
        reached, rest = {numbers[0]}, set(numbers[1:])
        while near := {number for number in rest if any(_agree(parts[number], parts[other]) for other in reached)}:
            reached |= near
            rest -= near
        if not rest:
            return
        apart = (numbers[0], min(rest))
    folders = [listed(sorted({path.parent for path in groups[number]})) for number in apart]
    raise StudyError(
        f"{what} contains series in the folders {' and '.join(folders)} that may belong to two examinations: "
        f"{_UNSAID} are missing, and their images do not show that they belong together. Give the folder of "
        "one examination."
    )


_UNSAID = f"{named('StudyInstanceUID')} and {named('StudyDate')}"


def _groups(slices: Sequence[Slice]) -> list[set[Path]]:
    """The files of what is linked by its headers or lies in one folder."""
    groups = [list(ones) for ones in by_series(slices)]
    number = 1
    while number < len(groups):
        home = next((other for other in groups[:number] if _together(other, groups[number])), None)
        if home is None:
            number += 1
        else:
            home += groups.pop(number)
            number = 1
    return [{slice_.path for slice_ in group} for group in groups]


def _together(one: Sequence[Slice], other: Sequence[Slice]) -> bool:
    return bool({each.path.parent for each in one} & {each.path.parent for each in other}) or linked(one, other)


def _agree(ones: Sequence, others: Sequence) -> bool:
    """Whether any series of one part fits any of another as they lie."""
    for own in ones:
        for other in others:
            found = agreement(own.volume, other.volume)
            if found is not None and found.contrast >= LEAST_PEAK_RATIO and found.distance_mm <= SAME_PLACE_MM:
                return True
    return False


def _taken_twice(ones: Sequence, others: Sequence) -> bool:
    """Whether both hold a series of one kind and plane that is no copy, and shows the same place."""
    return any(_same_kind(own, other) for own in ones for other in others)


def _same_kind(one, other) -> bool:
    kinds = [_kind(each.header) for each in (one, other)]
    if not any(kinds[0]) or kinds[0] != kinds[1] or plane_of(one.volume) is not plane_of(other.volume):
        return False
    if one.volume.size == other.volume.size and (one.volume.array == other.volume.array).all():
        return False
    return _overlap(one.volume, other.volume)


def _kind(header: Mapping) -> tuple[str, ...]:
    return tuple(text_of(header.get(keyword)).strip() for keyword in _TELLS_A_KIND)


def _overlap(one: Volume, other: Volume) -> bool:
    """Whether the middle of each lies inside of the other, as that of neither does where blocks lie side by side."""
    middles = [each.index_to_lps((np.array(each.size) - 1) / 2) for each in (one, other)]
    return _inside(one, middles[1]) and _inside(other, middles[0])


def _inside(volume: Volume, point) -> bool:
    index = volume.lps_to_index(point)
    return bool((index >= -0.5).all() and (index <= [n - 0.5 for n in volume.size]).all())
