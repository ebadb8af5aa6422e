"""What is not a lumbar spine on MR: no grade is given until somebody wants it anyway, and then that is stated."""

import json
from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import StudyError
from discgrader.grading.not_graded import NOT_LUMBAR
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate
from discgrader.localize.plausible import ct_doubt, doubts_of_row
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.main_job import grade_study
from discgrader.pipeline.settings import Settings
from discgrader.reading.commands import GradeAnyway
from discgrader.reading.files import load_reading, save_reading
from discgrader.reading.history import History
from discgrader.reading.results import reading_of_result
from fake_engine import PACKS, FakeGrader, FakeLocalizer
from synthetic_result import synthetic_result


def row(count=6, step=35.0, depth=33.0, lean=(40.0, 32.0, 20.0, 8.0, 0.0, -6.0), **changed) -> list[Candidate]:
    """A lumbar row of discs from the foot to the head."""
    whole = {
        "canal_back_mm": 31.0,
        "vertebra_above": 0.95,
        "vertebra_below": 0.9,
        "room_below_mm": 60.0,
        "body_below_mm": 0.0,
        "confidence": 0.95,
    } | changed
    found = []
    for number in range(count):
        angle = np.radians(lean[number])
        axes = np.array([[1.0, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
        found.append(
            Candidate(
                label=number + 1,
                center_lps_mm=np.array([0.0, 0.0, number * step]),
                axes_lps=axes,
                height_mm=8.0,
                depth_mm=depth,
                width_mm=45.0,
                full_height_mm=10.0,
                area_mm2=250.0,
                width_seen=False,
                vertebral_middle_mm=None,
                room_above_mm=50.0,
                **whole,
            )
        )
    return found


def test_a_lumbar_spine_is_one_with_few_discs_too_where_the_sacrum_is_in_view():
    assert doubts_of_row(row(), counted=True) == ()
    assert doubts_of_row(row(2), counted=True) == ()
    assert doubts_of_row(row(step=26.0, depth=22.0), counted=True) == (), "a small adult, or a child"
    assert doubts_of_row([], counted=True) == ()


@pytest.mark.parametrize("count", [2, 3, 6])
def test_cervical_discs_are_too_small_whoever_names_them(count):
    for counted in (True, False):
        [why] = doubts_of_row(row(count, step=18.0, depth=15.5), counted)
        assert why == "Discs are 18 mm apart and 16 mm deep, which is impossible for lumbar discs, even a child's."


def test_one_disc_of_the_neck_is_too_small():
    assert "14 mm deep" in doubts_of_row(row(1, depth=14.0), counted=True)[0]


@pytest.mark.parametrize("edge", [{"room_below_mm": 16.0}, {"body_below_mm": 20.0}])
def test_few_discs_without_a_sacrum_may_lie_anywhere_until_somebody_names_them(edge):
    [why] = doubts_of_row(row(4, **edge), counted=True)
    assert why == "4 discs are in view and no sacrum, so it is not certain that this is the lumbar spine."
    assert doubts_of_row(row(4, **edge), counted=False) == ()
    assert doubts_of_row(row(5, **edge), counted=True) == (), "five can be counted"


def test_a_kyphotic_row_without_a_sacrum_is_thoracic():
    kyphotic = row(lean=(-12.0, -8.0, -3.0, 2.0, 7.0, 12.0), room_below_mm=12.0)
    assert "kyphotic" in doubts_of_row(kyphotic, counted=True)[0]


def test_what_has_neither_canal_nor_vertebrae_beside_it_is_no_spine():
    assert "no spinal canal" in doubts_of_row(row(canal_back_mm=None), counted=True)[0]
    assert "no vertebrae" in doubts_of_row(row(vertebra_above=0.4, vertebra_below=0.3), counted=True)[0]
    assert "hardly" in doubts_of_row(row(confidence=0.7), counted=True)[0]


def _body(rng, air: bool) -> np.ndarray:
    """A slab of fat, muscle, and bone with a shell, in Hounsfield units."""
    array = np.full((3, 80, 80), -100.0)
    array[:, 10:70, 10:70] = 55.0
    array[:, 30:50, 25:55] = 450.0
    array[:, 33:47, 28:52] = 180.0
    if air:
        array[:, :, :25] = -1000.0
    return (array + rng.normal(0, 15, array.shape)).round()


@pytest.mark.parametrize("air", [True, False], ids=["with air", "a crop"])
@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_hounsfield_units_are_known_by_their_values(air, kind):
    volume = Volume(_body(np.random.default_rng(0), air).astype(kind), np.eye(4))
    assert ct_doubt("s", volume) == "The values of s look like Hounsfield units of a CT, not MR signal intensities."


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one + 1100,
        lambda one: np.abs(one),
        lambda one: (one - one.mean()) / one.std(),
        lambda one: np.clip((one + 160) / 400, 0, 1) * 255,
        lambda one: -one * 0 - 1024.0,
        lambda one: np.abs(one) * 4 - 1024,
    ],
    ids=["shifted", "positive", "standardized", "8 bits", "constant", "MR with an intercept"],
)
def test_other_values_are_no_hounsfield_units(change):
    assert ct_doubt("s", Volume(change(_body(np.random.default_rng(0), True)).astype(np.float32), np.eye(4))) is None


@pytest.fixture
def study_file(tmp_path):
    from discgrader.imaging.files import write_volume

    path = tmp_path / "study.nii.gz"
    write_volume(synthetic_result().study.series[0].volume, path)
    return path


class DoubtfulLocalizer(FakeLocalizer):
    """Finds what may be no lumbar spine."""

    def localize(self, study, **choices):
        return replace(super().localize(study, **choices), misfits=("Discs are 18 mm apart.",))


def test_it_is_refused_and_graded_once_it_is_wanted_which_is_stated(study_file, tmp_path):
    engine = Engine(DoubtfulLocalizer(), FakeGrader(), packs=PACKS)
    with pytest.raises(StudyError, match=r"was not graded\. Discs are 18 mm apart\..*--grade-anyway"):
        grade_study(study_file, tmp_path / "out", engine, Settings(roles="T2"))
    assert not (tmp_path / "out").exists()
    result = grade_study(study_file, tmp_path / "out", engine, Settings(roles="T2", grade_anyway=True, saliency=False))
    assert all(disc.grades for disc in result.discs)
    written = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    said = f"Graded anyway, as requested, although {NOT_LUMBAR}. Discs are 18 mm apart."
    assert said in written["warnings"] and written["settings"]["grade_anyway"] is True
    assert said in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_engine_gives_discs_without_grades(study_file):
    from discgrader.imaging.study_reader import read_study

    engine, heard = Engine(DoubtfulLocalizer(), FakeGrader(), packs=PACKS), []
    result = engine.grade(read_study(study_file, roles="T2"), graded=heard.append)
    assert all(not disc.grades and set(disc.not_graded.values()) == {NOT_LUMBAR} for disc in result.discs) and len(
        heard
    ) == len(result.discs)
    assert any("Discs are 18 mm apart. Nothing was graded" in warning for warning in result.warnings)


def test_what_the_reader_wants_is_kept_with_the_reading_and_can_be_undone(tmp_path):
    history = History(reading_of_result(synthetic_result(), "reader"))
    history.apply(GradeAnyway(True))
    save_reading(history.reading, tmp_path / "a.reading.json")
    assert load_reading(tmp_path / "a.reading.json").grade_anyway == history.reading.grade_anyway is not None
    assert history.undo().grade_anyway is None and history.redo().grade_anyway is not None
