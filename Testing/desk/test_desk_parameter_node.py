"""The stand-in for ``slicer.parameterNodeWrapper`` keeps values as Slicer does, and ties them to widgets."""

import enum
import gc
import typing
import weakref
from pathlib import Path
from typing import Annotated

import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
pytest.importorskip("PySide6.QtWidgets", reason="PySide6-Essentials is not installed", exc_type=ImportError)

from desk.ctk_widgets.module import ctk_module
from desk.parameter_node.module import parameter_node_module
from desk.pythonqt.module import qt_module
from desk.qmrml.node_combo_box import qMRMLNodeComboBox
from desk.slicer_python.application import application

qt, ctk, wrappers = qt_module(), ctk_module(), parameter_node_module()


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


@wrappers.parameterPack
class Look:
    opacity: Annotated[float, wrappers.WithinRange(0.0, 1.0)] = 0.5
    threshold: wrappers.FloatRange


@wrappers.parameterPack
class Views:
    look: Look
    labels: bool = True


@wrappers.parameterNodeWrapper
class Parameters:
    volume: slicer.vtkMRMLScalarVolumeNode
    margin: Annotated[float, wrappers.WithinRange(8.0, 12.0)] = 10.0
    count: Annotated[int, wrappers.Default(5)]
    name: str = "reader"
    saliency: bool = True
    side: Side = Side.RIGHT
    folder: Path
    systems: list[str]
    maps: dict[str, int]
    lowest: typing.Optional[str]  # noqa: UP045  Slicer knows no other way to write it
    views: Views


@pytest.fixture
def scene():
    application()
    return slicer.vtkMRMLScene()


@pytest.fixture
def node(scene):
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "p")


@pytest.fixture
def parameters(node):
    return Parameters(node)


def test_values_come_back_from_the_node_alone(parameters, node, scene):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T2")
    parameters.volume, parameters.margin, parameters.side = volume, 11.5, Side.LEFT
    parameters.systems.append("pfirrmann")
    parameters.systems += ["spider"]
    parameters.maps["L4-L5"] = 3
    parameters.lowest = "L5-S1"
    parameters.views.look.opacity = 0.25
    parameters.views.look.threshold.setRange(0.1, 0.9)
    again = Parameters(node)
    assert (again.volume, again.margin, again.side, again.count) == (volume, 11.5, Side.LEFT, 5)
    assert again.systems == ["pfirrmann", "spider"] and again.maps == {"L4-L5": 3}
    assert (again.lowest, again.views.labels, again.views.look.opacity) == ("L5-S1", True, 0.25)
    assert (again.views.look.threshold.minimum, again.views.look.threshold.maximum) == (0.1, 0.9)
    again.lowest = None
    assert parameters.lowest is None
    assert again.getValue("views.look.opacity") == 0.25


def test_what_is_stored_bears_the_names_that_slicer_uses(parameters, node):
    parameters.systems = ["pfirrmann"]
    assert node.GetParameter("views.look.opacity") == "0.5"
    assert (node.GetParameter("systems_len"), node.GetParameter("systems_0")) == ("1", "pfirrmann")
    assert node.GetParameter("side") == "RIGHT" and node.GetParameter("saliency") == "True"


def test_refused_values_change_nothing(parameters):
    for name, value in (("margin", 13.0), ("margin", "wide"), ("count", 1.5), ("name", None), ("volume", 3)):
        before = parameters.getValue(name)
        with pytest.raises((TypeError, ValueError)):
            setattr(parameters, name, value)
        assert parameters.getValue(name) == before
    with pytest.raises(ValueError, match="between"):
        parameters.views.look.opacity = 2.0
    with pytest.raises(ValueError, match="no member 'sharpness'"):
        parameters.setValue("views.sharpness", 1)
    with pytest.raises(ValueError, match="Cannot find a parameter named sharpness"):
        parameters.getValue("sharpness")


def test_types_that_slicer_cannot_store_are_refused():
    for hint in (list, int | None, object, "set[int]"):
        with pytest.raises(TypeError, match="Nothing can store"):
            wrappers.parameterNodeWrapper(type("P", (), {"__annotations__": {"x": hint}}))
    with pytest.raises(ValueError, match="reserved name 'connectGui'"):
        wrappers.parameterNodeWrapper(type("P", (), {"__annotations__": {"x": int}, "connectGui": None}))
    with pytest.raises(ValueError, match=r"default of P\.x is refused"):
        wrappers.parameterPack(type("P", (), {"__annotations__": {"x": Annotated[int, wrappers.Minimum(3)]}, "x": 1}))


def widget(cls, name, parent):
    item = cls(parent)
    item.setProperty("SlicerParameterName", name)
    return item


