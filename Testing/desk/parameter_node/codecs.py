"""How values of each type are kept in a parameter node."""

import enum
import pathlib
import typing

import slicer

from desk.parameter_node.annotations import Default, IsInstance, NotNone, Validator, split


class Codec:
    """Reads and writes one type of value under a name."""

    def default(self):
        raise NotImplementedError

    def check(self, value) -> None:
        """Raise for a value that is not of the type."""

    def has(self, node, name: str) -> bool:
        return bool(node.HasParameter(name))

    def write(self, node, name: str, value) -> None:
        raise NotImplementedError

    def read(self, node, name: str):
        """What the node holds. As in Slicer nothing is put in the place of what it does not hold."""
        raise NotImplementedError

    def remove(self, node, name: str) -> None:
        node.UnsetParameter(name)


class ScalarCodec(Codec):
    """A number, a text, a truth value, a path or an enum: one parameter."""

    def __init__(self, kind, accepted, default, to_text, from_text):
        self._checks = (NotNone(), IsInstance(accepted))
        self._default, self._to_text, self._from_text = default, to_text, from_text

    def default(self):
        return self._default

    def check(self, value):
        for one in self._checks:
            one.validate(value)

    def write(self, node, name, value):
        node.SetParameter(name, self._to_text(value))

    def read(self, node, name):
        return self._from_text(node.GetParameter(name))


class NodeCodec(Codec):
    """A node of the scene: a reference, and an empty parameter that tells None from never set."""

    def __init__(self, kind):
        self.kind = kind

    def default(self):
        return None

    def check(self, value):
        IsInstance(self.kind).validate(value)

    def write(self, node, name, value):
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class TupleCodec(Codec):
    """A fixed number of values: one after the other."""

    def __init__(self, members: list["Member"]):
        self._members = members

    def default(self):
        return tuple(one.default() for one in self._members)

    def check(self, value):
        if not isinstance(value, tuple | list) or len(value) != len(self._members):
            raise ValueError(f"{value!r} is no tuple of {len(self._members)}")
        for one, part in zip(self._members, value, strict=True):
            one.check(part)

    def has(self, node, name):
        return self._members[0].codec.has(node, f"{name}_0")

    def write(self, node, name, value):
        for number, (one, part) in enumerate(zip(self._members, value, strict=True)):
            one.codec.write(node, f"{name}_{number}", part)

    def read(self, node, name):
        return tuple(one.codec.read(node, f"{name}_{number}") for number, one in enumerate(self._members))

    def remove(self, node, name):
        for number, one in enumerate(self._members):
            one.codec.remove(node, f"{name}_{number}")


class UnionCodec(Codec):
    """One of some types; None is one of them where the union is optional."""

    def __init__(self, members: list["Member"], optional: bool):
        self._members, self._optional = members, optional

    def default(self):
        return None if self._optional and len(self._members) == 1 else self._members[0].default()

    def check(self, value):
        if value is not None or not self._optional:
            self._fitting(value)

    def _fitting(self, value) -> int:
        for number, one in enumerate(self._members):
            try:
                one.check(value)
            except (TypeError, ValueError):
                continue
            return number
        raise TypeError(f"{value!r} is of no type of the union")

    def has(self, node, name):
        count = len(self._members)
        return any(one.codec.has(node, f"{name}_{number}") for number, one in enumerate(self._members)) or bool(
            node.HasParameter(f"{name}_{count}")
        )

    def write(self, node, name, value):
        self.remove(node, name)
        if value is None and self._optional:
            node.SetParameter(f"{name}_{len(self._members)}", "True")
        else:
            number = self._fitting(value)
            self._members[number].codec.write(node, f"{name}_{number}", value)

    def read(self, node, name):
        for number, one in enumerate(self._members):
            if one.codec.has(node, f"{name}_{number}"):
                return one.codec.read(node, f"{name}_{number}")
        if node.HasParameter(f"{name}_{len(self._members)}"):
            return None
        raise KeyError(f"Unable to find value for name: {name}")

    def remove(self, node, name):
        for number, one in enumerate(self._members):
            if one.codec.has(node, f"{name}_{number}"):
                one.codec.remove(node, f"{name}_{number}")
        node.UnsetParameter(f"{name}_{len(self._members)}")


class Member:
    """One member of a wrapper or pack: its name, type, validators and default.

    Parameters
    ----------
    name : str
    hint : type, may be annotated
    given : object
        The default that the class gives by ``=``; ``...`` where it gives none.
    """

    def __init__(self, name: str, hint, given=...):
        self.name, self.hint = name, hint
        self.kind, annotations = split(hint)
        self.codec = codec_for(self.kind)
        self._validators = [one for one in annotations if isinstance(one, Validator)]
        default = next((one for one in annotations if isinstance(one, Default)), None)
        self._default = Default(given) if given is not ... else default

    def default(self):
        return self.codec.default() if self._default is None else self._default.value

    def check(self, value) -> None:
        self.codec.check(value)
        for one in self._validators:
            one.validate(value)

    def write(self, node, name: str, value) -> None:
        self.check(value)
        with slicer.util.NodeModify(node):
            self.codec.write(node, name, value)


_PATHS = (
    pathlib.Path, pathlib.PosixPath, pathlib.WindowsPath,
    pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath,
)  # fmt: skip

OTHERS: list = []
"""Callables that give the codec of a type that is none of the built-in ones, or None."""


def codec_for(kind) -> Codec:
    """The codec of a type.

    Raises
    ------
    TypeError
        When Slicer could not store it either, as a bare ``list`` or ``X | None`` in place of ``Optional[X]``.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is bool:
        return ScalarCodec(kind, bool, False, lambda value: "True" if value else "False", lambda text: text == "True")
    if kind in (int, float):
        return ScalarCodec(kind, (int, float) if kind is float else int, kind(0), str, kind)
    if kind is str:
        return ScalarCodec(kind, str, "", str, str)
    if kind in _PATHS:
        return ScalarCodec(kind, kind, kind(), str, kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return ScalarCodec(kind, kind, next(iter(kind)), lambda value: value.name, lambda text: kind[text])
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeCodec(kind)
    if origin is tuple and arguments:
        return TupleCodec([Member(str(number), one) for number, one in enumerate(arguments)])
    if origin is typing.Union:
        members = [Member(str(n), one) for n, one in enumerate(arguments) if one is not type(None)]
        return UnionCodec(members, type(None) in arguments)
    for other in OTHERS:
        found = other(kind)
        if found is not None:
            return found
    raise TypeError(f"Nothing can store a {kind} in a parameter node")
