"""DiscGrader in 3D Slicer: the module, its widget, its logic and its self test.

All computing is done by the package ``discgrader`` in the folder Logic; this file ties it to Slicer's scene and window.
"""

import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import qt
import slicer
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.i18n import translate
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

from discgrader.errors import DiscGraderError, UsageError
from discgrader.localize.margin import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM
from discgrader.reading.commands import (
    AcceptGrade,
    AcceptLevel,
    DeleteDisc,
    GradeAnyway,
    ResetBox,
    SetGrade,
    SetLowest,
    SetMargin,
    ShiftLevels,
    WithdrawGrade,
)

_logger = logging.getLogger("DiscGrader")

#
# DiscGrader
#


class DiscGrader(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        installTranslation()
        self.parent.title = _("DiscGrader")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
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
        slicer.app.connect("startupCompleted()", registerSampleData)


def installTranslation():
    """Have all texts in the application's language, where there is a translation."""
    translator = qt.QTranslator(slicer.app)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Resources", "Translations")
    # The setting "language" alone says nothing: Slicer heeds it only where internationalization is switched on.
    if translator.load(qt.QLocale(slicer.app.applicationLocaleName), "DiscGrader", "_", folder):
        slicer.app.installTranslator(translator)


def registerSampleData():
    """Offer the phantom in the module Sample Data."""
    from discgrader.panel.phantom_sample import register

    icons = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Resources", "Icons")
    register(slicer.mrmlScene, os.path.join(icons, "DiscGraderPhantom.png"))


#
# DiscGraderParameterNode
#


@parameterPack
class SeriesParameters:
    """The volumes that serve as T2, T1 and T2_SPACE.

    axialT2 - The first of those that serve as AX_T2, which is all that scenes of older versions have; the wrapper's
    ``axialVolumes`` has them all.
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

    marginMm: Annotated[float, WithinRange(*MARGIN_RANGE_MM)] = DEFAULT_MARGIN_MM


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
    axialVolumes - The volumes that serve as AX_T2: one stack, or a block for each disc or two.
    answers - What the user has said of volumes that nothing tells what they are, each ``ID=ROLE``.
    fatSuppressed - A sagittal STIR or fat-suppressed T1, on which discs are found where there is no other sagittal
        series.
    fatSuppressedRole - Which of the two it is.
    """

    series: SeriesParameters
    boxes: BoxParameters
    grading: GradingParameters
    display: DisplayParameters
    chosen: CellParameters
    reader: str
    axialVolumes: list[vtkMRMLScalarVolumeNode]
    answers: list[str]
    fatSuppressed: vtkMRMLScalarVolumeNode
    fatSuppressedRole: str

    def volumes(self):
        """The chosen volumes by role; of AX_T2 a list of them."""
        series = self.series
        chosen = {"T2": series.t2, "T1": series.t1, "T2_SPACE": series.t2Space}
        if self.fatSuppressed is not None and not any(chosen.values()):
            chosen = {self.fatSuppressedRole: self.fatSuppressed}
        chosen["AX_T2"] = self.axialNodes() or None
        return {role: node for role, node in chosen.items() if node is not None}

    def settings(self, systems):
        """What the user has chosen, as `discgrader.pipeline.settings.Settings`.

        Parameters
        ----------
        systems : iterable of str
            Those that there are packs of; the ones that are switched off are left out.
        """
        from discgrader.pipeline.settings import Settings

        return Settings(
            systems=[name for name in systems if name not in self.grading.systemsOff],
            margin_mm=self.boxes.marginMm,
            saliency=self.grading.saliency,
        )

    def axialNodes(self):
        """The volumes that serve as AX_T2, without those that are no longer in the scene."""
        several = [node for node in self.axialVolumes if _isInScene(node)]
        first = self.series.axialT2
        return several or ([first] if _isInScene(first) else [])

    def setAxialNodes(self, nodes):
        """Have these volumes serve as AX_T2."""
        with slicer.util.NodeModify(self.parameterNode):
            self.axialVolumes = list(nodes)
            self.series.axialT2 = next(iter(nodes), None)


def addMissingParameters(node):
    """Give a parameter node of an older version the defaults of what it did not know.

    Slicer looks only whether the first member of a pack is there. Of the others a missing number is an error when it
    is read, and a missing truth value is false.
    """
    defaults = slicer.vtkMRMLScriptedModuleNode()
    DiscGraderParameterNode(defaults)
    with slicer.util.NodeModify(node):
        for name in defaults.GetParameterNames():
            if not node.HasParameter(name):
                node.SetParameter(name, defaults.GetParameter(name))


def _isInScene(node):
    return node is not None and node.GetScene() is not None


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
        self._wrapped = None

    @property
    def _isEntered(self):
        # A widget that somebody opens in a window of its own has a parent that is never entered.
        return getattr(self.parent, "isEntered", False)

    def setup(self):
        """Called when the user opens the module for the first time."""
        from discgrader.panel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/DiscGrader.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = DiscGraderLogic()
        self.panel = Panel(self.ui, self.logic, slicer.mrmlScene, self.askReason)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartImport)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        if self._isEntered:
            # The module was reloaded while it was in front.
            self.enter()

    def cleanup(self):
        """Called when the application closes and the module widget is destroyed."""
        if self.panel is not None:
            self.panel.close()
        if self.logic is not None:
            self.logic.closeWorker()
        self._wrapped = None
        self.removeObservers()

    def enter(self):
        """Called each time the user opens this module."""
        self.initializeParameterNode()
        self.panel.hear_keys(True)

    def exit(self):
        """Called each time the user opens another module."""
        self.panel.hear_keys(False)
        self.panel.set_parameters(None)

    def onSceneStartClose(self, caller, event):
        """Called just before the scene is closed."""
        self.logic.sceneCloses()
        self.panel.set_parameters(None)

    def onSceneEndClose(self, caller, event):
        """Called just after the scene is closed."""
        if self._isEntered:
            self.initializeParameterNode()

    def onSceneStartImport(self, caller, event):
        """Called just before a scene is opened or added.

        A wrapper reads its node again whenever the node is modified. While a scene comes in that is too early: the
        volumes are not there yet, and a scene of an older version lacks what the wrapper looks for.
        """
        self.panel.set_parameters(None)
        self._wrapped = None

    def onSceneEndImport(self, caller, event):
        """Called when all of a scene is there."""
        if self._isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Have a parameter node, tied to the widgets."""
        node = ScriptedLoadableModuleLogic.getParameterNode(self.logic)
        if self._wrapped is None or self._wrapped.parameterNode is not node:
            self._wrapped = self.logic.getParameterNode()
        self.panel.set_parameters(self._wrapped)

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

    Volumes are given as a dict from role (``"T2"``, ``"T1"``, ``"T2_SPACE"``, ``"AX_T2"``) to a volume node, or to a
    list of them where a series has several blocks. An ``eventCallback`` is called as ``eventCallback(event, data)``, in
    the thread of the scene, with

    - `PROGRESS` and ``{"stage", "fraction", "detail"}``,
    - `LEVEL` and ``{"level", "grades"}``, once for each graded disc,
    - and last one of `COMPLETED` and ``{"table"}`` (of `findDiscs`, ``{"rois"}``), `CANCELLED` and ``{}``, or `ERROR`
      and ``{"error"}``.

    Parameters
    ----------
    engine : discgrader.pipeline.engine.Engine, optional
        Computes in a thread of this process instead of a process of its own.
    worker : discgrader.pipeline.service.Service, optional
        What has a process compute; by default one is started when it is first needed, or by `warmUp`.
    """

    PROGRESS, LEVEL, COMPLETED, CANCELLED, ERROR = "progress", "level", "completed", "cancelled", "error"

    POLL_MS = 10
    """How often the window is told what a running computation has done."""

    WAIT_S = POLL_MS / 3000
    """How long it waits each time: while Qt's event loop runs, Python's threads hardly do."""

    def __init__(self, engine=None, worker=None):
        ScriptedLoadableModuleLogic.__init__(self)
        self.engine = engine
        """What computes in a thread of this process; None where the worker process does."""
        self._worker = worker
        self._service = None
        self._work = None
        self._poller = None
        self._export = None
        self._exportPoller = None
        self._readings = None
        self._views = None
        self._labels = None
        self.boxChanged = None
        """Called as ``boxChanged(level, dragging)`` with every box whose grades are no longer those of where it is:
        again and again while a hand moves, turns or resizes it, when it is let go, and when it was changed in another
        way."""
        self.noticed = None
        """Called with a plain text where something was not possible and nobody can be given an error."""
        self.reader = ""
        """Who reads; where it is empty, who read before, or the name that the user is logged in by."""

    def getParameterNode(self):
        node = super().getParameterNode()
        addMissingParameters(node)
        return DiscGraderParameterNode(node)

    def ensureDependencies(self):
        """Have the Python packages that grading needs installed, if the user agrees; an error where one stays
        missing."""
        from pathlib import Path

        from discgrader.panel.dependencies import ensure

        if self.engine is None:
            ensure(Path(__file__).parent / "Resources" / "requirements.txt")

    @property
    def worker(self):
        """The process that computes while the window stays free."""
        if self._worker is None:
            from discgrader.panel.python import python_executable
            from discgrader.pipeline.service import worker_service

            self._worker = worker_service(
                python=python_executable(), notice=lambda kind, text: _logger.info("Worker: %s %s", kind, text)
            )
        return self._worker

    @worker.setter
    def worker(self, worker):
        self._worker = worker

    @property
    def service(self):
        """What computes: the given engine in a thread, or else the worker process."""
        from discgrader.jobs.threads import ThreadRunner
        from discgrader.pipeline.service import Service

        if self.engine is None:
            return self.worker
        if self._service is None or self._service.runner.prepared is not self.engine:
            if self._service is not None:
                self._service.close()
            self._service = Service(ThreadRunner(self.engine))
        return self._service

    @property
    def work(self):
        """What is being computed for the scene."""
        if self._work is None or self._work.readings is not self.readings:
            from discgrader.mrml.work import SceneWork

            self._work = SceneWork(self.readings, lambda: self.service)
        return self._work

    def warmUp(self):
        """Have the networks loaded before they are needed; returns at once."""
        self.service.start()

    def closeWorker(self):
        """End what computes, be it a process or a thread; the next computation starts another."""
        self.sceneCloses()
        if self._exportPoller is not None:
            self._exportPoller.close()
        if self._service is not None:
            self._service.close()
        if self._worker is not None:
            self._worker.close()

    def sceneCloses(self):
        """Forget what is being computed, and all volumes."""
        if self._readings is not None:
            self._readings.close()
            self._readings = None
        if self._labels is not None:
            self._labels.close()
        if self._work is not None:
            self._work.close()
            self.service.forget()
        if self._poller is not None:
            self._poller.close()

    def findDiscs(
        self,
        volumes,
        marginMm=DEFAULT_MARGIN_MM,
        lowestDisc=None,
        waitForCompletion=True,
        eventCallback=None,
        settings=None,
    ):
        """Find the discs and put a named box around each; the ROI nodes, from the sacrum upwards.

        Boxes and results that the scene already has of this study are replaced. With ``waitForCompletion`` False, None
        is returned at once, and the callback hears of `COMPLETED` and ``{"rois"}``. ``settings`` are taken in place of
        ``marginMm`` and ``lowestDisc``, where they are given.
        """
        from discgrader.pipeline.settings import Settings

        settings = settings or Settings(margin_mm=marginMm, lowest_disc=lowestDisc)
        return self._begin(
            lambda listener: self.work.find(volumes, settings, listener), "rois", waitForCompletion, eventCallback
        )

    def grade(
        self,
        volumes,
        roiNodes=None,
        systems=None,
        saliency=True,
        waitForCompletion=True,
        eventCallback=None,
        marginMm=DEFAULT_MARGIN_MM,
        settings=None,
    ):
        """Grade the discs and put grades, saliency and provenance into the scene; the table node of the grades.

        Parameters
        ----------
        volumes : dict of str to vtkMRMLScalarVolumeNode, or to a list of them
        roiNodes : list of vtkMRMLMarkupsROINode, optional
            The boxes to grade; by default those that the scene has of this study, and where it has none they are found.
        systems : list of str, optional
            By default every one that the volumes allow.
        saliency : bool
            Whether each grade is explained by a saliency map.
        waitForCompletion : bool
            When False, None is returned at once, and the callback hears of the table.
        eventCallback : callable(str, dict), optional
        marginMm : float
            How far boxes reach above and below their discs, where these are found first.
        settings : discgrader.pipeline.settings.Settings, optional
            In place of ``systems``, ``saliency`` and ``marginMm``.
        """
        from discgrader.pipeline.settings import Settings

        settings = settings or Settings(systems=systems, margin_mm=marginMm, saliency=saliency)
        return self._begin(
            lambda listener: self.work.grade(volumes, roiNodes, settings, listener),
            "table",
            waitForCompletion,
            eventCallback,
        )

    def regrade(self, roiNode, waitForCompletion=True, eventCallback=None, live=False):
        """Grade the disc of one box anew, by the same systems; the table node of all grades.

        Takes the place of what was asked for this box before. While the whole study is being graded it does nothing:
        boxes that are moved meanwhile are graded anew at the end.

        Parameters
        ----------
        roiNode : vtkMRMLMarkupsROINode
        waitForCompletion, eventCallback :
            As for `grade`.
        live : bool
            Whether a hand still moves the box. Then only the grades follow, as fast as they can be computed, each time
            for the box's newest place; saliency and the reading follow when the box is graded without it.
        """
        return self._begin(
            lambda listener: self.work.regrade(roiNode, listener, live), "table", waitForCompletion, eventCallback
        )

    @property
    def readings(self):
        """The readings of the scene's studies, to which commands go; see `discgrader.mrml.readings.SceneReadings`."""
        if self._readings is None or self._readings.scene is not slicer.mrmlScene:
            from discgrader.mrml.readings import SceneReadings

            self._readings = SceneReadings(
                slicer.mrmlScene, lambda: self.reader, self.isBusy, self._boxChanged, self._readingChanged, self._notice
            )
        return self._readings

    @property
    def views(self):
        """What the slice views show."""
        if self._views is None:
            from discgrader.mrml.grade_views import GradeViews
            from discgrader.mrml.views import KeptSettings

            self._views = GradeViews(slicer.mrmlScene, KeptSettings(self._moduleNode), self._moduleNode, self._fitView)
        return self._views

    @property
    def labels(self):
        """Level and grade beside each disc in the slice views."""
        if self._labels is None:
            from discgrader.mrml.view_labels import ViewLabels
            from discgrader.mrml.views import KeptSettings

            self._labels = ViewLabels(slicer.mrmlScene, KeptSettings(self._moduleNode), self.labelViews)
        return self._labels

    def showGrade(self, level, system, task, study=None):
        """Bring every slice view to a disc, its box standing out, the saliency of exactly this grade as foreground.

        Views of series in another plane than the saliency's keep their picture; zoom and layout stay.

        Parameters
        ----------
        level, system, task : str
            As written in files, for instance ``"L4-L5"``, ``"pfirrmann"``, ``"pfirrmann"``.
        study : str, optional
            Which one, where the scene holds several.
        """
        self.views.show_grade(self.readings.of(study), level, system, task)

    def showLevel(self, level, study=None):
        """Bring every slice view to a disc, its box standing out, without saliency."""
        self.views.show_level(self.readings.of(study), level)

    def setSaliencyDisplay(self, visible=None, opacity=None, threshold=None):
        """Show or hide saliency, its opacity and the value below which it is not shown, both 0-1; None leaves as is."""
        self.views.set_saliency(visible, opacity, threshold)

    def turnAxialToDisc(self, level, study=None):
        """Turn the axial views into a disc's plane; back exactly as they were where ``level`` is None."""
        self.views.turn(None if level is None else self.readings.node(level, study))

    def setLabels(self, visible=None, system=None, task=None):
        """Switch level and grade beside each disc on or off, and choose whose grade; None leaves as is.

        They stand in every slice view whose slice runs through a box. With ``system`` and ``task`` empty, the level
        stands alone.
        """
        self.labels.show(visible, system, task)

    def viewSettings(self):
        """How saliency and labels are shown; see `discgrader.mrml.views.ViewSettings`."""
        from discgrader.mrml.views import KeptSettings

        return KeptSettings(self._moduleNode).now

    def setMargin(self, mm, dragging=False, study=None):
        """Have the boxes reach so far above and below their discs, at once.

        A box whose height was changed by hand keeps it; one that was moved, turned, or resized along another axis
        follows. What is set while ``dragging``, and the next that is not, are one step of undo.
        """
        self.readings.apply(SetMargin(mm, dragging), study)

    def setGradeAnyway(self, wanted=True, study=None):
        """Have a study graded although it may not be a lumbar spine on MR, or no longer; it takes effect when it is
        graded."""
        self.readings.apply(GradeAnyway(wanted), study)

    def shiftLevels(self, steps, study=None):
        """Shift the names of all discs by so many levels, towards the head where positive."""
        self.readings.apply(ShiftLevels(steps), study)

    def setLowestLevel(self, level, study=None):
        """Call the lowest disc ``level``, and shift all names accordingly."""
        self.readings.apply(SetLowest(level), study)

    def addDisc(self, pointRas, level=None, study=None):
        """Add a disc that was missed, near a point in RAS mm; its level.

        Its box is fitted to what is segmented there, or else to the discs beside it. By default its place in the row
        names it. A disc that is called so already, and those above it without a gap, move up by one level.
        """
        return self.readings.add_disc(pointRas, level, study)

    def deleteDisc(self, level, study=None):
        """Delete a disc that is none, with its box, grades and saliency; undo brings them back."""
        self.readings.apply(DeleteDisc(level), study)

    def fitBox(self, level, study=None):
        """Put a box around the disc that is segmented where the box is now."""
        self.readings.fit_box(level, study)

    def resetBox(self, level, study=None):
        """Put a box back to where it was found, or added."""
        self.readings.apply(ResetBox(level), study)

    def boxNode(self, level, study=None):
        """The ROI node of a level."""
        return self.readings.node(level, study)

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
        self.readings.decide(SetGrade(level, system, task, grade, reason), study)

    def acceptGrade(self, level, system, task, study=None):
        """Accept what the pack said, giving up an override."""
        self.readings.decide(AcceptGrade(level, system, task), study)

    def acceptLevel(self, level, study=None):
        """Accept every grade of a level that is unread; overrides stay."""
        self.readings.decide(AcceptLevel(level), study)

    def withdrawGrade(self, level, system, task, study=None):
        """Take back what the reader said of a grade."""
        self.readings.decide(WithdrawGrade(level, system, task), study)

    def undo(self, study=None):
        """Take back the reader's last step, be it a box, a name or a grade; all that the scene shows follows."""
        self.readings.undo(study)

    def redo(self, study=None):
        """Do again what was undone."""
        self.readings.redo(study)

    def canUndo(self, study=None):
        """What undo would take back, such as "Undo: move L4-L5 box"; empty where there is nothing."""
        return self.readingHistory(study).undo_words or ""

    def canRedo(self, study=None):
        """What redo would do again; empty where there is nothing."""
        return self.readingHistory(study).redo_words or ""

    def setReader(self, name):
        """Who reads from now on; empty for who read before, or the name that the user is logged in by."""
        if name != self.reader:
            self.reader = name
            if self._readings is not None:
                self._readings.set_reader(name)

    def saveReading(self, path, study=None):
        """Write the study's reading to a file."""
        self.readings.save(Path(path), study)

    def loadReading(self, path, study=None):
        """Take the reading of a file for the study; can be undone."""
        self.readings.load(Path(path), study)

    def exportReport(self, folder, study=None, waitForCompletion=True, eventCallback=None):
        """Write results, report and reading to a folder that appears whole or not at all.

        With ``waitForCompletion`` False the files are written while the window goes on, and the callback hears of
        `PROGRESS`, and of `COMPLETED` and ``{"folder"}`` or `ERROR` and ``{"error"}``.
        """
        from discgrader.jobs.threads import ThreadRunner
        from discgrader.mrml.report_export import report_export
        from discgrader.panel.poller import Poller
        from discgrader.progress import Progress

        if self._export is not None and self._export.busy:
            raise UsageError(_("A report is still being written; wait for it."))
        write = report_export(slicer.mrmlScene, self.reading(study), Path(folder))
        if waitForCompletion:
            return write(Progress())
        runner = self._export = ThreadRunner()
        listener = _listener("folder", eventCallback or (lambda event, data: None))
        runner.run(lambda job: write(job.progress), listener)
        self._exportPoller = Poller(lambda: runner.poll(self.WAIT_S), self.POLL_MS)
        self._exportPoller.start()
        return None

    def reading(self, study=None):
        """What packs and the reader said of a study; see `discgrader.reading.record.Reading`."""
        return self.readings.of(study).reading

    def readingHistory(self, study=None):
        """The steps of the study's reading: ``undo_words`` and ``redo_words`` for the menu, ``is_changed``."""
        return self.readings.of(study).history

    def _readingChanged(self, reading):
        if not self.readings.watch.is_dragging:
            self.views.follow(reading)
        self.labels.follow(reading)

    def labelViews(self):
        """The slice views of the window that levels and grades are written into."""
        from discgrader.mrml.view_labels import LabelView

        layout = slicer.app.layoutManager()
        widgets = [] if layout is None else [layout.sliceWidget(name) for name in layout.sliceViewNames()]
        return [
            LabelView(one.mrmlSliceNode(), one.sliceView().renderWindow(), one.sliceView().scheduleRender)
            for one in widgets
        ]

    def _boxChanged(self, level, dragging):
        if self.boxChanged is not None:
            self.boxChanged(level, dragging)

    def _notice(self, text):
        _logger.warning(text)
        if self.noticed is not None:
            self.noticed(text)

    def _moduleNode(self):
        return ScriptedLoadableModuleLogic.getParameterNode(self)

    def _fitView(self, composite):
        logics = slicer.app.applicationLogic().GetSliceLogics()
        for number in range(0 if logics is None else logics.GetNumberOfItems()):
            if logics.GetItemAsObject(number).GetSliceCompositeNode() is composite:
                logics.GetItemAsObject(number).FitSliceToBackground()

    def cancel(self):
        """Stop whatever is being computed."""
        if self._work is not None:
            self._work.cancel()

    def isRunning(self):
        """Whether anything is being computed: discs found, all graded, or a moved box graded anew."""
        return self._work is not None and self._work.running

    def isBusy(self):
        """Whether discs are being found or all of them graded, so that nothing else of the kind can begin."""
        return self._work is not None and self._work.busy

    def _begin(self, ask, name, waitForCompletion, eventCallback):
        """Ask for work; what it comes to, called ``name`` in the callback, or None where it is not waited for."""
        wait = ask(_listener(name, eventCallback or (lambda event, data: None)))
        if wait is not None and waitForCompletion:
            return wait()
        if self._poller is None:
            from discgrader.panel.poller import Poller

            self._poller = Poller(lambda: self.work.deliver(self.WAIT_S), self.POLL_MS)
        self._poller.start()
        return None


