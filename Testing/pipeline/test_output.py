"""The folder of results appears whole or not at all, and takes the place of nothing that a user has made."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from discgrader.errors import Cancelled, OutputError
from discgrader.folders import atomic_folder
from discgrader.grading.results import StudyResult
from discgrader.grading.systems import scale_of
from discgrader.imaging.files import read_volume
from discgrader.pipeline.output import (
    changed_files,
    check_output,
    is_complete,
    write_boxes,
    write_output,
    write_saliency,
    write_segmentation,
    write_tables,
)
from discgrader.progress import Progress
from places import SUPPORT
from synthetic_result import synthetic_result

SETTINGS = {"margin_mm": 10.0, "systems": None}
WRITERS = {"tables": write_tables, "segmentation": write_segmentation, "boxes": write_boxes}


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return synthetic_result()


def everything_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def write(result: StudyResult, out: Path, writers: dict = WRITERS, **options: object) -> None:
    write_output(result, out, writers, settings=SETTINGS, **options)


def full_disk(result: StudyResult, folder: Path, progress: Progress) -> None:
    (folder / "large.bin").write_bytes(bytes(1000))
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupted(result: StudyResult, folder: Path, progress: Progress) -> None:
    (folder / "half.bin").write_bytes(bytes(1000))
    raise KeyboardInterrupt


def test_results_hold_what_the_contract_names(result: StudyResult, tmp_path: Path) -> None:
    out = tmp_path / "Ergebnisse für Müller" / "out 1"
    write(result, out, WRITERS | {"saliency": write_saliency})
    levels = [disc.disc.level for disc in result.discs]
    assert everything_below(out) == sorted(
        ["grades.json", "grades.csv", "measures.csv", "warnings.csv", "segmentation.nii.gz", "rois", "saliency"]
        + [f"rois/{level}.mrk.json" for level in levels]
        + [f"saliency/{level}_pfirrmann_pfirrmann.nii.gz" for level in levels]
    )
    volume, _ = read_volume(out / "saliency" / "L4-L5_pfirrmann_pfirrmann.nii.gz")
    kept = result.saliency["L4-L5", "pfirrmann", "pfirrmann"]
    assert abs(volume.array - kept.array).max() < 1e-6
    assert json.loads((out / "grades.json").read_text(encoding="utf-8"))["settings"] == SETTINGS
    assert sorted(os.listdir(out.parent)) == ["out 1"]
    disc = next(disc for disc in result.discs if disc.disc.level == "L4-L5")
    grade = disc.grade_of("pfirrmann", "pfirrmann")
    box = json.loads((out / "rois" / "L4-L5.mrk.json").read_text(encoding="utf-8"))
    color = scale_of("pfirrmann", "pfirrmann").grade(grade.grade).rgb
    assert box["markups"][0]["display"]["selectedColor"] == pytest.approx(color)


def test_a_previous_result_and_an_empty_folder_are_replaced(result: StudyResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write(result, out, WRITERS | {"saliency": write_saliency})
    write(result, out)
    assert not (out / "saliency").exists()
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_that_is_no_result_is_never_replaced(result: StudyResult, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="not a result of DiscGrader"):
            write(result, tmp_path, overwrite=overwrite)
        with pytest.raises(OutputError, match="not a result of DiscGrader"):
            check_output(tmp_path, overwrite=overwrite)
    assert everything_below(tmp_path) == ["thesis.txt"]


def test_a_corrected_box_is_not_lost(result: StudyResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(result, out)
    assert changed_files(out) == []
    box = out / "rois" / "L4-L5.mrk.json"
    box.write_text(box.read_text().replace("L4-L5", "L4-L5 "))
    with pytest.raises(OutputError, match="rois/L4-L5.mrk.json, which was added or changed.*--overwrite"):
        write(result, out)
    write(result, out, overwrite=True)
    (out / "notes.txt").write_text("mine")
    assert changed_files(out) == ["notes.txt"]
    with pytest.raises(OutputError, match="notes.txt"):
        check_output(out)
    (out / "notes.txt").rename(out / ".DS_Store")
    write(result, out)


@pytest.mark.parametrize(
    ("writer", "error", "message"), [(full_disk, OutputError, "disk is full"), (interrupted, KeyboardInterrupt, None)]
)
def test_a_failure_leaves_nothing_behind(
    result: StudyResult, tmp_path: Path, writer: object, error: type, message: str | None
) -> None:
    with pytest.raises(error, match=message):
        write(result, tmp_path / "deep" / "out", WRITERS | {"late": writer})
    assert everything_below(tmp_path) == []


def test_a_failure_leaves_the_previous_result_as_it_was(result: StudyResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(result, out)
    before = {path: (out / path).read_bytes() for path in everything_below(out) if (out / path).is_file()}
    with pytest.raises(OutputError, match="disk is full"):
        write(result, out, WRITERS | {"late": full_disk})
    assert {path: (out / path).read_bytes() for path in everything_below(out) if (out / path).is_file()} == before
    assert os.listdir(tmp_path) == ["out"]


def test_a_stop_leaves_nothing_behind(result: StudyResult, tmp_path: Path) -> None:
    progress = Progress()

    def stop_then_wait(result: StudyResult, folder: Path, part: Progress) -> None:
        progress.stop.set()

    with pytest.raises(Cancelled):
        write(result, tmp_path / "out", {"stop": stop_then_wait} | WRITERS, progress=progress)
    assert everything_below(tmp_path) == []


def test_a_real_full_disk_is_noticed_although_itk_says_nothing(tmp_path: Path) -> None:
    """On a disk of 60 kB that only this test sees; ITK's NIfTI writer reports no error there."""
    script = """
import sys
from pathlib import Path
from discgrader.errors import OutputError
from discgrader.pipeline.output import write_output
from discgrader.pipeline.output import write_segmentation, write_tables
from synthetic_result import synthetic_result
import numpy as np
from dataclasses import replace
result = synthetic_result()
noise = np.random.default_rng(0).integers(0, 9999, result.localization.segmentation.array.shape, np.uint16)
localization = replace(result.localization, segmentation=result.localization.segmentation.with_array(noise))
result = replace(result, localization=localization)
disk = Path(sys.argv[1])
try:
    write_output(result, disk / "out", {"tables": write_tables, "segmentation": write_segmentation})
except OutputError as error:
    print(error, list(disk.iterdir()))
"""
    shell = 'mount -t tmpfs -o size=60k tmpfs "$1" && cd "$2" && "$3" -c "$4" "$1"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", shell, "sh", str(tmp_path), str(SUPPORT), sys.executable, script],
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this computer lets no test mount a small disk")
    assert "segmentation.nii.gz cannot be written" in done.stdout, done.stdout + done.stderr
    assert done.stdout.strip().endswith("[]")


