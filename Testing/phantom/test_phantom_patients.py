"""The people of the digital spine: age, sex, build, scoliosis, four or six lumbar vertebrae, transitional ones."""

import json

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import UsageError
from discgrader.localize.levels import LEVELS
from discgrader.phantom import measure, measure_column
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.patient import Patient
from discgrader.phantom.spine import SpineParameters, counted_levels, counted_names
from discgrader.phantom.tissues import Structure

SEED = 22
PLAIN = Patient(scoliosis_deg=0.0, lumbar=5, transitional="none")


def draw(findings=None, **asked):
    return SpineParameters.draw(SEED, findings, Patient(**{**vars(PLAIN), **asked}))


def tilt_deg(frame):
    """By how much a frame leans to the left in the coronal plane."""
    return float(np.degrees(np.arctan2(frame.axes_lps[0, 2], frame.axes_lps[2, 2])))


@pytest.mark.parametrize(("convex", "sign"), [("left", 1), ("right", -1)])
@pytest.mark.parametrize("cobb", [12.0, 40.0])
def test_the_bend_has_the_cobb_angle_asked_for(cobb, convex, sign):
    skeleton = Anatomy(draw(scoliosis_deg=cobb, convex=convex)).skeleton
    tilts = np.array([tilt_deg(body.frame) for body in skeleton.vertebrae])
    assert np.ptp(tilts) == pytest.approx(cobb, rel=0.12)
    aside = np.array([body.frame.center_lps_mm[0] for body in skeleton.vertebrae])
    assert sign * aside[np.argmax(np.abs(aside))] > 0.3 * cobb
    apex = skeleton.vertebrae[int(np.argmax(np.abs(aside)))]
    # The front of the body at the apex has turned to the convex side.
    assert sign * (apex.frame.axes_lps @ [0, -1, 0])[0] > np.sin(np.radians(0.2 * cobb))


def test_bent_bones_lie_where_the_frames_say():
    anatomy = Anatomy(draw(scoliosis_deg=40.0, convex="right"))
    for body in anatomy.skeleton.vertebrae[:6]:
        x = np.arange(-40.0, 40.0, 0.2)
        local = np.stack([x, np.full_like(x, -2.0), np.zeros_like(x)], axis=1)
        found = anatomy.sample(body.frame.to_lps(local), 0.1).structure == Structure.BODY
        assert abs(x[found].mean()) < 0.8
        assert np.ptp(x[found]) == pytest.approx(2 * body.half_width_mm, rel=0.12)


@pytest.mark.parametrize("index", range(4))
def test_grades_of_a_scoliotic_patient_measure_as_asked(index):
    level = LEVELS[index]
    bent = {"scoliosis_deg": 35.0, "convex": "left"}

    def one(**findings):
        anatomy = Anatomy(draw({level: DiscFindings(**findings)}, **bent))
        return anatomy, anatomy.levels[index]

    found = measure.herniation(*one(msu="2B", side="left", pfirrmann=3))
    assert (found.size, found.zone, found.side) == (2, "B", "left")
    canal = one(msu="0", central_stenosis=2)
    assert measure.central_stenosis(*canal) == 2
    both = one(msu="0", right_foraminal_stenosis=3, left_foraminal_stenosis=1, left_facet_arthropathy=2)
    assert measure.foraminal_stenosis(*both, "right") == 3
    assert measure.foraminal_stenosis(*both, "left") == 1
    assert measure.facet_arthropathy(*both, "left") == 2
    for grade in (1, 3, 5):
        assert measure_column.pfirrmann(*one(msu="0", pfirrmann=grade)) == grade
    for there in (False, True):
        wide = one(msu="0", pfirrmann=4, bulging=there, spondylolisthesis=False, disc_osteophyte_complex=False)
        assert measure_column.bulging(*wide) == there
        assert measure_column.spondylolisthesis(*one(msu="0", pfirrmann=4, spondylolisthesis=there)) == there
    assert measure_column.modic(*one(msu="0", pfirrmann=4, modic=2)) == 2


