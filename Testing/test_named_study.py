"""Studies of data sets: what whoever made one calls a series is believed."""

from discgrader.imaging.files import write_volume
from discgrader.imaging.study_reader import read_study
from discgrader.training.named_study import read_named_study
from solid_body import lumpy, sagittal


def test_a_series_is_what_it_is_called_though_its_picture_shows_something_else(tmp_path):
    volume = sagittal(lumpy(0)).volume
    for name in ("sag_t2", "T1", "SPACE T2", "STIR", "picture"):
        write_volume(volume, tmp_path / f"{name}.nii.gz")
    roles = {one.name: one.role for one in read_named_study(tmp_path).series}
    seen = {one.name: one.role for one in read_study(tmp_path).series}
    assert seen["sag_t2"] != "T2", "nothing is contradicted here, so nothing is tried"
    assert roles == {"sag_t2": "T2", "T1": "T1", "SPACE T2": "T2_SPACE", "STIR": "STIR", "picture": seen["picture"]}
    assert "its name, sag_t2, " in next(one for one in read_named_study(tmp_path).series if one.name == "sag_t2").contrast_reason
