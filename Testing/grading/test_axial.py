"""Which axial slices show a disc, what is said where none does, and that left stays left in what is cut from them."""

import csv
import re
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from discgrader.errors import StudyError, UsageError
from discgrader.grading.axial import AxialCut, axial_cut, usable_series
from discgrader.grading.mirrored import is_mirrored, side_agreement
from discgrader.grading.placement import StudyViews, axial_view, sagittal_of, sagittal_view
from discgrader.grading.systems import system_views
from discgrader.grading.view import pictured
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Contrast, Plane, Study
from discgrader.pipeline.crops import check_view_systems, write_crops
from PIL import Image
from solid_body import STEP_MM, axial, discs, lumpy, sagittal, stored_otherwise

AXIAL = system_views()["msu"][0]
BODY = lumpy()


def heights(cut: AxialCut) -> list[float]:
    """LPS z of the slices' middles."""
    volume = cut.series.volume
    index = (np.array(volume.size) - 1) / 2
    return [
        float(volume.index_to_lps(np.where(np.arange(3) == slice_axis_of(volume, Plane.AXIAL), one, index))[2])
        for one in cut.indices
    ]


def test_the_slices_of_a_disc_in_a_stack_are_those_within_its_height():
    stack = axial(BODY)
    for number, disc in enumerate(discs().discs):
        cut = axial_cut(disc, [stack])
        assert heights(cut)[0] == pytest.approx(number * STEP_MM, abs=2.0)
        assert all(abs(height - number * STEP_MM) <= 5.0 for height in heights(cut))
        assert len(cut.indices) in (2, 3)
        assert cut.notes == ()


def test_a_disc_lower_than_the_slices_are_apart_has_the_nearer_one():
    cut = axial_cut(discs(height_mm=1.0).discs[1], [axial(BODY)])
    assert len(cut.indices) == 1 and cut.away_mm <= 2.0


def test_each_disc_gets_the_block_that_was_angled_along_it():
    tilts = (30.0, 12.0, 0.0, -10.0)
    blocks = [
        axial(BODY, f"block{number}", (0.0, 10.0, number * STEP_MM), tilt, 7) for number, tilt in enumerate(tilts)
    ]
    for number, disc in enumerate(discs(tilts).discs):
        cut = axial_cut(disc, blocks[::-1])
        assert cut.series is blocks[number]
        assert cut.tilt_deg == pytest.approx(0.0, abs=1e-3) and cut.away_mm == pytest.approx(0.0, abs=1e-6)


def test_blocks_that_overlap_are_told_apart_by_angle_and_doubt_is_said():
    disc = discs((20.0,)).discs[0]
    own, other = axial(BODY, "own", (0, 10, 0), 20.0, 7), axial(BODY, "other", (0, 10, 6), 5.0, 9)
    cut = axial_cut(disc, [other, own])
    assert cut.series is own and cut.notes == ()
    twice = axial(BODY, "again", (0, 10, 0), 21.0, 7)
    [note] = axial_cut(disc, [twice, own]).notes
    assert (
        note
        == "The axial T2 'own' (7 slices) and the axial T2 'again' (7 slices) both show L5-S1; the former was used."
    )


def test_oblique_slices_are_said_and_steep_ones_refused():
    [note] = axial_cut(discs((32.0,)).discs[0], [axial(BODY)]).notes
    assert "cross the plane of L5-S1 at 32°" in note
    assert axial_cut(discs((50.0,)).discs[0], [axial(BODY)]) == "axial T2 'ax_t2' (46 slices) crosses its plane at 50°"


def test_why_a_disc_has_no_slice_is_said():
    disc = discs().discs[1]
    assert axial_cut(disc, [axial(BODY, center=(0, 10, -40), slices=21)]) == (
        "no axial slice passes through it; the nearest one is 36 mm away"
    )
    assert axial_cut(disc, [axial(BODY, center=(200, 10, 70))]) == "the axial T2 does not cover it"


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ([], "no axial T2"),
        ([axial(BODY, contrast=Contrast.T1)], r"no axial T2, but an axial T1 'ax_t2' \(\d+ slices\)"),
        (
            [axial(lumpy(3), identity=Identity(frame_of_reference_uid="1.3"))],
            "a different frame of reference than the sagittal T2 'sag_t2'",
        ),
        (
            [axial(BODY, identity=Identity("q", frame_of_reference_uid="1.2"))],
            "a different patient than the sagittal T2 'sag_t2'",
        ),
    ],
)
def test_series_that_cannot_be_matched_are_refused(series, why):
    known = sagittal(BODY, identity=Identity("p", frame_of_reference_uid="1.2"))
    study = Study("s", (known, *series))
    assert usable_series(study, discs())[0] == ()
    localization = discs()
    assert re.search(why, StudyViews(study, localization).of(localization.discs[0], system_views()["msu"]))


def looked(study: Study, system: str):
    localization = discs((15.0, 5.0, 0.0, -5.0))
    windows = StudyViews(study, localization)
    return [windows.of(disc, system_views()[system]) for disc in localization.discs]


