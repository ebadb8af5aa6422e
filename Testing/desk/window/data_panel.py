"""What is in the scene: the subject hierarchy as a tree."""

from PySide6 import QtWidgets

from desk.qmrml.subject_hierarchy import qMRMLSubjectHierarchyTreeView


class DataPanel(QtWidgets.QWidget):
    """The tree of the scene, with check marks that show and hide.

    Parameters
    ----------
    scene : vtkMRMLScene
    """

    def __init__(self, scene):
        super().__init__()
        self._tree = qMRMLSubjectHierarchyTreeView()
        self._tree.setMRMLScene(scene)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        hint = QtWidgets.QLabel("Everything in the scene. A check mark shows what has one in the views.")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        layout.addWidget(self._tree, 1)
        self.setSizePolicy(QtWidgets.QSizePolicy.Preferred, QtWidgets.QSizePolicy.Expanding)

    def close_panel(self):
        self._tree.close_tree()
        self._tree.delete()
