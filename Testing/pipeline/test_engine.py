"""The main job as scripts call it: stages, choices, corrected boxes, packs."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from discgrader.errors import Cancelled, PackError, StudyError, UsageError
from discgrader.imaging.study import Plane, Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.box import RoiBox
from discgrader.localize.levels import LADDER
from discgrader.pipeline.engine import Engine, choose_packs
from discgrader.pipeline.given_boxes import with_boxes
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from fake_engine import PACKS, FakeGrader, FakeLocalizer, fake_explain
from plain_packs import made_pack
from synthetic_result import synthetic_localization, synthetic_study


@pytest.fixture
def engine() -> Engine:
    return Engine(FakeLocalizer(), FakeGrader(), fake_explain, PACKS)


def axial(study: Study) -> Study:
    return replace(study, series=tuple(replace(series, plane=Plane.AXIAL) for series in study.series))


def test_a_study_becomes_a_result(engine: Engine) -> None:
    heard: list[tuple[str, float]] = []
    progress = Progress(lambda stage, share, detail: heard.append((stage, share)))
    result = engine.grade(synthetic_study(), progress=progress)
    assert [disc.disc.level for disc in result.discs] == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
    keys = {(disc.disc.level, grade.system, grade.task) for disc in result.discs for grade in disc.grades}
    assert result.saliency.keys() == result.saliency_series.keys() == keys
    assert result.software["discgrader"] and result.software["numpy"]
    assert list(dict.fromkeys(stage for stage, _ in heard)) == ["Finding discs", "Grading", "Explaining"]
    shares = [share for _, share in heard]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert engine.stopwatch.seconds.keys() == {"Finding discs", "Grading", "Explaining"}


def test_saliency_is_left_out_when_it_is_not_wanted(engine: Engine) -> None:
    assert len(engine.grade(synthetic_study(), Settings(saliency=False)).saliency) == 0


def test_work_stops_when_it_is_told_to(engine: Engine) -> None:
    progress = Progress()
    progress.stop.set()
    with pytest.raises(Cancelled):
        engine.grade(synthetic_study(), progress=progress)


def test_a_system_that_the_series_do_not_allow_is_a_warning_or_an_error(engine: Engine) -> None:
    some = Engine(FakeLocalizer(), FakeGrader(), None, (*PACKS, replace(PACKS[1], system="msu")))
    result = some.grade(synthetic_study(), Settings(systems=("spider", "msu")))
    assert {grade.system for disc in result.discs for grade in disc.grades} == {"spider"}
    assert result.not_graded == ("Not graded by msu: the series (T1, T2) are not the ones it needs.",)
    heard = []
    some.grade(synthetic_study(), Settings(systems=("spider", "msu")), graded=heard.append)
    assert (
        all(one.not_graded == {"msu": "the series (T1, T2) are not the ones it needs"} for one in heard)
        and len(heard) == 5
    )
    with pytest.raises(StudyError, match=r"\(T1, T2\) cannot be graded by msu"):
        some.grade(synthetic_study(), Settings(systems=("msu",)))
    with pytest.raises(UsageError, match="No pack grades the system genius; choose one of pfirrmann, spider"):
        engine.grade(synthetic_study(), Settings(systems=("genius",)))
    with pytest.raises(StudyError, match="AX_T1, AX_T2"):
        engine.grade(axial(synthetic_study()))


def test_corrected_boxes_take_the_place_of_those_found() -> None:
    found = synthetic_localization()
    lowest, second, third = found.discs[:3]
    shift = np.array([2.0, -1.0, 3.0])
    boxes = {
        # moved; renamed; where no disc is
        "L5-S1": RoiBox(lowest.roi.center_lps_mm + shift, lowest.roi.axes_lps, lowest.roi.size_mm),
        "L3-L4": third.roi,
        "T10-T11": RoiBox(lowest.roi.center_lps_mm + [0, 0, 400.0], np.eye(3), np.array([40.0, 60.0, 30.0])),
    }
    given = with_boxes(found, boxes)
    assert [disc.level for disc in given.discs] == ["L5-S1", "L3-L4", "T10-T11"]
    assert [disc.index_from_sacrum for disc in given.discs] == [1, 3, 8]
    assert given.discs[0].center_lps_mm == pytest.approx(lowest.center_lps_mm + shift)
    assert given.discs[1].center_lps_mm == pytest.approx(third.center_lps_mm)
    assert given.discs[2].height_mm == pytest.approx(10.0) and "No disc was found" in given.discs[2].warnings[0]
    renamed = with_boxes(found, {"S1-S2": lowest.roi, "L5-S1": second.roi})
    assert [(disc.level, disc.index_from_sacrum) for disc in renamed.discs] == [("S1-S2", 1), ("L5-S1", 2)]
    assert renamed.discs[1].center_lps_mm == pytest.approx(second.center_lps_mm)
    with pytest.raises(UsageError, match="'R' is not named after a level"):
        with_boxes(found, {"R": lowest.roi})
    with pytest.raises(UsageError, match="The ROI boxes that were given are empty"):
        with_boxes(found, {})


@pytest.mark.parametrize("named_otherwise", [False, True])
def test_names_of_given_boxes_settle_doubts_about_found_ones(named_otherwise):
    doubt = "The sacrum is not in view; set the lowest disc's level if this is wrong."
    found = synthetic_localization()
    first = replace(found.discs[0], warnings=(doubt, "Its endplates are steep."))
    found = replace(
        found,
        discs=(first, *found.discs[1:]),
        warnings=(doubt, "The spine is short."),
        name_doubts=(doubt,),
        name_probability=0.6,
        name_alternatives={"S1-S2": 0.4},
    )
    names = ["S1-S2", *LADDER[1:5]] if named_otherwise else LADDER[1:6]
    boxes = {level: disc.roi for level, disc in zip(names, found.discs, strict=True)}
    moved = with_boxes(found, boxes)
    assert moved.name_doubts == (doubt,) and moved.name_probability == 0.6, "boxes that were only moved say nothing"
    given = with_boxes(found, boxes, names_given=True)
    assert (given.name_doubts, given.name_probability, given.name_alternatives) == ((), 1.0, {})
    assert given.discs[0].warnings == ("Its endplates are steep.",)
    kept, said = given.warnings
    assert kept == "The spine is short." and "named after their ROI boxes" in said
    assert ("S1-S2 (L5-S1 when located)" in said) is named_otherwise
    sure = replace(found, name_doubts=(), warnings=())
    assert bool(with_boxes(sure, boxes, names_given=True).warnings) is named_otherwise


@pytest.mark.parametrize(("lowest", "indices"), [(None, [1, 2]), ("S1-S2", [2, 3])])
def test_boxes_where_no_disc_is_found_are_counted_from_the_lowest_disc(
    engine: Engine, lowest: str | None, indices: list[int]
) -> None:
    study = replace(synthetic_study(), name="bad")
    boxes = {disc.level: disc.roi for disc in synthetic_localization().discs[:2]}
    given = engine.with_rois(study, boxes, Settings(lowest_disc=lowest))
    assert [disc.index_from_sacrum for disc in given.discs] == indices
    assert "No disc was found in bad" in given.warnings[0]


def test_given_packs_take_the_place_of_shipped_ones_of_their_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = [made_pack(tmp_path / system, name=f"{system}-shipped", system=system) for system in ("spider", "msu")]
    monkeypatch.setattr("discgrader.pipeline.engine.default_packs", lambda: shipped)
    made_pack(tmp_path / "mine" / "one")
    assert [pack.name for pack in choose_packs([])] == ["spider-shipped", "msu-shipped"]
    assert [pack.name for pack in choose_packs([tmp_path / "mine"])] == ["msu-shipped", "spider-net"]
    with pytest.raises(PackError, match="There is no pack in"):
        choose_packs([tmp_path / "nowhere"])
    with pytest.raises(PackError, match="No localizer pack"):
        Engine.default()


def test_maps_are_kept_small_and_come_back_whole() -> None:
    array = np.zeros((20, 300, 300), np.float32)
    array[3:5, 100:120, 50:80] = np.random.default_rng(0).random((2, 20, 30), np.float32)
    volume, empty = Volume(array, np.diag([1.0, 2.0, 3.0, 1.0])), Volume(np.zeros((2, 3, 4), np.float32), np.eye(4))
    maps = CompactMaps({("L4-L5", "spider", "bulging"): volume, ("L5-S1", "spider", "bulging"): empty})
    back = maps["L4-L5", "spider", "bulging"]
    assert np.array_equal(back.array, array) and back.array.dtype == np.float32
    assert np.array_equal(back.affine_lps, volume.affine_lps)
    assert not maps["L5-S1", "spider", "bulging"].array.any()
    assert sum(part.values.nbytes for part in map(maps.part, maps)) == 2 * 20 * 30 * 4


@pytest.mark.parametrize("device", ["cuda:99", "cuda:x", "mps:7"])
def test_a_device_that_is_not_there_is_refused(
    device: str, torch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs = [made_pack(tmp_path / system, system=system) for system in ("localizer", "spider")]
    monkeypatch.setattr("discgrader.pipeline.engine.default_packs", list)
    with pytest.raises(UsageError, match="There is no device"):
        Engine.default(packs, Settings(device=device).device)
