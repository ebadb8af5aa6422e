"""The stand-in for ``qt`` does what PythonQt does, and refuses what PythonQt refuses."""

import sys

import pytest

from desk.stand_ins.application import application
from desk.stand_ins.ctk import ctk_module
from desk.stand_ins.qt import qt_module

qt, ctk = qt_module(), ctk_module()


@pytest.fixture(autouse=True)
def app():
    return application()


def test_a_property_is_an_attribute_and_no_method():
    button = qt.QPushButton("Grade")
    button.enabled = False
    button.toolTip = "why"
    assert (button.text, button.enabled, button.toolTip, button.isEnabled()) == ("Grade", False, "why", False)
    button.setText("Stop")
    assert button.text == "Stop"
    with pytest.raises(TypeError, match="not callable"):
        button.text()
    with pytest.raises(TypeError, match="not callable"):
        qt.QSlider().value()


def test_a_property_takes_only_its_own_type():
    label = qt.QLabel()
    for name, value in (("text", 5), ("text", None), ("minimumWidth", "wide"), ("enabled", "yes")):
        with pytest.raises(AttributeError, match=f"Property '{name}' of type .* does not accept"):
            setattr(label, name, value)
    with pytest.raises(AttributeError, match="not writable"):
        label.width = 3


def test_an_object_of_cpp_takes_no_new_attributes_but_one_derived_in_python_does():
    class Panel(qt.QWidget):
        def __init__(self):
            self.early = 1
            super().__init__()
            self.late = 2

    assert (Panel().early, Panel().late) == (1, 2)
    table = qt.QTableWidget()
    for item in (qt.QLabel(), ctk.ctkSliderWidget(), table.horizontalHeader()):
        with pytest.raises(AttributeError, match="takes no new attributes"):
            item.note = "mine"
        with pytest.raises(AttributeError, match="has no attribute named 'note'"):
            item.note  # noqa: B018
    with pytest.raises(AttributeError, match="can not be overwritten"):
        Panel().setEnabled = print


def test_signals_are_connected_by_signature_or_by_name():
    button, heard = qt.QPushButton(), []
    button.checkable = True
    button.connect("clicked(bool)", lambda checked: heard.append(("bool", checked)))
    button.connect("clicked()", lambda: heard.append("none"))
    button.clicked.connect(lambda: heard.append("fewer arguments"))

    def named(checked):
        heard.append(("named", checked))

    button.toggled.connect(named)
    button.click()
    assert set(heard) == {("bool", True), "none", "fewer arguments", ("named", True)}
    assert button.toggled.disconnect(named)
    assert not button.disconnect("toggled(bool)", named), "it is gone already"
    heard.clear()
    button.click()
    assert ("named", False) not in heard and len(heard) == 3


@pytest.mark.parametrize("signature", ["clicked(int)", "pressed", "clickd(bool)", ""])
def test_an_unknown_signal_is_refused(signature):
    with pytest.raises(ValueError, match="has no signal"):
        qt.QPushButton().connect(signature, print)


def test_a_near_miss_is_named():
    with pytest.raises(ValueError, match=r"valueChanged\(double\)"):
        ctk.ctkSliderWidget().connect("valueChanged(int)", print)


def test_enums_are_numbers_and_unscoped():
    assert qt.Qt.Checked == 2 and qt.QMessageBox.Ok | qt.QMessageBox.Cancel == 0x400400
    assert qt.Qt.CheckState(2) == qt.Qt.Checked
    for scoped in (lambda: qt.Qt.CheckState.Checked, lambda: qt.QSlider.TickPosition.TicksBelow):
        with pytest.raises(AttributeError):
            scoped()


def test_what_only_pyside_has_is_not_there():
    for name in ("Signal", "Slot", "Property", "SIGNAL", "nonsense"):
        with pytest.raises(AttributeError, match=f"'qt' has no attribute '{name}'"):
            getattr(qt, name)


def test_objects_that_qt_made_behave_so_too():
    table = qt.QTableWidget(2, 2)
    header = table.horizontalHeader()
    header.stretchLastSection = True
    assert header.stretchLastSection is True and isinstance(header, qt.QWidget)
    heard = []
    header.connect("sectionClicked(int)", heard.append)
    table.horizontalHeader().sectionClicked.emit(1)
    assert heard == [1]
    assert table.horizontalHeader() == header
    table.setHorizontalHeader(header)


def test_children_are_found_by_name_and_kind():
    panel = qt.QWidget()
    layout = qt.QVBoxLayout(panel)
    button = qt.QPushButton("go")
    button.name = "goButton"
    layout.addWidget(button)
    assert panel.goButton is button and button.objectName == "goButton"
    assert panel.findChild("QPushButton", "goButton") is button is panel.findChildren(qt.QAbstractButton)[0]
    button.setProperty("SlicerParameterName", "go")
    assert button.SlicerParameterName == "go" == button.property("SlicerParameterName")
    assert button.parent() is panel


def test_a_destroyed_object_says_so():
    label = qt.QLabel("x")
    label.delete()
    with pytest.raises(ValueError, match="destroyed"):
        label.text  # noqa: B018


def test_virtual_getters_and_overrides_get_along():
    class Wide(qt.QWidget):
        def sizeHint(self):
            return qt.QSize(321, 20)

    panel = qt.QWidget()
    layout = qt.QHBoxLayout(panel)
    layout.addWidget(Wide())
    assert panel.sizeHint.width() >= 321
    assert layout.spacing >= 0


def test_slider_widget_has_floating_point_values():
    slider, heard = ctk.ctkSliderWidget(), []
    slider.minimum, slider.maximum, slider.singleStep, slider.decimals = 8.0, 12.0, 0.5, 1
    slider.connect("valueChanged(double)", heard.append)
    slider.value = 10.5
    slider.value = 99
    assert (slider.value, heard) == (12.0, [10.5, 12.0])


def test_collapsible_button_hides_what_is_below_it():
    button = ctk.ctkCollapsibleButton("Series")
    layout = qt.QVBoxLayout(button)
    inside, hidden = qt.QLabel("inside"), qt.QLabel("hidden")
    layout.addWidget(inside)
    layout.addWidget(hidden)
    hidden.hide()
    button.show()
    button.collapsed = True
    assert inside.isHidden() and button.collapsed
    button.collapsed = False
    assert not inside.isHidden() and hidden.isHidden(), "what was hidden before stays hidden"


def test_checkable_combo_box_tells_what_is_checked():
    box, heard = ctk.ctkCheckableComboBox(), []
    for name in ("Pfirrmann", "SPIDER"):
        box.addItem(name)
    box.connect("checkedIndexesChanged()", lambda: heard.append(len(box.checkedIndexes())))
    box.setCheckState(box.model().index(1, 0), qt.Qt.Checked)
    assert heard == [1] and box.checkedIndexes()[0].data() == "SPIDER" and not box.allChecked()


def test_this_pyside_keeps_count_of_none():
    button = qt.QPushButton()
    before = sys.getrefcount(None)
    for _ in range(500):
        button.update()
    assert sys.getrefcount(None) > before - 400, (
        "PySide6 6.12.0 on Python 3.11 ends the process after some thousand calls"
    )
