"""Paths, lists with check marks, colors and message boxes."""

from types import SimpleNamespace

from PySide6 import QtCore, QtGui, QtWidgets

from desk.pythonqt.semantics import strict


class ctkPathLineEdit(strict(QtWidgets.QWidget)):
    """A line for a path, with a button that lets one look for it."""

    CPP = True
    currentPathChanged = QtCore.Signal(str)

    Files, Dirs, Writable, Drives = 0x002, 0x001, 0x020, 0x004

    def __init__(self, parent=None):
        super().__init__(parent)
        line, button = QtWidgets.QLineEdit(), QtWidgets.QToolButton()
        button.setText("…")
        self._d = SimpleNamespace(line=line, button=button, filters=self.Files, names=[], key="", shown="")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(line, 1)
        layout.addWidget(button)
        line.textChanged.connect(self.currentPathChanged.emit)
        button.clicked.connect(lambda: self.browse())

    def browse(self):
        """Let the user choose."""
        dialog = QtWidgets.QFileDialog
        if self._d.filters & self.Files:
            chosen = dialog.getOpenFileName(self, "", self._d.line.text(), ";;".join(self._d.names))[0]
        else:
            chosen = dialog.getExistingDirectory(self, "", self._d.line.text())
        if chosen:
            self.setCurrentPath(chosen)

    def setCurrentPath(self, path):
        self._d.line.setText(path)

    def addCurrentPathToHistory(self):
        """CTK remembers the path for the next time; the desk does not."""

    currentPath = QtCore.Property(str, lambda self: self._d.line.text(), setCurrentPath)
    filters = QtCore.Property(int, lambda self: self._d.filters, lambda self, value: setattr(self._d, "filters", value))
    nameFilters = QtCore.Property(
        "QStringList", lambda self: self._d.names, lambda self, value: setattr(self._d, "names", value)
    )
    settingKey = QtCore.Property(str, lambda self: self._d.key, lambda self, value: setattr(self._d, "key", value))
    showBrowseButton = QtCore.Property(
        bool, lambda self: not self._d.button.isHidden(), lambda self, value: self._d.button.setVisible(value)
    )


class ctkDirectoryButton(strict(QtWidgets.QWidget)):
    """A button that shows a folder and lets one choose another."""

    CPP = True
    directoryChanged = QtCore.Signal(str)
    directorySelected = QtCore.Signal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        button = QtWidgets.QPushButton()
        self._d = SimpleNamespace(button=button, directory="")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(button)
        button.clicked.connect(lambda: self.browse())

    def browse(self):
        """Let the user choose."""
        chosen = QtWidgets.QFileDialog.getExistingDirectory(self, "", self._d.directory)
        if chosen:
            self.setDirectory(chosen)
            self.directorySelected.emit(chosen)

    def setDirectory(self, directory):
        if directory != self._d.directory:
            self._d.directory = directory
            self._d.button.setText(directory)
            self.directoryChanged.emit(directory)

    directory = QtCore.Property(str, lambda self: self._d.directory, setDirectory)


