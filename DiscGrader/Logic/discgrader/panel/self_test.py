"""The self test that Slicer's developers' section and CTest run; the package has tests of its own."""

import tempfile
from pathlib import Path

import numpy as np
import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from discgrader.errors import DiscGraderError
from discgrader.panel.parameters import DiscGraderParameterNode, add_missing_parameters


class SelfTest(ScriptedLoadableModuleTest):
    """What a reader does, done to a digital spine in a scene.

    Slicer imports this as it starts, so all else is imported where it is used.

    Attributes
    ----------
    logicClass : type
        `DiscGraderLogic`.
    """

    logicClass = None

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        self.setUp()
        self.test_boxKeepsItsPlace()
        self.setUp()
        self.test_wrongInputIsRefused()
        self.setUp()
        self.test_scriptsAndPanelShareParameters()
        self.setUp()
        self.test_phantomIsReadWithoutTorch()
        self.setUp()
        self.test_phantomIsRead()

    def test_boxKeepsItsPlace(self):
        """A box goes into the scene and comes back."""
        from discgrader.localize.box import RoiBox
        from discgrader.mrml.nodes import roi_from_node, roi_to_node

        self.delayDisplay("A box goes into the scene and comes back")
        box = RoiBox(np.array([1.0, 2.0, 3.0]), np.eye(3), np.array([50.0, 60.0, 30.0]))
        back = roi_from_node(roi_to_node(slicer.mrmlScene, box, "L4-L5", (1.0, 0.5, 0.0)))
        self.assertTrue(np.allclose(back.corners_lps(), box.corners_lps()))

    def test_wrongInputIsRefused(self):
        """No volume, an empty one and an unknown role are plain errors."""
        self.delayDisplay("Wrong input is refused")
        logic = self.logicClass()
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
        for volumes in ({}, {"T2": empty}, {"T9": empty}):
            with self.assertRaises(DiscGraderError):
                logic.findDiscs(volumes)

    def test_scriptsAndPanelShareParameters(self):
        """What the reader chose is in the scene, and what an older version did not know has its default."""
        self.delayDisplay("Parameters are kept in the scene")
        parameters = self.logicClass().getParameterNode()
        parameters.boxes.marginMm = 9.0
        parameters.grading.systemsOff = ["spider"]
        again = self.logicClass().getParameterNode()
        self.assertEqual((again.boxes.marginMm, list(again.grading.systemsOff)), (9.0, ["spider"]))
        # On a node of its own: the panel's wrapper would read the module's at once, and find a number missing.
        node = slicer.vtkMRMLScriptedModuleNode()
        add_missing_parameters(node)
        node.UnsetParameter("display.saliencyOpacity")
        add_missing_parameters(node)
        self.assertEqual(DiscGraderParameterNode(node).display.saliencyOpacity, 0.5)

    def test_phantomIsReadWithoutTorch(self):
        """A phantom is read as in `test_phantomIsRead`, by its own truth in the place of networks."""
        from discgrader.phantom.truth_engine import TruthEngine

        self.delayDisplay("A phantom is rendered")
        phantom = self.makePhantom()
        logic = self.logicInUse()
        engine = logic.jobs.engine
        logic.jobs.engine = TruthEngine(phantom)
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.readPhantom(logic, phantom, Path(folder))
            self.assertEqual(logic.reading().disc("L4-L5").ai_grade("pfirrmann", "pfirrmann").grade, "4")
        finally:
            logic.close()
            logic.jobs.engine = engine

    def test_phantomIsRead(self):
        """A phantom's discs are found, graded, corrected, saved with the scene, and are back when it is opened."""
        from discgrader.panel.dependencies import missing_packages

        missing = missing_packages()
        if missing:
            self.delayDisplay(f"The shipped packs grade no phantom, for there is no {', '.join(missing)}")
            return
        logic = self.logicInUse()
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.readPhantom(logic, self.makePhantom(), Path(folder))
        finally:
            logic.close()

    def logicInUse(self):
        """The logic to test: where the panel is open its own, for steps that two of them take are not one history."""
        widget = getattr(slicer.modules, "DiscGraderWidget", None)
        return widget.logic if widget is not None else self.logicClass()

    def makePhantom(self):
        """A digital spine with a fair degeneration at L4-L5, on a few sagittal T2 slices."""
        from discgrader.phantom.study import make_study

        return make_study(1, {"L4-L5": 4}, series=("T2",), middle_slices=5)

    def readPhantom(self, logic, phantom, folder):
        """Read a phantom as a reader would, and leave its scene and reading in a folder."""
        from discgrader.mrml.volumes import volume_to_node

        picture = phantom.study.series[0].volume
        volumes = {"T2": volume_to_node(slicer.mrmlScene, picture, "phantom T2")}
        self.delayDisplay("Its discs are found and graded")
        boxes = {node.GetName(): node for node in logic.findDiscs(volumes)}
        self.assertLessEqual({"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}, set(boxes))
        table = logic.grade(volumes, systems=["pfirrmann"])
        self.assertEqual(table.GetTable().GetNumberOfRows(), 2 * len(boxes))
        cell = ("L4-L5", "pfirrmann", "pfirrmann")
        graded = logic.reading().disc("L4-L5").ai_grade(*cell[1:])
        logic.showGrade(*cell)
        self.delayDisplay("A box is moved and graded anew, a grade overridden")
        center = np.zeros(3)
        boxes["L4-L5"].GetCenterWorld(center)
        boxes["L4-L5"].SetCenterWorld(*(center + [0.0, 2.0, 1.0]))
        self.assertTrue(logic.reading().disc("L4-L5").is_stale)
        logic.regrade(boxes["L4-L5"])
        self.assertFalse(logic.reading().disc("L4-L5").is_stale)
        logic.setOverride(*cell, "5", "collapsed")
        self.delayDisplay("Every step is undone and done again")
        logic.undo()
        logic.undo()
        self.assertEqual(logic.readings.of().history.undo_words, None)
        self.assertEqual(logic.reading().disc("L4-L5").final_grade(*cell[1:]), graded.grade)
        logic.redo()
        logic.redo()
        logic.saveReading(folder / "phantom.reading.json")
        self.delayDisplay("The scene is saved and opened")
        kept = logic.reading()
        self.assertEqual(kept.disc("L4-L5").final_grade(*cell[1:]), "5")
        self.assertTrue(slicer.util.saveScene(str(folder / "phantom.mrb")))
        logic.forget()
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(str(folder / "phantom.mrb"))
        self.assertEqual(logic.reading().disc("L4-L5").decisions, kept.disc("L4-L5").decisions)
        self.assertEqual(logic.reading().levels, kept.levels)
        self.assertEqual(logic.readings.node("L4-L5").GetName(), "L4-L5")
        logic.loadReading(folder / "phantom.reading.json")
        self.assertEqual(logic.reading().disc("L4-L5").final_grade(*cell[1:]), "5")
