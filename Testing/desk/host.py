"""The scene of the desk and Slicer's logics around it."""

import slicer
from discgrader.mrml.headless import SLICE_VIEWS, HeadlessScene, headless_scene

_LOGICS = {
    "Cameras": "vtkSlicerCamerasModuleLogic",
    "Models": "vtkSlicerModelsLogic",
    "VolumeRendering": "vtkSlicerVolumeRenderingLogic",
}


class Host:
    """A scene with everything that views need: logics, crosshair, slice and 3D logics that may be linked.

    Attributes
    ----------
    scene : vtkMRMLScene
    application : vtkSlicerApplicationLogic
    logics : dict of str to logic, by module name
    slices : dict of str to vtkMRMLSliceLogic, by view name (Red, Yellow, Green)
    threed : vtkMRMLViewLogic
    layout : vtkMRMLLayoutNode
    """

    def __init__(self, headless: HeadlessScene | None = None):
        self._headless = headless or headless_scene()
        self.scene, self.application = self._headless.scene, self._headless.application
        self.logics = dict(self._headless.logics)
        for name, class_name in _LOGICS.items():
            logic = getattr(slicer, class_name)()
            logic.SetMRMLApplicationLogic(self.application)
            logic.SetMRMLScene(self.scene)
            self.application.SetModuleLogic(name, logic)
            self.logics[name] = logic
        self._default_nodes()
        self._crosshair()
        self.layout = self._layout()
        self.slices = {name: self._slice(name, orientation) for name, orientation in SLICE_VIEWS}
        self.threed = self._threed()
        self._links = self._link_logics()

    def _default_nodes(self):
        """What views look like, in this study and the next: a scene that is closed resets its views to these nodes."""
        for class_name, look in (
            ("vtkMRMLSliceNode", _look_of_slices),
            ("vtkMRMLSliceCompositeNode", _look_of_layers),
            ("vtkMRMLViewNode", _look_in_3d),
        ):
            node = self.scene.CreateNodeByClass(class_name)
            node.UnRegister(None)
            look(node)
            self.scene.AddDefaultNode(node)

    def _crosshair(self):
        node = slicer.vtkMRMLCrosshairNode()
        node.SetCrosshairName("default")
        self.scene.AddNode(node)

    def _layout(self):
        node = slicer.vtkMRMLLayoutNode()
        node.SetName("Layout")
        node.SetSingletonTag("vtkMRMLLayoutNode")
        # The node refuses layouts that nobody has described; what they look like is up to the layout manager.
        for number in range(slicer.vtkMRMLLayoutNode.SlicerLayoutFinalView):
            node.AddLayoutDescription(number, "<layout/>")
        return self.scene.AddNode(node)

    def _slice(self, name, orientation):
        logic = self._headless.slice_logic(name, orientation)
        node = logic.GetSliceNode()
        node.SetLayoutLabel(name[0])
        _look_of_slices(node)
        _look_of_layers(logic.GetSliceCompositeNode())
        return logic

    def _threed(self):
        logic = slicer.vtkMRMLViewLogic()
        logic.SetMRMLApplicationLogic(self.application)
        self.application.GetViewLogics().AddItem(logic)
        logic.SetMRMLScene(self.scene)
        # The logic looks for its node by its own name whenever a camera comes into the scene.
        logic.SetName("1")
        node = logic.AddViewNode("1")
        node.SetLayoutLabel("1")
        _look_in_3d(node)
        return logic

    def _link_logics(self):
        links = [slicer.vtkMRMLSliceLinkLogic(), slicer.vtkMRMLViewLinkLogic()]
        for logic in links:
            logic.SetMRMLApplicationLogic(self.application)
            logic.SetMRMLScene(self.scene)
        return links

    def close(self):
        """Let all logics go of the scene, the last made first."""
        for logic in self._links:
            logic.SetMRMLScene(None)
        self.threed.SetMRMLScene(None)
        for logic in self.slices.values():
            logic.SetMRMLScene(None)
        self.application.GetSliceLogics().RemoveAllItems()
        self.application.GetViewLogics().RemoveAllItems()
        for name, logic in reversed(self.logics.items()):
            self.application.SetModuleLogic(name, None)
            logic.SetMRMLScene(None)
        self.application.GetColorLogic().SetMRMLScene(None)
        self.application.SetMRMLScene(None)
        self.scene.Clear(True)


def _look_of_slices(node):
    node.SetRulerType(slicer.vtkMRMLAbstractViewNode.RulerTypeThin)


def _look_of_layers(node):
    node.SetLinkedControl(True)
    node.SetHotLinkedControl(True)


def _look_in_3d(node):
    node.SetBoxVisible(False)
    node.SetAxisLabelsVisible(False)
    node.SetBackgroundColor(0.10, 0.11, 0.13)
    node.SetBackgroundColor2(0.17, 0.19, 0.23)
