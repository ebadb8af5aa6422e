"""Parts of a Dixon series that neither name nor header tells apart, recognized by their values.

Water and fat are separated from an in-phase and an opposed-phase picture: in phase is their sum, opposed phase the
magnitude of their difference (Dixon, Radiology 153, 1984). Networks were trained on pictures with both, and only the
in-phase part is such a picture; from the others nothing is graded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Contrast, Series

SAME_TIMES_MS = 0.5
_ERROR_SHARE = 0.03
"""How much of its values a picture may differ from the sum or the difference of two others: they are rounded."""

_LEAST_FAT = 0.05
"""By so much of its mean a picture with fat is brighter than one of its parts at least."""

_SAME, _MOST_SAME, _LEAST_SAME = 0.06, 0.97, 0.25
"""Two values that differ by less are the same; so much of a part is no brighter than the whole, and as bright."""

_MOST_VOXELS = 60000
"""Voxels compared of each image: bounds the time, not the accuracy. A round number."""

_PART = {
    "sum": "a water or fat part of a Dixon series: {whole} is the sum of it and {other}",
    "difference": "the opposed-phase part of a Dixon series: it is the difference of {other}",
    "less": "a part of a Dixon series: it is {whole} with the fat signal removed",
    "alone": "a part of a Dixon series: {other} is the difference between it and another series",
}


def with_dixon_parts(series: Sequence[Series], fixed: Sequence[bool], times: Sequence[Mapping]) -> tuple[Series, ...]:
    """The series, with those that are parts of a Dixon series and were taken for more called other, and a warning.

    Parameters
    ----------
    series : sequence of Series
    fixed : sequence of bool
        Which of them stay what they are, since the user said so.
    times : sequence of mapping
        DICOM keywords and values of each; parts of one acquisition have one repetition time.
    """
    reasons: dict[int, str] = {}
    for group in _groups(series, times):
        values = _values([series[index] for index in group])
        for number, (kind, whole, other) in _parts(values).items():
            names = {"whole": "" if whole is None else f"the {title_of(series[group[whole]])}"}
            names["other"] = " and ".join(f"the {title_of(series[group[index]])}" for index in other)
            reasons[group[number]] = _PART[kind].format(**names)
    return tuple(
        _as_part(each, reasons[number]) if number in reasons and not fixed[number] and each.contrast in _TAKEN else each
        for number, each in enumerate(series)
    )


_TAKEN = (Contrast.T1, Contrast.T2, Contrast.T2_SPACE, Contrast.UNKNOWN)


def _as_part(one: Series, reason: str) -> Series:
    warning = f"The {title_of(one)} is {reason}. Nothing is graded from it; correct its role if that is wrong."
    why = f"its values show {reason}"
    return replace(one, contrast=Contrast.OTHER, contrast_reason=why, warnings=(*one.warnings, warning))


def _groups(series: Sequence[Series], times: Sequence[Mapping]) -> list[list[int]]:
    """Series of the same voxels at the same place, with repetition times that do not differ."""
    groups: list[list[int]] = []
    for number, each in enumerate(series):
        home = next((g for g in groups if _together(each, series[g[0]], times[number], times[g[0]])), None)
        if home is None:
            groups.append([number])
        else:
            home.append(number)
    return [group for group in groups if len(group) > 1]


def _together(one: Series, other: Series, times: Mapping, its_times: Mapping) -> bool:
    if one.plane is not other.plane or one.volume.size != other.volume.size:
        return False
    repetition, its = (_number(each.get("RepetitionTime")) for each in (times, its_times))
    if repetition is not None and its is not None and abs(repetition - its) > SAME_TIMES_MS:
        return False
    return bool(np.allclose(one.volume.affine_lps, other.volume.affine_lps, atol=0.01))


def _number(value: object) -> float | None:
    try:
        return float(str(value)) or None
    except ValueError:
        return None


def _values(series: Sequence[Series]) -> list[np.ndarray]:
    """Values of each at the same voxels, those of the body."""
    step = max(1, round(series[0].volume.array.size / (4 * _MOST_VOXELS)))
    all_values = [each.volume.array.reshape(-1)[::step].astype(float) for each in series]
    brightest = np.maximum.reduce(all_values)
    inside = brightest > 0.1 * np.percentile(brightest, 99)
    return [values[inside] for values in all_values]


def _parts(values: Sequence[np.ndarray]) -> dict[int, tuple[str, int | None, tuple[int, ...]]]:
    """Which are parts, by what: the kind of relation, the whole, and the others of it."""
    found: dict[int, tuple[str, int | None, tuple[int, ...]]] = {}
    everyone = range(len(values))
    for each, other in combinations(everyone, 2):
        rest = [number for number in everyone if number not in (each, other)]
        both = (each, other)
        for number in rest:
            if _alike(values[number], values[each] + values[other], both, values):
                found |= {each: ("sum", number, (other,)), other: ("sum", number, (each,))}
            elif _alike(values[number], np.abs(values[each] - values[other]), both, values):
                found.setdefault(number, ("difference", None, both))
                # Whichever of the two is which, neither may be the whole where the difference is of water and fat.
                for part in both:
                    found.setdefault(part, ("alone", None, (number,)))
    for each, other in combinations(everyone, 2):
        for whole, part in ((each, other), (other, each)):
            if whole not in found and part not in found and _is_less(values[part], values[whole]):
                found[part] = ("less", whole, ())
    return {number: part for number, part in found.items() if number not in _wholes(found)}


def _wholes(found: Mapping[int, tuple[str, int | None, tuple[int, ...]]]) -> set[int]:
    return {whole for _, whole, _ in found.values() if whole is not None}


def _alike(picture: np.ndarray, computed: np.ndarray, parts: Sequence[int], values: Sequence[np.ndarray]) -> bool:
    """Whether a picture is what was computed of two that both matter to it."""
    if min(values[part].mean() for part in parts) < _LEAST_FAT * picture.mean():
        return False
    return bool(np.abs(picture - computed).sum() < _ERROR_SHARE * picture.sum())


def _is_less(part: np.ndarray, whole: np.ndarray) -> bool:
    """Whether a picture is another one with fat taken away: as bright in water, darker elsewhere."""
    if part.mean() > (1 - _LEAST_FAT) * whole.mean():
        return False
    ratio = part / np.maximum(whole, 1e-9)
    as_bright = float(np.mean(np.abs(ratio - 1) < _SAME))
    return float(np.mean(ratio < 1 + _SAME)) > _MOST_SAME and as_bright > _LEAST_SAME
