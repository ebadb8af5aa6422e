"""The left side of the window: which module, and its panel."""

from PySide6 import QtCore, QtWidgets

from desk.pythonqt.semantics import strict
from desk.window.data_panel import DataPanel


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
