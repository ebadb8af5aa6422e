"""What may stand in a parameter node, under which names, and packs of it: ``slicer.parameterNodeWrapper``'s types.

Numbers, texts, truth values, nodes, lists of these, and packs with ``WithinRange``: what DiscGrader.py uses. What else
Slicer stores (enums, paths, tuples, dicts, unions) is refused here.
"""

import collections.abc
import typing
from dataclasses import dataclass

import slicer

_RESERVED = ("allParameters", "getValue", "setValue", "dataType")


@dataclass(frozen=True)
class WithinRange:
    """Refuses numbers outside; both bounds belong to the range."""

    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within range {self.minimum} to {self.maximum}")


def split(hint) -> tuple[object, tuple]:
    """A type hint without its annotations, and these."""
    if typing.get_origin(hint) is typing.Annotated:
        kind, *annotations = typing.get_args(hint)
        return kind, tuple(annotations)
    return hint, ()


def within(hint) -> WithinRange | None:
    """The range that a hint is annotated with."""
    return next((one for one in split(hint)[1] if isinstance(one, WithinRange)), None)


class ScalarCodec:
    """A number, a text or a truth value: one parameter."""

    def __init__(self, kind):
        self._kind, self._accepted = kind, (int, float) if kind is float else kind

    def default(self):
        return self._kind()

    def check(self, value):
        if value is None:
            raise ValueError("Value must not be None")
        if not isinstance(value, self._accepted):
            raise TypeError(f"{value!r} is a {type(value).__name__}, not a {self._kind.__name__}")

    def has(self, node, name):
        return bool(node.HasParameter(name))

    def write(self, node, name, value):
        node.SetParameter(name, str(bool(value) if self._kind is bool else value))

    def read(self, node, name):
        """What the node holds. As in Slicer nothing is put in the place of what it does not hold."""
        text = node.GetParameter(name)
        return text == "True" if self._kind is bool else self._kind(text)

    def remove(self, node, name):
        node.UnsetParameter(name)


class NodeCodec(ScalarCodec):
    """A node of the scene: a reference, and an empty parameter that tells None from never set."""

    def default(self):
        return None

    def check(self, value):
        if value is not None:
            super().check(value)

    def write(self, node, name, value):
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class ListCodec:
    """As many values as there are: their number, then one after the other."""

    def __init__(self, hint):
        self._member = Member("", hint)

    def default(self):
        return []

    def check(self, value):
        for one in value:
            self._member.check(one)

    def has(self, node, name):
        return bool(node.HasParameter(f"{name}_len"))

    def _length(self, node, name) -> int:
        return int(node.GetParameter(f"{name}_len")) if self.has(node, name) else 0

    def write(self, node, name, value):
        value = list(value)
        for number in range(len(value), self._length(node, name)):
            self._member.codec.remove(node, f"{name}_{number}")
        for number, one in enumerate(value):
            self._member.codec.write(node, f"{name}_{number}", one)
        node.SetParameter(f"{name}_len", str(len(value)))

    def plain(self, node, name) -> list:
        return [self._member.codec.read(node, f"{name}_{number}") for number in range(self._length(node, name))]

    def read(self, node, name):
        return ObservedList(self, node, name)


class ObservedList(collections.abc.MutableSequence):
    """A list as it was when it was read, which writes itself back when it is changed.

    What others write meanwhile is not seen here: the wrapper makes a new one when the node says that it was modified.
    As in Slicer it can be added to in place, but not added.
    """

    def __init__(self, codec, node, name):
        self._codec, self._node, self._name = codec, node, name
        self._values = codec.plain(node, name)

    def _save(self):
        try:
            self._codec.check(self._values)
            with slicer.util.NodeModify(self._node):
                self._codec.write(self._node, self._name, self._values)
        finally:
            self._values = self._codec.plain(self._node, self._name)

    def __len__(self):
        return len(self._values)

    def __getitem__(self, key):
        return self._values[key]

    def __setitem__(self, key, value):
        self._values[key] = value
        self._save()

    def __delitem__(self, key):
        del self._values[key]
        self._save()

    def insert(self, index, value):
        self._values.insert(index, value)
        self._save()

    def __eq__(self, other):
        return self._values == list(other)

    __hash__ = None

    def __repr__(self):
        return f"ObservedList({self._values})"

    def __add__(self, other):
        raise NotImplementedError("Adding an ObservedList is not supported. However, += is supported.")

    __radd__ = __mul__ = __rmul__ = __add__


