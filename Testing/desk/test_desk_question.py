"""What nothing tells is asked about in the panel, beside its picture; the answer is kept with the scene."""

import numpy as np
import pytest
import slicer
from discgrader.imaging import recognize
from discgrader.imaging.picture_contrast import KEYS, PictureContrast
from discgrader.imaging.study import Contrast
from discgrader.mrml.volumes import volume_to_node
from panel_reader import key, put
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest


@pytest.fixture
def errors(monkeypatch):
    """What the user is told in a dialog."""
    told = []
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda text, *_more, **_named: told.append(text))
    return told


@pytest.fixture(autouse=True)
def unclear(monkeypatch):
    """No picture tells what it is."""
    monkeypatch.setattr(recognize, "picture_contrast", lambda volume, plane: PictureContrast({}, Contrast.UNKNOWN, 0.2))


def cards(ui):
    """The cards of the question: what is said of each series, and its selector."""
    found = [QtWidgets.QWidget.findChildren(card, QtWidgets.QLabel) for card in shown(ui)]
    return [(" ".join(label.text for label in labels), labels) for labels in found]


def shown(ui):
    layout = QtWidgets.QWidget.layout(ui.questionCards)
    widgets = [layout.itemAt(number).widget() for number in range(layout.count())]
    return [widget for widget in widgets if not QtWidgets.QWidget.isHidden(widget)]


def choose(ui, name, text):
    """Choose in the card of a series what it is."""
    [card] = [card for card, (said, _) in zip(shown(ui), cards(ui), strict=True) if f"<b>{name}</b>" in said]
    [box] = QtWidgets.QWidget.findChildren(card, QtWidgets.QComboBox)
    box.setCurrentIndex(box.findText(text))


def answer(ui, user, **texts):
    for name, text in texts.items():
        choose(ui, name, text)
    user.click(ui.questionUseButton)
    user.wait(0.2)


def test_series_that_nothing_tells_are_asked_about_with_their_pictures(desk, user):
    ui = desk.module.ui
    scan, other = put("0_2", "0_3")
    user.wait(0.2)
    assert ui.questionPanel.visible and "Which of these is T2?" in ui.questionLabel.text
    assert "Choose first what each series is." in ui.findButton.toolTip and not ui.findButton.enabled
    told = cards(ui)
    assert len(told) == 2 and all(labels[0].text.startswith('<img src="data:image/png;base64,') for _, labels in told)
    assert "sagittal, 11 slices" in told[0][0] and "cannot be told" in told[0][0]
    assert not ui.questionUseButton.enabled
    answer(ui, user, **{"0_3": "Sagittal T2", "0_2": "Sagittal T1"})
    assert ui.t2Selector.currentNode() is other and ui.t1Selector.currentNode() is scan
    assert not ui.questionPanel.visible and ui.findButton.enabled


def test_the_guess_of_the_picture_stands_beside_it(desk, user, monkeypatch):
    half = {**dict.fromkeys(KEYS, 0.0), Contrast.T2: 0.62, Contrast.STIR: 0.38}
    monkeypatch.setattr(
        recognize, "picture_contrast", lambda volume, plane: PictureContrast(half, Contrast.UNKNOWN, 0.62)
    )
    put("0_2")
    user.wait(0.2)
    assert "Looks most like T2 (62 %)" in cards(desk.module.ui)[0][0]


def test_where_there_is_no_t2_a_series_that_was_only_guessed_is_asked_about(desk, user, monkeypatch):
    ui = desk.module.ui
    for sure, asked in ((0.9, True), (0.99, False)):
        slicer.mrmlScene.Clear(False)
        seen = {**dict.fromkeys(KEYS, 0.0), Contrast.T1: sure, Contrast.T2: 1 - sure}
        picture = PictureContrast(seen, Contrast.T1, sure)
        monkeypatch.setattr(recognize, "picture_contrast", lambda volume, plane, picture=picture: picture)
        [scan] = put("0_2")
        user.wait(0.2)
        assert ui.t1Selector.currentNode() is scan and ui.questionPanel.visible == asked
        if asked:
            assert "Which of these is T2?" in ui.questionLabel.text
            answer(ui, user, **{"0_2": "Sagittal T2"})
            assert ui.t2Selector.currentNode() is scan and ui.t1Selector.currentNode() is None
            assert not ui.questionPanel.visible and "taken for" not in ui.warningLabel.text


def test_not_now_leaves_all_as_it_was_and_is_never_asked_twice(desk, user, tmp_path):
    ui = desk.module.ui
    [known, _scan] = put("sag T1", "scan")
    user.wait(0.2)
    assert ui.t1Selector.currentNode() is known and len(shown(ui)) == 1
    choose(ui, "scan", "Sagittal T2")
    user.click(ui.questionLaterButton)
    user.wait(0.2)
    assert ui.t2Selector.currentNode() is None and not shown(ui) and "scan" in ui.questionLabel.text
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    slicer.mrmlScene.Clear(False)
    user.wait(0.2)
    assert not ui.questionPanel.visible
    user.open(path)
    user.wait(0.3)
    assert not shown(ui) and ui.questionLaterButton.text == "What are they?"
    user.click(ui.questionLaterButton)
    user.wait(0.2)
    assert len(shown(ui)) == 1


