"""Many studies: one bad study stops no other, and a batch that was stopped goes on where it was."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from discgrader.errors import Cancelled, DiscGraderError, OutputError, PackError, UsageError
from discgrader.jobs.pool import Outcome, ProcessPool
from discgrader.packs.pack import Pack
from discgrader.pipeline.batch import run_batch
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from fake_engine import PACKS, FakeMaker, write_blocks, write_studies
from places import SEARCHED

PLAIN = Settings(saliency=False)


def batch(folder: Path, out: Path, settings: Settings = PLAIN, **options: object) -> object:
    return run_batch(folder, out, settings, make_engine=FakeMaker(), **options)


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_bad_studies_stop_no_other_and_say_why(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "Fälle von Müller", "good 1", "good 2", "bad", "broken", "crash")
    (folder / "text.nii.gz").write_text("no picture")
    out = tmp_path / "out"
    result = batch(folder, out, workers=2)
    assert set(result.graded) == {"good 1", "good 2"} and result.skipped == ()
    failed = {row["study"]: row["reason"] for row in rows(out / "failed.csv")}
    assert failed == result.failed
    assert failed.keys() == {"bad", "broken", "crash", "text"}
    assert "No disc was found in bad" in failed["bad"]
    assert "unexpectedly (ZeroDivisionError" in failed["broken"]
    assert "ended unexpectedly (signal 9)" in failed["crash"]
    assert "text.nii.gz" in failed["text"]
    assert sorted(os.listdir(out)) == ["failed.csv", "good 1", "good 2", "grades.csv", "warnings.csv"]
    table = rows(out / "grades.csv")
    assert [row["study"] for row in table] == ["good 1"] * 15 + ["good 2"] * 15
    assert json.loads((out / "good 1" / "grades.json").read_text(encoding="utf-8"))["study"] == "good 1"


@pytest.mark.usefixtures("in_same_process")
def test_a_second_run_does_only_what_is_missing(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a", "b", "bad")
    out = tmp_path / "out"
    batch(folder, out, workers=1)
    written = (out / "a" / "grades.json").stat().st_mtime_ns
    (folder / "bad").rename(folder / "mended")
    (out / "b" / "segmentation.nii.gz").unlink()
    result = batch(folder, out, workers=1)
    assert (result.skipped, set(result.graded), result.failed) == (("a",), {"b", "mended"}, {})
    assert (out / "a" / "grades.json").stat().st_mtime_ns == written
    assert rows(out / "failed.csv") == []
    assert {row["study"] for row in rows(out / "grades.csv")} == {"a", "b", "mended"}
    assert batch(folder, out).skipped == ("a", "b", "mended")


@pytest.mark.usefixtures("in_same_process")
def test_other_settings_and_changed_pictures_are_graded_anew(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a", "b")
    out = tmp_path / "out"
    batch(folder, out, workers=1)
    write_blocks(folder / "b", "T2_sag")
    assert batch(folder, out, workers=1).graded == ("b",)
    assert set(batch(folder, out, Settings(saliency=False, systems=("spider",)), workers=1).graded) == {"a", "b"}
    assert {row["system"] for row in rows(out / "grades.csv")} == {"spider"}


@pytest.mark.usefixtures("in_same_process")
def test_a_study_corrected_by_hand_is_kept(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a")
    out = tmp_path / "out"
    batch(folder, out, workers=1)
    box = out / "a" / "rois" / "L4-L5.mrk.json"
    box.write_text(box.read_text() + " ")
    other = Settings(saliency=False, margin_mm=8.0)
    assert "L4-L5.mrk.json" in batch(folder, out, other, workers=1).failed["a"]
    assert box.read_text().endswith(" ")
    assert batch(folder, out, other, workers=1, overwrite=True).graded == ("a",)


def test_a_stopped_batch_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a", "slow")
    out = tmp_path / "out"
    progress = Progress()

    def stop_after_first(stage: str, share: float, detail: str) -> None:
        if (out / "a").exists() and share > 0.5:
            progress.stop.set()

    began = time.monotonic()
    with pytest.raises(Cancelled, match="Stopped; 1 of 2 studies are done"):
        batch(folder, out, workers=1, progress=Progress(stop_after_first, progress.stop))
    assert time.monotonic() - began < 90
    assert {row["study"] for row in rows(out / "grades.csv")} == {"a"}
    assert leftovers(out) == []
    (folder / "slow").rename(folder / "swift")
    result = batch(folder, out, workers=1)
    assert (result.skipped, result.graded) == (("a",), ("swift",))


SCRIPT = """
import sys
from functools import partial
from pathlib import Path
from discgrader.cli import main as cli
from discgrader.pipeline import batch
from fake_engine import FakeMaker
if __name__ == "__main__":
    batch.EngineMaker = lambda settings: FakeMaker()
    sys.exit(cli.main(["batch", sys.argv[1], "-o", sys.argv[2], "--workers", "2", "--no-saliency"]))
