"""The scales that discs are graded on, read from ``Resources/Scales``."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from discgrader.checked import Count, checked, read_json
from discgrader.errors import UsageError
from discgrader.resources import resource_files


@dataclass(frozen=True)
class GradeDefinition:
    """One grade of a scale.

    Parameters
    ----------
    value : str
        As written in files, for instance ``"4"``.
    label : str
        As people write it, for instance ``IV``.
    meaning : str
        What is seen on the picture.
    color : str
        ``#rrggbb``, bright enough for a line on a dark picture and for dark text on it; the grades of one scale can be
        distinguishable with every kind of color vision.
    short_label : str
        The label where there is little room; the label itself where it is empty.
    """

    value: str
    label: str
    meaning: str
    color: str
    short_label: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not a color."""
        if not re.fullmatch("#[0-9a-fA-F]{6}", self.color):
            raise ValueError(f"has the color {self.color!r}, which is not in the form #rrggbb")

    @property
    def rgb(self) -> tuple[float, float, float]:
        """Red, green and blue, 0 to 1."""
        red, green, blue = (int(self.color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return red, green, blue


@dataclass(frozen=True)
class Scale:
    """A scale with its grades, the mildest first.

    Parameters
    ----------
    name, title : str
        The file's stem, and what people call it.
    ordinal : bool
        Whether a later grade means more; False for kinds that have no order.
    planes, contrasts : tuple of str
        What it is read on.
    grades : tuple of GradeDefinition
    sources : tuple of str
        The literature that defines it.
    note : str
        What else a reader should know.
    """

    name: str
    title: str
    ordinal: bool
    planes: tuple[str, ...]
    contrasts: tuple[str, ...]
    grades: Annotated[tuple[GradeDefinition, ...], Count(2, 64)]
    sources: tuple[str, ...]
    note: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The grades as written in files."""
        return tuple(grade.value for grade in self.grades)

    @property
    def labels(self) -> tuple[str, ...]:
        """The grades as people write them."""
        return tuple(grade.label for grade in self.grades)

    def grade(self, value: str) -> GradeDefinition:
        """The grade with this value.

        Raises
        ------
        UsageError
            When the scale has no such grade.
        """
        for grade in self.grades:
            if grade.value == value:
                return grade
        raise UsageError(f"The scale {self.name} has no grade {value}; choose one of {', '.join(self.values)}.")

    def label_of(self, value: str) -> str:
        """How people write the grade with this value."""
        return self.grade(value).label


def scale_names() -> tuple[str, ...]:
    """The names of all scales there are."""
    return tuple(sorted(resource_files("Scales")))


@cache
def load_scale(name: str) -> Scale:
    """The scale of this name.

    Raises
    ------
    UsageError
        When there is none.
    """
    if name not in scale_names():
        raise UsageError(f"There is no scale {name}; choose one of {', '.join(scale_names())}.")
    return read_scale(resource_files("Scales")[name])


def read_scale(path: Path) -> Scale:
    """The scale in a file.

    Raises
    ------
    UsageError
        When it describes none.
    """
    return checked(read_json(path, UsageError), Scale, str(path), UsageError)
