"""``slicer.app``."""

import os
import tempfile
from types import SimpleNamespace

from PySide6 import QtCore, QtWidgets

from desk.pythonqt.semantics import strict
from desk.slicer_python.io_manager import CoreIOManager
from desk.slicer_python.modules import qSlicerModuleManager


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

    ioManager = coreIOManager

    def testingEnabled(self):
        return self._d.testing

    def commandOptions(self):
        return SimpleNamespace(noMainWindow=self._d.layout is None, testingEnabled=self._d.testing)

    def userSettings(self):
        return strict(QtCore.QSettings)()

    settings = revisionUserSettings = userSettings

    def startupEnvironment(self):
        return dict(os.environ)

    def installTranslator(self, translator):
        self._d.translators.append(translator)
        return QtWidgets.QApplication.installTranslator(translator)

    def translate(self, context, text):
        return QtCore.QCoreApplication.translate(context, text)

    def moduleDocumentationUrl(self, name):
        return ""

    def pauseRender(self):
        """Slicer's views wait until `resumeRender`; those of the desk draw when the event loop comes to it anyway."""

    def resumeRender(self):
        """See `pauseRender`."""

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
    majorVersion = QtCore.Property(int, lambda self: 5)
    minorVersion = QtCore.Property(int, lambda self: 13)
    documentationBaseUrl = QtCore.Property(str, lambda self: "https://slicer.readthedocs.io/en/latest/")


def application() -> qSlicerApplication:
    """The process's application, made when it is first asked for."""
    return QtWidgets.QApplication.instance() or qSlicerApplication(["desk"])
