"""What nothing tells is asked about in the panel, beside its picture; the answer is kept with the scene."""

import numpy as np
import pytest
import slicer
from discgrader.imaging import recognize
from discgrader.imaging.picture_contrast import PictureContrast
from discgrader.imaging.study import Contrast
from discgrader.mrml.volumes import volume_to_node
from panel_reader import put


@pytest.fixture(autouse=True)
def unclear(monkeypatch):
    """No picture tells what it is."""
    monkeypatch.setattr(recognize, "picture_contrast", lambda volume, plane: PictureContrast({}, Contrast.UNKNOWN, 0.2))


def answer(ui, user, text):
    box = ui.questionComboBox
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.findText(text))
    user.wait(0.2)


def test_an_unknown_series_is_asked_about_with_its_picture_and_serves_as_what_is_said(desk, user):
    ui = desk.module.ui
    known, scan = put("sag T1", "scan")
    user.wait(0.2)
    assert ui.questionPanel.visible and "scan" in ui.questionLabel.text
    assert ui.questionImageLabel.text.startswith('<img src="data:image/png;base64,')
    assert ui.t1Selector.currentNode() is known and ui.t2Selector.currentNode() is None
    assert "less reliable" in ui.warningLabel.text
    answer(ui, user, "Sagittal T2")
    assert ui.t2Selector.currentNode() is scan
    assert not ui.questionPanel.visible and "less reliable" not in ui.warningLabel.text


def test_none_of_these_is_an_answer_and_survives_saving(desk, user, tmp_path):
    ui = desk.module.ui
    put("sag T2", "scan", "scan2")
    user.wait(0.2)
    answer(ui, user, "None of these: do not grade from it")
    assert ui.questionPanel.visible and "scan2" in ui.questionLabel.text
    path = tmp_path / "study.mrb"
    assert desk.files.save(path)
    slicer.mrmlScene.Clear(False)
    user.wait(0.2)
    assert not ui.questionPanel.visible
    user.open(path)
    user.wait(0.3)
    assert ui.questionPanel.visible and "scan2" in ui.questionLabel.text
    answer(ui, user, "Sagittal T1")
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
    from discgrader.panel import inputs

    drawn = []
    real = inputs.slice_picture
    monkeypatch.setattr(
        inputs, "slice_picture", lambda series, *more: (drawn.append(series.volume), real(series, *more))[1]
    )
    spacing = np.where(np.array(size[::-1]) == min(size), 1.0, 0.5)
    array = np.zeros(size, np.int16)
    thin = int(np.argmin(size))
    middle = (size[thin] - 1) // 2
    np.moveaxis(array, thin, 0)[middle] = 100
    node = volume_to_node(slicer.mrmlScene, Volume(array, np.diag([*spacing, 1.0])), "scan")
    assert inputs.thumbnail_html(node).startswith('<img src="data:image/png;base64,')
    [volume] = drawn
    assert min(volume.size) == 1 and max(volume.size) <= 300 and volume.array.min() == 100
    place = np.zeros(3)
    place[2 - thin] = middle
    assert np.allclose(volume.index_to_lps(np.zeros(3)), place * spacing)
    last = np.array(volume.size) - 1
    assert np.all(volume.index_to_lps(last) <= (np.array(size[::-1]) - 1) * spacing + 1e-6)
