"""How an object of Qt behaves under PythonQt.

Written from PythonQt's behavior: a Qt property is an attribute; any public method can be called, but for the getter of
a property, whose name gives the value; a signal is connected by its signature; an object of C++ takes no new
attributes, one of a class derived in Python does; a child can be reached by its name; ``name`` is ``objectName``.

Objects that a script makes, or that come from a .ui file, are of a class of `strict`. Those that Qt made for itself,
such as the header of a table, reach a script in a `Proxy`.
"""

import enum
from functools import cache

import shiboken6
from PySide6 import QtCore

from desk.stand_ins.qt_signals import Connections, Signal, arguments_of, most_arguments, name_of_signal


def _native_get(item, name: str):
    """An attribute as PySide6 gives it; each of its classes has its own way for functions that are static as well."""
    return _native_class(type(item)).__getattribute__(item, name)


@cache
def _native_class(kind: type) -> type:
    return next(base for base in kind.__mro__ if base.__module__.startswith("PySide6."))


PRIVATE = "_d"
"""The attribute in which stand-ins of C++ classes keep what they need, as Qt's classes do behind their d-pointer."""


class EnumType:
    """The type of an enum: it can be called, but under PythonQt its values are attributes of the class around it."""

    def __init__(self, native):
        self._native = native

    def __call__(self, value):
        return self._native(value)

    def __repr__(self):
        return f"<enum {self._native.__name__}>"


def unscoped(value):
    """Hide the values of an enum's type; anything else as it is."""
    return EnumType(value) if isinstance(value, type) and issubclass(value, enum.Enum) else value


class ClassSemantics(type(QtCore.QObject)):
    """The type of classes that behave as PythonQt's."""

    def __getattribute__(cls, name):
        value = super().__getattribute__(name)
        return value if name.startswith("__") else unscoped(value)

    def __instancecheck__(cls, instance):
        native = vars(cls).get("NATIVE")
        return super().__instancecheck__(instance) if native is None else isinstance(given(instance), native)

    def __subclasscheck__(cls, subclass):
        native = vars(cls).get("NATIVE")
        return super().__subclasscheck__(subclass) if native is None else issubclass(subclass, native)


class Shared:
    """The methods that every object has under PythonQt."""

    def connect(self, signal, target, slot=None):
        """Connect ``"clicked(bool)"`` to a callable, or to a slot of a receiver."""
        item, name = given(self), name_of_signal(given(self), signal)
        target = target if slot is None else getattr(target, slot.split("(")[0])
        return _connections(item).add(_native_get(item, name), name, arguments_of(signal), target)

    def disconnect(self, signal, target=None, slot=None):
        """Take a connection off again; whether there was one."""
        item, name = given(self), name_of_signal(given(self), signal)
        target = target if slot is None else getattr(target, slot.split("(")[0])
        return _connections(item).remove(_native_get(item, name), name, target)

    def findChildren(self, kind, name=""):
        """Children and their children that are of a class, given as such or by its name."""
        if isinstance(kind, str):
            found = [child for child in _children(self, QtCore.QObject) if child.inherits(kind)]
        else:
            found = _children(self, getattr(kind, "NATIVE", kind))
        return [adopt(one) for one in found if not name or QtCore.QObject.objectName(one) == name]

    def findChild(self, kind, name=""):
        """The first of `findChildren`, None where there is none."""
        return next(iter(self.findChildren(kind, name)), None)

    def children(self):
        return [adopt(child) for child in QtCore.QObject.children(given(self))]

    def className(self):
        return class_name(given(self))

    def inherits(self, name):
        return QtCore.QObject.inherits(given(self), name)

    def delete(self):
        """Delete the object at once."""
        shiboken6.delete(given(self))


