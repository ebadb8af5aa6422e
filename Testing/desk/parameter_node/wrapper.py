"""The decorator ``parameterNodeWrapper``."""

import contextlib
import typing
import weakref

import slicer
import vtk

from desk.parameter_node import containers  # noqa: F401  registers lists and dicts
from desk.parameter_node.codecs import Member

PARAMETER_PROPERTY = "SlicerParameterName"
"""The property of a widget that names the member that it shows."""


def parameterNodeWrapper(cls=None):
    """Make a class whose annotated members live in the parameter node that its constructor is given.

    A wrapper keeps each member's value and reads it again only when the node says that it was modified. While a scene
    is opened that is before the volumes are there that members refer to, so that these stay None until somebody makes a
    new wrapper or says ``Modified`` again.

    Beside the members the class gets ``connectGui`` and ``disconnectGui``, ``connectParametersToGui``, ``getValue``,
    ``setValue``, ``dataType``, ``default``, ``isCached``, and the node's ``StartModify``, ``EndModify``,
    ``AddObserver``, ``RemoveObserver`` and ``Modified``.
    """
    return _make if cls is None else _make(cls)


def isParameterNodeWrapper(value) -> bool:
    return getattr(value, "_is_parameter_node_wrapper", False)


class _Kept:
    """The value of one member of one wrapper, read again whenever the node is modified by somebody else."""

    def __init__(self, member: Member, node, name: str):
        self.member, self._node, self._name = member, node, name
        self._writing = False
        self.value = self._read()
        # What VTK holds must not hold this, or no wrapper would ever go.
        this = weakref.ref(self)
        self._observer = node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: this()._modified())

    def __del__(self):
        if hasattr(self, "_observer"):
            self._node.RemoveObserver(self._observer)

    def write(self, value) -> None:
        self._writing = True
        try:
            with slicer.util.NodeModify(self._node):
                self.member.write(self._node, self._name, value)
                self.value = self._read()
        finally:
            self._writing = False

    def _modified(self):
        # While a closing scene takes the parameters away, some of a pack are gone before others; Slicer prints that and
        # goes on.
        if not self._writing:
            with contextlib.suppress(ValueError):
                self.value = self._read()

    def _read(self):
        if not self.member.codec.has(self._node, self._name):
            self.member.write(self._node, self._name, self.member.default())
        return self.member.codec.read(self._node, self._name)


def _make(cls):
    hints = typing.get_type_hints(cls, include_extras=True)
    try:
        members = {name: Member(name, hint, getattr(cls, name, ...)) for name, hint in hints.items()}
    except TypeError as error:
        raise TypeError(f"{cls.__name__}: {error}") from None
    for name in _METHODS:
        if hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    for name in members:
        setattr(cls, name, _member(name))
    cls.allParameters = members
    cls._is_parameter_node_wrapper = True
    cls.__init__ = _initialize
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return cls


def _initialize(self, parameterNode, prefix=None):
    self.parameterNode = parameterNode
    self._guis = {}
    self._showing = False
    self._kept = {
        name: _Kept(member, parameterNode, (prefix or "") + name) for name, member in self.allParameters.items()
    }


def _member(name: str) -> property:
    return property(lambda self: self._kept[name].value, lambda self, value: self._kept[name].write(value))


def _top(cls, name: str):
    top, _, rest = name.partition(".")
    if top not in cls.allParameters:
        raise ValueError(f"Cannot find a parameter named {top}; there are {', '.join(cls.allParameters)}")
    return top, rest


def _get(self, name):
    top, rest = _top(self, name)
    value = getattr(self, top)
    return value.getValue(rest) if rest else value


def _set(self, name, value):
    top, rest = _top(self, name)
    if rest:
        getattr(self, top).setValue(rest, value)
    else:
        setattr(self, top, value)


def _type(cls, name):
    top, rest = _top(cls, name)
    member = cls.allParameters[top]
    return member.kind.dataType(rest) if rest else member.hint


def _default(self, name):
    return self.allParameters[_top(self, name)[0]].default()


def _connect_gui(self, gui):
    """Tie each widget whose property SlicerParameterName names a member to it. As in Slicer 5.10, no tag comes back."""
    from PySide6 import QtWidgets

    widgets = gui.findChildren(QtWidgets.QWidget) if isinstance(gui, QtWidgets.QWidget) else vars(gui).values()
    named = ((widget.property(PARAMETER_PROPERTY), widget) for widget in widgets)
    self.connectParametersToGui({name: widget for name, widget in named if name})


def _connect_parameters(self, mapping):
    """Tie widgets to members; a tag for `disconnectGui`."""
    from desk.parameter_node.connectors import Connector, connector_for

    connectors = {
        name: widget if isinstance(widget, Connector) else connector_for(widget, self.dataType(name))
        for name, widget in mapping.items()
    }
    tag = self._next_tag = getattr(self, "_next_tag", -1) + 1
    self._guis[tag] = connectors
    for name, connector in connectors.items():
        connector.write(self.getValue(name))
        connector.onChanged(lambda name=name, connector=connector: _changed(self, name, connector))
    self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: _show(self))
    return tag


def _disconnect_gui(self, tag):
    """Let the widgets of a tag go. As in Slicer 5.10, the observer of the node stays, and keeps the wrapper."""
    for connector in self._guis.pop(tag, {}).values():
        connector.onChanged(None)


def _changed(self, name, connector):
    with slicer.util.NodeModify(self):
        if not self._showing:
            self.setValue(name, connector.read())


def _show(self):
    """Bring the widgets up to date; what they signal meanwhile is no wish of the user's."""
    if self._showing:
        return
    self._showing = True
    try:
        with slicer.util.NodeModify(self):
            for connectors in list(self._guis.values()):
                for name, connector in connectors.items():
                    connector.write(self.getValue(name))
    finally:
        self._showing = False


_METHODS = {
    "getValue": _get,
    "setValue": _set,
    "dataType": classmethod(_type),
    "default": _default,
    "isCached": lambda self, name: _top(self, name)[0] in self._kept,
    "connectGui": _connect_gui,
    "connectParametersToGui": _connect_parameters,
    "disconnectGui": _disconnect_gui,
    "StartModify": lambda self: self.parameterNode.StartModify(),
    "EndModify": lambda self, before: self.parameterNode.EndModify(before),
    "AddObserver": lambda self, event, call, priority=0.0: self.parameterNode.AddObserver(event, call, priority),
    "RemoveObserver": lambda self, tag: self.parameterNode.RemoveObserver(tag),
    "Modified": lambda self: self.parameterNode.Modified(),
}
