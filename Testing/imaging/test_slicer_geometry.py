"""slicer-core reads the same files and puts every voxel at the same place."""

from pathlib import Path

import numpy as np
import pytest
import slicer
import vtk
from dicom_files import write_classic
from discgrader.imaging.files import read_volume, write_volume
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume, lps_to_ras
from volumes import VOLUMES


def slicer_reads(files: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Voxels [k, j, i] and IJK to RAS as Slicer's own storage node reads them."""
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    scene.AddNode(storage)
    storage.SetFileName(str(files[0]))
    # otherwise it takes every file of the folder with another number in its name for a slice
    storage.SetSingleFile(len(files) == 1)
    for file in files if len(files) > 1 else []:
        storage.AddFileName(str(file))
    assert storage.ReadData(node)
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array(slicer.util.arrayFromVolume(node)), slicer.util.arrayFromVTKMatrix(matrix)


def assert_agree(volume: Volume, array: np.ndarray, ijk_to_ras: np.ndarray) -> None:
    """The same values at the same points of the patient, whichever way round the axes run."""
    index = np.random.default_rng(0).integers(0, volume.size, (200, 3))
    ras = lps_to_ras(volume.index_to_lps(index))
    there = (ras - ijk_to_ras[:3, 3]) @ np.linalg.inv(ijk_to_ras[:3, :3]).T
    nearest = np.rint(there).astype(int)
    assert np.abs(nearest @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3] - ras).max() < 0.01
    assert array.shape == volume.array.shape
    expected = volume.array[index[:, 2], index[:, 1], index[:, 0]]
    assert np.array_equal(array[nearest[:, 2], nearest[:, 1], nearest[:, 0]], expected)


@pytest.mark.parametrize("format", [".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("name", VOLUMES)
def test_files_written_here_lie_at_the_same_place_in_slicer(name: str, format: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{format}"
    write_volume(VOLUMES[name], path)
    assert_agree(read_volume(path)[0], *slicer_reads([path]))


@pytest.mark.parametrize("name", VOLUMES)
def test_dicom_lies_at_the_same_place_in_slicer(name: str, tmp_path: Path) -> None:
    files = write_classic(tmp_path / "a", VOLUMES[name])
    assert_agree(read_study(tmp_path / "a").series[0].volume, *slicer_reads(files))


def test_a_real_slice_lies_at_the_same_place_in_slicer(data_dir: Path) -> None:
    path = data_dir / "spider" / "midsagittal" / "100_t2.nii.gz"
    assert_agree(read_volume(path)[0], *slicer_reads([path]))