def test_only_what_is_asked_of_the_person_changes():
    plain, bent = draw(), draw(scoliosis_deg=30.0, convex="left")
    assert (plain.discs, plain.vertebrae, plain.body) == (bent.discs, bent.vertebrae, bent.body)
    young, old = draw(age=22), draw(age=85)
    assert np.mean([disc.grade for disc in old.discs]) > np.mean([disc.grade for disc in young.discs]) + 0.5
    assert old.vertebrae[0].marrow_fat > young.vertebrae[0].marrow_fat + 0.05
    assert old.body.muscle_fat > young.body.muscle_fat
    assert old.vertebrae[0].height_mm < young.vertebrae[0].height_mm
    assert old.patient.sex == young.patient.sex and old.patient.mass_index == young.patient.mass_index
    woman, man = draw(sex="F"), draw(sex="M")
    assert woman.vertebrae[0].width_mm < man.vertebrae[0].width_mm
    assert woman.body.sac_radius_mm < man.body.sac_radius_mm
    assert [disc.grade for disc in woman.discs] == [disc.grade for disc in man.discs]
    lean, heavy = draw(mass_index=19.0), draw(mass_index=40.0)
    assert heavy.body.back_fat_mm > lean.body.back_fat_mm + 5
    assert lean.discs == heavy.discs


def test_plain_draws_are_as_people_are():
    people = [Patient().complete(seed) for seed in range(3000)]
    assert np.mean([one.scoliosis_deg >= 10 for one in people]) == pytest.approx(0.10, abs=0.02)
    assert np.mean([one.transitional != "none" for one in people]) == pytest.approx(0.10, abs=0.02)
    assert np.mean([one.lumbar != 5 for one in people]) == pytest.approx(1 / 15, abs=0.015)
    assert np.mean([one.sex == "F" for one in people]) == pytest.approx(0.5, abs=0.03)
    assert np.mean([one.age for one in people]) == pytest.approx(53, abs=1.5)
    assert min(one.age for one in people) >= 18 and max(one.age for one in people) <= 95


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"age": 12}, "age cannot be 12; choose 18 to 95"),
        ({"sex": "X"}, "sex cannot be X"),
        ({"mass_index": 9.0}, "body mass index cannot be 9"),
        ({"scoliosis_deg": 80.0}, "Cobb angle cannot be 80"),
        ({"scoliosis_deg": float("nan")}, "Cobb angle cannot be nan"),
        ({"lumbar": 7}, "lumbar vertebrae cannot be 7"),
        ({"transitional": "half"}, "transitional vertebra cannot be half"),
        ({"scoliosis_deg": 0.0, "convex": "left"}, "straight spine"),
        ({"transitional": "sacralized", "lumbar": 6}, "sacralized L5"),
        ({"transitional": "lumbarized", "lumbar": 4}, "lumbarized S1"),
    ],
)
def test_people_that_cannot_be_are_refused(asked, why):
    with pytest.raises(UsageError, match=why):
        Patient(**asked)


@pytest.mark.parametrize(
    ("transitional", "findings", "why"),
    [
        ("sacralized", {"msu": "2A"}, "no disc that could herniate"),
        ("sacralized", {"pfirrmann": 2}, "no Pfirrmann grade"),
        ("sacralized", {"fused": False}, "sacralized L5 is fused"),
        ("lumbarized", {"fused": True}, "only a sacralized L5 is fused"),
    ],
)
def test_a_lowest_disc_that_cannot_be_is_refused(transitional, findings, why):
    with pytest.raises(UsageError, match=why):
        SpineParameters.draw(0, {"L5-S1": DiscFindings(**findings)}, Patient(transitional=transitional))


def test_six_and_four_lumbar_vertebrae():
    assert counted_names(6)[:7] == ("L6", "L5", "L4", "L3", "L2", "L1", "T12")
    assert counted_levels(4)[:5] == ("L4-S1", "L3-L4", "L2-L3", "L1-L2", "T12-L1")
    assert counted_levels(5) == LEVELS
    four, five, six = (draw(lumbar=count) for count in (4, 5, 6))
    assert [sum(vertebra.lumbar for vertebra in spine.vertebrae) for spine in (four, five, six)] == [4, 5, 6]
    assert four.body.conus_level >= five.body.conus_level > six.body.conus_level
    for spine in (four, six):
        assert [disc.level for disc in spine.discs] == list(LEVELS)
        assert [level.parameters.index_from_sacrum for level in Anatomy(spine).levels] == list(range(1, 10))


