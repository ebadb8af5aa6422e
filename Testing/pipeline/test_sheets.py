"""Contact sheets of a batch: every disc on them once, in order, by what its grade was read from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import main
from discgrader.errors import Cancelled, OutputError, UsageError
from discgrader.folders import SYSTEM_FILES
from discgrader.grading.placement import StudyViews
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.systems import scale_of, system_views
from discgrader.grading.view import ViewSpec, slice_evidence
from discgrader.grading.view_system import view_input
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.pipeline import batch as batch_module
from discgrader.pipeline import sheets
from discgrader.pipeline.batch import run_batch
from discgrader.pipeline.crops import middle_gray
from discgrader.pipeline.output import write_tables
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.sheets import TileWriter, check_sheets, remove_sheets, sheets_of, tile_name, views_of_packs
from discgrader.progress import Progress
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.disc_commands import ShiftLevels
from discgrader.reading.files import save_reading
from discgrader.reading.results import reading_of_result
from discgrader.report.contact_sheet import COLUMNS, TILES_A_PAGE, ContactSheet, Tile, draw_pages
from discgrader.report.rois import write_rois
from discgrader.report.tables import examined_json
from fake_engine import FakeMaker, fake_pack, write_blocks
from PIL import Image
from synthetic_result import made_grade, synthetic_localization, synthetic_result, synthetic_study

pytestmark = pytest.mark.usefixtures("in_same_process")

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


def test_sheets_show_the_readers_grade_first_on_the_picture_of_the_same_disc(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    out, task = tmp_path / "out", ("pfirrmann", "pfirrmann")
    batch(tmp_path / "in", out, sheets=True)
    before = {tile.level: tile for tile in next(iter(sheets_of([out / "a"], {}))).tiles}
    assert not any(tile.read or tile.ai_label for tile in before.values())
    result = synthetic_result()
    result = replace(result, study=replace(result.study, name="a"))
    begun = reading_of_result(result, "Dr. Roe", examined=examined_json(result))
    read = begun.apply(SetGrade("L4-L5", *task, "2", "bright"))
    read = read.apply(AcceptGrade("L3-L4", *task)).apply(ShiftLevels(-1))
    names = {disc.found_level: disc.level for disc in read.present}
    save_reading(read, tmp_path / "a.reading.json")
    assert main(["report", str(out / "a"), "--reading", str(tmp_path / "a.reading.json")]) == 0
    sheet = next(iter(sheets_of([out / "a"], {})))
    now = {tile.level: tile for tile in sheet.tiles}
    changed, accepted, unread = (now[names[level]] for level in ("L4-L5", "L3-L4", "L2-L3"))
    assert (changed.grade, changed.ai_label, changed.read) == ("2", "IV", True) and before["L4-L5"].grade == "4"
    assert (accepted.grade, accepted.ai_label, accepted.read) == (before["L3-L4"].grade, "", True)
    assert (unread.grade, unread.read) == (before["L2-L3"].grade, False)
    assert all(now[names[level]].picture == tile.picture for level, tile in before.items())
    place = [tile.level for tile in sheet.in_order()].index(changed.level)
    assert {tile.grade for tile in sheet.in_order()[: place + 1]} <= {"1", "2"}
    batch(tmp_path / "in", out, sheets=True)
    page = Image.open(out / "sheets" / "pfirrmann_pfirrmann.png").convert("RGB")
    colors = [grade.color for grade in scale_of(*task).grades]
    assert [stripes(page, color, sheets.PIXELS) for color in colors] == [1, 2, 1, 0, 1]


def test_a_batch_draws_a_sheet_of_each_task_with_every_disc_once(tmp_path: Path) -> None:
    for name in ("a", "b", "bad"):
        write_blocks(tmp_path / "in" / name)
    out = tmp_path / "out"
    batch(tmp_path / "in", out, sheets=True)
    assert sorted(path.name for path in (out / "sheets").iterdir()) == [
        "pfirrmann_high_grade.png",
        "pfirrmann_pfirrmann.png",
        "spider_bulging.png",
    ]
    page = Image.open(out / "sheets" / "pfirrmann_pfirrmann.png").convert("RGB")
    colors = [grade.color for grade in scale_of("pfirrmann", "pfirrmann").grades]
    assert [stripes(page, color, sheets.PIXELS) for color in colors] == [2] * 5
    tops = [stripe_tops(page, color, sheets.PIXELS)[0] for color in colors]
    assert tops == sorted(tops)
    assert sorted(path.name for path in (out / "a" / "tiles").iterdir()) == sorted(
        f"{level}_{system}.png"
        for level in ("L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2")
        for system in ("pfirrmann", "spider")
    )


def test_tiles_show_the_discs_in_gray_levels_that_can_be_compared(tmp_path: Path) -> None:
    TileWriter({})(synthetic_result(), tmp_path, Progress())
    middles = []
    for level in ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"):
        gray = np.asarray(Image.open(tmp_path / "tiles" / f"{level}_pfirrmann.png"), float)
        assert gray.shape == (sheets.PIXELS, sheets.PIXELS)
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

    with pytest.raises(
        Cancelled, match="all studies are done and kept; run the same command again to draw the contact sheets"
    ):
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
    assert sum(stripes(page, grade.color, sheets.PIXELS) for grade in scale_of("spider", "bulging").grades) == 10


def test_what_lies_where_sheets_would_go_is_kept(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    out = tmp_path / "out"
    (out / "sheets").mkdir(parents=True)
    (out / "sheets" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="notes.txt, which is not a contact sheet"):
        batch(tmp_path / "in", out, sheets=True)
    assert not (out / "a").exists() and (out / "sheets" / "notes.txt").read_text() == "mine"
    write_blocks(tmp_path / "in" / "Sheets")
    with pytest.raises(UsageError, match="A study is called Sheets"):
        batch(tmp_path / "in", tmp_path / "other", sheets=True)


def test_what_computers_leave_among_sheets_stops_no_batch(tmp_path: Path) -> None:
    (tmp_path / "sheets").mkdir()
    for name in SYSTEM_FILES:
        (tmp_path / "sheets" / name).write_bytes(b"")
    check_sheets(tmp_path)


def test_a_batch_without_sheets_grades_nothing_twice_and_leaves_no_sheets_beside_other_grades(tmp_path: Path) -> None:
    write_blocks(tmp_path / "in" / "a")
    out = tmp_path / "out"
    batch(tmp_path / "in", out, sheets=True)
    assert batch(tmp_path / "in", out).skipped == ("a",)
    assert (out / "sheets" / "spider_bulging.png").exists()
    write_blocks(tmp_path / "in" / "a", "T2_sag")
    assert batch(tmp_path / "in", out).graded == ("a",)
    assert not (out / "sheets").exists()
    assert batch(tmp_path / "in", out, sheets=True).graded == ("a",)
    assert (out / "sheets" / "spider_bulging.png").exists()


def test_sheets_of_before_are_removed_and_other_files_are_kept(tmp_path: Path) -> None:
    for kept in (True, False):
        out = tmp_path / str(kept)
        page = out / "sheets" / "spider_bulging_2.png"
        page.parent.mkdir(parents=True)
        page.write_bytes(b"")
        if kept:
            (out / "sheets" / "notes.txt").write_text("mine")
        remove_sheets(out)
        assert page.exists() == kept


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
    alike = [replace(tile, probability=0.5, grade="1") for tile in reversed(made_up(3, tmp_path).tiles)]
    order = ContactSheet("pfirrmann", "pfirrmann", alike, (), False).in_order()
    assert [one.study for one in order] == ["study 000", "study 001", "study 002"]


def test_many_discs_go_on_further_pages(tmp_path: Path) -> None:
    count = TILES_A_PAGE + COLUMNS + 1
    pages = list(draw_pages(made_up(count, tmp_path)))
    first, second = (grade.color for grade in scale_of("pfirrmann", "pfirrmann").grades[:2])
    assert [stripes(page, first, 40) for page in pages] == [66, 0]
    assert [stripes(page, second, 40) for page in pages] == [54, 11]
    assert pages[0].width == pages[1].width


def test_what_must_not_be_overlooked_is_on_the_sheet(tmp_path: Path) -> None:
    plain = marks(next(draw_pages(made_up(3, tmp_path))))
    assert plain > 0  # research use, in the same color
    assert marks(next(draw_pages(made_up(3, tmp_path, synthetic=True)))) > plain + 2000
    sheet = made_up(3, tmp_path)
    warned = replace(sheet, tiles=[replace(sheet.tiles[0], warned=True), *sheet.tiles[1:]])
    both = replace(sheet, tiles=[replace(tile, warned=True) for tile in sheet.tiles[:2]] + list(sheet.tiles[2:]))
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


@pytest.fixture(autouse=True)
def pictures_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up axial slices show nothing of the spine that they cross."""
    monkeypatch.setattr("discgrader.grading.axial.other_coordinates", lambda one, other: None)


