"""Which discs of two readings of one study are the same disc, so that its number tells it whichever is shown."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from discgrader.reading.record import DiscReading, Reading

SAME_DISC_MM = 8.0
"""A disc that was found again, or a box that bears no number, is that of the disc whose box had its middle so near."""


def apart_mm(one: DiscReading, other: DiscReading) -> float:
    """How far the middles of the boxes of two discs are apart."""
    return float(np.linalg.norm(one.box.center_lps_mm - other.box.center_lps_mm))


def same_numbers(taken: Reading, known: Reading) -> dict[int, int]:
    """By the number of each disc of a reading the number of the same disc in another one, for those that it has.

    A disc is the same where its box is, or was before any correction; of several, first the one of the same number,
    then the nearest. What is deleted in one of them may be there in the other.
    """
    pairs = [
        (
            disc.number != other.number,
            (disc.deleted is None) != (other.deleted is None),
            away,
            disc.number,
            other.number,
        )
        for disc in taken.discs
        for other in known.discs
        if (away := _nearest_mm(disc, other)) <= SAME_DISC_MM
    ]
    same: dict[int, int] = {}
    for *_rank, number, other in sorted(pairs):
        if number not in same and other not in same.values():
            same[number] = other
    return same


def with_numbers_of(taken: Reading, known: Reading) -> Reading:
    """A reading whose discs bear the numbers that the same discs have in another one; those that it lacks get new ones.

    Whatever goes by numbers, such as what is chosen, what undo brings back and what the scene shows, then means the
    same disc before and after.
    """
    same = same_numbers(taken, known)
    used = {*same.values(), *(disc.number for disc in known.discs)}
    numbers = dict(same)
    for disc in taken.discs:
        if disc.number not in same:
            numbers[disc.number] = disc.number if disc.number not in used else _free(used)
            used.add(numbers[disc.number])
    if all(number == new for number, new in numbers.items()):
        return taken
    discs = tuple(replace(disc, number=numbers[disc.number]) for disc in taken.discs)
    beside = tuple(
        replace(one, discs=tuple(replace(disc, number=numbers.get(disc.number, 0)) for disc in one.discs))
        for one in taken.beside
    )
    return replace(taken, discs=discs, beside=beside)


def _nearest_mm(one: DiscReading, other: DiscReading) -> float:
    return min(apart_mm(one, other), float(np.linalg.norm(one.found_box.center_lps_mm - other.found_box.center_lps_mm)))


def _free(used: Iterable[int]) -> int:
    return max(used, default=0) + 1