def test_places_that_cannot_be_written_are_named(result: StudyResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="file"):
            write(result, out)
        with pytest.raises(OutputError, match="file"):
            check_output(out)
    assert everything_below(tmp_path) == ["file"]


@pytest.mark.parametrize("mode", [0o500, 0o300, 0o000])
def test_a_folder_that_may_not_be_read_or_written_is_named(
    result: StudyResult, ordinary_folder: Path, mode: int
) -> None:
    closed = ordinary_folder / "closed"
    (closed / "below").mkdir(parents=True)
    (closed / "below").chmod(mode)
    closed.chmod(mode)
    try:
        with pytest.raises(OutputError):
            check_output(closed)
        for out in (closed / "out", closed / "below" / "out"):
            with pytest.raises(OutputError, match="permission denied"):
                check_output(out)
            with pytest.raises(OutputError, match="permission denied"):
                write(result, out)
    finally:
        closed.chmod(0o700)
        (closed / "below").chmod(0o700)
    assert everything_below(ordinary_folder) == ["closed", "closed/below"]


def test_missing_permission_is_a_plain_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: object, **options: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("discgrader.folders.tempfile.mkdtemp", denied)
    with pytest.raises(OutputError, match="out cannot be written: permission denied; choose another folder"):
        check_output(tmp_path / "out")


def test_a_link_to_a_folder_stays_a_link(result: StudyResult, tmp_path: Path) -> None:
    (tmp_path / "large disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "large disk")
    write(result, tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "large disk" / "grades.json").exists()


def test_what_a_killed_process_left_is_swept_up_and_a_living_one_is_left_alone(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from discgrader.folders import atomic_folder\n"
        "with atomic_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'half').write_text('x'); print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "out")]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE)
    killed.stdout.readline()
    assert len(os.listdir(tmp_path)) == 1
    with atomic_folder(tmp_path / "out") as folder:
        assert len(os.listdir(tmp_path)) == 2
        (folder / "whole").write_text("x")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    with atomic_folder(tmp_path / "out", may_replace=lambda old: True) as folder:
        (folder / "whole").write_text("x")
    assert os.listdir(tmp_path) == ["out"]


def test_results_are_complete_only_with_all_files_and_the_same_settings(result: StudyResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert not is_complete(out, SETTINGS)
    write(result, out)
    assert is_complete(out, SETTINGS)
    assert not is_complete(out, SETTINGS | {"margin_mm": 8.0})
    (out / "segmentation.nii.gz").unlink()
    assert not is_complete(out, SETTINGS)


def test_results_with_more_extra_files_are_complete_and_those_with_fewer_are_not(
    result: StudyResult, tmp_path: Path
) -> None:
    made = SETTINGS | {"extra": ["scene", "tiles"]}
    write_output(result, tmp_path / "out", WRITERS, settings=made)
    for extra, complete in (([], True), (["scene"], True), (["scene", "tiles"], True), (["other", "tiles"], False)):
        assert is_complete(tmp_path / "out", SETTINGS | {"extra": extra}) == complete


def test_results_may_be_read_by_whom_the_user_lets(result: StudyResult, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    write(result, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert time.time() - (tmp_path / "out" / "grades.json").stat().st_mtime < 60
