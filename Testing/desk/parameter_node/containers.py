"""Lists and dicts that write themselves back into the parameter node when they change."""

import collections.abc
import typing

import slicer

from desk.parameter_node.codecs import OTHERS, Codec, Member, TupleCodec


class ListCodec(Codec):
    """As many values as there are: their number, then one after the other."""

    def __init__(self, member: Member):
        self._member = member

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
        return ObservedList(self, node, name, self.plain(node, name))

    def remove(self, node, name):
        for number in range(self._length(node, name)):
            self._member.codec.remove(node, f"{name}_{number}")
        node.UnsetParameter(f"{name}_len")


class DictCodec(Codec):
    """A list of keys and values, in their order."""

    def __init__(self, key: Member, value: Member):
        pair = Member.__new__(Member)
        pair.codec, pair.check = TupleCodec([key, value]), TupleCodec([key, value]).check
        self._pairs = ListCodec(pair)

    def default(self):
        return {}

    def check(self, value):
        self._pairs.check(list(value.items()))

    def has(self, node, name):
        return self._pairs.has(node, name)

    def write(self, node, name, value):
        self._pairs.write(node, name, list(value.items()))

    def plain(self, node, name) -> dict:
        return dict(self._pairs.plain(node, name))

    def read(self, node, name):
        return ObservedDict(self, node, name, self.plain(node, name))

    def remove(self, node, name):
        self._pairs.remove(node, name)


class _Observed:
    """Values as they were when they were read, which write themselves back when they are changed.

    What others write meanwhile is not seen here: the wrapper makes a new one when the node says that it was modified.
    """

    def __init__(self, codec, node, name, values):
        self._codec, self._node, self._name, self._values = codec, node, name, values

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

    def __eq__(self, other):
        return self._values == (other._values if isinstance(other, _Observed) else other)

    __hash__ = None

    def __repr__(self):
        return f"{type(self).__name__}({self._values})"


class ObservedList(_Observed, collections.abc.MutableSequence):
    """A list in a parameter node. As in Slicer it can be added to in place, but not added."""

    def insert(self, index, value):
        self._values.insert(index, value)
        self._save()

    def clear(self):
        self._values.clear()
        self._save()

    def extend(self, values):
        self._values.extend(values)
        self._save()

    def sort(self, **options):
        self._values.sort(**options)
        self._save()

    def __add__(self, other):
        raise NotImplementedError("Adding an ObservedList is not supported. However, += is supported.")

    __radd__ = __mul__ = __rmul__ = __add__


class ObservedDict(_Observed, collections.abc.MutableMapping):
    """A dict in a parameter node."""

    def __iter__(self):
        return iter(self._values)

    def clear(self):
        self._values.clear()
        self._save()


def _container(kind):
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list and arguments:
        return ListCodec(Member("", arguments[0]))
    if origin is dict and arguments:
        return DictCodec(*(Member("", one) for one in arguments))
    return None


OTHERS.append(_container)
