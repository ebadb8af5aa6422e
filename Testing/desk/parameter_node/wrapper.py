"""The decorator ``parameterNodeWrapper``."""

import typing

import slicer

from desk.parameter_node import containers  # noqa: F401  registers lists and dicts
from desk.parameter_node.codecs import Member

PARAMETER_PROPERTY = "SlicerParameterName"
"""The property of a widget that names the member that it shows."""


def parameterNodeWrapper(cls=None):
    """Make a class whose annotated members live in the parameter node that its constructor is given.

    Beside the members the class gets ``connectGui`` and ``disconnectGui``, ``connectParametersToGui``, ``getValue``,
    ``setValue``, ``dataType``, ``default``, and the node's ``StartModify``, ``EndModify``, ``AddObserver``,
    ``RemoveObserver`` and ``Modified``.
    """
    return _make if cls is None else _make(cls)


def isParameterNodeWrapper(value) -> bool:
    return getattr(value, "_is_parameter_node_wrapper", False)


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
    self._prefix = prefix or ""
    self._guis = {}
    self._showing = False
    for member in self.allParameters.values():
        name = self._prefix + member.name
        if not member.codec.has(parameterNode, name):
            member.write(parameterNode, name, member.default())


def _member(name: str) -> property:
    def read(self):
        member, stored = self.allParameters[name], self._prefix + name
        if not member.codec.has(self.parameterNode, stored):
            member.write(self.parameterNode, stored, member.default())
        return member.codec.read(self.parameterNode, stored)

    def write(self, value):
        self.allParameters[name].write(self.parameterNode, self._prefix + name, value)

    return property(read, write)


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
    """Tie each widget whose property SlicerParameterName names a member to it; a tag for `disconnectGui`."""
    from PySide6 import QtWidgets

    if isinstance(gui, QtWidgets.QWidget):
        widgets = gui.findChildren(QtWidgets.QWidget)
    else:
        widgets = list(vars(gui).values())
    named = ((widget.property(PARAMETER_PROPERTY), widget) for widget in widgets if hasattr(widget, "property"))
    return self.connectParametersToGui({name: widget for name, widget in named if name})


def _connect_parameters(self, mapping):
    from desk.parameter_node.connectors import Connector, connector_for

    connectors = {
        name: widget if isinstance(widget, Connector) else connector_for(widget, self.dataType(name))
        for name, widget in mapping.items()
    }
    observer = self.parameterNode.AddObserver("ModifiedEvent", lambda *_: _show(self))
    tag = max(self._guis, default=0) + 1
    self._guis[tag] = (connectors, observer)
    for name, connector in connectors.items():
        connector.write(self.getValue(name))
        connector.onChanged(lambda name=name, connector=connector: _changed(self, name, connector))
    return tag


def _disconnect_gui(self, tag):
    connectors, observer = self._guis.pop(tag, ({}, None))
    for connector in connectors.values():
        connector.onChanged(None)
    if observer is not None:
        self.parameterNode.RemoveObserver(observer)


def _changed(self, name, connector):
    if not self._showing:
        with slicer.util.NodeModify(self.parameterNode):
            self.setValue(name, connector.read())


def _show(self):
    """Bring the widgets up to date; what they signal meanwhile is no wish of the user's."""
    if self._showing:
        return
    self._showing = True
    try:
        for connectors, _observer in list(self._guis.values()):
            for name, connector in connectors.items():
                connector.write(self.getValue(name))
    finally:
        self._showing = False


_METHODS = {
    "getValue": _get,
    "setValue": _set,
    "dataType": classmethod(_type),
    "default": _default,
    "connectGui": _connect_gui,
    "connectParametersToGui": _connect_parameters,
    "disconnectGui": _disconnect_gui,
    "StartModify": lambda self: self.parameterNode.StartModify(),
    "EndModify": lambda self, before: self.parameterNode.EndModify(before),
    "AddObserver": lambda self, event, call, priority=0.0: self.parameterNode.AddObserver(event, call, priority),
    "RemoveObserver": lambda self, tag: self.parameterNode.RemoveObserver(tag),
    "Modified": lambda self: self.parameterNode.Modified(),
}