def test_widgets_and_node_follow_each_other_until_they_are_parted(parameters, node, scene):
    panel = qt.QWidget()
    slider = widget(ctk.ctkSliderWidget, "margin", panel)
    check = widget(qt.QCheckBox, "saliency", panel)
    selector = widget(qMRMLNodeComboBox, "volume", panel)
    selector.noneEnabled = True
    selector.setMRMLScene(scene)
    opacity = widget(qt.QDoubleSpinBox, "views.look.opacity", panel)
    side = widget(qt.QComboBox, "side", panel)
    parameters.connectGui(panel)
    tag = 0
    assert (slider.minimum, slider.maximum, slider.value) == (8.0, 12.0, 10.0)
    assert selector.nodeTypes == ["vtkMRMLScalarVolumeNode"] and side.currentText == "RIGHT"
    slider.value = 9.0
    check.checked = False
    opacity.value = 0.75
    side.setCurrentIndex(0)
    assert (parameters.margin, parameters.saliency, parameters.views.look.opacity) == (9.0, False, 0.75)
    assert parameters.side == Side.LEFT
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T2")
    parameters.volume = volume
    assert selector.currentNode() is volume
    node.SetParameter("margin", "11.0")
    assert slider.value == 11.0, "what a scene that was opened brings is shown"
    scene.RemoveNode(volume)
    assert selector.currentNode() is None and parameters.volume is None
    parameters.disconnectGui(tag)
    slider.value = 8.0
    parameters.saliency = True
    assert parameters.margin == 11.0 and check.checked is False


def test_parting_leaves_an_observer_that_keeps_the_wrapper(node):
    parameters, box = Parameters(node), qt.QCheckBox()
    tag = parameters.connectParametersToGui({"saliency": box})
    wrapper = weakref.ref(parameters)
    parameters.disconnectGui(tag)
    del parameters
    gc.collect()
    assert wrapper() is not None, "as in Slicer 5.10"
    assert Parameters(node).connectGui(qt.QWidget()) is None, "as in Slicer 5.10"


def test_a_wrapper_that_no_widget_was_tied_to_goes_with_its_observers(node):
    wrapper = weakref.ref(Parameters(node))
    gc.collect()
    assert wrapper() is None and not node.HasObserver("ModifiedEvent")


def test_values_are_read_again_only_when_the_node_was_modified(parameters, node, scene):
    held, names = parameters.views.look, parameters.systems
    assert parameters.isCached("views") and parameters.views.look is held
    with slicer.util.NodeModify(node):
        node.SetParameter("views.look.opacity", "0.75")
        node.SetParameter("systems_len", "1")
        node.SetParameter("systems_0", "spider")
        assert (parameters.views.look.opacity, list(parameters.systems)) == (0.5, [])
    assert (parameters.views.look.opacity, list(parameters.systems)) == (0.75, ["spider"])
    assert (held.opacity, list(names)) == (0.5, []), "what was read before stays as it was"


def test_a_volume_that_comes_after_its_name_is_not_seen_until_the_node_is_modified(parameters, node, scene):
    node.SetNodeReferenceID("volume", "vtkMRMLScalarVolumeNode1")
    assert parameters.volume is None
    late = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T2")
    assert node.GetNodeReference("volume") is late and parameters.volume is None
    parameters.Modified()
    assert parameters.volume is late


def test_a_pack_is_written_whole_as_it_was_read(parameters, node):
    held = parameters.views
    node.SetParameter("views.look.opacity", "0.75")
    held.labels = False
    assert node.GetParameter("views.look.opacity") == "0.5", "who holds a pack for long overwrites what others wrote"


def test_a_member_that_a_pack_lacks_is_no_default(node):
    Parameters(node)
    with slicer.util.NodeModify(node):
        node.UnsetParameter("views.labels")
    assert Parameters(node).views.labels is False
    with slicer.util.NodeModify(node):
        node.UnsetParameter("views.look.threshold._maximum")
    with pytest.raises(ValueError, match="could not convert"):
        Parameters(node)
    with slicer.util.NodeModify(node):
        node.UnsetParameter("views.look.opacity")
    assert Parameters(node).views == Views(), "a pack without its first member is not there at all"


def test_a_widget_must_be_of_the_class_that_serves_the_type(parameters):
    for cls, name in ((qt.QLineEdit, "margin"), (qt.QSpinBox, "margin"), (qt.QRadioButton, "saliency")):
        with pytest.raises(RuntimeError, match="Unable to connect"):
            parameters.connectParametersToGui({name: cls()})
    with pytest.raises(ValueError, match="Cannot find a parameter named thickness"):
        parameters.connectParametersToGui({"thickness": qt.QLineEdit()})

    @wrappers.parameterNodeWrapper
    class Unbounded:
        length: float

    with pytest.raises(RuntimeError, match="WithinRange"):
        Unbounded(parameters.parameterNode).connectParametersToGui({"length": ctk.ctkSliderWidget()})