@pytest.mark.parametrize(
    ("order", "flips"),
    [(order, flips) for order in permutations(range(3)) for flips in product((False, True), repeat=3)][::5],
)
def test_windows_do_not_depend_on_how_voxels_are_stored(order, flips):
    stated = Study("s", (sagittal(BODY), axial(BODY)))
    stored = Study(
        "s", tuple(replace(series, volume=stored_otherwise(series.volume, order, flips)) for series in stated.series)
    )
    for before, after in zip(looked(stated, "deepspine"), looked(stored, "deepspine"), strict=True):
        for one, other in zip(before[0], after[0], strict=True):
            shape = one.shape.resized(32)
            assert np.allclose(one.values(shape), other.values(shape), atol=0.01, equal_nan=True)


def test_what_lies_on_the_left_is_on_the_right_side_of_an_axial_window_and_the_front_on_top():
    def body(points):
        left = np.exp(-((points - [18.0, 10.0, STEP_MM]) ** 2).sum(-1) / 100)
        return left + 0.5 * np.exp(-((points - [0.0, -12.0, STEP_MM]) ** 2).sum(-1) / 100)

    disc = discs().discs[1]
    cut = axial_cut(disc, [axial(body)])
    window = axial_view(disc.roi, cut, cut.indices[0], AXIAL)
    picture = window.values(AXIAL.shape(72))[1]
    row, column = np.unravel_index(picture.argmax(), picture.shape)
    assert (row, column) == (pytest.approx(35.5, abs=2), pytest.approx(35.5 + 18, abs=2))
    assert picture[:20, 30:42].max() > 0.4 > picture[50:, 30:42].max()


def test_a_mirrored_body_gives_mirrored_windows():
    study, mirrored = (Study("s", (sagittal(body), axial(body))) for body in (BODY, lumpy(mirror=True)))
    for one, other in zip(looked(study, "deepspine"), looked(mirrored, "deepspine"), strict=True):
        right, middle, left, across = (window.values(window.shape.resized(32)) for window in one[0])
        other_right, other_middle, other_left, other_across = (
            window.values(window.shape.resized(32)) for window in other[0]
        )
        for given, wanted in (
            (across[:, :, ::-1], other_across),
            (right[::-1], other_left),
            (left[::-1], other_right),
            (middle[::-1], other_middle),
        ):
            assert np.allclose(given, wanted, atol=0.01, equal_nan=True)
        assert np.nanmax(np.abs(right - left)) > 10


def test_channels_run_upwards_and_end_with_the_stack():
    def body(points):
        return points[..., 2]

    localization = discs()
    stack = axial(body, center=(0, 10, STEP_MM), slices=21)
    window = axial_view(localization.discs[1].roi, axial_cut(localization.discs[1], [stack]), 10, AXIAL)
    below, middle, above = window.values(AXIAL.shape(16))[:, 8, 8]
    assert (middle - below, above - middle) == (pytest.approx(4.0), pytest.approx(4.0))
    last = axial_view(localization.discs[1].roi, axial_cut(localization.discs[1], [stack]), 20, AXIAL)
    below, middle, above = last.values(AXIAL.shape(16))[:, 8, 8]
    assert above == middle > below


def test_an_axial_header_with_left_and_right_exchanged_is_found_out():
    stack, reference = axial(BODY), sagittal(BODY)
    turned = replace(stack, volume=stack.volume.with_array(stack.volume.array[:, :, ::-1].copy()))
    localization = discs()
    frames = [
        axial_view(disc.roi, axial_cut(disc, [stack]), axial_cut(disc, [stack]).indices[0], AXIAL).frame
        for disc in localization.discs
    ]
    stated, exchanged = side_agreement(stack.volume, reference.volume, frames)
    assert stated > 0.9 > exchanged + 0.3
    assert not is_mirrored(stack.volume, reference.volume, frames)
    assert is_mirrored(turned.volume, reference.volume, frames)
    windows = StudyViews(Study("s", (reference, turned)), localization)
    assert "seems to have left and right swapped relative to the sagittal T2 'sag_t2'" in windows.of(
        localization.discs[0], system_views()["msu"]
    )
    assert not isinstance(windows.of(localization.discs[0], system_views()["calcification"]), str)


def test_a_window_mostly_outside_of_its_series_is_refused():
    far = discs()
    disc = replace(far.discs[0], roi=replace(far.discs[0].roi, center_lps_mm=np.array([0.0, -45.0, 0.0])))
    windows = StudyViews(Study("s", (sagittal(BODY), axial(BODY))), replace(far, discs=(disc,)))
    assert "'ax_t2' (46 slices) shows too little of its surroundings" in windows.of(disc, system_views()["msu"])


