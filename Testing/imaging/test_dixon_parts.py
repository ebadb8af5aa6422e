"""Parts of a Dixon series without a word of which is which."""

from pathlib import Path

import numpy as np
import pytest
from dicom_files import write_classic
from discgrader.imaging.files import write_volume
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.phantom.study import make_study
from scipy.ndimage import zoom


@pytest.fixture(scope="module")
def parts() -> dict[str, Volume]:
    """In phase, opposed phase, water and fat; as bright as the T1 of the spine is, is how much of it is fat."""
    t2, t1 = (series.volume for series in make_study(3, series=("T2", "T1"), middle_slices=5).study.series)
    whole = t2.array.astype(float)
    bright = zoom(t1.array.astype(float), np.array(whole.shape) / t1.array.shape, order=1)
    share = np.clip((bright / np.percentile(bright, 99) - 0.35) / 0.65, 0, 1)
    water, fat = np.rint(whole * (1 - share)), np.rint(whole * share)
    pictures = {"in": water + fat, "opp": np.abs(water - fat), "W": water, "F": fat}
    return {name: Volume(one.astype(np.int16), t2.affine_lps) for name, one in pictures.items()}


def roles(study) -> dict[str, str]:
    """By the folder or file that each series lies in."""
    return {series.source[0].parent.name if series.files else series.name: series.role for series in study.series}


@pytest.mark.parametrize("times", [{"EchoTime": 100, "RepetitionTime": 4000}, {"EchoTime": "", "RepetitionTime": ""}])
@pytest.mark.parametrize("description", ["", "T2 TSE sag"])
@pytest.mark.parametrize("names", [("in", "opp", "W", "F"), ("F", "W", "opp", "in"), ("W", "F", "in"), ("opp", "in")])
def test_of_unnamed_parts_only_the_one_in_phase_is_a_t2(names, description, times, parts, tmp_path: Path) -> None:
    for number, name in enumerate(names):
        uid = f"1.2.{number}"
        write_classic(tmp_path / "a" / name, parts[name], SeriesInstanceUID=uid, SeriesDescription=description, **times)
    study = read_study(tmp_path / "a")
    told = roles(study)
    assert told.pop("in") == "T2" and "T2" not in told.values(), told
    named = description or times["EchoTime"]
    if named and "opp" in names:
        opposed = next(series for series in study.series if series.source[0].parent.name == "opp")
        assert any("part of a Dixon series" in warning for warning in opposed.warnings), opposed.warnings


def test_without_the_one_in_phase_there_is_no_t2(parts, tmp_path: Path) -> None:
    for name in ("W", "F", "opp"):
        write_volume(parts[name], tmp_path / f"t2_sag_{'WFo'.index(name[0])}.nii.gz")
    assert "T2" not in [series.role for series in read_study(tmp_path).series]


def test_what_the_user_says_stays(parts, tmp_path: Path) -> None:
    for number, name in enumerate(("in", "opp", "W", "F")):
        write_volume(parts[name], tmp_path / f"t2_sag_{number}.nii.gz")
    assert roles(read_study(tmp_path, roles={"t2_sag_2": "T2"}))["t2_sag_2"] == "T2"


def test_repeated_and_other_series_of_one_geometry_are_no_parts(parts, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 12, parts["in"].array.shape)
    again = Volume(np.clip(parts["in"].array + noise, 0, None).astype(np.int16), parts["in"].affine_lps)
    weaker = Volume((0.8 * parts["in"].array).astype(np.int16), parts["in"].affine_lps)
    for name, one in {"t2_sag_1": parts["in"], "t2_sag_2": again, "t2_sag_3": weaker}.items():
        write_volume(one, tmp_path / f"{name}.nii.gz")
    assert set(roles(read_study(tmp_path)).values()) == {"T2"}