class PackCodec:
    """Each member under the pack's name, a dot and its own."""

    def __init__(self, kind):
        self._kind, self._members = kind, kind.allParameters

    def default(self):
        return self._kind()

    def check(self, value):
        if not isinstance(value, self._kind):
            raise TypeError(f"{value!r} is no {self._kind.__name__}")

    def has(self, node, name):
        # As in Slicer: a pack is there when its first member is, whatever members it has besides.
        first = next(iter(self._members.values()))
        return first.codec.has(node, f"{name}.{first.name}")

    def write(self, node, name, value):
        with slicer.util.NodeModify(node):
            for member in self._members.values():
                member.codec.write(node, f"{name}.{member.name}", getattr(value, member.name))

    def values(self, node, name) -> dict:
        """The members by name."""
        return {member.name: member.codec.read(node, f"{name}.{member.name}") for member in self._members.values()}

    def read(self, node, name):
        pack = self._kind()
        vars(pack).update(packValues=self.values(node, name), packStore=(self, node, name))
        return pack


def _codec_for(kind):
    """The codec of a type.

    Raises
    ------
    TypeError
        When nothing here stores it.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (bool, int, float, str):
        return ScalarCodec(kind)
    if isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode):
        return NodeCodec(kind)
    if isinstance(kind, type) and isParameterPack(kind):
        return PackCodec(kind)
    if origin is list and arguments:
        return ListCodec(arguments[0])
    raise TypeError(f"Unable to create serializer for {kind}")


class Member:
    """One member of a wrapper or pack: its name, type, range and default.

    Parameters
    ----------
    name : str
    hint : type, may be annotated
    given : object
        The default that the class gives by ``=``; ``...`` where it gives none.
    """

    def __init__(self, name: str, hint, given=...):
        self.name, self.hint, self.kind = name, hint, split(hint)[0]
        self.codec, self._range, self._given = _codec_for(self.kind), within(hint), given

    def default(self):
        return self.codec.default() if self._given is ... else self._given

    def check(self, value) -> None:
        self.codec.check(value)
        if self._range is not None:
            self._range.validate(value)

    def write(self, node, name: str, value) -> None:
        self.check(value)
        with slicer.util.NodeModify(node):
            self.codec.write(node, name, value)


def members_of(cls) -> dict[str, Member]:
    """The annotated members of a class, by name."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return {name: Member(name, hint, getattr(cls, name, ...)) for name, hint in hints.items()}


def isParameterPack(kind) -> bool:
    """Whether a class is a pack."""
    return getattr(kind, "isPack", False)


def parameterPack(cls):
    """Make a class whose annotated members are checked and can be stored in a parameter node."""
    for name in _RESERVED:
        if hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterPack")
    members = members_of(cls)
    if not members:
        raise ValueError(f"The pack {cls.__name__} has no members")
    for one in members.values():
        try:
            one.check(one.default())
        except (TypeError, ValueError) as error:
            raise ValueError(f"The default of {cls.__name__}.{one.name} is refused: {error}") from None
    cls.allParameters, cls.isPack = members, True
    for name in members:
        setattr(cls, name, _pack_member(name))

    def initialize(self):
        self.packValues = {name: member.default() for name, member in members.items()}

    def equal(self, other):
        return type(self) is type(other) and self.packValues == other.packValues

    def text(self):
        return f"{cls.__name__}({', '.join(f'{name}={value!r}' for name, value in self.packValues.items())})"

    cls.__init__, cls.__eq__, cls.__hash__, cls.__repr__ = initialize, equal, None, text
    cls.getValue, cls.setValue = _get, _set
    cls.dataType = classmethod(lambda _, name: members[name].hint)
    return cls


def _pack_member(name: str) -> property:
    def write(self, value):
        self.allParameters[name].check(value)
        self.packValues[name] = value
        if hasattr(self, "packStore"):
            _save(self)

    return property(lambda self: self.packValues[name], write)


def _save(pack) -> None:
    """Write all members of a pack that came from a node, each as it is known here, and read them back."""
    codec, node, name = pack.packStore
    with slicer.util.NodeModify(node):
        try:
            codec.write(node, name, pack)
        finally:
            pack.packValues = codec.values(node, name)


def _checked(pack, name: str) -> str:
    if name not in pack.allParameters:
        raise ValueError(f"{type(pack).__name__} has no member '{name}'")
    return name


def _get(self, name):
    return getattr(self, _checked(self, name))


def _set(self, name, value):
    setattr(self, _checked(self, name), value)
