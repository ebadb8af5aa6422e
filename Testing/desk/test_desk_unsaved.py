"""A reading that is not saved is not lost: closing, quitting and opening ask, where something was decided."""

import pytest
import slicer
import vtk
from block_engine import BlockEngine
from discgrader.reading.files import load_reading
from fake_engine import write_blocks
from panel_reader import PFIRRMANN, finish, know_only
from PySide6 import QtCore, QtGui, QtWidgets

from desk.desk import Desk

CHOSEN = ("L4-L5", *PFIRRMANN)
SAVE, DISCARD, CANCEL = (getattr(QtWidgets.QMessageBox, name) for name in ("Save", "Discard", "Cancel"))
WAYS = ("Close scene", "Quit", "Open study…", "Open file…", "Find discs", "Open reading", "Sample data")


class Asked:
    """Answers the boxes that come up, one after the other, and keeps what they said."""

    def __init__(self):
        self.answers, self.said = [], []
        self._timer = QtCore.QTimer()
        self._timer.setInterval(20)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self):
        box = QtWidgets.QApplication.activeModalWidget()
        if isinstance(box, QtWidgets.QMessageBox):
            self.said.append(QtCore.QObject.property(box, "text"))
            answer = self.answers.pop(0) if self.answers else CANCEL
            QtWidgets.QMessageBox.button(box, answer).click()

    def stop(self):
        self._timer.stop()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk that asks."""
    with Desk(log_folder=tmp_path_factory.mktemp("log"), testing=False) as one:
        one.show()
        yield one


@pytest.fixture
def asked():
    answers = Asked()
    yield answers
    answers.stop()


@pytest.fixture
def graded(desk, user, tmp_path, monkeypatch, asked):
    """The panel with a study that was graded."""
    monkeypatch.setattr("discgrader.panel.panel.missing_packages", lambda: ("nothing is warmed up",))
    know_only(monkeypatch, desk.module.panel)
    desk.module.logic.jobs.engine = BlockEngine()
    user.open(write_blocks(tmp_path / "blocks"))
    user.wait(0.1)
    panel = desk.module.panel
    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    yield panel
    desk.files.close_scene()
    desk.module.logic.jobs.engine = None
    desk.window.show()


@pytest.fixture
def leave(desk, user, graded, tmp_path, monkeypatch):
    """Leaves the reading behind in one of the ways that there are."""
    other = write_blocks(tmp_path / "another")
    reading = tmp_path / "earlier.reading.json"
    graded.logic.saveReading(reading)
    graded.logic.reading()
    opened = []
    monkeypatch.setattr(QtWidgets.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(other)))
    monkeypatch.setattr(QtWidgets.QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(other), "")))
    monkeypatch.setattr(desk.files, "open", opened.append)
    monkeypatch.setattr("discgrader.panel.sample.PhantomSample.load", lambda sample: opened.append(sample))

    def leave(way):
        """Whether it was left."""
        if way == "Find discs":
            user.click(graded.ui.findButton)
            begun = graded.logic.jobs.running
            user.until(lambda: not graded.logic.jobs.running, 60)
            return begun
        if way == "Open reading":
            graded.open_reading(reading)
            return not is_there(graded)
        if way == "Sample data":
            source = slicer.modules.sampleDataSources["DiscGrader"][0]
            source.customDownloader(source)
            return bool(opened)
        actions = desk.window.findChildren(QtGui.QAction)
        next(one for one in actions if one.text == way).trigger()
        user.wait(0.1)
        if way == "Close scene":
            return not desk.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode")
        return not desk.window.visible if way == "Quit" else bool(opened)

    return leave


def is_there(panel):
    return panel.logic.reading().disc("L4-L5").reader_grade(*PFIRRMANN) == "5"


def save_to(monkeypatch, path):
    """Have the user choose where to save; nowhere, where it is None."""
    chosen = ("" if path is None else str(path), "")
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", staticmethod(lambda *_: chosen))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_asked_where_nothing_was_decided(graded, leave, asked, way):
    graded.choose(CHOSEN)
    graded.set_grade(CHOSEN, "5")
    graded.undo()
    assert graded.logic.readings.unsaved() == []
    assert leave(way) and asked.said == []


@pytest.mark.parametrize("way", WAYS)
def test_cancel_leaves_all_as_it_was(graded, leave, asked, way):
    graded.set_grade(CHOSEN, "5")
    asked.answers = [CANCEL]
    assert not leave(way) and is_there(graded) and graded.logic.readings.unsaved() == ["blocks"]
    assert asked.said == ["Your decisions on blocks are not saved."]


@pytest.mark.parametrize("way", ["Quit", "Open study…", "Find discs"])
def test_it_is_saved_and_then_left(graded, leave, asked, way, tmp_path, monkeypatch):
    graded.set_grade(CHOSEN, "5")
    asked.answers = [SAVE]
    save_to(monkeypatch, tmp_path / "mine")
    assert leave(way) and len(asked.said) == 1
    assert load_reading(tmp_path / "mine.reading.json").disc("L4-L5").reader_grade(*PFIRRMANN) == "5"


@pytest.mark.parametrize("way", ["Quit", "Open study…", "Find discs"])
def test_it_is_left_without_saving(graded, leave, asked, way):
    graded.set_grade(CHOSEN, "5")
    asked.answers = [DISCARD]
    assert leave(way) and len(asked.said) == 1


@pytest.mark.parametrize("place", [None, "a file/mine.reading.json"])
def test_what_could_not_be_saved_is_not_left(graded, leave, asked, place, tmp_path, monkeypatch):
    graded.set_grade(CHOSEN, "5")
    (tmp_path / "a file").write_text("in the way of a folder")
    asked.answers = [SAVE]
    save_to(monkeypatch, None if place is None else tmp_path / place)
    assert not leave("Close scene") and is_there(graded) and graded.logic.readings.unsaved() == ["blocks"]


def test_a_saved_reading_and_a_saved_scene_are_left_without_a_word(graded, leave, asked, desk, tmp_path):
    graded.set_grade(CHOSEN, "5")
    assert desk.files.save(tmp_path / "study.mrb")
    assert graded.logic.readings.unsaved() == []
    graded.withdraw_grade(CHOSEN)
    assert graded.logic.readings.unsaved() == ["blocks"]
    graded.logic.saveReading(tmp_path / "mine.reading.json")
    assert leave("Close scene") and asked.said == []


def test_a_scene_that_could_not_be_saved_is_not_taken_for_saved(graded, asked, desk, ordinary_folder):
    graded.set_grade(CHOSEN, "5")
    ordinary_folder.chmod(0o500)
    assert not desk.files.save(ordinary_folder / "study.mrb")
    assert graded.logic.readings.unsaved() == ["blocks"]


def modified(scene):
    """The nodes because of which Slicer asks before it closes the scene."""
    nodes = vtk.vtkCollection()
    scene.GetStorableNodesModifiedSinceRead(nodes)
    return {nodes.GetItemAsObject(number).GetName() for number in range(nodes.GetNumberOfItems())}


def test_slicer_asks_for_what_was_decided_and_for_nothing_else(graded, user, desk, tmp_path):
    assert "blocks reading" in modified(desk.scene) and desk.files.save(tmp_path / "study.mrb")
    assert modified(desk.scene) == set()
    graded.choose(CHOSEN)
    graded.choose(("L5-S1", *PFIRRMANN))
    for box in (graded.ui.saliencyCheckBox, graded.ui.labelsCheckBox, graded.ui.axialCheckBox):
        box.click()
    user.wait(0.2)
    assert modified(desk.scene) == set(), "looking at it changed it"
    graded.set_grade(CHOSEN, "3")
    assert "blocks reading" in modified(desk.scene)


def test_a_scene_that_was_opened_is_unsaved_only_once_something_is_decided(graded, user, asked, desk, tmp_path):
    graded.set_grade(CHOSEN, "5")
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert is_there(graded) and graded.logic.readings.unsaved() == []
    graded.choose(CHOSEN)
    graded.accept()
    assert graded.logic.readings.unsaved() == ["blocks"]
    graded.undo()
    assert graded.logic.readings.unsaved() == []


def test_a_reloaded_module_still_knows_what_is_not_saved(graded, user, desk):
    graded.set_grade(CHOSEN, "5")
    desk.window.panel.reload()
    user.wait(0.3)
    assert desk.module.logic.reading().disc("L4-L5").reader_grade(*PFIRRMANN) == "5"
    assert desk.module.logic.readings.unsaved() == ["blocks"]
