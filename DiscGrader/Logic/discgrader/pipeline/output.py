"""The folder of results: it appears whole or not at all, and never takes the place of what a user has made."""

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.errors import OutputError
from discgrader.folders import SYSTEM_FILES, atomic_folder, check_folder
from discgrader.grading.results import StudyResult
from discgrader.imaging.files import write_volume
from discgrader.jobs.threads import in_threads
from discgrader.packs.pack import Pack
from discgrader.progress import Progress, Stopwatch

if TYPE_CHECKING:
    from discgrader.reading.record import Reading
    from discgrader.report.language import Language

GRADES = "grades.json"

_TOLD = ("rois", "extra", "study", "language")
"""Of the settings of a result those that are not compared by value: where study and boxes lay, what else was written,
and in what language."""

Writer = Callable[[StudyResult, Path, Progress], None]
"""Writes one kind of file of a result into a folder."""


def check_output(out: Path, *, overwrite: bool = False) -> None:
    """Say before the work begins whether results could be written to ``out``.

    Raises
    ------
    OutputError
        As `write_output`.
    """
    check_folder(out, may_replace=lambda folder: _may_replace(folder, overwrite))


def write_output(
    result: StudyResult,
    out: Path,
    writers: Mapping[str, Writer],
    *,
    settings: Mapping[str, object] | None = None,
    overwrite: bool = False,
    progress: Progress = Progress(),
    stopwatch: Stopwatch | None = None,
) -> None:
    """Write a result to the folder ``out``.

    A previous result at ``out`` is replaced in one step once the new one is complete. One that holds files that are
    not of DiscGrader, or that were changed since (a ROI box corrected by hand), is replaced only with ``overwrite``,
    and a folder that is no result never is.

    Parameters
    ----------
    result : StudyResult
        What to write.
    out : Path
        Where.
    writers : mapping of str to Writer
        What writes each kind of file, by its name for the stopwatch; one of them must write ``grades.json``.
    settings : mapping, optional
        The choices that the result was made with, kept in ``grades.json``.
    overwrite : bool
        Whether to replace a previous result that was changed.
    progress : Progress
        Notified of each writer, and may stop the work.

    Raises
    ------
    OutputError
        When ``out`` may not be replaced or cannot be written; nothing is left of the new result then.
    """
    stopwatch = stopwatch or Stopwatch()
    with atomic_folder(out, may_replace=lambda folder: _may_replace(folder, overwrite)) as folder:
        for number, (name, writer) in enumerate(writers.items()):
            part = progress.part(number / len(writers), (number + 1) / len(writers))
            part.report("Writing", 0.0, name)
            with stopwatch.stage(f"Writing {name}"):
                writer(result, folder, part)
        with stopwatch.stage("Sealing"):
            _seal(folder, settings or {})
    progress.report("Writing", 1.0)


def rewrite_output(
    out: Path,
    result: StudyResult,
    writers: Mapping[str, Writer],
    *,
    settings: Mapping[str, object],
    overwrite: bool = False,
    progress: Progress = Progress(),
) -> None:
    """Write files of a result anew, in one step; whatever else lies in its folder stays.

    Parameters
    ----------
    out : Path
        A folder of a result.
    result : StudyResult
        What is written now.
    writers, progress
        As in `write_output`.
    settings : mapping
        Those of the result that change.
    overwrite : bool
        Whether to replace files that were changed since they were written.

    Raises
    ------
    OutputError
        When ``out`` is no result, or a file that would be replaced was changed; it is left as it was then.
    """
    stated = _read_grades(out)
    if stated is None:
        raise OutputError(f"{out} is not a result of DiscGrader; choose a folder that discgrader grade has written.")
    before = _files(out)
    foreign = {file for file in before if file not in stated["files"]}
    with atomic_folder(out, may_replace=lambda _folder: True) as folder:
        for number, (name, writer) in enumerate(writers.items()):
            part = progress.part(number / len(writers), (number + 1) / len(writers))
            part.report("Writing", 0.0, name)
            writer(result, folder, part)
        written = _files(folder)
        for file, path in before.items():
            if _is_changed(stated, file, path) and (file in written or file not in foreign) and not overwrite:
                raise OutputError(
                    f"{out} contains {file}, which was changed after DiscGrader wrote this result; keep a copy "
                    "elsewhere, and replace it with --overwrite."
                )
            if file not in written and (file in foreign or Path(file).parts[0] not in _REWRITTEN):
                progress.report("Writing", 1.0, file)
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, folder / file)
        _seal(folder, {**stated.get("settings", {}), **settings}, foreign - set(written))


_REWRITTEN = ("rois", "saliency")
"""Folders whose files are named by level, so that those of another name are not kept."""


def _is_changed(stated: Mapping, file: str, path: Path) -> bool:
    """Whether a file of a result is not what was written."""
    return file in stated["files"] and stated["files"][file] != _sha256(path)


def is_complete(folder: Path, settings: Mapping[str, object]) -> bool:
    """Whether ``folder`` holds a whole result that was made with these settings.

    It may hold more extra files than these settings ask for. Of corrected boxes the content counts, not the place.
    """
    stated = _read_grades(folder)
    if stated is None or not isinstance(made := stated.get("settings"), dict):
        return False
    wanted = json.loads(json.dumps(settings))
    return (
        _compared(made) == _compared(wanted)
        and set(wanted.get("extra", ())) <= set(made.get("extra", ()))
        and all((folder / file).is_file() for file in stated["files"])
    )


