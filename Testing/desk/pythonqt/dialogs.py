"""Dialogs whose functions give something else under PythonQt than under PySide6."""

from PySide6 import QtWidgets

from desk.pythonqt.semantics import strict


class QFileDialog(strict(QtWidgets.QFileDialog)):
    """Its static functions give the path alone, without the filter that was chosen."""

    NATIVE = QtWidgets.QFileDialog

    @staticmethod
    def getOpenFileName(*arguments):
        return QtWidgets.QFileDialog.getOpenFileName(*arguments)[0]

    @staticmethod
    def getOpenFileNames(*arguments):
        return tuple(QtWidgets.QFileDialog.getOpenFileNames(*arguments)[0])

    @staticmethod
    def getSaveFileName(*arguments):
        return QtWidgets.QFileDialog.getSaveFileName(*arguments)[0]
