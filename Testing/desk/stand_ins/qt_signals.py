"""Signals as PythonQt has them: connected by signature, called with as many arguments as the callable takes."""

import inspect

from PySide6 import QtCore


class SignalError(ValueError):
    """A signal that the object does not have. PythonQt only warns and connects nothing; the stand-in refuses."""


def arguments_of(signature: str) -> int:
    """How many arguments a signature such as ``clicked(bool)`` has."""
    inside = signature[signature.index("(") + 1 : signature.rindex(")")].strip()
    return 0 if not inside else inside.count(",") + 1


def name_of_signal(sender, signature: str) -> str:
    """Name of the signal with this signature.

    Raises
    ------
    SignalError
        When the sender has none; near misses are named.
    """
    meta = QtCore.QObject.metaObject(sender)
    if "(" in signature and signature.endswith(")"):
        normal = bytes(QtCore.QMetaObject.normalizedSignature(signature)).decode()
        declared = declared_signals(type(sender))
        if normal in declared:
            return normal[: normal.index("(")]
        index = meta.indexOfSignal(normal)
        if index >= 0 and "PyObject" not in normal:
            return bytes(meta.method(index).name()).decode()
    name = signature.split("(")[0].strip()
    raise SignalError(f"{meta.className()} has no signal '{signature}'; it has {_alike(sender, name) or 'none alike'}")


def most_arguments(sender, name: str) -> int:
    """How many arguments the longest overload of a signal has."""
    meta = QtCore.QObject.metaObject(sender)
    methods = [meta.method(number) for number in range(meta.methodCount())]
    return max((method.parameterCount() for method in methods if bytes(method.name()).decode() == name), default=0)


def declared_signals(cls: type) -> set[str]:
    """The C++ signatures that stand-ins of C++ classes declare for signals that PySide6 knows as Python objects."""
    return {one for base in cls.__mro__ for one in vars(base).get("CPP_SIGNALS", ())}


def _alike(sender, name: str) -> str:
    meta = QtCore.QObject.metaObject(sender)
    known = {bytes(meta.method(n).methodSignature()).decode() for n in range(meta.methodCount())}
    known = {one for one in known if "PyObject" not in one} | declared_signals(type(sender))
    return ", ".join(sorted(one for one in known if one.startswith(name + "(")))


def call(target, arguments: tuple):
    """Call with as many of the arguments as the callable takes, which is what PythonQt does."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return target(*arguments)
    if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        positional = [
            parameter
            for parameter in parameters
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        arguments = arguments[: len(positional)]
    return target(*arguments)


# PySide6 chooses among the overloads of a signal by how many arguments the callable takes.
_RELAYS = (
    lambda pass_on: lambda: pass_on(),
    lambda pass_on: lambda a: pass_on(a),
    lambda pass_on: lambda a, b: pass_on(a, b),
    lambda pass_on: lambda a, b, c: pass_on(a, b, c),
    lambda pass_on: lambda a, b, c, d: pass_on(a, b, c, d),
)


class Connections:
    """What is connected to one object, so that it can be taken off again.

    Parameters
    ----------
    adopt : callable(object) -> object
        Makes what a signal carries behave as PythonQt's objects do.
    """

    def __init__(self, adopt):
        self._adopt = adopt
        self._made: list[tuple[str, object, object]] = []

    def add(self, signal, name: str, count: int, target) -> bool:
        """Connect a PySide6 signal; ``count`` is how many arguments the signature names."""
        if not callable(target):
            raise TypeError(f"{name} is connected to {target!r}, which cannot be called")

        def pass_on(*arguments):
            call(target, tuple(self._adopt(argument) for argument in arguments))

        relay = _RELAYS[count](pass_on)
        signal.connect(relay)
        self._made.append((name, target, relay))
        return True

    def remove(self, signal, name: str, target=None) -> bool:
        """Disconnect one callable, or all where None; whether there was one."""
        gone = [one for one in self._made if one[0] == name and (target is None or one[1] == target)]
        for one in gone:
            signal.disconnect(one[2])
            self._made.remove(one)
        return bool(gone)


class Signal:
    """A signal of one object, as its attribute gives it: ``button.clicked``."""

    def __init__(self, native, name: str, count: int, connections: Connections):
        self._native, self._name, self._count, self._connections = native, name, count, connections

    def connect(self, target) -> bool:
        return self._connections.add(self._native, self._name, self._count, target)

    def disconnect(self, target=None) -> bool:
        return self._connections.remove(self._native, self._name, target)

    def emit(self, *arguments) -> None:
        self._native.emit(*arguments)

    __call__ = emit

    def __repr__(self):
        return f"<qt signal {self._name}>"
