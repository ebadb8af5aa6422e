"""The desk's main window."""

from pathlib import Path
from types import SimpleNamespace

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from desk.data_panel import DataPanel
from desk.stand_ins.qt_objects import strict
from desk.study_files import SCENES
from desk.theme import icon
from desk.view_tools import Probe, ViewTools

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
            self._open(Path(chosen))

    def _choose_file(self):
        chosen = QtWidgets.QFileDialog.getOpenFileName(self, "Open", "", _FILTER)[0]
        if chosen:
            self._open(Path(chosen))

    def _open(self, path):
        if self._d.panel.may_leave():
            self._d.files.open(path)

    def _choose_save(self):
        chosen = QtWidgets.QFileDialog.getSaveFileName(self, "Save the scene", "study.mrb", "Slicer bundle (*.mrb)")[0]
        if chosen:
            path = Path(chosen)
            self._d.files.save(path if path.suffix == ".mrb" else path.with_suffix(".mrb"))

    def _close_scene(self):
        if not self._d.panel.may_leave():
            return
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
            self._open(path)
        event.acceptProposedAction()

    def closeEvent(self, event):
        """As Slicer's window, ask before what is not saved is lost."""
        event.setAccepted(self._d.panel.may_leave())

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


class ModuleSelector(strict(QtWidgets.QComboBox)):
    """Chooses the module whose panel is shown."""

    CPP = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = None

    def selectModule(self, name):
        index = QtWidgets.QComboBox.findData(self, name)
        if index < 0:
            raise RuntimeError(f"There is no module {name}")
        QtWidgets.QComboBox.setCurrentIndex(self, index)

    def wheelEvent(self, event):
        """Slicer's is a button with a menu, which the wheel does not turn."""
        event.ignore()

    selectedModule = QtCore.Property(str, lambda self: QtWidgets.QComboBox.currentData(self) or "")


class ModulePanel(QtWidgets.QWidget):
    """A heading that chooses among the modules, and below it the panel of the chosen one.

    A module is entered when its panel comes up, and exited when another one takes its place.
    """

    def __init__(self):
        super().__init__()
        self.selector = ModuleSelector()
        self.stack = QtWidgets.QStackedWidget()
        self._panels: list = []
        self._data = None
        header = QtWidgets.QWidget()
        header.setObjectName("panelHeader")
        row = QtWidgets.QHBoxLayout(header)
        row.setContentsMargins(10, 6, 10, 6)
        row.addWidget(QtWidgets.QLabel("Module:"))
        row.addWidget(self.selector, 1)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(header)
        layout.addWidget(self.stack, 1)
        self.setMinimumWidth(340)

    def fill(self, manager, scene):
        """Offer the modules that are loaded, and the contents of the scene."""
        for name in manager.modulesNames():
            module = manager.module(name)
            widget = module.widgetRepresentation()
            self._add(module.title, name, widget, widget)
            QtWidgets.QComboBox.setItemIcon(self.selector, self.stack.count() - 1, module.icon)
        self._data = DataPanel(scene)
        self._add("Data", "Data", self._data, None)
        self.selector.currentIndexChanged.connect(self._switch)
        self._switch(0)

    def reload(self):
        """Load the code of the module that is shown anew."""
        panel = self._panels[self.stack.currentIndex()]
        if panel is not None:
            panel.self().onReload()

    def may_leave(self):
        """Whether no module has anything that is not saved, or the user wants to go on."""
        modules = (panel.self() for panel in self._panels if panel is not None)
        return all(module.confirmLeaving() for module in modules if hasattr(module, "confirmLeaving"))

    def close_panel(self):
        """Exit the module and let go of the scene."""
        for panel in self._panels:
            if panel is not None:
                panel.exit()
        if self._data is not None:
            self._data.close_panel()
        while self.stack.count():
            area = self.stack.widget(0)
            # The modules' panels belong to their modules, which still clean up in them.
            area.takeWidget()
            self.stack.removeWidget(area)
        self._panels.clear()

    def _add(self, title, name, widget, panel):
        area = QtWidgets.QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarAlwaysOff)
        area.setWidget(widget)
        self.stack.addWidget(area)
        self._panels.append(panel)
        QtWidgets.QComboBox.addItem(self.selector, title, name)

    def _switch(self, index):
        before = self.stack.currentIndex()
        if before != index and self._panels[before] is not None:
            self._panels[before].exit()
        self.stack.setCurrentIndex(index)
        if self._panels[index] is not None:
            self._panels[index].enter()
