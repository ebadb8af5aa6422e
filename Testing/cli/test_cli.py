"""The command ``discgrader``: exit status, one plain line on failure, and files where they belong."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from discgrader.cli.main import COMMANDS, main
from discgrader.errors import PackError
from discgrader.imaging.files import read_volume, write_volume
from discgrader.imaging.volume import Volume
from discgrader.pipeline.engine import Engine
from fake_engine import PACKS, FakeGrader, FakeLocalizer, fake_explain, write_blocks
from PIL import Image
from places import SEARCHED, SUPPORT
from plain_packs import made_pack, redescribed
from synthetic_result import synthetic_localization


@pytest.fixture
def fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines of stand-ins, so that no weights are needed."""

    def default(packs: object = None, device: str = "cpu", *, grading: bool = True, stopwatch: object = None) -> Engine:
        return Engine(FakeLocalizer(), FakeGrader() if grading else None, fake_explain, PACKS, stopwatch)

    monkeypatch.setattr(Engine, "default", default)


def everything_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def fails(capsys: pytest.CaptureFixture[str], status: int, *arguments: object) -> str:
    """Run a command that must fail with this status and one plain line; give the line."""
    assert main([str(one) for one in arguments]) == status
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and line.startswith("discgrader: ") and "Traceback" not in line, line
    return line