"""


def begun(tmp_path: Path) -> tuple[subprocess.Popen, Path, Path]:
    """A batch in a process of its own that has done one study of two; the studies' folder and that of the results."""
    folder, out = write_studies(tmp_path / "in", "a", "slow"), tmp_path / "out"
    (tmp_path / "script.py").write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(folder), str(out)],
        env=os.environ | {"PYTHONPATH": SEARCHED},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (out / "a").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return process, folder, out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_a_batch_cleanly(tmp_path: Path, number: int) -> None:
    process, _, out = begun(tmp_path)
    # As a terminal does it: to all processes at once.
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.strip() == (
        "discgrader: Stopped; 1 of 2 studies are done and kept; run the same command again to continue with the others."
    )
    assert sorted(os.listdir(out)) == ["a", "failed.csv", "grades.csv", "warnings.csv"]


def test_a_killed_batch_goes_on(tmp_path: Path) -> None:
    process, folder, out = begun(tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (folder / "slow").rename(folder / "swift")
    result = batch(folder, out, workers=1)
    assert (result.skipped, result.graded) == (("a",), ("swift",))
    assert leftovers(out) == []


def test_the_processes_end_with_a_batch_that_is_killed_and_clean_up(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil", reason="psutil is not installed")
    process, _, out = begun(tmp_path)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert len(workers) >= 2 and not alive
    assert leftovers(out) == []


def test_wrong_requests_are_refused_before_any_work(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a")
    with pytest.raises(UsageError, match="No pack grades the system genius; choose one of pfirrmann, spider"):
        batch(folder, tmp_path / "out", Settings(systems=("genius",)))
    with pytest.raises(UsageError, match="workers is 0"):
        batch(folder, tmp_path / "out", workers=0)
    with pytest.raises(UsageError, match="lies inside"):
        batch(folder, folder / "out")
    with pytest.raises(UsageError, match="--scheduler needs dask|No dask scheduler answers"):
        batch(folder, tmp_path / "out", scheduler="tcp://127.0.0.1:1")
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "grades.json").write_text("{}")
    with pytest.raises(OutputError, match="result of a single study"):
        batch(folder, tmp_path / "result")
    assert not (tmp_path / "result" / "grades.csv").exists()


class NoPack(FakeMaker):
    def packs(self) -> tuple[Pack, ...]:
        return PACKS

    def __call__(self) -> Engine:
        raise PackError("Pack spider-blocks: weights.safetensors was altered.")


def test_an_engine_that_cannot_be_made_ends_the_batch(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a", "b")
    with pytest.raises(PackError, match="was altered"):
        run_batch(folder, tmp_path / "out", PLAIN, make_engine=NoPack(), workers=2)


def nothing() -> None:
    return None


def die_at_odd(prepared: None, task: int, progress: Progress) -> None:
    if task % 2:
        os._exit(3)


def test_every_task_has_one_outcome_although_processes_die() -> None:
    outcomes = list(ProcessPool(nothing, die_at_odd, workers=2).run(range(5)))
    assert sorted(outcome.number for outcome in outcomes) == [0, 1, 2, 3, 4]
    assert [outcome for outcome in sorted(outcomes, key=lambda one: one.number) if outcome.error is None] == [
        Outcome(0),
        Outcome(2),
        Outcome(4),
    ]


@pytest.mark.skipif(os.name == "nt", reason="names there are never bytes")
def test_a_study_whose_name_is_not_utf_8_is_graded_with_the_others(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", os.fsdecode(b"M\xfcller"), "Zebra")
    result = batch(folder, tmp_path / "out", workers=2)
    assert set(result.graded) == {"Müller", "Zebra"}
    assert {row["study"] for row in rows(tmp_path / "out" / "grades.csv")} == {"Müller", "Zebra"}
    assert (tmp_path / "out" / "Müller" / "report.html").is_file()
    assert batch(folder, tmp_path / "out", workers=2).skipped == ("Müller", "Zebra")


@pytest.mark.usefixtures("in_same_process")
def test_a_result_that_was_damaged_since_is_graded_anew(tmp_path: Path) -> None:
    folder, out = write_studies(tmp_path / "in", "a", "b"), tmp_path / "out"
    batch(folder, out, workers=1)
    document = json.loads((out / "a" / "grades.json").read_text(encoding="utf-8"))
    del document["discs"][0]["grades"][0]["probabilities"]
    (out / "a" / "grades.json").write_text(json.dumps(document), encoding="utf-8")
    result = batch(folder, out, workers=1)
    assert (result.graded, result.skipped) == (("a",), ("b",))


def sleep(prepared: None, task: int, progress: Progress) -> None:
    progress.report("Sleeping", 0.5)
    time.sleep(600)


def test_a_task_that_does_not_hear_of_a_stop_is_ended() -> None:
    progress = Progress()

    def stop_when_it_has_begun(stage: str, share: float, detail: str) -> None:
        if share > 0:
            progress.stop.set()

    began = time.monotonic()
    with pytest.raises(Cancelled):
        list(ProcessPool(nothing, sleep, workers=2).run(range(2), Progress(stop_when_it_has_begun, progress.stop)))
    assert time.monotonic() - began < 60


def die_unless_others_work(folder: Path) -> None:
    """Let only the first process become ready."""
    try:
        (folder / "taken").mkdir()
    except FileExistsError:
        os._exit(9)


def work_a_little(prepared: None, task: int, progress: Progress) -> None:
    time.sleep(0.2)


def test_processes_that_die_before_they_are_ready_are_not_missed(tmp_path: Path) -> None:
    pool = ProcessPool(partial(die_unless_others_work, tmp_path), work_a_little, workers=3)
    assert sorted(outcome.number for outcome in pool.run(range(6))) == [0, 1, 2, 3, 4, 5]
    with pytest.raises(DiscGraderError, match="before they are ready"):
        list(ProcessPool(partial(os._exit, 3), work_a_little, workers=2).run(range(2)))


def fail_with_an_odd_name(prepared: None, task: int, progress: Progress) -> None:
    raise ValueError(os.fsdecode(b"M\xfcller"))


def test_an_unexpected_fault_can_be_written_whatever_it_names() -> None:
    [outcome] = ProcessPool(nothing, fail_with_an_odd_name, workers=1).run(range(1))
    outcome.error.encode("utf-8")
    assert "Müller" in outcome.error


@pytest.mark.usefixtures("in_same_process")
def test_doubts_of_names_are_on_the_terminal_and_in_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from discgrader.cli import main as cli
    from discgrader.pipeline import batch as module

    folder, out = write_studies(tmp_path / "in", "a", "b"), tmp_path / "out"
    batch(folder, out, workers=1)
    path = out / "a" / "grades.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["name_doubts"] = ["The sacrum is not in view; the names were counted from the lowest disc."]
    path.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(module, "EngineMaker", lambda settings: FakeMaker())
    assert cli.main(["batch", str(folder), "-o", str(out), "--workers", "1", "--no-saliency"]) == 0
    assert "warning: a: The sacrum is not in view" in capsys.readouterr().err
    assert all("sacrum" in row["warnings"] for row in rows(out / "grades.csv") if row["study"] == "a")
    assert [row["study"] for row in rows(out / "warnings.csv") if "counted from the lowest disc" in row["warning"]] == [
        "a"
    ]


def test_a_batch_can_be_stopped_while_it_looks_for_write_studies(tmp_path: Path) -> None:
    folder = write_studies(tmp_path / "in", "a", "b")
    progress = Progress()
    progress.stop.set()
    with pytest.raises(Cancelled):
        batch(folder, tmp_path / "out", workers=1, progress=progress)
    assert not (tmp_path / "out").exists()