def test_windows_are_brought_to_gray_levels_and_outside_is_black():
    values = np.array([[[np.nan, 10.0], [20.0, 30.0]]])
    assert pictured(values)[0].tolist() == [[0.0, 0.0], [pytest.approx(0.5, abs=0.02), 1.0]]
    assert pictured(np.full((1, 2, 2), np.nan)).max() == 0


def test_a_sagittal_window_moves_with_a_series_in_which_the_patient_moved():
    localization = replace(discs(), shifts_lps_mm={"sag_t2": np.array([0.0, 5.0, -3.0])})
    study = Study("s", (sagittal(BODY),))
    found = sagittal_of(study, localization)
    window = sagittal_view(localization.discs[0].roi, found, system_views()["calcification"][0])
    assert np.allclose(window.frame.center_lps_mm - localization.discs[0].roi.center_lps_mm, [0, 5, -3])
    assert sagittal_of(study, replace(localization, series_name="other", shifts_lps_mm={"other": np.zeros(3)})) is None


def test_windows_are_written_as_pictures(tmp_path):
    study = Study("s", (sagittal(BODY), axial(BODY)))
    assert write_crops(study, discs(), tmp_path / "deep", systems=["deepspine"]) == 4 * 4
    with open(tmp_path / "deep" / "crops.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["png"] for row in rows} >= {
        f"L4-L5_deepspine_{name}.png" for name in ("left", "middle", "right", "axial")
    }
    picture = Image.open(tmp_path / "deep" / "L4-L5_deepspine_left.png")
    assert picture.size == (224, 224) and np.asarray(picture).std() > 20
    assert write_crops(study, discs(), tmp_path / "msu", systems=["msu"]) > 4
    assert (tmp_path / "msu" / "L4-L5_msu_axial_2.png").is_file()
    with pytest.raises(StudyError, match="shows nothing that msu could use: L5-S1: no axial T2; "):
        write_crops(Study("s", (sagittal(BODY),)), discs(), tmp_path / "none", systems=["msu"])
    assert not (tmp_path / "none").exists()
    with pytest.raises(UsageError, match="pfirrmann has no views"):
        check_view_systems(["pfirrmann"])


def narrowed(size_mm: float, name: str, **options):
    """An axial series of the first disc whose pictures end so far from their right edge."""
    found = axial(BODY, name, (0, 10, 0), slices=7, **options)
    picture = found.volume.array[:, :, : int(size_mm / 1.5)].copy()
    return replace(found, volume=type(found.volume)(picture, found.volume.affine_lps))


def test_the_series_that_shows_disc_and_canal_whole_grades_before_one_that_cuts_them_off():
    disc = discs((8.0,)).discs[0]
    whole, cut_off = narrowed(120, "whole"), narrowed(75, "cut_off", tilt_deg=8.0)
    found = axial_cut(disc, [cut_off, whole])
    assert found.series is whole and found.beside == (cut_off,)
    assert axial_cut(disc, [cut_off]).covered == pytest.approx(0.78, abs=0.15)


def test_of_two_series_alike_the_finer_one_grades():
    disc = discs((10.0,)).discs[0]
    fine = axial(BODY, "z_fine", (0, 10, 0), 10.0, 7)
    picture = fine.volume.array[:, ::2, ::2].copy()
    affine = fine.volume.affine_lps.copy()
    affine[:3, :2] *= 2
    coarse = replace(fine, name="a_coarse", volume=type(fine.volume)(picture, affine))
    for given in ([fine, coarse], [coarse, fine]):
        assert axial_cut(disc, given).series is fine


def test_a_series_that_also_shows_a_disc_is_named_in_its_warnings():
    localization = discs((20.0,))
    own, other = axial(BODY, "own", (0, 10, 0), 20.0, 7), axial(BODY, "other", (0, 10, 6), 5.0, 9)
    [disc] = localization.discs
    looks = StudyViews(Study("s", (sagittal(BODY), other, own)), localization).of(disc, system_views()["msu"])
    [note] = looks[0][0].notes
    assert note.startswith("L5-S1 is also shown on the axial T2 'other' (9 slices); the axial T2 'own' (7 slices)")
    [disc], blocks = discs((20.0,)).discs, [own, axial(BODY, "next", (0, 10, STEP_MM), 5.0, 7)]
    assert axial_cut(disc, blocks).warnings_for("L5-S1") == (), "a block that passes it by is not named"


def test_series_that_fit_alike_are_named_once():
    disc = discs((20.0,)).discs[0]
    own, again = axial(BODY, "own", (0, 10, 0), 20.0, 7), axial(BODY, "again", (0, 10, 0), 21.0, 7)
    [note] = axial_cut(disc, [again, own]).warnings_for("L5-S1")
    assert "both show L5-S1; the former was used." in note


def test_the_choice_does_not_hang_on_the_order_of_the_series():
    disc = discs((20.0,)).discs[0]
    twins = [axial(BODY, name, (0, 10, 0), 20.0, 7) for name in ("b", "a")]
    assert {axial_cut(disc, given).series.name for given in (twins, twins[::-1])} == {"a"}
