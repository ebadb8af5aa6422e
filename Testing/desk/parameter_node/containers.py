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
        return ObservedList(self, node, name)

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
        return ObservedDict(self, node, name)

    def remove(self, node, name):
        self._pairs.remove(node, name)


class _Observed:
    def __init__(self, codec, node, name):
        self._codec, self._node, self._name = codec, node, name

    def _read(self):
        return self._codec.plain(self._node, self._name)

    def _save(self, value):
        self._codec.check(value)
        with slicer.util.NodeModify(self._node):
            self._codec.write(self._node, self._name, value)

    def __len__(self):
        return len(self._read())

    def __getitem__(self, key):
        return self._read()[key]

    def __setitem__(self, key, value):
        changed = self._read()
        changed[key] = value
        self._save(changed)

    def __delitem__(self, key):
        changed = self._read()
        del changed[key]
        self._save(changed)

    def __eq__(self, other):
        return self._read() == (other._read() if isinstance(other, _Observed) else other)

    __hash__ = None

    def __repr__(self):
        return f"{type(self).__name__}({self._read()})"


class ObservedList(_Observed, collections.abc.MutableSequence):
    """A list in a parameter node."""

    def insert(self, index, value):
        changed = self._read()
        changed.insert(index, value)
        self._save(changed)

    def clear(self):
        self._save([])

    def extend(self, values):
        self._save(self._read() + list(values))

    def sort(self, **options):
        self._save(sorted(self._read(), **options))


class ObservedDict(_Observed, collections.abc.MutableMapping):
    """A dict in a parameter node."""

    def __iter__(self):
        return iter(self._read())

    def clear(self):
        self._save({})


def _container(kind):
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list and arguments:
        return ListCodec(Member("", arguments[0]))
    if origin is dict and arguments:
        return DictCodec(*(Member("", one) for one in arguments))
    return None


OTHERS.append(_container)
