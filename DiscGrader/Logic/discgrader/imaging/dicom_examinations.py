"""Whose and of which examination DICOM slices are: one patient, one examination, the newest of several.

An examination is identified by its StudyInstanceUID, its dates, and what stands in for these where they are missing:
the accession number, the time, the frame of reference, the series. Identifiers alone are not believed: one
StudyInstanceUID with dates far apart is several examinations, several of the same time are one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from discgrader.errors import StudyError
from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_values import named, text_of
from discgrader.imaging.study import Examination

_DAYS_OF_ONE = 1
"""An examination may go on past midnight."""

_SHARED = ("SeriesInstanceUID", "FrameOfReferenceUID", "AccessionNumber")
"""What only pictures of one examination have in common, if their dates allow it."""

_DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")


@dataclass(frozen=True, eq=False)
class Examined:
    """The slices of one examination.

    Parameters
    ----------
    slices : tuple of Slice
    examination : Examination
    """

    slices: tuple[Slice, ...]
    examination: Examination

    @property
    def when(self) -> tuple[str, str]:
        """Date and time, which sort."""
        return self.examination.date, self.examination.time


def check_one_patient(slices: Sequence[Slice]) -> None:
    """Refuse files of several patients.

    Two files are of different patients when their PatientID differs, or their birth dates; and, where a PatientID is
    missing, when their names do, or one is a man's and one a woman's.

    Raises
    ------
    StudyError
        When there are several.
    """
    people = list({_person(slice_): None for slice_ in slices})
    for number, person in enumerate(people):
        for other in people[:number]:
            keyword = _other_person(person, other)
            if keyword is not None:
                raise StudyError(
                    f"The DICOM files belong to {_count_people(people)} patients ({named(keyword)} differs); "
                    "give the folder of one examination."
                )


def _person(slice_: Slice) -> tuple[str, str, str, str]:
    name = re.sub(r"[\s^,.=_-]+", " ", text_of(slice_.header.get("PatientName"))).strip().casefold()
    sex = text_of(slice_.header.get("PatientSex")).strip().upper()[:1]
    known = sex if sex in ("M", "F") else ""
    return (
        text_of(slice_.header.get("PatientID")).strip().casefold(),
        name,
        text_of(slice_.header.get("PatientBirthDate")),
        known,
    )


def _other_person(one: tuple[str, str, str, str], other: tuple[str, str, str, str]) -> str | None:
    """The attribute that two files cannot share a patient by."""
    for place, keyword in ((0, "PatientID"), (2, "PatientBirthDate")):
        if one[place] and other[place] and one[place] != other[place]:
            return keyword
    if one[0] and other[0]:
        return None
    if one[1] and other[1] and sorted(one[1].split()) != sorted(other[1].split()):
        return "PatientName"
    return "PatientSex" if one[3] and other[3] and one[3] != other[3] else None


def _count_people(people: Sequence[tuple[str, str, str, str]]) -> int:
    """How many of them are pairwise different persons."""
    apart: list[tuple[str, str, str, str]] = []
    for person in people:
        if all(_other_person(person, other) for other in apart):
            apart.append(person)
    return len(apart)


def examinations(slices: Sequence[Slice]) -> list[Examined]:
    """The slices by examination, the newest first; examinations whose dates are missing come last."""
    groups = _by_uid(slices)
    groups = [part for group in groups for part in _by_date(group)]
    groups = _with_the_rest(_joined(groups, _belong))
    found = [Examined(tuple(group), _examination(group)) for group in groups]
    acquired = [_acquired(group) for group in groups]
    if len({examined.examination.date for examined in found}) < len(found) and all(acquired):
        # one date for all was put in; those that the pictures were taken on are told
        found = [
            replace(examined, examination=replace(examined.examination, date=max(days)))
            for examined, days in zip(found, acquired)
        ]
    return sorted(found, key=lambda examined: examined.when, reverse=True)


def newest(found: Sequence[Examined]) -> Examined:
    """The newest of several examinations.

    Raises
    ------
    StudyError
        When dates do not tell which it is.
    """
    first, second = found[0], found[1]
    undated = [examined for examined in found if not examined.examination.date]
    same_day = first.examination.date == second.examination.date
    untimed = same_day and not (first.examination.time and second.examination.time)
    if undated or untimed or first.when == second.when:
        missing = named("StudyDate" if undated else "StudyTime")
        raise StudyError(
            f"The DICOM files belong to {len(found)} examinations ({named('StudyInstanceUID')}), and "
            f"{missing} does not show which is the newest; give the folder of one of them."
        )
    return first


def _by_uid(slices: Sequence[Slice]) -> list[list[Slice]]:
    groups: dict[str, list[Slice]] = {}
    for slice_ in slices:
        groups.setdefault(text_of(slice_.header.get("StudyInstanceUID")), []).append(slice_)
    known = [group for uid, group in groups.items() if uid]
    # a series that names no study is one of its own until something says where it belongs
    series: dict[tuple[str, str], list[Slice]] = {}
    for slice_ in groups.get("", []):
        key = (text_of(slice_.header.get("SeriesInstanceUID")) or str(slice_.path.parent), _day(slice_))
        series.setdefault(key, []).append(slice_)
    return [*known, *series.values()]


def _by_date(group: list[Slice]) -> list[list[Slice]]:
    """One StudyInstanceUID split where its dates are farther apart than an examination takes."""
    for day_of in (lambda slice_: iso_date(slice_.header.get("StudyDate")), _taken):
        days = sorted({day for slice_ in group if (day := day_of(slice_))})
        starts = [
            day for before, day in zip(["", *days], days) if not before or _days_between(before, day) > _DAYS_OF_ONE
        ]
        if len(starts) < 2:
            continue
        parts: dict[str, list[Slice]] = {}
        for slice_ in group:
            day = day_of(slice_)
            parts.setdefault(max((start for start in starts if start <= day), default=""), []).append(slice_)
        return list(parts.values())
    return [group]


def _joined(groups: list[list[Slice]], belong: Callable[[list[Slice], list[Slice]], bool]) -> list[list[Slice]]:
    """Groups put together as long as two of them belong together."""
    groups = [list(group) for group in groups]
    number = 1
    while number < len(groups):
        home = next((other for other in groups[:number] if belong(other, groups[number])), None)
        if home is None:
            number += 1
        else:
            home += groups.pop(number)
            number = 1
    return groups


def _belong(one: list[Slice], other: list[Slice]) -> bool:
    """Whether two groups of slices are of one examination although their StudyInstanceUID or dates are not the same."""
    days, its_days = _days(one), _days(other)
    if _far_apart(days, its_days) or _far_apart(_acquired(one), _acquired(other)):
        return False
    if any(_is_informative(_values(one, keyword) & _values(other, keyword)) for keyword in _SHARED):
        return True
    uids, its_uids = _values(one, "StudyInstanceUID"), _values(other, "StudyInstanceUID")
    if not uids and not its_uids:
        return _alike(one, other)
    same_day = bool(days & its_days)
    return same_day and (not uids or not its_uids or bool(_times(one) & _times(other)))


def _far_apart(days: set[str], others: set[str]) -> bool:
    """Whether no day of one lies near a day of the other; not where one has none."""
    return bool(days and others) and min(_days_between(a, b) for a in days for b in others) > _DAYS_OF_ONE


def _acquired(group: list[Slice]) -> set[str]:
    """The days that pictures were taken on, whatever date was put in for that of the examination."""
    return {day for slice_ in group if (day := _taken(slice_))}


def _taken(slice_: Slice) -> str:
    """The day a picture was taken on; a series that was computed from others may be of a later day."""
    acquired = iso_date(slice_.header.get("AcquisitionDate"))
    computed = "DERIVED" in text_of(slice_.header.get("ImageType")).upper()
    return acquired or ("" if computed else iso_date(slice_.header.get("SeriesDate")))


def _with_the_rest(groups: list[list[Slice]]) -> list[list[Slice]]:
    """What names no examination, or no date of one that has several, goes to the only one that there is."""
    dated, named_ones = ([group for group in groups if has_key(group)] for has_key in (_days, _uids))
    anchors = dated or named_ones
    if len(anchors) != 1:
        return groups
    [home] = anchors
    uids = _values(home, "StudyInstanceUID")
    rest = [group for group in groups if group is not home]
    joining = [group for group in rest if not _days(group) and (not uids or _values(group, "StudyInstanceUID") <= uids)]
    whole = [*home, *(slice_ for group in joining for slice_ in group)]
    return [whole, *(group for group in rest if not any(group is joined for joined in joining))]


def linked(one: Sequence[Slice], other: Sequence[Slice]) -> bool:
    """Whether anything in the headers of two groups of slices says that they are of one examination."""
    if any(
        _is_informative(_values(one, keyword) & _values(other, keyword)) for keyword in (*_SHARED, "StudyInstanceUID")
    ):
        return True
    return bool(_days(one) & _days(other) or _times(one) & _times(other))


def _alike(one: list[Slice], other: list[Slice]) -> bool:
    """Whether nothing that stands in for a missing StudyInstanceUID tells two groups apart."""
    return all(
        not _values(one, keyword) or not _values(other, keyword) or _values(one, keyword) & _values(other, keyword)
        for keyword in ("StudyID", "AccessionNumber", "StudyTime", "StudyDate")
    )


def _uids(group: Sequence[Slice]) -> set[str]:
    return _values(group, "StudyInstanceUID")


def _days(group: Sequence[Slice]) -> set[str]:
    return {day for slice_ in group if (day := _day(slice_))}


def _values(group: Iterable[Slice], *keywords: str) -> set[str]:
    return {text for slice_ in group for keyword in keywords if (text := text_of(slice_.header.get(keyword)))}


def _is_informative(values: set[str]) -> bool:
    """Whether any of the values is more than a filler such as 0, NONE or ANONYMOUS."""
    return any(re.search(r"[1-9]", value) for value in values)


def _times(group: Sequence[Slice]) -> set[str]:
    """Times of the examination but for midnight, which is put in where the time was taken away."""
    return {time for time in _values(group, "StudyTime") if time.strip("0:. ")}


def _day(slice_: Slice) -> str:
    return next((day for keyword in _DATES if (day := iso_date(slice_.header.get(keyword)))), "")


def iso_date(value: object) -> str:
    """A DICOM date as ISO 8601; ``""`` where it is none."""
    match = re.fullmatch(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})", text_of(value).strip())
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def _days_between(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _examination(group: list[Slice]) -> Examination:
    def most(keyword: str) -> str:
        texts = [text for slice_ in group if (text := text_of(slice_.header.get(keyword)))]
        return max(dict.fromkeys(texts), key=texts.count) if texts else ""

    days = [
        day
        for keyword in _DATES
        if (day := max((iso_date(slice_.header.get(keyword)) for slice_ in group), default=""))
    ]
    digits = next((text for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime") if (text := most(keyword))), "")
    match = re.match(r"(\d{2}):?(\d{2}):?(\d{2})?", digits)
    time = ":".join(part or "00" for part in match.groups()) if match else ""
    uid, description, accession = map(most, ("StudyInstanceUID", "StudyDescription", "AccessionNumber"))
    return Examination(days[0] if days else "", time, uid, description, accession)
