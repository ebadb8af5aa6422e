"""What a scene asks of whatever computes for it, be it a thread or a worker process, and what is done there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discgrader.errors import UsageError
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


class WorkerListener:
    """Hears of one piece of work; called only from `Service.poll`. Override what you want to hear.

    Last comes exactly one of finished, stopped and failed.
    """

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        """So far is the work, 0 to 1."""

    def found(self, localization: Localization) -> None:
        """These are the discs."""

    def graded(self, result: DiscResult) -> None:
        """These are the grades of one disc."""

    def explained(self, level: str, maps: "Maps") -> None:
        """These are the saliency maps of one disc."""

    def finished(self, value: object) -> None:
        """All is done: a `Localization`, a `StudyResult`, or of explaining the maps and their series' names."""

    def stopped(self) -> None:
        """It was stopped, or newer work took its place."""

    def failed(self, error: Exception) -> None:
        """It cannot be done, for this reason."""


class Service:
    """Finds and grades discs while the window stays free.

    Every method but `close` returns at once; `poll`, called some times a second, tells the listeners.

    Parameters
    ----------
    runner : Runner
        Whose jobs share an `Engine`: a `ThreadRunner` of one, or a `ProcessRunner` that `make_engine` prepares.
    """

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    @property
    def ready(self) -> bool:
        """Whether the networks are loaded."""
        return self.runner.ready

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""
        return self.runner.busy

    def start(self) -> None:
        """Have the networks loaded before there is work."""
        self.runner.start()

    def find(self, study: Study, listener: WorkerListener, settings: Settings = Settings()) -> int:
        """Find the discs; the work's number."""
        return self._ask("find", study, None, listener, partial(_find, study, settings))

    def grade(
        self,
        study: Study,
        listener: WorkerListener,
        settings: Settings = Settings(),
        *,
        localization: Localization | None = None,
    ) -> int:
        """Grade all discs; where they are not known, they are found first. The work's number."""
        work = partial(_grade, study, localization, settings)
        return self._ask("grade", study, localization, listener, work)

    def regrade(
        self,
        study: Study,
        localization: Localization,
        level: str,
        listener: WorkerListener,
        settings: Settings = Settings(),
    ) -> int:
        """Grade one disc of a localization alone; the work's number.

        Takes the place of what was asked for the same level before: what waits is dropped, and of what is being
        computed the grades may still come, so that grades follow a hand that moves the box.
        """
        work = partial(_regrade, study, localization, level, settings)
        return self._ask("regrade", study, localization, listener, work, (study.name, level))

    def explain(
        self, study: Study, localization: Localization, discs: Sequence[DiscResult], listener: WorkerListener
    ) -> int:
        """Make the saliency maps of these grades; the work's number."""
        work = partial(_explain, study, localization, tuple(discs))
        return self._ask("explain", study, localization, listener, work)

    def cancel(self, number: int | None = None) -> None:
        """Stop this work, or all."""
        self.runner.cancel(number)

    def poll(self, wait_s: float = 0.0) -> bool:
        """Tell the listeners what has happened; whether some work has not ended yet."""
        return self.runner.poll(wait_s)

    def forget(self) -> None:
        """Let go of the volumes that are kept for work to come."""
        self.runner.forget()

    def close(self) -> None:
        """End; work that has not ended is forgotten."""
        self.runner.close()

    def _ask(
        self,
        kind: str,
        study: Study,
        localization: Localization | None,
        listener: WorkerListener,
        work: Work,
        key: tuple[str, str] | None = None,
    ) -> int:
        for series in study.series:
            _check_voxels(series.volume)
        return self.runner.run(work, _Answer(kind, study, localization, listener), key).number


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


class _Answer(Listener):
    """Puts what a job says together, about the very study and discs that were asked about; a process sends copies."""

    def __init__(self, kind: str, study: Study, localization: Localization | None, listener: WorkerListener) -> None:
        self._kind, self._study, self._localization, self._listener = kind, study, localization, listener
        self._discs: list[DiscResult] = []
        self._maps = CompactMaps()
        self._map_series: dict[tuple[str, str, str], str] = {}

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        self._listener.progressed(stage, fraction, detail)

    def partial(self, result: PartialResult) -> None:
        if result.kind == "found":
            self._localization = result.value
            self._listener.found(result.value)
        elif result.kind == "graded":
            self._graded(result.value)
        else:
            self._explained(*result.value)

    def finished(self, value: Any) -> None:
        self._listener.finished(self._whole(value))

    def stopped(self) -> None:
        self._listener.stopped()

    def failed(self, error: Exception) -> None:
        self._listener.failed(error)

    def _graded(self, result: DiscResult) -> None:
        known = self._known
        own = next(disc for disc in known.discs if disc.level == result.disc.level)
        if self._kind == "regrade":
            self._localization = known.alone(own)
        result = replace(result, disc=own)
        self._discs.append(result)
        self._listener.graded(result)

    def _explained(self, level: str, maps: "Maps") -> None:
        for (system, task), (series, part) in maps.items():
            self._maps.add((level, system, task), part)
            self._map_series[level, system, task] = series
        self._listener.explained(level, maps)

    def _whole(self, rest: Any) -> object:
        """What the job came to, with what it gave at its end."""
        if self._kind == "find":
            return self._known
        if self._kind == "explain":
            return self._maps, self._map_series
        warnings, software = rest
        discs = tuple(self._discs)
        return StudyResult(self._study, self._known, discs, self._maps, self._map_series, warnings, software)

    @property
    def _known(self) -> Localization:
        if self._localization is None:
            raise UsageError(f"The discs of {self._study.name} were not found before they were graded.")
        return self._localization


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


def _explain(study: Study, localization: Localization, discs: Sequence[DiscResult], job: Context) -> None:
    # By the discs of the localization itself, for these the engine has crops of already.
    own = {disc.level: disc for disc in localization.discs}
    graded = [replace(result, disc=own.get(result.disc.level, result.disc)) for result in discs]
    job.prepared.explain(
        study,
        localization,
        graded,
        job.progress,
        lambda level, maps: job.tell(PartialResult("explained", (level, maps))),
    )


def _disc_at(study: Study, localization: Localization, level: str) -> Disc:
    disc = next((disc for disc in localization.discs if disc.level == level), None)
    if disc is None:
        levels = ", ".join(disc.level for disc in localization.discs)
        raise UsageError(f"{study.name} has no disc {level}; its discs are {levels}.")
    return disc


def _check_voxels(volume: Volume) -> None:
    if volume.array.dtype.kind not in "biuf" or volume.array.dtype.itemsize > 8:
        raise UsageError(f"Voxels of type {volume.array.dtype} cannot be sent to the worker; convert them to numbers.")