def _compared(settings: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if name not in _TOLD}


def changed_files(folder: Path) -> list[str] | None:
    """Files of a result that were added or altered since it was written; None when the folder is no result."""
    stated = _read_grades(folder)
    if stated is None:
        return None
    return [file for file, path in _files(folder).items() if stated["files"].get(file) != _sha256(path)]


def _may_replace(folder: Path, overwrite: bool) -> bool:
    changed = changed_files(folder)
    if changed is None:
        raise OutputError(f"{folder} contains files that are not a result of DiscGrader; choose another folder.")
    if changed and not overwrite:
        raise OutputError(
            f"{folder} contains {changed[0]}, which was added or changed after DiscGrader wrote this result; "
            "choose another folder, or replace it with --overwrite."
        )
    return True


def _seal(folder: Path, settings: Mapping[str, object], foreign: Collection[str] = ()) -> None:
    """Note in ``grades.json`` how the result was made and what files belong to it; ``foreign`` ones do not."""
    path = folder / GRADES
    grades = json.loads(path.read_text(encoding="utf-8"))
    grades["settings"] = settings
    grades["files"] = {file: _sha256(written) for file, written in _files(folder).items() if file not in foreign}
    path.write_text(json.dumps(grades, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _files(folder: Path) -> dict[str, Path]:
    """All files of a result but ``grades.json`` itself, by relative name."""
    paths = (path for path in sorted(folder.rglob("*")) if not path.is_dir() and path.name not in SYSTEM_FILES)
    files = {path.relative_to(folder).as_posix(): path for path in paths}
    files.pop(GRADES, None)
    return files


def _read_grades(folder: Path) -> dict | None:
    try:
        stated = json.loads((folder / GRADES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stated if isinstance(stated, dict) and isinstance(stated.get("files"), dict) else None


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def default_writers(
    packs: Sequence[Pack] = (), reading: "Reading | None" = None, language: str = "en"
) -> Mapping[str, Writer]:
    """The writers of all files that every result has, by what they write.

    Parameters
    ----------
    packs : sequence of Pack
        Whose cards the report shows.
    reading : Reading, optional
        What a reader decided: it comes first in report and tables.
    language : str
        Of the report, such as ``de``.

    Raises
    ------
    UsageError
        When there is no report in this language.
    """
    from discgrader.report.language import find_language

    return {
        "tables": partial(write_tables, reading=reading),
        "segmentation": write_segmentation,
        "ROI boxes": write_boxes,
        "saliency": write_saliency,
        "report": _ReportWriter(packs, reading, find_language(language)),
    }


def write_tables(
    result: StudyResult, folder: Path, progress: Progress = Progress(), reading: "Reading | None" = None
) -> None:
    """``grades.json``, ``grades.csv``, ``measures.csv`` and ``warnings.csv``, with what a reader decided."""
    from discgrader.report.measures_table import measure_rows, write_measures_csv
    from discgrader.report.tables import (
        grades_json,
        grades_rows,
        warning_rows,
        write_grades_csv,
        write_grades_json,
        write_warnings_csv,
    )

    write_grades_json(result, folder / GRADES, reading)
    document = grades_json(result, reading)
    write_grades_csv(grades_rows(document), folder / "grades.csv")
    write_measures_csv(measure_rows(document), folder / "measures.csv")
    write_warnings_csv(warning_rows(document), folder / "warnings.csv")


def write_segmentation(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``segmentation.nii.gz``."""
    write_volume(result.localization.segmentation, folder / "segmentation.nii.gz")


def write_boxes(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``rois/<level>.mrk.json``, each in the color of the disc's main grade."""
    from discgrader.report.rois import write_rois
    from discgrader.report.words import definition

    rois = folder / "rois"
    rois.mkdir()
    main = {graded.disc.level: graded.leading_grade for graded in result.discs}
    colors = {level: definition(grade, grade.grade).rgb for level, grade in main.items() if grade is not None}
    write_rois(rois, [graded.disc for graded in result.discs], colors)


def write_saliency(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``saliency/<level>_<system>_<task>.nii.gz``."""
    if not result.saliency:
        return
    maps = folder / "saliency"
    maps.mkdir()

    def write(key: tuple[str, str, str]) -> str:
        name = "_".join(key)
        write_volume(result.saliency[key], maps / f"{name}.nii.gz")
        return name

    for number, name in enumerate(in_threads(write, list(result.saliency)), 1):
        progress.report("Writing", number / len(result.saliency), name)


class _ReportWriter:
    """``report.html``, with the cards of the packs."""

    def __init__(self, packs: Sequence[Pack], reading: "Reading | None", language: "Language") -> None:
        self._packs, self._reading, self._language = tuple(packs), reading, language

    def __call__(self, result: StudyResult, folder: Path, progress: Progress) -> None:
        from discgrader.report.html import write_report
        from discgrader.report.sources import pack_card

        write_report(
            result,
            folder / "report.html",
            reading=self._reading,
            language=self._language,
            pack_cards=[pack_card(pack) for pack in self._packs],
        )
