"""How long a reader waits, by the desk: real mouse events, the shipped packs, the worker process, the phantom.

    python Testing/benchmarks/desk_speed.py              # also part of make bench
    python Testing/benchmarks/desk_speed.py --study DIR --repeats 5

Wall-clock times, so measure on a machine that has nothing else to do; the load before and after is printed. Beside each
step stands how long the window did not answer.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import desk  # noqa: F401  decides how PySide6 gives its enums
import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import slicer
from desk.desk import Desk
from desk.stand_ins.scripted_modules import qSlicerScriptedLoadableModuleWidget as ModuleWidget
from desk.stand_ins.vtk_widget import drawing_turns
from desk.user import User
from discgrader.cli.main import main as discgrader
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import attribute, roi_from_node, study_nodes
from PySide6 import QtCore, QtGui, QtWidgets

LEVEL = "L3-L4"
DRAG_STEPS = 12
STILL_S = 0.004


@dataclass
class Row:
    """A figure: what was measured, each time in seconds, what is aimed at, and the longest the window was held up."""

    name: str
    aim_s: float | None
    times: list[float] = field(default_factory=list)
    held_s: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        median, worst = statistics.median(self.times), max(self.times)
        aim = "" if self.aim_s is None else f"{self.aim_s:.2f} s"
        said = "" if self.aim_s is None else "met" if median <= self.aim_s else "missed"
        held = f"{1000 * max(self.held_s):.0f} ms" if self.held_s else ""
        return f"{self.name:<52} {median:7.3f} s {worst:7.3f} s {aim:>7} {said:<6} {held:>8}"


class Bench:
    """A desk with a study, measured."""

    def __init__(self, opened: Desk, study: Path) -> None:
        self.desk, self.user = opened, User(opened)
        opened.show()
        self.user.open(study)
        self.user.wait(0.5)
        self.logic = opened.module.logic
        self.scene = opened.scene

    @contextmanager
    def measured(self, row: Row) -> Iterator[None]:
        """Note how long the block takes and how long the window is held up in it."""
        self.desk.heartbeat.reset()
        began = time.perf_counter()
        yield
        row.times.append(time.perf_counter() - began)
        print(f"{row.name}: {row.times[-1]:.3f} s", file=sys.stderr, flush=True)
        row.held_s.append(max(0.0, self.desk.heartbeat.longest_s))

    def until(self, so: Callable[[], bool], seconds: float = 600.0) -> None:
        """Let the window go on, and look very often."""
        end = time.monotonic() + seconds
        while not so():
            if time.monotonic() > end:
                raise TimeoutError("It did not come to an end")
            slicer.app.processEvents()
            time.sleep(STILL_S)

    def warm(self, row: Row) -> None:
        with self.measured(row):
            self.logic.jobs.warm_up()
            self.until(lambda: (self.logic.jobs.worker.runner.poll(), self.logic.jobs.worker.runner.ready)[1])

    def find(self, row: Row) -> None:
        answers = []
        with self.measured(row):
            self.logic.findDiscs(
                self.volumes(), waitForCompletion=False, eventCallback=lambda event, data: answers.append((event, data))
            )
            self.until(lambda: not self.logic.jobs.running)
            slicer.app.processEvents()
        self._check(answers)

    def grade(self, row: Row, systems: list[str] | None) -> None:
        answers = []
        with self.measured(row):
            self.logic.grade(
                self.volumes(), systems=systems, waitForCompletion=False,
                eventCallback=lambda event, data: answers.append((event, data)),
            )  # fmt: skip
            self.until(lambda: not self.logic.jobs.running)
        self._check(answers)

    def volumes(self) -> dict[str, object]:
        chosen = self.desk.module.panel.parameters.volumes()
        if not chosen:
            raise SystemExit("The panel has chosen no series of the study.")
        return chosen

    def drag(self, drawn: Row, in_table: Row, in_views: Row) -> None:
        """Drag a box by its middle, let go, and wait for table and views to have the grade of where it lies now."""
        box = self.box()
        box.GetDisplayNode().SetHandlesInteractive(True)
        center = np.zeros(3)
        box.GetCenterWorld(center)
        self.user.jump(center)
        view = self._view()
        start = self.user.point_of(view, center)
        event, left, none = QtCore.QEvent, QtCore.Qt.LeftButton, QtCore.Qt.NoButton
        for near in (QtCore.QPointF(2, 1), QtCore.QPointF(0, 0)):
            self._mouse(view, event.MouseMove, start + near)
        self.user.wait(0.1)
        self._mouse(view, event.MouseButtonPress, start, left, left)
        for step in range(1, DRAG_STEPS + 1):
            with self.measured(drawn):
                self._mouse(view, event.MouseMove, start + QtCore.QPointF(0.6, 0.8) * step, none, left)
                self.until_drawn([self.desk.layout.sliceWidget(view).sliceView()])
            self.user.wait(0.03)
        moved = np.zeros(3)
        box.GetCenterWorld(moved)
        if np.allclose(moved, center):
            raise SystemExit("The box did not follow the mouse.")
        with self.measured(in_views):
            with self.measured(in_table):
                self._mouse(view, event.MouseButtonRelease, start + QtCore.QPointF(0.6, 0.8) * DRAG_STEPS, left, none)
                self.until(self.is_graded)
                # The table is painted by an event that is posted already.
                QtWidgets.QApplication.sendPostedEvents()
            self.until_drawn(drawing_turns().waiting)
        self.until(lambda: not self.logic.jobs.running)
        self.user.wait(0.3)

    def box(self):
        return next(
            node for node in slicer.util.getNodesByClass("vtkMRMLMarkupsROINode") if attribute(node, "Level") == LEVEL
        )

    def is_graded(self) -> bool:
        """Whether the grades in the scene are those of where the box lies."""
        box = self.box()
        document = json.loads(study_nodes(self.scene, attribute(box, "Study"), "provenance")[0].GetText())
        disc = next(one for one in document["discs"] if one["level"] == LEVEL)
        away = RoiBox.from_json(disc["roi"]).corners_lps() - roi_from_node(box).corners_lps()
        return float(np.abs(away).max()) < 0.01

    def until_drawn(self, views: Iterable) -> None:
        """Let the window go on until these views have been drawn."""
        left = set(views)
        listeners = {view: partial(left.discard, view) for view in left}
        for view, listener in listeners.items():
            view.rendered.connect(listener)
        self.until(lambda: not left)
        for view, listener in listeners.items():
            view.rendered.disconnect(listener)

    def _view(self) -> str:
        for name in self.desk.layout.sliceViewNames():
            if self.desk.layout.sliceWidget(name).mrmlSliceNode().GetOrientation() == "Sagittal":
                return name
        return "Yellow"

    def _mouse(self, view, kind, point, button=QtCore.Qt.NoButton, held=QtCore.Qt.NoButton) -> None:
        widget = self.desk.layout.sliceWidget(view).sliceView()
        there = QtWidgets.QWidget.mapToGlobal(widget, point)
        sent = QtGui.QMouseEvent(kind, point, there, button, held, QtCore.Qt.NoModifier)
        QtWidgets.QApplication.sendEvent(widget, sent)

    @staticmethod
    def _check(answers: list[tuple[str, dict]]) -> None:
        if not answers or answers[-1][0] != "completed":
            raise SystemExit(f"It did not work: {answers[-1:]}")


@contextmanager
def timed_panel(row: Row) -> Iterator[None]:
    """Note how long the module's panel takes to be set up and entered for the first time."""
    fill, enter = ModuleWidget.fill, ModuleWidget.enter
    spent = []

    def timed(method: Callable) -> Callable:
        def call(self: object) -> None:
            began = time.perf_counter()
            method(self)
            spent.append(time.perf_counter() - began)

        return call

    ModuleWidget.fill, ModuleWidget.enter = timed(fill), timed(enter)
    try:
        yield
    finally:
        ModuleWidget.fill, ModuleWidget.enter = fill, enter
        row.times.append(sum(spent))