def test_grade_writes_what_the_contract_names(fake_engine: None, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "Wirbelsäule Nr. 1")
    out = tmp_path / "Ergebnis für ß"
    assert main(["grade", str(study), "-o", str(out), "--timings", str(tmp_path / "timings.json")]) == 0
    files = everything_below(out)
    assert {"grades.json", "grades.csv", "segmentation.nii.gz", "report.html", "rois/L5-S1.mrk.json"} <= files
    assert "saliency/L5-S1_spider_bulging.nii.gz" in files
    grades = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert grades["study"] == "Wirbelsäule Nr. 1"
    assert [disc["level"] for disc in grades["discs"]] == ["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 15
    stages = json.loads((tmp_path / "timings.json").read_text())
    assert {"Reading the study", "Finding discs", "Grading", "Explaining", "Writing report"} <= stages.keys()


def test_grade_obeys_its_options(fake_engine: None, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "study")
    out = tmp_path / "out"
    options = ["--system", "spider", "--no-saliency", "--margin-mm", "8", "--role", "T1_sag=STIR"]
    assert main(["grade", str(study), "-o", str(out), *options]) == 0
    grades = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    assert {grade["system"] for disc in grades["discs"] for grade in disc["grades"]} == {"spider"}
    assert not (out / "saliency").exists()
    assert grades["discs"][0]["roi"]["size_mm"][2] == pytest.approx(26)
    assert {one["name"]: one["role"] for one in grades["series"]} == {"T1_sag": "STIR", "T2_sag": "T2"}
    assert grades["settings"]["margin_mm"] == 8


def test_grade_tells_what_was_found_and_each_warning_once(
    fake_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = "The sacrum is not in view; if this is wrong, name the lowest disc."
    find = FakeLocalizer.localize

    def doubted(self, *arguments, **options):
        found = find(self, *arguments, **options)
        discs = tuple(replace(disc, warnings=(*disc.warnings, doubt)) for disc in found.discs)
        return replace(found, discs=discs, warnings=(*found.warnings, doubt), name_doubts=(doubt,))

    monkeypatch.setattr(FakeLocalizer, "localize", doubted)
    study = write_blocks(tmp_path / "study")
    assert main(["grade", str(study), "-o", str(tmp_path / "out"), "--no-saliency"]) == 0
    told = capsys.readouterr()
    assert told.err.count(doubt) == 1 and f"warning: {doubt}" in told.err
    lines = {line.split()[0]: line for line in told.out.splitlines() if re.match(r"[LT]\d+-", line)}
    assert list(lines) == ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"], "from the head down"
    assert "Pfirrmann" in lines["L4-L5"] and "high_grade" not in told.out


def test_corrected_boxes_are_graded_as_given(fake_engine: None, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "study")
    assert main(["grade", str(study), "-o", str(tmp_path / "first"), "--no-saliency"]) == 0
    box = tmp_path / "first" / "rois" / "L4-L5.mrk.json"
    document = json.loads(box.read_text())
    center = document["markups"][0]["center"]
    document["markups"][0]["center"] = [center[0] + 3, center[1], center[2]]
    box.write_text(json.dumps(document))
    arguments = ["grade", str(study), "-o", str(tmp_path / "second"), "--no-saliency", "--rois", str(box)]
    assert main(arguments) == 0
    first, second = (
        json.loads((tmp_path / name / "grades.json").read_text(encoding="utf-8"))["discs"]
        for name in ("first", "second")
    )
    assert [disc["level"] for disc in second] == ["L4-L5"]
    moved = np.subtract(second[0]["roi"]["center_ras_mm"], first[1]["roi"]["center_ras_mm"])
    assert moved == pytest.approx([-3, 0, 0], abs=1e-6)
    assert np.subtract(second[0]["center_ras_mm"], first[1]["center_ras_mm"]) == pytest.approx(moved, abs=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unheard-of"],
        ["grade"],
        ["grade", "study"],
        ["grade", "study", "-o", "out", "--margin-mm", "wide"],
        ["batch", "folder", "-o", "out", "--workers", "many"],
        ["packs"],
        ["packs", "burn"],
    ],
)
def test_wrong_usage_has_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: discgrader" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--margin-mm", "7.9"], "choose a value from 8 to 12 mm"),
        (["--margin-mm", "12.1"], "choose a value from 8 to 12 mm"),
        (["--margin-mm", "nan"], "choose a value from 8 to 12 mm"),
        (["--lowest-disc", "L9-L10"], "There is no level L9-L10"),
        (["--device", "abacus"], "There is no device abacus"),
        (["--system", "genius"], "No pack grades the system genius"),
        (["--role", "T2"], "series"),
        (["--role", "T3_sag=T2"], "T3_sag"),
        (["--rois", "missing.mrk.json"], "missing.mrk.json"),
    ],
)
def test_impossible_requests_have_status_2_and_say_why(
    fake_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    study = write_blocks(tmp_path / "study")
    assert reason in fails(capsys, 2, "grade", study, "-o", tmp_path / "out", *options)
    assert os.listdir(tmp_path) == ["study"]


def test_studies_that_cannot_be_graded_have_status_1_and_say_why(
    fake_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.nii.gz").write_text("no picture")
    axial = tmp_path / "axial_t2.nii.gz"
    noise = np.random.default_rng(0).integers(0, 900, (5, 40, 40)).astype(np.int16)
    write_volume(Volume(noise, np.diag([1.0, 1.0, 4.0, 1.0])), axial)
    bad, broken = write_blocks(tmp_path / "bad"), write_blocks(tmp_path / "broken")
    out = tmp_path / "out"
    assert "empty" in fails(capsys, 1, "grade", tmp_path / "empty", "-o", out)
    assert "text.nii.gz" in fails(capsys, 1, "grade", tmp_path / "text.nii.gz", "-o", out)
    assert "missing" in fails(capsys, 1, "grade", tmp_path / "missing", "-o", out)
    assert "(AX_T2) cannot be graded by" in fails(capsys, 1, "grade", axial, "-o", out)
    assert "No disc was found in bad" in fails(capsys, 1, "grade", bad, "-o", out)
    assert "--debug" in fails(capsys, 1, "grade", broken, "-o", out)
    with pytest.raises(ZeroDivisionError):
        main(["grade", str(broken), "-o", str(out), "--debug"])
    assert not out.exists() and not any(name.startswith(".") for name in os.listdir(tmp_path))


def test_results_never_go_where_they_would_harm(
    fake_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_blocks(tmp_path / "study")
    before = everything_below(tmp_path)
    assert "lies inside" in fails(capsys, 2, "grade", study, "-o", study / "out")
    assert "lies inside" in fails(capsys, 2, "grade", study, "-o", study)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("")
    for options in ((), ("--overwrite",)):
        assert "not a result of DiscGrader" in fails(capsys, 1, "grade", study, "-o", tmp_path / "letters", *options)
    assert everything_below(tmp_path) == before | {"letters/dear.txt"}


def test_a_broken_pack_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discgrader.pipeline.engine.default_packs", list)
    study = write_blocks(tmp_path / "study")
    made_pack(tmp_path / "pack")
    redescribed(tmp_path / "pack", schema_version=99)
    grade = ("grade", study, "-o", tmp_path / "out", "--pack")
    assert "spider-net was made for a newer DiscGrader" in fails(capsys, 1, *grade, tmp_path / "pack")
    assert "There is no pack in" in fails(capsys, 1, *grade, tmp_path / "study")
    made_pack(tmp_path / "pack")
    assert "No localizer pack is installed" in fails(capsys, 1, *grade, tmp_path / "pack")
    assert not (tmp_path / "out").exists()


def test_packs_are_listed_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_pack(tmp_path / "packs" / "good")
    assert main(["packs", "list", str(tmp_path / "packs")]) == 0
    listed = capsys.readouterr().out
    assert "spider-net 1.0.0 (spider" in listed and "Trained on 140 patients of SPIDER" in listed
    assert main(["packs", "check", str(tmp_path / "packs")]) == 0
    made_pack(tmp_path / "packs" / "bad")
    (tmp_path / "packs" / "bad" / "weights.safetensors").write_bytes(b"\x80\x04N.")
    assert main(["packs", "check", str(tmp_path / "packs")]) == 1
    shown = capsys.readouterr()
    assert "valid: spider-net" in shown.out
    assert "refused: Pack spider-net: weights.safetensors was altered" in shown.err
    assert "There is no pack" in fails(capsys, 1, "packs", "list", tmp_path)


def test_crops_are_pictures_of_the_discs(fake_engine: None, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "study")
    out = tmp_path / "Crops für Ä"
    assert main(["crops", str(study), "-o", str(out)]) == 0
    with open(out / "crops.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    assert everything_below(out) == {row[kind] for row in rows for kind in ("png", "nifti")} | {"crops.csv"}
    found = {disc.level: disc for disc in synthetic_localization().discs}
    for row in rows:
        disc = found[row["level"]]
        picture = np.asarray(Image.open(out / row["png"]))
        assert picture.shape == (224, 224) and picture.dtype == np.uint8
        assert float(row["pixel_mm"]) * 224 == pytest.approx(max(disc.roi.size_mm[1:]), abs=1e-3)
        crop, _ = read_volume(out / row["nifti"])
        assert crop.array.shape[::-1] == tuple(np.round(disc.roi.size_mm / [4, 1, 1]))
        assert crop.directions == pytest.approx(disc.roi.axes_lps, abs=1e-5)
        middle = crop.index_to_lps((np.array(crop.size) - 1) / 2)
        assert middle == pytest.approx(disc.roi.center_lps_mm, abs=0.01)
    # The front is on the left: vertebrae reach into the upper left of a T2 crop, the bright canal lies on the right.
    t2 = np.asarray(Image.open(out / "L1-L2_T2_sag.png")).astype(float)
    assert t2[:, 140:].max() > 250 and t2[:30, 140:].mean() > t2[:30, :60].mean()


def test_crops_are_not_written_over(fake_engine: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_blocks(tmp_path / "study", "T2_sag")
    out = tmp_path / "out"
    assert main(["crops", str(study), "-o", str(out)]) == 0
    capsys.readouterr()
    assert "--overwrite" in fails(capsys, 1, "crops", study, "-o", out)
    assert main(["crops", str(study), "-o", str(out), "--overwrite"]) == 0
    assert "already contains other files" in fails(capsys, 1, "crops", study, "-o", tmp_path, "--overwrite")


SLOW = """
import sys
from discgrader.cli.main import main
from discgrader.pipeline.engine import Engine
from fake_engine import PACKS, FakeGrader, FakeLocalizer
def default(*packs, **options):
    print("made", flush=True)
    return Engine(FakeLocalizer(), FakeGrader(), None, PACKS)
Engine.default = default
sys.exit(main(["grade", sys.argv[1], "-o", sys.argv[2]]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, number: int) -> None:
    study = write_blocks(tmp_path / "slow")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(study), str(tmp_path / "deep" / "out")],
        env=os.environ | {"PYTHONPATH": SEARCHED},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors == "discgrader: Stopped; nothing was written.\n"
    assert os.listdir(tmp_path) == ["slow"]


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    script = (
        "import sys; from discgrader.cli.main import main; status = main(['--help']); "
        "heavy = {'numpy', 'torch', 'SimpleITK', 'monai'} & sys.modules.keys(); print(sorted(heavy)); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "[]"
    for command in COMMANDS:
        assert re.search(rf"\n    {command}\s", done.stdout), command


def test_errors_of_the_engine_reach_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*packs: object, **options: object) -> Engine:
        raise PackError("Pack x: weights.safetensors was altered.")

    monkeypatch.setattr(Engine, "default", refuse)
    study = write_blocks(tmp_path / "study", "T2_sag")
    assert "Pack x: weights" in fails(capsys, 1, "grade", study, "-o", tmp_path / "out")


def test_a_phantom_is_written_and_read_as_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from discgrader.imaging.study_reader import read_study

    out = tmp_path / "phantom"
    assert main(["phantom", "-o", str(out), "--seed", "3", "--grade", "L4-L5:pfirrmann=5", "--series", "AX_T2"]) == 0
    study = read_study(out)
    assert [series.name for series in study.series] == ["ax_t2"]
    assert not study.warnings
    assert main(["phantom", "-o", str(tmp_path / "no"), "--grade", "L4-L5=5"]) == 2
    assert "L4-L5:pfirrmann=4" in capsys.readouterr().err


PRINTS = """
import sys
sys.path.insert(0, sys.argv[3])
from fake_engine import FakeGrader, FakeLocalizer, PACKS
from discgrader.cli.main import main
from discgrader.pipeline.engine import Engine
Engine.default = lambda *packs, **options: Engine(FakeLocalizer(), FakeGrader(), None, PACKS)
sys.exit(main(["grade", sys.argv[1], "-o", sys.argv[2], "--no-saliency"]))
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("where", ["full", "pipe", "closed"])
def test_results_are_whole_and_the_status_says_so_where_nobody_hears_of_them(where: str, tmp_path: Path) -> None:
    study = write_blocks(tmp_path / "study")
    command = [sys.executable, "-c", PRINTS, str(study), str(tmp_path / "out"), str(SUPPORT)]
    if where == "full":
        with open("/dev/full", "w") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
        assert "No space left" in done.stderr and "results are complete" in done.stderr
    elif where == "pipe":
        hears, tells = os.pipe()
        os.close(hears)
        done = subprocess.run(command, stdout=tells, stderr=subprocess.PIPE, text=True)
        os.close(tells)
    else:
        done = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *command])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").is_file()
    assert "Traceback" not in (done.stderr or "") and "BrokenPipe" not in (done.stderr or "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("arguments", [["packs", "list"], ["--version"], ["grade", "--help"]])
def test_what_only_prints_fails_where_nothing_can_be_printed(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "discgrader.cli.main", *arguments], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith("discgrader: Standard output cannot be written") and done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="names there are never bytes")
def test_names_that_are_not_utf_8_can_be_told(tmp_path: Path) -> None:
    study = write_blocks(tmp_path / os.fsdecode(b"M\xfcller"))
    command = [sys.executable, "-c", PRINTS, str(study), str(tmp_path / os.fsdecode(b"Gr\xfc\xdfe")), str(SUPPORT)]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (
        json.loads((tmp_path / os.fsdecode(b"Gr\xfc\xdfe") / "grades.json").read_text(encoding="utf-8"))["study"]
        == "Müller"
    )


DEAF = """
import os, sys, time, pathlib
from discgrader.cli.terminal import stoppable_progress
from discgrader.folders import atomic_folder
import discgrader.cli.terminal as terminal
terminal._PATIENCE_SECONDS = 0.5
with stoppable_progress() as progress, atomic_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print("ready", flush=True)
    import ctypes
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            ctypes.CDLL(None).usleep(60_000_000)
            time.sleep(0.01)
        except KeyboardInterrupt:
            pass
"""


@pytest.mark.skipif(os.name == "nt", reason="this system has no signals of this kind")
def test_a_second_request_ends_what_hears_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF, str(tmp_path / "out")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    time.sleep(0.3)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1 and "Stopped at once" in errors
    assert os.listdir(tmp_path) == []