class ObjectSemantics(Shared):
    """Mixed into every class of ``qt``, before the class of PySide6."""

    def __getattribute__(self, name):
        if name.startswith("__") or name == PRIVATE or name in _OWN:
            return object.__getattribute__(self, name)
        if _in_python(self, name):
            return _seen(self, name, _native_get(self, name), own=True)
        return read(self, name)

    def __setattr__(self, name, value):
        # PySide6 keeps a signal that was asked for in the object itself.
        if name == PRIVATE or name.startswith("__") or isinstance(value, QtCore.SignalInstance):
            _store(self, name, value)
        elif not shiboken6.isValid(self) and is_derived(type(self)):
            # A class derived in Python may set its own attributes before it calls its base's constructor.
            _store(self, name, value)
        elif isinstance(value, QtCore.QObject) and QtCore.QObject.objectName(value) == name:
            # PySide6's loader of .ui files does this; a child is found by its name anyway.
            return
        else:
            write(self, name, value)


class Proxy(Shared):
    """What a script sees of an object that Qt made for itself."""

    def __init__(self, native):
        object.__setattr__(self, "__native__", native)

    def __getattr__(self, name):
        return read(given(self), name)

    def __setattr__(self, name, value):
        write(given(self), name, value)

    def __eq__(self, other):
        return given(self) is given(other)

    def __hash__(self):
        return hash(given(self))

    def __repr__(self):
        return repr(given(self))


_OWN = {name for name in vars(Shared) if not name.startswith("__")}

_classes: dict[type, type] = {}
_reading: set[tuple[int, str]] = set()


def strict(native: type) -> type:
    """The class that does what a class of PySide6 does, as PythonQt has it."""
    found = _classes.get(native)
    if found is None:
        body = {"NATIVE": native, "__module__": "qt", "__doc__": native.__doc__}
        found = _classes[native] = ClassSemantics(native.__name__, (ObjectSemantics, native), body)
    return found


def adopt(value):
    """What Qt gives, as a script sees it."""
    if type(value) in (list, tuple):
        return type(value)(adopt(one) for one in value)
    if isinstance(value, QtCore.QObject) and type(value).__module__.startswith("PySide6."):
        found = value.__dict__.get("__proxy__")
        if found is None:
            found = value.__dict__["__proxy__"] = Proxy(value)
        return found
    return value


def given(value):
    """What a script gives, as PySide6 takes it."""
    if type(value) is Proxy:
        return object.__getattribute__(value, "__native__")
    if type(value) in (list, tuple):
        return type(value)(given(one) for one in value)
    return value


def is_derived(cls: type) -> bool:
    """Whether a class was derived in Python; the stand-ins of C++ classes say that they were not."""
    return not issubclass(cls, ObjectSemantics) or not ("NATIVE" in vars(cls) or vars(cls).get("CPP", False))


def class_name(item) -> str:
    return type(item).__name__


def read(item, name: str):
    """An attribute of an object of Qt."""
    if not shiboken6.isValid(item):
        raise ValueError(f"Trying to read '{name}' of a destroyed {class_name(item)} object")
    found = _property(item, name)
    # PySide6 looks here for overrides of a getter that is virtual, while that very getter gives the property.
    if found is not None and (id(item), name) not in _reading:
        _reading.add((id(item), name))
        try:
            return adopt(QtCore.QObject.property(item, found.name()))
        finally:
            _reading.discard((id(item), name))
    for one in (name, name[:-1] if name.endswith("_") else None):
        if one and _has(item, one):
            return _seen(item, one, _native_get(item, one))
    if name.encode() in QtCore.QObject.dynamicPropertyNames(item):
        return adopt(QtCore.QObject.property(item, name))
    for child in QtCore.QObject.children(item):
        if QtCore.QObject.objectName(child) == name:
            return adopt(child)
    raise AttributeError(f"{class_name(item)} has no attribute named '{name}'")


