"""The desk, put together."""

import gc
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import slicer
from PySide6 import QtCore, QtWidgets

from desk.host import Host
from desk.install import MODULE_FILE, installed
from desk.log import Heartbeat, Log
from desk.main_window import qSlicerMainWindow
from desk.stand_ins.application import application
from desk.stand_ins.layout import qSlicerLayoutManager
from desk.study_files import StudyFiles
from desk.theme import THEMES, apply_theme


class Desk:
    """A window with the module, on a scene of its own. Use it as a context, or call `close`.

    Parameters
    ----------
    theme : str
        ``dark`` or ``light``.
    language : str, optional
        Such as ``de``, from now on; by default that chosen before, which at first is English.
    log_folder : Path, optional
        Where the log is written; by default the user's folder for such files.
    testing : bool
        Whether message boxes are left out, as in Slicer's own tests.
    module : Path
        The module's file.
    """

    def __init__(self, theme="dark", log_folder=None, testing=False, module=MODULE_FILE, language=None):
        self.window = None
        self.application = application()
        apply_theme(self.application, THEMES[theme])
        self._ends = ExitStack()
        self.log = Log((log_folder or _log_folder()) / "desk.log", self._show_error)
        self.log.start()
        self._ends.callback(self.log.stop)
        self.host = Host()
        self.scene = self.host.scene
        self.heartbeat = Heartbeat()
        self._ends.callback(self.heartbeat.stop)
        self._ends.callback(self.host.close)
        self._ends.callback(self._delete_widgets)
        self.layout = qSlicerLayoutManager(self.host)
        self._ends.callback(self.layout.close_views)
        self._ends.enter_context(installed(self.host, self.layout, testing))
        if language is not None:
            settings = slicer.app.userSettings()
            settings.setValue("language", language)
            settings.setValue("Internationalization/Enabled", True)
        manager = slicer.app.moduleManager()
        manager.load(module)
        self.window = qSlicerMainWindow(self.host, self.layout, THEMES[theme])
        self._ends.callback(self.window.close_parts)
        self.files = StudyFiles(
            self.host, slicer.app.coreIOManager(), self.window.tell, self.window.opened, self.window.show_error
        )
        self.window.complete(self.files, self.log.path)

    @property
    def module(self):
        """The module's widget class, as ``slicer.util.getModuleWidget`` gives it."""
        return slicer.util.getModuleWidget(MODULE_FILE.stem)

    def show(self):
        """Open the window."""
        self.window.show()
        slicer.app.processEvents()
        slicer.app.startupCompleted.emit()

    def picture(self, path: Path) -> None:
        """Save a picture of the whole window, views included."""
        for view in self.layout.views():
            view.forceRender()
        if not self.window.grab().save(str(path)):
            raise OSError(f"The picture could not be written to {path}")

    def run(self) -> int:
        """Open the window and stay until it is closed; the exit status."""
        self.show()
        try:
            return QtWidgets.QApplication.exec()
        finally:
            self.close()

    def close(self):
        """Close the window and let go of scene, views and stand-ins. May be called twice."""
        if self.window is not None:
            self.window.hide()
        self._ends.close()
        self.host = self.scene = None
        gc.collect()

    def _delete_widgets(self):
        # What is connected to an object of Qt lives as long as the object, and may well hold on to the object itself.
        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.DeferredDelete)
        for item in (self.window, self.layout):
            if item is not None:
                item.delete()
        self.window = self.layout = self.files = None
        gc.collect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _show_error(self, text):
        if self.window is not None:
            self.window.tell(text)


def _log_folder() -> Path:
    found = QtCore.QStandardPaths.writableLocation(QtCore.QStandardPaths.AppLocalDataLocation)
    return Path(found or tempfile.gettempdir()) / "DiscGrader desk"


def use_display() -> None:
    """Let VTK draw without an X server where it can; must be called before it draws for the first time."""
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
