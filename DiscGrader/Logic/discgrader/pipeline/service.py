"""What a scene asks of whatever computes for it, be it a thread or a worker process, and what is done there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discgrader.errors import Cancelled, UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps
from discgrader.jobs.job import Context, Listener, PartialResult, Runner, Work
from discgrader.jobs.process import ProcessRunner
from discgrader.localize.disc import Disc, Localization
from discgrader.pipeline.settings import Settings

if TYPE_CHECKING:
    from discgrader.pipeline.engine import Engine, Maps


class Answer(Listener):
    """What one piece of work comes to, put together about the very study and discs that were asked about; a process
    sends copies.

    Its methods are called only from `Runner.poll`. Override `progressed`, `found`, `graded` or `explained` to be
    notified of what comes before the end, and call the method of this class there.

    Attributes
    ----------
    number : int
        Of the work, as its runner knows it.
    localization : Localization or None
        The discs that were given, or were found for this work.
    over : bool
        Whether nothing more will come.
    """

    def __init__(self) -> None:
        self.number = 0
        self.localization: Localization | None = None
        self.over = False
        self._work = ""
        self._study: Study | None = None
        self._discs: list[DiscResult] = []
        self._maps = CompactMaps()
        self._map_series: dict[tuple[str, str, str], str] = {}
        self._value: Any = None
        self._error: Exception | None = None

    def is_about(self, work: str, study: Study, localization: Localization | None) -> None:
        """What was asked for: ``"find"``, ``"grade"`` or ``"regrade"``, and of what."""
        self._work, self._study, self.localization = work, study, localization

    def value(self) -> Any:
        """A `Localization` or a `StudyResult`.

        Raises
        ------
        Exception
            Why it came to nothing; `Cancelled` when it was stopped, or newer work took its place.
        """
        if self._error is not None:
            raise self._error
        return self._value

    def found(self, localization: Localization) -> None:
        """These are the discs."""
        self.localization = localization

    def graded(self, result: DiscResult) -> None:
        """These are the grades of one disc."""
        self._discs.append(result)

    def explained(self, level: str, maps: "Maps") -> None:
        """These are the saliency maps of one disc."""
        for (system, task), (series, part) in maps.items():
            self._maps.add((level, system, task), part)
            self._map_series[level, system, task] = series

    def partial(self, result: PartialResult) -> None:
        if result.kind == "found":
            self.found(result.value)
        elif result.kind == "graded":
            self.graded(self._about_own_disc(result.value))
        else:
            self.explained(*result.value)

    def finished(self, value: Any) -> None:
        self._value, self.over = self._whole(value), True

    def stopped(self) -> None:
        self._error, self.over = Cancelled("Stopped as requested."), True

    def failed(self, error: Exception) -> None:
        self._error, self.over = error, True

    def _about_own_disc(self, result: DiscResult) -> DiscResult:
        known = self._known
        own = next(disc for disc in known.discs if disc.level == result.disc.level)
        if self._work == "regrade":
            self.localization = known.alone(own)
        return replace(result, disc=own)

    def _whole(self, rest: Any) -> object:
        """What the work came to, with what it gave at its end."""
        if self._work == "find":
            return self._known
        assert self._study is not None, "an answer is about what was asked"
        warnings, software = rest
        discs = tuple(self._discs)
        return StudyResult(self._study, self._known, discs, self._maps, self._map_series, warnings, software)

    @property
    def _known(self) -> Localization:
        if self.localization is None:
            raise UsageError("The discs were not found before they were graded.")
        return self.localization


class Service:
    """Finds and grades discs while the window stays free.

    Every method returns at once; `Runner.poll`, called some times a second, has the answers come.

    Parameters
    ----------
    runner : Runner
        Whose jobs share an `Engine`: a `ThreadRunner` of one, or a `ProcessRunner` that `make_engine` prepares.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def find(self, study: Study, answer: Answer, settings: Settings = Settings()) -> None:
        """Find the discs."""
        self._ask("find", study, None, answer, partial(_find, study, settings))

    def grade(
        self, study: Study, answer: Answer, settings: Settings = Settings(), *, localization: Localization | None = None
    ) -> None:
        """Grade all discs; where they are not known, they are found first."""
        work = partial(_grade, study, localization, settings)
        self._ask("grade", study, localization, answer, work)

    def regrade(
        self, study: Study, localization: Localization, level: str, answer: Answer, settings: Settings = Settings()
    ) -> None:
        """Grade one disc of a localization alone.

        Takes the place of what was asked for the same level before: what waits is dropped, and of what is being
        computed the grades may still come, so that grades follow a hand that moves the box.
        """
        work = partial(_regrade, study, localization, level, settings)
        self._ask("regrade", study, localization, answer, work, (study.name, level))

    def _ask(
        self,
        kind: str,
        study: Study,
        localization: Localization | None,
        answer: Answer,
        work: Work,
        key: tuple[str, str] | None = None,
    ) -> None:
        for series in study.series:
            _check_voxels(series.volume)
        answer.is_about(kind, study, localization)
        answer.number = self.runner.run(work, answer, key).number


