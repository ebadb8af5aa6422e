"""Grades and boxes in JSON, as ``grades.json`` has them too, but with every digit."""

import math
from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.localize.box import RoiBox

_TEXTS = ("system", "task", "grade", "label", "pack", "pack_version", "pack_sha256", "trained_on")


def plain_grade(grade: Grade) -> Grade:
    """The same grade in types that JSON knows, so that it compares equal to itself when read back."""
    return grade_from_json(grade_to_json(grade))


def grade_to_json(grade: Grade) -> dict[str, object]:
    """A grade as its fields."""
    described = {one.name: getattr(grade, one.name) for one in fields(Grade)}
    probabilities = {value: float(p) for value, p in grade.probabilities.items()}
    return {
        **described,
        "probabilities": probabilities,
        "evidence": _plain(grade.evidence),
        "warnings": list(grade.warnings),
    }


def grade_from_json(described: object) -> Grade:
    """The grade with these fields.

    Raises
    ------
    UsageError
        When one is missing or of the wrong kind, or the grade is none of its scale.
    """
    given = mapping(described, "a grade")
    texts = {name: text(given, name) for name in _TEXTS}
    scale_of(texts["system"], texts["task"]).grade(texts["grade"])
    probabilities = {value: number(p) for value, p in mapping(given.get("probabilities"), "probabilities").items()}
    if texts["grade"] not in probabilities:
        raise UsageError(f"the grade {texts['grade']} of {texts['system']} {texts['task']} has no probability")
    warnings = tuple(str(one) for one in items(given.get("warnings", []), "warnings"))
    evidence = dict(mapping(given.get("evidence"), "evidence"))
    synthetic = bool(given.get("synthetic", False))
    return Grade(**texts, probabilities=probabilities, evidence=evidence, synthetic=synthetic, warnings=warnings)


def not_graded_from_json(fields: Mapping) -> dict[str, str]:
    """Why systems did not grade a disc, by system; files of older versions do not say.

    Raises
    ------
    UsageError
        When it is no such thing.
    """
    given = mapping(fields.get("not_graded", {}), "what was not graded")
    return {str(system): text(given, system) for system in given}


def box_to_json(box: RoiBox) -> dict[str, object]:
    """A box in RAS mm: ``center_ras_mm``, ``axes_ras`` (across, along, up), ``size_mm``."""
    return box.to_json()


def box_from_json(described: object) -> RoiBox:
    """The opposite of `box_to_json`.

    Raises
    ------
    UsageError
        When it is no box.
    """
    return RoiBox.from_json(described)


def mapping(value: object, what: str) -> Mapping:
    """The value, refused where it is no JSON object."""
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} is missing or no object")
    return value


def items(value: object, what: str) -> list:
    """The value, refused where it is no list."""
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"{what} is missing or no list")
    return list(value)


def text(given: Mapping, name: str) -> str:
    """A field, refused where it is no text."""
    if not isinstance(given.get(name), str):
        raise UsageError(f"{name} is missing or no text")
    return given[name]


def number(value: object) -> float:
    """The value, refused where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
        raise UsageError(f"{value!r} is no number")
    return float(value)


def three(value: object, what: str) -> tuple[float, float, float]:
    """The value, refused where it is no list of three numbers."""
    values = tuple(number(one) for one in items(value, what))
    if len(values) != 3:
        raise UsageError(f"{what} has not three numbers")
    return values


def _flipped(values: tuple[float, float, float]) -> tuple[float, float, float]:
    # Adding zero turns -0.0 into 0.0.
    x, y, z = values
    return (-x + 0.0, -y + 0.0, z)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
