"""The box around a herniation: from a view's shares to the patient, and back."""

from collections.abc import Mapping, Sequence

import numpy as np

from discgrader.grading.view import View
from discgrader.localize.box import RoiBox

KEY = "herniation_box"


def box_in_patient(view: View, shares: Sequence[float]) -> RoiBox:
    """The box on a view's middle slice, as thick as the slice, its axes across, along and up.

    Parameters
    ----------
    view : View
        An axial one.
    shares : four float
        First column, first row, last column, last row, 0 to 1.
    """
    first_column, first_row, last_column, last_row = (float(share) for share in shares)
    up, left, front = view.frame.axes_lps.T
    field = view.field_mm
    to_left, to_back = ((a + b) / 2 - 0.5 for a, b in ((first_column, last_column), (first_row, last_row)))
    center = view.frame.center_lps_mm + field * (to_left * left - to_back * front)
    size = np.array(
        [max(last_column - first_column, 0.0) * field, max(last_row - first_row, 0.0) * field, view.slice_mm]
    )
    return RoiBox(center, np.stack([left, -front, up], axis=1), size)


def box_in_view(view: View, box: RoiBox) -> np.ndarray:
    """The rectangle that a box covers on a view, as shares of it; the opposite of `box_in_patient`, shape (4,)."""
    _, left, front = view.frame.axes_lps.T
    corners = box.corners_lps() - view.frame.center_lps_mm
    columns, rows = corners @ left / view.field_mm + 0.5, -corners @ front / view.field_mm + 0.5
    return np.clip([columns.min(), rows.min(), columns.max(), rows.max()], 0.0, 1.0)


def box_evidence(view: View, shares: Sequence[float]) -> dict[str, object]:
    """The box as a grade's evidence: its size in words, and where it lies."""
    box = box_in_patient(view, shares)
    width, depth = box.size_mm[:2]
    return {
        KEY: {
            "title": "Herniation, width × depth",
            "value": f"{width:.0f} × {depth:.0f} mm",
            **box.to_json(digits=3),
            "series": view.series.name,
        }
    }


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes given as (first column, first row, last column, last row), shape (..., 4)."""
    low, high = np.maximum(one[..., :2], other[..., :2]), np.minimum(one[..., 2:], other[..., 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas = [np.clip(some[..., 2:] - some[..., :2], 0, None).prod(-1) for some in (one, other)]
    return shared / np.maximum(sum(areas) - shared, 1e-9)


def evidence_box(evidence: Mapping[str, object]) -> RoiBox | None:
    """The box that a grade's evidence holds; None where it holds none."""
    found = evidence.get(KEY)
    if not isinstance(found, Mapping):
        return None
    # Of a herniation seen on one slice, which may be no more than a line there.
    return RoiBox.from_json(found, "the box of a herniation", may_be_flat=True)