def study_with_axial() -> Study:
    """The spine of blocks with three axial slices through L4-L5, bright 20 mm to the right, midway, to the left."""
    disc = synthetic_localization().discs[1]
    affine = np.eye(4)
    affine[:3, :3] = disc.roi.axes_lps * [1.0, 1.0, 4.0]
    affine[:3, 3] = disc.roi.center_lps_mm - affine[:3, :3] @ [60.0, 60.0, 1.0]
    array = np.zeros((3, 121, 121), np.uint8)
    for number, column in enumerate((40, 60, 80)):
        array[number, 50:70, column - 4 : column + 5] = 200
    axial = Series("AX_T2", Volume(array, affine), Plane.AXIAL, Contrast.T2, "told")
    return replace(synthetic_study(), series=(*synthetic_study().series, axial))


def msu_result(specs: tuple[ViewSpec, ...], look: int, *tasks: str) -> StudyResult:
    """L4-L5 graded by MSU on one of its looks through these windows."""
    study, localization = study_with_axial(), synthetic_localization()
    disc = localization.discs[1]
    evidence = slice_evidence(StudyViews(study, localization).of(disc, specs)[look])
    grades = tuple(made_grade("msu", task, "1", "1", tuple("0123"), evidence) for task in tasks or ("size",))
    return StudyResult(study, localization, (DiscResult(disc, grades),))


