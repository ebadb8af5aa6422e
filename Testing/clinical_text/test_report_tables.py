"""Tables of reports as people save them, and what is wrong with them."""

import re
from pathlib import Path
from threading import Event

import pytest

pytest.importorskip("negspacy", reason="the extra 'reports' is not installed")

from discgrader.clinical_text.reports import Columns, read_reports
from discgrader.clinical_text.table import label_reports
from discgrader.errors import Cancelled, UsageError
from discgrader.progress import Progress

BULGE = "L4-L5: Disc bulge."


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "reports.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    path = table(tmp_path, f'patient{separator}report\n7{separator}"L4-L5: bulge, small; L5-S1: normal"\n')
    (report,), warnings = read_reports(path)
    assert (report.patient, report.study, report.text) == ("7", "7", "L4-L5: bulge, small; L5-S1: normal")
    assert warnings == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_are_told_by_the_file(tmp_path: Path, encoding: str) -> None:
    (report,), warnings = read_reports(table(tmp_path, f"patient,report\nMüller,{BULGE}\n", encoding))
    assert report.patient == "Müller" and warnings == []


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    (report,), warnings = read_reports(table(tmp_path, f"patient,report\nMüller,{BULGE}\n", "cp1252"))
    assert report.patient == "Müller" and "Windows-1252" in warnings[0]


def test_an_encoding_that_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, f"patient,report\nIvan Жук,{BULGE}\n", "cp1251")
    assert read_reports(path, encoding="cp1251")[0][0].patient == "Ivan Жук"
    with pytest.raises(UsageError, match="There is no encoding klingon"):
        read_reports(path, encoding="klingon")
    with pytest.raises(UsageError, match="is not utf-8 text"):
        read_reports(path, encoding="utf-8")


def test_columns_by_their_usual_names_and_by_option(tmp_path: Path) -> None:
    path = table(tmp_path, f'Patient ID,Clinician\'s Notes\n3,"{BULGE}"\n')
    assert read_reports(path)[0][0].text == BULGE
    path = table(tmp_path, f"who,what,when\n3,{BULGE},a\n3,{BULGE} More.,b\n")
    found, _ = read_reports(path, Columns("who", "what", "when"))
    assert [report.study for report in found] == ["a", "b"]


def test_a_report_of_several_lines(tmp_path: Path) -> None:
    (report,), _ = read_reports(table(tmp_path, 'patient,report\r\n3,"L4-L5: bulge.\r\n\r\nL5-S1: normal."\r\n'))
    assert report.text == "L4-L5: bulge.\r\n\r\nL5-S1: normal."


WRONG = {
    "": "is empty",
    "patient,age\n1,2\n": "has no column report; it has 'patient', 'age'. Name the column with --text-column",
    "report,age\nx,2\n": "has no column patient",
    "patient,report\n1,\n2,  \n": "has no report: the column report is empty throughout",
    "patient,report\n,L4-5 bulge\n": "line 2: the row names no patient",
    "patient,report\n1,bulge, and more\n": "line 2: the row has 3 cells, the header 2",
    'patient,report\n1,"bulge\n2,"protrusion"\n': "not a CSV table",
    "patient,report\n1,L4-5 bulge\n1,L4-5 protrusion\n": "two different reports for patient 1 (lines 2 and 3)",
    "patient,study,report\n1,a,bulge\n1,a,protrusion\n": "two different reports for study a",
    "patient,report,report\n1,bulge,b\n": "two columns report",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items())
def test_what_is_wrong_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        read_reports(table(tmp_path, text))


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    with pytest.raises(UsageError, match="does not exist"):
        read_reports(path)
    path.write_bytes(b"PK\x03\x04 a workbook")
    with pytest.raises(UsageError, match="is a workbook"):
        read_reports(path)
    path.write_bytes("patient,report\n1,bulge\n".encode("utf-16-le"))
    with pytest.raises(UsageError, match="UTF-16"):
        read_reports(path)


def test_the_same_report_twice_is_used_once_and_said(tmp_path: Path) -> None:
    reports, warnings = read_reports(table(tmp_path, f"patient,report\n1,{BULGE}\n1,{BULGE} \n2,{BULGE}\n"))
    assert [report.study for report in reports] == ["1", "2"] and "1: the same report twice" in warnings[0]


FOREIGN = (
    "Tampak penonjolan diskus posterior setinggi L4-5 yang menekan sakus tekalis dan akar saraf kanan. Kesan: HNP.",
    "Bandscheibenvorfall in Höhe L5/S1 links mit Kompression der Nervenwurzel, keine Spinalkanalstenose.",
    "Hernie discale L5-S1 gauche avec compression de la racine S1, pas de sténose canalaire.",
    "Hernia discal L4-L5 derecha que comprime la raíz, sin estenosis del canal.",
)


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    rows = [
        f'{number},"{text}"' for number, text in enumerate((*FOREIGN, "", "Muscle spasm.", "Bulge at L8-9.", BULGE))
    ]
    labelled = label_reports(read_reports(table(tmp_path, "patient,report\n" + "\n".join(rows) + "\n"))[0])
    said = "\n".join(labelled.warnings)
    assert "do not seem to be in English, and have no labels: 0, 1, 2, 3" in said
    assert "reports are empty: 4" in said and "nothing of any finding: 5" in said
    assert "levels that are not known (L8-9): 6" in said
    assert [labels[0].finding for _, labels in labelled.labels.values()] == ["no_label"] * 6 + ["bulge"] * 2


def test_a_sixth_lumbar_vertebra_is_said(tmp_path: Path) -> None:
    reports, _ = read_reports(table(tmp_path, "patient,report\n1,Disc bulge at L6-S1.\n"))
    assert "sixth lumbar vertebra" in label_reports(reports).warnings[0]


def test_a_run_tells_how_far_it_is_and_stops(tmp_path: Path) -> None:
    reports, _ = read_reports(table(tmp_path, f"patient,report\n1,{BULGE}\n2,{BULGE}\n3,{BULGE}\n"))
    stop, heard = Event(), []

    def listen(stage: str, share: float, detail: str) -> None:
        heard.append((share, detail))
        if detail == "2":
            stop.set()

    with pytest.raises(Cancelled):
        label_reports(reports, progress=Progress(listen, stop))
    assert heard == [(0.0, "1"), (1 / 3, "2")]
