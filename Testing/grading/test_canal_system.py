"""The measured canal as a system: which slices are measured, how it grades, and what it tells beside other grades.

The networks are replaced by one that reads a made body's signal, so that what is to be measured is known.
"""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.canal.outline import GROUPS
from discgrader.errors import PackError
from discgrader.grading.canal_definitions import CANAL_MEASURES
from discgrader.grading.contradictions import of_packs
from discgrader.grading.grader import Grader
from discgrader.grading.results import DiscResult
from discgrader.grading.view import slice_read
from discgrader.imaging.study import Plane, Study
from discgrader.localize.disc import Localization
from discgrader.localize.labels import Label, disc_label
from discgrader.packs.pack import Pack, write_pack
from explained import explained
from solid_body import STEP_MM, Body, axial, discs, sagittal, volume
from tiny_packs import TRAINED_ON, tiny_canal_pack, tiny_window_pack

CSF, DISC, BONE, NOTHING = 100.0, 40.0, 20.0, 0.0
"""Signal of what the body is made of."""

SYSTEM, TASK = "measured-canal", "central_stenosis"

ERROR = {"sac_area_mm2": {"mean": 9.0, "mean_share": 0.06}, "sac_depth_mm": {"mean": 0.4, "mean_share": 0.03}}


class ByBrightness:
    """Outlines what is brighter than half of the sac; as ``sure`` as is wanted."""

    def __init__(self, sure: float = 0.98) -> None:
        self.sure = sure

    def shares(self, plane: Plane, pictures: np.ndarray) -> np.ndarray:
        found = np.zeros((len(pictures), len(GROUPS), *pictures.shape[1:]), np.float32)
        # Halfway between the sac and what is beside it, so that outlines are neither too wide nor too narrow.
        found[:, GROUPS.index("csf")] = self.sure * (pictures > 0.5)
        return found


def body(depths: tuple[float, ...], width: float = 18.0) -> Body:
    """Discs, vertebrae and a sac behind them, elliptic, and at each disc so deep."""

    def signal(points: np.ndarray) -> np.ndarray:
        x, y, z = np.moveaxis(points, -1, 0)
        level = np.clip(np.rint(z / STEP_MM).astype(int), 0, len(depths) - 1)
        near = np.abs(z - level * STEP_MM)
        depth = np.where(near < 9.0, np.array(depths)[level], 16.0)
        # In front of the sac, which begins 2 mm behind, lie discs and vertebrae 36 mm deep.
        ellipse = (2 * x / width) ** 2 + (2 * (y - 32.0) / depth) ** 2 <= 1
        column = (np.abs(y - 3.0) < 18.0) & (np.abs(x) < 22.0)
        return np.where(ellipse, CSF, np.where(column, np.where(near < 5.0, DISC, BONE), NOTHING))

    return signal


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return tiny_canal_pack(tmp_path_factory.mktemp("canal"), error=ERROR)


