"""Grades of all discs of a study, by the systems of one or several packs."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

import torch

from discgrader.canal import outline
from discgrader.errors import PackError, StudyError, UsageError
from discgrader.grading import crop_system, table_system, view_system
from discgrader.grading.canal_system import CanalSystem, with_evidence
from discgrader.grading.crop_system import CropNetworks, CropSystem, key_of
from discgrader.grading.disc_cache import DiscCache
from discgrader.grading.not_graded import (
    NO_KNOWN_CONTRAST,
    NO_SAGITTAL,
    NOT_SEGMENTED,
    not_graded_in_words,
    out_of_range,
)
from discgrader.grading.placement import StudyContext
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.series_choice import withheld
from discgrader.grading.system import GradingSystem, Maps, NotGraded, check_tasks, grades_of
from discgrader.grading.table_system import TableSystem
from discgrader.grading.view_system import ViewSystem
from discgrader.imaging.study import Plane, Study
from discgrader.jobs.threads import side_by_side
from discgrader.localize.disc import Disc, Localization
from discgrader.packs.pack import Pack
from discgrader.progress import Progress

Make = Callable[[Pack, str, Mapping[Hashable, GradingSystem]], GradingSystem]
"""Makes the system of a pack on a device, beside those that are loaded already, by key."""


def _crop_system(pack: Pack, device: str, loaded: Mapping[Hashable, GradingSystem]) -> GradingSystem:
    known = loaded.get(key_of(pack))
    return CropSystem(pack, known.networks if isinstance(known, CropSystem) else CropNetworks(pack, device))


KINDS: Mapping[str, Make] = {
    crop_system.KIND: _crop_system,
    table_system.KIND: lambda pack, device, loaded: TableSystem(pack),
    view_system.KIND: lambda pack, device, loaded: ViewSystem(pack, device),
    outline.KIND: lambda pack, device, loaded: CanalSystem(pack, device),
}
"""What grades by the packs of each kind of architecture, in the order in which discs are graded."""


class Grader:
    """Grades discs with packs of any kind.

    Parameters
    ----------
    packs : iterable of Pack
        Any number, of different systems.
    device : str
        Where the networks run, as PyTorch names it.

    Attributes
    ----------
    systems : mapping of str to GradingSystem
        By name.

    Raises
    ------
    PackError
        A pack's weights do not fit the network that it describes, or it is of no kind that grades.
    """

    def __init__(self, packs: Iterable[Pack], device: str = "cpu"):
        self.device = device
        self.packs = tuple(packs)
        for pack in self.packs:
            check_tasks(pack)
        self.systems: dict[str, GradingSystem] = {}
        loaded: dict[Hashable, GradingSystem] = {}
        for pack in sorted(self.packs, key=_place):
            system = KINDS[str(pack.architecture["kind"])](pack, device, loaded)
            loaded.setdefault(system.key, system)
            self.systems[pack.system] = system
        # What a study's grades were read from is wanted again when they are explained, and when one of its boxes is
        # moved, what was measured of the others.
        self._kept: WeakKeyDictionary[Localization, tuple[Study, dict[Hashable, object]]] = WeakKeyDictionary()
        self.cache = DiscCache()

    def systems_for(self, study: Study) -> tuple[str, ...]:
        """The systems to grade this study with; of discs that one of them cannot grade, the result says why."""
        if not any(series.plane in (Plane.SAGITTAL, Plane.AXIAL) for series in study.series):
            return ()
        return tuple(self.systems)

    def context(self, study: Study, localization: Localization) -> StudyContext:
        """A study as systems see it, with what was read of it before."""
        kept = self._kept.get(localization)
        if kept is None or kept[0] is not study:
            kept = self._kept[localization] = study, {}
        return StudyContext(study, localization, self.cache, kept[1])

    def grade(
        self,
        study: Study,
        localization: Localization,
        *,
        systems: Sequence[str] | None = None,
        progress: Progress | None = None,
        graded: Callable[[DiscResult], None] | None = None,
    ) -> tuple[DiscResult, ...]:
        """Grades of every disc, from the sacrum upwards; ``graded`` is called with each as soon as it is known.

        Raises
        ------
        StudyError
            No series of the study can be graded.
        UsageError
            No pack grades one of the systems.
        """
        progress = progress or Progress()
        context, wanted = self.context(study, localization), list(systems or self.systems_for(study))
        unknown = [name for name in wanted if name not in self.systems]
        if unknown:
            raise UsageError(f"No pack grades the system {unknown[0]}; choose one of {', '.join(self.systems)}.")
        blind = {name: self.systems[name].prepare(context) for name in wanted}
        if all(blind.values()) and not withheld(study):
            raise StudyError(self._nothing_to_see(context, wanted, blind))
        results = []
        progress.report("Grading", 0.0)
        # Where there are fewer discs than processors, a disc's networks are asked side by side.
        threads = max(1, torch.get_num_threads() // len(localization.discs)) if self.device == "cpu" else 1

        def graded_disc(disc: Disc) -> DiscResult:
            return self._grade_disc(context, disc, wanted, progress, threads)

        for result in side_by_side(graded_disc, localization.discs, self.device):
            results.append(result)
            if graded is not None:
                graded(result)
            progress.report("Grading", len(results) / len(localization.discs), result.disc.level)
        return tuple(results)

    def _grade_disc(
        self, context: StudyContext, disc: Disc, wanted: Sequence[str], progress: Progress, threads: int
    ) -> DiscResult:
        grades: list[Grade] = []
        reasons = out_of_range(disc.level)
        for name in sorted(wanted, key=lambda name: _place(self.systems[name].pack)):
            if name in reasons:
                continue
            system = self.systems[name]
            seen = system.see(context, disc, threads)
            if isinstance(seen, NotGraded):
                reasons[name] = seen.reason
            else:
                grades += grades_of(system.pack, system.answer(context, seen, progress, threads))
        # What was measured of the canal speaks for grades of other systems, too.
        for measuring in (one for one in self.systems.values() if isinstance(one, CanalSystem)):
            grades = with_evidence(measuring, context, disc, grades)
        return DiscResult(disc, tuple(grades), {name: reasons[name] for name in wanted if name in reasons})

    def explain(self, study: Study, localization: Localization, results: Sequence[DiscResult]) -> Iterator[Maps]:
        """Saliency maps of all grades, disc after disc, of each the part that is not zero.

        Each lies in the geometry of the series that is named with it, float32 in 0–1, the largest value 1, zero outside
        of what the system sees. Grades that no image network gave have none.
        """
        context = self.context(study, localization)
        # What all discs need is read before threads begin, which would otherwise each read it.
        for name in {grade.system for result in results for grade in result.grades}:
            if name in self.systems and self.systems[name].explains:
                self.systems[name].prepare(context)
        return side_by_side(lambda result: self._explain_disc(context, result), results, self.device)

    def _explain_disc(self, context: StudyContext, result: DiscResult) -> Maps:
        maps: dict = {}
        by_key: dict[Hashable, list[Grade]] = {}
        system_of: dict[Hashable, GradingSystem] = {}
        for grade in result.grades:
            system = self.systems.get(grade.system)
            if system is not None and system.explains:
                by_key.setdefault(system.key, []).append(grade)
                system_of.setdefault(system.key, system)
        for key, grades in by_key.items():
            seen = system_of[key].see(context, result.disc)
            if not isinstance(seen, NotGraded):
                maps |= system_of[key].saliency(context, seen, grades)
        return maps

    def _nothing_to_see(self, context: StudyContext, wanted: Sequence[str], blind: Mapping[str, str]) -> str:
        """Why no disc of a study can be graded by any system."""
        name, reasons = context.study.name, set(blind.values())
        if reasons == {NOT_SEGMENTED}:
            return f"{name} was not graded: {NOT_SEGMENTED}, and {', '.join(wanted)} need that."
        if all(reason == NO_SAGITTAL or reason.startswith(NO_KNOWN_CONTRAST) for reason in reasons):
            return f"{name} has {NO_KNOWN_CONTRAST} series that shows its discs."
        of_level = {}
        for disc in context.localization.discs:
            found = self._grade_disc(context, disc, wanted, Progress(), 1)
            of_level[disc.level] = found.not_graded
        return f"{name}: {' '.join(not_graded_in_words(of_level))}"


def _place(pack: Pack) -> int:
    """Where a pack's kind comes in the order of grading."""
    kind = str(pack.architecture.get("kind"))
    if kind not in KINDS:
        raise PackError(
            f"Pack {pack.name} is of the kind {kind}, which this version cannot use for grading; update DiscGrader."
        )
    return list(KINDS).index(kind)
