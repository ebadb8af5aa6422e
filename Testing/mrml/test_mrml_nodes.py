"""Volumes and ROI boxes go into MRML nodes and come back in the same place of the patient."""

import subprocess
import sys

import numpy as np
import pytest
import SimpleITK as sitk
import vtk
from discgrader.errors import StudyError, UsageError
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.box import RoiBox
from discgrader.mrml.headless import headless_scene
from discgrader.mrml.nodes import matrix_from_vtk, matrix_to_vtk, roi_from_node, roi_to_node
from discgrader.mrml.saliency import with_rim
from discgrader.mrml.scene import populate_scene
from discgrader.mrml.volumes import display_range, grid_of_volume, series_from_node, volume_from_node, volume_to_node
from panel_reader import discs_in
from synthetic_result import synthetic_result

RED = (1.0, 0.0, 0.0)


@pytest.fixture
def host():
    return headless_scene()


def oblique(left_handed: bool, shape=(3, 4, 5), dtype=np.int16) -> Volume:
    """A tilted, anisotropic volume with distinct voxels, its slices nearly sagittal."""
    rotation = vtk.vtkTransform()
    rotation.RotateWXYZ(17, 0.2, 0.5, 0.9)
    affine = matrix_from_vtk(rotation.GetMatrix())
    affine[:3, :3] = affine[:3, :3] @ np.array([[0, 0, -1.0], [1, 0, 0], [0, -1, 0]])
    affine[:3, :3] *= (0.7, 0.9, 4.4)
    affine[:3, 2] *= -1 if left_handed else 1
    affine[:3, 3] = (11.0, -22.0, 333.0)
    return Volume(np.arange(np.prod(shape)).reshape(shape).astype(dtype), affine)


