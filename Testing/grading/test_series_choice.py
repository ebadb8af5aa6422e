"""Which series serve in which role, and that nothing is graded from a series as if it were of another contrast."""

from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import blocky_spine, localized
from discgrader.errors import StudyError
from discgrader.grading.grader import Grader
from discgrader.grading.series_choice import (
    ONLY_T1,
    may_grade,
    option,
    refuse_unknown_contrast,
    sagittal_of_role,
    series_warnings,
    shows_discs,
)
from discgrader.grading.t1_alone import t1_alone_warnings
from discgrader.imaging.study import Contrast, Plane, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.localizer import sagittal_series
from discgrader.packs.pack import default_packs
from discgrader.pipeline.engine import Engine
from discgrader.report.tables import grades_json
from tiny_packs import tiny_grading_pack


@pytest.fixture(scope="module")
def spine():
    return blocky_spine()


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    return Grader([tiny_grading_pack(folder / system, system=system) for system in ("pfirrmann", "spider")])


def of(spine, name: str, contrast: Contrast, *traits: str, **changes):
    return replace(spine.series, name=name, contrast=contrast, contrast_reason="made so", traits=traits, **changes)


@pytest.mark.parametrize("contrast", [Contrast.STIR, Contrast.T1_FS])
def test_discs_of_a_study_that_nothing_is_graded_from_are_named_and_the_reason_told(spine, grader, contrast) -> None:
    study = Study("s", (of(spine, "only", contrast),))
    results = grader.grade(study, localized(spine))
    assert len(results) == 6
    for one in results:
        assert not one.grades
        assert set(one.not_graded) == {"pfirrmann", "spider"}
        assert all("no sagittal T1, T2 or T2 SPACE, but a sagittal " in reason for reason in one.not_graded.values())
    assert any("nothing was graded" in warning for warning in series_warnings(study, localized(spine)))


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("contrast", list(Contrast))
def test_one_rule_says_what_may_be_graded_and_what_discs_may_be_shown_on(spine, contrast, plane) -> None:
    series, found = of(spine, "scan", contrast, plane=plane), localized(spine)
    graded, withheld = ("T1", "T2", "T2_SPACE"), ("STIR", "T1_FS")
    assert may_grade(found, series) == (plane == "sagittal" and contrast in graded)
    assert shows_discs(found, series) == (plane == "sagittal" and contrast in (*graded, *withheld))
    assert series.is_axial_t2 == (series.role == "AX_T2") == (plane == "axial" and contrast == "T2")
    elsewhere = replace(found, series_name="other", shifts_lps_mm={"other": np.zeros(3)})
    assert not may_grade(elsewhere, series) and not shows_discs(elsewhere, series)


@pytest.mark.parametrize("contrast", [Contrast.UNKNOWN, Contrast.OTHER])
def test_what_is_unknown_or_something_else_is_never_graded(spine, grader, contrast) -> None:
    study = Study("s", (of(spine, "scan", contrast),))
    with pytest.raises(StudyError):
        grader.grade(study, localized(spine))
    with pytest.raises(StudyError, match="--role scan=T2"):
        refuse_unknown_contrast(study)


def test_a_series_nobody_knows_is_asked_about_beside_one_that_is_graded(spine) -> None:
    study = Study("s", (of(spine, "sag_t2", Contrast.T2), of(spine, "scan", Contrast.UNKNOWN)))
    refuse_unknown_contrast(study)
    assert any("--role scan=T2" in warning for warning in series_warnings(study, localized(spine)))


def test_the_option_can_be_copied(spine) -> None:
    assert option(of(spine, "scan_1", Contrast.UNKNOWN)) == "--role scan_1=T2"
    assert option(of(spine, "Sag 1/2", Contrast.UNKNOWN)) == '--role "Sag 1/2=T2"'
    assert option(of(spine, "ax", Contrast.UNKNOWN, plane=Plane.AXIAL)) == "--role ax=AX_T2"


def test_the_native_t1_before_the_one_after_contrast_agent_whatever_their_names_and_sizes(spine) -> None:
    doubled = np.repeat(spine.series.volume.array, 2, 0)
    after = of(
        spine, "a_t1_km", Contrast.T1, "after contrast agent", volume=Volume(doubled, spine.series.volume.affine_lps)
    )
    native = of(spine, "t1", Contrast.T1)
    study = Study("s", (after, native, of(spine, "t2", Contrast.T2)))
    assert [one.name for one in sagittal_of_role(study, localized(spine), "T1")] == ["t1", "a_t1_km"]
    assert any(
        "'a_t1_km' (" in warning and "was not used" in warning and "contrast agent" in warning
        for warning in series_warnings(study, localized(spine))
    )
    alone = series_warnings(Study("s", (after, study.series[2])), localized(spine))
    assert any("no unenhanced T1" in one for one in alone)


def test_a_fat_suppressed_t1_beside_a_native_one_is_named(spine) -> None:
    series = (
        of(spine, "a_t1_fs_km", Contrast.T1_FS, "after contrast agent"),
        of(spine, "t1", Contrast.T1),
        of(spine, "t2", Contrast.T2),
    )
    assert any(
        "'a_t1_fs_km' (" in warning and "and the sagittal T1 't1' (" in warning
        for warning in series_warnings(Study("s", series), localized(spine))
    )


