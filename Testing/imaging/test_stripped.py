"""Headers poorer or stranger than the standard: the same spine is read, or the attribute is named; never a wrong
place."""

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import StudyError, UsageError
from discgrader.imaging.dicom_values import named
from discgrader.imaging.pydicom_versions import save
from discgrader.imaging.study import Study
from discgrader.imaging.study_reader import read_study
from discgrader.phantom.dicom import series_images
from discgrader.phantom.stripped import KINDS, PUBLIC, check_kinds, strip
from discgrader.phantom.study import PhantomStudy, make_study
from pydicom import Dataset

ROLES = ("T2", "T1", "AX_T2")


@pytest.fixture(scope="module")
def phantom() -> PhantomStudy:
    return make_study(3, series=ROLES, middle_slices=7)


@pytest.fixture(scope="module")
def images(phantom: PhantomStudy) -> list[list[Dataset]]:
    return [series_images(phantom, number + 1) for number in range(len(ROLES))]


def write(images: list[list[Dataset]], folder: Path) -> Path:
    for number, series in enumerate(images, 1):
        (folder / f"s{number}").mkdir(parents=True)
        for k, image in enumerate(series):
            save(image, folder / f"s{number}" / f"{k:03d}.dcm")
    return folder


def stripped(images: list[list[Dataset]], kinds: tuple[str, ...]) -> list[list[Dataset]]:
    return [strip(copy.deepcopy(series), kinds, number) for number, series in enumerate(images, 1)]


def assert_whole(study: Study, phantom: PhantomStudy, edge: int = 0) -> None:
    """Every series is there, each voxel at its place within 0.01 mm."""
    inside = (slice(None), slice(edge, None), slice(None, -edge or None))
    assert len(study.series) == len(phantom.study.series), [series.name for series in study.series]
    for made in phantom.study.series:
        alike = [
            series
            for series in study.series
            if series.volume.array.shape == made.volume.array.shape
            and np.abs(series.volume.affine_lps - made.volume.affine_lps).max() < 0.01
            and np.array_equal(series.volume.array[inside], made.volume.array[inside])
        ]
        assert len(alike) == 1, made.name


@pytest.mark.parametrize("kind", [*KINDS, "public"])
def test_a_study_with_stripped_headers_is_read_whole(kind, images, phantom, tmp_path):
    study = read_study(write(stripped(images, (kind,)), tmp_path / "a"))
    if kind == "rescaled":
        study = Study(
            study.name,
            tuple(
                type(series)(**{**vars(series), "volume": series.volume.with_array(series.volume.array + 1024)})
                for series in study.series
            ),
        )
    assert_whole(study, phantom, edge=9 if kind == "padded" else 0)
    assert study.left_out == ()


@pytest.mark.parametrize(
    "kinds",
    [
        ("one-series", "no-description", "no-times"),
        ("one-series", "no-numbers", "no-times"),
        ("one-series", "instances-again", "no-modality", "no-sop-class", "no-frame-of-reference"),
        ("no-series", "no-study", "no-patient", "no-dates"),
        ("series-of-one-slice", "one-instance", "no-times", "rle"),
        ("rle", "no-bits"),
        ("rle", "signed"),
        ("legacy-converted", "no-modality", "no-sop-class"),
        (*PUBLIC, "one-number", "no-thickness", "no-patient"),
    ],
)
def test_several_at_once(kinds, images, phantom, tmp_path):
    assert_whole(read_study(write(stripped(images, kinds), tmp_path / "a")), phantom)


def test_padding_is_as_dark_as_what_lies_beside_it(images, tmp_path):
    study = read_study(write(stripped(images, ("padded",)), tmp_path / "a"))
    for series in study.series:
        assert series.volume.array[:, :6].max() <= series.volume.array.min(axis=(1, 2)).max()


def test_times_of_a_converted_image_are_found(images, tmp_path):
    study = read_study(write(stripped(images, ("legacy-converted",)), tmp_path / "a"))
    assert [series.role for series in study.series] == list(ROLES)
    assert all(series.header["EchoTime"] and series.header["RepetitionTime"] for series in study.series)
    assert [instance.frame for instance in study.series[0].identity.instances] == list(range(1, 8))


