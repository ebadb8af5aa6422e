"""The desk's main window."""

from pathlib import Path
from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from desk.pythonqt.semantics import strict
from desk.window.icons import icon
from desk.window.module_panel import ModulePanel
from desk.window.probe import Probe
from desk.window.study_files import SCENES
from desk.window.view_tools import ViewTools

_FILTER = "Studies and scenes (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm *.mrb *.mrml);;All files (*)"


class qSlicerMainWindow(strict(QtWidgets.QMainWindow)):
    """Menu, tools, the module's panel on the left, the views on the right, and a line of news below.

    Parameters
    ----------
    host : Host
    layout : qSlicerLayoutManager
    theme : Theme
    """

    CPP = True

    def __init__(self, host, layout, theme):
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self.setWindowTitle("DiscGrader desk")
        self.setAcceptDrops(True)
        self.resize(1366, 768)
        panel = ModulePanel()
        area = layout.viewport()
        area.setObjectName("sliceViews")
        splitter = QtWidgets.QSplitter(QtCore.Qt.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(panel)
        splitter.addWidget(area)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([400, 966])
        self.setCentralWidget(splitter)
        bar = QtWidgets.QStatusBar()
        self.setStatusBar(bar)
        progress = QtWidgets.QProgressBar()
        progress.setFixedWidth(160)
        progress.setTextVisible(False)
        progress.setMaximumHeight(12)
        progress.hide()
        probe = Probe(host)
        bar.addPermanentWidget(progress)
        bar.addPermanentWidget(probe.label)
        self._d = SimpleNamespace(
            host=host, layout=layout, theme=theme, panel=panel, bar=bar, progress=progress, probe=probe, files=None,
            tools=None, splitter=splitter, saved=None, log=None,
        )  # fmt: skip

    def complete(self, files, log):
        """Add what needs the application to be there: menus, tools and the modules' panel."""
        d = self._d
        d.files, d.log = files, log
        d.tools = ViewTools(d.host, d.layout, d.theme)
        self._menus()
        d.panel.fill(slicer.app.moduleManager(), d.host.scene)

    def moduleSelector(self):
        return self._d.panel.selector

    def tell(self, text, fraction=1.0):
        """Show a line of news, and a bar while it is not done."""
        self._d.bar.showMessage(text)
        self._d.progress.setVisible(fraction < 1.0)
        self._d.progress.setValue(round(100 * fraction))

    def show_error(self, text):
        """Tell the user in a box what went wrong."""
        self.tell(text)
        slicer.util.errorDisplay(text)

    def opened(self, nodes):
        """Show what was read: each view the series of its own plane."""
        self._d.tools.show_volumes(nodes)

    def _menus(self):
        menu = QtWidgets.QMainWindow.menuBar(self)
        color = self._d.theme.text
        file = menu.addMenu("&File")
        bar = QtWidgets.QToolBar("Tools")
        bar.setMovable(False)
        bar.setIconSize(QtCore.QSize(18, 18))
        QtWidgets.QMainWindow.addToolBar(self, bar)
        for text, name, keys, tip, action, on_bar in (
            ("Open study…", "folder", "Ctrl+D", "Open a folder of DICOM or other files", self._choose_folder, True),
            ("Open file…", "file", "Ctrl+O", "Open NIfTI, NRRD, MetaImage or a scene", self._choose_file, True),
            ("Save scene…", "save", "Ctrl+S", "Save everything as one .mrb file", self._choose_save, True),
            ("Close scene", "close", "Ctrl+W", "Empty the desk", self._close_scene, True),
            ("Reload module", "reload", "Ctrl+R", "Load the module's code anew", self._reload, False),
            ("Show log", "file", "", "Where the desk writes what happens", self._show_log, False),
            ("Quit", "close", "Ctrl+Q", "Close the desk", self.close, False),
        ):
            entry = QtGui.QAction(icon(name, color), text, self)
            entry.setIconText(text.rstrip("…"))
            entry.setToolTip(f"{tip} ({keys})" if keys else tip)
            if keys:
                entry.setShortcut(QtGui.QKeySequence(keys))
            entry.triggered.connect(lambda _=False, action=action: action())
            file.addAction(entry)
            if on_bar:
                bar.addAction(entry)
                bar.widgetForAction(entry).setToolButtonStyle(QtCore.Qt.ToolButtonTextBesideIcon)
        file.insertMenu(file.actions()[2], self._sample_menu())
        bar.addSeparator()
        self._d.tools.fill(bar, menu.addMenu("&View"))

    def _sample_menu(self):
        """What modules offer as sample data; they do so only after the desk has opened."""
        menu = QtWidgets.QMenu("Sample data", self)
        menu.setIcon(icon("layers", self._d.theme.text))

        def fill():
            menu.clear()
            for sources in getattr(slicer.modules, "sampleDataSources", {}).values():
                for source in sources:
                    action = menu.addAction(source.sampleName)
                    action.triggered.connect(lambda _=False, source=source: source.customDownloader(source))

        menu.aboutToShow.connect(fill)
        return menu

    def _choose_folder(self):
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self, "Open a study")
        if chosen:
            self._d.files.open(Path(chosen))

    def _choose_file(self):
        chosen = QtWidgets.QFileDialog.getOpenFileName(self, "Open", "", _FILTER)[0]
        if chosen:
            self._d.files.open(Path(chosen))

    def _choose_save(self):
        chosen = QtWidgets.QFileDialog.getSaveFileName(self, "Save the scene", "study.mrb", "Slicer bundle (*.mrb)")[0]
        if chosen:
            path = Path(chosen)
            self._d.files.save(path if path.suffix == ".mrb" else path.with_suffix(".mrb"))

    def _close_scene(self):
        self._d.files.close_scene()
        self.tell("The scene is empty")

    def _reload(self):
        self._d.panel.reload()

    def _show_log(self):
        self.tell(f"The log is {self._d.log}")

    def dragEnterEvent(self, event):
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event):
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        scenes = [path for path in paths if path.suffix.lower() in SCENES]
        for path in (scenes or paths)[:1]:
            self._d.files.open(path)
        event.acceptProposedAction()

    @property
    def panel(self):
        """The left side."""
        return self._d.panel

    @property
    def probe(self):
        return self._d.probe

    @property
    def tools(self):
        """The tools for the views."""
        return self._d.tools

    def close_parts(self):
        """Let go of the scene."""
        d = self._d
        d.probe.close()
        d.panel.close_panel()
        if d.files is not None:
            d.files.stop()
        if d.tools is not None:
            d.tools.close()
