"""Sudirman's set as a second cohort, as handed over and as published; what is wrong in its tables is said."""

import numpy as np
import pytest
from dicom_files import write_classic
from discgrader.errors import StudyError
from discgrader.imaging.files import write_volume
from discgrader.training.spider import read_corrected, spider_corrections
from discgrader.training.sudirman import FIRST_PATIENT, is_sudirman, sudirman_gradings, sudirman_images
from volumes import spine

GRADES = "patient,level,index_from_sacrum,pfirrmann\n4,L5-S1,1,2\n4,L4-L5,2,5\n9,L5-S1,1,1\n"


def written(folder, text=GRADES):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gradings.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def handed(tmp_path):
    root = written(tmp_path / "sudirman_sagittal")
    rows = [(4, "t2"), (9, "t1"), (9, "t2"), (11, "t2")]
    for patient, sequence in rows:
        write_volume(spine(slices=1), root / f"{patient:04}_{sequence}.nii.gz")
    lines = [f"{patient},{sequence},{patient:04}_{sequence}.nii.gz" for patient, sequence in rows]
    (root / "images.csv").write_text("\n".join(["patient,sequence,file", *lines]) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def published(tmp_path):
    root = written(tmp_path / "lumbar")
    for series, description in ((2, "T2_TSE_SAG_384_0002"), (3, "T1_TSE_SAG_320_0003"), (4, "T2_TSE_TRA_384_0004")):
        write_classic(
            root / "0004" / "L-SPINE_LSS_20160309" / description,
            spine(seed=series),
            prefix="IM",
            SeriesDescription=description[:-5].lower(),
            SeriesNumber=series,
        )
    return root


def test_handed_slices_of_graded_patients(handed):
    found = sudirman_images(handed)
    assert [(image.patient - FIRST_PATIENT, image.sequence) for image in found] == [(4, "T2"), (9, "T1"), (9, "T2")]
    assert all(is_sudirman(image.patient) for image in found) and not is_sudirman(218)
    assert sudirman_gradings(handed) == {
        (FIRST_PATIENT + 4, 1): {"pfirrmann": 2},
        (FIRST_PATIENT + 4, 2): {"pfirrmann": 5},
        (FIRST_PATIENT + 9, 1): {"pfirrmann": 1},
    }
    assert sudirman_images(handed / "sudirman_sagittal") == found


def test_published_series_are_matched_by_their_names_and_read_whole(published):
    found = sudirman_images(published)
    assert [(image.patient - FIRST_PATIENT, image.sequence) for image in found] == [(4, "T1"), (4, "T2")]
    volume, lowest = read_corrected(found[1], spider_corrections())
    assert volume.size == spine(seed=2).size and lowest is None
    assert np.array_equal(np.sort(volume.array, None), np.sort(spine(seed=2).array, None))


def test_a_set_that_is_not_there_is_no_images(tmp_path):
    assert sudirman_images(tmp_path) == [] and sudirman_gradings(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,level,index_from_sacrum\n", "has no column pfirrmann"),
        (GRADES + "9,L4-L5,2,6\n", "row 5: there is no disc 2 with the Pfirrmann grade 6"),
        (GRADES + "9,L4-L5,0,3\n", "row 5: there is no disc 0"),
        (GRADES + "9,L4-L5,two,3\n", "row 5: .* correct the number"),
        (GRADES + "4,L5-S1,1,3\n", "row 5: patient 4, disc 1 has two grades"),
    ],
)
def test_a_table_that_cannot_be_is_refused(tmp_path, text, words):
    written(tmp_path / "sudirman_sagittal", text)
    with pytest.raises(StudyError, match=words):
        sudirman_gradings(tmp_path)


def test_an_image_that_is_named_and_not_there_is_said(handed):
    (handed / "sudirman_sagittal" / "0009_t1.nii.gz").unlink()
    with pytest.raises(StudyError, match=r"row 3: there is no image .*0009_t1\.nii\.gz"):
        sudirman_images(handed)


def test_the_handed_set_is_read_whole(data_dir):
    images, grades = sudirman_images(data_dir), sudirman_gradings(data_dir)
    assert len({image.patient for image in images}) == 298 and sum(i.sequence == "T1" for i in images) == 110
    counts = np.bincount([one["pfirrmann"] for one in grades.values()], minlength=6)
    assert len(grades) == 894 and counts[2] > counts[[1, 3, 4, 5]].sum()