def brightest_mm(tile: Path, field_mm: float) -> float:
    """How far to the left of a tile's middle its bright spot lies."""
    bright = np.asarray(Image.open(tile), float).sum(axis=0)
    return (np.average(np.arange(len(bright)), weights=bright) + 0.5) / len(bright) * field_mm - field_mm / 2


def test_a_tile_shows_the_slice_that_its_grade_was_read_from(tmp_path: Path) -> None:
    places = []
    for look in range(3):
        folder = tmp_path / str(look)
        folder.mkdir()
        result = msu_result(system_views()["msu"], look)
        TileWriter(system_views())(result, folder, Progress())
        [tile] = (folder / "tiles").iterdir()
        [grade] = result.discs[0].grades
        number = int(grade.evidence["slice"]["value"][0])
        assert tile.name == tile_name("L4-L5", "msu", grade.evidence) == f"L4-L5_msu_{number}_of_3.png"
        assert brightest_mm(tile, 72.0) == pytest.approx((-20.0, 0.0, 20.0)[number - 1], abs=1.0)
        places.append(number)
    assert sorted(places) == [1, 2, 3]


def test_tiles_look_through_the_windows_of_the_pack(tmp_path: Path) -> None:
    [usual] = system_views()["msu"]
    wide = (replace(usual, field_mm=90.0),)
    pack = replace(fake_pack("msu"), input=view_input(wide, 32))
    assert views_of_packs([pack, fake_pack("pfirrmann")]) == {"msu": wide}
    TileWriter(views_of_packs([pack]))(msu_result(wide, 1), tmp_path, Progress())
    [tile] = (tmp_path / "tiles").iterdir()
    assert abs(brightest_mm(tile, 90.0)) == pytest.approx(20.0, abs=1.0)


