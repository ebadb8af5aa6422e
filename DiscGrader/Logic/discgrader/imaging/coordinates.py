"""Whether the positions of two series can be compared: by patient, frame of reference and, above all, their
pictures."""

from weakref import WeakKeyDictionary

from discgrader.imaging.agreement import Agreement, agreement
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume

SAME_PLACE_MM = 6.0
"""Pictures that fit best when moved by no more lie in one place, as far as a resting patient's do."""

ELSEWHERE_MM = 10.0
"""Pictures that fit best when moved by more than this lie in two, whatever headers say."""

LEAST_PEAK_RATIO = 2.1
"""The best place must tell so many times what any place does: series of one body reach 2.2 and more with a third of
noise, of different bodies 2.05 at most (digital spines, and real ones of two persons)."""

_MUCH_LESS = 0.7
"""A fit in place that is this share of the best one or more is not called a contradiction. No measurement is on
record."""

_NO_MATCH = "so its slices cannot be assigned to discs"

_known: WeakKeyDictionary[Volume, WeakKeyDictionary[Volume, Agreement | None]] = WeakKeyDictionary()


def other_coordinates(one: Series, other: Series) -> str | None:
    """Why the positions of two series cannot be compared, in words that follow the first one's name; None where they
    can.

    A FrameOfReferenceUID that differs is no reason where the pictures agree, since exports often give each series one
    of its own. One that is the same, or missing, does not help where pictures clearly disagree.
    """
    own, its = one.identity or Identity(), other.identity or Identity()
    if own.patient_id and its.patient_id and own.patient_id != its.patient_id:
        return f"is from a different patient than {other.name}"
    frames = own.frame_of_reference_uid, its.frame_of_reference_uid
    if all(frames) and frames[0] != frames[1]:
        return _unless_confirmed(_agreement(one.volume, other.volume), other)
    return None if one.plane is other.plane else _if_contradicted(_agreement(one.volume, other.volume), other)


def _unless_confirmed(found: Agreement | None, other: Series) -> str | None:
    frame = f"has a different frame of reference than {other.name}"
    if found is None:
        return f"{frame}, and the two overlap too little for their images to be compared, {_NO_MATCH}"
    if found.contrast < LEAST_PEAK_RATIO:
        return f"{frame}, and their images do not match, {_NO_MATCH}"
    if found.distance_mm > SAME_PLACE_MM:
        return f"{frame}, and their images match only when shifted by {found.distance_mm:.0f} mm, {_NO_MATCH}"
    return None


def _if_contradicted(found: Agreement | None, other: Series) -> str | None:
    if (
        found is None
        or found.contrast < LEAST_PEAK_RATIO
        or found.distance_mm <= ELSEWHERE_MM
        or found.share > _MUCH_LESS
    ):
        return None
    return (
        f"lies {found.distance_mm:.0f} mm away from where its image matches {other.name}, so the position of "
        "one of them is wrong"
    )


def _agreement(one: Volume, other: Volume) -> Agreement | None:
    known = _known.setdefault(one, WeakKeyDictionary())
    if other not in known:
        known[other] = agreement(one, other)
    return known[other]
