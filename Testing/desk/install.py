"""Puts the stand-ins where scripts look for them, and takes them away again."""

import sys
import types
from contextlib import contextmanager
from pathlib import Path

import slicer

from desk.ctk_widgets.module import WIDGETS as CTK_WIDGETS
from desk.ctk_widgets.module import ctk_module
from desk.parameter_node.module import parameter_node_module
from desk.pythonqt.module import qt_module
from desk.pythonqt.ui_loader import QUiLoader
from desk.qmrml.base import qMRMLWidget, qSlicerWidget
from desk.qmrml.node_combo_box import qMRMLNodeComboBox
from desk.qmrml.table_view import qMRMLTableView
from desk.slicer_python.application import application, qSlicerApplication
from desk.slicer_python.i18n import i18n_module
from desk.slicer_python.modules import qSlicerScriptedLoadableModule, qSlicerScriptedLoadableModuleWidget
from desk.slicer_python.packaging import packaging_module
from desk.slicer_python.sample_data import sample_data_module
from desk.slicer_python.scripted_module import scripted_module

MODULE_FILE = Path(__file__).resolve().parents[2] / "DiscGrader" / "DiscGrader.py"

_UI_CLASSES = (qMRMLWidget, qSlicerWidget, qMRMLNodeComboBox, qMRMLTableView)
_OTHER_CLASSES = (qSlicerApplication, qSlicerScriptedLoadableModule, qSlicerScriptedLoadableModuleWidget)


@contextmanager
def installed(host, layout=None, testing=False):
    """Have ``qt``, ``ctk``, ``slicer.app`` and all other stand-ins while the context lasts; gives the application.

    Parameters
    ----------
    host : Host or HeadlessScene
    layout : callable() -> qSlicerLayoutManager, optional
        None where there is to be no main window.
    testing : bool
        Whether message boxes are left out.
    """
    app = application()
    QUiLoader.widgets = {**CTK_WIDGETS, **{one.__name__: one for one in _UI_CLASSES}}
    imported = {
        "qt": qt_module(),
        "ctk": ctk_module(),
        "SampleData": sample_data_module(),
        "slicer.ScriptedLoadableModule": scripted_module(),
        "slicer.i18n": i18n_module(),
        "slicer.packaging": packaging_module(),
        "slicer.parameterNodeWrapper": parameter_node_module(),
    }
    attributes = {name.split(".")[1]: module for name, module in imported.items() if "." in name}
    attributes |= {one.__name__: one for one in (*_UI_CLASSES, *_OTHER_CLASSES)}
    attributes |= {"mrmlScene": host.scene, "app": app, "modules": _modules(host), "selfTests": {}}
    path = list(sys.path)
    before = {name: sys.modules.get(name) for name in imported}
    sys.modules.update(imported)
    for name, value in attributes.items():
        setattr(slicer, name, value)
    app.serve(host, layout, testing)
    try:
        yield app
    finally:
        for name in app.moduleManager().modulesNames():
            app.moduleManager().unload(name)
        app.serve(None)
        for name in attributes:
            delattr(slicer, name)
        sys.path[:] = path
        for name, old in before.items():
            if old is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = old


@contextmanager
def discgrader_module(host):
    """Give the module DiscGrader.py, imported among the stand-ins, without a window."""
    with installed(host, testing=True) as app:
        app.moduleManager().load(MODULE_FILE)
        yield sys.modules[MODULE_FILE.stem]


def _modules(host) -> types.SimpleNamespace:
    """``slicer.modules`` with the modules whose logic there is."""
    found = {
        name.lower(): types.SimpleNamespace(name=name, logic=lambda logic=logic: logic)
        for name, logic in host.logics.items()
    }
    return types.SimpleNamespace(**found)
