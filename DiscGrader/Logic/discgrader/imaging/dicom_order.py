"""Parallel slices in order: rows of even steps among them, and one slice for each place."""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np

from discgrader.imaging.dicom_headers import Slice
from discgrader.imaging.dicom_values import named

SAME_PLACE_MM = 0.1
"""Less than any distance between slices, more than positions written with one decimal are off."""

STATION_MM = 6.0
"""Neighboring slices are shifted against each other in their plane by less, stations of a spine by more."""

_FEW = 0.2
"""So large a share of places may hold a second picture for this to be a slip rather than a second series."""

_SAME_PICTURE = 0.995
"""Correlation from which two images are one, stored twice (rounded or compressed differently). No measurement is on
record."""


class Unstackable(Exception):
    """Slices that make no volume; says why in words that follow the series' name and a colon."""


def places(slices: Sequence[Slice]) -> list[list[Slice]]:
    """Parallel slices by their place along the normal, sorted by it."""
    ordered = sorted(slices, key=along)
    found = [[ordered[0]]]
    for slice_ in ordered[1:]:
        if along(slice_) - along(found[-1][0]) > SAME_PLACE_MM:
            found.append([])
        found[-1].append(slice_)
    return found


def along(slice_: Slice) -> float:
    """Position along the normal, mm."""
    return float(slice_.position @ slice_.normal)


def most_at_a_place(slices: Sequence[Slice]) -> int:
    """How many slices share the place that most of them share."""
    return max(len(group) for group in places(slices))


def in_order_of_images(slices: Sequence[Slice]) -> list[list[Slice]] | None:
    """Overlapping blocks that the images' numbers count one after the other, or in turn; None where they count
    neither."""
    numbers = [slice_.header.get("InstanceNumber") for slice_ in slices]
    if not all(isinstance(number, int) for number in numbers) or len(set(numbers)) < len(numbers) or len(slices) < 4:
        return None
    if most_at_a_place(slices) == 1 and len(usual_gaps(slices)[1]) == 0:
        return None
    ordered = sorted(slices, key=lambda slice_: slice_.header["InstanceNumber"])
    at, most = places(slices), most_at_a_place(slices)
    # slices that count in turn share most of their places; one that lies where another does is a slip
    in_turn = most > 1 and sum(len(shared_slices) == most for shared_slices in at) > len(at) / 2
    for groups in (_runs(ordered), *([[ordered[first::most] for first in range(most)]] if in_turn else [])):
        # a pair is no block: one slice with another's place is followed by one that goes on from there
        if len(groups) > 1 and all(len(group) > 2 and is_even(group) for group in groups) and _overlap(groups):
            return groups
    return None


def _runs(ordered: Sequence[Slice]) -> list[list[Slice]]:
    runs, step = [[ordered[0]]], None
    for before, slice_ in pairwise(ordered):
        moved = along(slice_) - along(before)
        # Positions are rounded, and slices of one stack differ in their steps by less than 15 %. A round number.
        if (step and abs(moved / step - 1) > 0.15) or abs(moved) <= SAME_PLACE_MM:
            runs.append([slice_])
            step = None
            continue
        runs[-1].append(slice_)
        step = step or moved
    return runs


def is_even(slices: Sequence[Slice]) -> bool:
    """Whether slices in this order go one way at even steps, some of which may be missing."""
    gaps = np.diff(np.array([along(slice_) for slice_ in slices]))
    if len(gaps) == 0 or abs(gaps).min() <= SAME_PLACE_MM or (np.sign(gaps) != np.sign(gaps[0])).any():
        return False
    steps = gaps / gaps[np.argmin(np.abs(gaps))]
    # As in `_runs`.
    return bool((np.abs(steps - np.rint(steps)) < 0.15).all())


def _overlap(groups: Sequence[Sequence[Slice]]) -> bool:
    ranges = [(min(map(along, group)), max(map(along, group))) for group in groups]
    return any(
        min(high, its_high) - max(low, its_low) > SAME_PLACE_MM
        for (low, high), (its_low, its_high) in combinations(ranges, 2)
    )


def of_shared_places(
    slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]
) -> tuple[list[Slice], list[tuple[Slice, str]]]:
    """One slice of each place: where few hold two, the one that is more like its neighbors.

    Raises
    ------
    Unstackable
        When many places hold several pictures that nothing tells apart.
    """
    at = places(slices)
    shared = [number for number, shared_slices in enumerate(at) if len(shared_slices) > 1]
    chosen = [shared_slices[0] for shared_slices in at]
    odd: list[tuple[Slice, str]] = []
    place = named("ImagePositionPatient")
    differing = [number for number in shared if not _are_one_picture(at[number], pictures)]
    if len(differing) > max(1, _FEW * len(at)) or (differing and len(at) < 4):
        raise Unstackable(
            f"two or more different images lie at each of {len(differing)} positions "
            f"({named('ImagePositionPatient')}), and neither {named('SeriesNumber')}, "
            f"{named('SeriesDescription')}, echo and repetition times nor {named('InstanceNumber')} "
            "distinguishes them"
        )
    for number in shared:
        near = [chosen[other] for other in (number - 1, number + 1) if 0 <= other < len(at) and other not in shared]
        best = max(at[number], key=lambda slice_: sum(_likeness(slice_, other, pictures) for other in near))
        chosen[number] = best
        odd += [
            (slice_, f"lies at the position of image {best.instance} of {best.path.name} ({place})")
            for slice_ in at[number]
            if slice_ is not best
        ]
    return chosen, odd