def test_an_answer_is_undone_and_redone(desk, user):
    ui = desk.module.ui
    known, scan = put("sag T1", "scan")
    user.wait(0.2)
    assert "less reliable" in ui.warningLabel.text
    answer(ui, user, scan="Sagittal T2")
    assert ui.t2Selector.currentNode() is scan and "less reliable" not in ui.warningLabel.text
    assert ui.undoButton.enabled and "scan = T2" in ui.undoButton.toolTip
    user.click(ui.undoButton)
    user.wait(0.2)
    assert ui.t2Selector.currentNode() is None and ui.t1Selector.currentNode() is known and len(shown(ui)) == 1
    user.click(ui.redoButton)
    user.wait(0.2)
    assert ui.t2Selector.currentNode() is scan and not ui.questionPanel.visible


def test_two_series_cannot_be_the_one_t2(desk, user, errors):
    ui = desk.module.ui
    put("0_2", "0_3")
    user.wait(0.2)
    answer(ui, user, **{"0_2": "Sagittal T2", "0_3": "Sagittal T2"})
    [error] = errors
    assert "cannot all be the T2" in error and ui.t2Selector.currentNode() is None and len(shown(ui)) == 2


def test_keys_alone_answer(desk, user):
    ui = desk.module.ui
    [scan] = put("0_2")
    user.wait(0.2)
    QtWidgets.QWidget.setFocus(ui.axialT2Selector)
    for _ in range(6):
        key(desk, QtCore.Qt.Key_Tab)
        focus = QtWidgets.QApplication.focusWidget()
        if isinstance(focus, QtWidgets.QComboBox) and focus.findText("Sagittal T2") > 0:
            break
    key_on(focus, QtCore.Qt.Key_Down)
    assert ui.t2Selector.currentNode() is None
    key_on(focus, QtCore.Qt.Key_Tab)
    assert QtWidgets.QApplication.focusWidget() is ui.questionUseButton
    key_on(ui.questionUseButton, QtCore.Qt.Key_Space)
    user.wait(0.2)
    assert ui.t2Selector.currentNode() is scan


def key_on(widget, what):
    QTest.keyClick(widget, what)
    slicer.app.processEvents()


def test_none_of_these_is_an_answer_and_survives_saving(desk, user, tmp_path):
    ui = desk.module.ui
    put("sag T2", "scan", "scan2")
    user.wait(0.2)
    assert "What do these series show?" in ui.questionLabel.text
    answer(ui, user, scan="None of these: do not grade from it")
    assert [said for said, _ in cards(ui) if "scan2" in said] and len(shown(ui)) == 1
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    slicer.mrmlScene.Clear(False)
    user.wait(0.2)
    assert not ui.questionPanel.visible
    user.open(path)
    user.wait(0.3)
    assert len(shown(ui)) == 1 and "scan2" in cards(ui)[0][0]
    answer(ui, user, scan2="Sagittal T1")
    assert not ui.questionPanel.visible and ui.t1Selector.currentNode().GetName() == "scan2"


def test_stir_alone_serves_for_finding_discs(desk, user):
    ui, parameters = desk.module.ui, desk.module.panel.parameters
    [stir] = put("sag STIR")
    user.wait(0.2)
    assert parameters.volumes() == {"STIR": stir}
    assert "sag STIR" in ui.warningLabel.text and ui.findButton.enabled
    [t2] = put("sag T2")
    user.wait(0.2)
    assert parameters.volumes() == {"T2": t2}


@pytest.mark.parametrize("size", [(160, 512, 512), (512, 160, 512), (1, 300, 200)])
def test_the_picture_beside_the_question_is_drawn_from_one_slice(desk, monkeypatch, size):
    from discgrader.imaging.volume import Volume
    from discgrader.panel import question

    drawn = []
    real = question.slice_picture
    monkeypatch.setattr(
        question, "slice_picture", lambda series, *more: (drawn.append(series.volume), real(series, *more))[1]
    )
    spacing = np.where(np.array(size[::-1]) == min(size), 1.0, 0.5)
    array = np.zeros(size, np.int16)
    thin = int(np.argmin(size))
    middle = (size[thin] - 1) // 2
    np.moveaxis(array, thin, 0)[middle] = 100
    node = volume_to_node(slicer.mrmlScene, Volume(array, np.diag([*spacing, 1.0])), "scan")
    assert question.thumbnail_html(node).startswith('<img src="data:image/png;base64,')
    [volume] = drawn
    assert min(volume.size) == 1 and max(volume.size) <= 300 and volume.array.min() == 100
    place = np.zeros(3)
    place[2 - thin] = middle
    assert np.allclose(volume.index_to_lps(np.zeros(3)), place * spacing)
    last = np.array(volume.size) - 1
    assert np.all(volume.index_to_lps(last) <= (np.array(size[::-1]) - 1) * spacing + 1e-6)
