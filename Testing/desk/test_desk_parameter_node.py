"""The stand-in for ``slicer.parameterNodeWrapper`` keeps values as Slicer does, and ties them to widgets."""

import gc
import weakref
from types import SimpleNamespace
from typing import Annotated

import pytest
import slicer
from discgrader.mrml.headless import headless_scene

from desk.install import installed
from desk.stand_ins.ctk import ctk_module
from desk.stand_ins.node_selector import qMRMLNodeComboBox
from desk.stand_ins.qt import qt_module

qt, ctk = qt_module(), ctk_module()


@pytest.fixture(scope="module")
def wrappers():
    """``slicer.parameterNodeWrapper``, be it the stand-in or, where ``REAL_SLICER`` names it, Slicer's own."""
    with installed(headless_scene(), testing=True):
        yield slicer.parameterNodeWrapper


@pytest.fixture(scope="module")
def classes(wrappers):
    """A pack and a wrapper with members of every type that the module has."""

    @wrappers.parameterPack
    class Look:
        opacity: Annotated[float, wrappers.WithinRange(0.0, 1.0)] = 0.5
        threshold: float
        labels: bool = True
        volume: slicer.vtkMRMLScalarVolumeNode
        hidden: list[str]

    @wrappers.parameterNodeWrapper
    class Parameters:
        volume: slicer.vtkMRMLScalarVolumeNode
        margin: Annotated[float, wrappers.WithinRange(8.0, 12.0)] = 10.0
        name: str = "reader"
        saliency: bool = True
        systems: list[str]
        blocks: list[slicer.vtkMRMLScalarVolumeNode]
        look: Look

    return SimpleNamespace(Look=Look, Parameters=Parameters)


@pytest.fixture
def scene():
    return slicer.vtkMRMLScene()


@pytest.fixture
def node(scene):
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "p")


@pytest.fixture
def parameters(classes, node):
    return classes.Parameters(node)


def test_values_come_back_from_the_node_alone(classes, parameters, node, scene):
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T2")
    parameters.volume, parameters.margin, parameters.name = volume, 11.5, "second"
    parameters.systems.append("pfirrmann")
    parameters.systems += ["spider"]
    parameters.blocks = [volume]
    parameters.look.opacity = 0.25
    parameters.look.hidden.append("msu")
    parameters.look.volume = volume
    again = classes.Parameters(node)
    assert (again.volume, again.margin, again.name, again.saliency) == (volume, 11.5, "second", True)
    assert again.systems == ["pfirrmann", "spider"] and again.blocks == [volume]
    assert (again.look.opacity, again.look.labels, again.look.volume) == (0.25, True, volume)
    assert again.look.hidden == ["msu"] and again.getValue("look.opacity") == 0.25
    del again.systems[0]
    again.systems[0] = "msu"
    again.volume = None
    assert parameters.systems == ["msu"] and parameters.volume is None
    with pytest.raises(NotImplementedError, match=r"\+= is supported"):
        again.systems + ["spider"]


def test_what_is_stored_bears_the_names_that_slicer_uses(parameters, node):
    parameters.systems = ["pfirrmann"]
    assert node.GetParameter("look.opacity") == "0.5" and node.GetParameter("saliency") == "True"
    assert (node.GetParameter("systems_len"), node.GetParameter("systems_0")) == ("1", "pfirrmann")


def test_refused_values_change_nothing(parameters):
    for name, value in (("margin", 13.0), ("margin", "wide"), ("saliency", 1.5), ("name", None), ("volume", 3)):
        before = parameters.getValue(name)
        with pytest.raises((TypeError, ValueError)):
            setattr(parameters, name, value)
        assert parameters.getValue(name) == before
    with pytest.raises(ValueError, match="within range"):
        parameters.look.opacity = 2.0
    with pytest.raises(TypeError):
        parameters.systems = ["pfirrmann", 3]
    assert list(parameters.systems) == []
    with pytest.raises(ValueError, match="no member 'sharpness'"):
        parameters.setValue("look.sharpness", 1)
    with pytest.raises(ValueError, match="Cannot find a param.*sharpness"):
        parameters.getValue("sharpness")