def worker_service(
    prepare: str = f"{__name__}:make_engine",
    options: Mapping[str, Any] | None = None,
    *,
    python: str | None = None,
    environment: Mapping[str, str] | None = None,
    notice: Callable[[str, str], None] = lambda kind, text: None,
) -> Service:
    """A service whose engine is in a process of its own; parameters as `ProcessRunner`."""
    runner = ProcessRunner(
        prepare,
        options,
        python=python,
        environment=environment,
        shared=("discgrader.imaging.volume:Volume",),
        notice=notice,
    )
    return Service(runner)


def make_engine(options: Mapping[str, Any]) -> "Engine":
    """The engine of the shipped packs and of those in the option ``packs``, on the option ``device``."""
    from discgrader.pipeline.engine import Engine

    settings = Settings(packs=tuple(map(Path, options.get("packs", ()))), device=str(options.get("device", "cpu")))
    return Engine.default(settings.packs, settings.device)


def _find(study: Study, settings: Settings, job: Context) -> None:
    found = job.prepared.localize(study, settings, progress=job.progress)
    job.tell(PartialResult("found", found))


def _grade(
    study: Study, localization: Localization | None, settings: Settings, job: Context
) -> tuple[tuple[str, ...], dict[str, str]]:
    progress = job.progress
    if localization is None:
        localization = job.prepared.localize(study, settings, progress=progress.part(0.0, 0.4))
        job.tell(PartialResult("found", localization))
        progress = progress.part(0.4, 1.0)
    result = job.prepared.grade(
        study,
        settings,
        localization=localization,
        progress=progress,
        graded=lambda result: job.tell(PartialResult("graded", result)),
        explained=lambda level, maps: job.tell(PartialResult("explained", (level, maps))),
    )
    return tuple(result.warnings), dict(result.software)


def _regrade(
    study: Study, localization: Localization, level: str, settings: Settings, job: Context
) -> tuple[tuple[str, ...], dict[str, str]]:
    box = localization.alone(_disc_at(study, localization, level))
    return _grade(study, box, settings, job)


def _disc_at(study: Study, localization: Localization, level: str) -> Disc:
    disc = next((disc for disc in localization.discs if disc.level == level), None)
    if disc is None:
        levels = ", ".join(disc.level for disc in localization.discs)
        raise UsageError(f"{study.name} has no disc {level}; its discs are {levels}.")
    return disc


def _check_voxels(volume: Volume) -> None:
    if volume.array.dtype.kind not in "biuf" or volume.array.dtype.itemsize > 8:
        raise UsageError(f"Voxels of type {volume.array.dtype} cannot be sent to the worker; convert them to numbers.")
