"""How far what is measured of the canal is from what is true of digital spines."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from discgrader.canal.axial import measures_within
from discgrader.canal.outline import CanalNetworks
from discgrader.canal.sagittal import ACROSS_MM, SagittalMeasures, Section, measure_sections, section_points
from discgrader.errors import StudyError, UsageError
from discgrader.grading.canal_measurement import AXIAL, CSF, NERVES, MeasuredCanal, measure_canal
from discgrader.grading.canal_measures import values_of
from discgrader.grading.placement import StudyContext
from discgrader.localize.disc import Localization
from discgrader.localize.labels import Label, disc_label
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.cohort import diseased_findings
from discgrader.phantom.study import PhantomStudy, make_study
from discgrader.phantom.truth import PhantomDisc
from discgrader.progress import Progress
from discgrader.training.canal.slices import group_shares

Localize = Callable[..., Localization]
Row = dict[str, object]
"""Of one disc: ``seed``, ``level``, ``stenosis``, and what was ``measured`` and is ``true``, each by name."""

FINE = 288
"""Pixels of a view whose truth is counted: 0.25 mm each."""

EDGE_MM = 0.1

_NEAR_MM = 8.0
"""A found disc is the true one whose middle is nearer than this."""

_LUMBAR = 5


def measured_discs(
    networks: CanalNetworks, localize: Localize, folder: Path, first_seed: int, patients: int, progress: Progress
) -> list[Row]:
    """Measures and truth of the lumbar discs of digital patients, drawn, searched and measured now or kept in
    ``folder``: every second one diseased, every third with axial blocks along the discs."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for number, seed in enumerate(range(first_seed, first_seed + patients)):
        progress.report("Measuring digital spines", number / patients, str(seed))
        path = folder / f"{seed}.json"
        if not path.exists():
            found = _of_patient(networks, localize, seed)
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(found), encoding="utf-8")
            partial.replace(path)
        rows += json.loads(path.read_text(encoding="utf-8"))
    return rows


def _of_patient(networks: CanalNetworks, localize: Localize, seed: int) -> list[Row]:
    findings, blocks = diseased_findings(seed) if seed % 2 else None, 5 if seed % 3 == 0 else 0
    try:
        made = make_study(seed, findings, series=("T2", "AX_T2"), blocks=blocks)
        found = localize(made.study)
    except (StudyError, UsageError):
        # What was drawn leaves no room, or no disc was found: there is nothing to measure.
        return []
    return rows_of(networks, made, found, seed)


def rows_of(networks: CanalNetworks, made: PhantomStudy, found: Localization, seed: int) -> list[Row]:
    """Measures and truth of the lumbar discs of one digital study."""
    study, anatomy = StudyContext(made.study, found), Anatomy(made.parameters)
    rows: list[Row] = []
    for disc in found.discs:
        true = min(made.discs, key=lambda one: float(np.linalg.norm(one.center_lps_mm - disc.center_lps_mm)))
        far = float(np.linalg.norm(true.center_lps_mm - disc.center_lps_mm))
        if far > _NEAR_MM or true.index_from_sacrum > _LUMBAR:
            continue
        measured = measure_canal(study, disc, networks)
        rows.append(
            {
                "seed": seed,
                "level": true.level,
                "stenosis": int(true.grades["axial-multitask", "central_stenosis"]),
                "not_axial": measured.not_axial,
                "measured": values_of(measured),
                "true": _truth(anatomy, true, measured),
            }
        )
    return rows


def _truth(anatomy: Anatomy, true: PhantomDisc, measured: MeasuredCanal) -> dict[str, float]:
    """What is true where it was measured: of the axial slice on that slice, of the rest on the disc's
    own mid-sagittal plane."""
    sagittal = true_sagittal(anatomy, true)
    axial = None
    if measured.outlined is not None:
        view = measured.outlined.view
        points = view.shape.resized(FINE).points_lps(view.frame, view.across_mm)
        shares = _shares(anatomy, points)
        sac = shares[CSF] + shares[NERVES]
        axial = measures_within(shares[CSF], shares[NERVES], sac > 0.5, AXIAL.field_mm / FINE)
    return values_of(MeasuredCanal(axial, "", sagittal))


def true_sagittal(anatomy: Anatomy, true: PhantomDisc) -> SagittalMeasures:
    """The sagittal measures on the anatomy itself."""
    sections = []
    for across in ACROSS_MM:
        points = section_points(true, across)  # type: ignore[arg-type]
        labels = anatomy.sample(points.reshape(-1, 3), EDGE_MM).label.reshape(points.shape[:2])
        own = (Label.CANAL, Label.VERTEBRA, disc_label(true.index_from_sacrum))
        sections.append(Section(*((labels == label).astype(np.float32) for label in own)))
    return measure_sections(sections)


def _shares(anatomy: Anatomy, points: np.ndarray) -> np.ndarray:
    flat = points.reshape(-1, 3).astype(np.float32)
    return group_shares(anatomy, flat, anatomy.sample(flat, EDGE_MM)).reshape(-1, *points.shape[:2])


def errors(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """By measure: ``discs`` where it was taken and true, ``withheld`` of those where it is true, ``bias``, ``mean`` and
    95th percentile (``p95``) of the distance from the truth, the same as shares of the truth (``mean_share``), and
    Spearman's ``correlation``."""
    found: dict[str, list[tuple[float, float]]] = {}
    missed: dict[str, int] = {}
    for row in rows:
        measured, true = _numbers(row["measured"]), _numbers(row["true"])
        for name, value in true.items():
            key = name
            if name in measured:
                found.setdefault(key, []).append((measured[name], value))
            else:
                missed[key] = missed.get(key, 0) + 1
    return {name: _error(np.array(pairs), missed.get(name, 0)) for name, pairs in found.items()}


def _numbers(value: object) -> Mapping[str, float]:
    assert isinstance(value, Mapping)
    return value


def _error(pairs: np.ndarray, withheld: int) -> dict[str, float]:
    from scipy.stats import spearmanr

    measured, true = pairs.T
    away = np.abs(measured - true)
    return {
        "discs": len(pairs),
        "withheld": withheld,
        "bias": round(float((measured - true).mean()), 4),
        "mean": round(float(away.mean()), 4),
        "p95": round(float(np.quantile(away, 0.95)), 4),
        "mean_share": round(float((away / np.maximum(np.abs(true), 1e-6)).mean()), 4),
        "correlation": round(float(spearmanr(measured, true).statistic), 4),
    }
