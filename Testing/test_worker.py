"""The worker process that serves the screen: results, order of events, stopping, crashes, and its end."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import discgrader
import numpy as np
import pytest
from discgrader.errors import DiscGraderError, PackError, StudyError
from discgrader.grading.results import StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization, RoiBox
from discgrader.phantom.study import make_study
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.regrade import alone, with_part
from discgrader.pipeline.worker_client import STOP_SECONDS, WorkerClient, WorkerListener
from discgrader.pipeline.worker_protocol import MARK, Message, ProtocolError, read_message, write_message
from discgrader.progress import Progress
from fake_engine import FakeMaker
from synthetic_result import synthetic_localization, synthetic_study

PATIENCE_S = 120.0
"""Not how long anything takes, but when a test gives up on a crowded machine."""

SEARCHED = os.pathsep.join([str(Path(__file__).parent), str(Path(discgrader.__file__).parents[1])])


class Notebook(WorkerListener):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []
        self.value: object = None
        self.error: Exception | None = None

    def progressed(self, stage, fraction, detail):
        self.heard.append(("progressed", stage))

    def found(self, localization):
        self.heard.append(("found", len(localization.discs)))

    def graded(self, result):
        self.heard.append(("graded", result.disc.level))

    def explained(self, level, maps):
        self.heard.append(("explained", level))

    def finished(self, value):
        self.value = value
        self.heard.append(("finished",))

    def stopped(self):
        self.heard.append(("stopped",))

    def failed(self, error):
        self.error = error
        self.heard.append(("failed",))

    @property
    def over(self) -> bool:
        return bool(self.heard) and self.heard[-1][0] in ("finished", "stopped", "failed")


class Desk:
    """A client and what it noticed."""

    def __init__(self, **options: object) -> None:
        self.notices: list[tuple[str, str]] = []
        self.client = WorkerClient(
            engine={"maker": "worker_engine:make", "options": options},
            environment={"PYTHONPATH": SEARCHED},
            notice=lambda kind, text: self.notices.append((kind, text)),
        )

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, self.notices
            self.client.poll(0.02)

    def ready(self) -> "Desk":
        self.client.start()
        self.until(lambda: self.client.ready)
        return self

    def pid(self) -> int:
        return self.client._links[0]._pid

    def troubles(self) -> list[str]:
        return [text for kind, text in self.notices if kind == "trouble"]


@pytest.fixture
def opened() -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def open_desk(**options: object) -> Desk:
        desks.append(Desk(**options))
        return desks[-1]

    yield open_desk
    for one in desks:
        one.client.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended stays in the list until its parent, here whoever runs the tests, has asked after it.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def same(one: StudyResult, other: StudyResult) -> bool:
    """Whether two results are equal in every number."""
    assert [disc.grades for disc in one.discs] == [disc.grades for disc in other.discs]
    for mine, theirs in zip(one.localization.discs, other.localization.discs, strict=True):
        assert mine.level == theirs.level and mine.warnings == theirs.warnings
        for name in ("center_lps_mm", "axes_lps", "size_mm"):
            assert np.array_equal(getattr(mine.roi, name), getattr(theirs.roi, name))
    segmentations = one.localization.segmentation, other.localization.segmentation
    assert np.array_equal(segmentations[0].array, segmentations[1].array)
    assert segmentations[0].array.dtype == segmentations[1].array.dtype
    assert one.saliency.keys() == other.saliency.keys() and one.saliency_series == other.saliency_series
    for key in one.saliency:
        assert np.array_equal(one.saliency[key].array, other.saliency[key].array)
        assert np.array_equal(one.saliency[key].affine_lps, other.saliency[key].affine_lps)
    return (one.warnings, one.software) == (other.warnings, other.software)


def moved(localization: Localization, level: str, by_mm: float) -> Localization:
    def box(old: RoiBox) -> RoiBox:
        return replace(old, center_lps_mm=old.center_lps_mm + by_mm)

    discs = (replace(one, roi=box(one.roi)) if one.level == level else one for one in localization.discs)
    return replace(localization, discs=tuple(discs))


# Messages


def test_a_message_comes_back_as_it_was() -> None:
    turned = np.arange(24, dtype=">i2").reshape(2, 3, 4).transpose(2, 0, 1)
    arrays = (turned, np.zeros((0, 0, 0), np.float32), np.float32([[np.nan, 0.1]]))
    stream = io.BytesIO(b"a launcher says hello\n" + MARK[:3])
    stream.seek(0, io.SEEK_END)
    write_message(stream, Message("volume", {"name": "Wirbelsäule", "p": np.float64(0.1) / 3}, arrays))
    stream.seek(0)
    garbage = []
    back = read_message(stream, garbage.append)
    assert garbage == [b"a launcher says hello\n" + MARK[:3]]
    assert (back.kind, back.fields) == ("volume", {"name": "Wirbelsäule", "p": 0.1 / 3})
    for mine, theirs in zip(arrays, back.arrays, strict=True):
        assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f") and mine.shape == theirs.shape
    assert read_message(stream) is None


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"\xff",
        b'{"kind": "volume", "fields": {}, "arrays": [["|O", [1]]]}',
        b'{"kind": "volume", "fields": {}, "arrays": [["<f4", [-1]]]}',
        b'{"kind": "volume", "fields": {}, "arrays": [["<f8", [99999, 99999, 99999]]]}',
        b'{"kind": 1, "fields": {}, "arrays": []}',
    ],
)
def test_what_is_no_message_is_refused(header: bytes) -> None:
    stream = io.BytesIO(MARK + len(header).to_bytes(4, "little") + header + bytes(64))
    with pytest.raises(ProtocolError):
        read_message(stream)


def test_half_a_message_is_the_end() -> None:
    stream = io.BytesIO()
    write_message(stream, Message("volume", {}, (np.zeros(100),)))
    for length in (3, 10, 30, stream.tell() - 1):
        assert read_message(io.BytesIO(stream.getvalue()[:length])) is None


# Results and events


def test_it_finds_and_grades_as_the_engine_does_here(opened: Callable[..., Desk]) -> None:
    desk, study = opened(noise=True).ready(), synthetic_study(name="Müller, zweite")
    finding, grading, whole = Notebook(), Notebook(), Notebook()
    desk.client.find(study, finding, margin_mm=9.0)
    desk.until(lambda: finding.over)
    found = finding.value
    desk.client.grade(study, grading, localization=found, systems=["pfirrmann"])
    desk.client.grade(study, whole)
    desk.until(lambda: whole.over)
    here = FakeMaker()()
    found_here = here.localize(study, margin_mm=9.0)
    assert same(grading.value, here.grade(study, localization=found_here, systems=("pfirrmann",)))
    assert same(whole.value, here.grade(study))
    assert grading.value.study is study and grading.value.discs[0].disc is found.discs[0]
    levels = [disc.level for disc in found.discs]
    kinds = [one for one in grading.heard if one[0] != "progressed"]
    assert kinds == [("graded", one) for one in levels] + [("explained", one) for one in levels] + [("finished",)]
    assert whole.heard.index(("found", 5)) < whole.heard.index(("graded", levels[0]))
    stages = [one[1] for one in whole.heard if one[0] == "progressed"]
    assert list(dict.fromkeys(stages)) == ["Finding discs", "Grading", "Explaining"]
    said = " ".join(text for kind, text in desk.notices if kind == "log")
    assert "a library says hello" in said and "so does one below Python" in said


def test_one_box_is_graded_and_explained_alone(opened: Callable[..., Desk]) -> None:
    desk, study, known = opened().ready(), synthetic_study(), synthetic_localization()
    here = FakeMaker()()
    before = here.grade(study, localization=known)
    corrected = moved(known, "L3-L4", 2.0)
    one, more = Notebook(), Notebook()
    desk.client.regrade(study, corrected, "L3-L4", one, systems=["spider"], saliency=False)
    desk.client.explain(study, corrected, before.discs[:2], more)
    desk.until(lambda: more.over)
    disc = corrected.discs[2]
    expected = here.grade(study, localization=alone(corrected, disc), systems=("spider",), saliency=False)
    assert same(one.value, expected)
    merged = with_part(before, one.value)
    assert merged.discs[2].disc is disc and merged.localization.discs[2] is disc and len(merged.discs) == 5
    maps, series = more.value
    assert {key[0] for key in maps} == {"L5-S1", "L4-L5"} and set(series.values()) == {study.series[0].name}
    assert all(np.array_equal(maps[key].array, before.saliency[key].array) for key in maps)


def test_a_volume_is_sent_once(opened: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, study = opened().ready(), synthetic_study()
    sent = []
    send = desk.client._send
    monkeypatch.setattr(desk.client, "_send", lambda messages: (sent.extend(messages), send(messages)))
    found = Notebook()
    desk.client.find(study, found)
    desk.until(lambda: found.over)
    for step in range(3):
        note = Notebook()
        desk.client.regrade(study, moved(found.value, "L4-L5", step), "L4-L5", note, saliency=False)
        desk.until(lambda note=note: note.over)
    kinds = [one.kind for one in sent]
    assert kinds.count("volume") == 2 and kinds.count("study") == 1 and kinds.count("localization") == 3
    note = Notebook()
    changed = replace(study.series[0], volume=study.series[0].volume.with_array(study.series[0].volume.array + 1))
    desk.client.grade(replace(study, series=(changed, study.series[1])), note)
    desk.until(lambda: note.over)
    assert [one.kind for one in sent].count("volume") == 3 and sent[-4].kind == "drop" and note.value is not None


def test_errors_are_those_of_the_engine(opened: Callable[..., Desk]) -> None:
    desk = opened().ready()
    notes = [Notebook(), Notebook(), Notebook()]
    desk.client.find(synthetic_study(name="bad"), notes[0])
    desk.client.find(synthetic_study(name="broken"), notes[1])
    desk.client.regrade(synthetic_study(), synthetic_localization(), "C2-C3", notes[2])
    desk.until(lambda: notes[2].over)
    assert isinstance(notes[0].error, StudyError) and "check that it shows a lumbar spine" in str(notes[0].error)
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in str(notes[1].error)
    assert "blocks has no disc C2-C3; its discs are L5-S1" in str(notes[2].error)
    assert any("Traceback" in text for kind, text in desk.notices)
    one = synthetic_study().series[0]
    odd = replace(one, volume=one.volume.with_array(one.volume.array.astype(complex)))
    with pytest.raises(ProtocolError, match="complex128 cannot be sent"):
        desk.client.find(Study("odd", (odd,)), Notebook())
    assert not desk.client.busy and not desk.troubles()


# Stopping


def test_work_is_stopped_and_other_work_goes_on(opened: Callable[..., Desk]) -> None:
    desk = opened().ready()
    slow, waiting, after = Notebook(), Notebook(), Notebook()
    number = desk.client.find(synthetic_study(name="slow"), slow)
    desk.until(lambda: ("progressed", "Finding discs") in slow.heard)
    waits = desk.client.find(synthetic_study(), waiting)
    desk.client.cancel(waits)
    desk.until(lambda: waiting.over)
    assert not slow.over, "taking back what waits must not disturb what is being computed"
    desk.client.cancel(number)
    desk.client.find(synthetic_study(), after)
    desk.until(lambda: after.over)
    assert [note.heard[-1] for note in (slow, waiting, after)] == [("stopped",), ("stopped",), ("finished",)]
    assert waiting.heard == [("stopped",)] and not desk.troubles()


def test_what_cannot_be_interrupted_is_ended_and_others_go_on(opened: Callable[..., Desk]) -> None:
    desk = opened().ready()
    pid, deaf, other = desk.pid(), Notebook(), Notebook()
    number = desk.client.find(synthetic_study(name="deaf"), deaf)
    desk.client.find(synthetic_study(), other)
    desk.until(lambda: ("progressed", "Finding discs") in deaf.heard)
    desk.client.cancel(number)
    time.sleep(STOP_SECONDS)
    desk.client.poll()
    assert deaf.heard[-1] == ("stopped",)
    desk.until(lambda: other.over)
    assert other.heard[-1] == ("finished",) and desk.pid() != pid and not alive(pid) and not desk.troubles()


def test_grades_follow_a_moving_box(opened: Callable[..., Desk], tmp_path: Path) -> None:
    hold = tmp_path / "go"
    desk, study, known = opened(hold=str(hold)).ready(), synthetic_study(), synthetic_localization()
    steps = [Notebook() for _ in range(5)]
    apart = Notebook()
    for number, note in enumerate(steps):
        desk.client.regrade(study, moved(known, "L4-L5", number), "L4-L5", note)
        if not number:
            desk.client.regrade(study, known, "L5-S1", apart)
            desk.until(lambda: steps[0].heard)
    hold.touch()
    desk.until(lambda: steps[-1].over and apart.over)
    graded, stopped = ("graded", "L4-L5"), ("stopped",)
    assert [one for one in steps[0].heard if one[0] != "progressed"] == [graded, stopped]
    assert all(note.heard == [stopped] for note in steps[1:-1])
    assert steps[-1].heard[-1] == apart.heard[-1] == ("finished",)
    assert np.array_equal(steps[-1].value.discs[0].disc.roi.center_lps_mm, known.discs[1].roi.center_lps_mm + 4)


# Crashes and ends


def test_after_a_crash_it_starts_again_and_does_the_rest(opened: Callable[..., Desk]) -> None:
    desk = opened().ready()
    pid, crashing, waiting = desk.pid(), Notebook(), Notebook()
    desk.client.find(synthetic_study(name="crash"), crashing)
    desk.client.grade(synthetic_study(), waiting)
    desk.until(lambda: waiting.over)
    assert isinstance(crashing.error, DiscGraderError) and waiting.heard[-1] == ("finished",)
    [trouble] = desk.troubles()
    assert str(crashing.error) == trouble and "ended unexpectedly" in trouble and "started again" in trouble
    assert desk.pid() != pid and not alive(pid)


def test_killed_while_idle_it_is_back_before_the_next_click(opened: Callable[..., Desk]) -> None:
    desk, note = opened().ready(), Notebook()
    os.kill(desk.pid(), signal.SIGTERM)
    desk.until(lambda: bool(desk.troubles()))
    desk.until(lambda: desk.client.ready)
    desk.client.find(synthetic_study(), note)
    desk.until(lambda: note.over)
    assert note.heard[-1] == ("finished",)


def test_an_engine_that_cannot_be_loaded_says_why(opened: Callable[..., Desk], tmp_path: Path) -> None:
    desk, note = opened(unusable=True), Notebook()
    desk.client.find(synthetic_study(), note)
    desk.until(lambda: note.over)
    assert isinstance(note.error, PackError) and "weights.safetensors was altered" in str(note.error)
    assert desk.troubles() == [str(note.error)] and not desk.client.running

    die, again = tmp_path / "die", Notebook()
    die.touch()
    dying = opened(die=str(die))
    dying.client.find(synthetic_study(), note := Notebook())
    dying.until(lambda: note.over)
    assert "could not start (status 7" in str(note.error) and not dying.client.running
    die.unlink()
    dying.client.find(synthetic_study(), again)
    dying.until(lambda: again.over)
    assert again.heard[-1] == ("finished",)


def test_a_python_that_is_not_there_is_a_plain_error(tmp_path: Path) -> None:
    troubles, note = [], Notebook()
    client = WorkerClient(str(tmp_path / "Python Slicer"), notice=lambda kind, text: troubles.append(text))
    client.find(synthetic_study(), note)
    end = time.monotonic() + PATIENCE_S
    while not note.over and time.monotonic() < end:
        client.poll(0.02)
    assert "could not start" in str(note.error) and "Python Slicer" in str(note.error) and len(troubles) == 1
    client.close()


def test_closing_ends_it_and_keeps_nobody_waiting(opened: Callable[..., Desk]) -> None:
    desk, note = opened().ready(), Notebook()
    pid = desk.pid()
    desk.client.find(synthetic_study(name="deaf"), note)
    desk.client.close()
    _until_gone(pid)
    assert not desk.client.busy and not desk.client.poll() and not note.over


OWNER = """
import sys, time
from discgrader.pipeline.worker_client import WorkerClient
client = WorkerClient(engine={"maker": "worker_engine:make"})
client.start()
while not client.ready:
    client.poll(0.05)