def test_what_contradicts_is_said(images, tmp_path):
    study = read_study(write(stripped(images, ("wrong-sign",)), tmp_path / "a"))
    assert any(named("PixelRepresentation") in warning for series in study.series for warning in series.warnings)
    study = read_study(write(stripped(images, ("more-bits-than-stated",)), tmp_path / "b"))
    assert any(named("BitsStored") in warning for series in study.series for warning in series.warnings)


USED = (
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SliceThickness",
    "SpacingBetweenSlices",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PhotometricInterpretation",
    "SamplesPerPixel",
    "PixelData",
    "Modality",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "StudyDate",
    "StudyTime",
    "SeriesNumber",
    "InstanceNumber",
    "SeriesDescription",
    "EchoTime",
    "RepetitionTime",
    "ImageType",
    "ScanningSequence",
    "RescaleSlope",
    "RescaleIntercept",
    "NumberOfFrames",
    "PixelPaddingValue",
    "AcquisitionNumber",
    "SliceLocation",
)
"""Every attribute that reading looks at."""


def _set(value: object) -> Callable[[Dataset, str, Dataset], None]:
    def change(image: Dataset, keyword: str, other: Dataset) -> None:
        image.add_new(keyword, Dataset().get(keyword) or _vr(keyword), value)

    return change


def _vr(keyword: str) -> str:
    from pydicom.datadict import dictionary_VR

    return dictionary_VR(keyword).split(" ")[0]


def _missing(image: Dataset, keyword: str, other: Dataset) -> None:
    if keyword in image:
        del image[keyword]


def _empty(image: Dataset, keyword: str, other: Dataset) -> None:
    image.add_new(keyword, _vr(keyword), b"" if _vr(keyword) in ("OW", "OB") else None)


def _other(image: Dataset, keyword: str, other: Dataset) -> None:
    """What another slice says."""
    if keyword in other:
        image[keyword] = copy.deepcopy(other[keyword])


def _twice(image: Dataset, keyword: str, other: Dataset) -> None:
    """The values once more, so that there are too many."""
    if keyword in image and _vr(keyword) not in ("OW", "OB"):
        value = image[keyword].value
        many = list(value) if not isinstance(value, (str, int, float)) and hasattr(value, "__iter__") else [value]
        image.add_new(keyword, _vr(keyword), many * 2)


def _absurd(image: Dataset, keyword: str, other: Dataset) -> None:
    values = {
        "US": 7,
        "DS": "-77777",
        "IS": "-3",
        "UI": "1.2.840.99.1",
        "CS": "QQ",
        "DA": "17",
        "TM": "zz",
        "OW": b"1234",
    }
    if _vr(keyword) in values and keyword in image:
        value = values[_vr(keyword)]
        count = getattr(image[keyword], "VM", 1)
        image.add_new(keyword, _vr(keyword), [value] * count if count > 1 else value)


MUTATIONS = {"missing": _missing, "empty": _empty, "other": _other, "twice": _twice, "absurd": _absurd}
WHERE = {"all": lambda k: True, "one": lambda k: k == 4, "half": lambda k: k % 2 == 0}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("how", MUTATIONS)
def test_no_attribute_moves_a_slice_or_changes_a_picture_without_a_word(how, where, images, tmp_path):
    """Each file that is read lies where it lay and shows what it showed; what is not read names the attribute."""
    truth, wrong = _cropped(images[0]), []
    for keyword in USED:
        if (keyword, how) == ("ImagePositionPatient", "other") and where != "one":
            continue  # slices that have all changed places are a study like any other
        if (keyword, how) == ("PixelData", "other"):
            continue  # and so are slices that show something else
        changed = copy.deepcopy(truth)
        for k, image in enumerate(changed):
            if WHERE[where](k):
                MUTATIONS[how](image, keyword, truth[(k + 3) % len(truth)])
        folder = tmp_path / keyword
        try:
            write([changed], folder)
        except Exception:  # noqa: BLE001 -- pydicom does not write it, so that nobody has such a file of it
            continue
        try:
            study = read_study(folder)
        except StudyError as error:
            if named(keyword) not in str(error) and not _about(keyword, str(error)):
                wrong.append((keyword, str(error)))
            continue
        said = " ".join(
            [
                *(f"{one.name}: {one.reason}" for one in study.left_out),
                *(warning for series in study.series for warning in series.warnings),
                *study.warnings,
            ]
        )
        wrong += _wrong(study, truth, keyword, said)
    assert wrong == []