class ctkCheckableComboBox(strict(QtWidgets.QComboBox)):
    """A list that unfolds, with a check mark before each entry."""

    CPP = True
    checkedIndexesChanged = QtCore.Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        model = QtWidgets.QComboBox.model(self)
        model.dataChanged.connect(lambda *_: self._told())
        model.rowsInserted.connect(lambda parent, first, last: self._make_checkable(first, last))
        self._d.pressed = False
        QtWidgets.QComboBox.view(self).viewport().installEventFilter(self)

    def _make_checkable(self, first, last):
        model = QtWidgets.QComboBox.model(self)
        for row in range(first, last + 1):
            item = model.item(row)
            item.setFlags(QtCore.Qt.ItemIsUserCheckable | QtCore.Qt.ItemIsEnabled)
            if item.data(QtCore.Qt.CheckStateRole) is None:
                item.setData(QtCore.Qt.Unchecked, QtCore.Qt.CheckStateRole)

    def eventFilter(self, watched, event):
        """A click on an entry turns its mark and leaves the list open; the release that opened the list does not."""
        if event.type() == QtCore.QEvent.MouseButtonPress:
            self._d.pressed = True
        elif event.type() == QtCore.QEvent.MouseButtonRelease:
            index = QtWidgets.QComboBox.view(self).indexAt(event.position().toPoint())
            if self._d.pressed and index.isValid():
                self._toggle(index)
            self._d.pressed = False
            return True
        return False

    def _toggle(self, index):
        checked = self.checkState(index) == QtCore.Qt.Checked
        self.setCheckState(index, QtCore.Qt.Unchecked if checked else QtCore.Qt.Checked)

    def _told(self):
        QtWidgets.QWidget.update(self)
        self.checkedIndexesChanged.emit()

    def checkState(self, index):
        return QtCore.Qt.CheckState(QtWidgets.QComboBox.model(self).data(index, QtCore.Qt.CheckStateRole) or 0)

    def setCheckState(self, index, state):
        QtWidgets.QComboBox.model(self).setData(index, QtCore.Qt.CheckState(state), QtCore.Qt.CheckStateRole)

    def checkedIndexes(self):
        model = QtWidgets.QComboBox.model(self)
        indexes = [model.index(row, 0) for row in range(model.rowCount())]
        return [one for one in indexes if self.checkState(one) == QtCore.Qt.Checked]

    def allChecked(self):
        return len(self.checkedIndexes()) == QtWidgets.QComboBox.count(self)

    def noneChecked(self):
        return not self.checkedIndexes()

    def checkableModel(self):
        return QtWidgets.QComboBox.model(self)

    def paintEvent(self, event):
        """The checked entries stand in the closed box."""
        option = QtWidgets.QStyleOptionComboBox()
        QtWidgets.QComboBox.initStyleOption(self, option)
        names = [str(one.data()) for one in self.checkedIndexes()]
        option.currentText = "All" if names and self.allChecked() else ", ".join(names) or "None"
        painter = QtWidgets.QStylePainter(self)
        painter.drawComplexControl(QtWidgets.QStyle.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.CE_ComboBoxLabel, option)


class ctkComboBox(strict(QtWidgets.QComboBox)):
    """A combo box with a text for when nothing is chosen."""

    CPP = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()

    defaultText = QtCore.Property(
        str,
        lambda self: QtWidgets.QComboBox.placeholderText(self),
        lambda self, value: QtWidgets.QComboBox.setPlaceholderText(self, value),
    )


class ctkColorPickerButton(strict(QtWidgets.QPushButton)):
    """A button in a color that it lets one change."""

    CPP = True
    colorChanged = QtCore.Signal(QtGui.QColor)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(color=QtGui.QColor("black"))
        self.clicked.connect(lambda: self.changeColor())

    def changeColor(self):
        """Let the user choose."""
        chosen = QtWidgets.QColorDialog.getColor(self._d.color, self)
        if chosen.isValid():
            self.setColor(chosen)

    def setColor(self, color):
        if color != self._d.color:
            self._d.color = QtGui.QColor(color)
            picture = QtGui.QPixmap(16, 16)
            picture.fill(color)
            self.setIcon(QtGui.QIcon(picture))
            self.colorChanged.emit(self._d.color)

    color = QtCore.Property(QtGui.QColor, lambda self: self._d.color, setColor)


class ctkFittedTextBrowser(strict(QtWidgets.QTextBrowser)):
    """A text that is as high as it needs to be."""

    CPP = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace()
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarAlwaysOff)
        QtWidgets.QTextBrowser.document(self).contentsChanged.connect(lambda: self.updateGeometry())

    def sizeHint(self):
        document = QtWidgets.QTextBrowser.document(self)
        margins = QtWidgets.QWidget.contentsMargins(self)
        return QtCore.QSize(200, round(document.size().height()) + margins.top() + margins.bottom())

    minimumSizeHint = sizeHint

    def resizeEvent(self, event):
        QtWidgets.QTextBrowser.resizeEvent(self, event)
        self.updateGeometry()


class ctkMessageBox(strict(QtWidgets.QMessageBox)):
    """A message box that can be told not to come again."""

    CPP = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._d = SimpleNamespace(key="")

    def exec_(self):
        settings = QtCore.QSettings()
        if self._d.key and settings.contains(self._d.key):
            return int(settings.value(self._d.key))
        answer = QtWidgets.QMessageBox.exec(self)
        box = QtWidgets.QMessageBox.checkBox(self)
        if self._d.key and box is not None and box.isChecked():
            settings.setValue(self._d.key, int(answer))
        return answer

    exec = exec_

    def _setKey(self, key):
        self._d.key = key
        QtWidgets.QMessageBox.setCheckBox(self, QtWidgets.QCheckBox("Do not show this message again") if key else None)

    dontShowAgainSettingsKey = QtCore.Property(str, lambda self: self._d.key, _setKey)