def _listener(name, callback):
    """Tells a callback of the logic's events; what comes of the work is called ``name``."""
    from discgrader.mrml.steps import WorkListener

    class Listener(WorkListener):
        def progressed(self, stage, fraction, detail):
            callback(DiscGraderLogic.PROGRESS, {"stage": stage, "fraction": fraction, "detail": detail})

        def graded(self, result):
            callback(DiscGraderLogic.LEVEL, {"level": result.disc.level, "grades": result.grades})

        def completed(self, value):
            callback(DiscGraderLogic.COMPLETED, {name: value})

        finished = completed

        def stopped(self):
            callback(DiscGraderLogic.CANCELLED, {})

        def failed(self, error):
            callback(DiscGraderLogic.ERROR, {"error": error})

    return Listener()


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
        logic = DiscGraderLogic()
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
        for volumes in ({}, {"T2": empty}, {"T9": empty}):
            with self.assertRaises(DiscGraderError):
                logic.findDiscs(volumes)

    def test_scriptsAndPanelShareParameters(self):
        """What the reader chose is in the scene, and what an older version did not know has its default."""
        self.delayDisplay("Parameters are kept in the scene")
        parameters = DiscGraderLogic().getParameterNode()
        parameters.boxes.marginMm = 9.0
        parameters.grading.systemsOff = ["spider"]
        again = DiscGraderLogic().getParameterNode()
        self.assertEqual((again.boxes.marginMm, list(again.grading.systemsOff)), (9.0, ["spider"]))
        # On a node of its own: the panel's wrapper would read the module's at once, and find a number missing.
        node = slicer.vtkMRMLScriptedModuleNode()
        addMissingParameters(node)
        node.UnsetParameter("display.saliencyOpacity")
        addMissingParameters(node)
        self.assertEqual(DiscGraderParameterNode(node).display.saliencyOpacity, 0.5)

    def test_phantomIsReadWithoutTorch(self):
        """A phantom is read as in `test_phantomIsRead`, by its own truth in the place of networks."""
        from discgrader.phantom.known_engine import KnownEngine

        self.delayDisplay("A phantom is rendered")
        phantom = self.makePhantom()
        logic = self.logicInUse()
        engine = logic.engine
        logic.engine = KnownEngine(phantom)
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.readPhantom(logic, phantom, Path(folder))
            self.assertEqual(logic.reading().disc("L4-L5").ai_grade("pfirrmann", "pfirrmann").grade, "4")
        finally:
            logic.closeWorker()
            logic.engine = engine

    def test_phantomIsRead(self):
        """A phantom's discs are found, graded, corrected, saved with the scene, and are back when it is opened."""
        from discgrader.panel.missing import missing_packages

        missing = missing_packages()
        if missing:
            self.delayDisplay(f"The shipped packs grade no phantom, for there is no {', '.join(missing)}")
            return
        logic = self.logicInUse()
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.readPhantom(logic, self.makePhantom(), Path(folder))
        finally:
            logic.closeWorker()

    def logicInUse(self):
        """The logic to test: where the panel is open its own, for steps that two of them take are not one history."""
        widget = getattr(slicer.modules, "DiscGraderWidget", None)
        return widget.logic if widget is not None else DiscGraderLogic()

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
        self.assertEqual(logic.canUndo(), "")
        self.assertEqual(logic.reading().disc("L4-L5").final_grade(*cell[1:]), graded.grade)
        logic.redo()
        logic.redo()
        logic.saveReading(folder / "phantom.reading.json")
        self.delayDisplay("The scene is saved and opened")
        kept = logic.reading()
        self.assertEqual(kept.disc("L4-L5").final_grade(*cell[1:]), "5")
        self.assertTrue(slicer.util.saveScene(str(folder / "phantom.mrb")))
        logic.sceneCloses()
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(str(folder / "phantom.mrb"))
        self.assertEqual(logic.reading().disc("L4-L5").decisions, kept.disc("L4-L5").decisions)
        self.assertEqual(logic.reading().levels, kept.levels)
        self.assertEqual(logic.boxNode("L4-L5").GetName(), "L4-L5")
        logic.loadReading(folder / "phantom.reading.json")
        self.assertEqual(logic.reading().disc("L4-L5").final_grade(*cell[1:]), "5")
