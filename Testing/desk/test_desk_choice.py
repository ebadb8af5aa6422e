"""A disc is chosen, not its name: whatever a command does to discs and names, table, handles, saliency, details and a
grade by key mean one disc, after it was done, undone and done again, by button and by key."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import slicer
from block_engine import BlockEngine
from discgrader.localize.levels import shifted
from discgrader.mrml import hierarchy
from discgrader.mrml.nodes import attribute, roi_from_node, roi_to_node, study_nodes
from discgrader.reading import beside, call_findings, commands, disc_commands
from discgrader.reading.files import reading_from_json, reading_to_json, save_reading
from discgrader.reading.record import Reading
from panel_reader import LEVELS, PFIRRMANN, center_of, click_cell, finish, key, settled
from PySide6 import QtCore

CONTROL = QtCore.Qt.ControlModifier
CHOSEN = "L4-L5"


class OtherNames(BlockEngine):
    """Finds the discs under the names of one level higher, and not the lowest."""

    def localize(self, study, settings, *, progress):
        found = super().localize(study, settings, progress=progress)
        names = shifted([disc.level for disc in found.discs], 1)
        discs = tuple(disc.renamed(names[disc.level]) for disc in found.discs if disc.level != "L5-S1")
        return replace(found, discs=discs)


def find_anew(panel, user, desk):
    panel.logic.jobs.engine = OtherNames()
    finish(panel, user, panel.ui.findButton)


def open_other_reading(panel, user, desk):
    """A reading of the same study whose discs are numbered the other way round and named one level higher."""
    reading = panel.logic.reading(panel.study)
    names = shifted(reading.levels, 1)
    discs = tuple(replace(disc, number=10 - disc.number, level=names[disc.level]) for disc in reading.discs)
    path = desk.log.path.parent / "other.reading.json"
    save_reading(replace(reading, discs=discs, reader="Dr. B"), path)
    panel.open_reading(path)


def change_text(panel, user, desk):
    node = study_nodes(slicer.mrmlScene, panel.study, "reading")[0]
    document = json.loads(node.GetText())
    names = shifted([disc["level"] for disc in document["discs"]], 1)
    for disc in document["discs"]:
        disc["level"] = names[disc["level"]]
    node.SetText(json.dumps(document))


def set_lowest(panel, user, desk):
    box = panel.ui.lowestComboBox
    box.setCurrentIndex(box.findText("L4-L5"))
    box.activated.emit(box.currentIndex)


def rename_box(panel, user, desk):
    panel.logic.readings.node(CHOSEN).SetName("L6-S1")


def rename_segment(panel, user, desk):
    disc = panel.logic.reading().disc(CHOSEN)
    segmentation = study_nodes(slicer.mrmlScene, panel.study, "segmentation")[0].GetSegmentation()
    for number in range(segmentation.GetNumberOfSegments()):
        if segmentation.GetNthSegment(number).GetLabelValue() == disc.label:
            segmentation.GetNthSegment(number).SetName("L6-S1")


def delete_other(panel, user, desk):
    hierarchy.remove(slicer.mrmlScene, panel.logic.readings.node("L5-S1"))


def add_above(panel, user, desk):
    """Add a disc between L3-L4 and L4-L5, so that those above move up."""
    upper, lower = center_of(panel, "L3-L4"), center_of(panel, CHOSEN)
    place = [(one + other) / 2 for one, other in zip(upper, lower, strict=True)]
    slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").SetCrosshairRAS(*place)
    user.click(panel.ui.addButton)


def grade_two_boxes(panel, user, desk):
    """Only some of the boxes are given to be graded: the others' discs are deleted, as one step."""
    nodes = [panel.logic.readings.node(level) for level in ("L3-L4", CHOSEN)]
    panel.logic.grade(panel.parameters.volumes(), roiNodes=nodes)


