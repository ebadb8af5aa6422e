"""Many studies: each graded on its own, resumed where the work stopped, one table for all."""

import csv
import os
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from discgrader.errors import Cancelled, OutputError, UsageError
from discgrader.folders import SYSTEM_FILES, as_output_errors, atomic_file, check_folder, remove_leftovers
from discgrader.jobs.pool import Outcome, Pool, ProcessPool
from discgrader.packs.pack import LOCALIZER, NOT_GRADING, Pack
from discgrader.pipeline.engine import Engine, choose_packs
from discgrader.pipeline.main_job import check_apart, grade_study, provenance_of
from discgrader.pipeline.output import GRADES, Writer, is_complete
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.sheets import (
    SHEETS,
    TILES,
    TileWriter,
    check_sheets,
    remove_sheets,
    views_of_packs,
    write_sheets,
)
from discgrader.progress import Progress

TABLE = "grades.csv"
FAILED = "failed.csv"
WARNINGS = "warnings.csv"

_GRADING_SHARE = 0.95
"""Of the progress where sheets are drawn as well, which takes far less time than grading. A round number."""


@dataclass(frozen=True)
class EngineMaker:
    """Makes the engine of some settings, in whatever process it is needed."""

    settings: Settings

    def packs(self) -> tuple[Pack, ...]:
        """The packs that the engine will have; much faster than the engine itself."""
        packs = choose_packs(self.settings.packs)
        localizers = [pack for pack in packs if pack.system == LOCALIZER]
        return (*localizers[-1:], *(pack for pack in packs if pack.system not in NOT_GRADING))

    def __call__(self) -> Engine:
        return Engine.default(self.settings.packs, self.settings.device)


@dataclass(frozen=True)
class StudyTask:
    """One study of a batch: all that a worker needs to grade it with its engine."""

    name: str
    path: Path
    out: Path
    settings: Settings
    extra_writers: Mapping[str, Writer] = field(default_factory=dict)
    overwrite: bool = False


@dataclass(frozen=True)
class BatchResult:
    """What became of the studies, by name."""

    graded: tuple[str, ...]
    skipped: tuple[str, ...]
    failed: Mapping[str, str]
    name_doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Why the names of a study's discs may be wrong, of those that were graded now or before."""
    warned: int = 0
    """How many studies have warnings."""


