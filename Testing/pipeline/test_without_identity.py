"""Results without identity tell in no file whose they are; by default the report names the patient."""

import json
import zipfile
from pathlib import Path

import pytest
from block_engine import BlockEngine
from dicom_files import STUDY_UID, write_classic
from discgrader.cli.grade import scene_writers
from discgrader.cli.main import main
from discgrader.errors import UsageError
from discgrader.pipeline.main_job import grade_study
from discgrader.pipeline.output import changed_files
from discgrader.pipeline.report_again import report_again
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress, Stopwatch
from discgrader.reading.commands import SetGrade
from discgrader.reading.files import save_reading
from discgrader.reading.record import Reading
from discgrader.reading.results import reading_of_result
from discgrader.report.tables import examined_json
from synthetic_result import synthetic_study

SECRETS = (
    *("Łukasiewicz", "Zoë", "\\u0141", "PAT-4711", "ACC-0815", "19610704", "1961-07-04", "20240102", "2024-01-02"),
    *("062Y", "62 years", "female", "MR lumbar spine", STUDY_UID),
)


class Engine(BlockEngine):
    """The engine of blocks as the command line calls it."""

    packs = ()

    def __init__(self):
        super().__init__()
        self.stopwatch = Stopwatch()

    def grade(self, study, settings, *, localization=None, progress=Progress()):
        localization = localization or self.localize(study, settings, progress=progress)
        nothing = {"graded": lambda _disc: None, "explained": lambda *_map: None}
        return super().grade(study, settings, localization=localization, progress=progress, **nothing)


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of a known patient, in a folder that is called like her."""
    folder = tmp_path_factory.mktemp("Łukasiewicz") / "study"
    write_classic(
        folder, synthetic_study().series[0].volume, SeriesDescription="SAG T2 TSE", EchoTime=100.0,
        RepetitionTime=4000.0, SpecificCharacterSet="ISO_IR 192", PatientName="Łukasiewicz^Zoë", PatientID="PAT-4711",
        PatientBirthDate="19610704", PatientSex="F", PatientAge="062Y", AccessionNumber="ACC-0815",
        StudyDescription="MR lumbar spine",
    )  # fmt: skip
    return folder


def told_in(out: Path) -> dict[str, list[str]]:
    """What each file tells of the patient, files within files too."""
    parts: dict[str, bytes] = {}
    for path in out.rglob("*"):
        if path.suffix == ".mrb":
            with zipfile.ZipFile(path) as bundle:
                parts |= {f"{path.name}/{name}": bundle.read(name) for name in bundle.namelist()}
        elif path.is_file():
            parts[path.name] = path.read_bytes()
    texts = {name: data.decode("utf-8", "replace") for name, data in parts.items()}
    told = {name: [secret for secret in SECRETS if secret in text] for name, text in texts.items()}
    return {name: secrets for name, secrets in told.items() if secrets}


def read_by_someone(result) -> Reading:
    reading = reading_of_result(result, "Dr. Roe", "2026-11-30T09:00:00+01:00", examined=examined_json(result))
    return reading.apply(SetGrade("L5-S1", "spider", "bulging", "0", "flat"), "2026-11-30T09:10:00+01:00")


def test_a_result_without_identity_tells_nobody_whose_it_is(patients: Path, tmp_path: Path) -> None:
    out, settings = tmp_path / "out", Settings(identity=False)
    result = grade_study(patients, out, Engine(), settings, extra_writers=scene_writers(True))
    assert (out / "study.mrb").is_file() and told_in(out) == {}
    save_reading(read_by_someone(result), tmp_path / "a.reading.json")
    assert told_in(tmp_path) == {}
    assert json.loads((out / "grades.json").read_text(encoding="utf-8"))["settings"]["identity"] is False


def test_by_default_the_report_begins_with_the_patient(patients: Path, tmp_path: Path) -> None:
    grade_study(patients, tmp_path / "out", Engine(), Settings())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    head = page.split("</header>", 1)[0]
    assert "<h1>Łukasiewicz, Zoë</h1>" in head
    for fact in ("PAT-4711", "1961-07-04", "female", "62 years", "2024-01-02, MR lumbar spine", "ACC-0815"):
        assert f"<dd>{fact}</dd>" in head, fact
    assert {*told_in(tmp_path)} == {"report.html", "grades.json"}


def test_a_report_written_anew_leaves_identity_out_and_does_not_bring_it_back(patients: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = grade_study(patients, out, Engine(), Settings())
    save_reading(read_by_someone(result), tmp_path / "a.reading.json")
    assert main(["report", str(out), "--reading", str(tmp_path / "a.reading.json")]) == 0
    assert {*told_in(out)} == {"report.html", "grades.json", "reading.json"}
    assert main(["report", str(out), "--no-identity"]) == 0
    assert told_in(out) == {} and changed_files(out) == []
    assert "Dr. Roe" in (out / "report.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="name it with --study"):
        report_again(out, ())
    assert main(["report", str(out), "--study", str(patients), "--language", "de"]) == 0
    assert told_in(out) == {}


def test_a_scene_beside_the_report_is_not_overlooked(patients: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade_study(patients, out, Engine(), Settings(), extra_writers=scene_writers(True))
    before = (out / "report.html").read_bytes()
    with pytest.raises(UsageError, match=r"study\.mrb may tell whose study it is"):
        report_again(out, (), identity=False)
    assert (out / "report.html").read_bytes() == before and "Łukasiewicz" in told_in(out)["report.html"]