def test_choices_between_series_of_one_role(spine) -> None:
    volume = spine.series.volume
    sharp = volume.affine_lps.copy()
    sharp[:3, :2] *= 0.5
    half = Volume(volume.array[:, : volume.array.shape[1] // 2], volume.affine_lps)
    found = localized(spine)
    for worse, words in [
        (of(spine, "a", Contrast.T2, "derived"), "computed from another series"),
        (of(spine, "a", Contrast.T2, "cervical spine"), "cervical spine"),
        (of(spine, "a", Contrast.T2, volume=half), "fewer of the discs"),
    ]:
        study = Study("s", (worse, of(spine, "b", Contrast.T2)))
        assert sagittal_of_role(study, found, "T2")[0].name == "b"
        [told] = [warning for warning in series_warnings(study, found) if "was not used" in warning]
        assert words in told and told.startswith("The sagittal T2 'a' (")
    fine = of(spine, "fine", Contrast.T2, volume=Volume(np.repeat(np.repeat(volume.array, 2, 1), 2, 2), sharp))
    study = Study("s", (of(spine, "coarse", Contrast.T2), fine))
    assert sagittal_of_role(study, found, "T2")[0].name == "fine"
    assert any("larger pixels" in warning for warning in series_warnings(study, found))


def test_a_t2_like_series_that_is_left_out_is_named(spine) -> None:
    found = localized(spine)
    both = series_warnings(Study("s", (of(spine, "t1", Contrast.T1), of(spine, "stir", Contrast.STIR))), found)
    assert any("'stir' (" in one and "was not used" in one and "made so" in one for one in both)
    assert ONLY_T1 in both
    assert ONLY_T1 not in series_warnings(
        Study("s", (of(spine, "t1", Contrast.T1), of(spine, "t2", Contrast.T2))), found
    )


def test_each_grade_from_t1_alone_says_how_much_less_it_is_worth(spine, grader) -> None:
    study = Study("s", (of(spine, "t1", Contrast.T1),))
    for one in grader.grade(study, localized(spine)):
        assert all(any("T1 alone" in note for note in grade.warnings) for grade in one.grades)
    with_t2 = Study("s", (*study.series, of(spine, "t2", Contrast.T2)))
    assert not any(
        "T1 alone" in note
        for one in grader.grade(with_t2, localized(spine))
        for grade in one.grades
        for note in grade.warnings
    )


def test_the_worth_is_what_the_pack_measured() -> None:
    pack = next(pack for pack in default_packs() if pack.system == "pfirrmann")
    low, high = (pack.metrics[one]["pfirrmann"]["macro_auroc"]["value"] for one in ("T1", "T2"))
    [note] = t1_alone_warnings(pack, "pfirrmann", {"T1"})
    assert f"{low:.2f}" in note and f"{high:.2f}" in note and low < high
    assert t1_alone_warnings(pack, "pfirrmann", {"T1", "T2"}) == ()


def test_discs_are_found_on_the_best_series_and_on_no_localizer(spine) -> None:
    series = (
        of(spine, "loc", Contrast.OTHER),
        of(spine, "scan", Contrast.UNKNOWN),
        of(spine, "stir", Contrast.STIR),
        of(spine, "neck", Contrast.T2, "cervical spine"),
        of(spine, "t2_mpr", Contrast.T2, "derived"),
        of(spine, "t2", Contrast.T2),
    )
    assert [one.name for one in sagittal_series(Study("s", series))] == ["t2", "t2_mpr", "stir", "neck"]
    assert [one.name for one in sagittal_series(Study("s", series[:2]))] == ["scan", "loc"]


class Found:
    """A localizer that knows where the blocks are."""

    def __init__(self, spine):
        self.spine = spine

    def localize(self, study, **_choices):
        return replace(localized(self.spine), series_name=study.series[0].name)


def test_the_engine_refuses_what_is_unknown_and_tells_of_series_in_its_result(spine, grader) -> None:
    engine = Engine(Found(spine), grader)
    with pytest.raises(StudyError, match="Set its role, for instance --role scan=T2"):
        engine.grade(Study("s", (of(spine, "scan", Contrast.UNKNOWN),)))
    stir = engine.grade(Study("s", (of(spine, "stir", Contrast.STIR),)))
    assert len(stir.discs) == 6 and not any(disc.grades for disc in stir.discs)
    assert any("nothing was graded" in warning for warning in stir.warnings)
    assert any(one.startswith("Not graded by pfirrmann") for one in stir.not_graded)
    both = engine.grade(Study("s", (of(spine, "t2", Contrast.T2), of(spine, "stir", Contrast.STIR))))
    assert all(disc.grades for disc in both.discs)
    assert any("'stir' (" in warning and "was not used" in warning for warning in both.warnings)


def test_what_a_series_was_taken_for_and_why_stands_in_grades_json(spine, grader) -> None:
    series = of(spine, "t1_km", Contrast.T1, "after contrast agent", probability=0.97)
    result = Engine(Found(spine), grader).grade(Study("s", (series,)))
    [told] = grades_json(result)["series"]
    assert (told["contrast"], told["contrast_reason"], told["contrast_probability"]) == ("T1", "made so", 0.97)
    assert told["traits"] == ["after contrast agent"]
    assert any("T1 alone" in one for grade in grades_json(result)["discs"][0]["grades"] for one in grade["warnings"])
    assert ONLY_T1 in grades_json(result)["warnings"]