def move_box(panel, user, desk):
    node, center = panel.logic.readings.node(CHOSEN), center_of(panel, CHOSEN)
    node.SetCenterWorld(center[0], center[1] + 3.0, center[2])


def confirm(panel, user, desk):
    """Decide, move the box away, and confirm; the last of it is one step."""
    panel.set_grade((panel.state.level, *PFIRRMANN), "5")
    node, center = panel.logic.readings.node(panel.state.level), center_of(panel, panel.state.level)
    node.SetCenterWorld(center[0], center[1] + 6.0, center[2])
    settled(panel, user)
    key(desk, QtCore.Qt.Key_J)


def second(panel, user, desk):
    """Another reader's reading of the study, of discs that are numbered the other way round, beside this one."""
    reading = panel.logic.reading(panel.study).apply(commands.SetGrade("L2-L3", *PFIRRMANN, "5"))
    discs = tuple(replace(disc, number=20 - disc.number) for disc in reading.discs)
    path = desk.log.path.parent / "second.reading.json"
    save_reading(replace(reading, discs=discs, reader="Dr. B", beside=()), path)
    panel.open_second(path)


def second_and_none(panel, user, desk):
    second(panel, user, desk)
    user.click(panel.second.remove)


def press(name: str) -> Callable:
    return lambda panel, user, desk: user.click(getattr(panel.ui, name))


CASES = {
    commands.SetGrade: {"digit": lambda panel, user, desk: key(desk, QtCore.Qt.Key_1)},
    commands.AcceptGrade: {
        "button": press("acceptButton"),
        "key": lambda panel, user, desk: key(desk, QtCore.Qt.Key_A),
    },
    commands.AcceptLevel: {
        "key": lambda panel, user, desk: key(desk, QtCore.Qt.Key_A, QtCore.Qt.ShiftModifier),
        "script": lambda panel, user, desk: panel.accept_level("L2-L3"),
    },
    commands.GradeAnyway: {"script": lambda panel, user, desk: panel.set_grade_anyway(True)},
    commands.ConfirmLevel: {"key": confirm},
    beside.AddSecond: {"file": second},
    beside.RemoveSecond: {"button": second_and_none},
    commands.TakeReading: {"file": open_other_reading, "text": change_text},
    commands.Together: {"some boxes graded": grade_two_boxes},
    disc_commands.MoveBox: {"node": move_box},
    disc_commands.FitBox: {"button": press("fitButton")},
    disc_commands.ResetBox: {"button": press("resetButton")},
    disc_commands.SetMargin: {"slider": lambda panel, user, desk: setattr(panel.ui.marginSlider, "value", 12.0)},
    disc_commands.ShiftLevels: {"up": press("namesUpButton"), "down": press("namesDownButton")},
    disc_commands.SetLowest: {"selector": set_lowest},
    disc_commands.RenameDiscs: {"box": rename_box, "segment": rename_segment},
    disc_commands.AddDisc: {"button": add_above},
    disc_commands.FindDiscs: {"button": find_anew},
    disc_commands.DeleteDisc: {"button": press("deleteButton"), "another's node": delete_other},
}
"""What a user does that makes each command. A command that is not here must be in `NO_STEP`."""

NO_STEP = {
    call_findings.CallFindings,
    commands.LearnGrades,
    commands.LearnStudy,
    commands.SetReader,
    commands.WithdrawGrade,
}
"""What packs say, by which rule it is called, or who reads is no step of undo; what is withdrawn is what a digit of
this test has given."""


def all_commands(base: type = commands.Command) -> Iterator[type]:
    for kind in base.__subclasses__():
        yield kind
        yield from all_commands(kind)


def test_every_command_has_a_case():
    assert set(all_commands()) == CASES.keys() | NO_STEP


@dataclass(frozen=True)
class Shown:
    """The number of the disc that each view means; None where it shows none."""

    table: int | None
    handles: int | None
    saliency: int | None
    details: int | None