def by_position(volume: Volume) -> dict[tuple, float]:
    """Every voxel's value by its place in LPS, to 1 µm."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in volume.size), indexing="ij"), axis=-1)
    points = np.round(volume.index_to_lps(index), 3).reshape(-1, 3)
    values = volume.array.transpose(2, 1, 0).ravel()
    return {tuple(point + 0.0): value for point, value in zip(points, values, strict=True)}


def test_importing_the_package_and_this_room_does_not_import_slicer():
    code = (
        "import sys, discgrader, discgrader.mrml, discgrader.mrml.bundle;"
        "assert 'slicer' not in sys.modules and 'vtk' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 5)])
@pytest.mark.parametrize("left_handed", [False, True])
def test_volume_keeps_every_voxel_in_its_place(host, left_handed, shape):
    volume = oblique(left_handed, shape)
    node = volume_to_node(host.scene, volume, "T2")
    back = volume_from_node(node)
    assert by_position(back) == by_position(volume)
    assert np.array_equal(back.array, volume.array) and np.allclose(back.affine_lps, volume.affine_lps, atol=1e-9)
    assert np.allclose(grid_of_volume(node).affine_lps, volume.affine_lps, atol=1e-9)
    ijk_to_ras = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(ijk_to_ras)
    assert np.linalg.det(matrix_from_vtk(ijk_to_ras)[:3, :3]) > 0, "as .nrrd files keep it"
    if not left_handed:
        assert np.allclose(matrix_from_vtk(ijk_to_ras), volume.affine_ras, atol=1e-9)


@pytest.mark.parametrize("left_handed", [False, True])
def test_nrrd_of_a_node_is_read_alike_by_another_program(host, tmp_path, left_handed):
    volume = oblique(left_handed)
    node = volume_to_node(host.scene, volume, "T2")
    node.AddDefaultStorageNode()
    node.GetStorageNode().SetFileName(str(tmp_path / "T2.nrrd"))
    assert node.GetStorageNode().WriteData(node)
    assert by_position(Volume.from_sitk(sitk.ReadImage(tmp_path / "T2.nrrd"))) == by_position(volume)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int64, np.uint64, np.float16, np.float32, ">i2", ">f8"])
def test_values_of_any_type_survive(host, dtype):
    volume = oblique(False, dtype=dtype)
    back = volume_from_node(volume_to_node(host.scene, volume, "x"))
    assert np.array_equal(back.array.astype(float), volume.array.astype(float))


def test_integers_too_large_for_slicer_become_floats(host):
    values = np.array([[[0, 2**40]]])
    back = volume_from_node(volume_to_node(host.scene, Volume(values, np.eye(4)), "x"))
    assert np.array_equal(back.array, values)


def test_display_range_spans_the_picture_and_ignores_outliers():
    values = np.concatenate([np.linspace(100, 600, 10000), [1e6, np.nan]])
    low, high = display_range(values)
    assert 100 <= low < 110 and 590 < high <= 600
    assert display_range(np.full(9, 7)) == (6.5, 7.5)
    assert display_range(np.full(9, np.nan)) == (0.0, 1.0)


def test_series_takes_its_role_from_the_user_and_its_plane_from_the_geometry(host):
    node = volume_to_node(host.scene, oblique(False), "my scan")
    series = series_from_node(node, "T2_SPACE")
    assert (series.name, series.plane, series.contrast) == ("my scan", Plane.SAGITTAL, Contrast.T2_SPACE)
    assert series.role == "T2_SPACE"
    with pytest.raises(StudyError, match="my scan is sagittal.*AX_T2"):
        series_from_node(node, "AX_T2")
    with pytest.raises(UsageError, match="no role T3"):
        series_from_node(node, "T3")


def test_series_lies_where_a_transform_puts_it(host):
    node = volume_to_node(host.scene, oblique(False), "moved")
    transform = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[:3, 3] = (10, 20, 30)
    transform.SetMatrixTransformToParent(matrix_to_vtk(matrix))
    node.SetAndObserveTransformNodeID(transform.GetID())
    moved = series_from_node(node, "T2").volume
    assert np.allclose(moved.affine_lps[:3, 3], oblique(False).affine_lps[:3, 3] + (-10, -20, 30))


def test_a_volume_without_a_gray_picture_is_refused_by_name(host):
    empty = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing")
    with pytest.raises(StudyError, match="nothing is empty"):
        volume_from_node(empty)
    image = vtk.vtkImageData()
    image.SetDimensions(2, 2, 2)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
    color = host.scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "photo")
    color.SetAndObserveImageData(image)
    with pytest.raises(StudyError, match="photo is in color"):
        volume_from_node(color)


def test_roi_box_comes_back_exactly(host):
    for disc in synthetic_result().localization.discs:
        node = roi_to_node(host.scene, disc.roi, disc.level, RED)
        back = roi_from_node(node)
        assert node.GetName() == disc.level
        assert np.allclose(back.center_lps_mm, disc.roi.center_lps_mm, atol=1e-9)
        assert np.allclose(back.axes_lps, disc.roi.axes_lps, atol=1e-9)
        assert np.allclose(back.size_mm, disc.roi.size_mm, atol=1e-9)


def test_roi_node_lies_where_its_box_does(host):
    box = synthetic_result().localization.discs[0].roi
    node = roi_to_node(host.scene, box, "L5-S1", RED)
    corner = np.linalg.inv(matrix_from_vtk(node.GetObjectToWorldMatrix())) @ (*lps_to_ras(box.corners_lps()[0]), 1)
    assert np.allclose(np.abs(corner[:3]), np.array(node.GetSize()) / 2)


def test_box_drawn_by_hand_gets_its_axes_in_order(host):
    node = host.scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "L4-L5")
    # As Slicer draws one in a sagittal view: its own x runs to the head, y to the front, z to the right.
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[0, 0, 1.0], [0, 1, 0], [-1, 0, 0]])
    matrix[:3, 3] = (1, 2, 3)
    node.SetSize(30, 60, 40)
    node.SetAndObserveObjectToNodeMatrix(matrix_to_vtk(matrix))
    box = roi_from_node(node)
    assert np.allclose(box.size_mm, (40, 60, 30))
    assert np.allclose(box.axes_lps, np.eye(3))
    assert np.allclose(box.center_lps_mm, (-1, -2, 3))


def test_box_under_a_transform_is_read_where_it_is_shown(host):
    box = RoiBox(np.array([5.0, 6, 7]), np.eye(3), np.array([10.0, 20, 30]))
    node = roi_to_node(host.scene, box, "L3-L4", RED)
    transform = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(matrix_to_vtk(np.diag([-1, 1, 2, 1.0])))
    node.SetAndObserveTransformNodeID(transform.GetID())
    back = roi_from_node(node)
    assert np.allclose(back.center_lps_mm, (-5, 6, 14))
    assert np.allclose(back.size_mm, (10, 20, 60))
    assert np.allclose(back.axes_lps, np.eye(3))


def test_box_that_is_no_box_is_refused_by_name(host):
    node = roi_to_node(host.scene, RoiBox(np.zeros(3), np.eye(3), np.array([10.0, 10, 10])), "L3-L4", RED)
    bend = host.scene.AddNewNodeByClass("vtkMRMLTransformNode")
    bend.SetAndObserveTransformToParent(vtk.vtkThinPlateSplineTransform())
    node.SetAndObserveTransformNodeID(bend.GetID())
    with pytest.raises(UsageError, match="L3-L4 is under a nonlinear transform"):
        roi_from_node(node)
    node.SetAndObserveTransformNodeID(None)
    node.SetSize(10, 0, 10)
    with pytest.raises(UsageError, match="L3-L4 has zero size"):
        roi_from_node(node)


def test_disc_moves_along_with_its_box_and_keeps_its_facts(host):
    result = synthetic_result()
    disc, node = result.localization.discs[1], populate_scene(host.scene, result).rois["L4-L5"]
    [back] = [one for one in discs_in(host.scene, "blocks").discs if one.level == "L4-L5"]
    assert np.allclose(back.center_lps_mm, disc.center_lps_mm, atol=1e-9)
    node.SetCenterWorld(1.0, 2.0, 3.0)
    [back] = [one for one in discs_in(host.scene, "blocks").discs if one.level == "L4-L5"]
    assert np.allclose(back.roi.center_lps_mm, (-1, -2, 3))
    assert np.allclose(back.center_lps_mm - disc.center_lps_mm, (-1, -2, 3) - disc.roi.center_lps_mm)
    assert (back.level, back.index_from_sacrum, back.height_mm) == ("L4-L5", 2, disc.height_mm)


def test_the_part_that_is_shown_keeps_voxels_in_place():
    volume = oblique(True, (5, 6, 7), np.float32).with_array(np.zeros((5, 6, 7), np.float32))
    volume.array[2, 3, 4] = 1.0
    small = with_rim(VolumePart.of(volume))
    assert small.array.shape == (3, 3, 3)
    whole = by_position(volume)
    assert all(whole[place] == value for place, value in by_position(small).items())
    assert not with_rim(VolumePart.of(volume.with_array(np.zeros_like(volume.array)))).array.any()
    at_the_edge = volume.with_array(np.zeros_like(volume.array))
    at_the_edge.array[4, 0, 6] = 1.0
    small = with_rim(VolumePart.of(at_the_edge))
    assert small.array.shape == (2, 2, 2) and by_position(at_the_edge).items() >= by_position(small).items()
