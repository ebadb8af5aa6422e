"""What the panel shows, as one value: which control can be used and why the others cannot, hint, warnings and steps."""

from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from desk.install import installed
from discgrader.mrml.headless import headless_scene
from discgrader.reading.commands import AcceptGrade
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result
from places import MODULE
from synthetic_result import synthetic_result

KEY = ("L4-L5", "pfirrmann", "pfirrmann")
LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
CAPTIONS = {
    "t2Label": "Sagittal T2", "t1Label": "T1", "t2SpaceLabel": "T2 SPACE", "axialT2Label": "Axial T2",
    "lowestLabel": "Lowest disc", "gradeAnywayCheckBox": "Grade anyway",
}  # fmt: skip
GRADE_BUTTONS = ("acceptButton", "overrideButton", "withdrawButton")
BOX_BUTTONS = ("deleteButton", "fitButton", "resetButton")


@pytest.fixture(scope="module", autouse=True)
def host():
    with installed(headless_scene(), testing=True):
        yield


@pytest.fixture
def history():
    return History(reading_of_result(synthetic_result(), "Reader A"))


def parameters(chosen=("", "", ""), off=(), hidden=()):
    return SimpleNamespace(
        grading=SimpleNamespace(systemsOff=list(off), hiddenTasks=list(hidden)),
        chosen=SimpleNamespace(level=chosen[0], system=chosen[1], task=chosen[2]),
        display=SimpleNamespace(labelTask="chosen"),
        chosenDisc=0,
        chosenStudy="",
        tableLayout="",
        presentation=False,
        calls="",
    )


def study(history=None, **more):
    from discgrader.panel.study import StudyState

    return StudyState("my T2", dict.fromkeys(LEVELS), history and history.reading, **more)


def state_of(study, volumes=("T2",), history=None, computing=None, looking=False, keys=None, doubts=(), **choices):
    from discgrader.panel.build_state import panel_state
    from discgrader.panel.state import Computing, SeriesState
    from discgrader.panel.words import pack_facts

    series = SeriesState(looking=looking, volumes=dict.fromkeys(volumes), doubts=doubts)
    computing = computing or Computing()
    return panel_state(
        study, series, computing, parameters(**choices), pack_facts(), history, keys or {}, CAPTIONS
    )  # fmt: skip


def why_not(state, *names) -> set[str]:
    """What controls say that cannot be used."""
    assert not any(state.controls[name].enabled for name in names)
    return {state.controls[name].tip for name in names}


def test_equal_facts_make_equal_states_and_another_fact_another(history):
    from discgrader.panel.state import Computing

    state = state_of(study(history), history=history, chosen=KEY)
    assert state == state_of(study(history), history=history, chosen=KEY)
    assert state != state_of(study(history), history=history, chosen=("L3-L4", *KEY[1:]))
    assert state != state_of(
        study(history), history=history, chosen=KEY, computing=Computing(levels=frozenset("L4-L5"))
    )
    history.apply(AcceptGrade(*KEY))
    assert state != state_of(study(history), history=history, chosen=KEY)


def test_what_comes_first_is_said_on_every_control_that_waits_for_it():
    from discgrader.panel.study import StudyState

    empty = state_of(StudyState(), volumes=())
    assert "DiscGrader phantom" in empty.hint
    assert why_not(empty, "findButton", "gradeButton", "addButton") == {"Choose a series first."}
    looking = state_of(StudyState(), looking=True)
    assert looking.hint == "Looking at the series…"
    assert why_not(looking, "findButton", "gradeButton") == {"The series are still being looked at."}
    loaded = state_of(StudyState("my T2"))
    assert loaded.controls["findButton"].enabled and loaded.controls["gradeButton"].enabled and "Find" in loaded.hint
    assert why_not(loaded, "lowestComboBox", "namesUpButton", *BOX_BUTTONS) == {"Find the discs first."}
    found = state_of(study())
    assert why_not(found, *BOX_BUTTONS, *GRADE_BUTTONS) == {"Choose a cell of the table first."}
    assert why_not(found, "saveReadingButton", "reportButton") == {"Find the discs first."}
    assert why_not(state_of(study(), chosen=KEY), "acceptButton", "withdrawButton") == {"This is not graded yet."}
    assert found.controls["lowestComboBox"].enabled and found.controls["marginSlider"].enabled