def beside(anatomy, up_mm):
    """Structures on a line to the left from the lowest vertebra's pedicle, so far above its middle."""
    body = anatomy.skeleton.vertebrae[0]
    x = np.arange(body.half_width_mm, body.half_width_mm + 30.0, 0.5)
    local = np.stack([x, np.full_like(x, body.half_depth_mm + 2.0), np.full_like(x, up_mm)], axis=1)
    return anatomy.sample(body.frame.to_lps(local), 0.2).structure


def test_a_sacralized_vertebra_has_wide_processes_and_a_rudiment_of_a_disc():
    plain, joined = Anatomy(draw()), Anatomy(draw(transitional="sacralized"))
    wide, narrow = (np.sum(beside(one, -5.0) == Structure.ARCH) for one in (joined, plain))
    assert wide > narrow + 20
    assert joined.levels[0].parameters.fused and not plain.levels[0].parameters.fused
    assert joined.levels[0].parameters.height_mm < 0.5 * joined.levels[0].parameters.healthy_height_mm
    assert abs(joined.parameters.vertebrae[0].wedge_deg) < plain.parameters.vertebrae[0].wedge_deg


def test_chance_does_not_fuse_a_disc_of_which_something_is_asked():
    seed = next(seed for seed in range(200) if Patient().complete(seed).transitional == "sacralized")
    assert SpineParameters.draw(seed).discs[0].fused
    asked = SpineParameters.draw(seed, {"L5-S1": DiscFindings(msu="2A")})
    assert asked.discs[0].herniation.size == 2 and not asked.discs[0].fused


def test_below_a_lumbarized_vertebra_there_is_a_disc():
    from discgrader.phantom.tissues import Tissue

    def height(anatomy):
        disc = anatomy.skeleton.remnants[-1]
        up = np.arange(-6.0, 6.0, 0.1)
        local = np.stack([np.zeros_like(up), np.zeros_like(up), up], axis=1)
        found = anatomy.tissue_at(disc.frame.to_lps(local))
        return 0.1 * np.isin(found, (Tissue.NUCLEUS, Tissue.FIBROUS_DISC, Tissue.LIGAMENT)).sum()

    assert height(Anatomy(draw(transitional="lumbarized"))) > height(Anatomy(draw())) + 1.2


def test_the_person_is_asked_for_on_the_command_line_and_told_in_the_truth(tmp_path):
    asked = [
        "--age",
        "70",
        "--sex",
        "F",
        "--bmi",
        "31",
        "--scoliosis",
        "25",
        "--convex",
        "right",
        "--lumbar",
        "6",
        "--series",
        "AX_T2",
    ]
    assert main(["phantom", "--seed", "3", "--cohort", "1", *asked, "-o", str(tmp_path / "made")]) == 0
    truth = json.loads((tmp_path / "made" / "phantom_3" / "truth.json").read_text(encoding="utf-8"))
    assert truth["patient"] == {
        "age": 70,
        "sex": "F",
        "mass_index": 31.0,
        "scoliosis_deg": 25.0,
        "convex": "right",
        "lumbar": 6,
        "transitional": "none",
    }
    assert [disc["level"] for disc in truth["discs"][:2]] == ["L5-S1", "L4-L5"]
    assert [disc["level_by_count"] for disc in truth["discs"][:2]] == ["L6-S1", "L5-L6"]
    assert "phantom_3,70,F,31.0,25.0,right,6,none" in (tmp_path / "made" / "patients.csv").read_text(encoding="utf-8")


def test_a_person_that_cannot_be_is_a_wrong_use_of_the_command_line(tmp_path, capsys):
    assert main(["phantom", "--lumbar", "9", "-o", str(tmp_path / "made")]) == 2
    assert "lumbar vertebrae cannot be 9; choose one of 4, 5, 6" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
