"""Area, widths and fluid of made sacs, and outlines that are not believed."""

import numpy as np
import pytest
from discgrader.canal.axial import (
    CUT_OFF,
    NO_SAC,
    ODD_SHAPE,
    ODD_SIZE,
    SEVERAL,
    UNSURE,
    AxialMeasures,
    Implausible,
    measure_axial,
)

PIXEL_MM = 0.75
SIDE = 96


def ellipse(depth_mm: float, width_mm: float, place_mm: tuple[float, float] = (10.0, 0.0)) -> np.ndarray:
    """Share of each pixel inside an ellipse whose middle lies ``place_mm`` behind and left of the view's."""
    fine = 8
    steps = (np.arange(SIDE * fine) - (SIDE * fine - 1) / 2) * PIXEL_MM / fine
    back, left = np.meshgrid(steps - place_mm[0], steps - place_mm[1], indexing="ij")
    inside = (2 * back / depth_mm) ** 2 + (2 * left / width_mm) ** 2 <= 1
    return inside.reshape(SIDE, fine, SIDE, fine).mean(axis=(1, 3)).astype(np.float32)


def measured(csf: np.ndarray, nerves: np.ndarray | None = None) -> AxialMeasures:
    found = measure_axial(csf, np.zeros_like(csf) if nerves is None else nerves, PIXEL_MM)
    assert isinstance(found, AxialMeasures)
    return found


@pytest.mark.parametrize(("depth", "width"), [(16.0, 20.0), (9.0, 18.0), (5.0, 14.0), (20.0, 22.0)])
def test_an_ellipse_has_its_area_and_axes(depth: float, width: float) -> None:
    found = measured(ellipse(depth, width))
    assert found.area_mm2 == pytest.approx(np.pi / 4 * depth * width, rel=0.01)
    # The depth is a mean over 4 mm around the middle, the width that of the widest row.
    assert found.depth_mm == pytest.approx(depth, abs=0.25)
    assert found.width_mm == pytest.approx(width, abs=0.25)
    assert found.csf_share == pytest.approx(1.0)


def test_where_the_sac_lies_does_not_matter() -> None:
    here, there = (measured(ellipse(14.0, 18.0, place)) for place in ((10.0, 0.0), (-3.3, 8.7)))
    assert there.area_mm2 == pytest.approx(here.area_mm2, rel=1e-3)
    assert there.depth_mm == pytest.approx(here.depth_mm, abs=0.15)


def test_the_share_of_fluid_is_what_is_no_root() -> None:
    whole, roots = ellipse(16.0, 20.0), ellipse(8.0, 10.0)
    found = measured(whole - roots, roots)
    assert found.csf_share == pytest.approx(0.75, abs=0.01)
    assert found.area_mm2 == pytest.approx(np.pi / 4 * 320, rel=0.01)


@pytest.mark.parametrize(
    ("csf", "why"),
    [
        (np.zeros((SIDE, SIDE), np.float32), NO_SAC),
        (0.7 * ellipse(16.0, 20.0), NO_SAC),
        (np.maximum(0.7 * ellipse(16.0, 20.0), 0.95 * ellipse(4.0, 4.0)), UNSURE),
        (np.maximum(ellipse(16.0, 20.0), ellipse(10.0, 14.0, (-15.0, 0.0))), SEVERAL),
        (ellipse(16.0, 20.0, (34.0, 0.0)), CUT_OFF),
        (ellipse(4.0, 5.0), ODD_SIZE),
        (ellipse(30.0, 34.0), ODD_SIZE),
        (np.maximum(ellipse(18.0, 5.0), ellipse(5.0, 30.0, (1.0, 0.0))), ODD_SHAPE),
    ],
)
def test_what_is_no_sac_is_not_measured(csf: np.ndarray, why: Implausible) -> None:
    assert measure_axial(csf, np.zeros_like(csf), PIXEL_MM) == why


def test_small_specks_do_not_disturb() -> None:
    speck = ellipse(3.0, 3.0, (-20.0, 20.0))
    assert measured(np.maximum(ellipse(16.0, 20.0), speck)).area_mm2 == pytest.approx(np.pi / 4 * 320, rel=0.01)
