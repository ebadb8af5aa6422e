"""What was measured of the canal, by name, and what of it speaks for a grade."""

from collections.abc import Mapping, Sequence

import numpy as np

from discgrader.grading.canal_definitions import CANAL_MEASURES, RELATIVE
from discgrader.grading.canal_measurement import MeasuredCanal

LEAST_CORRELATION = 0.7
"""A measure that goes less with the truth on digital spines is told to nobody."""

ALWAYS = ("sac_area_mm2", "sac_depth_mm")
"""Measures of which it is told why they were not taken."""

Errors = Mapping[str, Mapping[str, float]]
"""Of each measure ``mean``: its mean error on digital spines, ``mean_share``: the same as a share, and
``correlation`` with the truth (`discgrader.training.canal.error`)."""


def values_of(measured: MeasuredCanal) -> dict[str, float]:
    """What was measured, by the names of `CANAL_MEASURES`, in their units."""
    sagittal = measured.sagittal
    found = {
        "sac_depth_mm": sagittal.sac_width_mm,
        "bony_canal_mm": sagittal.canal_width_mm,
        "disc_overhang_mm": sagittal.overhang_mm,
        "disc_overhang_share": 100 * sagittal.overhang_share,
        "disc_height_index": 100 * sagittal.height_index,
    }
    if measured.axial is not None:
        found |= {
            "sac_area_mm2": measured.axial.area_mm2,
            "csf_share": 100 * measured.axial.csf_share,
            "sac_axial_depth_mm": measured.axial.depth_mm,
            "sac_axial_width_mm": measured.axial.width_mm,
        }
    return {name: float(found[name]) for name in CANAL_MEASURES if name in found and np.isfinite(found[name])}


def error_of(name: str, value: float, errors: Errors) -> float | None:
    """The mean error of a measure at this value, in its unit; None where it is not known."""
    known = errors.get(name)
    if known is None:
        return None
    return value * known["mean_share"] if name in RELATIVE else known["mean"]


def is_told(name: str, errors: Errors) -> bool:
    """Whether a measure is good enough to speak for a grade: where its error is known, it follows the truth."""
    known = errors.get(name)
    return known is None or known.get("correlation", 1.0) >= LEAST_CORRELATION


def canal_evidence(measured: MeasuredCanal, names: Sequence[str], errors: Errors) -> dict[str, object]:
    """Those of some measures that were taken, as the evidence of a grade, and why others were not."""
    values = values_of(measured)
    found: dict[str, object] = {}
    for name in names:
        if name in values and is_told(name, errors):
            found[name] = _entry(name, values[name], measured, errors)
    if measured.not_axial and any(name in ALWAYS and name not in values for name in names):
        found["not_measured"] = {"title": "Not measured", "value": measured.not_axial}
    return found


def _entry(name: str, value: float, measured: MeasuredCanal, errors: Errors) -> dict[str, object]:
    measure, error = CANAL_MEASURES[name], error_of(name, value, errors)
    digits = 1 if measure.unit == "mm" else 0
    entry: dict[str, object] = {
        "value": round(value, digits),
        "unit": measure.unit,
        "title": measure.title,
        "source": measure.source,
        "series": _series(name, measured),
    }
    return entry if error is None else {**entry, "error": round(error, 1)}


def _series(name: str, measured: MeasuredCanal) -> str:
    """Name of the series that a measure was taken on."""
    axial = name.startswith(("sac_area", "sac_axial", "csf"))
    return measured.outlined.view.series.name if axial and measured.outlined else measured.sagittal_series
