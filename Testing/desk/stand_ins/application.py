"""``slicer.app``, and its manager that reads and writes files for ``slicer.util``."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import slicer
import vtk
from discgrader.mrml.bundle import same_working_folder
from PySide6 import QtCore, QtWidgets

from desk.stand_ins.qt_objects import strict
from desk.stand_ins.scripted_modules import qSlicerModuleManager


class qSlicerApplication(strict(QtWidgets.QApplication)):
    """The application as scripts see it: one for the process, and what it shows changes with the desk.

    `serve` gives it a scene, and None takes it away again.
    """

    CPP = True
    startupCompleted = QtCore.Signal()

    def __init__(self, arguments):
        super().__init__(arguments)
        self.setOrganizationName("DiscGrader")
        self.setApplicationName("DiscGrader desk")
        self._d = SimpleNamespace(host=None, layout=None, manager=None, io=None, testing=False, translators=[])

    def serve(self, host, layout=None, testing=False):
        """Have ``slicer.app`` speak of a scene.

        Parameters
        ----------
        host : Host or HeadlessScene or None
        layout : qSlicerLayoutManager, optional
            None where there is no main window.
        testing : bool
            Whether message boxes are left out, as in Slicer's own tests.
        """
        d = self._d
        # The application outlives its modules here, which it never does in Slicer.
        self.disconnect("startupCompleted()")
        if d.manager is not None:
            d.manager.delete()
        while d.translators:
            QtWidgets.QApplication.removeTranslator(d.translators.pop())
        d.host, d.layout, d.testing = host, layout, testing
        d.manager = qSlicerModuleManager() if host is not None else None
        d.io = CoreIOManager(host) if host is not None else None

    def mrmlScene(self):
        return self._d.host.scene

    def applicationLogic(self):
        return self._d.host.application

    def layoutManager(self):
        return self._d.layout

    def moduleManager(self):
        return self._d.manager

    def coreIOManager(self):
        return self._d.io

    def testingEnabled(self):
        return self._d.testing

    def userSettings(self):
        return strict(QtCore.QSettings)()

    def installTranslator(self, translator):
        self._d.translators.append(translator)
        return QtWidgets.QApplication.installTranslator(translator)

    def translate(self, context, text):
        return QtCore.QCoreApplication.translate(context, text)

    def _temporary(self):
        return tempfile.gettempdir()

    def _locale(self):
        """As in Slicer the language is heeded only where internationalization is switched on, which it is not at
        first."""
        settings = self.userSettings()
        heeded = str(settings.value("Internationalization/Enabled")).lower() == "true"
        return QtCore.QLocale((heeded and settings.value("language")) or "en_US").name()

    applicationLocaleName = QtCore.Property(str, _locale)
    temporaryPath = QtCore.Property(str, _temporary)


def application() -> qSlicerApplication:
    """The process's application, made when it is first asked for."""
    return QtWidgets.QApplication.instance() or qSlicerApplication(["desk"])


class CoreIOManager:
    """Opens and saves scenes.

    Parameters
    ----------
    host : Host or HeadlessScene
    """

    def __init__(self, host):
        self._host = host

    def loadNodes(self, filetype, properties, loaded=None, messages=None) -> bool:
        """Open the scene ``properties["fileName"]``; whether it worked, with the reason in ``messages``."""
        _scenes_alone(filetype)
        path = Path(properties["fileName"])
        if not path.exists():
            return _failed(messages, f"{path} does not exist")
        return self._load_scene(path, bool(properties.get("clear", False)), messages)

    def saveNodes(self, filetype, properties, messages=None) -> bool:
        """Write the scene to ``properties["fileName"]``."""
        _scenes_alone(filetype)
        return self._save_scene(Path(properties["fileName"]), messages)

    def _load_scene(self, path: Path, clear: bool, messages) -> bool:
        scene = self._host.scene
        if path.suffix == ".mrb":
            with same_working_folder():
                good = _with_cache(self._host, lambda: scene.ReadFromMRB(str(path.absolute()), clear))
        else:
            scene.SetURL(str(path))
            scene.SetRootDirectory(str(path.parent))
            good = scene.Connect() if clear else scene.Import()
        return bool(good) or _failed(messages, f"{path} could not be opened as a scene")

    def _save_scene(self, path: Path, messages) -> bool:
        scene = self._host.scene
        if path.suffix == ".mrb":
            with same_working_folder():
                good = scene.WriteToMRB(str(path.absolute()))
        else:
            scene.SetURL(str(path))
            scene.SetRootDirectory(str(path.parent))
            good = scene.Commit()
        return bool(good) or _failed(
            messages, f"{path} could not be written; is the disk full or the folder read-only?"
        )


def _with_cache(host, read):
    """Read with the logics through which Slicer unpacks a bundle; they must live until it has been read."""
    with tempfile.TemporaryDirectory(prefix="desk_") as folder:
        remote = slicer.vtkMRMLRemoteIOLogic()
        remote.SetMRMLScene(host.scene)
        remote.GetCacheManager().SetRemoteCacheDirectory(folder)
        manager = slicer.vtkDataIOManagerLogic()
        manager.SetMRMLScene(host.scene)
        manager.SetMRMLApplicationLogic(host.application)
        manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        try:
            return read()
        finally:
            remote.RemoveDataIOFromScene()
            manager.SetAndObserveDataIOManager(None)
            manager.SetMRMLScene(None)
            remote.SetMRMLScene(None)


def _failed(messages, text: str) -> bool:
    if messages is not None:
        messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
    return False


def _scenes_alone(filetype: str) -> None:
    if filetype != "SceneFile":
        raise NotImplementedError(f"The desk reads and writes scenes, not a {filetype}")