def run_batch(
    folder: Path,
    out: Path,
    settings: Settings = Settings(),
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    extra_writers: Mapping[str, Writer] | None = None,
    overwrite: bool = False,
    rois: str | None = None,
    sheets: bool = False,
    only: Collection[str] | None = None,
    roles: Mapping[str, Mapping[str, str]] | None = None,
    make_engine: EngineMaker | None = None,
    progress: Progress = Progress(),
) -> BatchResult:
    """Grade every study in a folder.

    A study whose results are whole and were made with the same settings, packs and files is skipped, also
    where they hold more than is asked for. One that fails stops no other; it is a row in ``failed.csv`` and is tried
    again the next time.

    Parameters
    ----------
    folder : Path
        Every file directly in it is a study, named by its stem; so is every subfolder.
    out : Path
        Each study's results go to ``out/<study>``, the table of all to ``out/grades.csv``.
    settings : Settings
        What the user chose.
    workers : int, optional
        How many studies are graded at a time; by default one a core.
    scheduler : str, optional
        Address of a dask scheduler whose workers grade instead of this computer's. They must see both folders.
    extra_writers : mapping of str to Writer, optional
        What else to write for each study; importable by name in another process.
    overwrite : bool
        Whether to replace a study's previous result that was changed by hand.
    rois : str, optional
        What corrected ROI boxes are called inside of each study's folder, such as ``rois``; the discs of a study
        without them are found.
    sheets : bool
        Whether to keep tiles of what each system saw with each result, and to draw contact sheets of all in
        ``out/sheets`` when all studies have had their turn. Without, sheets of before are removed once grades change.
    only : collection of str, optional
        The studies that are graded; the others are passed over.
    roles : mapping of str to mapping of str to str, optional
        By study, what its series are, in place of the settings' roles.
    make_engine : EngineMaker, optional
        What makes the engine in each worker.
    progress : Progress
        Receives how many studies are done, and may stop the work; what is done by then stays, and is in the table.

    Raises
    ------
    StudyError
        When there is no study in the folder.
    UsageError, PackError, OutputError
        When no study could be graded, whichever it is.
    """
    from discgrader.imaging.study_reader import find_studies

    if workers is not None and workers < 1:
        raise UsageError(f"The number of workers is {workers}; give at least 1.")
    make_engine = make_engine or EngineMaker(settings)
    check_apart(folder, out)
    studies = [one for one in find_studies(folder, progress) if only is None or one[0] in only]
    packs = make_engine.packs()
    _check_systems(settings, packs)
    _prepare_folder(out)
    extra = dict(extra_writers or {})
    if sheets:
        _check_sheets(out, [name for name, _ in studies])
        extra[TILES] = TileWriter(views_of_packs(packs))
    own = _own_settings(settings, folder, [path for _, path in studies], rois)
    own |= {path: replace(own[path], roles=roles[name]) for name, path in studies if roles and name in roles}
    tasks = [StudyTask(name, path, out / name, own[path], extra, overwrite) for name, path in studies]
    todo = [task for task in tasks if not _is_done(task, packs, progress)]
    undone = {task.name for task in todo}
    skipped = tuple(task.name for task in tasks if task.name not in undone)
    graded: list[str] = []
    failed: dict[str, str] = {}
    try:
        grading = progress.part(0.0, _GRADING_SHARE if sheets else 1.0)
        with closing(_outcomes(make_engine, todo, workers, scheduler, grading)) as outcomes:
            for outcome in outcomes:
                name = todo[outcome.number].name
                if outcome.error is None:
                    graded.append(name)
                else:
                    failed[name] = outcome.error
    except Cancelled as stopped:
        raise Cancelled(
            f"Stopped; {len(skipped) + len(graded)} of {len(tasks)} studies are done and kept; run the same "
            "command again to continue with the others."
        ) from stopped
    finally:
        for task in todo:
            remove_leftovers(task.out)
        done = [task for task in tasks if task.name in {*skipped, *graded}]
        tables = _write_tables(out, done, failed)
        if (graded or tables.changed) and not (sheets and done):
            remove_sheets(out)
    if sheets and done:
        _write_sheets(out, [task.out for task in done], packs, progress.part(_GRADING_SHARE, 1.0))
    return BatchResult(tuple(graded), skipped, failed, tables.name_doubts, tables.warned)


def core_count() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_systems(settings: Settings, packs: Sequence[Pack]) -> None:
    known = sorted({pack.system for pack in packs if pack.system not in NOT_GRADING})
    for system in settings.systems or ():
        if system not in known:
            raise UsageError(f"No pack grades the system {system}; choose one of {', '.join(known)}.")


def _own_settings(settings: Settings, folder: Path, paths: Sequence[Path], rois: str | None) -> dict[Path, Settings]:
    """The settings of each study, with the corrected ROI boxes that lie in its folder."""
    if rois is None:
        return dict.fromkeys(paths, settings)
    if not Path(rois).parts:
        raise UsageError(
            "--rois is empty; give the name of the boxes' file or folder in each study's folder, such as rois."
        )
    if Path(rois).is_absolute() or ".." in Path(rois).parts:
        raise UsageError(
            f"{rois} lies outside the studies; give the name of the boxes' file or folder in each study's folder."
        )
    own = {path: replace(settings, rois=path / rois) if _holds_boxes(path / rois) else settings for path in paths}
    if all(chosen.rois is None for chosen in own.values()):
        raise UsageError(f"No study in {folder} has ROI boxes called {rois}; check the name, or leave out --rois.")
    return own


