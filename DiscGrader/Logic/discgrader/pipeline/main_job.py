"""One study from its files to its folder of results: what ``grade``, ``batch`` and scripts call."""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from discgrader import __version__
from discgrader.errors import StudyError, UsageError
from discgrader.grading.results import StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.packs.pack import Pack
from discgrader.pipeline.engine import Engine
from discgrader.pipeline.output import Writer, check_output, default_writers, write_output
from discgrader.pipeline.settings import Settings
from discgrader.plain_names import printable
from discgrader.progress import Progress


def grade_study(
    study_path: Path,
    out: Path,
    engine: Engine,
    settings: Settings = Settings(),
    *,
    name: str | None = None,
    extra_writers: Mapping[str, Writer] | None = None,
    overwrite: bool = False,
    progress: Progress = Progress(),
) -> StudyResult:
    """Read a study, grade it, and write the folder of results.

    Parameters
    ----------
    study_path : Path
        A file, a DICOM folder, or a folder of series of one examination.
    out : Path
        Where the results go.
    engine : Engine
        Made from the packs that ``settings`` names.
    settings : Settings
        What the user chose.
    name : str, optional
        What to call the study instead of what its files say.
    extra_writers : mapping of str to Writer, optional
        What else to write, such as the scene.
    overwrite : bool
        Whether to replace a previous result that was changed by hand.
    progress : Progress
        Notified of each stage, and may stop the work; nothing is written then.

    Raises
    ------
    StudyError, UsageError, OutputError
        As reading, `Engine.grade` and `write_output`.
    """
    check_apart(study_path, out)
    check_output(out, overwrite=overwrite)
    study = read(study_path, settings, engine, name=name, progress=progress.part(0.0, 0.1))
    localization = locate(study, engine, settings, progress.part(0.1, 0.4)) if settings.rois is not None else None
    result = engine.grade(
        study, settings, localization=localization, progress=progress.part(0.4 if localization else 0.1, 0.8)
    )
    if result.localization.withheld:
        raise StudyError(
            f"{study.name} was not graded. {result.localization.withheld} If it is a lumbar MR nevertheless, "
            "grade it with --grade-anyway."
        )
    if not settings.identity:
        result = result.without_identity
    extra = extra_writers or {}
    lies = {"study": _seen_from(out, study_path)} if settings.identity else {}
    write_output(
        result,
        out,
        {**default_writers(engine.packs, language=settings.language), **extra},
        settings=provenance_of(study_path, settings, engine.packs, extra) | lies,
        overwrite=overwrite,
        progress=progress.part(0.8, 1.0),
        stopwatch=engine.stopwatch,
    )
    return result


def read(
    study_path: Path, settings: Settings, engine: Engine, *, name: str | None = None, progress: Progress = Progress()
) -> Study:
    """The study, its series in the roles that the user gave them."""
    from discgrader.imaging.study_reader import read_study

    with engine.stopwatch.stage("Reading the study"):
        progress.report("Reading", 0.0, study_path.name)
        study = read_study(study_path, roles=settings.roles, progress=progress)
    return study if name is None else replace(study, name=name)


def locate(study: Study, engine: Engine, settings: Settings, progress: Progress = Progress()) -> Localization:
    """The discs of a study, in the corrected ROI boxes if the settings name some."""
    if settings.rois is None:
        return engine.localize(study, settings, progress=progress)
    from discgrader.report.rois import read_rois

    return engine.with_rois(study, read_rois(settings.rois), settings, progress=progress)


def check_apart(study_path: Path, out: Path) -> None:
    """Refuse results inside the study, where the next reading would take them for series."""
    study, results = study_path.resolve(), Path(os.path.abspath(out)).resolve()
    if study.is_dir() and results.is_relative_to(study):
        raise UsageError(f"{out} lies inside {study_path}; choose a folder for the results outside it.")


def provenance_of(
    study_path: Path, settings: Settings, packs: tuple[Pack, ...], extra_writers: Mapping[str, Writer]
) -> dict[str, object]:
    """Everything that decides a result, for ``grades.json``; `is_complete` compares it."""
    return {
        "discgrader": __version__,
        **settings.to_json(),
        "packs": [{"name": pack.name, "version": pack.version, "sha256": pack.sha256} for pack in packs],
        "extra": sorted(extra_writers),
        "input": _stamp(study_path),
        "rois_input": _stamp(settings.rois) if settings.rois else None,
    }


def _seen_from(out: Path, study_path: Path) -> str:
    """Where the study lies, seen from its results: both may be moved together. A name that is not UTF-8, which no file
    can hold, is not found again; then the user names the study."""
    try:
        return printable(Path(os.path.relpath(study_path.resolve(), out.resolve())).as_posix())
    except ValueError:
        # On another drive of Windows.
        return printable(study_path.resolve().as_posix())


def _stamp(path: Path) -> str:
    """Changes when name, size or time of change of any of the files does."""
    files = sorted(Path(root) / name for root, _, names in os.walk(path) for name in names) if path.is_dir() else [path]
    stamp = hashlib.sha256()
    for file in files:
        try:
            facts = file.stat()
        except OSError:
            # Gone, or not to be looked at: whoever reads the study says so.
            continue
        if stat.S_ISREG(facts.st_mode):
            name = os.fsencode(file.relative_to(path.parent))
            stamp.update(name + f"\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return stamp.hexdigest()
