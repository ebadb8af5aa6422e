"""The HTML report: complete, self-contained, honest about what it is, and true to where things lie."""

import base64
import io
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import numpy as np
import pytest
from discgrader.errors import OutputError
from discgrader.grading.place import sagittal_place
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.grading.systems import find_task
from discgrader.grading.view import slice_middle
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.study import Contrast, Plane, Study
from discgrader.imaging.volume import Volume
from discgrader.report.html import report_html, write_report
from discgrader.report.pictures import axial_picture, box_outline, crop_picture, slice_picture, with_saliency
from discgrader.report.words import percent
from PIL import Image
from synthetic_result import made_grade, synthetic_result

VOID = {"img", "meta", "br"}


class Page(HTMLParser):
    """What the tests want to know of a page; complains about elements that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict]] = []
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.lanes: list[list[float]] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if attributes.get("class") == "lane":
            self.lanes.append([])
        if "bar" in [one[1].get("class") for one in self.open] and tag == "span":
            self.lanes[-1].append(float(re.search(r"width:([\d.]+)%", attributes["style"])[1]))
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if not any(tag == "style" for tag, _ in self.open):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, wanted: str) -> list[dict]:
        return [attributes for tag, attributes in self.elements if tag == wanted]


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return synthetic_result()


@pytest.fixture(scope="module")
def small() -> StudyResult:
    """One disc, for what does not depend on how many there are."""
    return synthetic_result(disc_count=1)


@pytest.fixture(scope="module")
def page(result) -> Page:
    return Page(report_html(result, written=datetime(2030, 5, 17, 9, 30)))


def _with_grade(result: StudyResult, **changes) -> StudyResult:
    """The result with the first grade of every disc changed."""
    discs = tuple(DiscResult(one.disc, (replace(one.grades[0], **changes), *one.grades[1:])) for one in result.discs)
    return replace(result, discs=discs)


def _image(attributes: dict) -> Image.Image:
    kind, data = attributes["src"].split(",", 1)
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    image.load()
    return image


def test_needs_nothing_from_elsewhere(small):
    text = report_html(small)
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "form"} & {name for name, _ in page.elements}
    for name, attributes in page.elements:
        for attribute in ("src", "href", "srcset", "data", "action", "xlink:href"):
            assert attributes.get(attribute, "#").startswith(("#", "data:image/png;base64,")), (name, attribute)
        assert not [one for one in attributes if one.startswith("on")]
    assert "http" not in text and "url(" not in text and "@import" not in text


def test_every_level_task_and_grade_is_there(result, page):
    for one in result.discs:
        level = one.disc.level
        assert {"id": level, "class": "disc"}.items() <= next(
            a for a in page.all("article") if a.get("id") == level
        ).items()
        assert any(a.get("href") == f"#{level}" for a in page.all("a"))
        article = page.text.split(f" {level} ", 1)[1]
        for grade in one.grades:
            assert find_task(grade.system, grade.task).title in article
            assert grade.label in article and percent(grade.probability) in article
    assert len(page.lanes) == 15


def test_bars_of_a_task_are_its_probabilities(result, page):
    for lane in page.lanes:
        assert sum(lane) == pytest.approx(100, abs=0.3)
    lowest = result.discs[0].grades[0]
    drawn = page.lanes[-3]
    assert drawn == pytest.approx([100 * lowest.probabilities[value] for value in "12345"], abs=0.06)


def test_warnings_and_evidence_are_shown(page):
    for expected in (
        "No sacrum in view; names are nominal.",
        "Made of blocks; not a patient.",
        "Unlike anything the pack was trained on.",
        "Nucleus to CSF for Pfirrmann 0.15",
        "the file name says so",
        "blocks do not bulge",
    ):
        assert expected in page.text


def test_says_that_it_is_no_diagnosis_and_that_the_pack_is_synthetic(small, page):
    assert page.text.count("Research use, not for diagnosis") >= 2
    assert "Trained on synthetic images only" in page.text
    assert "made-up blocks, for tests only" in page.text and "0" * 64 in page.text
    real = replace(
        small,
        discs=tuple(DiscResult(d.disc, tuple(replace(g, synthetic=False) for g in d.grades)) for d in small.discs),
    )
    assert "synthetic" not in Page(report_html(real)).text


FIGURES = {
    "method": "Five-fold cross-validation by patient",
    "T2": {"discs": 9, "patients": 3, "pfirrmann": {"macro_auroc": {"value": 0.111, "low": 0.1, "high": 0.2}}},
    "T1+T2": {
        "discs": 1100,
        "patients": 160,
        "pfirrmann": {"macro_auroc": {"value": 0.9234, "low": 0.91, "high": 0.94}, "qwk": 0.83, "mcc": 0.5},
        "high_grade": {"auroc": {"value": 0.95, "low": 0.94, "high": 0.96}},
    },
    "all": {"discs": 9, "patients": 3, "pfirrmann": {"macro_auroc": {"value": 0.222, "low": 0.1, "high": 0.3}}},
}
CARD = {
    "name": "pfirrmann-blocks",
    "version": "2.5.0",
    "system": "pfirrmann",
    "sha256": "ab" * 32,
    "trained_on": {"statement": "Trained on SPIDER.", "data_set": "SPIDER", "license": "CC BY 4.0", "patients": 175},
    "figures": FIGURES,
    "intended_use": "For tests.",
}


def test_pack_cards_are_shown_with_the_figures_on_the_series_at_hand(small):
    text = Page(report_html(small, pack_cards=[CARD])).text
    for expected in (
        "2.5.0",
        "ab" * 32,
        "Trained on SPIDER.",
        "SPIDER, CC BY 4.0, 175 patients",
        "On T1 and T2: 160 patients, 1100 discs. Five-fold cross-validation by patient.",
        "Pfirrmann grade 0.923 0.910–0.940 0.830",
        "High grade (IV–V) 0.950 0.940–0.960",
        "For tests.",
    ):
        assert expected in text
    assert "0.111" not in text and "0.222" not in text


def test_figures_on_all_series_stand_in_for_those_that_are_missing(small):
    figures = {name: FIGURES[name] for name in ("T2", "all")}
    text = Page(report_html(small, pack_cards=[CARD | {"figures": figures}])).text
    assert "On all series of a patient: 3 patients" in text and "0.222" in text and "0.111" not in text


def test_figures_of_another_shape_are_listed(small):
    card = {
        "name": "localizer",
        "figures": {"dice": {"vertebra": 0.94, "disc": {"value": 0.9, "low": 0.89, "high": 0.91}}},
    }
    text = Page(report_html(small, pack_cards=[card])).text
    assert "dice · vertebra 0.940" in text and "dice · disc 0.900 0.890–0.910" in text


def test_pictures_decode_have_alternatives_and_contrast(page):
    images = page.all("img")
    assert len(images) == 2 + 5 * 3
    for attributes in images:
        image = _image(attributes)
        assert image.size == (int(attributes["width"]), int(attributes["height"]))
        assert np.ptp(np.asarray(image)) > 200, "gray levels are spread"
        assert len(attributes["alt"]) > 10
    assert any("L5-S1 (Pfirrmann grade V)" in attributes["alt"] for attributes in images)


def test_saliency_is_colored_and_the_crop_is_not(page):
    images = {attributes["alt"]: _image(attributes) for attributes in page.all("img")}
    assert images["L4-L5 on T2."].mode == "L"
    laid_over = np.asarray(images["L4-L5 on T2 with the saliency of Pfirrmann grade, IV."]).astype(int)
    colored = np.ptp(laid_over, axis=2) > 40
    assert 0.03 < colored.mean() < 0.6
    rows, columns = np.nonzero(colored)
    # the bump sits in the middle of the box
    assert abs(rows.mean() / colored.shape[0] - 0.5) < 0.05 and abs(columns.mean() / colored.shape[1] - 0.5) < 0.05


@pytest.mark.parametrize("left_handed", [False, True])
def test_slice_picture_hangs_front_left_head_up_and_boxes_lie_on_the_discs(left_handed):
    result = synthetic_result(left_handed=left_handed)
    series, boxes = result.study.series[0], [one.disc.roi for one in result.discs]
    picture = slice_picture(series, boxes)
    assert picture.right[1] > 0.99 and picture.down[2] < -0.99
    for one in result.discs:
        outline = box_outline(picture, one.disc.roi)
        assert np.all(outline > 0) and np.all(outline < [picture.width_mm, picture.height_mm])
        assert np.linalg.norm(outline[1] - outline[0]) == pytest.approx(one.disc.roi.size_mm[1], abs=1e-6)
        assert np.linalg.norm(outline[2] - outline[1]) == pytest.approx(one.disc.roi.size_mm[2], abs=1e-6)
        # what is drawn at the disc's middle is the disc: brighter the lower its grade
        x, y = picture.project(one.disc.center_lps_mm) / picture.pixel_mm
        shown = picture.pixels[int(y) - 4 : int(y) + 5, int(x) - 20 : int(x) + 20].mean()
        mask = result.localization.segmentation.array == 200 + one.disc.index_from_sacrum
        values = series.volume.array[mask].mean()
        canal = series.volume.array[result.localization.segmentation.array == 100].mean()
        assert shown / 255 == pytest.approx(values / canal, abs=0.12)


def test_boxes_follow_a_patient_who_moved_between_series(small):
    t1, shift = small.study.series[1], np.array([0.0, 6.0, -3.0])
    moved_affine = t1.volume.affine_lps.copy()
    moved_affine[:3, 3] += shift
    moved = replace(t1, volume=Volume(t1.volume.array, moved_affine))
    study = replace(small.study, series=(small.study.series[0], moved))
    known = replace(small.localization, shifts_lps_mm={"T2_sag": np.zeros(3), "T1_sag": shift})
    at_rest = {a["alt"]: a["src"] for a in Page(report_html(small)).all("img")}
    followed = {
        a["alt"]: a["src"] for a in Page(report_html(replace(small, study=study, localization=known))).all("img")
    }
    assert followed == at_rest
    unknown = replace(small.localization, shifts_lps_mm={"T2_sag": np.zeros(3)})
    page = Page(report_html(replace(small, study=study, localization=unknown)))
    assert not [a for a in page.all("img") if "T1" in a["alt"]]
    assert "Not aligned" in page.text


def test_crop_follows_the_axes_of_the_box(result):
    disc = result.discs[0].disc
    labels = replace(
        result.study.series[0],
        volume=Volume(
            (result.localization.segmentation.array == 201).astype(np.float32), result.study.series[0].volume.affine_lps
        ),
    )
    crop = crop_picture(labels, disc.roi)
    assert crop.pixels.shape == (150, 320)
    rows, columns = np.nonzero(crop.pixels > 127)
    # a box of 34 x 10 mm, upright in its own axes although it leans in the patient, 12 mm before the crop's middle
    assert np.ptp(rows) * crop.pixel_mm == pytest.approx(10, abs=2.1)
    assert np.ptp(columns) * crop.pixel_mm == pytest.approx(34, abs=2.1)
    assert columns.mean() * crop.pixel_mm == pytest.approx(32 - 12, abs=1)
    assert rows.mean() * crop.pixel_mm == pytest.approx(15, abs=1)


@pytest.mark.parametrize("across_mm", [-16.0, 0.0, 16.0])
def test_a_crop_beside_the_middle_lies_on_the_slice_there(result, across_mm):
    series, box = result.study.series[0], result.discs[0].disc.roi
    at = box.center_lps_mm + across_mm * box.axes_lps[:, 0] + 5.0 * box.axes_lps[:, 2]
    crop = crop_picture(series, box, at)
    away = (crop.center_lps_mm - box.center_lps_mm) @ box.axes_lps
    assert abs(away[0] - across_mm) <= max(series.volume.spacing_mm) / 2 and abs(away[2]) < 1.0
    index = series.volume.lps_to_index(crop.center_lps_mm)
    assert np.abs(index - np.round(index)).min() < 1e-6, "on a slice, not between two"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_foramen_is_pictured_on_the_slice_of_its_side_as_in_the_views(small, side):
    [disc], task = small.discs, f"{side}_foraminal_stenosis"
    given = made_grade("deepspine", task, "2", "moderate", tuple("0123"), {})
    saliency = next(iter(small.saliency.values()))
    key, name = (disc.disc.level, "deepspine", task), small.study.series[0].name
    result = replace(
        small, discs=(replace(disc, grades=(*disc.grades, given)),), saliency={**small.saliency, key: saliency},
        saliency_series={**small.saliency_series, key: name},
    )  # fmt: skip
    place = sagittal_place(disc.disc.roi, (given,), "deepspine", task)
    assert ((place - disc.disc.roi.center_lps_mm)[0] > 12) == (side == "left")
    crop = crop_picture(small.study.series[0], disc.disc.roi, place)
    assert with_saliency(crop, saliency).data_uri() in report_html(result)


@pytest.mark.parametrize("task", ["left_facet_arthropathy", "left_foraminal_stenosis"])
def test_a_facet_is_pictured_on_the_axial_slice_that_was_read(small, task):
    [disc], t1 = small.discs, small.study.series[1]
    axial = replace(t1, name="axial", plane=Plane.AXIAL, contrast=Contrast.T2)
    slices = axial.volume.size[slice_axis_of(axial.volume, Plane.AXIAL)]
    number = slices // 3
    read = {"slice": {"value": f"{number + 1} of {slices}", "series": "axial"}}
    given = made_grade("deepspine", task, "1", "yes", ("0", "1"), read)
    study = replace(small.study, series=(*small.study.series, axial))
    page = report_html(replace(small, study=study, discs=(replace(disc, grades=(*disc.grades, given)),)))
    picture = axial_picture(axial, disc.disc.roi, slice_middle(axial.volume, number))
    assert (picture.data_uri() in page) == (task == "left_facet_arthropathy")
    assert ("Axial slice read: Left facet arthropathy, DeepSPINE, yes" in page) == (task == "left_facet_arthropathy")


def test_no_saliency_leaves_a_picture_as_it_is(result):
    picture = crop_picture(result.study.series[0], result.discs[0].disc.roi)
    volume = result.study.series[0].volume
    same = with_saliency(picture, volume.with_array(np.zeros(volume.array.shape, np.float32)))
    np.testing.assert_array_equal(same.pixels, picture.pixels[..., None].repeat(3, axis=2))


def test_names_are_text_not_markup(small):
    name = "</title><script>alert('x')</script> & \"Söhne\""
    hostile = _with_grade(
        replace(small, study=replace(small.study, name=name), warnings=("<b>bold</b>",)),
        evidence={"<i>": '"><img src=x>'},
        warnings=("<u>",),
    )
    text = report_html(hostile)
    page = Page(text)
    assert "<script" not in text and "<b>bold" not in text and "<i>" not in text and "<u>" not in text
    assert all(attributes["src"].startswith("data:") for attributes in page.all("img"))
    assert name in page.text and "<b>bold</b>" in page.text


def test_tasks_of_other_systems_are_shown_too(small):
    other = _with_grade(
        small, system="house-system", task="wear_and_tear", grade="b", label="B", probabilities={"a": 0.4, "b": 0.6}
    )
    text = Page(report_html(other)).text
    assert "wear and tear" in text and "house-system" in text and "60 %" in text


def test_a_study_without_discs_or_grades_still_gets_a_report(small):
    nothing = replace(small, discs=(), saliency={}, localization=replace(small.localization, discs=()))
    assert "No disc was graded." in Page(report_html(nothing)).text
    ungraded = replace(small, discs=tuple(DiscResult(one.disc, ()) for one in small.discs))
    assert Page(report_html(ungraded)).text.count("This disc was not graded.") == 1


def test_axial_series_do_not_disturb(small):
    axial = replace(small.study.series[1], name="axial", plane=Plane.AXIAL)
    study = Study(small.study.name, (axial, *small.study.series))
    page = Page(report_html(replace(small, study=study)))
    assert len(page.all("img")) == 2 + 3
    assert "axial T1" in page.text


def test_discs_are_pictured_on_no_series_that_they_cannot_be_found_on(small):
    """A localizer shows where nothing of a disc is to be judged, and its roles choose no figures of a pack."""
    localizer = replace(small.study.series[1], name="loc", contrast=Contrast.OTHER)
    study = replace(small.study, series=(localizer, *small.study.series))
    before, page = Page(report_html(small)), Page(report_html(replace(small, study=study)))
    assert [one["src"] for one in page.all("img")] == [one["src"] for one in before.all("img")]
    assert "loc" in page.text


@pytest.mark.parametrize(
    ("probability", "text"), [(0.724, "72 %"), (0.002, "<1 %"), (0.999, ">99 %"), (1.0, ">99 %"), (0.0, "<1 %")]
)
def test_probabilities_are_not_rounded_to_certainty(probability, text):
    assert percent(probability) == text


def test_is_written_as_utf8_and_refused_plainly(small, tmp_path):
    folder = tmp_path / "Bericht für Müller"
    folder.mkdir()
    write_report(small, folder / "report.html")
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(OutputError, match="report.html"):
        write_report(small, tmp_path / "nowhere" / "report.html")