def _cropped(images: list[Dataset]) -> list[Dataset]:
    """The front of the middle of each slice, so that many studies are written soon."""
    cropped = []
    for image in copy.deepcopy(images):
        picture = image.pixel_array[150:214, 120:190]
        step = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
        place = np.array(image.ImagePositionPatient, float) + image.PixelSpacing[0] * (120 * step[0] + 150 * step[1])
        image.ImagePositionPatient = [f"{one:.6f}" for one in place]
        image.Rows, image.Columns = picture.shape
        image.PixelData = np.ascontiguousarray(picture, "<u2").tobytes()
        image["PixelData"].VR = "OW"
        cropped.append(image)
    return cropped


def _about(keyword: str, text: str) -> bool:
    """Whether a refusal speaks of the attribute by what it is for."""
    words = {
        "PixelData": "truncated",
        "Rows": "truncated",
        "Columns": "truncated",
        "BitsAllocated": "truncated",
        "SOPClassUID": "MR",
        "PatientID": "patients",
        "StudyInstanceUID": "examinations",
        "NumberOfFrames": "frames",
    }
    return keyword in words and words[keyword] in text


def _wrong(study: Study, truth: list[Dataset], keyword: str, said: str) -> list[tuple]:
    seen, wrong = set(), []
    for series in study.series:
        volume = series.volume
        for k, file in enumerate(series.files):
            if not file:
                continue
            image = truth[int(Path(file).stem)]
            seen.add(int(Path(file).stem))
            place = np.array(image.ImagePositionPatient, float)
            axes = np.reshape(np.array(image.ImageOrientationPatient, float), (2, 3))
            spacing = np.array(image.PixelSpacing, float)
            end = place + axes[0] * spacing[1] * (image.Columns - 1) + axes[1] * spacing[0] * (image.Rows - 1)
            last = volume.index_to_lps([volume.size[0] - 1, volume.size[1] - 1, k])
            away = np.abs([volume.index_to_lps([0, 0, k]) - place, last - end]).max()
            if away > 0.02:
                wrong.append((keyword, file, f"{away:.2f} mm", said))
            if not np.array_equal(volume.array[k], image.pixel_array) and named(keyword) not in said:
                wrong.append((keyword, file, "values", said))
    if seen != set(range(len(truth))) and named(keyword) not in said and not _about(keyword, said):
        wrong.append((keyword, "lost", set(range(len(truth))) - seen, said))
    return wrong


def test_the_command_writes_such_studies(tmp_path, capsys):
    arguments = ["phantom", "-o", str(tmp_path / "a"), "--series", "T1"]
    assert main([*arguments, "--dicom", "--stripped", "nonsense"]) != 0
    assert "no kind nonsense" in capsys.readouterr().err
    assert main([*arguments, "--stripped"]) != 0
    assert "--dicom" in capsys.readouterr().err
    with pytest.raises(UsageError, match="rle"):
        check_kinds(["nonsense"])


@pytest.mark.parametrize("which", [0, 2, 4])
@pytest.mark.parametrize("absurd", [(0, 1, 2), (0,)])
def test_a_slice_that_lies_outside_any_patient_is_left_out_of_a_stack_of_five(which, absurd, tmp_path):
    images = series_images(make_study(1, {}, series=("T2",), middle_slices=5), 1)
    place = list(images[which].ImagePositionPatient)
    for axis in absurd:
        place[axis] = -77777.0
    images[which].ImagePositionPatient = place
    study = read_study(write([images], tmp_path))
    [series] = study.series
    assert [Path(file).stem for file in series.files if file] == [f"{k:03d}" for k in range(5) if k != which]
    [left_out] = study.left_out
    assert f"{which:03d}.dcm" in left_out.name and named("ImagePositionPatient") in left_out.reason
