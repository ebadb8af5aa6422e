"""The wheel over a control scrolls the panel and changes nothing, whatever the control and wherever the focus is."""

import slicer
from panel_reader import PFIRRMANN, click_cell
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from desk.stand_ins.qt_objects import given

KINDS = (QtWidgets.QComboBox, QtWidgets.QAbstractSlider, QtWidgets.QAbstractSpinBox, QtWidgets.QTabBar)
"""What Qt itself changes by the wheel."""


def turn(widget, notches):
    """Turn the wheel with the mouse over the middle of a widget, as the window system tells it."""
    top = QtWidgets.QWidget.window(widget)
    place = QtWidgets.QWidget.mapTo(widget, top, QtWidgets.QWidget.rect(widget).center())
    QTest.wheelEvent(given(QtWidgets.QWidget.windowHandle(top)), QtCore.QPointF(place), QtCore.QPoint(0, 120 * notches))
    slicer.app.processEvents()


def area_of(desk):
    return desk.window.panel.stack.currentWidget()


def controls_in(top):
    """Every control that can be seen within a widget, found by walking it."""
    children = QtWidgets.QWidget.findChildren(top, QtWidgets.QWidget)
    controls = [one for one in children if isinstance(one, KINDS) and not isinstance(one, QtWidgets.QScrollBar)]
    return [one for one in controls if QtWidgets.QWidget.isVisible(one)]


def held(control):
    """What a control holds, and what those around it hold that are made of it."""
    state, widget = [], control
    while widget is not None and not isinstance(widget, QtWidgets.QScrollArea):
        for name in ("currentIndex", "value", "currentNodeID"):
            if QtCore.QObject.metaObject(widget).indexOfProperty(name) >= 0:
                state.append(QtCore.QObject.property(widget, name))
        widget = QtWidgets.QWidget.parentWidget(widget)
    return state


def name_of(widget):
    """The name of a control, or of the first around it that has one."""
    while widget is not None and not QtCore.QObject.objectName(widget):
        widget = QtCore.QObject.parent(widget)
    return widget and QtCore.QObject.objectName(widget)


def scrolled_to(desk, widget):
    """Scroll to a widget with room to both sides, so that a notch can be seen in either direction; where it is."""
    area, bar = area_of(desk), area_of(desk).verticalScrollBar()
    top = QtWidgets.QWidget.mapTo(widget, area.widget(), QtCore.QPoint(0, 0)).y()
    bar.setValue(min(max(top - QtWidgets.QWidget.height(area) // 2, 1), bar.maximum() - 1))
    slicer.app.processEvents()
    return bar.value()


def chosen_in(panel):
    parameters = panel.parameters
    return parameters.volumes(), parameters.boxes.marginMm, parameters.display.labelTask, panel.state.chosen


def test_no_control_of_the_form_is_changed_by_the_wheel(graded, user, desk):
    for name in [name for name in vars(graded.ui) if name.endswith("CollapsibleButton")]:
        getattr(graded.ui, name).collapsed = False
    graded.ui.setupButton.checked = True
    graded.ui.questionPanel.setVisible(True)
    click_cell(graded, user, "L3-L4", PFIRRMANN)
    reading, chosen = graded.logic.reading(), chosen_in(graded)
    controls = controls_in(area_of(desk).widget())
    names = {name_of(control) for control in controls}
    assert names >= {"t2Selector", "axialT2Selector", "lowestComboBox", "opacitySlider", "marginSlider"}
    for control in controls:
        for focused in (control, desk.window):
            QtWidgets.QWidget.setFocus(focused)
            for notches in (-1, 1):
                before, at = held(control), scrolled_to(desk, control)
                turn(control, notches)
                assert held(control) == before, f"the wheel changed {name_of(control)}"
                moved = area_of(desk).verticalScrollBar().value() - at
                assert moved * notches < 0, f"the wheel over {name_of(control)} did not scroll the panel"
                assert QtWidgets.QWidget.hasFocus(control) == (focused is control), "the wheel moved the focus"
    assert graded.logic.reading() is reading and chosen_in(graded) == chosen


def test_a_list_that_was_unfolded_still_scrolls(graded, user):
    box = graded.ui.labelTaskComboBox
    view = QtWidgets.QComboBox.view(box)
    box.showPopup()
    user.wait(0.1)
    # A screen that is too small for the list.
    QtWidgets.QWidget.resize(QtWidgets.QWidget.window(view), 200, 60)
    user.wait(0.1)
    bar = view.verticalScrollBar()
    before = bar.value()
    turn(view.viewport(), -1)
    assert bar.maximum() > 0 and bar.value() > before
    box.hidePopup()


def test_no_control_of_the_window_changes_by_the_wheel_unless_it_moves_a_slice(graded, desk):
    controls = [one for one in controls_in(desk.window) if not area_of(desk).isAncestorOf(one)]
    moving = [desk.layout.sliceWidget(name).sliceController().sliceOffsetSlider() for name in ("Red", "Yellow")]
    others = [one for one in controls if one not in moving]
    assert desk.window.moduleSelector() in others and desk.window.tools.opacity in others
    for control in others:
        before = held(control)
        turn(control, -1)
        assert held(control) == before, f"the wheel changed {name_of(control)}"
