"""Packs: members that belong together, in one member of a wrapper or of another pack."""

import typing

import slicer

from desk.parameter_node.annotations import split
from desk.parameter_node.codecs import OTHERS, Codec, Member

_RESERVED = ("allParameters", "getValue", "setValue", "dataType")


def isParameterPack(kind) -> bool:
    """Whether a class, or what it is annotated with, is a pack."""
    return "_packMembers" in dir(split(kind)[0])


def parameterPack(cls=None):
    """Make a class whose annotated members are checked and can be stored in a parameter node."""
    return _make if cls is None else _make(cls)


def _make(cls):
    hints = typing.get_type_hints(cls, include_extras=True)
    if not hints:
        raise ValueError(f"The pack {cls.__name__} has no members")
    for name in _RESERVED:
        if hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterPack")
    members = {name: Member(name, hint, getattr(cls, name, ...)) for name, hint in hints.items()}
    for one in members.values():
        try:
            one.check(one.default())
        except (TypeError, ValueError) as error:
            raise ValueError(f"The default of {cls.__name__}.{one.name} is refused: {error}") from None
    own = vars(cls).get("__init__")
    cls._packMembers = cls.allParameters = members
    for name in members:
        setattr(cls, name, _member(name))

    def initialize(self, *arguments, **named):
        _fill(self, {})
        if own is not None:
            own(self, *arguments, **named)
            return
        if len(arguments) > len(members):
            raise TypeError(f"{cls.__name__} has {len(members)} members, {len(arguments)} were given")
        values = dict(zip(members, arguments, strict=False))
        for name in named:
            if name not in members or name in values:
                raise TypeError(f"{cls.__name__}() got an unexpected or repeated argument '{name}'")
        _fill(self, values | named)

    cls.__init__ = initialize
    for name, method in (("__eq__", _equal), ("__repr__", _text), ("__str__", _text)):
        if name not in vars(cls):
            setattr(cls, name, method)
    cls.__hash__ = None
    cls.getValue, cls.setValue, cls.dataType = _get, _set, classmethod(_type)
    return cls


def _fill(pack, values: dict) -> None:
    store = pack.__dict__.setdefault("packValues", {})
    for name, member in pack._packMembers.items():
        if name in values or name not in store:
            value = values[name] if name in values else member.default()
            member.check(value)
            store[name] = value


def _member(name: str) -> property:
    def write(self, value):
        self._packMembers[name].check(value)
        self.packValues[name] = value
        if "packStore" in self.__dict__:
            _save(self)

    return property(lambda self: self.packValues[name], write)


def _save(pack) -> None:
    """Write all members of a pack that came from a node, each as it is known here, and read them back."""
    codec, node, name = pack.packStore
    with slicer.util.NodeModify(node):
        try:
            codec.write(node, name, pack)
        finally:
            pack.__dict__["packValues"] = codec.values(node, name)


def _equal(self, other):
    return isPackOf(other, self) and self.packValues == other.packValues


def isPackOf(value, other) -> bool:
    """Whether two packs are of one class."""
    return type(value) is type(other)


def _text(self):
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.packValues.items())})"


def _top(cls, name: str):
    top, _, rest = name.partition(".")
    if top not in cls._packMembers:
        raise ValueError(f"{cls.__name__} has no member '{top}'")
    return top, rest


def _get(self, name):
    """A member by its name; dots lead into packs."""
    top, rest = _top(type(self), name)
    value = getattr(self, top)
    return value.getValue(rest) if rest else value


def _set(self, name, value):
    top, rest = _top(type(self), name)
    if rest:
        getattr(self, top).setValue(rest, value)
    else:
        setattr(self, top, value)


def _type(cls, name):
    top, rest = _top(cls, name)
    member = cls._packMembers[top]
    return member.kind.dataType(rest) if rest else member.hint


class PackCodec(Codec):
    """Each member under the pack's name, a dot and its own."""

    def __init__(self, kind):
        self._kind = kind

    def default(self):
        return self._kind()

    def check(self, value):
        if not isinstance(value, self._kind):
            raise TypeError(f"{value!r} is no {self._kind.__name__}")
        for name, member in self._kind._packMembers.items():
            member.check(value.packValues[name])

    def has(self, node, name):
        # As in Slicer: a pack is there when its first member is, whatever members it has besides.
        first = next(iter(self._kind._packMembers.values()))
        return first.codec.has(node, f"{name}.{first.name}")

    def write(self, node, name, value):
        with slicer.util.NodeModify(node):
            for member in self._kind._packMembers.values():
                member.codec.write(node, f"{name}.{member.name}", value.packValues[member.name])

    def values(self, node, name) -> dict:
        """The members by name."""
        return {one.name: one.codec.read(node, f"{name}.{one.name}") for one in self._kind._packMembers.values()}

    def read(self, node, name):
        pack = self._kind.__new__(self._kind)
        pack.__dict__["packValues"] = self.values(node, name)
        pack.__dict__["packStore"] = (self, node, name)
        return pack

    def remove(self, node, name):
        for member in self._kind._packMembers.values():
            member.codec.remove(node, f"{name}.{member.name}")


@parameterPack
class FloatRange:
    """A range between two numbers, of which the first is not the greater."""

    _minimum: float
    _maximum: float

    def __init__(self, minimum=0.0, maximum=0.0):
        self.setRange(minimum, maximum)

    @property
    def minimum(self):
        return self._minimum

    @minimum.setter
    def minimum(self, value):
        self.setRange(value, self._maximum)

    @property
    def maximum(self):
        return self._maximum

    @maximum.setter
    def maximum(self, value):
        self.setRange(self._minimum, value)

    def setRange(self, minimum, maximum):
        if minimum > maximum:
            raise ValueError(f"A range from {minimum} to {maximum} runs backwards")
        self._minimum, self._maximum = minimum, maximum

    def __repr__(self):
        return f"FloatRange({self._minimum}, {self._maximum})"

    __str__ = __repr__


OTHERS.append(lambda kind: PackCodec(kind) if isinstance(kind, type) and isParameterPack(kind) else None)
