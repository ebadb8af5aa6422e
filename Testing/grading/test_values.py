"""Boxes, discs and grades are values: equal by what they say, unchangeable, and the same again after a file, a scene or
a message; and the one margin rule."""

import json
from dataclasses import FrozenInstanceError, dataclass, field, replace

import numpy as np
import pytest
from discgrader.checked import checked, plain, written_as
from discgrader.errors import UsageError
from discgrader.grading.results import DiscResult, Grade
from discgrader.jobs.messages import pack, unpack
from discgrader.localize.box import SAME_BOX_MM, RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import Label, disc_label, is_disc
from discgrader.localize.margin import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM
from scipy.spatial.transform import Rotation
from synthetic_result import synthetic_result

AXES = Rotation.from_euler("xyz", [0.31, -0.2, 0.123456789]).as_matrix()
BOX = RoiBox(np.array([1 / 3, -0.0, 2e-7]), AXES, np.array([40.1, 62.0, 31.7]))
DISC = Disc(2, "L4-L5", np.array([1 / 7, -2.5, 3.25]), 8.1, 33.3, 45.6, BOX, ("Its name is in doubt.",))
GRADE = Grade(
    "pfirrmann",
    "pfirrmann",
    "4",
    "IV",
    dict(zip("12345", np.float32([0.1, 0.1, 0.1, 0.4, 0.3]), strict=True)),
    {"height_mm": {"value": np.float64(8.123456789), "unit": "mm"}, "pair": (1, np.int64(2)), "none": float("nan")},
    "blocks",
    "1.0.0",
    "0" * 64,
    "made-up blocks",
    True,
    ("Unlike anything the pack was trained on.",),
)
RESULT = DiscResult(DISC, (GRADE, replace(GRADE, task="high_grade")), {"msu": "no axial T2"})


def through_text(described: object) -> object:
    return json.loads(json.dumps(described, allow_nan=False))


@pytest.mark.parametrize("value", [BOX, DISC, GRADE, RESULT], ids=lambda value: type(value).__name__)
def test_what_is_written_is_read_back_equal(value) -> None:
    again = type(value).from_json(through_text(value.to_json()))
    assert again == value and again is not value
    assert through_text(again.to_json()) == through_text(value.to_json())


def test_every_disc_of_a_study_comes_back_equal() -> None:
    for one in synthetic_result().discs:
        assert DiscResult.from_json(through_text(one.to_json())) == one


def test_values_differ_by_any_number() -> None:
    others = [
        replace(BOX, center_lps_mm=BOX.center_lps_mm + [0, 0, 1e-9]),
        replace(BOX, axes_lps=AXES[:, ::-1] * [1, 1, -1]),
        replace(BOX, size_mm=[40.1, 62.0, 31.8]),
    ]
    assert len({BOX, *others, replace(BOX), RoiBox.from_json(BOX.to_json())}) == 4
    assert DISC not in (replace(DISC, roi=others[0]), replace(DISC, center_lps_mm=[0, 0, 0]), DISC.renamed("L3-L4"))
    assert len({DISC, replace(DISC), DISC.renamed("L3-L4")}) == 2
    assert replace(GRADE, evidence={}) != GRADE and replace(RESULT, not_graded={}) != RESULT
    assert BOX != "a box" and DISC != BOX


def test_nobody_changes_a_box() -> None:
    given = np.array([1.0, 2.0, 3.0])
    box = RoiBox(given, np.eye(3), np.array([4.0, 5.0, 6.0]))
    given[0] = 9.0
    assert box.center_lps_mm[0] == 1.0
    for values in (box.center_lps_mm, box.axes_lps, box.size_mm, DISC.center_lps_mm):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 7.0
    with pytest.raises(FrozenInstanceError):
        box.size_mm = given


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"center_lps_mm": [1, 2]}, "center, three axes"),
        ({"size_mm": [1, float("nan"), 3]}, "center, three axes"),
        ({"size_mm": [1, -2, 3]}, "negative"),
        ({"axes_lps": np.eye(3) * 1.1}, "right angles"),
        ({"axes_lps": [[1, 0, 0], [0.1, 1, 0], [0, 0, 1]]}, "right angles"),
    ],
)
def test_what_is_no_box_is_none(change, reason) -> None:
    with pytest.raises(UsageError, match=reason):
        replace(BOX, **change)


@pytest.mark.parametrize(
    ("value", "spoil", "reason"),
    [
        (BOX, lambda one: one.pop("size_mm"), "a thing: size_mm is missing"),
        (BOX, lambda one: one.update(size_mm=[1, 2, 0]), "a thing: .* size above zero"),
        (BOX, lambda one: one.update(axes_ras=[[1, 0, 0]] * 3), "right angles"),
        (
            DISC,
            lambda one: one["roi"].update(center_ras_mm=[1, 2, "3"]),
            r"roi.center_ras_mm\[2\] is '3', not a number",
        ),
        (DISC, lambda one: one.update(index_from_sacrum=1.5), "index_from_sacrum is 1.5, not a whole number"),
        (GRADE, lambda one: one.pop("pack"), "pack is missing"),
        (GRADE, lambda one: one.update(grade="6"), "The grade 6 of pfirrmann pfirrmann has no probability"),
        (GRADE, lambda one: one["probabilities"].update({"1": 1.5}), "it must be 0 to 1"),
        (RESULT, lambda one: one["grades"][1].update(label=4), r"grades\[1\].label is 4, not text"),
        (RESULT, lambda one: one.update(discs=[], roi=None), "roi is None, not an object"),
    ],
)
def test_what_is_broken_is_refused_by_field(value, spoil, reason) -> None:
    described = through_text(value.to_json())
    spoil(described)
    with pytest.raises(UsageError, match=reason):
        type(value).from_json(described, "a thing")


