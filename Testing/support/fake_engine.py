"""An engine of stand-ins that finds the spine of blocks in whatever it is given, for tests of what surrounds it.

Studies whose names begin with one of these words go wrong in their own way: ``bad`` cannot be graded, ``broken`` meets
a fault of the program, ``crash`` takes its process down, ``slow`` takes a minute unless it is stopped.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from discgrader.errors import StudyError
from discgrader.grading.results import DiscResult
from discgrader.imaging.files import write_volume
from discgrader.imaging.study import Plane, Study
from discgrader.imaging.volume import Volume
from discgrader.jobs.pool import Outcome, Pool, error_of
from discgrader.localize.disc import Localization
from discgrader.packs.pack import Pack, TrainedOn
from discgrader.pipeline.engine import Engine
from discgrader.progress import Progress
from synthetic_result import made_grades, made_saliency, synthetic_localization, synthetic_study

SLOW_SECONDS = 60.0


def write_blocks(folder: Path, *names: str) -> Path:
    """Write T2 and T1 of the spine of blocks to a folder, or each only in the series named; give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for series in synthetic_study().series:
        if not names or series.name in names:
            (folder / f"{series.name}.nii.gz").write_bytes(_file_of(series.name))
    return folder


@cache
def _file_of(name: str) -> bytes:
    """The file of a series of the spine of blocks, compressed once for all tests."""
    [series] = [series for series in synthetic_study().series if series.name == name]
    return file_of(series.volume)


def file_of(volume: Volume) -> bytes:
    """What a volume's .nii.gz contains."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "volume.nii.gz"
        write_volume(volume, path)
        return path.read_bytes()


def write_studies(folder: Path, *names: str) -> Path:
    """Write studies of the spine of blocks to folders of these names; give the folder of them all."""
    for name in names:
        write_blocks(folder / name)
    return folder


def fake_pack(system: str) -> Pack:
    """A pack that exists in memory only."""
    trained_on = TrainedOn("blocks", "Apache-2.0", 1, 5, "blocks", 0, True, "Trained on made-up blocks.")
    return Pack(
        folder=Path(system),
        sha256="0" * 64,
        name=f"{system}-blocks",
        version="1.0.0",
        system=system,
        tasks={},
        input={},
        architecture={},
        files={},
        calibration={},
        trained_on=trained_on,
        metrics={},
        intended_use="Tests.",
    )


PACKS = tuple(fake_pack(system) for system in ("localizer", "pfirrmann", "spider"))


class FakeLocalizer:
    """Finds the blocks, unless the study's name says otherwise."""

    def localize(
        self, study: Study, *, margin_mm: float, lowest_disc: str | None = None, progress: Progress = Progress()
    ) -> Localization:
        _go_wrong(study.name, progress)
        return replace(synthetic_localization(margin_mm=margin_mm), series_name=study.series[0].name)


class FakeGrader:
    """Grades the blocks on any sagittal series."""

    def systems_for(self, study: Study) -> tuple[str, ...]:
        sagittal = any(series.plane == Plane.SAGITTAL for series in study.series)
        return ("pfirrmann", "spider") if sagittal else ()

    def grade(
        self,
        study: Study,
        localization: Localization,
        *,
        systems: Sequence[str] | None = None,
        progress: Progress = Progress(),
        graded: Callable[[DiscResult], None] | None = None,
    ) -> tuple[DiscResult, ...]:
        results = []
        for disc in localization.discs:
            grades = made_grades(disc.index_from_sacrum)
            results.append(
                DiscResult(disc, tuple(grade for grade in grades if systems is None or grade.system in systems))
            )
            if graded is not None:
                graded(results[-1])
        return tuple(results)


def fake_explain(
    grader: FakeGrader, study: Study, localization: Localization, results: Sequence[DiscResult]
) -> Iterator[dict[tuple[str, str], tuple[str, Volume]]]:
    """A bump at each disc's back for every grade."""
    series = study.series[0]
    for result in results:
        bump = made_saliency(series.volume, result.disc)
        yield {(grade.system, grade.task): (series.name, bump) for grade in result.grades}


@dataclass(frozen=True)
class FakeMaker:
    """Makes the fake engine in whatever process it is needed."""

    def packs(self) -> tuple[Pack, ...]:
        return PACKS

    def __call__(self) -> Engine:
        return Engine(FakeLocalizer(), FakeGrader(), fake_explain, PACKS)


@dataclass
class SameProcess(Pool):
    """Stands for the pool of processes where a test is not about these: one task after the other, in this process."""

    workers: int = 1
    threads: int = 1

    def run(self, tasks: Sequence[object], progress: Progress = Progress()) -> Generator[Outcome, None, None]:
        prepared = self.prepare()
        for number, task in enumerate(tasks):

            def told(stage: str, share: float, detail: str, done: int = number) -> None:
                self._report(progress, done, share, len(tasks))

            yield Outcome(number, error_of(self.work, prepared, task, Progress(told)))
            self._report(progress, number + 1, 0.0, len(tasks))


def _go_wrong(name: str, progress: Progress) -> None:
    if name.startswith("bad"):
        raise StudyError(f"No disc was found in {name}; check that it shows a lumbar spine on MRI.")
    if name.startswith("broken"):
        raise ZeroDivisionError("division by zero")
    if name.startswith("crash"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("slow"):
        end = time.monotonic() + SLOW_SECONDS
        while time.monotonic() < end:
            progress.report("Finding discs", 0.5)
            time.sleep(0.02)
