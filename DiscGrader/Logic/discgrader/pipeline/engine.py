"""The main job, put together once: discs found, graded and explained."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from discgrader.errors import PackError, StudyError, UsageError
from discgrader.grading.calls import called_again, missing_points
from discgrader.grading.operating_point import read_rules
from discgrader.grading.reader_habits import as_read_by, check_reader
from discgrader.grading.results import DiscResult, Maps, StudyResult
from discgrader.grading.series_choice import ONLY_T1, refuse_unknown_contrast, series_warnings
from discgrader.grading.t1_alone import t1_alone_notes
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps, VolumePart
from discgrader.localize.box import RoiBox, box_doubts
from discgrader.localize.disc import Localization
from discgrader.localize.plausible import ct_doubt
from discgrader.packs.pack import LOCALIZER, NOT_GRADING, Pack, default_packs, find_pack_folders, read_pack
from discgrader.pipeline.given_boxes import localization_from_boxes, with_boxes
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.software import check_device, software_versions
from discgrader.pipeline.withheld import misfit_warnings, off_disc_results, withheld
from discgrader.progress import Progress, Stopwatch
from discgrader.resources import check_added_folders


class LocalizerLike(Protocol):
    """What the engine needs of a localizer."""

    def localize(
        self, study: Study, *, margin_mm: float, lowest_disc: str | None, progress: Progress
    ) -> Localization: ...


class GraderLike(Protocol):
    """What the engine needs of a grader."""

    def systems_for(self, study: Study) -> tuple[str, ...]: ...

    def grade(
        self,
        study: Study,
        localization: Localization,
        *,
        systems: Sequence[str] | None,
        progress: Progress,
        graded: Callable[[DiscResult], None] | None,
    ) -> tuple[DiscResult, ...]: ...


Explain = Callable[
    [Any, Study, Localization, Sequence[DiscResult]],
    Iterable[Mapping[tuple[str, str], tuple[str, Volume | VolumePart]]],
]


class Engine:
    """Takes a study and gives back its result; keeps nothing between studies but the loaded networks.

    Parameters
    ----------
    localizer : LocalizerLike
        Finds the discs.
    grader : GraderLike or None
        Grades them; None where only the discs are wanted.
    explain : callable(grader, study, localization, disc_results), or None
        Gives for each disc the saliency maps of its grades: a mapping of (system, task) to (series name, Volume).
    packs : sequence of Pack
        What localizer and grader were made from.
    stopwatch : Stopwatch, optional
        Where the time of each stage is noted.
    """

    def __init__(
        self,
        localizer: LocalizerLike,
        grader: GraderLike | None,
        explain: Explain | None = None,
        packs: Sequence[Pack] = (),
        stopwatch: Stopwatch | None = None,
    ) -> None:
        self.packs = tuple(packs)
        self.stopwatch = stopwatch or Stopwatch()
        self._localizer = localizer
        self._grader = grader
        self._explain = explain

    @classmethod
    def default(
        cls,
        packs: Iterable[Pack | Path] | None = None,
        device: str = "cpu",
        *,
        grading: bool = True,
        stopwatch: Stopwatch | None = None,
    ) -> "Engine":
        """The engine of the shipped packs, with ``packs`` in place of those of the same system.

        Parameters
        ----------
        packs : iterable of Pack or Path, optional
            Packs, or folders that are packs or hold some.
        device : str
            Where the networks run.
        grading : bool
            False when only the discs are wanted, which needs no grading pack.
        stopwatch : Stopwatch, optional
            Where the time of each stage is noted.

        Raises
        ------
        PackError
            When a pack is broken, or none finds discs, or none grades.
        UsageError
            When the device is not there.
        DiscGraderError
            When PyTorch is not.
        """
        stopwatch = stopwatch or Stopwatch()
        with stopwatch.stage("Reading packs"):
            chosen = choose_packs(packs or ())
            localizers = [pack for pack in chosen if pack.system == LOCALIZER]
            graders = [pack for pack in chosen if pack.system not in NOT_GRADING]
            if not localizers:
                raise PackError("No localizer pack is installed; train one with 'discgrader train localizer'.")
            if grading and not graders:
                raise PackError("No grading pack is installed; train one with 'discgrader train', or name its folder.")
        with stopwatch.stage("Loading torch"):
            check_device(device)
        with stopwatch.stage("Loading networks"):
            from discgrader.localize.localizer import Localizer

            localizer = Localizer(localizers[-1], device)
            if not grading:
                return cls(localizer, None, None, localizers[-1:], stopwatch)
            from discgrader.grading.grader import Grader

            return cls(localizer, Grader(graders, device), Grader.explain, (localizers[-1], *graders), stopwatch)

    def localize(
        self, study: Study, settings: Settings = Settings(), *, progress: Progress = Progress()
    ) -> Localization:
        """The named and boxed discs of a study.

        Raises
        ------
        StudyError
            When no disc is found.
        """
        with self.stopwatch.stage("Finding discs"):
            progress.report("Finding discs", 0.0)
            foreign = ct_doubts(study)
            try:
                localization = self._localizer.localize(
                    study, margin_mm=settings.margin_mm, lowest_disc=settings.lowest_disc, progress=progress
                )
            except StudyError as error:
                raise StudyError(" ".join((*foreign, str(error)))) from error
            if not localization.discs:
                raise StudyError(f"No disc was found in {study.name}; check that it shows a lumbar spine on MRI.")
            misfits = (*foreign, *localization.misfits)
            return replace(localization, misfits=misfits, grade_anyway=settings.grade_anyway)

    def with_rois(
        self,
        study: Study,
        boxes: Mapping[str, RoiBox],
        settings: Settings = Settings(),
        *,
        progress: Progress = Progress(),
    ) -> Localization:
        """The discs of a study with these ROI boxes (by level) in place of those that are found.

        Where no disc is found, as on a single axial slice, the boxes stand alone, and a warning says why.
        """
        try:
            found = self.localize(study, settings, progress=progress)
        except StudyError as error:
            warnings = (f"The ROI boxes were graded as given. {error}",)
            found = localization_from_boxes(study, boxes, settings, warnings)
            return replace(found, misfits=ct_doubts(study), grade_anyway=settings.grade_anyway)
        return with_boxes(found, boxes, settings, names_given=True)

    def grade(
        self,
        study: Study,
        settings: Settings = Settings(),
        *,
        localization: Localization | None = None,
        progress: Progress = Progress(),
        graded: Callable[[DiscResult], None] | None = None,
        explained: Callable[[str, Maps], None] | None = None,
    ) -> StudyResult:
        """Everything that is known of a study.

        Parameters
        ----------
        study : Study
            As read.
        settings : Settings
            What the user chose.
        localization : Localization, optional
            Its discs, where they are known already, for instance because a reader has corrected their boxes.
        progress : Progress
            Notified of each stage, and may stop the work.
        graded : callable(DiscResult), optional
            Notified of each disc's grades as soon as they are known.
        explained : callable(level, maps), optional
            Notified of the saliency maps of each level likewise.

        Raises
        ------
        StudyError
            When no disc is found, or the series allow none of the systems.
        UsageError
            When no pack knows a wanted system.
        """
        if self._grader is None:
            raise UsageError("This engine only locates discs; create one with grading.")
        systems, impossible = self._systems(self._grader, study, settings.systems)
        refuse_unknown_contrast(study)
        if localization is None:
            localization = self.localize(study, settings, progress=progress.part(0.0, 0.4))
        boxes = {disc.level: disc.roi for disc in localization.discs}
        warnings = (
            *box_doubts(boxes, [series.volume for series in study.series]),
            *self._series_warnings(study, localization),
        )

        rules, packs = read_rules(settings.calls), {p.system: p for p in self.packs if p.system in systems}
        warnings += (*misfit_warnings(localization), *missing_points(rules, packs.values()))

        check_reader(settings.read_as, self.packs)

        def completed(result: DiscResult) -> DiscResult:
            called = as_read_by(result, settings.read_as, packs) if settings.read_as else result
            called = called_again(called, rules, packs) if rules else called
            return replace(called, not_graded={**impossible, **called.not_graded}) if impossible else called

        if localization.withheld:
            return withheld(study, localization, (*systems, *impossible), warnings, graded)
        refused = off_disc_results(localization, (*systems, *impossible), graded)
        fitting = replace(localization, discs=tuple(d for d in localization.discs if d.level not in refused))
        with self.stopwatch.stage("Grading"):
            progress.report("Grading", 0.4)
            found = (
                ()
                if not fitting.discs
                else self._grader.grade(
                    study,
                    fitting,
                    systems=systems,
                    progress=progress.part(0.4, 0.6),
                    graded=None if graded is None else lambda result: graded(completed(result)),
                )
            )
        known = refused | {result.disc.level: completed(result) for result in found}
        discs = tuple(known[disc.level] for disc in localization.discs if disc.level in known)
        maps, map_series = CompactMaps(), {}
        if settings.saliency and found:
            fits = tuple(result for result in discs if result.disc.level not in refused)
            maps, map_series = self.explain(study, fitting, fits, progress.part(0.6, 1.0), explained)
        progress.report("Grading", 1.0)
        return StudyResult(
            study=study,
            localization=localization,
            discs=discs,
            saliency=maps,
            saliency_series=map_series,
            warnings=warnings,
            software=dict(software_versions()),
        )

    def explain(
        self,
        study: Study,
        localization: Localization,
        discs: Sequence[DiscResult],
        progress: Progress = Progress(),
        explained: Callable[[str, Maps], None] | None = None,
    ) -> tuple[CompactMaps, dict[tuple[str, str, str], str]]:
        """Saliency maps of all grades of these discs, and the name of the series that each lies in.

        Parameters
        ----------
        study, localization :
            What was graded.
        discs : sequence of DiscResult
            Its grades, or some of them.
        progress : Progress
            Notified of each level, and may stop the work.
        explained : callable(level, maps), optional
            Notified of the maps of each level as soon as they are known.
        """
        maps = CompactMaps()
        map_series: dict[tuple[str, str, str], str] = {}
        if self._explain is None:
            return maps, map_series
        with self.stopwatch.stage("Explaining"):
            progress.report("Explaining", 0.0)
            for number, found in enumerate(self._explain(self._grader, study, localization, discs)):
                level = discs[number].disc.level
                parts = {
                    key: (series, VolumePart.of(saliency) if isinstance(saliency, Volume) else saliency)
                    for key, (series, saliency) in found.items()
                }
                for (system, task), (series, part) in parts.items():
                    maps.add((level, system, task), part)
                    map_series[level, system, task] = series
                if explained is not None:
                    explained(level, parts)
                progress.report("Explaining", (number + 1) / len(discs), level)
        return maps, map_series

    def _series_warnings(self, study: Study, localization: Localization) -> tuple[str, ...]:
        """What is to be known of the series that were used and of those that were not."""
        found = series_warnings(study, localization)
        return (*found, *t1_alone_notes(self.packs)) if ONLY_T1 in found else found

    def _systems(
        self, grader: GraderLike, study: Study, wanted: Sequence[str] | None
    ) -> tuple[tuple[str, ...], dict[str, str]]:
        """The systems to grade by, and why those that were wanted besides cannot."""
        known = sorted({pack.system for pack in self.packs if pack.system not in NOT_GRADING})
        allowed = tuple(grader.systems_for(study))
        unknown = [system for system in wanted or () if system not in allowed and system not in known]
        if unknown:
            raise UsageError(f"No pack grades the system {unknown[0]}; choose one of {', '.join(known)}.")
        chosen = allowed if wanted is None else tuple(system for system in wanted if system in allowed)
        roles = ", ".join(sorted({series.role for series in study.series})) or "none"
        if not chosen:
            names = ", ".join(wanted or known)
            raise StudyError(f"The series of {study.name} ({roles}) cannot be graded by {names}; add other series.")
        missing = [system for system in wanted or () if system not in allowed]
        return chosen, dict.fromkeys(missing, f"the series ({roles}) are not the ones it needs")


def ct_doubts(study: Study) -> tuple[str, ...]:
    """For each series whose values are a CT's, that they are."""
    return tuple(filter(None, (ct_doubt(series.name, series.volume) for series in study.series)))


def choose_packs(given: Iterable[Pack | Path]) -> list[Pack]:
    """The given packs, and of the shipped ones those of the other systems.

    Raises
    ------
    PackError
        When a pack is broken or a folder holds none.
    """
    chosen = []
    for given_pack in given:
        if isinstance(given_pack, Pack):
            chosen.append(given_pack)
            continue
        folders = find_pack_folders(given_pack)
        if not folders:
            raise PackError(f"There is no pack in {given_pack}; name a folder with a pack.json.")
        chosen.extend(read_pack(folder) for folder in folders)
    check_added_folders()
    # Of several that were given for one system the last one.
    own = {pack.system: pack for pack in chosen}
    return [*(pack for pack in default_packs() if pack.system not in own), *own.values()]
