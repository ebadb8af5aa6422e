"""What may stand in ``Annotated[...]``: validators, a default, and hints for widgets."""

import typing
from dataclasses import dataclass


class Validator:
    """Refuses values; derive from it and override `validate`."""

    def validate(self, value) -> None:
        """Raise ValueError for a value that is refused."""
        raise NotImplementedError


@dataclass(frozen=True)
class NotNone(Validator):
    def validate(self, value):
        if value is None:
            raise ValueError("Value must not be None")


@dataclass(frozen=True)
class IsInstance(Validator):
    classtype: object

    def validate(self, value):
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"{value!r} is a {type(value).__name__}, not {self.classtype}")


@dataclass(frozen=True)
class WithinRange(Validator):
    """Both bounds belong to the range."""

    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not between {self.minimum} and {self.maximum}")


@dataclass(frozen=True)
class Minimum(Validator):
    minimum: float

    def validate(self, value):
        if value < self.minimum:
            raise ValueError(f"{value} is less than {self.minimum}")


@dataclass(frozen=True)
class Maximum(Validator):
    maximum: float

    def validate(self, value):
        if value > self.maximum:
            raise ValueError(f"{value} is more than {self.maximum}")


@dataclass(frozen=True)
class Choice(Validator):
    choices: typing.Sequence

    def validate(self, value):
        if value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


@dataclass(frozen=True)
class Exclude(Validator):
    excludedValues: typing.Sequence

    def validate(self, value):
        if value in self.excludedValues:
            raise ValueError(f"{value!r} is one of {self.excludedValues}, which are excluded")


@dataclass(frozen=True)
class RangeBounds(Validator):
    """The bounds that a `FloatRange` must keep."""

    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value.minimum <= value.maximum <= self.maximum:
            raise ValueError(f"{value} is not within {self.minimum} and {self.maximum}")


class Default:
    """The value that a member has at first; ``generator`` is called for it each time."""

    def __init__(self, value=None, *, generator=None):
        self._value, self._generator = value, generator

    @property
    def value(self):
        return self._generator() if self._generator else self._value


@dataclass(frozen=True)
class Decimals:
    """How many decimals a spin box shows."""

    value: int


@dataclass(frozen=True)
class SingleStep:
    """What one step of a spin box or slider is."""

    value: float


def split(hint) -> tuple[object, tuple]:
    """A type hint without its annotations, and these."""
    if typing.get_origin(hint) is typing.Annotated:
        kind, *annotations = typing.get_args(hint)
        return kind, tuple(annotations)
    return hint, ()


def first(annotations, kind: type):
    """The first annotation of a kind, None where there is none."""
    return next((one for one in annotations if isinstance(one, kind)), None)
