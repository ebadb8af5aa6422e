"""Which candidate is which disc: order from the sacrum, names, and doubts about both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from discgrader.localize.candidates import Candidate, lean_deg
from discgrader.localize.levels import LEVELS, doubt_in_words, level_name, neighbor_name


@dataclass(frozen=True, eq=False)
class LowestDisc:
    """Where the lowest disc of a row stands, by what is seen.

    Parameters
    ----------
    probabilities : ndarray, shape (levels,)
        Of each index: 0 is S1-S2, 1 is L5-S1, and so on.
    shown_by : str or None
        The series that shows what lies below a picture that ends above the sacrum.
    count : str or None
        What a series that shows the whole spine says of the number of vertebrae, where that is not the ordinary one.
    """

    probabilities: np.ndarray
    shown_by: str | None = None
    count: str | None = None


@dataclass(frozen=True, eq=False)
class NamedCandidate:
    """A candidate with its index from the sacrum, its level, and why either may be wrong."""

    candidate: Candidate
    index_from_sacrum: int
    level: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Naming:
    """All named discs from the sacrum upwards, and what is uncertain about the row as a whole.

    Parameters
    ----------
    discs : tuple of NamedCandidate
    warnings : tuple of str
    doubts : tuple of str
        Those of the warnings that are settled once somebody says what the lowest disc is: one sentence, or none.
    probability : float or None
        That all names are right, as far as the lowest disc decides it; 1 where somebody said what it is, None where
        nothing was there to tell.
    alternatives : mapping of str to float
        What else the lowest disc may be called, and how probably, the likeliest first.
    """

    discs: tuple[NamedCandidate, ...]
    warnings: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    probability: float | None = None
    alternatives: Mapping[str, float] = field(default_factory=dict)


REMNANT_DEPTH_SHARE, REMNANT_AREA_SHARE = 0.72, 0.35
"""A lowest disc with less of the depth or of the area of those above may be what remains of S1-S2."""

SACRUM_LEAN_DEG, LUMBOSACRAL_LEAN_DEG = 33.0, 17.0
"""How far a disc inside the sacrum, and the one above it, lean forward at least."""

SHORTEST_STEP_MM, LONGEST_STEP_MM = 14.0, 120.0
"""Between the centres of two discs of one row, a missed disc or two included."""

LEAST_BODY_MM, LEAST_VERTEBRA_SHARE = 15.0, 0.1
"""So much vertebra below a disc is a lumbar body; less than this share of the depth with vertebra below it is none."""

LONGEST_STEP_SHARE = 1.55
"""A step that is longer than the usual one by this factor passes over a disc: about halfway between one and two steps.
No measurement is on record."""

SACRUM_ROOM_MM, NO_DISC_ROOM_MM = 33.0, 45.0
"""With less room than the first below the lowest disc, the picture does not show whether the sacrum follows; with more
than the second it would show a further disc. Of 729 pictures whose lowest disc is L5-S1 or S1-S2 none has less than 35
mm."""

LEAST_CUT_BODY_MM, LEAST_BEYOND_MM = 8.0, 5.0
"""So much of a vertebra that ends nearer than this to the lower edge of the picture is cut off by it."""

CERTAIN, LEAST_PROBABILITY = 0.96, 0.02
"""Names that are less probable than the first are told to be doubtful; alternatives less probable than the second are
not worth telling."""

LEAST_WIDTH_SHARE = 0.4
"""A spot that reaches less far from side to side than this share of what the others do is no disc."""

ISLAND_AREA_SHARE, ISLAND_STEP_SHARE = 0.5, 1.35
"""A spot of less than this share of the usual area, between two discs that lie closer than so many usual steps."""

ORDINARY_COUNT = (5, 9)
"""Discs in view on a lumbar MRI: L1-L2 to L5-S1 at least, up to T8-T9 on a tall field of view."""


def name_candidates(
    candidates: Sequence[Candidate],
    lowest_disc: str | None = None,
    below: int | None = None,
    estimate: LowestDisc | None = None,
) -> Naming:
    """Order, check and name candidates (from the foot to the head).

    Parameters
    ----------
    candidates : sequence of Candidate
        From the foot to the head.
    lowest_disc : str, optional
        What the user says the lowest disc is; settles every doubt about the names.
    below : int, optional
        How many discs are known to lie below the lowest candidate, where the picture ends too soon to tell that one
        from a remnant of S1-S2.
    estimate : LowestDisc, optional
        How probable each place of the lowest candidate of `row_of` is by what the discs look like; else their measures
        alone decide.
    """
    row = row_of(candidates)
    if not row:
        return Naming((), ())
    choice = _Choice(row, 1, (), 1.0) if lowest_disc is not None else _chosen(row, below, estimate)
    # The user's name is that of the lowest disc found, whatever may be missed below it.
    lowest = lowest_disc or LEVELS[0]
    indices, gaps = _indices(choice.chain, choice.first)
    doubts = choice.doubts(level_name(choice.first, lowest))
    named = []
    for position, (candidate, index) in enumerate(zip(choice.chain, indices, strict=True)):
        notes = list(doubts)
        if gaps and index > gaps[0]:
            notes.append(
                f"A disc may have been missed below this one, so it is counted as disc {index} from the sacrum."
            )
        if position == len(choice.chain) - 1 and _cropped(candidate):
            notes.append("This disc is close to the upper edge of the image and may be cut off.")
        named.append(NamedCandidate(candidate, index, level_name(index, lowest), tuple(notes)))
    warnings = list(doubts)
    # Axial slices often go through three discs only.
    if below is None and not ORDINARY_COUNT[0] <= len(choice.chain) <= ORDINARY_COUNT[1]:
        count = len(choice.chain)
        warnings.append(f"{count} discs were found where 5 to 9 are usual: check for missed and false discs.")
    if gaps:
        warnings.append(
            f"A disc seems to have been missed: number {', '.join(map(str, gaps))}, counted from the sacrum."
        )
    return Naming(tuple(named), tuple(warnings), doubts, choice.probability, choice.alternatives)


@dataclass(frozen=True, eq=False)
class _Choice:
    """The discs that are named, the index of the lowest of them, and how sure that is."""

    chain: list[Candidate]
    first: int
    reasons: tuple[str, ...]
    probability: float | None = None
    alternatives: Mapping[str, float] = field(default_factory=dict)

    def doubts(self, lowest: str) -> tuple[str, ...]:
        """What is doubtful about the names, in a sentence, where anything is."""
        return (doubt_in_words(lowest, self.reasons, self.probability, self.alternatives),) if self.reasons else ()


def _chosen(row: list[Candidate], below: int | None, estimate: LowestDisc | None) -> _Choice:
    if estimate is not None and below is None:
        return _by_estimate(row, estimate)
    chain, reasons = _without_remnant(row) if below is None else (row, [])
    # Where a disc was passed over, none is missing below.
    missed = len(chain) == len(row) and row[0].body_below_mm >= LEAST_BODY_MM
    if not below:
        reasons += _sacrum_reasons(chain[0], missed)
    return _Choice(chain, max(1 + missed, 1 + (below or 0)), tuple(reasons))


def _by_estimate(row: list[Candidate], estimate: LowestDisc) -> _Choice:
    """By what the discs look like, as far as what is found below the lowest one agrees."""
    in_view = sacrum_in_view(row[0])
    known_below = estimate.shown_by is not None
    place = _place(row, estimate, in_view)
    first = max(place, 1)
    lowest, probability = level_name(first), float(estimate.probabilities[place])
    reasons = [] if estimate.count is None else [estimate.count]
    if not in_view and place > 0 and not known_below:
        reasons.append(
            f"the sacrum is not in view: the lowest visible disc is assumed to be {lowest}, which is a guess"
        )
    elif place > 1 and not known_below:
        reasons.append(
            f"a vertebra follows below the lowest disc found, so a disc there was probably missed, and the lowest disc "
            f"found is assumed to be {lowest}"
        )
    elif probability < CERTAIN and place == 0:
        reasons.append("a small disc below the lowest full-sized one was taken for an S1-S2 remnant and has no box")
    elif probability < CERTAIN:
        reasons.append("the shape of the lowest vertebrae leaves the names in doubt")
    others = {
        neighbor_name(lowest, int(index) - place): float(estimate.probabilities[index])
        for index in np.argsort(-estimate.probabilities)
        if index != place and estimate.probabilities[index] >= LEAST_PROBABILITY
    }
    alternatives = {name: share for name, share in others.items() if name is not None}
    return _Choice(row[1:] if place == 0 else row, first, tuple(reasons), probability, alternatives)


def sacrum_in_view(lowest: Candidate) -> bool:
    """Whether the picture goes on far enough below the lowest disc found to show what follows: not where it ends, nor
    where the vertebra below is cut off."""
    beyond = lowest.room_below_mm - lowest.full_height_mm / 2 - lowest.body_below_mm
    cut_off = lowest.body_below_mm >= LEAST_CUT_BODY_MM and beyond < LEAST_BEYOND_MM
    return lowest.room_below_mm >= SACRUM_ROOM_MM and not cut_off


def _place(row: list[Candidate], estimate: LowestDisc, in_view: bool) -> int:
    """The likeliest index of the lowest candidate among those that what lies below it allows."""
    likeliest = int(estimate.probabilities.argmax())
    shown = in_view and row[0].room_below_mm >= NO_DISC_ROOM_MM
    if likeliest > 1 and shown and row[0].body_below_mm < LEAST_BODY_MM and estimate.shown_by is None:
        # What lies below is in the picture and holds no lumbar vertebra: no disc is missed there.
        likeliest = int(estimate.probabilities[:2].argmax())
    return likeliest if likeliest > 0 or len(row) > 1 else 1


def row_of(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The row of candidates, from the foot to the head, that makes the best spine.

    The best path through all plausible candidates: each adds by how disc-like it is, each step takes away by how far
    it leaves the direction in which the two discs face.
    """
    plausible = [
        candidate
        for candidate in _as_wide_as_discs(candidates)
        # A disc has vertebra on at least a quarter of one side. A round number.
        if max(candidate.vertebra_above, candidate.vertebra_below) >= 0.25 and not _sliver(candidate)
    ]
    best: list[tuple[float, list[Candidate]]] = []
    for position, candidate in enumerate(plausible):
        own = _disc_likeness(candidate)
        path = (own, [candidate])
        for earlier in range(position):
            step = _step_cost(plausible[earlier], candidate)
            if step is not None and best[earlier][0] + own - step > path[0]:
                path = (best[earlier][0] + own - step, [*best[earlier][1], candidate])
        best.append(path)
    return _without_islands(max(best, key=lambda path: path[0])[1]) if best else []


