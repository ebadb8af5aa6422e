"""From results to readings and back: a new reading of what was found or graded, and what a reading says of the study
now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from discgrader.checked import checked
from discgrader.errors import UsageError
from discgrader.grading.not_graded import out_of_range
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.systems import find_system
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.box_fit import REASONS as OFF_DISC
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import disc_label, index_of
from discgrader.localize.levels import order_of
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.reading.disc_commands import ADDED
from discgrader.reading.record import DiscReading, Found, Grading, Reading, now


@dataclass(frozen=True)
class _Document:
    """What of a ``grades.json`` begins a reading."""

    study: str
    discs: tuple[DiscResult, ...]


def reading_of_result(
    result: StudyResult,
    reader: str,
    time: str | None = None,
    *,
    margins_mm: Mapping[str, float | None] | None = None,
    labels: Collection[int] | None = None,
    examined: Mapping[str, object] | None = None,
) -> Reading:
    """A reading of a result, in which nothing is read yet.

    Parameters
    ----------
    result : StudyResult
    reader : str
        Who reads.
    time : str, optional
    margins_mm : mapping of level to float or None, optional
        As `DiscReading.margin_mm`; None where it is not known.
    labels : collection of int, optional
        The values that the segmentation has; by default that of every disc.
    examined : mapping, optional
        As `Reading.examined`.

    Raises
    ------
    UsageError
        When study or reader have no name.
    """
    if not reader.strip():
        raise UsageError("A reading needs the name of its reader.")
    time, margins_mm = time or now(), margins_mm or {}
    discs = tuple(
        _disc(number, graded, time, margins_mm.get(graded.disc.level), labels)
        for number, graded in enumerate(result.discs, 1)
    )
    return Reading(result.study.name, reader, time, time, discs, found=Found.of(result.localization), examined=examined)


def reading_of_grades(document: object, reader: str, time: str | None = None) -> Reading:
    """A reading of what a ``grades.json`` holds, in which nothing is read yet.

    Raises
    ------
    UsageError
        When it is no complete ``grades.json``.
    """
    time = time or now()
    found = checked(document, _Document, "The grades.json cannot be read", UsageError)
    discs = tuple(_disc(number, graded, time, None, None) for number, graded in enumerate(found.discs, 1))
    return Reading(found.study, reader, time, time, discs)


def _disc(
    number: int, graded: DiscResult, time: str, margin_mm: float | None, labels: Collection[int] | None
) -> DiscReading:
    disc, label = graded.disc, disc_label(graded.disc.index_from_sacrum)
    grading = Grading(disc.roi.require_extent(), graded.grades, time, dict(graded.not_graded))
    return DiscReading(
        number,
        disc.level,
        disc.roi,
        found_level=disc.level,
        gradings=(grading,) if graded.grades or graded.not_graded else (),
        margin_mm=margin_mm,
        found_margin_mm=margin_mm,
        measured=disc,
        label=label if labels is None or label in labels else None,
    )


def settled_doubts(reading: Reading) -> tuple[str, ...]:
    """The doubts about names that a reader has settled since, by saying what the lowest disc is called."""
    return reading.found.name_doubts if reading.found is not None and reading.named is not None else ()


def open_doubts(reading: Reading) -> tuple[str, ...]:
    """The doubts about names that no reader has settled."""
    return reading.found.name_doubts if reading.found is not None and reading.named is None else ()


def findings(reading: Reading) -> tuple[str, ...]:
    """What was doubtful about a study as a whole when its discs were found, and no reader has settled since."""
    settled = settled_doubts(reading)
    return (
        () if reading.found is None else tuple(warning for warning in reading.found.warnings if warning not in settled)
    )


def off_disc_doubts(reading: Reading) -> tuple[str, ...]:
    """A sentence for each disc that was not graded because its box fits no disc."""
    why = {disc.level: off_disc_reason(disc) for disc in reading.present}
    return tuple(
        f"{level} is not graded: {reason}. Move the box back onto its disc, fit it again, or delete it."
        for level, reason in why.items()
        if reason
    )


def off_disc_reason(disc: DiscReading) -> str:
    """Why a disc was not graded where its box is now, if that is because the box fits no disc; empty otherwise."""
    reasons = () if disc.grading is None or disc.is_stale else disc.grading.not_graded.values()
    return next((reason for reason in reasons if reason in OFF_DISC), "")


def name_certainty(reading: Reading) -> tuple[float | None, Mapping[str, float]]:
    """How probably the names are right, and what else the lowest disc may be called: certain once a reader has said
    what it is."""
    if reading.named is not None:
        return 1.0, {}
    return (None, {}) if reading.found is None else (reading.found.name_probability, reading.found.name_alternatives)


def indices(reading: Reading) -> dict[int, int]:
    """Index from the sacrum of each disc by its number: as found, moved up where a disc was added below."""
    ordered = sorted(reading.present, key=lambda disc: order_of(disc.level))
    first = next((index_of(disc.label) - place for place, disc in enumerate(ordered) if disc.label is not None), 1)
    found, last = {}, max(first, 1) - 1
    for disc in ordered:
        last += 1 if disc.label is None else max(index_of(disc.label) - last, 1)
        found[disc.number] = last
    return found


def disc_now(reading: Reading, disc: DiscReading, index_from_sacrum: int) -> Disc:
    """A disc of a reading with its measures, moved and turned along with its box; of the doubts about names, only those
    that are still open."""
    margin_mm = DEFAULT_MARGIN_MM if disc.margin_mm is None else disc.margin_mm
    known = disc.measured or Disc.of_box(disc.box, disc.level, index_from_sacrum, margin_mm, ADDED)
    doubts = () if reading.found is None else reading.found.name_doubts
    still = open_doubts(reading) if disc.found_level is not None else ()
    warnings = (*still, *(warning for warning in known.warnings if warning not in doubts))
    return replace(known.moved_to(disc.box), level=disc.level, index_from_sacrum=index_from_sacrum, warnings=warnings)


def discs_now(reading: Reading) -> tuple[tuple[DiscReading, Disc], ...]:
    """All discs of a reading with their measures, from the sacrum upwards."""
    places = indices(reading)
    found = [(disc, disc_now(reading, disc, places[disc.number])) for disc in reading.present]
    return tuple(sorted(found, key=lambda pair: pair[1].index_from_sacrum))


def new_labels(reading: Reading) -> dict[int, int]:
    """The values that segmented discs have now, by those that they were found with: others where a disc was added
    below."""
    places = indices(reading)
    return {disc.label: disc_label(places[disc.number]) for disc in reading.present if disc.label is not None}


def localization_of(reading: Reading, segmentation: Volume) -> Localization | None:
    """The discs of a reading as a localization; None where it has none.

    Parameters
    ----------
    segmentation : Volume
        With the values of `new_labels`.
    """
    found = reading.found
    if found is None or not reading.present:
        return None
    return Localization(
        series_name=found.series_name,
        segmentation=segmentation,
        discs=tuple(disc for _, disc in discs_now(reading)),
        warnings=found.warnings,
        name_doubts=found.name_doubts,
        misfits=found.misfits,
        grade_anyway=reading.grade_anyway is not None,
        name_probability=found.name_probability,
        name_alternatives=found.name_alternatives,
        shifts_lps_mm={name: np.array(shift, float) for name, shift in found.shifts_lps_mm.items()},
    )


def wants_grading(disc: DiscReading, before: DiscReading | None = None) -> bool:
    """Whether a disc is to be graded (anew): its box is another one than its grades are of.

    Where it is known what it was ``before``, its box must have been changed since, or its name to one that a system is
    for which was not for it under the old one.
    """
    moved = before is None or not before.box.is_same(disc.box)
    if moved and (disc.is_stale or disc.grading is None):
        return True
    if before is None or before.level == disc.level or before.grading is None or disc.grading is None:
        return False
    answered = {*disc.grading.not_graded, *(grade.system for grade in disc.grading.grades)}
    return any(
        system in out_of_range(before.level) and system not in answered and find_system(system).covers(disc.level)
        for system in before.grading.not_graded
    )


def label_in(box: RoiBox, segmentation: Volume, taken: Iterable[int]) -> int | None:
    """The value of the segmented disc that most of a box's middle line runs through, where it is no other disc's."""
    not_free = {*taken, 0}
    line = box.center_lps_mm + np.linspace(-0.5, 0.5, 41)[:, None] * box.size_mm[1] * box.axes_lps[:, 1]
    index = np.rint(segmentation.lps_to_index(line)).astype(int)
    i, j, k = index[np.all((index >= 0) & (index < np.array(segmentation.size)), axis=1)].T
    values = [int(label) for label in segmentation.array[k, j, i] if index_of(label) > 0 and int(label) not in not_free]
    return max(set(values), key=values.count) if values else None
