"""The plane of a volume: whatever the order of its axes, also where slices are thinner than pixels are wide."""

import numpy as np
import pytest
import SimpleITK as sitk
from discgrader.imaging.recognize import can_serve, plane_of
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from volumes import SAGITTAL, volume


@pytest.mark.parametrize("order", ["RAS", "LPS", "ASL", "PIR", "SRA"])
@pytest.mark.parametrize(
    ("spacing", "size", "plane"),
    [
        ((0.8, 0.9, 0.9), (40, 300, 320), Plane.SAGITTAL),  # thin slices, closer than pixels are wide
        ((0.6, 0.9, 0.9), (60, 300, 320), Plane.SAGITTAL),
        ((1.0, 0.8, 0.8), (64, 280, 320), Plane.SAGITTAL),
        ((0.8, 0.8, 1.0), (60, 250, 280), Plane.SAGITTAL),  # resampled along the patient
        ((0.9, 0.47, 0.47), (80, 400, 500), Plane.SAGITTAL),
        ((0.7, 0.7, 0.8), (280, 280, 60), Plane.AXIAL),
        ((0.6, 0.6, 4.0), (300, 300, 90), Plane.AXIAL),  # a tall stack of thick slices
        ((4.0, 0.6, 0.6), (15, 300, 300), Plane.SAGITTAL),
        ((0.9, 0.8, 0.9), (300, 50, 300), Plane.CORONAL),
        ((0.8, 0.9, 0.9), (330, 300, 290), Plane.SAGITTAL),  # no slab: square pixels tell
    ],
)
def test_the_plane_does_not_depend_on_the_order_of_axes(spacing: tuple, size: tuple, plane: Plane, order: str) -> None:
    image = sitk.Image(*size, sitk.sitkUInt8)
    image.SetSpacing(spacing)
    assert plane_of(Volume.from_sitk(sitk.DICOMOrient(image, order))) == plane


def test_a_volume_can_serve_in_every_plane_that_its_voxels_are_fine_in() -> None:
    fine, thick = volume(np.eye(3), (0.9, 0.9, 0.9), (200, 200, 200)), volume(SAGITTAL, (0.7, 0.7, 4.0), (200, 200, 15))
    assert all(can_serve(fine, plane) for plane in Plane)
    assert [plane for plane in Plane if can_serve(thick, plane)] == [Plane.SAGITTAL]
