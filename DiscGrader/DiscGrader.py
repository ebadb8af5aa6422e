"""DiscGrader in 3D Slicer: the module, its widget, its logic and its self test.

All computing is done by the package ``discgrader`` in the folder Logic; this file ties it to Slicer's scene and window.
"""

import logging
import os
import shutil
import sys
from typing import Annotated

import numpy as np
import qt
import slicer
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper, parameterPack
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

_LOGIC_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Logic")
if _LOGIC_FOLDER not in sys.path:
    sys.path.insert(0, _LOGIC_FOLDER)

from discgrader.errors import Cancelled, DiscGraderError, UsageError
from discgrader.progress import Progress

_logger = logging.getLogger("DiscGrader")

#
# DiscGrader
#


class DiscGrader(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("DiscGrader")
        self.parent.categories = [_("Quantification")]
        self.parent.dependencies = []
        self.parent.contributors = ["DiscGrader contributors"]
        self.parent.helpText = _(
            "Finds, names, boxes and grades the lumbar discs on MRI, and shows what each grade was read from. "
            "Research use, not for diagnosis. "
            'See <a href="https://example.org/SlicerDiscGrader">the documentation</a>.'
        )
        self.parent.acknowledgementText = _(
            "Trained on the SPIDER data set (Zenodo 10159290, Creative Commons Attribution 4.0)."
        )


#
# DiscGraderParameterNode
#


@parameterPack
class SeriesParameters:
    """The volumes that serve as T2, T1, T2_SPACE and AX_T2.

    seen - IDs of volumes that were offered a role once, so that no choice of the user's is ever changed.
    """

    t2: vtkMRMLScalarVolumeNode
    t1: vtkMRMLScalarVolumeNode
    t2Space: vtkMRMLScalarVolumeNode
    axialT2: vtkMRMLScalarVolumeNode
    seen: list[str]


@parameterPack
class BoxParameters:
    """marginMm - How far a box reaches above and below its disc."""

    marginMm: Annotated[float, WithinRange(8.0, 12.0)] = 10.0


@parameterPack
class GradingParameters:
    """What is graded and has a column.

    saliency - Whether each grade is explained by a saliency map.
    systemsOff - Systems that are neither graded nor shown.
    hiddenTasks - Tasks that are not shown, as ``system/task``.
    """

    saliency: bool = True
    systemsOff: list[str]
    hiddenTasks: list[str]


@parameterPack
class DisplayParameters:
    """How the views show the chosen grade.

    labelTask - Whose grade stands beside each disc, as ``system/task``.
    """

    saliency: bool = True
    saliencyOpacity: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    saliencyThreshold: Annotated[float, WithinRange(0.0, 1.0)] = 0.3
    axialInDiscPlane: bool = False
    labels: bool = True
    labelTask: str = "pfirrmann/pfirrmann"


@parameterPack
class CellParameters:
    """The chosen cell of the table; all empty where none is."""

    level: str
    system: str
    task: str


@parameterNodeWrapper
class DiscGraderParameterNode:
    """What the user has chosen, kept in the scene.

    reader - Who reads; empty for the name that the user is logged in by.
    """

    series: SeriesParameters
    boxes: BoxParameters
    grading: GradingParameters
    display: DisplayParameters
    chosen: CellParameters
    reader: str

    def volumes(self):
        """The chosen volumes by role."""
        series = self.series
        chosen = {"T2": series.t2, "T1": series.t1, "T2_SPACE": series.t2Space, "AX_T2": series.axialT2}
        return {role: node for role, node in chosen.items() if node is not None}


#
# DiscGraderWidget
#


class DiscGraderWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The module's panel: ties the parts in ``discgrader.panel`` to Slicer."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None

    @property
    def _parameterNode(self):
        return None if self.panel is None else self.panel.parameters

    def setup(self):
        """Called when the user opens the module for the first time."""
        from discgrader.panel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/DiscGrader.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = DiscGraderLogic()
        self.panel = Panel(self.ui, self.logic, slicer.mrmlScene, self.askReason)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.initializeParameterNode()

    def cleanup(self):
        """Called when the application closes and the module widget is destroyed."""
        if self.panel is not None:
            self.panel.close()
        if self.logic is not None:
            self.logic.cancel()
            self.logic.closeWorker()
        self.removeObservers()

    def enter(self):
        """Called each time the user opens this module."""
        self.initializeParameterNode()

    def exit(self):
        """Called each time the user opens another module."""
        self.panel.set_parameters(None)

    def onSceneStartClose(self, caller, event):
        """Called just before the scene is closed."""
        self.logic.cancel()
        self.panel.set_parameters(None)

    def onSceneEndClose(self, caller, event):
        """Called just after the scene is closed."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Have a parameter node, tied to the widgets."""
        self.panel.set_parameters(self.logic.getParameterNode())

    def askReason(self, key, grade):
        """Ask the reader why a grade is overridden; None where the reader thinks better of it."""
        level, _system, _task = key
        dialog = qt.QInputDialog(self.parent)
        dialog.setWindowTitle(_("Reason"))
        dialog.setLabelText(_("Why does {level} get this grade?").format(level=level))
        return dialog.textValue() if dialog.exec_() else None


#
# DiscGraderLogic
#


class DiscGraderLogic(ScriptedLoadableModuleLogic):
    """All that the module does, without a widget.

    Volumes are given as a dict from role (``"T2"``, ``"T1"``, ``"T2_SPACE"``, ``"AX_T2"``) to volume node. An
    ``eventCallback`` is called as ``eventCallback(event, data)``, in the thread of the scene, with

    - `PROGRESS` and ``{"stage", "fraction", "detail"}``,
    - `LEVEL` and ``{"level", "grades"}``, once for each graded disc,
    - and last one of `COMPLETED` and ``{"table"}``, `CANCELLED` and ``{}``, or `ERROR` and ``{"error"}``.

    Parameters
    ----------
    engine : discgrader.pipeline.engine.Engine, optional
        What computes, in this process; by default the one of the shipped packs, made when it is first needed.
    worker : discgrader.pipeline.worker_client.WorkerClient, optional
        What computes when a computation is not waited for and no engine was given; by default a process that is
        started when it is first needed, or by `warmUp`.
    """

    PROGRESS, LEVEL, COMPLETED, CANCELLED, ERROR = "progress", "level", "completed", "cancelled", "error"

    POLL_MS = 40
    """How often the window is told what a running computation has done."""

    def __init__(self, engine=None, worker=None):
        ScriptedLoadableModuleLogic.__init__(self)
        self._engine = engine
        self._worker = worker
        self._job = None
        self._listener = None
        self._timer = None
        self._readings = {}
        self.reader = ""
        """Who reads; where it is empty, who read before, or the name that the user is logged in by."""

    def getParameterNode(self):
        return DiscGraderParameterNode(super().getParameterNode())

    def ensureDependencies(self):
        """Ask to install what is missing of the packages that grading needs; torch through the PyTorch extension."""
        import slicer.packaging
        from packaging.requirements import Requirement

        if not slicer.packaging.pip_check(Requirement("torch")):
            import PyTorchUtils

            if PyTorchUtils.PyTorchUtilsLogic().installTorch(askConfirmation=True) is None:
                raise UsageError(_("PyTorch is needed and was not installed; install it with the PyTorch extension."))
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Resources", "requirements.txt")
        slicer.packaging.pip_ensure(slicer.packaging.load_requirements(path), requester="DiscGrader")

    @property
    def engine(self):
        """What computes."""
        if self._engine is None:
            from discgrader.pipeline.engine import Engine

            self._engine = Engine.default()
        return self._engine

    @property
    def worker(self):
        """The process that computes while the window stays free."""
        if self._worker is None:
            from discgrader.pipeline.worker_client import WorkerClient

            python = shutil.which("PythonSlicer") or sys.executable
            self._worker = WorkerClient(python, notice=lambda kind, text: _logger.info("Worker: %s %s", kind, text))
        return self._worker

    def warmUp(self):
        """Have the worker process load its networks before they are needed; returns at once."""
        self.worker.start()

    def closeWorker(self):
        """End the worker process, if there is one; the next computation starts another."""
        if self._timer is not None:
            self._timer.stop()
        self._job = None
        if self._worker is not None:
            self._worker.close()

    def findDiscs(self, volumes, marginMm=10.0, lowestDisc=None):
        """Find the discs and put a named box around each; the ROI nodes, from the sacrum upwards.

        Boxes and results that the scene already has of this study are replaced.
        """
        from discgrader.mrml.inputs import study_from_nodes
        from discgrader.mrml.scene import put_localization, remove_result

        self._refuseWhileRunning()
        study, nodes = study_from_nodes(slicer.mrmlScene, volumes)
        found = self.engine.localize(study, margin_mm=marginMm, lowest_disc=lowestDisc, progress=Progress())
        remove_result(slicer.mrmlScene, study.name, {node.GetID() for node in nodes.values()})
        beside = next(iter(nodes.values()))
        _segmentation, rois = put_localization(slicer.mrmlScene, study.name, found, beside=beside)
        return list(rois.values())

    def grade(
        self,
        volumes,
        roiNodes=None,
        systems=None,
        saliency=True,
        waitForCompletion=True,
        eventCallback=None,
    ):
        """Grade the discs and put grades, saliency and provenance into the scene; the table node of the grades.

        Parameters
        ----------
        volumes : dict of str to vtkMRMLScalarVolumeNode
        roiNodes : list of vtkMRMLMarkupsROINode, optional
            The boxes to grade; by default those that the scene has of this study, and where it has none they are found.
        systems : list of str, optional
            By default every one that the volumes allow.
        saliency : bool
            Whether each grade is explained by a saliency map.
        waitForCompletion : bool
            When False, None is returned at once, and the callback hears of the table.
        eventCallback : callable(str, dict), optional
        """
        from discgrader.mrml.inputs import boxes_to_grade, study_from_nodes
        from discgrader.mrml.scene import populate_scene

        self._refuseWhileRunning()
        study, nodes = study_from_nodes(slicer.mrmlScene, volumes)
        boxes, discs, rois = boxes_to_grade(slicer.mrmlScene, study, roiNodes)

        def show(result):
            return populate_scene(slicer.mrmlScene, result, volume_nodes=nodes, roi_nodes=rois)

        if not waitForCompletion and self._engine is None:
            from discgrader.pipeline.worker_job import grading_steps

            return self._ask(grading_steps(study, boxes, discs, systems, saliency), show, eventCallback)

        def work(progress):
            localization = _localization(self.engine, study, boxes, discs, progress.part(0.0, 0.3))
            return self.engine.grade(
                study,
                localization=localization,
                systems=systems,
                saliency=saliency,
                progress=progress.part(0.3, 1.0),
            )

        return self._run(work, show, waitForCompletion, eventCallback)

    def regrade(self, roiNode, waitForCompletion=True, eventCallback=None):
        """Grade the disc of one box anew, by the same systems; the table node of all grades."""
        from discgrader.mrml.nodes import attribute, disc_from_node
        from discgrader.mrml.readback import result_from_scene
        from discgrader.mrml.scene import populate_scene, study_nodes
        from discgrader.pipeline.regrade import regrade

        self._refuseWhileRunning()
        disc = disc_from_node(roiNode)
        name = attribute(roiNode, "Study")
        result = result_from_scene(slicer.mrmlScene, name)
        volumes = {attribute(node, "Series"): node for node in study_nodes(slicer.mrmlScene, name, "series")}
        rois = {attribute(node, "Level"): node for node in study_nodes(slicer.mrmlScene, name, "roi")}

        def show(new):
            return populate_scene(slicer.mrmlScene, new, volume_nodes=volumes, roi_nodes=rois)

        if not waitForCompletion and self._engine is None:
            from discgrader.pipeline.regrade import with_part
            from discgrader.pipeline.worker_job import regrading_steps

            steps = regrading_steps(result, disc)
            return self._ask(steps, lambda part: show(with_part(result, part)), eventCallback, levels=(disc.level,))
        return self._run(
            lambda progress: regrade(self.engine, result, disc, progress),
            show,
            waitForCompletion,
            eventCallback,
            levels=(disc.level,),
        )

    def showGrade(self, level, system, task):
        """Show one grade: its series with its saliency over it in every slice view, at its box, which stands out."""
        from discgrader.mrml.inputs import show_grade

        show_grade(slicer.mrmlScene, level, system, task)

    def setOverride(self, level, system, task, grade, reason="", study=None):
        """Give a grade of the reader's own; what the pack said is kept beside it.

        Parameters
        ----------
        level, system, task, grade : str
            As written in files, for instance ``"L4-L5"``, ``"pfirrmann"``, ``"pfirrmann"``, ``"5"``.
        reason : str
        study : str, optional
            Which one, where the scene holds several.
        """
        self._reading(study).set_override(level, system, task, grade, reason)

    def acceptGrade(self, level, system, task, study=None):
        """Accept what the pack said, giving up an override."""
        self._reading(study).accept(level, system, task)

    def acceptLevel(self, level, study=None):
        """Accept every grade of a level that is unread; overrides stay."""
        self._reading(study).accept_level(level)

    def withdrawGrade(self, level, system, task, study=None):
        """Take back what the reader said of a grade."""
        self._reading(study).withdraw(level, system, task)

    def undo(self, study=None):
        """Take back the reader's last step, be it a grade or a box that was graded anew."""
        self._reading(study).undo()

    def redo(self, study=None):
        """Do again what was undone."""
        self._reading(study).redo()

    def saveReading(self, path, study=None):
        """Write the study's reading to a file."""
        self._reading(study).save(path)

    def loadReading(self, path, study=None):
        """Take the reading of a file for the study; can be undone."""
        self._reading(study).load(path)

    def reading(self, study=None):
        """What packs and the reader said of a study; see `discgrader.reading.record.Reading`."""
        return self._reading(study).editor.reading

    def readingHistory(self, study=None):
        """The steps of the study's reading: ``undo_words`` and ``redo_words`` for the menu, ``is_changed``."""
        return self._reading(study).editor.history

    def _reading(self, study=None):
        from discgrader.mrml.inputs import one_study
        from discgrader.mrml.reading import SceneReading

        study = one_study(slicer.mrmlScene, study)
        known = self._readings.get(study)
        if known is None or not known.is_in_scene:
            known = self._readings[study] = SceneReading(slicer.mrmlScene, study, self.reader)
        return known

    def _readingFollows(self, study):
        """Have the reading of a study, where there is one, take in what was just graded."""
        from discgrader.mrml.scene import READING, study_nodes

        if study_nodes(slicer.mrmlScene, study, READING):
            self._reading(study).follow()

    def cancel(self):
        """Stop the computation that is running, if any, at its next step."""
        if self._job is not None:
            self._job.cancel()

    def isRunning(self):
        """Whether a computation that was not waited for still runs."""
        return self._job is not None and self._job.running

    def _refuseWhileRunning(self):
        if self.isRunning():
            raise UsageError(_("Grading is still running; wait for it or stop it first."))

    def _run(self, work, show, waitForCompletion, eventCallback, levels=None):
        """Do ``work(progress)`` and ``show(result)``, here or with the work in a thread of its own."""
        from discgrader.pipeline.background import BackgroundJob

        listener = _Listener(self, show, eventCallback or (lambda event, data: None), levels)
        if waitForCompletion:
            try:
                return listener.finished(work(Progress(listener.progressed)))
            except Exception as error:
                listener.failed(error)
                raise
        self._begin(BackgroundJob(work, listener), listener)
        return None

    def _ask(self, steps, show, eventCallback, levels=None):
        """Have the worker process do these steps and ``show(result)`` here."""
        from discgrader.pipeline.worker_job import WorkerJob

        listener = _Listener(self, show, eventCallback or (lambda event, data: None), levels)
        self._begin(WorkerJob(self.worker, steps, listener), listener)

    def _begin(self, job, listener):
        job.start()
        self._listener = listener
        self._job = job
        self._timer = qt.QTimer()
        self._timer.setInterval(self.POLL_MS)
        self._timer.connect("timeout()", self._poll)
        self._timer.start()

    def _poll(self):
        # While Qt's event loop runs, Python's threads hardly do; waiting here lets the computation go on.
        try:
            running = self._job.deliver(wait_s=self.POLL_MS / 2000)
        except DiscGraderError as error:
            running = False
            self._listener.failed(error)
        if not running:
            self._timer.stop()


class _Listener:
    """Puts what a computation gives into the scene and tells the caller's callback."""

    def __init__(self, logic, show, callback, levels):
        self._logic = logic
        self._show = show
        self._callback = callback
        self._levels = levels
        self._told = set()

    def progressed(self, stage, fraction, detail):
        self._callback(self._logic.PROGRESS, {"stage": stage, "fraction": fraction, "detail": detail})

    def graded(self, result):
        self._told.add(result.disc.level)
        self._callback(self._logic.LEVEL, {"level": result.disc.level, "grades": result.grades})

    def finished(self, result):
        nodes = self._show(result)
        self._logic._readingFollows(result.study.name)
        for one in result.discs:
            if (self._levels is None or one.disc.level in self._levels) and one.disc.level not in self._told:
                self.graded(one)
        self._callback(self._logic.COMPLETED, {"table": nodes.table})
        return nodes.table

    def stopped(self):
        self._callback(self._logic.CANCELLED, {})

    def failed(self, error):
        if isinstance(error, Cancelled):
            self.stopped()
            return
        if not isinstance(error, DiscGraderError):
            _logger.error("DiscGrader failed", exc_info=error)
        self._callback(self._logic.ERROR, {"error": error})


def _localization(engine, study, boxes, known, progress):
    """The discs to grade: those of the boxes, or all that are found where there are none."""
    from discgrader.localize.disc import DEFAULT_MARGIN_MM
    from discgrader.pipeline.given_boxes import with_boxes

    if known is None:
        known = engine.localize(study, margin_mm=DEFAULT_MARGIN_MM, lowest_disc=None, progress=progress)
    return with_boxes(known, boxes, DEFAULT_MARGIN_MM) if boxes else known


#
# DiscGraderTest
#


class DiscGraderTest(ScriptedLoadableModuleTest):
    """The self test that Slicer's developers' section and CTest run; the package has tests of its own."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        self.setUp()
        self.test_boxKeepsItsPlace()
        self.setUp()
        self.test_wrongInputIsRefused()

    def test_boxKeepsItsPlace(self):
        """A box goes into the scene and comes back."""
        from discgrader.localize.disc import RoiBox
        from discgrader.mrml.nodes import roi_from_node, roi_to_node

        self.delayDisplay("A box goes into the scene and comes back")
        box = RoiBox(np.array([1.0, 2.0, 3.0]), np.eye(3), np.array([50.0, 60.0, 30.0]))
        back = roi_from_node(roi_to_node(slicer.mrmlScene, box, "L4-L5", (1.0, 0.5, 0.0)))
        self.assertTrue(np.allclose(back.corners_lps(), box.corners_lps()))

    def test_wrongInputIsRefused(self):
        """No volume, an empty one and an unknown role are plain errors."""
        self.delayDisplay("Wrong input is refused")
        logic = DiscGraderLogic()
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
        for volumes in ({}, {"T2": empty}, {"T9": empty}):
            with self.assertRaises(DiscGraderError):
                logic.findDiscs(volumes)