def _as_wide_as_discs(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that reach across the spine as discs do, not spots beside its middle; all where the sides are out of
    view."""
    wide = [candidate.width_mm for candidate in candidates if candidate.width_seen]
    if len(wide) < 3:
        return list(candidates)
    least = LEAST_WIDTH_SHARE * float(np.median(wide))
    return [candidate for candidate in candidates if not candidate.width_seen or candidate.width_mm >= least]


def _without_islands(chain: list[Candidate]) -> list[Candidate]:
    """The row without small spots inside a vertebra: without them their neighbors are as far apart as discs are."""
    if len(chain) < 5:
        return chain
    centers = np.array([disc.center_lps_mm for disc in chain])
    usual = float(np.median(np.linalg.norm(np.diff(centers, axis=0), axis=1)))
    area = float(np.median([disc.area_mm2 for disc in chain]))
    for position in range(1, len(chain) - 1):
        across = float(np.linalg.norm(centers[position + 1] - centers[position - 1]))
        if chain[position].area_mm2 < ISLAND_AREA_SHARE * area and across < ISLAND_STEP_SHARE * usual:
            return _without_islands(chain[:position] + chain[position + 1 :])
    return chain


def _disc_likeness(disc: Candidate) -> float:
    """From about 0.3 for a doubtful spot to 2 for a full disc between two vertebrae and before the canal."""
    size = min(disc.area_mm2, 220.0) / 220.0
    canal = 0.5 if disc.canal_back_mm is not None else 0.0
    return disc.confidence * size + canal + 0.25 * (disc.vertebra_above + disc.vertebra_below)


def _step_cost(lower: Candidate, upper: Candidate) -> float | None:
    """What it costs to go from one disc to the next; None where no spine does that."""
    step = upper.center_lps_mm - lower.center_lps_mm
    length = float(np.linalg.norm(step))
    if not SHORTEST_STEP_MM <= length <= LONGEST_STEP_MM:
        return None
    facing = lower.axes_lps[:, 2] + upper.axes_lps[:, 2]
    cosine = float(step @ facing / (length * np.linalg.norm(facing)))
    if cosine < np.cos(np.radians(45.0)):
        return None
    return 2.0 * (1.0 - cosine) + max(0.0, length - 50.0) / 50.0


def _sliver(disc: Candidate) -> bool:
    at_edge = min(disc.room_above_mm, disc.room_below_mm) < max(4.0, disc.full_height_mm / 2)
    # Shallower than any lumbar disc is deep, or than one that is not cut off by the edge. Round numbers.
    return disc.depth_mm < 11.0 or (at_edge and disc.depth_mm < 22.0)


def _cropped(disc: Candidate) -> bool:
    return disc.room_above_mm < disc.full_height_mm / 2 + 3.0


def _without_remnant(chain: list[Candidate]) -> tuple[list[Candidate], list[str]]:
    """The row without a rudimentary S1-S2 disc at its foot, and what is doubtful about its lowest disc.

    A remnant is small beside the discs above it, and it and the next disc lean as the sacrum and L5-S1 do. The limits
    were chosen on 173 SPIDER slices whose L5-S1 was set by eye, six of which have such a remnant.
    """
    if len(chain) < 3:
        return chain, []
    lowest = chain[0]
    depth = lowest.depth_mm / float(np.median([disc.depth_mm for disc in chain[1:4]]))
    area = lowest.area_mm2 / float(np.median([disc.area_mm2 for disc in chain[1:4]]))
    small = depth < REMNANT_DEPTH_SHARE or area < REMNANT_AREA_SHARE
    leans = lean_deg(lowest) > SACRUM_LEAN_DEG and lean_deg(chain[1]) > LUMBOSACRAL_LEAN_DEG
    inside_sacrum = depth < REMNANT_DEPTH_SHARE and lowest.vertebra_above < 0.5
    # The sacrum is not segmented as vertebra: what has none above it, and a disc above that has none below, lies in it.
    inside_sacrum |= chain[1].vertebra_below < LEAST_VERTEBRA_SHARE
    if (small and leans) or inside_sacrum:
        return chain[1:], ["a small disc below the lowest full-sized one was taken for an S1-S2 remnant and has no box"]
    if small:
        return chain, ["the lowest disc is small and may be an S1-S2 remnant"]
    return chain, []


def _sacrum_reasons(lowest: Candidate, missed: bool) -> list[str]:
    level = LEVELS[1] if missed else LEVELS[0]
    if not sacrum_in_view(lowest):
        return [f"the sacrum is not in view: the lowest visible disc is assumed to be {level}"]
    if missed:
        return [
            (
                f"a vertebra follows below the lowest disc found, so a disc there was probably missed, and the lowest "
                f"disc found is assumed to be {level}"
            )
        ]
    # Share of the places below the disc that are vertebra: more than at a sacrum, whose front falls back. No
    # measurement is on record; `may_be_turned` takes the same.
    if lowest.vertebra_below > 0.6:
        return ["a vertebra may follow below the lowest disc found, so it may not be L5-S1"]
    return []


def indices_of(row: Sequence[Candidate]) -> list[int]:
    """The index of each disc of a row, 1 for the lowest; a number is left out where a disc seems to be missing."""
    return _indices(row, 1)[0]


def _indices(chain: Sequence[Candidate], first: int) -> tuple[list[int], list[int]]:
    """Index from the sacrum of each disc, that of the lowest being ``first``, and the indices that were left out where
    a disc seems to be missing."""
    if len(chain) < 3:
        return list(range(first, len(chain) + first)), []
    centers = np.array([disc.center_lps_mm for disc in chain])
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    # The lower of the two middle ones: one double step of two must not count as usual.
    usual = float(np.sort(steps)[(len(steps) - 1) // 2])
    indices, gaps = [first], []
    for step in steps:
        skipped = max(0, round(step / usual) - 1) if step > LONGEST_STEP_SHARE * usual else 0
        gaps += [indices[-1] + 1 + missing for missing in range(skipped)]
        indices.append(indices[-1] + 1 + skipped)
    return indices, gaps
