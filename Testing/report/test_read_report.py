"""The report of a study that somebody reads: the reader's grades first, the packs' beside them, by sign and word."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Examination
from discgrader.localize.box import RoiBox
from discgrader.pipeline.output import write_tables
from discgrader.reading.commands import AcceptGrade, SetGrade
from discgrader.reading.disc_commands import MoveBox
from discgrader.reading.record import Reading
from discgrader.reading.results import discs_now, reading_of_result
from discgrader.report.account import Account
from discgrader.report.html import report_html
from discgrader.report.impression import impression, sure_of
from discgrader.report.language import ENGLISH, find_language, languages, nearest_language
from discgrader.report.tables import grades_json, grades_rows
from synthetic_result import made_grade, synthetic_result

PFIRRMANN, HIGH, BULGING = ("pfirrmann", "pfirrmann"), ("pfirrmann", "high_grade"), ("spider", "bulging")
GOLDEN = Path(__file__).resolve().parents[1] / "reference" / "golden"
READER, TIME = "Dr. Ægir <Müller>", "2026-11-30T10:12:00+01:00"


def grade(system: str, task: str, value: str, label: str, *scale: str) -> Grade:
    return made_grade(system, task, value, label, scale, {})


@pytest.fixture(scope="module")
def result() -> StudyResult:
    """Two discs; at L5-S1 SPIDER sees no herniation and MSU one of size 2."""
    made = synthetic_result(disc_count=2)
    low, high = made.discs
    more = (
        grade("spider", "herniation", "0", "no", "0", "1"),
        grade("msu", "size", "2", "2", "0", "1", "2", "3"),
        grade("msu", "zone", "B", "B", "none", "A", "AB", "B", "C"),
        grade("deepspine", "central_stenosis", "2", "moderate", "0", "1", "2", "3"),
    )
    calm = (grade("pfirrmann", "pfirrmann", "2", "II", *"12345"), grade("spider", "bulging", "0", "no", "0", "1"))
    discs = (DiscResult(low.disc, (*low.grades, *more)), DiscResult(high.disc, calm))
    return replace(made, discs=discs, saliency={}, saliency_series={})


@pytest.fixture(scope="module")
def reading(result: StudyResult) -> Reading:
    """L5-S1: Pfirrmann accepted, which settles high grade, and the central stenosis changed; the rest is not read."""
    begun = reading_of_result(result, READER, "2026-11-30T09:00:00+01:00")
    accepted = begun.apply(AcceptGrade("L5-S1", *PFIRRMANN), TIME)
    return accepted.apply(SetGrade("L5-S1", "deepspine", "central_stenosis", "3", "roots <clumped>"), TIME)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).split())


def article(page: str, level: str) -> str:
    return page.split(f'id="{level}"', 1)[1].split("</article>", 1)[0]


def test_who_read_it_and_how_far_stands_at_the_top(result, reading):
    head = text_of(report_html(result, reading=reading).split("</header>", 1)[0])
    assert "Read by Dr. Ægir &lt;Müller&gt;, 2026-11-30 10:12: 3 of 9 grades read, 1 changed" in head
    assert "Not read by anyone" in text_of(report_html(result).split("</header>", 1)[0])
    nobody = Account(result, replace(reading, reader=""))
    assert nobody.reading_line == "Not read by anyone"


def test_the_readers_grade_stands_first_and_the_packs_beside_it(result, reading):
    page = report_html(result, reading=reading)
    row = article(page, "L5-S1").split("Central canal stenosis, DeepSPINE", 1)[1].split("</tr>", 1)[0]
    told = text_of(row)
    assert told.index("severe") < told.index("AI: moderate, 70 %")
    assert "✎ changed" in told and "reason: roots &lt;clumped&gt;" in told and "2026-11-30 10:12" in told
    matrix = page.split('class="matrix"', 1)[1].split("</table>", 1)[0]
    cell = text_of(matrix.split("Central canal stenosis", 1)[1].split("</tr>", 1)[0])
    assert re.search(r"severe ✎ changed AI: moderate, 70 %", cell)


def test_accepted_changed_unread_stale_and_not_graded_are_told_apart_by_sign_and_word(result, reading):
    page = text_of(report_html(result, reading=reading))
    for told in ("✓ accepted", "✎ changed", "○ not read", "– not graded"):
        assert told in page
    assert "box moved since" not in page
    disc = reading.disc("L5-S1")
    moved = RoiBox(disc.box.center_lps_mm + 5.0, disc.box.axes_lps, disc.box.size_mm)
    stale = reading.apply(MoveBox("L5-S1", moved), TIME)
    now = replace(
        result,
        discs=tuple(replace(one, disc=disc) for one, (_, disc) in zip(result.discs, discs_now(stale), strict=True)),
    )
    told = text_of(report_html(now, reading=stale))
    assert "↻ box moved since" in told and "7 of boxes moved since" in told
    plain = text_of(report_html(result))
    assert "accepted" not in plain and "not read " not in plain


def test_nobody_reads_then_no_sign_says_so_at_every_grade(result):
    assert "○" not in report_html(result)


def test_pictures_have_the_readers_grade(result, reading):
    changed = reading.apply(SetGrade("L4-L5", *PFIRRMANN, "5", ""), TIME)
    picture = report_html(result, reading=changed).split("<svg", 1)[1].split("</svg>", 1)[0]
    assert ">V ✎<" in picture and ">V ✓<" in picture and ">II<" not in picture
    alt = report_html(result, reading=changed).split('class="panel main"', 1)[1].split("alt=", 1)[1][:160]
    assert "L4-L5 (Pfirrmann grade V)" in alt


def test_a_contradiction_is_marked_with_both_likelihoods_until_the_reader_resolves_it(result, reading):
    page = report_html(result, reading=reading)
    told = "SPIDER: no herniation, 70 %; MSU: herniation size 2, 70 %"
    assert told in article(page, "L5-S1") and "≠" in page.split('class="matrix"', 1)[1].split("</table>", 1)[0]
    assert told in text_of(page.split('class="impression"', 1)[1].split('class="summary"', 1)[0])
    resolved = reading.apply(SetGrade("L5-S1", "spider", "herniation", "1", ""), TIME)
    assert "≠" not in report_html(result, reading=resolved)
    settled = reading.apply(AcceptGrade("L5-S1", "spider", "herniation"), TIME)
    settled = settled.apply(AcceptGrade("L5-S1", "msu", "size"), TIME)
    settled = settled.apply(AcceptGrade("L5-S1", "msu", "zone"), TIME)
    page = report_html(result, reading=settled)
    assert "settled by the reader" in article(page, "L5-S1")
    assert "≠" not in page.split('class="impression"', 1)[1].split('class="summary"', 1)[0]


def test_the_impression_has_the_worst_first_and_normal_discs_in_one_line(result, reading):
    first, second = impression(Account(result))
    assert [one.words for one in first.findings] == [
        "moderate central canal stenosis",
        "herniation size 2, zone B",
        "Pfirrmann grade V",
        "disc bulge",
    ]
    assert (first.level, second.level) == ("L5-S1", "L4-L5") and second.findings == () and second.graded
    assert sure_of(Account(result), first.findings[0]) == "DeepSPINE 70 %†"
    read = impression(Account(result, reading))[0]
    assert read.findings[0].words == "severe central canal stenosis"
    assert sure_of(Account(result, reading), read.findings[0]) == "DeepSPINE reader ✎"
    told = text_of(report_html(result).split('class="impression"', 1)[1].split('class="summary"', 1)[0])
    assert "No finding: L4-L5." in told and "research use, not for diagnosis" in told
    assert "† Trained on synthetic images only: Pfirrmann, SPIDER, MSU, DeepSPINE." in told


def test_a_readers_no_outweighs_what_packs_find(result, reading):
    calm = reading.apply(SetGrade("L5-S1", "msu", "size", "0", ""), TIME)
    words = [one.words for one in impression(Account(result, calm))[0].findings]
    assert not any("herniation" in one for one in words)


def test_what_is_told_of_the_whole_study_stands_once(result):
    doubt, of_pack = "The names are not certain.", "Graded from T1 alone."
    discs = tuple(
        DiscResult(
            replace(one.disc, warnings=(doubt,)), tuple(replace(given, warnings=(of_pack,)) for given in one.grades)
        )
        for one in result.discs
    )
    localization = replace(result.localization, warnings=(doubt,), name_doubts=(doubt,))
    told = replace(result, discs=discs, localization=localization)
    page = report_html(told)
    assert page.count(doubt) == page.count(of_pack) == 1
    document = grades_json(told)
    assert document["name_doubts"] == [doubt] and all(disc["warnings"] == [] for disc in document["discs"])
    assert all(doubt in str(row["warnings"]) for row in grades_rows(document))


def test_a_warning_of_one_disc_stands_with_this_disc_and_names_whose_it_is(result):
    odd = "The slices cross the disc at 25°."
    grades = tuple(
        replace(one, warnings=(odd,)) if one.system != "pfirrmann" else one for one in result.discs[0].grades
    )
    told = replace(result, discs=(DiscResult(result.discs[0].disc, grades), result.discs[1]))
    page = report_html(told)
    assert f"{odd} (SPIDER, MSU, DeepSPINE)" in article(page, "L5-S1") and odd not in article(page, "L4-L5")


def test_very_many_warnings_leave_the_first_page_its_room_and_are_all_there(result):
    many = tuple(f"Warning {number}." for number in range(50))
    page = report_html(replace(result, warnings=many))
    overview, rest = page.split('class="discs"', 1)
    assert "Warning 1." in overview and "Warning 40." not in overview and "more below" in overview
    assert all(warning in rest for warning in many)


def test_patient_and_examination_stand_at_the_top_and_nothing_is_invented(result):
    plain = text_of(report_html(result).split("</header>", 1)[0])
    assert "Patient" not in plain and "Examination" not in plain
    series = tuple(replace(one, identity=Identity(patient_id="Ñ-<42>")) for one in result.study.series)
    taken = Examination("2024-01-02", "08:15:00", "", "MR spine", "A-7")
    known = replace(result, study=replace(result.study, series=series, examination=taken))
    head = text_of(report_html(known).split("</header>", 1)[0])
    assert "Patient ID Ñ-&lt;42&gt;" in head and "2024-01-02, MR spine, 08:15:00" in head
    assert "Accession number A-7" in head and "Series used T2_sag (T2), T1_sag (T1)" in head


def test_german_is_whole_and_an_unknown_language_is_named(result, reading):
    assert set(languages()) >= {"en", "de"} and nearest_language("de_AT").code == "de"
    assert nearest_language("fr_FR") is ENGLISH
    page = report_html(result, reading=reading, language=find_language("de"))
    told = text_of(page)
    assert '<html lang="de">' in page
    for expected in (
        "Beurteilung",
        "Von niemandem",
        "✎ geändert",
        "KI: mittelgradig, 70 %",
        "hochgradige Spinalkanalstenose",
    ):
        assert (expected in told) == (expected != "Von niemandem"), expected
    assert "3 von 9 Einstufungen befundet" in told and "kein Bandscheibenvorfall" in told
    for english in ("Impression", "Series used", "Written", "not graded", "Research use", "accepted", "Evidence"):
        assert english not in told, english
    assert find_language("de").number("0.15 and 1.0 mm") == "0,15 and 1,0 mm"
    assert find_language("de").say("{count} changed", count=3) == "3 geändert"


def test_tables_have_what_the_reader_decided_before_what_the_pack_says(result, reading, tmp_path: Path):
    write_tables(result, tmp_path, reading=reading)
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {(row["level"], row["task"]): row for row in csv.DictReader(file)}
    columns = list(rows["L5-S1", "central_stenosis"])
    assert columns[:5] == ["study", "level", "index_from_sacrum", "system", "task"]
    assert columns[5:15] == [
        *("final_grade", "final_label", "status", "reader", "reason", "decided", "box"),
        *("grade", "label", "probability"),
    ]
    changed = rows["L5-S1", "central_stenosis"]
    assert (changed["final_grade"], changed["final_label"], changed["status"]) == ("3", "severe", "overridden")
    assert (changed["grade"], changed["label"], changed["reader"]) == ("2", "moderate", READER)
    assert rows["L5-S1", "pfirrmann"]["status"] == "accepted" and rows["L4-L5", "pfirrmann"]["status"] == "unread"
    assert rows["L5-S1", "size"]["contradictions"] == "SPIDER: no herniation, 70 %; MSU: herniation size 2, 70 %"
    document = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert document["reading"]["state"] == f"{READER}, 2026-11-30 10:12: 3 of 9 grades read, 1 changed"
    stenosis = document["discs"][0]["grades"][-1]
    assert list(stenosis)[:5] == ["system", "task", "final_grade", "final_label", "status"]
    assert (stenosis["final_grade"], stenosis["grade"]) == ("3", "2")
    assert document["discs"][0]["contradictions"][0]["sides"][1]["probability"] == 0.7
    assert DiscResult.from_json(document["discs"][0]).grade_of("msu", "size").grade == "2"


def test_without_a_reading_tables_say_so_and_have_the_columns_of_before(result, tmp_path: Path):
    write_tables(result, tmp_path)
    header = (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header[:8] == ["study", "level", "index_from_sacrum", "system", "task", "grade", "label", "probability"]
    assert (
        json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))["reading"]["state"] == "Not read by anyone"
    )


def test_a_grade_that_the_reader_alone_gave_is_in_report_and_tables(result, reading):
    given = reading.apply(SetGrade("L4-L5", "spider", "modic", "2", ""), TIME)
    page = article(report_html(result, reading=given), "L4-L5")
    row = text_of(page.split("Modic type, SPIDER", 1)[1].split("</tr>", 1)[0])
    assert "✎ given by the reader" in row and "AI: nothing" in row
    document = grades_json(result, given)
    assert [one["final_grade"] for one in document["discs"][1]["reader_grades"]] == ["2"]
    assert [row["final_label"] for row in grades_rows(document) if row["task"] == "modic"] == ["2"]


def test_every_warning_stands_once_in_its_own_table(result, tmp_path: Path):
    odd = "It looks odd."
    grades = tuple(replace(one, warnings=(odd,)) for one in result.discs[0].grades)
    discs = (DiscResult(replace(result.discs[0].disc, warnings=("The box is low.",)), grades), result.discs[1])
    write_tables(replace(result, discs=discs), tmp_path)
    with open(tmp_path / "warnings.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = [row["warning"] for row in rows if not row["level"]]
    assert whole == ["No sacrum in view; names are nominal.", "Made of blocks; not a patient."]
    of_disc = [(row["system"], row["task"], row["warning"]) for row in rows if row["level"]]
    assert of_disc[:2] == [("", "", "The box is low."), ("pfirrmann", "pfirrmann high_grade", odd)]
    assert len(of_disc) == 1 + 4 and {row["level"] for row in rows} == {"", "L5-S1"}


def test_what_other_rooms_say_is_german_too():
    """The warnings and reasons of the studies whose results are kept, and what was measured of them."""
    german = find_language("de")
    said: set[str] = set()
    for path in sorted(GOLDEN.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))["grades"]
        said |= {*document["warnings"], *(series["contrast_reason"] for series in document["series"])}
        said |= {one for disc in document["discs"] for one in disc["warnings"]}
        said |= {one for disc in document["discs"] for given in disc["grades"] for one in given["warnings"]}
    assert len(said) > 20
    for sentence in said:
        assert german.word(sentence) != sentence, sentence
    assert german.word("The slices of ax_t2 cross the plane of L1-L2 at 25°.") == (
        "Die Schichten von ax_t2 schneiden die Ebene von L1-L2 im Winkel von 25°."
    )
    assert "keine sagittale T2 (146_t1 ist T1)" in german.word(
        "Not graded by calcification, deepspine: no sagittal T2 (146_t1 is T1)."
    )
    assert german.word("Slice of ax_t2") == "Schicht von ax_t2" and ENGLISH.word("Slice of ax_t2") == "Slice of ax_t2"
    assert german.word("What nobody has said {before}.") == "What nobody has said {before}."


def test_a_second_reading_stands_beside_the_first(result, reading):
    from discgrader.reading.marks import Decision, OtherDisc, SecondReading

    said = Decision("deepspine", "central_stenosis", "1", True, "", "Dr. Two", TIME)
    number = reading.disc("L5-S1").number
    second = SecondReading("two.reading.json", "Dr. Two", TIME, (OtherDisc(number, "L5-S1", (said,)),))
    both = replace(reading, beside=(second,))
    page = report_html(result, reading=both)
    told = "Second reading Dr. Two, 2026-11-30 10:12: agree on 0 of 1 grades (0 %); 0 differ by one step"
    assert told in text_of(page.split("</header>", 1)[0])
    none = report_html(result, reading=replace(both, discs=tuple(replace(disc, decisions=()) for disc in both.discs)))
    assert "10:12: no grade that both have decided on" in text_of(none.split("</header>", 1)[0])
    row = text_of(article(page, "L5-S1").split("Central canal stenosis, DeepSPINE", 1)[1].split("</tr>", 1)[0])
    assert "Dr. Two: mild" in row and row.index("severe") < row.index("Dr. Two")
    assert grades_json(result, both)["discs"][0]["grades"][-1]["others"] == {"Dr. Two": "mild"}
