"""``slicer.parameterNodeWrapper``: typed members of a class that live in a parameter node, and follow widgets.

What is stored, and under which names, is what Slicer stores: a scene that the desk saved opens in Slicer.
"""

import contextlib
import types
import weakref

import slicer
import vtk
from PySide6 import QtWidgets

from desk.stand_ins import parameter_values as values
from desk.stand_ins.ctk import ctkSliderWidget
from desk.stand_ins.node_selector import qMRMLNodeComboBox
from desk.stand_ins.parameter_values import Member
from desk.stand_ins.qt_objects import strict

PARAMETER_PROPERTY = "SlicerParameterName"
"""The property of a widget that names the member that it shows."""


class Connector:
    """Reads and writes the value of a widget, and says when the user changes it.

    Parameters
    ----------
    widget : QWidget
    signal : str
        Name of the signal of a change.
    read, write : callable
    """

    def __init__(self, widget, signal: str, read, write):
        self._widget, self._signal, self.read, self.write = widget, signal, read, write
        self._changed = None

    def onChanged(self, changed) -> None:
        """Call ``changed()`` after each change; nothing any more where None."""
        if self._changed is not None:
            getattr(self._widget, self._signal).disconnect(self._told)
        self._changed = changed
        if changed is not None:
            getattr(self._widget, self._signal).connect(self._told)

    def _told(self):
        if self._changed is not None:
            self._changed()


def connector_for(widget, hint) -> Connector:
    """The connector of a widget and the type of a member; as in Slicer, a widget must be of exactly the class that
    serves the type.

    Raises
    ------
    RuntimeError
        When there is none for the two, or it needs a range that the member does not state.
    """
    kind, of = values.split(hint)[0], type(widget)
    if of is strict(QtWidgets.QCheckBox) and kind is bool:
        return _attribute(widget, "stateChanged", "checked")
    if of is strict(QtWidgets.QLineEdit) and kind is str:
        return _attribute(widget, "textChanged", "text")
    if of is ctkSliderWidget and kind is float:
        within = values.within(hint)
        if within is None:
            raise RuntimeError("A ctkSliderWidget needs a parameter with WithinRange")
        widget.minimum, widget.maximum = within.minimum, within.maximum
        return _attribute(widget, "valueChanged", "value")
    if of is qMRMLNodeComboBox and isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        widget.nodeTypes = [kind().GetClassName()]
        return Connector(widget, "currentNodeChanged", widget.currentNode, widget.setCurrentNode)
    raise RuntimeError(f"Unable to create GUI connector from datatype {hint} to a {of.__name__}")


def _attribute(widget, signal: str, name: str) -> Connector:
    return Connector(widget, signal, lambda: getattr(widget, name), lambda value: setattr(widget, name, value))


class _Kept:
    """The value of one member of one wrapper, read again whenever the node is modified by somebody else."""

    def __init__(self, member: Member, node):
        self._member, self._node = member, node
        self._writing = False
        self.value = self._read()
        # What VTK holds must not hold this, or no wrapper would ever go.
        this = weakref.ref(self)
        self._observer = node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: this().modified())

    def __del__(self):
        if hasattr(self, "_observer"):
            self._node.RemoveObserver(self._observer)

    def write(self, value) -> None:
        self._writing = True
        try:
            with slicer.util.NodeModify(self._node):
                self._member.write(self._node, self._member.name, value)
                self.value = self._read()
        finally:
            self._writing = False

    def modified(self) -> None:
        # While a closing scene takes the parameters away, some of a pack are gone before others; Slicer prints that and
        # goes on.
        if not self._writing:
            with contextlib.suppress(ValueError):
                self.value = self._read()

    def _read(self):
        if not self._member.codec.has(self._node, self._member.name):
            self._member.write(self._node, self._member.name, self._member.default())
        return self._member.codec.read(self._node, self._member.name)


def parameterNodeWrapper(cls):
    """Make a class whose annotated members live in the parameter node that its constructor is given.

    A wrapper keeps each member's value and reads it again only when the node says that it was modified. While a scene
    is opened that is before the volumes are there that members refer to, so that these stay None until somebody makes a
    new wrapper or says ``Modified`` again.
    """
    members = values.members_of(cls)
    for name in _METHODS:
        if hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    for name in members:
        setattr(cls, name, _member(name))
    cls.allParameters, cls.__init__ = members, _initialize
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return cls


def _initialize(self, parameterNode):
    self.parameterNode = parameterNode
    self._guis, self._next_tag, self._showing = {}, 0, False
    self._kept = {name: _Kept(member, parameterNode) for name, member in self.allParameters.items()}


def _member(name: str) -> property:
    return property(lambda self: self._kept[name].value, lambda self, value: self._kept[name].write(value))


def _parted(cls, name: str) -> tuple[str, str]:
    """The name of a member, and what of it is meant where it is a pack."""
    top, _, rest = name.partition(".")
    if top not in cls.allParameters:
        raise ValueError(f"Cannot find a parameter named {top}; there are {', '.join(cls.allParameters)}")
    return top, rest


def _get(self, name):
    top, rest = _parted(self, name)
    value = getattr(self, top)
    return value.getValue(rest) if rest else value


def _set(self, name, value):
    top, rest = _parted(self, name)
    if rest:
        getattr(self, top).setValue(rest, value)
    else:
        setattr(self, top, value)


def _type(cls, name):
    top, rest = _parted(cls, name)
    member = cls.allParameters[top]
    return member.kind.dataType(rest) if rest else member.hint


def _connect_gui(self, gui):
    """Tie each widget whose property SlicerParameterName names a member to it. As in Slicer 5.10, no tag comes back."""
    widgets = gui.findChildren(QtWidgets.QWidget) if isinstance(gui, QtWidgets.QWidget) else vars(gui).values()
    named = ((widget.property(PARAMETER_PROPERTY), widget) for widget in widgets)
    self.connectParametersToGui({name: widget for name, widget in named if name})


def _connect_parameters(self, mapping):
    """Tie widgets to members; a tag for `disconnectGui`."""
    connectors = {name: connector_for(widget, self.dataType(name)) for name, widget in mapping.items()}
    tag, self._next_tag = self._next_tag, self._next_tag + 1
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
    "isCached": lambda self, name: _parted(self, name)[0] in self._kept,
    "connectGui": _connect_gui,
    "connectParametersToGui": _connect_parameters,
    "disconnectGui": _disconnect_gui,
    "StartModify": lambda self: self.parameterNode.StartModify(),
    "EndModify": lambda self, before: self.parameterNode.EndModify(before),
    "AddObserver": lambda self, event, call, priority=0.0: self.parameterNode.AddObserver(event, call, priority),
    "RemoveObserver": lambda self, tag: self.parameterNode.RemoveObserver(tag),
    "Modified": lambda self: self.parameterNode.Modified(),
}


def parameter_node_module() -> types.ModuleType:
    """A new module ``slicer.parameterNodeWrapper``."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    module.parameterNodeWrapper, module.parameterPack = parameterNodeWrapper, values.parameterPack
    module.WithinRange, module.isParameterPack = values.WithinRange, values.isParameterPack
    return module