@pytest.mark.parametrize("value", [BOX, DISC, GRADE, RESULT], ids=lambda value: type(value).__name__)
def test_what_is_sent_to_a_worker_arrives_equal_and_as_unchangeable(value) -> None:
    again = unpack(pack(value))
    assert again == value and again is not value
    if isinstance(again, RoiBox | Disc):
        with pytest.raises(ValueError, match="read-only"):
            again.center_lps_mm[0] = 7.0


def test_what_was_found_comes_back_with_its_segmentation_beside_it() -> None:
    found = replace(
        synthetic_result().localization,
        others=(DISC,), name_doubts=("Which is the lowest?",), name_probability=0.91, name_alternatives={"S1-S2": 0.07},
        shifts_lps_mm={"T1": np.array([0.0, 1 / 3, -2.0])}, misfits=("Discs are 18 mm apart.",), grade_anyway=True,
    )  # fmt: skip
    again = Localization.from_json(through_text(found.to_json()), found.segmentation)
    assert again.shifts_lps_mm["T1"].tolist() == found.shifts_lps_mm["T1"].tolist()
    told = [replace(one, shifts_lps_mm={}) for one in (again, found)]
    assert vars(told[0]) == vars(told[1])


def test_a_file_for_people_has_rounded_numbers() -> None:
    told = RESULT.to_json(rounded=True)
    assert told["roi"]["center_ras_mm"] == [-0.333333, 0.0, 0.0]
    assert (told["height_mm"], told["depth_mm"]) == (8.123, 33.3), "the height that was measured for the grades"
    assert told["grades"][0]["evidence"] == {
        "height_mm": {"value": 8.123457, "unit": "mm"},
        "pair": [1, 2],
        "none": None,
    }
    assert told["grades"][0]["probabilities"]["4"] == 0.4


def test_a_box_that_somebody_else_wrote_is_the_same_within_a_micrometer() -> None:
    assert BOX.is_same(RoiBox.from_json(BOX.to_json(digits=6))) and RoiBox.from_json(BOX.to_json(digits=6)) != BOX
    assert not BOX.is_same(replace(BOX, center_lps_mm=BOX.center_lps_mm + 2 * SAME_BOX_MM))


@pytest.mark.parametrize("margin", [*MARGIN_RANGE_MM, DEFAULT_MARGIN_MM, 9.3])
def test_the_margin_is_added_above_and_below_and_taken_away_again(margin) -> None:
    box = RoiBox.around([0, 0, 0], AXES, 40.0, 60.0, 11.5, margin)
    assert box.size_mm.tolist() == [40.0, 60.0, 11.5 + 2 * margin]
    assert box.disc_height_mm(margin) == pytest.approx(11.5)
    assert box.with_margin(8.5, margin).is_same(RoiBox.around([0, 0, 0], AXES, 40.0, 60.0, 11.5, 8.5))
    low = replace(box, size_mm=[40.0, 60.0, margin])
    assert low.disc_height_mm(margin) == 1.0 and low.disc_height_mm(margin, least_mm=4.0) == 4.0


@pytest.mark.parametrize("margin", [MARGIN_RANGE_MM[0] - 0.1, MARGIN_RANGE_MM[1] + 0.1, float("nan")])
def test_no_other_margin_is_taken(margin) -> None:
    for make in (lambda: RoiBox.around([0, 0, 0], AXES, 1.0, 1.0, 1.0, margin), lambda: BOX.with_margin(margin, 10.0)):
        with pytest.raises(UsageError, match="choose a value from 8 to 12 mm"):
            make()


def test_a_disc_moves_and_turns_with_its_box() -> None:
    turned = RoiBox(np.array([5.0, 6.0, 7.0]), np.eye(3), BOX.size_mm)
    moved = DISC.moved_to(turned)
    assert moved.roi == turned
    np.testing.assert_allclose(turned.to_local(moved.center_lps_mm), BOX.to_local(DISC.center_lps_mm))
    assert replace(moved, roi=BOX, center_lps_mm=DISC.center_lps_mm) == DISC


def test_labels_are_those_of_the_files() -> None:
    assert (Label.NOTHING, Label.VERTEBRA, Label.CANAL, disc_label(1), disc_label(9)) == (0, 1, 100, 201, 209)
    values = np.array([0, 1, 100, 200, 201, 209], np.uint16)
    assert is_disc(values).tolist() == [False, False, False, False, True, True]


@dataclass(frozen=True)
class _Kept:
    box: RoiBox = field(metadata=written_as("roi"))
    what: str = ""


def test_a_field_may_be_called_otherwise_in_files() -> None:
    described = through_text(plain(_Kept(BOX, "a box")))
    assert list(described) == ["roi", "what"] and checked(described, _Kept, "it", UsageError) == _Kept(BOX, "a box")
    with pytest.raises(UsageError, match="it: roi is missing"):
        checked({"box": BOX.to_json()}, _Kept, "it", UsageError)
