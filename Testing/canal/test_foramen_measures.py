"""Height and area of made foramina, and which of several is that of a disc."""

import numpy as np
import pytest
from discgrader.canal.foramen import measure_foramen

PIXEL_MM, SIDE, DISC = 0.75, 96, (0.0, -10.0)


def oval(up_mm: float, back_mm: float, height: float = 18.0, depth: float = 8.0) -> np.ndarray:
    """An oval hole, its middle so far above and behind the middle of the view."""
    steps = (np.arange(SIDE) - (SIDE - 1) / 2) * PIXEL_MM
    up, back = np.meshgrid(steps - up_mm, steps - back_mm, indexing="ij")
    return ((2 * up / height) ** 2 + (2 * back / depth) ** 2 <= 1).astype(np.float32)


def test_an_oval_has_its_height_and_area() -> None:
    found = measure_foramen(oval(9.0, 12.0), PIXEL_MM, DISC)
    assert found is not None
    assert found.height_mm == pytest.approx(18.0, abs=0.8)
    assert found.area_mm2 == pytest.approx(np.pi / 4 * 18 * 8, rel=0.03)


def test_the_foramen_above_the_disc_is_taken_whatever_lies_elsewhere() -> None:
    own, above, front = oval(9.0, 12.0), oval(32.0, 10.0, 14.0, 9.0), oval(9.0, -25.0, 24.0, 12.0)
    found = measure_foramen(np.maximum(np.maximum(own, above), front), PIXEL_MM, DISC)
    assert found is not None and found.area_mm2 == pytest.approx(np.pi / 4 * 18 * 8, rel=0.03)


@pytest.mark.parametrize(
    "share",
    [
        np.zeros((SIDE, SIDE), np.float32),
        oval(33.0, 12.0, 8.0, 8.0),
        oval(9.0, 12.0, 3.0, 3.0),
        0.6 * oval(9.0, 12.0),
        oval(20.0, 12.0, 33.0, 14.0),
    ],
)
def test_what_is_no_foramen_of_this_disc_is_not_measured(share: np.ndarray) -> None:
    assert measure_foramen(share, PIXEL_MM, DISC) is None
