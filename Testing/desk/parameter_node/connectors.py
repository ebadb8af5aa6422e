"""Ties a widget to a member; as in Slicer, a widget must be of exactly the class that serves the member's type."""

import enum
import pathlib
import typing

import slicer
from PySide6 import QtWidgets

from desk.ctk_widgets.inputs import ctkDirectoryButton, ctkPathLineEdit
from desk.ctk_widgets.sliders import ctkRangeWidget, ctkSliderWidget
from desk.parameter_node.annotations import (
    Choice,
    Decimals,
    Maximum,
    Minimum,
    RangeBounds,
    SingleStep,
    WithinRange,
    first,
    split,
)
from desk.parameter_node.packs import FloatRange
from desk.pythonqt.semantics import strict
from desk.qmrml.node_combo_box import qMRMLNodeComboBox


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
        self._widget, self._signal, self.read, self._write = widget, signal, read, write
        self._changed = None

    def write(self, value) -> None:
        self._write(value)

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
    """The connector of a widget and the type of a member.

    Raises
    ------
    RuntimeError
        When Slicer has none for the two, or needs a range or choices that the member does not state.
    """
    kind, annotations = split(hint)
    for of_widgets, serves, make in _TABLE:
        if type(widget) in of_widgets() and serves(kind):
            return make(widget, kind, annotations)
    raise RuntimeError(f"Unable to connect a {type(widget).__name__} to a parameter of type {hint}")


def _attribute(signal: str, name: str):
    def make(widget, kind, annotations):
        return Connector(widget, signal, lambda: getattr(widget, name), lambda value: setattr(widget, name, value))

    return make


def _push_button(widget, kind, annotations):
    widget.checkable = True
    return _attribute("toggled", "checked")(widget, kind, annotations)


def _number(widget, kind, annotations):
    for annotation, name in ((Decimals, "decimals"), (SingleStep, "singleStep")):
        found = first(annotations, annotation)
        if found is not None:
            setattr(widget, name, found.value)
    within = first(annotations, WithinRange)
    low, high = first(annotations, Minimum) or within, first(annotations, Maximum) or within
    bounded = low is not None and high is not None
    if not bounded and type(widget) in (ctkSliderWidget, strict(QtWidgets.QSlider)):
        raise RuntimeError(f"A {type(widget).__name__} needs a parameter with WithinRange, or Minimum and Maximum")
    unlimited = (-(2**31), 2**31 - 1) if kind is int else (float("-inf"), float("inf"))
    widget.minimum = low.minimum if low is not None else unlimited[0]
    widget.maximum = high.maximum if high is not None else unlimited[1]
    return _attribute("valueChanged", "value")(widget, kind, annotations)


def _choices(widget, kind, annotations):
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        values = list(kind)
        labels = [one.label() if hasattr(one, "label") else one.name for one in values]
    else:
        choice = first(annotations, Choice)
        if choice is None:
            raise RuntimeError("A QComboBox needs a parameter with Choice")
        values = list(choice.choices)
        labels = [str(one) for one in values]
    widget.clear()
    for label in labels:
        widget.addItem(label)

    def write(value):
        widget.currentIndex = values.index(value)

    return Connector(widget, "currentIndexChanged", lambda: values[widget.currentIndex], write)


def _text_edit(widget, kind, annotations):
    return Connector(widget, "textChanged", lambda: widget.toPlainText(), lambda value: widget.setPlainText(value))


def _path(signal: str, name: str):
    def make(widget, kind, annotations):
        return Connector(
            widget, signal, lambda: kind(getattr(widget, name)), lambda value: setattr(widget, name, str(value))
        )

    return make


def _node(widget, kind, annotations):
    widget.nodeTypes = [one().GetClassName() for one in _node_kinds(kind)]
    return Connector(
        widget, "currentNodeChanged", lambda: widget.currentNode(), lambda value: widget.setCurrentNode(value)
    )


def _range(widget, kind, annotations):
    bounds = first(annotations, RangeBounds)
    if bounds is None:
        raise RuntimeError("A ctkRangeWidget needs a parameter with RangeBounds")
    widget.minimum, widget.maximum = float(bounds.minimum), float(bounds.maximum)
    return Connector(
        widget,
        "valuesChanged",
        lambda: FloatRange(widget.minimumValue, widget.maximumValue),
        lambda value: widget.setValues(value.minimum, value.maximum),
    )


def _node_kinds(kind) -> list:
    parts = typing.get_args(kind) if typing.get_origin(kind) is typing.Union else (kind,)
    parts = [split(one)[0] for one in parts if one is not type(None)]
    return parts if all(isinstance(one, type) and issubclass(one, slicer.vtkMRMLNode) for one in parts) else []


def _is(*kinds):
    return lambda kind: kind in kinds


def _is_path(kind):
    return isinstance(kind, type) and issubclass(kind, pathlib.PurePath)


def _qt(*names):
    return lambda: [strict(getattr(QtWidgets, name)) for name in names]


def _is_choice(kind):
    return kind in (int, float, str, bool) or (isinstance(kind, type) and issubclass(kind, enum.Enum))


_TABLE = (
    (_qt("QCheckBox"), _is(bool), _attribute("stateChanged", "checked")),
    (_qt("QPushButton"), _is(bool), _push_button),
    (_qt("QSlider", "QSpinBox"), _is(int), _number),
    (lambda: [strict(QtWidgets.QDoubleSpinBox), ctkSliderWidget], _is(float), _number),
    (_qt("QComboBox"), _is_choice, _choices),
    (_qt("QLineEdit"), _is(str), _attribute("textChanged", "text")),
    (_qt("QTextEdit"), _is(str), _text_edit),
    (lambda: [ctkPathLineEdit], _is_path, _path("currentPathChanged", "currentPath")),
    (lambda: [ctkDirectoryButton], _is_path, _path("directoryChanged", "directory")),
    (lambda: [qMRMLNodeComboBox], _node_kinds, _node),
    (lambda: [ctkRangeWidget], _is(FloatRange), _range),
)
