"""One disc graded anew after its box was corrected, the rest of the result left as it was."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from discgrader.errors import UsageError
from discgrader.grading.results import StudyResult
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps, Key
from discgrader.localize.disc import Disc, Localization
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress

T = TypeVar("T")


class GradingEngine(Protocol):
    """What is needed of an engine."""

    def grade(self, study, settings, *, localization, progress) -> StudyResult: ...


def regrade(engine: GradingEngine, result: StudyResult, disc: Disc, progress: Progress) -> StudyResult:
    """The result with one disc graded anew, by the systems that had graded it, and explained if it had been.

    Parameters
    ----------
    engine : GradingEngine
    result : StudyResult
        What is known so far.
    disc : Disc
        With its corrected box; its level is one of the result's.
    progress : Progress

    Raises
    ------
    UsageError
        When the result has no disc of this level.
    StudyError
        As the engine.
    """
    settings = Settings(systems=systems_of(result, disc), saliency=bool(result.saliency))
    box = alone(result.localization, disc)
    part = engine.grade(result.study, settings, localization=box, progress=progress)
    return with_part(result, part)


def systems_of(result: StudyResult, disc: Disc) -> tuple[str, ...] | None:
    """The systems that have graded a result's disc of this level, or would have; None when there is none.

    Raises
    ------
    UsageError
        When the result has no disc of this level.
    """
    old = next((one for one in result.discs if one.disc.level == disc.level), None)
    if old is None:
        known = ", ".join(one.disc.level for one in result.discs)
        raise UsageError(f"{result.study.name} has no graded disc {disc.level}; its discs are {known}.")
    return tuple(dict.fromkeys((*(grade.system for grade in old.grades), *old.not_graded))) or None


def alone(localization: Localization, disc: Disc) -> Localization:
    """The localization with this disc as the only one to grade, and those of other levels as what lies beside it."""
    others = tuple(one for one in localization.discs if one.level != disc.level)
    return replace(localization, discs=(disc,), others=others)


def with_part(result: StudyResult, part: StudyResult) -> StudyResult:
    """The result with what was found of one disc `alone` in the place of what it had on that level."""
    [new] = part.discs
    disc = new.disc
    return replace(
        result,
        localization=replace(
            result.localization,
            discs=tuple(disc if one.level == disc.level else one for one in result.localization.discs),
        ),
        discs=tuple(new if one.disc.level == disc.level else one for one in result.discs),
        saliency=_merged_maps(result.saliency, part.saliency, disc.level),
        saliency_series=_without(result.saliency_series, disc.level) | dict(part.saliency_series),
        software=part.software,
    )


def _without(mapping: Mapping[Key, T], level: str) -> dict[Key, T]:
    return {key: mapping[key] for key in mapping if key[0] != level}


def _merged_maps(old: Mapping[Key, Volume], new: Mapping[Key, Volume], level: str) -> CompactMaps:
    # One by one, since each map is a whole volume for as long as it is held.
    maps = CompactMaps()
    for source, keys in ((old, [key for key in old if key[0] != level]), (new, list(new))):
        for key in keys:
            maps.add(key, source[key])
    return maps
