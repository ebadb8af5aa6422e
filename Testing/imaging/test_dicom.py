"""DICOM folders: geometry to 0.01 mm, and order brought into whatever a scanner or an archive may leave behind."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_files import base, only, place, set_pixels, write_classic, write_enhanced
from discgrader.errors import StudyError
from discgrader.imaging.dicom_headers import is_dicom
from discgrader.imaging.identity import Identity, Instance
from discgrader.imaging.pydicom_versions import IS_OLD, save
from discgrader.imaging.study import Plane
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage, SecondaryCaptureImageStorage, generate_uid
from scipy.spatial.transform import Rotation
from volumes import SAGITTAL, VOLUMES, assert_same, upright, volume

RIGHT_HANDED = {name: one for name, one in VOLUMES.items() if name != "left-handed"}


@pytest.mark.parametrize("name", RIGHT_HANDED)
def test_classic_series_keeps_voxels_and_places(name: str, tmp_path: Path) -> None:
    write_classic(tmp_path / "Übung 1", VOLUMES[name])
    series = only(read_study(tmp_path / "Übung 1"))
    assert_same(VOLUMES[name], series.volume)
    assert series.warnings == ()


def test_left_handed_order_of_slices_is_turned_round_without_moving_a_voxel(tmp_path: Path) -> None:
    one = VOLUMES["left-handed"]
    write_classic(tmp_path / "a", one)
    back = only(read_study(tmp_path / "a")).volume
    assert np.linalg.det(back.directions) > 0
    for index in ([0, 0, 0], [3, 5, 2], [23, 29, 6]):
        i, j, k = np.rint(back.lps_to_index(one.index_to_lps(index))).astype(int)
        assert np.abs(back.index_to_lps([i, j, k]) - one.index_to_lps(index)).max() < 0.01
        assert back.array[k, j, i] == one.array[index[2], index[1], index[0]]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("name", RIGHT_HANDED)
def test_enhanced_file_keeps_voxels_and_places(name: str, shared: bool, tmp_path: Path) -> None:
    count = VOLUMES[name].array.shape[0]
    order = np.random.default_rng(1).permutation(count)
    write_enhanced(tmp_path / "a.dcm", VOLUMES[name], order=order, shared_orientation=shared)
    series = only(read_study(tmp_path / "a.dcm"))
    assert_same(VOLUMES[name], series.volume)
    assert [instance.frame for instance in series.identity.instances] == [
        list(order).index(k) + 1 for k in range(count)
    ]
    assert series.header["EchoTime"] == 110.0


def test_rescale_is_applied_to_each_slice_and_frame(tmp_path: Path) -> None:
    def rescale(dataset: Dataset, k: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = k + 1.0, 10.0 * k

    slopes = np.arange(7).reshape(-1, 1, 1)
    wanted = upright().array * (slopes + 1.0) + 10.0 * slopes
    write_classic(tmp_path / "a", upright(), change=rescale)
    assert only(read_study(tmp_path / "a")).volume.array == pytest.approx(wanted)
    write_enhanced(tmp_path / "a.dcm", upright(), rescale=lambda k: (k + 1.0, 10.0 * k), order=[3, 1, 0, 2, 6, 5, 4])
    assert only(read_study(tmp_path / "a.dcm")).volume.array == pytest.approx(wanted)


def test_identity_follows_the_order_of_slices(tmp_path: Path) -> None:
    paths = write_classic(tmp_path / "a", upright(), SeriesDescription="t2_tse_sag", EchoTime=110, RepetitionTime=3500)
    series = only(read_study(tmp_path / "a"))
    uids = [str(pydicom.dcmread(path).SOPInstanceUID) for path in paths]
    assert series.name == "t2_tse_sag"
    assert series.role == "T2"
    first = pydicom.dcmread(paths[0])
    assert series.identity == Identity(
        "7",
        str(first.StudyInstanceUID),
        str(first.SeriesInstanceUID),
        str(first.get("FrameOfReferenceUID", "")),
        str(first.SOPClassUID),
        tuple(Instance(uid, 1) for uid in uids),
        "Test^Spine",
    )
    assert list(series.source) == list(series.files) == paths
    assert series.header["Manufacturer"] == "Maker"
    assert series.header["MagneticFieldStrength"] == 1.5


def test_missing_slices_are_named_and_move_nothing(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright(), keep=[0, 1, 4, 5, 6])
    series = only(read_study(tmp_path / "a"))
    there = [0, 1, 4, 5, 6]
    assert np.array_equal(series.volume.array[there], upright().array[there])
    assert series.volume.index_to_lps([3, 2, 6]) == pytest.approx(upright().index_to_lps([3, 2, 6]), abs=0.01)
    between = upright().array[1] / 3 * 2 + upright().array[4] / 3
    assert series.volume.array[2] == pytest.approx(between, abs=0.51)
    assert series.identity.instances[2:4] == (Instance("", 0),) * 2 and series.files[2:4] == (None, None)
    assert all(one.uid and one.frame == 1 for number, one in enumerate(series.identity.instances) if number in there)
    assert any("2 slices" in warning and "between images 2 and 5" in warning for warning in series.warnings)


def test_wide_gap_parts_a_series(tmp_path: Path) -> None:
    long = upright(size=(24, 30, 20))
    write_classic(tmp_path / "a", long, keep=[0, 1, 2, 3, 15, 16, 17])
    study = read_study(tmp_path / "a")
    assert [series.volume.array.shape[0] for series in study.series] == [4, 3]
    assert_same(Volume(long.array[:4], long.affine_lps), study.series[0].volume)
    assert study.series[1].volume.index_to_lps([0, 0, 0]) == pytest.approx(long.index_to_lps([0, 0, 15]), abs=0.01)
    assert len({series.name for series in study.series}) == 2
    assert any("wide gaps" in warning for warning in study.series[0].warnings)


def test_double_files_and_double_places_are_read_once_with_a_warning(tmp_path: Path) -> None:
    paths = write_classic(tmp_path / "a", upright())
    (tmp_path / "a" / "copy").write_bytes(paths[2].read_bytes())
    study = read_study(tmp_path / "a")
    assert_same(upright(), only(study).volume)
    assert any("duplicate: another slice has the same image" in warning for warning in study.warnings)
    (tmp_path / "a" / "copy").unlink()
    write_classic(tmp_path / "a", upright(), keep=[4], prefix="again")
    series = only(read_study(tmp_path / "a"))
    assert_same(upright(), series.volume)
    assert any("at the position of another slice" in warning for warning in series.warnings)


def test_uneven_slices_are_warned_of_with_the_error_in_mm(tmp_path: Path) -> None:
    def move(dataset: Dataset, k: int) -> None:
        if k == 3:
            dataset.ImagePositionPatient = list(upright().index_to_lps([0, 0, 3]) + [0.5, 0.0, 0.0])

    write_classic(tmp_path / "a", upright(), change=move)
    assert any("0.50 mm" in warning for warning in only(read_study(tmp_path / "a")).warnings)


def test_slices_shifted_sideways_are_brought_in_line(tmp_path: Path) -> None:
    one = upright()

    def slide(dataset: Dataset, k: int) -> None:
        # each slice lies two pixels farther back, and shows what is there
        dataset.ImagePositionPatient = list(one.index_to_lps([2 * k, 0, k]))

    write_classic(tmp_path / "a", one, change=slide)
    series = only(read_study(tmp_path / "a"))
    point = one.index_to_lps([2 * 4 + 5, 9, 4])
    i, j, k = np.rint(series.volume.lps_to_index(point)).astype(int)
    assert series.volume.array[k, j, i] == pytest.approx(one.array[4, 9, 5], abs=0.01)
    assert any("sideways" in warning for warning in series.warnings)


def test_several_series_in_one_folder_with_subfolders(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright(), SeriesDescription="T1 sag", SeriesNumber=2, EchoTime=9, RepetitionTime=600)
    write_classic(
        tmp_path / "a",
        VOLUMES["axial"],
        prefix="X",
        SeriesDescription="T2 tra",
        SeriesNumber=3,
        SeriesInstanceUID="1.2.4",
        EchoTime=100,
        RepetitionTime=4000,
    )
    write_classic(
        tmp_path / "a" / "deeper" / "still",
        VOLUMES["oblique"],
        SeriesDescription="T2 sag",
        SeriesNumber=1,
        SeriesInstanceUID="1.2.5",
        EchoTime=100,
        RepetitionTime=4000,
    )
    (tmp_path / "a" / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    (tmp_path / "a" / "notes.txt").write_text("hello")
    study = read_study(tmp_path / "a")
    assert [(series.name, series.role) for series in study.series] == [
        ("T2 sag", "T2"),
        ("T1 sag", "T1"),
        ("T2 tra", "AX_T2"),
    ]
    assert_same(VOLUMES["axial"], study.series[2].volume)


def test_scout_in_three_planes_becomes_three_series(tmp_path: Path) -> None:
    coronal = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    for number, directions in enumerate([SAGITTAL, coronal, np.eye(3)]):
        one = volume(directions, (1.0, 1.0, 8.0), (20, 20, 3), seed=number)
        write_classic(tmp_path / "a", one, prefix="ABC"[number], SeriesDescription="localizer")
    study = read_study(tmp_path / "a")
    assert {series.plane for series in study.series} == set(Plane)
    assert {series.name for series in study.series} == {"localizer sagittal", "localizer coronal", "localizer axial"}
    assert {series.contrast for series in study.series} == {"other"}


def test_axial_blocks_angled_to_each_disc_become_series_of_their_own(tmp_path: Path) -> None:
    blocks = []
    for number, angle in enumerate([20.0, 5.0, -10.0]):
        tilted = Rotation.from_euler("x", angle, degrees=True).as_matrix()
        one = volume(tilted, (0.6, 0.6, 4.0), (26, 26, 4), seed=number)
        one.affine_lps[2, 3] += 40 * number
        blocks.append(one)
        write_classic(
            tmp_path / "a", one, prefix="ABC"[number], SeriesDescription="t2 tra", EchoTime=100, RepetitionTime=4000
        )
    study = read_study(tmp_path / "a")
    assert [series.role for series in study.series] == ["AX_T2"] * 3
    for block, series in zip(reversed(blocks), study.series):
        assert_same(block, series.volume)


def test_echoes_and_time_points_of_one_series_are_parted(tmp_path: Path) -> None:
    for echo in (1, 2):
        write_classic(
            tmp_path / "a",
            volume(SAGITTAL, (1, 1, 4), (20, 20, 4), seed=echo),
            prefix=f"E{echo}",
            EchoNumbers=echo,
            EchoTime=[9, 90][echo - 1],
            RepetitionTime=2500,
            SeriesDescription="dual",
        )
    study = read_study(tmp_path / "a")
    assert [series.name for series in study.series] == ["dual echo 1", "dual echo 2"]
    assert_same(volume(SAGITTAL, (1, 1, 4), (20, 20, 4), seed=2), study.series[1].volume)
    for time in (1, 2, 3):
        write_classic(
            tmp_path / "b",
            volume(SAGITTAL, (1, 1, 4), (20, 20, 4), seed=time),
            prefix=f"T{time}",
            TemporalPositionIdentifier=time,
        )
    assert len(read_study(tmp_path / "b").series) == 3


def test_slices_of_another_size_become_a_series_of_their_own(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright())
    write_classic(tmp_path / "a", volume(SAGITTAL, (0.75, 0.75, 4.4), (16, 18, 2), seed=5), prefix="small")
    assert sorted(series.volume.size for series in read_study(tmp_path / "a").series) == [(16, 18, 2), (24, 30, 7)]


def test_other_modalities_are_refused_by_name(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright(), Modality="CT", SOPClassUID=CTImageStorage)
    with pytest.raises(StudyError, match=r"no MR series \(found CT\)"):
        read_study(tmp_path / "a")
    write_classic(tmp_path / "a", VOLUMES["oblique"], prefix="MR", SeriesInstanceUID="1.2.6")
    study = read_study(tmp_path / "a")
    assert_same(VOLUMES["oblique"], only(study).volume)
    assert any("7 files" in warning and "CT, not MR" in warning for warning in study.warnings)


def test_what_holds_no_usable_picture_is_passed_over(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright())
    report = base("1.2.840.10008.5.1.4.1.1.88.11", Modality="SR")
    save(report, tmp_path / "a" / "report.dcm")
    screenshot = base(SecondaryCaptureImageStorage)
    set_pixels(screenshot, np.zeros((8, 8), np.uint8))
    save(screenshot, tmp_path / "a" / "shot.dcm")
    color = base(SecondaryCaptureImageStorage, SamplesPerPixel=3, PhotometricInterpretation="RGB")
    set_pixels(color, np.zeros((8, 24), np.uint8))
    save(color, tmp_path / "a" / "color.dcm")
    study = read_study(tmp_path / "a")
    assert_same(upright(), only(study).volume)
    assert any("without a position" in warning for warning in study.warnings)
    assert any("a color image (SamplesPerPixel (0028,0002) is 3)" in warning for warning in study.warnings)


def test_a_cut_off_file_is_left_out_with_its_name(tmp_path: Path) -> None:
    paths = write_classic(tmp_path / "a", upright())
    paths[3].write_bytes(paths[3].read_bytes()[:-700])
    series = only(read_study(tmp_path / "a"))
    assert any(paths[3].name in warning and "truncated" in warning for warning in series.warnings)
    assert np.array_equal(np.delete(series.volume.array, 3, 0), np.delete(upright().array, 3, 0))
    for path in paths:
        path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(StudyError, match="truncated or damaged"):
        read_study(tmp_path / "a")


def test_files_of_two_patients_are_refused(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright())
    write_classic(tmp_path / "a", upright(), prefix="B", PatientID="8", SeriesInstanceUID="1.2.7")
    with pytest.raises(StudyError, match="2 patients"):
        read_study(tmp_path / "a")


def test_old_files_without_a_preamble(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for k in range(7):
        dataset = base(MRImageStorage, InstanceNumber=k + 1)
        place(dataset, upright(), k)
        set_pixels(dataset, upright().array[k])
        del dataset.file_meta
        if IS_OLD:
            dataset.is_implicit_VR = dataset.is_little_endian = True
            pydicom.dcmwrite(tmp_path / "a" / f"{k}.ima", dataset)
        else:
            pydicom.dcmwrite(tmp_path / "a" / f"{k}.ima", dataset, implicit_vr=True, little_endian=True)
    assert_same(upright(), only(read_study(tmp_path / "a")).volume)


def test_single_slice_without_thickness_says_so(tmp_path: Path) -> None:
    def strip(dataset: Dataset, k: int) -> None:
        del dataset.SliceThickness

    write_classic(tmp_path / "a", VOLUMES["single slice"], change=strip)
    series = only(read_study(tmp_path / "a"))
    assert series.volume.spacing_mm[2] == 1.0
    assert any("thickness" in warning for warning in series.warnings)


def test_a_spacing_of_zero_is_refused(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright(), change=lambda dataset, k: setattr(dataset, "PixelSpacing", [0, 0]))
    with pytest.raises(StudyError, match="spacing of zero"):
        read_study(tmp_path / "a")


def test_raw_voxels_are_not_taken_for_dicom(tmp_path: Path) -> None:
    (tmp_path / "x.raw").write_bytes(np.array([8, 3, 5, 0, 7] * 100, "<i2").tobytes())
    assert not is_dicom(tmp_path / "x.raw")


def test_inverted_gray_scale_is_turned_round(tmp_path: Path) -> None:
    one = Volume(upright().array.astype(np.uint16), upright().affine_lps)
    write_classic(tmp_path / "a", Volume(65535 - one.array, one.affine_lps), PhotometricInterpretation="MONOCHROME1")
    assert_same(one, only(read_study(tmp_path / "a")).volume)


def test_enhanced_frames_of_two_time_points_are_parted(tmp_path: Path) -> None:
    one = volume(SAGITTAL, (1, 1, 4), (20, 20, 4))

    def number(dataset: Dataset) -> None:
        for position, frame in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            content = Dataset()
            content.TemporalPositionIndex = position // 4 + 1
            frame.FrameContentSequence = [content]

    write_enhanced(tmp_path / "a.dcm", one, order=[0, 1, 2, 3, 3, 2, 1, 0], change=number)
    study = read_study(tmp_path / "a.dcm")
    assert len(study.series) == 2
    for series in study.series:
        assert_same(one, series.volume)


def test_two_examinations_of_one_patient_are_read_with_a_warning(tmp_path: Path) -> None:
    write_classic(tmp_path / "a", upright())
    write_classic(tmp_path / "a", upright(), prefix="B", SeriesInstanceUID="1.2.7", StudyInstanceUID=generate_uid())
    study = read_study(tmp_path / "a")
    assert len(study.series) == 2
    assert any("2 study UIDs" in warning for warning in study.warnings)