def test_nothing_is_begun_or_moved_while_something_is_computed(history):
    from discgrader.panel.state import Computing

    grades = tuple(grade for grade in history.reading.disc("L5-S1").grading.grades)
    computing = Computing(running=True, graded={"L5-S1": grades})
    state = state_of(study(history), history=history, chosen=KEY, computing=computing)
    names = ("findButton", "namesUpButton", "lowestComboBox", "addButton", *BOX_BUTTONS)
    assert why_not(state, *names) == {"Something is being computed; wait, or press Stop."}
    assert state.controls["gradeButton"].enabled and state.controls["gradeButton"].tip == "Stop"
    assert state.controls["acceptButton"].enabled, "what is said of grades can be said at any time"
    assert not any(state.controls[f"{name}Selector"].enabled for name in ("t2", "t1", "t2Space", "axialT2"))
    assert not state.controls["marginSlider"].enabled and state.levels_computing == set(LEVELS) - {"L5-S1"}


def test_a_grade_can_be_accepted_once_and_withdrawn_then(history):
    unread = state_of(study(history), history=history, chosen=KEY)
    assert unread.controls["acceptButton"].enabled and not unread.controls["withdrawButton"].enabled
    history.apply(AcceptGrade(*KEY))
    read = state_of(study(history), history=history, chosen=KEY)
    assert why_not(read, "acceptButton") == {"Already accepted."} and read.controls["withdrawButton"].enabled
    assert read.cell.status == "accepted" and "L4-L5" in read.controls["deleteButton"].tip


def test_undo_says_what_it_would_take_back_and_its_key(history):
    assert why_not(state_of(study(history), history=history), "undoButton") == {"Nothing to undo"}
    history.apply(AcceptGrade(*KEY))
    undo = state_of(study(history), history=history, keys={"undo": "Ctrl+Z"}).controls["undoButton"]
    assert undo.enabled and undo.tip == f"{history.undo_words} (Ctrl+Z)"
    assert state_of(study(history), history=history, keys={"undo": ""}).controls["undoButton"].tip == history.undo_words


def test_a_chosen_cell_goes_with_its_disc(history):
    assert state_of(study(history), history=history, chosen=KEY).level == "L4-L5"
    gone = replace(study(), boxes={})
    assert state_of(gone, chosen=KEY).chosen is None and state_of(gone, chosen=KEY).controls["fitButton"].tip


def test_systems_that_are_off_have_no_column_and_without_any_nothing_is_graded():
    from discgrader.panel.words import pack_facts

    state = state_of(study(), off=["spider"], hidden=["pfirrmann/high_grade"])
    assert state.grid.columns[0] == ("pfirrmann", "pfirrmann") and ("pfirrmann", "high_grade") not in state.grid.columns
    assert "spider" not in {pack.system for pack in state.packs}
    none = state_of(study(), off=list(pack_facts()))
    assert why_not(none, "gradeButton") == {"Switch on a system under Settings first."}


def test_warnings_stand_in_their_order_with_the_control_that_settles_them():
    doubtful = study(
        findings=("Names are assumed.",), doubts=("Two boxes are on one disc.",), misfits=("It is a knee.",)
    )
    state = state_of(doubtful, doubts=("scan: it was chosen as T2.",))
    assert state.warnings == (
        "⚠ Names are assumed.",
        "If a name is wrong, set “Lowest disc” above; all names follow.",
        "⚠ Two boxes are on one disc.",
        "⚠ scan: it was chosen as T2.",
        "⚠ It is a knee.",
        "This may not be a lumbar spine on MR: nothing is graded unless you check “Grade anyway”.",
    )


def test_the_lowest_disc_says_how_sure_its_name_is():
    sure, unsure = study(name_probability=1.0), study(name_probability=0.8, name_alternatives={"S1-S2": 0.2})
    assert "probability" not in state_of(sure).controls["lowestComboBox"].tip
    tip = state_of(unsure).controls["lowestComboBox"].tip
    assert "80 %" in tip and "S1-S2 20 %" in tip


def test_every_control_is_a_widget():
    ui = ElementTree.parse(MODULE / "Resources" / "UI" / "DiscGrader.ui")
    names = {widget.get("name") for widget in ui.iter("widget")}
    assert {*state_of(study()).controls, *CAPTIONS} <= names
