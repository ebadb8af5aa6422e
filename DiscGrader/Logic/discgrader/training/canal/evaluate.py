"""``discgrader evaluate canal``: the error of what is measured of the canal, and whether networks agree with it."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scipy.stats import spearmanr

from discgrader.canal.outline import CanalNetworks
from discgrader.errors import PackError, UsageError
from discgrader.grading.canal_definitions import CANAL_MEASURES
from discgrader.packs.pack import Pack, default_packs
from discgrader.progress import Progress
from discgrader.training.canal.error import Row, errors, measured_discs
from discgrader.training.recipes import installed_localizer, write_json

SYSTEM, AREA = "measured-canal", "sac_area_mm2"

FIRST_SEED = 98_000
"""First of the digital patients, whom neither networks nor the errors that the pack states have seen."""

GRADED = ("axial-multitask", "deepspine")
"""Systems whose ``central_stenosis`` is compared with what was measured."""


@dataclass(frozen=True)
class Agreement:
    """How a system's severity of central stenosis goes with the measured area.

    Parameters
    ----------
    system : str
    discs, withheld : int
        With both, and with a grade but no area.
    correlation : float
        Spearman's, of the expected severity (the mean of its grades by their probabilities) with the area, positive
        where a smaller area is graded as more severe.
    """

    system: str
    discs: int
    withheld: int
    correlation: float


def evaluate_canal(results: Path | None, out_dir: Path, progress: Progress, patients: int) -> str:
    """Measure digital patients, and compare with grades where ``results``, a folder of `discgrader batch`, is given.

    Writes ``error.json`` (see `discgrader.training.canal.error.errors`), ``discs.csv`` with every disc, and
    ``agreement.json``; a stopped run goes on where it was.

    Returns
    -------
    str
        What was found, as text.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    text = []
    if patients:
        rows = measured_discs(
            CanalNetworks(_pack()), installed_localizer().localize, out_dir / "patients", FIRST_SEED, patients, progress
        )
        found = errors(rows)
        write_json(out_dir / "error.json", found)
        _write_discs(out_dir / "discs.csv", rows)
        text.append(error_table(found))
    if results is not None:
        agreements = agreement(results)
        write_json(out_dir / "agreement.json", [asdict(one) for one in agreements])
        text += [
            f"{one.system}: Spearman {one.correlation:.2f} of severity and area of the sac on {one.discs} discs; no "
            f"area on {one.withheld} more"
            for one in agreements
        ]
    return "\n".join(text)


def _pack() -> Pack:
    found = [pack for pack in default_packs() if pack.system == SYSTEM]
    if not found:
        raise PackError("No pack measures the canal; train one with 'discgrader train canal'.")
    return found[-1]


def error_table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The errors as lines of a Markdown table."""
    lines = [
        "| measure | discs | withheld | bias | mean error | 95 % below | Spearman |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        measure = CANAL_MEASURES[name]
        unit, share = measure.unit, f" ({100 * one['mean_share']:.0f} %)" if measure.unit == "mm²" else ""
        lines.append(
            f"| {name} | {one['discs']} | {one['withheld']} | {one['bias']:+.2f} {unit} | {one['mean']:.2f} {unit}"
            f"{share} | {one['p95']:.2f} {unit} | {one['correlation']:.2f} |"
        )
    return "\n".join(lines)


def _write_discs(path: Path, rows: Sequence[Row]) -> None:
    """Every disc with what was measured of it and what is true."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("seed", "level", "stenosis", "measure", "measured", "true"))
        for row in rows:
            measured: Any = row["measured"]
            for name, value in dict(row["true"]).items():  # type: ignore[call-overload]
                writer.writerow((row["seed"], row["level"], row["stenosis"], name, measured.get(name, ""), value))


def agreement(results: Path) -> list[Agreement]:
    """The agreement of each system that graded the canal of studies, read of their ``grades.json``.

    Raises
    ------
    UsageError
        No study below ``results`` has such grades.
    """
    pairs: dict[str, list[tuple[float, float]]] = {}
    withheld: dict[str, int] = {}
    for system, severity, area in _graded(results):
        if area is None:
            withheld[system] = withheld.get(system, 0) + 1
        else:
            pairs.setdefault(system, []).append((severity, area))
    found = [
        Agreement(system, len(both), withheld.get(system, 0), -round(float(spearmanr(*zip(*both)).statistic), 3))
        for system, both in pairs.items()
        if len(both) > 2
    ]
    if not found:
        raise UsageError(
            f"{results} holds no three discs whose canal was graded and measured; name a folder written by "
            f"'discgrader batch --system axial-multitask --system {SYSTEM}'."
        )
    return found


def _graded(results: Path) -> Iterator[tuple[str, float, float | None]]:
    """System, expected severity and area of every disc whose canal was graded."""
    for path in sorted(results.glob("**/grades.json")):
        for disc in json.loads(path.read_text(encoding="utf-8"))["discs"]:
            for grade in disc["grades"]:
                if grade["system"] in GRADED and grade["task"] == "central_stenosis":
                    severity = sum(float(value) * share for value, share in grade["probabilities"].items())
                    area = grade["evidence"].get(AREA, {}).get("value")
                    yield grade["system"], severity, area