def shown(panel, desk) -> Shown:
    reading = panel.logic.reading(panel.study)
    numbers = {disc.level: disc.number for disc in reading.present}
    boxes = study_nodes(slicer.mrmlScene, panel.study, "roi")
    held = [int(attribute(node, "Number")) for node in boxes if node.GetDisplayNode().GetHandlesInteractive()]
    assert len(held) <= 1, "one box has handles"
    for node in boxes:
        assert numbers[node.GetName()] == int(attribute(node, "Number")), "boxes are called as their discs"
    foreground = desk.layout.sliceWidget("Yellow").mrmlSliceCompositeNode().GetForegroundVolumeID()
    saliency = slicer.mrmlScene.GetNodeByID(foreground) if foreground else None
    if saliency is not None:
        assert saliency.GetName().startswith(f"Saliency overlay, {attribute(saliency, 'Level')}")
    told = panel.ui.detailsBrowser.toPlainText().split()
    level = panel.state.level
    return Shown(
        numbers[level] if level else None,
        held[0] if held else None,
        int(attribute(saliency, "Number")) if saliency is not None else None,
        numbers.get(told[0]) if told else None,
    )


def decided(panel) -> dict[int, str]:
    """By number the reader's Pfirrmann grade, deleted discs included."""
    found = {disc.number: disc.decision(*PFIRRMANN) for disc in panel.logic.reading(panel.study).discs}
    return {number: said.grade for number, said in found.items() if said is not None}


def check(panel, user, desk, number: int | None) -> None:
    """All mean one disc, and so does a grade that is given by a key; it is taken back again."""
    settled(panel, user)
    seen, before = shown(panel, desk), decided(panel)
    if number is None:
        assert seen == Shown(None, None, None, None)
        key(desk, QtCore.Qt.Key_3)
        assert decided(panel) == before, "nothing is set where nothing is chosen"
        assert "is gone" in panel.ui.statusLabel.text
        return
    assert (seen.table, seen.handles, seen.details) == (number, number, number) and seen.saliency in (number, None)
    digit = "3" if before.get(number) != "3" else "2"
    key(desk, getattr(QtCore.Qt, f"Key_{digit}"))
    assert decided(panel) == {**before, number: digit}
    assert shown(panel, desk).table == number
    key(desk, QtCore.Qt.Key_Z, CONTROL)
    assert decided(panel) == before


def undo(panel, user, desk, by: str) -> None:
    if by == "button":
        user.click(panel.ui.undoButton)
    else:
        key(desk, QtCore.Qt.Key_Z, CONTROL)
    settled(panel, user)


def redo(panel, user, desk, by: str) -> None:
    if by == "button":
        user.click(panel.ui.redoButton)
    else:
        key(desk, QtCore.Qt.Key_Y, CONTROL)
    settled(panel, user)


WAYS = [(kind, way) for kind, ways in CASES.items() for way in ways]


@pytest.mark.parametrize("by", ["button", "key"])
@pytest.mark.parametrize(("kind", "way"), WAYS, ids=[f"{kind.__name__}-{way}" for kind, way in WAYS])
def test_the_choice_follows_the_disc(graded, user, desk, kind, way, by):
    if kind is disc_commands.ResetBox:
        move_box(graded, user, desk)
        settled(graded, user)
    click_cell(graded, user, CHOSEN, PFIRRMANN)
    number = graded.logic.reading().disc(CHOSEN).number
    history = graded.logic.readings.of(graded.study).history
    before = history.reading
    CASES[kind][way](graded, user, desk)
    settled(graded, user)
    done = history.reading
    if done.levels == before.levels and done.discs == before.discs and kind is not disc_commands.FitBox:
        assert done != before, "the command did nothing"
    added = [disc.number for disc in done.present if disc.number not in {one.number for one in before.discs}]
    after = added[0] if added else number if done.numbered(number) is not None else None
    check(graded, user, desk, after)
    if history.reading is before:
        return
    undo(graded, user, desk, by)
    assert _discs(history.reading) == _discs(before)
    check(graded, user, desk, None if added else number)
    CASES[kind][way](graded, user, desk)
    settled(graded, user)
    undo(graded, user, desk, by)
    redo(graded, user, desk, by)
    check(graded, user, desk, after)