@pytest.fixture(scope="module")
def multitask(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return tiny_window_pack(tmp_path_factory.mktemp("axial"), "axial-multitask")


def segmented(localization: Localization, made: Body) -> Localization:
    """The localization with the labels of a body."""
    grid = volume(made, np.eye(3), np.array([0.0, 10.0, 54.0]), (13, 100, 180), (3.0, 0.8, 1.0))
    height = grid.affine_lps[2, 3] + np.arange(grid.array.shape[0])
    index = np.clip(np.rint(height / STEP_MM).astype(int), 0, 3)[:, None, None] + 1
    labels = np.select(
        [grid.array == CSF, grid.array == DISC, grid.array == BONE],
        [Label.CANAL, disc_label(0) + index, Label.VERTEBRA],
        0,
    )
    return replace(localization, segmentation=grid.with_array(labels.astype(np.uint16)))


DEPTHS = (16.0, 8.0, 6.0, 4.0)


@pytest.fixture(scope="module")
def localization() -> Localization:
    found = discs((0.0, 0.0, 0.0, 0.0))
    middle = [replace(disc, center_lps_mm=disc.center_lps_mm + np.array([0.0, -7.0, 0.0])) for disc in found.discs]
    return replace(found, discs=tuple(middle))


def graded(
    study: Study, localization: Localization, *packs: Pack, sure: float = 0.98, systems: tuple[str, ...] | None = None
) -> dict[str, DiscResult]:
    grader = Grader(packs)
    grader.systems[SYSTEM].networks = ByBrightness(sure)
    return {one.disc.level: one for one in grader.grade(study, localization, systems=systems)}


def test_the_area_is_graded_by_the_limits_of_the_literature(localization: Localization, pack: Pack) -> None:
    made = body(DEPTHS)
    found = graded(Study("s", (sagittal(made), axial(made))), segmented(localization, made), pack)
    for level, depth, grade in zip(found, DEPTHS, "0123", strict=True):
        one = found[level].grade_of(SYSTEM, TASK)
        area = one.evidence["sac_area_mm2"]
        true = np.pi / 4 * depth * 18.0
        # Pixels of the made series are 1.5 mm wide.
        assert area["value"] == pytest.approx(true, rel=0.12)
        assert area["unit"] == "mm²" and area["series"] == "ax_t2" and area["source"]
        assert area["error"] == pytest.approx(0.06 * area["value"], abs=0.1)
        assert one.evidence["sac_depth_mm"]["value"] == pytest.approx(depth, abs=1.6)
        assert one.evidence["sac_depth_mm"]["series"] == "sag_t2"
        assert one.grade == grade, (level, area["value"])
        assert sum(one.probabilities.values()) == pytest.approx(1.0)


def test_the_slice_with_the_smallest_sac_counts_and_is_named(localization: Localization, pack: Pack) -> None:
    made = body((16.0, 16.0, 16.0, 16.0))

    def waist(points: np.ndarray) -> np.ndarray:
        # Slices lie 2 mm above and below the middle of a disc; that above shows a narrow sac.
        up = points[..., 2] - np.rint(points[..., 2] / STEP_MM) * STEP_MM
        return np.where((np.abs(up - 2.0) < 1.0) & (np.abs(points[..., 1] - 32.0) > 2.5), 0.0, 1.0) * made(points)

    series = axial(waist, center=(0.0, 10.0, 70.0), slices=47)
    picture, found = series.volume, graded(Study("s", (series,)), localization, pack)
    one = found["L4-L5"].grade_of(SYSTEM, TASK)
    assert one.evidence["sac_area_mm2"]["value"] < 100
    name, index = slice_read(one.evidence)
    middle = np.array([(picture.size[0] - 1) / 2, (picture.size[1] - 1) / 2, index])
    assert name == "ax_t2" and picture.index_to_lps(middle)[2] == pytest.approx(STEP_MM + 2.0)


def test_without_axial_slices_the_depth_is_graded_and_it_is_said(localization: Localization, pack: Pack) -> None:
    made = body((16.0, 11.0, 8.0, 4.0))
    found = graded(Study("s", (sagittal(made),)), segmented(localization, made), pack)
    grades = [found[level].grade_of(SYSTEM, TASK) for level in found]
    assert [one.grade for one in grades] == ["0", "1", "2", "2"]
    assert all("sac_area_mm2" not in one.evidence for one in grades)
    assert all("was not measured (no axial T2)" in one.warnings[0] for one in grades)
    assert grades[0].evidence["not_measured"]["value"] == "no axial T2"


def test_an_uncertain_outline_is_not_measured_and_it_is_said(localization: Localization, pack: Pack) -> None:
    made = body(DEPTHS)
    found = graded(Study("s", (axial(made),)), localization, pack, sure=0.79)
    for one in found.values():
        assert one.grades == () and one.not_graded[SYSTEM] == "no thecal sac was made out"


def test_what_does_not_follow_the_truth_is_told_to_nobody(
    localization: Localization, tmp_path_factory: pytest.TempPathFactory
) -> None:
    poor = {"csf_share": {"mean": 20.0, "mean_share": 0.4, "correlation": 0.4}}
    fair = {"sac_depth_mm": {"mean": 0.4, "mean_share": 0.03, "correlation": 0.9}}
    pack = tiny_canal_pack(tmp_path_factory.mktemp("poor"), error={**ERROR, **poor, **fair})
    made = body(DEPTHS)
    study = Study("s", (sagittal(made), axial(made)))
    one = graded(study, segmented(localization, made), pack)["L5-S1"].grade_of(SYSTEM, TASK)
    assert "csf_share" not in one.evidence and {"sac_area_mm2", "sac_depth_mm"} <= set(one.evidence)


def test_where_nothing_is_outlined_nothing_is_measured(localization: Localization, pack: Pack) -> None:
    made = body(DEPTHS)
    found = graded(Study("s", (sagittal(made),)), localization, pack)
    assert all(one.grades == () and one.not_graded[SYSTEM] == "no axial T2" for one in found.values())


def test_a_sagittal_depth_that_the_axial_slice_contradicts_is_not_told(localization: Localization, pack: Pack) -> None:
    made, wrong = body(DEPTHS), body((16.0, 14.0, 14.0, 4.0))
    found = graded(Study("s", (sagittal(made), axial(made))), segmented(localization, wrong), pack)
    told = ["sac_depth_mm" in one.grade_of(SYSTEM, TASK).evidence for one in found.values()]
    assert told == [True, False, False, True]


def test_measures_stand_beside_the_grades_of_other_systems(
    localization: Localization, pack: Pack, multitask: Pack
) -> None:
    made = body(DEPTHS)
    study = Study("s", (sagittal(made), axial(made)))
    found = graded(study, segmented(localization, made), pack, multitask, systems=("axial-multitask",))["L4-L5"]
    assert {grade.system for grade in found.grades} == {"axial-multitask"}
    canal, herniation, root = (
        found.grade_of("axial-multitask", task) for task in ("central_stenosis", "herniation", "nerve_root")
    )
    assert {"slice", "sac_area_mm2", "csf_share", "sac_depth_mm"} <= set(canal.evidence)
    assert "disc_overhang_mm" in herniation.evidence and "disc_overhang_mm" not in canal.evidence
    assert "sac_area_mm2" in root.evidence
    for name in set(canal.evidence) & set(CANAL_MEASURES):
        assert canal.evidence[name]["title"] == CANAL_MEASURES[name].title


def test_two_steps_between_network_and_measure_are_a_contradiction(
    localization: Localization, pack: Pack, multitask: Pack
) -> None:
    made = body(DEPTHS)
    found = graded(Study("s", (sagittal(made), axial(made))), localization, pack, multitask)
    measured = {level: one.grade_of(SYSTEM, TASK) for level, one in found.items()}
    template = found["L4-L5"].grade_of("axial-multitask", TASK)
    for network, level, expected in (("2", "L5-S1", 1), ("3", "L4-L5", 1), ("2", "L4-L5", 0), ("0", "L1-L2", 1)):
        if level not in measured:
            continue
        said = replace(template, grade=network, probabilities={**dict.fromkeys("0123", 0.0), network: 1.0})
        against = of_packs([said, measured[level]])
        assert len(against) == expected, (network, level, measured[level].grade)
        assert all(one.of == "Central canal stenosis" for one in against)


def test_the_outline_of_the_sac_is_shown_on_the_slice_that_was_measured(localization: Localization, pack: Pack) -> None:
    made = body(DEPTHS)
    study = Study("s", (sagittal(made), axial(made)))
    grader = Grader([pack])
    grader.systems[SYSTEM].networks = ByBrightness()
    results = grader.grade(study, localization)
    series, shown = explained(grader, study, localization, results[0])[SYSTEM, TASK]
    k, j, i = np.nonzero(shown.array > 0.5)
    places = shown.index_to_lps(np.stack([i, j, k], -1).astype(float))
    assert series == "ax_t2"
    assert np.abs(places.mean(0) - [0.0, 32.0, places[0, 2]]).max() < 1.5
    assert len(np.unique(k)) == 1 and np.ptp(places[:, 0]) == pytest.approx(18.0, abs=3.0)


def test_a_pack_that_outlines_other_things_is_refused(tmp_path, pack: Pack) -> None:
    described = {**pack.architecture, "groups": ["sac"]}
    other = write_pack(
        tmp_path / "other",
        name="other",
        version="1",
        system=SYSTEM,
        tasks=pack.tasks,
        input={},
        architecture=described,
        files={file: pack.read_bytes(file) for file in pack.files},
        trained_on=TRAINED_ON,
    )
    with pytest.raises(PackError, match="outlines other things"):
        Grader([other])