def write(item, name: str, value) -> None:
    """Set an attribute of an object of Qt."""
    if not shiboken6.isValid(item):
        raise AttributeError(f"Trying to set '{name}' of a destroyed {class_name(item)} object")
    found = _property(item, name)
    if found is not None:
        _write_property(item, name, found, value)
    elif _has(item, name) and not (is_derived(type(item)) and _in_python(item, name)):
        raise AttributeError(f"'{name}' of {class_name(item)} can not be overwritten")
    elif name.encode() in QtCore.QObject.dynamicPropertyNames(item):
        QtCore.QObject.setProperty(item, name, given(value))
    elif isinstance(item, ObjectSemantics) and is_derived(type(item)):
        _store(item, name, value)
    else:
        raise AttributeError(f"'{name}' does not exist on {class_name(item)}, and a C++ object takes no new attributes")


def _write_property(item, name: str, found, value) -> None:
    if not found.isWritable():
        raise AttributeError(f"Property '{name}' of {class_name(item)} object is not writable")
    try:
        if not found.write(item, accepted(found.typeName(), given(value))):
            raise TypeError
    except TypeError:
        raise AttributeError(
            f"Property '{name}' of type '{found.typeName()}' does not accept an object of type {type(value).__name__}"
        ) from None


def _children(item, native: type) -> list:
    return [one for one in QtCore.QObject.findChildren(given(item), QtCore.QObject) if isinstance(one, native)]


def _connections(item) -> Connections:
    found = item.__dict__.get("__connections__")
    if found is None:
        found = item.__dict__["__connections__"] = Connections(adopt)
        if not shiboken6.createdByPython(item):
            _keep(item)
    return found


_kept: dict[int, object] = {}


def _keep(item) -> None:
    """Keep what Python has of an object of Qt as long as Qt has it, and what is connected to it with it."""
    pointer = shiboken6.getCppPointer(item)[0]
    _kept[pointer] = item
    _native_get(item, "destroyed").connect(lambda: _kept.pop(pointer, None))


def _store(item, name: str, value) -> None:
    """Set an attribute as Python would; the classes of PySide6 let no other class call what they do themselves."""
    for base in type(item).__mro__:
        if name in vars(base) and hasattr(vars(base)[name], "__set__"):
            vars(base)[name].__set__(item, value)
            return
    item.__dict__[name] = value


def _in_python(item, name: str) -> bool:
    if name in item.__dict__:
        return not isinstance(item.__dict__[name], QtCore.SignalInstance)
    for base in type(item).__mro__:
        if base is ObjectSemantics or base.__module__.startswith("PySide6."):
            return False
        if name in vars(base):
            return name != "NATIVE" and not isinstance(vars(base)[name], QtCore.Property)
    return False


def _has(item, name: str) -> bool:
    try:
        _native_get(item, name)
    except AttributeError:
        return False
    return True


def _property(item, name: str):
    if name == "singleShot" and isinstance(item, QtCore.QTimer):
        return None  # PythonQt leaves this name to the static method
    meta = QtCore.QObject.metaObject(item)
    index = meta.indexOfProperty(name)
    if index < 0 and name == "name":
        index = meta.indexOfProperty("objectName")
    return meta.property(index) if index >= 0 else None


def _seen(item, name: str, value, own: bool = False):
    """An attribute as the script sees it."""
    if isinstance(value, QtCore.SignalInstance):
        return Signal(value, name, most_arguments(item, name), _connections(item))
    if isinstance(value, type):
        return unscoped(value)
    if callable(value) and not own:
        return lambda *arguments, **named: adopt(value(*map(given, arguments), **named))
    return adopt(value)


_NUMBERS = {"int": int, "uint": int, "qlonglong": int, "double": float, "float": float, "qreal": float}


def accepted(type_name: str, value):
    """The value as the property's type.

    Parameters
    ----------
    type_name : str
        C++ name of the type, such as ``QString``.

    Raises
    ------
    TypeError
        When PythonQt would not convert it.
    """
    if type_name == "QString":
        _require(isinstance(value, str))
    elif type_name == "bool":
        _require(isinstance(value, int))
        value = bool(value)
    elif type_name in _NUMBERS:
        _require(isinstance(value, (int, float)))
        value = _NUMBERS[type_name](value)
    elif type_name == "QStringList":
        _require(isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value))
        value = list(value)
    return value


def _require(condition: bool) -> None:
    if not condition:
        raise TypeError