def _discs(reading: Reading):
    return {disc.number: (disc.level, disc.deleted is None) for disc in reading.present}


def test_what_is_chosen_is_gone_with_its_disc_and_comes_back_with_the_views(graded, user, desk):
    click_cell(graded, user, CHOSEN, PFIRRMANN)
    user.click(graded.ui.deleteButton)
    for what in (QtCore.Qt.Key_A, QtCore.Qt.Key_W, QtCore.Qt.Key_4, QtCore.Qt.Key_E):
        key(desk, what)
        assert decided(graded) == {}
    key(desk, QtCore.Qt.Key_Z, CONTROL)
    check(graded, user, desk, graded.logic.reading().disc(CHOSEN).number)


def test_the_choice_comes_back_with_a_saved_scene_and_an_old_one_keeps_its_name(graded, user, desk, tmp_path):
    user.click(graded.ui.namesUpButton)
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    number = graded.logic.reading().disc("L3-L4").number
    graded.parameters.chosenDisc = 0
    user.wait(0.2)
    assert graded.parameters.chosenDisc == number, "an old scene's choice becomes a disc's"
    assert desk.files.save(tmp_path / "study.mrb")
    desk.files.close_scene()
    user.open(tmp_path / "study.mrb")
    user.wait(0.3)
    assert graded.state.level == "L3-L4"
    user.click(graded.ui.namesDownButton)
    assert graded.state.level == "L4-L5" and graded.logic.reading().disc("L4-L5").number == number


def test_a_reading_keeps_the_numbers_that_its_discs_have_in_the_scene(graded, tmp_path):
    reading = graded.logic.reading(graded.study)
    other = replace(reading, discs=tuple(replace(disc, number=10 - disc.number) for disc in reading.discs))
    taken = reading.apply(commands.TakeReading(reading_from_json(reading_to_json(other), tmp_path)))
    assert {disc.level: disc.number for disc in taken.discs} == {disc.level: disc.number for disc in reading.discs}


def test_a_box_of_ones_own_is_not_the_chosen_disc(graded, user, desk):
    click_cell(graded, user, CHOSEN, PFIRRMANN)
    number = graded.logic.reading().disc(CHOSEN).number
    own = roi_to_node(slicer.mrmlScene, roi_from_node(graded.logic.readings.node("L2-L3")), "L4-L5", (1.0, 1.0, 1.0))
    user.wait(0.1)
    check(graded, user, desk, number)
    slicer.mrmlScene.RemoveNode(own)
    assert graded.state.grid.levels == LEVELS


def test_what_is_switched_off_is_not_chosen_and_comes_back_when_it_is_switched_on(graded, user, desk):
    click_cell(graded, user, CHOSEN, PFIRRMANN)
    number = next(disc.number for disc in graded.logic.reading(graded.study).present if disc.level == CHOSEN)
    item, off = graded.systems.systems["pfirrmann"], QtCore.Qt.Unchecked
    item.setCheckState(0, off)
    user.wait(0.3)
    now = graded.state.chosen
    assert now[0] == CHOSEN and now[1:] in graded.state.grid.columns and now[1] == "spider"
    assert shown(graded, desk).handles == shown(graded, desk).details == number
    assert "Pfirrmann grade" not in graded.ui.detailsBrowser.toPlainText()
    key(desk, "0")
    assert decided(graded) == {}, "a digit speaks of what is shown"
    item.setCheckState(0, QtCore.Qt.Checked)
    user.wait(0.3)
    assert graded.state.chosen == (CHOSEN, *PFIRRMANN)