def _holds_boxes(path: Path) -> bool:
    """Whether there is a file, or a folder that is not empty; also what cannot be looked at, so that the study says
    so."""
    try:
        return any(entry.name not in SYSTEM_FILES for entry in path.iterdir()) if path.is_dir() else path.exists()
    except OSError:
        return True


def _check_sheets(out: Path, names: Sequence[str]) -> None:
    taken = [name for name in names if name.lower() == SHEETS]
    if taken:
        raise UsageError(f"A study is called {taken[0]}, as is the folder for the contact sheets; rename the study.")
    check_sheets(out)


def _write_sheets(out: Path, results: Sequence[Path], packs: Sequence[Pack], progress: Progress) -> None:
    try:
        write_sheets(out, results, views_of_packs(packs), progress)
    except Cancelled as stopped:
        raise Cancelled(
            "Stopped; all studies are done and kept; run the same command again to draw the contact sheets."
        ) from stopped


def _prepare_folder(out: Path) -> None:
    if (out / GRADES).exists():
        raise OutputError(f"{out} contains the result of a single study; choose another folder for the batch.")
    with as_output_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    check_folder(out / "study", may_replace=lambda folder: True)


def _outcomes(
    make_engine: Callable[[], Engine],
    tasks: Sequence[StudyTask],
    workers: int | None,
    scheduler: str | None,
    progress: Progress,
) -> Generator[Outcome, None, None]:
    if not tasks:
        return
    if scheduler is not None:
        from discgrader.jobs.dask_pool import DaskPool

        pool: Pool = DaskPool(make_engine, _grade_study, scheduler, items="studies")
    else:
        workers = min(workers or core_count(), len(tasks))
        threads = max(1, core_count() // workers)
        pool = ProcessPool(make_engine, _grade_study, workers, threads, items="studies")
    yield from pool.run(tasks, progress)


def _grade_study(engine: Engine, task: StudyTask, progress: Progress) -> None:
    grade_study(
        task.path,
        task.out,
        engine,
        task.settings,
        name=task.name,
        extra_writers=task.extra_writers,
        overwrite=task.overwrite,
        progress=progress,
    )


@dataclass(frozen=True)
class _Tables:
    """What was found while the tables were written."""

    changed: bool
    name_doubts: Mapping[str, tuple[str, ...]]
    warned: int


def _is_done(task: StudyTask, packs: Sequence[Pack], progress: Progress) -> bool:
    """Whether the study's result is whole, and the table of all can take its grades; one that was damaged since is
    graded again."""
    from discgrader.report.tables import read_grades_json

    progress.check()
    if not is_complete(task.out, provenance_of(task.path, task.settings, tuple(packs), task.extra_writers)):
        return False
    try:
        read_grades_json(task.out / GRADES)
    except UsageError:
        return False
    return True


def _write_tables(out: Path, done: Sequence[StudyTask], failed: Mapping[str, str]) -> _Tables:
    """Write the tables of all studies: their grades, their warnings, and those that failed."""
    from discgrader.report.tables import grades_rows, read_grades_json, warnings_of, write_grades_csv

    table = out / TABLE
    before = table.read_bytes() if table.exists() else b""
    rows, warnings, doubts = [], [], {}
    for task in done:
        document = read_grades_json(task.out / GRADES)
        rows += grades_rows(document)
        warnings += [(task.name, warning) for warning in warnings_of(document)]
        if document.get("name_doubts"):
            doubts[task.name] = tuple(document["name_doubts"])
    with atomic_file(table) as partial:
        write_grades_csv(rows, partial)
    _write_csv(out / WARNINGS, ("study", "warning"), warnings)
    _write_csv(out / FAILED, ("study", "reason"), sorted(failed.items()))
    return _Tables(table.read_bytes() != before, doubts, len({name for name, _ in warnings}))


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[tuple[str, str]]) -> None:
    with atomic_file(path) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
