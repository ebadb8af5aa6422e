"""Whether positions of two series can be compared is decided by their pictures, not by one identifier."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.imaging.coordinates import agreement, other_coordinates
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from solid_body import axial, lumpy, sagittal

BODY = lumpy()
SAME, OWN = Identity(frame_of_reference_uid="1.2"), Identity(frame_of_reference_uid="1.3")


def moved(series: Series, by: tuple[float, float, float]) -> Series:
    affine = series.volume.affine_lps.copy()
    affine[:3, 3] += by
    return replace(series, volume=Volume(series.volume.array, affine))


def noisy(series: Series, share: float, seed: int = 0) -> Series:
    array = series.volume.array
    noise = np.random.default_rng(seed).normal(0, share * array.std(), array.shape)
    return replace(series, volume=series.volume.with_array((array + noise).astype(np.float32)))


@pytest.mark.parametrize("slices", [46, 5])
@pytest.mark.parametrize("tilt_deg", [0.0, 20.0])
def test_a_frame_of_reference_of_its_own_is_no_reason_where_pictures_agree(slices, tilt_deg):
    known = sagittal(BODY, identity=SAME)
    own = axial(BODY, identity=OWN, slices=slices, tilt_deg=tilt_deg)
    assert other_coordinates(own, known) is None
    assert other_coordinates(noisy(own, 0.3), known) is None
    assert other_coordinates(moved(own, (1.0, 2.0, -2.0)), known) is None


def test_another_contrast_of_the_same_body_agrees():
    known, own = sagittal(BODY, identity=SAME), axial(BODY, identity=OWN)
    other = own.volume.array.max() - own.volume.array
    assert other_coordinates(replace(own, volume=own.volume.with_array(other**1.5)), known) is None


@pytest.mark.parametrize("by", [(0.0, 0.0, 20.0), (0.0, 15.0, 0.0), (0.0, 0.0, -36.0)])
def test_pictures_that_agree_elsewhere_are_refused_and_the_distance_said(by):
    known = sagittal(BODY, identity=SAME)
    reason = other_coordinates(moved(axial(BODY, identity=OWN), by), known)
    assert "a different frame of reference than the sagittal T2 'sag_t2'" in reason
    distance = int(reason.split("shifted by ")[1].split()[0])
    assert abs(distance - np.linalg.norm(by)) <= 3


def test_pictures_of_another_body_are_refused():
    known = sagittal(BODY, identity=SAME)
    assert "do not match" in other_coordinates(axial(lumpy(3), identity=OWN), known)


def test_what_cannot_be_compared_keeps_being_refused():
    known = sagittal(BODY, identity=SAME)
    far = moved(axial(BODY, identity=OWN), (0.0, 0.0, 900.0))
    assert "overlap too little" in other_coordinates(far, known)
    assert other_coordinates(replace(far, identity=SAME), known) is None


@pytest.mark.parametrize("identity", [SAME, None, Identity()])
def test_one_frame_of_reference_does_not_help_where_pictures_clearly_disagree(identity):
    known = sagittal(BODY, identity=SAME)
    assert other_coordinates(axial(BODY, identity=identity), known) is None
    assert other_coordinates(moved(axial(BODY, identity=identity), (0.0, 2.0, 4.0)), known) is None
    reason = other_coordinates(moved(axial(BODY, identity=identity), (0.0, 0.0, 30.0)), known)
    assert reason.startswith("lies 30 mm away from where its image matches the sagittal T2 'sag_t2'")


def test_agreement_finds_where_pictures_fit():
    found = agreement(moved(axial(BODY), (0.0, -8.0, 12.0)).volume, sagittal(BODY).volume)
    assert np.allclose(found.away_mm, (0.0, -8.0, 12.0), atol=2.5)
    assert found.best > found.here > 1
    assert agreement(axial(BODY).volume, moved(sagittal(BODY), (900.0, 0.0, 0.0)).volume) is None
