"""Contact sheets of a batch: every disc on them once, in order, by what its grade was read from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import Cancelled, OutputError, UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.scales import scale_of
from discgrader.grading.windows import WINDOWS, StudyWindows, slice_evidence
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.pipeline import batch as batch_module, tiles
from discgrader.pipeline.batch import run_batch
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.sheets import sheets_of
from discgrader.pipeline.tiles import tile_name, write_tiles
from discgrader.progress import Progress
from discgrader.report.contact_sheet import COLUMNS, TILES_A_PAGE, ContactSheet, Tile, draw_pages
from discgrader.report.rois import write_rois
from fake_engine import FakeMaker, write_blocks
from PIL import Image
from synthetic_result import _grade, synthetic_localization, synthetic_result, synthetic_study

PLAIN = Settings(saliency=False)
MARK = (255, 181, 46)


def batch(folder: Path, out: Path, **options: object) -> object:
    return run_batch(folder, out, PLAIN, make_engine=FakeMaker(), workers=1, **options)


def stripe_tops(page: Image.Image, color: str, width: int) -> list[int]:
    """Rows where stripes in a grade's color begin below pictures of a width, from the top; one entry a row of tiles."""
    rgb = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    rows = (np.asarray(page) == rgb).all(axis=2).sum(axis=1) >= width
    return [row for row in np.flatnonzero(rows) if not rows[row - 1]]


