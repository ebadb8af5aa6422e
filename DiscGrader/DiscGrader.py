"""DiscGrader in 3D Slicer: the module, its widget, its logic and its self test.

All computing is done by the package ``discgrader`` in the folder Logic; this file ties it to Slicer's scene and window.
"""

import logging
import os
import sys
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

_LOGIC_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Logic")
if _LOGIC_FOLDER not in sys.path:
    sys.path.insert(0, _LOGIC_FOLDER)

from discgrader.errors import UsageError
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.panel.self_test import SelfTest
from discgrader.pipeline.settings import Settings
from discgrader.progress import EVENTS
from discgrader.reading.commands import SetGrade

_logger = logging.getLogger("DiscGrader")


class DiscGrader(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        installTranslation()
        self.parent.title = _("DiscGrader")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.contributors = ["DiscGrader contributors"]
        self.parent.helpText = _(
            "Finds, names, boxes and grades the lumbar discs on MRI, and shows what each grade is based on. "
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
    from discgrader.panel.sample import register

    icons = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Resources", "Icons")
    register(slicer.mrmlScene, os.path.join(icons, "DiscGraderPhantom.png"), mayLeave)


def mayLeave():
    """Whether another study may come to the front; where a reading is not saved, the user is asked."""
    widget = getattr(slicer.modules, "DiscGraderWidget", None)
    return widget is None or widget.confirmLeaving()


class DiscGraderWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The module's panel: ties the parts in ``discgrader.panel`` to Slicer."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self._wrapped = self._form = self._wheelGuard = None

    @property
    def _isEntered(self):
        # A widget that somebody opens in a window of its own has a parent that is never entered.
        return getattr(self.parent, "isEntered", False)

    def setup(self):
        """Called when the user opens the module for the first time."""
        from discgrader.panel.panel import Panel
        from discgrader.panel.wheel import WheelGuard

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/DiscGrader.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = DiscGraderLogic()
        self.panel = Panel(self.ui, self.logic, slicer.mrmlScene)
        self._form, self._wheelGuard = widget, WheelGuard()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartImport)
        for event in (scene.EndCloseEvent, scene.EndImportEvent):
            self.addObserver(scene, event, self.onSceneIsThere)
        if self._isEntered:
            # The module was reloaded while it was in front.
            self.enter()

    def cleanup(self):
        """Called when the application closes and the module widget is destroyed."""
        if self.panel is not None:
            self.panel.close()
        if self.logic is not None:
            self.logic.close()
        self._wrapped = None
        self.removeObservers()

    def enter(self):
        """Called each time the user opens this module."""
        self.initializeParameterNode()
        self._wheelGuard.cover(self._form)
        self.panel.hear_keys(True)

    def exit(self):
        """Called each time the user opens another module."""
        self.panel.hear_keys(False)
        self.panel.set_parameters(None)

    def onSceneStartClose(self, caller, event):
        """Called just before the scene is closed."""
        self.logic.forget()
        self.panel.set_parameters(None)

    def onSceneStartImport(self, caller, event):
        """Called just before a scene is opened or added.

        A wrapper reads its node again whenever the node is modified. While a scene comes in that is too early: the
        volumes are not there yet, and a scene of an older version lacks what the wrapper looks for.
        """
        self.panel.set_parameters(None)
        self._wrapped = None

    def onSceneIsThere(self, caller, event):
        """Called just after the scene is closed, and when all of one that is opened is there."""
        if self._isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Have a parameter node, tied to the widgets."""
        node = ScriptedLoadableModuleLogic.getParameterNode(self.logic)
        if self._wrapped is None or self._wrapped.parameterNode is not node:
            self._wrapped = self.logic.getParameterNode()
        self.panel.set_parameters(self._wrapped)

    def confirmLeaving(self):
        """Ask what to do with a reading that is not saved, if there is one; whether one may go on.

        Slicer asks itself before it closes a scene or itself, since the node that keeps the reading counts as modified.
        """
        return self.panel is None or self.panel.leaving.may_leave()


class DiscGraderLogic(ScriptedLoadableModuleLogic):
    """All that the module does, without a widget.

    Volumes are given as a dict from role (``"T2"``, ``"T1"``, ``"T2_SPACE"``, ``"AX_T2"``) to a volume node, or to a
    list of them where a series has several blocks. With ``waitForCompletion`` False a method returns None at once, and
    its ``eventCallback`` is called as ``eventCallback(event, data)``, in the thread of the scene, with

    - `PROGRESS` and ``{"stage", "fraction", "detail"}``,
    - `LEVEL` and ``{"level", "grades"}``, once for each graded disc,
    - and last one of `COMPLETED` and ``{"rois"}``, ``{"table"}`` or ``{"folder"}``, `CANCELLED` and ``{}``, or `ERROR`
      and ``{"error"}``.

    What a reader does besides goes as a command to `readings`, such as ``readings.apply(ShiftLevels(1))``; see
    `discgrader.reading.commands`. Where the scene holds several studies, ``study`` names one.

    Parameters
    ----------
    engine : discgrader.pipeline.engine.Engine, optional
        Computes in a thread of this process instead of a process of its own.

    Attributes
    ----------
    readings : discgrader.mrml.readings.SceneReadings
        The readings of the scene's studies, to which commands go.
    jobs : discgrader.mrml.jobs.SceneJobs
        What is being computed or written.
    views : discgrader.mrml.grade_views.GradeViews
        What the slice views show.
    labels : discgrader.mrml.view_labels.ViewLabels
        Level and grade beside each disc in the slice views.
    boxChanged : callable(study, number, dragging) or None
        Called with the study and the disc's number of every box whose grades are no longer those of where it is: again
        and again while a hand moves, turns or resizes it, when it is let go, and when it was changed in another way.
    noticed : callable(str) or None
        Called with a plain text where something was not possible and nobody can be given an error.
    """

    PROGRESS, LEVEL, COMPLETED, CANCELLED, ERROR = EVENTS

    POLL_MS = 10
    """How often the window is told what a running computation has done; less than a picture on a screen lasts."""

    WAIT_S = POLL_MS / 3000
    """How long it waits each time: while Qt's event loop runs, Python's threads hardly do."""

    def __init__(self, engine=None):
        from discgrader.mrml.grade_views import GradeViews
        from discgrader.mrml.jobs import SceneJobs
        from discgrader.mrml.readings import SceneReadings
        from discgrader.mrml.view_labels import ViewLabels, label_views
        from discgrader.mrml.views import KeptSettings, fit_view
        from discgrader.panel.events import Poller
        from discgrader.panel.words import in_language

        ScriptedLoadableModuleLogic.__init__(self)
        self.boxChanged = self.noticed = None
        scene, settings = slicer.mrmlScene, KeptSettings(self._moduleNode)
        self.readings = SceneReadings(
            scene, lambda: self.jobs.busy, self._onBoxChanged, self._onReadingChanged, self._onNotice
        )
        self.jobs = SceneJobs(self.readings, engine, self._makeWorker)
        self.views = GradeViews(scene, settings, self._moduleNode, fit_view)
        self.labels = ViewLabels(scene, settings, label_views, in_language)
        self._poller = Poller(lambda: self.jobs.deliver(self.WAIT_S), self.POLL_MS)

    def getParameterNode(self):
        from discgrader.panel.parameters import DiscGraderParameterNode, add_missing_parameters

        node = self._moduleNode()
        add_missing_parameters(node)
        return DiscGraderParameterNode(node)

    def ensureDependencies(self):
        """Have the packages that grading needs installed, if the user agrees; an error where one stays missing."""
        from discgrader.panel.dependencies import ensure

        if self.jobs.engine is None:
            ensure(Path(__file__).parent / "Resources" / "requirements.txt")

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

        Boxes and results that the scene already has of this study are replaced. ``settings`` are taken in place of
        ``marginMm`` and ``lowestDisc``, where they are given.
        """
        settings = settings or Settings(margin_mm=marginMm, lowest_disc=lowestDisc)
        return self._result(self.jobs.find(volumes, settings, eventCallback), waitForCompletion)

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
        waitForCompletion, eventCallback : as above
        marginMm : float
            How far boxes reach above and below their discs, where these are found first.
        settings : discgrader.pipeline.settings.Settings, optional
            In place of ``systems``, ``saliency`` and ``marginMm``.
        """
        settings = settings or Settings(systems=systems, margin_mm=marginMm, saliency=saliency)
        return self._result(self.jobs.grade(volumes, roiNodes, settings, eventCallback), waitForCompletion)

    def regrade(self, roiNode, waitForCompletion=True, eventCallback=None, live=False):
        """Grade the disc of one box anew, by the same systems; the table node of all grades.

        Takes the place of what was asked for this box before. While the whole study is being graded it does nothing:
        boxes that are moved meanwhile are graded anew at the end.

        Parameters
        ----------
        roiNode : vtkMRMLMarkupsROINode
        waitForCompletion, eventCallback : as above
        live : bool
            Whether a hand still moves the box. Then only the grades follow, as fast as they can be computed, each time
            for the box's newest place; saliency and the reading follow when the box is graded without it.
        """
        return self._result(self.jobs.regrade(roiNode, eventCallback, live), waitForCompletion)

    def cancel(self):
        """Stop whatever is being computed."""
        self.jobs.cancel()

    def showGrade(self, level, system, task, study=None):
        """Bring every slice view to a disc, its box standing out, the saliency of exactly this grade as foreground.

        Views of series in another plane than the saliency's keep their picture; zoom and layout stay.

        Parameters
        ----------
        level, system, task : str
            As written in files, for instance ``"L4-L5"``, ``"pfirrmann"``, ``"pfirrmann"``.
        """
        self.views.show_grade(self.readings.of(study), level, system, task)

    def setOverride(self, level, system, task, grade, reason="", study=None):
        """Give a grade of the reader's own, as written in files; what the pack said is kept beside it."""
        self.readings.decide(SetGrade(level, system, task, grade, reason), study)

    def undo(self, study=None):
        """Take back the reader's last step, be it a box, a name or a grade; all that the scene shows follows."""
        self.readings.undo(study)

    def redo(self, study=None):
        """Do again what was undone."""
        self.readings.redo(study)

    def reading(self, study=None):
        """What packs and the reader said of a study; see `discgrader.reading.record.Reading`."""
        return self.readings.of(study).reading

    def saveReading(self, path, study=None):
        """Write the study's reading to a file."""
        self.readings.save(Path(path), study)

    def loadReading(self, path, study=None):
        """Take the reading of a file for the study; can be undone."""
        self.readings.load(Path(path), study)

    def exportReport(self, folder, study=None, waitForCompletion=True, eventCallback=None, identity=True):
        """Write results, report and reading, without ``identity`` none of the patient's, to a folder that appears whole
        or not at all; the folder."""
        if self.jobs.exporting:
            raise UsageError(_("A report is still being written; wait for it."))
        # The code of the language that Slicer speaks, by the catalog that is loaded.
        export = self.jobs.export(self.reading(study), Path(folder), eventCallback, _("en"), identity)
        return self._result(export, waitForCompletion)

    def forget(self):
        """Forget what is being computed, all readings and all volumes, as when the scene is closed."""
        self.readings.close()
        self.labels.close()
        self.jobs.forget()

    def close(self):
        """End what computes, be it a process or a thread; the next computation starts another."""
        self.forget()
        self._poller.close()
        self.jobs.close()

    def _result(self, wait, waitForCompletion):
        """What the work comes to, or None where it is not waited for."""
        if wait is not None and waitForCompletion:
            return wait()
        self._poller.start()
        return None

    def _makeWorker(self):
        from discgrader.panel.dependencies import python_executable
        from discgrader.pipeline.service import worker_service

        return worker_service(
            python=python_executable(), notice=lambda kind, text: _logger.info("Worker: %s %s", kind, text)
        )

    def _onReadingChanged(self, reading):
        if not self.readings.watch.is_dragging:
            self.views.follow(reading)
        self.labels.follow(reading)

    def _onBoxChanged(self, study, number, dragging):
        if self.boxChanged is not None:
            self.boxChanged(study, number, dragging)

    def _onNotice(self, text):
        _logger.warning(text)
        if self.noticed is not None:
            self.noticed(text)

    def _moduleNode(self):
        return ScriptedLoadableModuleLogic.getParameterNode(self)


class DiscGraderTest(SelfTest):
    """The self test that Slicer's developers' section and CTest run; the package has tests of its own."""

    logicClass = DiscGraderLogic
