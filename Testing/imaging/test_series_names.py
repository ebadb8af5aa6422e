"""What series are called: two lists of real descriptions, and how name, header and picture are weighed."""

from unittest.mock import patch

import pytest
from discgrader.imaging import recognize as room
from discgrader.imaging.names import contrast_from_name, parse_name
from discgrader.imaging.picture_contrast import KEYS, PictureContrast
from discgrader.imaging.recognize import recognize
from discgrader.imaging.study import Contrast
from series_name_list import differences, listed
from volumes import upright

LISTS = ("first", "second", "more")


@pytest.mark.parametrize("row", [row for one in LISTS for row in listed(one)], ids=lambda row: row["name"])
def test_every_name_is_what_it_is(row: dict[str, str]) -> None:
    assert not list(differences(row))


def test_the_lists_are_long_and_name_each_once() -> None:
    names = [row["name"] for one in LISTS for row in listed(one)]
    assert len(names) >= 450
    assert len(set(names)) == len(names)


def test_reasons_say_what_it_is() -> None:
    assert "fat part" in contrast_from_name("t2_tse_dixon_sag_F").reason
    assert "subtraction" in contrast_from_name("t1_sag_sub").reason
    assert "gradient echo (me2d)" in contrast_from_name("t2_me2d_tra").reason
    assert "both T2 and STIR" in parse_name("Sagittal T2/STIR").why


def seen(**chances: float) -> PictureContrast:
    """A picture that gives contrasts these probabilities."""
    probabilities = dict.fromkeys(KEYS, 0.0) | {Contrast(name): p for name, p in chances.items()}
    best = max(probabilities, key=probabilities.get)
    return PictureContrast(probabilities, best if probabilities[best] > 0.8 else Contrast.UNKNOWN, probabilities[best])


def recognized(name: str, picture: PictureContrast, header: dict | None = None):
    with patch.object(room, "picture_contrast", return_value=picture):
        return recognize(name, upright(), header)


def test_the_picture_decides_where_name_and_times_are_silent_or_ambiguous() -> None:
    for name in ("scan", "Sagittal T2/STIR", "t2_tse_dixon_sag", "T1/T2"):
        assert recognized(name, seen(STIR=0.97, T2=0.03)).contrast is Contrast.STIR
        assert recognized(name, seen(T2=0.97, STIR=0.03)).contrast is Contrast.T2
        unclear = recognized(name, seen(T2=0.5, STIR=0.5))
        assert unclear.contrast is Contrast.UNKNOWN and unclear.reason
    assert "both T2 and STIR" in recognized("Sagittal T2/STIR", seen(T2=1.0)).reason


@pytest.mark.parametrize(
    ("name", "picture", "contrast"),
    [
        ("t2_tse_sag", {"STIR": 0.999, "T2": 0.001}, "STIR"),
        ("t2_tse_sag", {"T1": 0.999, "T2": 0.001}, "T1"),
        ("t1_tse_sag", {"T2": 0.999, "T1": 0.001}, "T2"),
        ("t2_tse_sag", {"other": 0.999, "T2": 0.001}, "other"),
    ],
)
def test_a_picture_that_contradicts_with_conviction_is_believed_and_the_reader_told(name, picture, contrast) -> None:
    found = recognized(name, seen(**picture))
    assert found.contrast == contrast
    assert name in found.reason and "99.9%" in found.reason
    assert len(found.warnings) == 1 and name in found.warnings[0]
    times = recognized("s", seen(**picture), {"EchoTime": 100.0, "RepetitionTime": 3500.0, "SeriesDescription": name})
    assert times.contrast == contrast or name.startswith("t1")


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("t2_tse_sag", {"STIR": 0.9, "T2": 0.1}),
        ("t2_tse_sag", {"T2_SPACE": 1.0}),
        ("t2_space_sag", {"T2": 1.0}),
        ("t1_tse_fs_sag_KM", {"T1": 1.0}),
    ],
)
def test_without_conviction_the_name_counts_and_nobody_is_alarmed(name, picture) -> None:
    found = recognized(name, seen(**picture))
    assert found.contrast is contrast_from_name(name).contrast
    assert not found.warnings


def test_what_is_said_to_be_fat_suppressed_is_never_graded_because_of_its_picture() -> None:
    for name, contrast in (("t2_tse_dixon_sag_W", Contrast.STIR), ("t1_fs_km_sag", Contrast.T1_FS)):
        found = recognized(name, seen(T2=1.0))
        assert found.contrast is contrast
        assert "the image shows a T2" in found.warnings[0]


def test_what_is_no_picture_to_grade_from_is_not_looked_at() -> None:
    with patch.object(room, "picture_contrast", side_effect=AssertionError):
        assert recognize("localizer", upright()).contrast is Contrast.OTHER
        assert recognize("x", upright(), {"ImageType": ["DERIVED", "PRIMARY", "FAT"]}).contrast is Contrast.OTHER


def test_a_name_that_contradicts_the_times_is_told() -> None:
    found = recognized("s", seen(T2=0.9), {"EchoTime": 100.0, "RepetitionTime": 3500.0, "SeriesDescription": "T1 sag"})
    assert found.contrast is Contrast.T2
    assert "T1 sag" in found.warnings[0]


def test_traits_of_names_and_headers() -> None:
    assert recognized("t1_tse_sag_KM", seen(T1=1.0)).traits == ("after contrast agent",)
    assert recognized("t2_spc_sag_MPR", seen(T2=1.0)).traits == ("derived",)
    assert recognized("T2 sag HWS", seen(T2=1.0)).traits == ("cervical spine",)
    header = {
        "EchoTime": 10.0,
        "RepetitionTime": 600.0,
        "ContrastBolusAgent": "Gadovist",
        "SeriesDescription": "T1 sag",
    }
    assert recognized("s", seen(T1=1.0), header).traits == ("after contrast agent",)
    assert recognized("s", seen(T1=1.0), {**header, "SeriesDescription": "T1 sag nativ"}).traits == ()