def stripes(page: Image.Image, color: str, width: int) -> int:
    """How many tiles have a stripe in a grade's color."""
    rgb = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    found = (np.asarray(page) == rgb).all(axis=2)
    return sum(int(found[row].sum()) // width for row in stripe_tops(page, color, width))


def marks(page: Image.Image) -> int:
    """How many pixels have the color of the mark."""
    return int((np.asarray(page) == MARK).all(axis=2).sum())


def test_a_batch_draws_a_sheet_of_each_task_with_every_disc_once(tmp_path: Path) -> None:
    for name in ("a", "b", "bad"):
        write_blocks(tmp_path / "in" / name)
    out = tmp_path / "out"
    batch(tmp_path / "in", out, sheets=True)
    assert sorted(path.name for path in (out / "sheets").iterdir()) == [
        "pfirrmann_high_grade.png", "pfirrmann_pfirrmann.png", "spider_bulging.png"]
    page = Image.open(out / "sheets" / "pfirrmann_pfirrmann.png").convert("RGB")
    colors = [one.color for one in scale_of("pfirrmann", "pfirrmann").grades]
    assert [stripes(page, color, tiles.PIXELS) for color in colors] == [2] * 5
    tops = [stripe_tops(page, color, tiles.PIXELS)[0] for color in colors]
    assert tops == sorted(tops)
    assert sorted(path.name for path in (out / "a" / "tiles").iterdir()) == sorted(
        f"{level}_{system}.png" for level in ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")
        for system in ("pfirrmann", "spider"))


def test_tiles_show_the_discs_in_gray_levels_that_can_be_compared(tmp_path: Path) -> None:
    write_tiles(synthetic_result(), tmp_path, Progress())
    middles = []
    for level in ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"):
        gray = np.asarray(Image.open(tmp_path / "tiles" / f"{level}_pfirrmann.png"), float)
        assert gray.shape == (tiles.PIXELS, tiles.PIXELS)
        # The box reaches from the front to behind the canal, so the disc lies in the front half.
        middles.append(gray[68:76, 30:60].mean())
    assert middles == sorted(middles, reverse=True)
    assert middles[0] > 2 * middles[-1]


def test_a_batch_that_was_stopped_draws_the_same_sheets(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_blocks(tmp_path / "in" / name)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    batch(tmp_path / "in", whole, sheets=True)
    progress = Progress()

    def stop(stage: str, share: float, detail: str) -> None:
        if (stopped / "a").exists() and share > 0.5:
            progress.stop.set()

    with pytest.raises(Cancelled, match="the same command"):
        batch(tmp_path / "in", stopped, sheets=True, progress=Progress(stop, progress.stop))
    assert not (stopped / "sheets").exists()
    batch(tmp_path / "in", stopped, sheets=True)
    for sheet in (whole / "sheets").iterdir():
        assert (stopped / "sheets" / sheet.name).read_bytes() == sheet.read_bytes()


def test_sheets_whose_drawing_was_stopped_are_drawn_the_next_time(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    progress = Progress()

    def stop(stage: str, share: float, detail: str) -> None:
        if stage == "Drawing sheets":
            progress.stop.set()

    with pytest.raises(Cancelled, match="all studies are done and kept, the same command draws the contact sheets"):
        batch(tmp_path / "in", tmp_path / "out", sheets=True, progress=Progress(stop, progress.stop))
    assert not (tmp_path / "out" / "sheets").exists()
    assert batch(tmp_path / "in", tmp_path / "out", sheets=True).skipped == ("a",)
    assert (tmp_path / "out" / "sheets" / "spider_bulging.png").exists()


def test_a_study_more_joins_the_sheets_and_none_is_graded_twice(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    out = tmp_path / "out"
    batch(tmp_path / "in", out, sheets=True)
    write_blocks(tmp_path / "in" / "b")
    result = batch(tmp_path / "in", out, sheets=True)
    assert (result.skipped, result.graded) == (("a",), ("b",))
    page = Image.open(out / "sheets" / "spider_bulging.png").convert("RGB")
    assert sum(stripes(page, one.color, tiles.PIXELS) for one in scale_of("spider", "bulging").grades) == 10


def test_what_lies_where_sheets_would_go_is_kept(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    out = tmp_path / "out"
    (out / "sheets").mkdir(parents=True)
    (out / "sheets" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="notes.txt, which is no sheet"):
        batch(tmp_path / "in", out, sheets=True)
    assert not (out / "a").exists() and (out / "sheets" / "notes.txt").read_text() == "mine"
    write_blocks(tmp_path / "in" / "Sheets")
    with pytest.raises(UsageError, match="A study is called Sheets"):
        batch(tmp_path / "in", tmp_path / "other", sheets=True)


def made_up(count: int, folder: Path, synthetic: bool = False) -> ContactSheet:
    """Discs of Pfirrmann I and II in turn, each surer than the one before."""
    picture = folder / "tile.png"
    Image.new("L", (40, 30), 90).save(picture)
    discs = [
        Tile(f"study {number:03}", "L4-L5", 2, "12"[number % 2], number / 200, False, picture)
        for number in range(count)
    ]
    return ContactSheet("pfirrmann", "pfirrmann", discs, ("pack 1.0.0: trained on blocks.",), synthetic)


def test_tiles_are_sorted_by_grade_then_by_falling_probability(tmp_path: Path) -> None:
    order = [(one.grade, one.study) for one in made_up(5, tmp_path).in_order()]
    assert order == [("1", "study 004"), ("1", "study 002"), ("1", "study 000"), ("2", "study 003"), ("2", "study 001")]
    alike = [replace(one, probability=0.5, grade="1") for one in reversed(made_up(3, tmp_path).tiles)]
    order = ContactSheet("pfirrmann", "pfirrmann", alike, (), False).in_order()
    assert [one.study for one in order] == ["study 000", "study 001", "study 002"]


def test_many_discs_go_on_further_pages(tmp_path: Path) -> None:
    count = TILES_A_PAGE + COLUMNS + 1
    pages = list(draw_pages(made_up(count, tmp_path)))
    first, second = (one.color for one in scale_of("pfirrmann", "pfirrmann").grades[:2])
    assert [stripes(one, first, 40) for one in pages] == [66, 0]
    assert [stripes(one, second, 40) for one in pages] == [54, 11]
    assert pages[0].width == pages[1].width


def test_what_must_not_be_overlooked_is_on_the_sheet(tmp_path: Path) -> None:
    plain = marks(next(draw_pages(made_up(3, tmp_path))))
    assert plain > 0  # research use, in the same color
    assert marks(next(draw_pages(made_up(3, tmp_path, synthetic=True)))) > plain + 2000
    sheet = made_up(3, tmp_path)
    warned = replace(sheet, tiles=[replace(sheet.tiles[0], warned=True), *sheet.tiles[1:]])
    both = replace(sheet, tiles=[replace(one, warned=True) for one in sheet.tiles[:2]] + list(sheet.tiles[2:]))
    one, two = (marks(next(draw_pages(each))) for each in (warned, both))
    # One mark explains the others.
    assert one - plain > 200
    assert two - one == pytest.approx((one - plain) / 2, abs=4)


def test_names_too_long_for_their_tile_still_end_as_they_do(tmp_path: Path) -> None:
    sheet = made_up(1, tmp_path)

    def page(study: str) -> np.ndarray:
        [drawn] = draw_pages(replace(sheet, tiles=[replace(sheet.tiles[0], study=study)]))
        return np.asarray(drawn)

    long = "Fälle von Müller, Bogenstraße 山 " * 3
    assert not np.array_equal(page(long + "1"), page(long + "7"))
    assert np.array_equal(page("Müller"), page("Muller"))


def test_a_tile_shows_the_slice_that_its_grade_was_read_from(tmp_path: Path) -> None:
    localization = synthetic_localization()
    disc = localization.discs[1]
    axes, center = disc.roi.axes_lps, disc.roi.center_lps_mm
    affine = np.eye(4)
    affine[:3, :3] = axes * [1.0, 1.0, 4.0]
    affine[:3, 3] = center - affine[:3, :3] @ [60.0, 60.0, 1.0]
    array = np.zeros((3, 121, 121), np.uint8)
    for number, column in enumerate((40, 60, 80)):
        array[number, 50:70, column - 4 : column + 5] = 200
    axial = Series("AX_T2", Volume(array, affine), Plane.AXIAL, Contrast.T2, "told")
    study = replace(synthetic_study(), series=(*synthetic_study().series, axial))
    looks = StudyWindows(study, localization).of(disc, WINDOWS["msu"])
    assert len(looks) == 3
    sizes = [_grade("msu", "size", "1", "1", tuple("0123"), slice_evidence(look)) for look in looks]
    for look, grade in zip(looks, sizes, strict=True):
        folder = tmp_path / str(look[0].slice_number[0])
        folder.mkdir()
        write_tiles(StudyResult(study, localization, (DiscResult(disc, (grade,)),)), folder, Progress())
        [tile] = (folder / "tiles").iterdir()
        assert tile.name == tile_name(disc.level, "msu", grade.evidence) == f"L4-L5_msu_{folder.name}_of_3.png"
        bright = np.asarray(Image.open(tile), float).sum(axis=0)
        # The window is 72 mm wide, its middle at column 60 of the picture.
        middle_mm = (np.average(np.arange(len(bright)), weights=bright) + 0.5) / len(bright) * 72.0 - 36.0
        assert middle_mm == pytest.approx((-20.0, 0.0, 20.0)[look[0].slice_number[0] - 1], abs=1.0)


def test_boxes_beside_a_study_are_graded_even_where_no_disc_is_found(tmp_path: Path) -> None:
    for name in ("bad with boxes", "without"):
        write_blocks(tmp_path / "in" / name)
    boxes = tmp_path / "in" / "bad with boxes" / "rois"
    boxes.mkdir()
    write_rois(boxes, synthetic_localization().discs[:2])
    out = tmp_path / "out"
    result = batch(tmp_path / "in", out, rois="rois", sheets=True)
    assert set(result.graded) == {"bad with boxes", "without"}
    [sheet] = [one for one in sheets_of([out / "bad with boxes", out / "without"]) if one.task == "bulging"]
    assert [(one.study, one.level) for one in sheet.tiles if one.study != "without"] == [
        ("bad with boxes", "L5-S1"), ("bad with boxes", "L4-L5")]
    assert len(sheet.tiles) == 7
    told = (out / "bad with boxes" / "grades.json").read_text(encoding="utf-8")
    assert "The ROI boxes were graded as given. No disc was found" in told
    assert batch(tmp_path / "in", out, rois="rois", sheets=True).graded == ()
    (boxes / "L4-L5.mrk.json").unlink()
    assert batch(tmp_path / "in", out, rois="rois", sheets=True).graded == ("bad with boxes",)


def test_names_of_boxes_that_no_study_has_are_refused(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    with pytest.raises(UsageError, match="No study in .* has ROI boxes called boxes"):
        batch(tmp_path / "in", tmp_path / "out", rois="boxes")
    for outside in ("../rois", str(tmp_path)):
        with pytest.raises(UsageError, match="lies outside of the studies"):
            batch(tmp_path / "in", tmp_path / "out", rois=outside)


def test_the_command_draws_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(batch_module, "EngineMaker", lambda settings: FakeMaker())
    write_blocks(tmp_path / "in" / "a")
    (tmp_path / "in" / "a" / "rois").mkdir()
    write_rois(tmp_path / "in" / "a" / "rois", synthetic_localization().discs[:1])
    out = tmp_path / "out"
    assert main(["batch", str(tmp_path / "in"), "-o", str(out), "--sheets", "--rois", "rois", "--no-saliency"]) == 0
    assert f"Contact sheets are in {out / 'sheets'}." in capsys.readouterr().out
    [sheet] = [one for one in sheets_of([out / "a"]) if one.task == "high_grade"]
    assert len(sheet.tiles) == 1


def test_hand_set_discs_of_real_axial_slices_can_be_looked_at(tmp_path: Path, data_dir: Path) -> None:
    import sudirman_studies
    from discgrader.imaging.study_reader import find_studies, read_study
    from discgrader.pipeline.given_boxes import boxes_alone
    from discgrader.report.rois import read_rois

    if not (data_dir / sudirman_studies.FOLDER).is_dir():
        pytest.skip("the Sudirman slices are not among the real data")
    sudirman_studies.write_studies(data_dir, tmp_path)
    studies = find_studies(tmp_path)
    assert len(studies) == 17
    brighter = []
    for _, path in studies:
        study = read_study(path)
        [series] = study.series
        assert series.role == "AX_T2"
        localization = boxes_alone(study, read_rois(path / "rois"), 10.0)
        [disc] = localization.discs
        [[window]] = StudyWindows(study, localization).of(disc, WINDOWS["msu"])
        gray = window.values(window.spec.shape(72))[1]
        # 1 mm a pixel: the box's back lies behind the canal, whose fluid is brighter than the disc before it.
        back = 36 + disc.roi.size_mm[1] / 2
        canal, nucleus = (gray[round(back) - first : round(back) - last, 34:38] for first, last in ((16, 8), (45, 35)))
        brighter.append(canal.mean() / nucleus.mean())
    assert np.median(brighter) > 2
    assert min(brighter) > 1.1