def measure(study: Path, repeats: int, systems: list[str] | None) -> list[Row]:
    """All figures."""
    opening, again = Row("Panel open, first time", 0.5), Row("Panel open, again", 0.5)
    warming, finding = Row("Worker from nothing to ready", None), Row("Find discs to boxes, worker warm", 2.0)
    grading, drawn = Row("Grade all, saliency included", None), Row("Drag step, drawn where the hand is", 0.08)
    cnn = Row("Box let go to grade in the table, CNN systems", 0.3), Row("  and beside the disc in all views", None)
    radiomics = (
        Row("Box let go to grade in the table, with radiomics", 0.7),
        Row("  and beside the disc in all views", None),
    )
    with tempfile.TemporaryDirectory(prefix="discgrader-bench-") as log:
        with timed_panel(opening):
            opened = Desk(log_folder=Path(log), testing=True)
        with opened:
            bench = Bench(opened, study)
            bench.warm(warming)
            for _ in range(repeats):
                slicer.util.selectModule("Data")
                slicer.app.processEvents()
                with bench.measured(again):
                    slicer.util.selectModule("DiscGrader")
                    slicer.app.processEvents()
            for _ in range(repeats + 1):
                bench.find(finding)
            # The first one reads the volumes and sends them to the worker.
            first = Row("Find discs to boxes, volumes sent first", None, finding.times[:1], finding.held_s[:1])
            del finding.times[0], finding.held_s[0]
            bench.grade(grading, ["spider"])
            for _ in range(repeats):
                bench.drag(drawn, *cnn)
            grading.times.clear(), grading.held_s.clear()
            bench.grade(grading, systems)
            for _ in range(repeats):
                bench.drag(drawn, *radiomics)
            bench.logic.close()
    return [opening, again, warming, first, finding, grading, drawn, *cnn, *radiomics]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, help="a folder of series, instead of the phantom")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="discgrader-bench-") as folder:
        study = options.study
        if study is None:
            study = Path(folder) / "phantom"
            roles = (f"--series={role}" for role in ("T1", "T2", "T2_SPACE"))
            discgrader(["phantom", "-o", str(study), "--seed", "1", *roles])
        before = os.getloadavg() if hasattr(os, "getloadavg") else ()
        rows = measure(study, options.repeats, None)
    after = os.getloadavg() if hasattr(os, "getloadavg") else ()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"\nWhat a reader waits for, {cores} cores\n")
    print(f"{'':<52} {'median':>9} {'worst':>9} {'aim':>7} {'':<6} {'held up':>8}")
    print("\n".join(map(str, rows)))
    print("load before and after: " + ", ".join(f"{one[0]:.1f}" for one in (before, after) if one))


if __name__ == "__main__":
    main()