def _are_one_picture(shared_slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]) -> bool:
    return all(_likeness(shared_slices[0], slice_, pictures) > _SAME_PICTURE for slice_ in shared_slices[1:])


def _likeness(one: Slice, other: Slice, pictures: Mapping[int, np.ndarray]) -> float:
    """Correlation of two pictures, -1 to 1."""
    first, second = (pictures[id(each)].astype(float).ravel() for each in (one, other))
    first, second = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / size if size else float(np.array_equal(first, second))


def usual_gaps(slices: Sequence[Slice]) -> tuple[float, np.ndarray]:
    """The usual distance between neighboring places in mm, and the distances that are much smaller."""
    gaps = np.diff(np.array([along(shared_slices[0]) for shared_slices in places(slices)]))
    if len(gaps) < 2:
        return (float(gaps[0]) if len(gaps) else 1.0), np.zeros(0)
    step = usual_step(gaps)
    return step, gaps[gaps < 0.6 * step]


def usual_step(gaps: np.ndarray) -> float:
    """Of the distances that occur, the one that most of them are, or are a few times; the largest of equals."""

    def fitting(step: float) -> int:
        steps = np.maximum(np.rint(gaps / step), 1)
        # Within 12 % of a whole number of steps, up to four of which may be missing, as in `_rows`. Round numbers.
        return int(((np.abs(gaps / step - steps) < 0.12) & (steps <= 4)).sum())

    best = max(sorted(gaps, reverse=True), key=fitting)
    return float(np.median(gaps[np.abs(gaps / best - 1) < 0.12]))


def lattices(slices: Sequence[Slice]) -> tuple[list[list[Slice]], list[tuple[Slice, str]]]:
    """Slices split into evenly spaced rows where some lie closer than they should, and the odd ones of them."""
    slices = sorted(slices, key=along)
    step, close = usual_gaps(slices)
    if len(close) == 0:
        return [list(slices)], []
    rows = _rows(slices, step)
    kept = [row for row in rows if len(row) >= 3]
    odd = [slice_ for row in rows if len(row) < 3 for slice_ in row]
    if not kept or len(odd) > max(1, 0.25 * len(slices)) or len(kept) > 5:
        gaps = np.diff(np.array([along(slice_) for slice_ in slices]))
        raise Unstackable(
            f"its slices lie {gaps.min():.2f} to {gaps.max():.2f} mm apart ({named('ImagePositionPatient')}), "
            "so they do not form a volume"
        )
    main = max(kept, key=len)
    return kept, [(slice_, _beside(slice_, main)) for slice_ in odd]


def _rows(slices: Sequence[Slice], step: float) -> list[list[Slice]]:
    """Each slice goes to the row whose next place it is; the row that goes on nearest is asked first."""
    rows: list[list[Slice]] = []
    for slice_ in slices:
        # As in `usual_step`.
        best, least = None, 0.12
        for row in rows:
            steps = (along(slice_) - along(row[-1])) / step
            off = abs(steps - max(round(steps), 1))
            if steps < 4.5 and off < least:
                best, least = row, off
        if best is None:
            rows.append([slice_])
        else:
            best.append(slice_)
    return rows


def _beside(one: Slice, row: Sequence[Slice]) -> str:
    nearest = min(row, key=lambda other: abs(along(other) - along(one)))
    return f"lies {abs(along(nearest) - along(one)):.2f} mm from image {nearest.instance} of {nearest.path.name}"


def alternating(slices: Sequence[Slice], pictures: Mapping[int, np.ndarray]) -> list[list[Slice]]:
    """Slices split in two where each is like the next but one, and unlike the next: two series between each other."""
    slices = sorted(slices, key=along)
    if len(slices) < 8:
        return [list(slices)]
    next_one = np.array([_likeness(slice_, other, pictures) for slice_, other in pairwise(slices)])
    next_but_one = np.array([_likeness(slice_, other, pictures) for slice_, other in zip(slices, slices[2:])])
    apart = np.median(next_but_one) - np.median(next_one)
    # Correlations must differ by a tenth, and at nine of ten slices. Round numbers; no measurement is on record.
    if apart < 0.1 or (next_but_one > np.maximum(next_one[1:], next_one[:-1])).mean() < 0.9:
        return [list(slices)]
    return [slices[::2], slices[1::2]]
