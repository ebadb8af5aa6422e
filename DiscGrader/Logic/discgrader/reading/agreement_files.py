"""Agreement as files: ``agreement.csv``, ``agreement.json`` and ``pairs.csv``."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from discgrader.folders import atomic_folder
from discgrader.reading.agreement import Figure, TaskAgreement
from discgrader.reading.files import write_csv
from discgrader.reading.pairs import Pair, Pairing, Source

FIGURES = ("percent", "kappa", "weighted_kappa", "ac1", "ac2")

_FILES = {"agreement.csv", "agreement.json", "pairs.csv"}


def write_agreement(a: Source, b: Source, pairing: Pairing, tasks: Sequence[TaskAgreement], folder: Path) -> None:
    """Write the three files to a folder that appears whole or not at all; earlier ones of this kind are replaced.

    ``agreement.csv`` has a row a task: system, task, n (discs), studies, and each figure with ``_low`` and ``_high`` of
    its 95 % interval, empty where not defined. ``pairs.csv`` has every pair of grades.

    Raises
    ------
    OutputError
        When the folder holds something else, or cannot be written.
    """
    with atomic_folder(folder, may_replace=_holds_agreement_alone) as partial:
        figures = [f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high")]
        write_csv(["system", "task", "n", "studies", *figures], [_row(one) for one in tasks], partial / "agreement.csv")
        write_csv(Pair.__dataclass_fields__, [asdict(one) for one in pairing.pairs], partial / "pairs.csv")
        text = json.dumps(_document(a, b, pairing, tasks), indent=2, ensure_ascii=False, allow_nan=False)
        (partial / "agreement.json").write_text(text + "\n", encoding="utf-8")


def _holds_agreement_alone(folder: Path) -> bool:
    return {one.name for one in folder.iterdir()} <= _FILES


def _document(a: Source, b: Source, pairing: Pairing, tasks: Sequence[TaskAgreement]) -> dict[str, object]:
    return {
        "a": _side(a),
        "b": _side(b),
        **{name: value for name, value in asdict(pairing).items() if name != "pairs"},
        "tasks": [
            {
                **{name: getattr(one, name) for name in ("system", "task", "n", "studies")},
                **{name: _figure(getattr(one, name)) for name in FIGURES},
            }
            for one in tasks
        ],
    }


def _side(source: Source) -> dict[str, object]:
    readers = sorted({one.reader for one in source.readings.values()})
    return {"name": source.name, "voice": source.voice, "readers": readers if source.voice == "reader" else []}


def _figure(figure: Figure | None) -> dict[str, float | None] | None:
    if figure is None:
        return None
    return {name: value if math.isfinite(value) else None for name, value in asdict(figure).items()}


def _row(task: TaskAgreement) -> dict[str, object]:
    row = {name: getattr(task, name) for name in ("system", "task", "n", "studies")}
    for name in FIGURES:
        figure = _figure(getattr(task, name)) or dict.fromkeys(("value", "low", "high"))
        row |= {name: figure["value"], f"{name}_low": figure["low"], f"{name}_high": figure["high"]}
    return row