print(client._links[0]._pid, flush=True)
if sys.argv[1] == "wait":
    time.sleep(300)
"""


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_it_ends_with_whoever_started_it(how: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, "wait" if how == "killed" else "leave"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SEARCHED},
    )
    pid = int(owner.stdout.readline())
    if how == "killed":
        owner.kill()
    owner.wait(PATIENCE_S)
    owner.stdout.close()
    _until_gone(pid)


def test_it_starts_through_a_launcher_in_a_folder_with_a_strange_name(
    tmp_path: Path,
) -> None:
    if os.name != "posix":
        pytest.skip("the launcher is a shell script")
    launcher = tmp_path / "Bandscheiben für Ärzte" / "Python Slicer"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\necho "starting Python"\n"{sys.executable}" "$@"\nexit $?\n')
    launcher.chmod(0o755)
    desk = Desk()
    desk.client = WorkerClient(
        str(launcher), {"maker": "worker_engine:make"}, {"PYTHONPATH": SEARCHED},
        lambda kind, text: desk.notices.append((kind, text)),
    )
    desk.ready()
    pid = desk.pid()
    assert ("log", "starting Python") in desk.notices and pid != desk.client._links[0]._process.pid
    desk.client.close()
    _until_gone(pid)


def _until_gone(pid: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while alive(pid):
        assert time.monotonic() < end, "the worker process outlives whoever started it"
        time.sleep(0.02)


# The real engine


@pytest.mark.slow
def test_the_real_engine_says_the_same_here_and_there(torch: object, opened: Callable[..., Desk]) -> None:
    study = make_study(4, {"L4-L5": 5, "L2-L3": 1}, series=("T2", "T1"), middle_slices=3).study
    client = WorkerClient()
    note, one = Notebook(), Notebook()
    client.grade(study, note)
    end = time.monotonic() + 10 * PATIENCE_S
    while not note.over and time.monotonic() < end:
        client.poll(0.1)
    here = Engine.default()
    expected = here.grade(study, progress=Progress())
    assert same(note.value, expected)
    level = expected.discs[1].disc.level
    client.regrade(study, note.value.localization, level, one)
    while not one.over and time.monotonic() < end:
        client.poll(0.1)
    client.close()
    apart = alone(expected.localization, expected.discs[1].disc)
    assert same(one.value, here.grade(study, localization=apart))