def test_the_tile_of_many_slices_shows_the_middle_one_in_the_levels_of_all() -> None:
    levels = np.linspace(0.0, 800.0, 9, dtype=np.float32)
    gray = middle_gray(np.broadcast_to(levels[:, None, None], (9, 4, 4)))
    assert gray.shape == (4, 4) and gray.min() == gray.max() == pytest.approx(127.5, abs=2)


def test_a_disc_whose_slice_its_windows_do_not_show_has_no_tile_and_is_counted(tmp_path: Path) -> None:
    [usual] = system_views()["msu"]
    nearest = {"msu": (replace(usual, every_slice=False),)}
    beside = {"msu": (replace(usual, field_mm=7200.0),)}
    for number, (windows, look) in enumerate(((nearest, 0), (nearest, 1), (beside, 0))):
        folder = tmp_path / str(number)
        folder.mkdir()
        result = msu_result(system_views()["msu"], look)
        TileWriter(windows)(result, folder, Progress())
        write_tables(result, folder, Progress())
    folders = [tmp_path / str(number) for number in range(3)]
    [sheet] = sheets_of(folders, nearest)
    assert (len(sheet.tiles), sheet.without_picture) == (1, 2)
    assert next(draw_pages(sheet)).height > next(draw_pages(replace(sheet, without_picture=0))).height
    assert list(sheets_of(folders[1:], nearest)) == []


def test_a_tile_that_tasks_share_is_sampled_once_and_tiles_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampled = []
    monkeypatch.setattr(sheets, "middle_gray", lambda values: sampled.append(1) or middle_gray(values))
    one = msu_result(system_views()["msu"], 0, "size", "zone")
    TileWriter(system_views())(one, tmp_path, Progress())
    assert len(sampled) == 1
    progress = Progress()

    def stopping(values: np.ndarray) -> np.ndarray:
        sampled.append(1)
        progress.stop.set()
        return middle_gray(values)

    monkeypatch.setattr(sheets, "middle_gray", stopping)
    other = replace(one.discs[0].disc, level="L3-L4")
    both = replace(
        one,
        localization=replace(one.localization, discs=(one.discs[0].disc, other)),
        discs=(*one.discs, replace(one.discs[0], disc=other)),
    )
    (tmp_path / "stopped").mkdir()
    with pytest.raises(Cancelled):
        TileWriter(system_views())(both, tmp_path / "stopped", progress)
    assert len(sampled) == 2


def test_a_study_whose_reference_is_not_among_its_series_has_tiles(tmp_path: Path) -> None:
    result = synthetic_result()
    unknown = [replace(series, contrast=Contrast.UNKNOWN) for series in result.study.series]
    moved = replace(
        result,
        study=replace(result.study, series=tuple(unknown)),
        localization=replace(result.localization, series_name="resampled"),
    )
    TileWriter({})(moved, tmp_path, Progress())
    assert len(list((tmp_path / "tiles").iterdir())) == 10


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
    [sheet] = [one for one in sheets_of([out / "a"], {}) if one.task == "high_grade"]
    assert len(sheet.tiles) == 1


def test_hand_set_discs_of_real_axial_slices_can_be_looked_at(tmp_path: Path, data_dir: Path) -> None:
    import sudirman_studies
    from discgrader.imaging.study_reader import find_studies, read_study
    from discgrader.pipeline.given_boxes import localization_from_boxes
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
        localization = localization_from_boxes(study, read_rois(path / "rois"))
        [disc] = localization.discs
        [[window]] = StudyViews(study, localization).of(disc, system_views()["msu"])
        gray = window.values(window.shape.resized(72))[1]
        # 1 mm a pixel: the box's back lies behind the canal, whose fluid is brighter than the disc before it.
        back = 36 + disc.roi.size_mm[1] / 2
        canal, nucleus = (gray[round(back) - first : round(back) - last, 34:38] for first, last in ((16, 8), (45, 35)))
        brighter.append(canal.mean() / nucleus.mean())
    assert np.median(brighter) > 2
    assert min(brighter) > 1.1
