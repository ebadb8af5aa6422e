"""A batch on a dask cluster: a real scheduler and real worker processes on this computer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from discgrader.errors import DiscGraderError, UsageError
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.pipeline.batch import BatchResult, run_batch
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from fake_engine import PACKS, FakeGrader, FakeLocalizer, FakeMaker, fake_explain, write_studies
from places import SEARCHED

PLAIN = Settings(saliency=False)


class Cluster:
    """A scheduler and two workers, each a process of its own that a nanny starts again when it dies."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", 0, "--no-show", folder=folder)
        deadline = time.monotonic() + 60
        while not self._file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._workers = self._start(
            "dask_worker",
            "--nworkers",
            2,
            "--nthreads",
            1,
            "--host",
            "127.0.0.1",
            "--local-directory",
            folder,
            folder=folder,
        )
        from distributed import Client

        with Client(scheduler_file=str(self._file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            self.address = client.scheduler.address

    def worker_processes(self) -> list[int]:
        """The processes that do the work now."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return sorted(client.run(os.getpid).values())

    def end(self) -> None:
        for process in (self._workers, self.scheduler):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: str, *options: object, folder: Path) -> subprocess.Popen:
        paths = [SEARCHED, str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        arguments = [
            sys.executable,
            "-m",
            f"distributed.cli.{command}",
            "--scheduler-file",
            str(self._file),
            "--no-dashboard",
            *map(str, options),
        ]
        with open(folder / f"{command}.log", "w") as log:
            return subprocess.Popen(
                arguments,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests: a worker that dies is started again; the last test ends the scheduler."""
    pytest.importorskip("distributed", reason="dask is not installed")
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    yield started
    started.end()


def batch(folder: Path, out: Path, cluster: Cluster, **options: object) -> BatchResult:
    return run_batch(folder, out, PLAIN, scheduler=cluster.address, **{"make_engine": FakeMaker(), **options})


class _DeadlyOnceLocalizer(FakeLocalizer):
    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def localize(self, study: Study, **choices: object) -> Localization:
        if study.name == "once" and not self._mark.exists():
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().localize(study, **choices)


@dataclass(frozen=True)
class DeadlyOnce(FakeMaker):
    """Engines that kill their process over the study ``once``, the first time."""

    mark: Path

    def __call__(self) -> Engine:
        return Engine(_DeadlyOnceLocalizer(self.mark), FakeGrader(), fake_explain, PACKS)


@pytest.mark.slow
def test_studies_go_through_a_scheduler_and_a_second_run_resumes(tmp_path: Path, cluster: Cluster) -> None:
    folder = write_studies(tmp_path / "Fälle 1", "a", "b", "c", "bad", "crash")
    out = tmp_path / "out"
    result = batch(folder, out, cluster)
    assert set(result.graded) == {"a", "b", "c"}
    assert result.failed.keys() == {"bad", "crash"}
    assert "No disc was found in bad" in result.failed["bad"]
    assert "ended unexpectedly" in result.failed["crash"]
    assert {path.name for path in out.iterdir()} == {"a", "b", "c", "grades.csv", "failed.csv", "warnings.csv"}
    (folder / "crash").rename(folder / "mended")
    again = batch(folder, out, cluster)
    assert (set(again.skipped), again.graded, again.failed.keys()) == ({"a", "b", "c"}, ("mended",), {"bad"})


@pytest.mark.slow
def test_a_workers_death_does_not_lose_the_batch(tmp_path: Path, cluster: Cluster) -> None:
    folder = write_studies(tmp_path / "in", "a", "once", "z")
    out = tmp_path / "out"
    before = cluster.worker_processes()
    result = batch(folder, out, cluster, make_engine=DeadlyOnce(tmp_path / "has died"))
    assert (tmp_path / "has died").exists()
    assert set(result.graded) == {"a", "once", "z"} and not result.failed
    assert cluster.worker_processes() != before
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_a_scheduler_that_ends_is_told_and_what_is_done_is_kept(tmp_path: Path, cluster: Cluster) -> None:
    folder = write_studies(tmp_path / "in", "a", "slow")
    out = tmp_path / "out"

    def end_the_scheduler(stage: str, share: float, detail: str) -> None:
        if share >= 0.5 and cluster.scheduler.poll() is None:
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with pytest.raises(DiscGraderError, match="has ended; the studies done by then are kept"):
        batch(folder, out, cluster, progress=Progress(end_the_scheduler))
    assert (out / "a" / "grades.json").exists()
    assert (out / "grades.csv").read_text(encoding="utf-8").count("\na,") == 15


def test_no_scheduler_at_the_address_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    folder = write_studies(tmp_path / "in", "a")
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(UsageError, match="No dask scheduler answers at"):
            run_batch(folder, tmp_path / "out", PLAIN, make_engine=FakeMaker(), scheduler=address)


def test_without_dask_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    folder = write_studies(tmp_path / "in", "a")
    with pytest.raises(
        UsageError, match=r"--scheduler needs dask; install it with pip install 'discgrader\[cluster\]'"
    ):
        run_batch(folder, tmp_path / "out", PLAIN, make_engine=FakeMaker(), scheduler="tcp://127.0.0.1:8786")