def test_types_that_slicer_cannot_store_are_refused(wrappers):
    for hint in (list, int | None, complex, "set[int]"):
        with pytest.raises(Exception, match="Unable to create serializer"):
            wrappers.parameterNodeWrapper(type("P", (), {"__annotations__": {"x": hint}}))
    with pytest.raises(ValueError, match="reserved name 'connectGui'"):
        wrappers.parameterNodeWrapper(type("P", (), {"__annotations__": {"x": int}, "connectGui": None}))
    bounded = Annotated[float, wrappers.WithinRange(3.0, 4.0)]
    with pytest.raises(ValueError, match="The default"):
        wrappers.parameterPack(type("P", (), {"__annotations__": {"x": bounded}, "x": 1.0}))


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
    opacity = widget(ctk.ctkSliderWidget, "look.opacity", panel)
    opacity.singleStep = 0.05
    opacity.decimals = 2
    name = widget(qt.QLineEdit, "name", panel)
    parameters.connectGui(panel)
    tag = 0
    assert (slider.minimum, slider.maximum, slider.value) == (8.0, 12.0, 10.0)
    assert list(selector.nodeTypes) == ["vtkMRMLScalarVolumeNode"] and name.text == "reader"
    slider.value = 9.0
    check.checked = False
    opacity.value = 0.75
    name.text = "second"
    assert (parameters.margin, parameters.saliency, parameters.look.opacity) == (9.0, False, 0.75)
    assert parameters.name == "second"
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


def test_parting_leaves_an_observer_that_keeps_the_wrapper(classes, node):
    parameters, box = classes.Parameters(node), qt.QCheckBox()
    tag = parameters.connectParametersToGui({"saliency": box})
    wrapper = weakref.ref(parameters)
    parameters.disconnectGui(tag)
    del parameters
    gc.collect()
    assert wrapper() is not None, "as in Slicer 5.10"
    assert classes.Parameters(node).connectGui(qt.QWidget()) is None, "as in Slicer 5.10"


def test_a_wrapper_that_no_widget_was_tied_to_goes_with_its_observers(classes, node):
    wrapper = weakref.ref(classes.Parameters(node))
    gc.collect()
    assert wrapper() is None and not node.HasObserver("ModifiedEvent")


def test_values_are_read_again_only_when_the_node_was_modified(parameters, node, scene):
    held, names = parameters.look, parameters.systems
    assert parameters.isCached("look") and parameters.look is held
    with slicer.util.NodeModify(node):
        node.SetParameter("look.opacity", "0.75")
        node.SetParameter("systems_len", "1")
        node.SetParameter("systems_0", "spider")
        assert (parameters.look.opacity, list(parameters.systems)) == (0.5, [])
    assert (parameters.look.opacity, list(parameters.systems)) == (0.75, ["spider"])
    assert (held.opacity, list(names)) == (0.5, []), "what was read before stays as it was"


def test_a_volume_that_comes_after_its_name_is_not_seen_until_the_node_is_modified(parameters, node, scene):
    node.SetNodeReferenceID("volume", "vtkMRMLScalarVolumeNode1")
    assert parameters.volume is None
    late = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T2")
    assert node.GetNodeReference("volume") is late and parameters.volume is None
    parameters.Modified()
    assert parameters.volume is late


def test_a_pack_is_written_whole_as_it_was_read(parameters, node):
    held = parameters.look
    node.SetParameter("look.opacity", "0.75")
    held.labels = False
    assert node.GetParameter("look.opacity") == "0.5", "who holds a pack for long overwrites what others wrote"


def test_a_member_that_a_pack_lacks_is_no_default(classes, node):
    classes.Parameters(node)
    with slicer.util.NodeModify(node):
        node.UnsetParameter("look.labels")
    assert classes.Parameters(node).look.labels is False
    with slicer.util.NodeModify(node):
        node.UnsetParameter("look.threshold")
    with pytest.raises(ValueError, match="could not convert"):
        classes.Parameters(node)
    with slicer.util.NodeModify(node):
        node.UnsetParameter("look.opacity")
    assert classes.Parameters(node).look == classes.Look(), "a pack without its first member is not there at all"


def test_a_widget_must_be_of_the_class_that_serves_the_type(wrappers, parameters):
    for cls, name in ((qt.QLineEdit, "margin"), (qt.QSpinBox, "margin"), (qt.QRadioButton, "saliency")):
        with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
            parameters.connectParametersToGui({name: cls()})
    with pytest.raises(ValueError, match="Cannot find a param.*thickness"):
        parameters.connectParametersToGui({"thickness": qt.QLineEdit()})

    @wrappers.parameterNodeWrapper
    class Unbounded:
        length: float

    with pytest.raises(RuntimeError):
        Unbounded(parameters.parameterNode).connectParametersToGui({"length": ctk.ctkSliderWidget()})
