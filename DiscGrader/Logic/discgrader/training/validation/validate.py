"""``discgrader validate``: studies graded, held against their truth, and what it came to as a page, JSON and tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from discgrader import __version__
from discgrader.checked import plain
from discgrader.errors import Cancelled, OutputError, UsageError
from discgrader.folders import SYSTEM_FILES, atomic_folder, check_folder
from discgrader.imaging.study_reader import find_studies
from discgrader.packs.pack import NOT_GRADING, Pack
from discgrader.pipeline.batch import EngineMaker, run_batch
from discgrader.pipeline.settings import Settings
from discgrader.pipeline.sheets import TILES, TileWriter, views_of_packs
from discgrader.progress import Progress
from discgrader.reading.files import write_csv
from discgrader.training.metrics import DRAWS, Interval
from discgrader.training.validation.cases import Matched, TaskCases, check_studies, matched_cases, write_scanner
from discgrader.training.validation.figures import published_figures, task_figures, verdict
from discgrader.training.validation.page import TaskReport, case_rows, figure_rows, missing_rows, site_page
from discgrader.training.validation.truth import Truth

STUDIES, PROOF = "studies", "validation"
PAGE, DOCUMENT, FIGURES, DISCS = "validation.html", "validation.json", "figures.csv", "discs.csv"
_FILES = frozenset({PAGE, DOCUMENT, FIGURES, DISCS})

_GRADING_SHARE = 0.9
"""Of the progress; a round number."""


def graded_cases(
    folder: Path,
    truth: Truth,
    out: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    rois: str | None = None,
    overwrite: bool = False,
    make_engine: EngineMaker | None = None,
    progress: Progress = Progress(),
) -> tuple[Matched, tuple[Pack, ...]]:
    """Grade what the truth speaks of, in ``out/studies``, going on where it stopped; and put both together.

    Raises
    ------
    UsageError
        When no study, system or disc is common to both; nothing is graded where that is known before.
    """
    maker = make_engine or EngineMaker(settings)
    packs = tuple(pack for pack in maker.packs() if pack.system not in NOT_GRADING)
    wanted = _systems(truth, packs, settings)
    studies = find_studies(folder, progress)
    check_studies(truth, [name for name, _ in studies])
    settings = replace(settings, systems=wanted, saliency=False)
    known = {study: dict(roles) for study, roles in truth.roles.items()}
    result = run_batch(
        folder,
        out / STUDIES,
        settings,
        workers=workers,
        extra_writers={TILES: TileWriter(views_of_packs(packs)), "scanner": write_scanner},
        overwrite=overwrite,
        rois=rois,
        only=truth.studies,
        roles=known,
        make_engine=make_engine or EngineMaker(settings),
        progress=progress,
    )
    done = {name: out / STUDIES / name for name in (*result.graded, *result.skipped)}
    return matched_cases(truth, done, [name for name, _ in studies], result.failed), packs


def validate(
    folder: Path,
    truth: Truth,
    out: Path,
    settings: Settings = Settings(),
    *,
    draws: int = DRAWS,
    progress: Progress = Progress(),
    **how: Any,
) -> list[TaskReport]:
    """Hold packs against the truth of a site's cases and write ``out/validation``; nothing is left half written.

    Parameters
    ----------
    folder : Path
        As `run_batch`.
    draws : int
        Bootstrap samples of intervals.
    how :
        As `graded_cases`.

    Raises
    ------
    UsageError
        As `graded_cases`.
    OutputError
        When ``out`` holds something else.
    """
    check_draws(draws)
    check_folder(out / PROOF, may_replace=_is_proof)
    matched, packs = graded_cases(folder, truth, out, settings, progress=progress.part(0.0, _GRADING_SHARE), **how)
    by_system = {pack.system: pack for pack in packs}
    reports = []
    for number, cases in enumerate(matched.tasks):
        share = _GRADING_SHARE + (1 - _GRADING_SHARE) * number / len(matched.tasks)
        progress.report("Measuring", share, " ".join(cases.key))
        _check(progress)
        stated = published_figures(cases.key, by_system[cases.key[0]].metrics)
        figures = task_figures(cases, draws)
        reports.append(TaskReport(cases, figures, verdict(cases, figures, stated), stated))
    told = [f"{pack.name} {pack.version}" for pack in packs if pack.system in {key[0] for key in truth.keys}]

    def measure(part: TaskCases) -> Mapping[str, Interval]:
        _check(progress)
        return task_figures(part, draws)

    page = site_page(truth, matched, reports, told, measure)
    with atomic_folder(out / PROOF, may_replace=_is_proof) as new:
        (new / PAGE).write_text(page, encoding="utf-8")
        document = document_of(truth, matched, reports, packs)
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (new / DOCUMENT).write_text(text + "\n", encoding="utf-8")
        for name, rows in ((FIGURES, figure_rows(reports)), (DISCS, case_rows(reports))):
            write_csv(rows[0], rows, new / name)
    progress.report("Measuring", 1.0)
    return reports


def document_of(
    truth: Truth, matched: Matched, reports: Sequence[TaskReport], packs: Sequence[Pack]
) -> dict[str, object]:
    """Content of ``validation.json``."""
    return {
        "discgrader": __version__,
        "truth": {"name": truth.name, "kind": truth.kind, "notes": list(truth.notes)},
        "packs": [{"name": pack.name, "version": pack.version, "sha256": pack.sha256} for pack in packs],
        "tasks": [
            {
                "system": report.cases.key[0],
                "task": report.cases.key[1],
                "grades": [list(group) for group in report.cases.groups],
                "discs": len(report.cases.cases),
                "patients": len(set(report.cases.patients)),
                "figures": plain(report.figures),
                "published": [asdict(one) for one in report.published],
                "verdict": asdict(report.verdict),
            }
            for report in reports
        ],
        "not_compared": missing_rows(truth, matched),
    }


def check_draws(draws: int) -> None:
    """Refuse too few bootstrap samples."""
    if draws < 100:
        raise UsageError(f"{draws} draws are too few for an interval; ask for 100 or more.")


def _systems(truth: Truth, packs: Sequence[Pack], settings: Settings) -> tuple[str, ...]:
    """The systems that are both wanted and spoken of."""
    known = {pack.system for pack in packs}
    spoken: list[str] = list(dict.fromkeys(system for system, _ in truth.keys))
    wanted = [name for name in spoken if name in known and (settings.systems is None or name in settings.systems)]
    if not wanted:
        asked = ", ".join(sorted(known if settings.systems is None else settings.systems))
        raise UsageError(f"{truth.name} speaks of {', '.join(spoken)}, and what grades is {asked}: nothing in common.")
    return tuple(wanted)


def _is_proof(folder: Path) -> bool:
    strange = sorted({path.name for path in folder.iterdir()} - _FILES - set(SYSTEM_FILES))
    if strange:
        raise OutputError(f"{folder} contains {strange[0]}, which is no part of a validation; choose another folder.")
    return True


def _check(progress: Progress) -> None:
    try:
        progress.check()
    except Cancelled as stopped:
        raise Cancelled(
            "Stopped; all studies are graded and kept; run the same command again to measure them."
        ) from stopped
