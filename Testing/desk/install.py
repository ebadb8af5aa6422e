"""Puts the stand-ins where scripts look for them, and takes them away again.

With ``REAL_SLICER=FOLDER`` in the environment, FOLDER a checkout of Slicer's sources, what Slicer writes in Python
(`LAYER`) is taken from there, and stand-ins serve only for what it writes in C++.
"""

import importlib
import os
import sys
import types
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import slicer

from desk.stand_ins.application import application, qSlicerApplication
from desk.stand_ins.ctk import WIDGETS as CTK_WIDGETS
from desk.stand_ins.ctk import ctk_module
from desk.stand_ins.node_selector import qMRMLNodeComboBox, qMRMLWidget, qSlicerWidget
from desk.stand_ins.parameter_wrapper import parameter_node_module
from desk.stand_ins.qt import QUiLoader, qt_module
from desk.stand_ins.scripted_modules import (
    qSlicerScriptedLoadableModule,
    qSlicerScriptedLoadableModuleWidget,
    scripted_module,
)
from desk.stand_ins.small_modules import i18n_module, packaging_module, sample_data_module

MODULE_FILE = Path(__file__).resolve().parents[2] / "DiscGrader" / "DiscGrader.py"
REAL_SLICER = os.environ.get("REAL_SLICER")
LAYER = ("slicer.util", "slicer.i18n", "slicer.parameterNodeWrapper", "slicer.ScriptedLoadableModule")
"""The modules of Slicer's ``Base/Python`` that scripted modules stand on."""

_UI_CLASSES = (qMRMLWidget, qSlicerWidget, qMRMLNodeComboBox)
_OTHER_CLASSES = (qSlicerApplication, qSlicerScriptedLoadableModule, qSlicerScriptedLoadableModuleWidget)
_HIERARCHY = "qSlicerSubjectHierarchyModuleWidgetsPythonQt"


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
    path, put = list(sys.path), _Put()
    for one in (*_UI_CLASSES, *_OTHER_CLASSES):
        put.attribute(one.__name__, one)
    for name, value in {"mrmlScene": host.scene, "app": app, "modules": _modules(host), "selfTests": {}}.items():
        put.attribute(name, value)
    for module in (qt_module(), ctk_module(), sample_data_module(), packaging_module()):
        put.module(module.__name__, module)
    for name, module in (_real_layer(REAL_SLICER) if REAL_SLICER else _layer()).items():
        put.module(name, module)
    app.serve(host, layout, testing)
    try:
        yield app
    finally:
        for name in app.moduleManager().modulesNames():
            app.moduleManager().unload(name)
        app.serve(None)
        put.back()
        sys.path[:] = path


@contextmanager
def discgrader_module(host):
    """Give the module DiscGrader.py, imported among the stand-ins, without a window."""
    with installed(host, testing=True) as app:
        app.moduleManager().load(MODULE_FILE)
        yield sys.modules[MODULE_FILE.stem]


class _Put:
    """Modules and attributes of ``slicer`` that were put in place, and what was there before."""

    def __init__(self):
        self._before = []

    def module(self, name: str, module) -> None:
        self._set(sys.modules, name, module)
        if name.startswith("slicer."):
            self.attribute(name.removeprefix("slicer."), module)

    def attribute(self, name: str, value) -> None:
        self._set(vars(slicer), name, value)

    def back(self) -> None:
        """Have everything as it was."""
        for table, name, there, old in reversed(self._before):
            if there:
                table[name] = old
            else:
                table.pop(name, None)

    def _set(self, table, name, value):
        self._before.append((table, name, name in table, table.get(name)))
        table[name] = value


def _layer() -> dict[str, types.ModuleType]:
    """The stand-ins for what Slicer writes in Python; slicer-core brings ``slicer.util`` as it is."""
    return {one.__name__: one for one in (i18n_module(), parameter_node_module(), scripted_module())}


@cache
def _real_layer(folder: str) -> dict[str, types.ModuleType]:
    """Slicer's own `LAYER`, which looks for ``qt``, ``ctk`` and classes of ``slicer`` while it is imported."""
    sources = Path(folder) / "Base" / "Python" / "slicer"
    if not sources.is_dir():
        raise FileNotFoundError(f"REAL_SLICER={folder} is no checkout of Slicer: there is no {sources}")
    put = _Put()
    put.module(_HIERARCHY, _hierarchy_module())
    for name in LAYER:
        put.module(name, None)
        del sys.modules[name]
    # Widgets that the layer names though the module uses none; for good, since it compares with them later.
    slicer.__getattr__ = sys.modules["ctk"].__getattr__ = _no_widget
    slicer.__path__.insert(0, str(sources))
    try:
        return {name: importlib.import_module(name) for name in LAYER}
    finally:
        slicer.__path__.remove(str(sources))
        put.back()


@cache
def _no_widget(name: str) -> type:
    """A class that no widget here is of."""
    if not name.startswith(("ctk", "qMRML", "qSlicer")):
        raise AttributeError(name)
    return type(name, (), {})


def _hierarchy_module() -> types.ModuleType:
    """A module that Slicer's connectors import a class from, which no widget here is of."""
    module = types.ModuleType(_HIERARCHY)
    module.__getattr__ = _no_widget
    return module


def _modules(host) -> types.SimpleNamespace:
    """``slicer.modules`` with the modules whose logic there is."""
    found = {
        name.lower(): types.SimpleNamespace(name=name, logic=lambda logic=logic: logic)
        for name, logic in host.logics.items()
    }
    return types.SimpleNamespace(**found)
