"""The command that fits what a pack knows of the pictures that it was trained on, and measures it; its grades stay as
they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from discgrader.errors import UsageError
from discgrader.folders import atomic_folder
from discgrader.grading.crop_system import CropNetworks
from discgrader.grading.typical import FILE, Typical
from discgrader.grading.view import specs_of
from discgrader.grading.view_system import ViewSystem
from discgrader.packs.pack import BORROWED, DESCRIPTION, Pack, default_packs, find_pack_folders, read_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.cohorts import Patient, boxed_patients, found_patients, spider_patients
from discgrader.training.recipes import changed, installed_localizer, write_json
from discgrader.training.typical.fit import (
    USUAL,
    CropFeatureReader,
    Example,
    ViewFeatureReader,
    examples,
    fit,
    left_out_scores,
    limit_of,
    load,
    save,
    table,
)

DIGITAL, PATIENTS = "digital spine", "patient's image"
"""What else is unlike: for packs trained on patients a digital spine, for those trained on digital spines a patient."""


@dataclass(frozen=True)
class TypicalRecipe:
    """Every choice of the recipe.

    Parameters
    ----------
    pack : str
        Name of a shipped pack, or a folder.
    cohort, real : str
        Studies with boxes that are unlike those of the training: digital spines, patients.
    held : str
        Further ones that nothing is fitted to, which are only measured.
    seed : int
    discs, changed : int
        How many discs of each series are shown as they are and how many changed.
    unknown : bool
        Whether each kind is also measured by what was fitted without it.
    """

    pack: str = "spider-resnet"
    cohort: str = ""
    real: str = ""
    held: str = ""
    seed: int = 0
    discs: int = 2
    changed: int = 3
    unknown: bool = True


def train_typical(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Fit and measure; a copy of the pack with another file of what is typical, and ``unlike.json`` with the table.

    Parameters
    ----------
    data_dir : Path
        For packs trained on patients the folder above ``spider/`` (and ``sudirman_sagittal/``, whose slices count as of
        the kind trained on, too); for packs trained on digital spines a cohort of `discgrader phantom`.
    """
    recipe = changed(TypicalRecipe(), options)
    own = _pack(recipe.pack)
    examples_file = out_dir / "examples.npz"
    if not examples_file.exists():
        save(examples_file, list(_examples(recipe, own, data_dir, out_dir, progress)))
    some = load(examples_file)
    known = [example for example in some if not example.kind.startswith("held")]
    progress.report("Evaluating", 0.9)
    scores = left_out_scores(known)
    limit = limit_of(scores, np.array([example.kind == USUAL for example in known]))
    typical = replace(fit(known, recipe.seed), limit=limit)
    measured = {"limit": limit, "left out by patient": table(known, scores, limit)}
    others = [example for example in some if example.kind.startswith("held")]
    if others:
        of_others = typical.scores(
            {group: torch.cat([example.seen[group] for example in others]) for group in others[0].seen}
        ).numpy()
        measured["held out"] = table([*known, *others], np.r_[scores, of_others + limit], limit)
    if recipe.unknown:
        measured["kind not learned"] = _not_learned(known)
    write_json(out_dir / "unlike.json", measured)
    print(in_words(measured))
    return _written(own, typical, measured, out_dir / "packs" / own.folder.name)


def _not_learned(known: Sequence[Example]) -> dict[str, dict[str, float]]:
    """For each kind its row of the table by what was fitted without it."""
    rows = {}
    for kind in sorted({example.kind for example in known} - {USUAL}):
        scores = left_out_scores(known, folds=3, without=kind)
        limit = limit_of(scores, np.array([example.kind == USUAL for example in known]))
        rows[kind] = table(
            [example for example in known if example.kind in (USUAL, kind)],
            scores[[example.kind in (USUAL, kind) for example in known]],
            limit,
        )[kind]
    return rows


def in_words(measured: Mapping[str, object]) -> str:
    """The tables as text."""
    lines = []
    for title, rows in measured.items():
        if isinstance(rows, Mapping):
            lines += [
                f"{title}:",
                *(
                    f"  {kind:28} {row['pictures']:5d}  AUROC {row.get('auroc', float('nan')):.3f}  "
                    f"warned {row['warned']:.1%}"
                    for kind, row in rows.items()
                ),
            ]
    return "\n".join(lines)


def _pack(name: str) -> Pack:
    folder = Path(name)
    if (folder / DESCRIPTION).is_file():
        return read_pack(folder)
    found = next((pack for pack in default_packs() if pack.name == name), None)
    if found is None or (FILE not in found.files and not specs_of(found.input)):
        raise UsageError(f"There is no shipped pack {name} that grades images; name one, or its folder.")
    return found


def _examples(
    recipe: TypicalRecipe, pack: Pack, data_dir: Path, out_dir: Path, progress: Progress
) -> Iterator[Example]:
    rng = np.random.default_rng(recipe.seed)
    reader = ViewFeatureReader(ViewSystem(pack)) if specs_of(pack.input) else CropFeatureReader(CropNetworks(pack))
    if pack.trained_on.synthetic:
        usual, other = boxed_patients(data_dir, DIGITAL), PATIENTS
    else:
        usual, other = spider_patients(data_dir, out_dir.parent / "located", installed_localizer().localize), DIGITAL
    for number, patient in enumerate(usual):
        progress.report("Reading images", 0.0, f"{patient.source} {patient.name} ({number + 1})")
        yield from examples(patient, reader, USUAL, recipe.discs, recipe.changed, rng)
    for folder, kind in ((recipe.cohort or recipe.real, other), (recipe.held, f"held out {other}")):
        for patient in _of(folder, kind, pack, out_dir.parent / "located"):
            yield from examples(patient, reader, kind, 5, 0, rng)


def _of(folders: str, source: str, pack: Pack, cache: Path) -> Iterator[Patient]:
    """Patients of one folder, or of several with a colon between them."""
    for folder in filter(None, folders.split(":")):
        if specs_of(pack.input) and any(Path(folder).glob("*/rois")):
            yield from boxed_patients(Path(folder), source)
        elif (Path(folder) / "spider").is_dir():
            yield from islice(spider_patients(Path(folder), cache, installed_localizer().localize), 60)
        else:
            yield from found_patients(Path(folder), source, cache, installed_localizer().localize)


def _written(pack: Pack, typical: Typical, measured: Mapping[str, object], folder: Path) -> Path:
    """A copy of the pack with this file; its other files stay as they are, and so do its grades."""
    content = pack_tensors(typical.tensors(), 16)
    described = json.loads((pack.folder / DESCRIPTION).read_text(encoding="utf-8"))
    described["files"] = {**described["files"], FILE: hashlib.sha256(content).hexdigest()}
    described.get("calibration", {}).pop("distance_limit", None)
    described["version"] = _next(described["version"])
    described["figures"] = {**described["figures"], "unlike": measured["left out by patient"]}
    if FILE in described.get(BORROWED, {}):
        raise UsageError(f"Pack {pack.name} shares {FILE} with another pack; fit that pack instead.")
    _copy(pack, described, folder, content)
    for pack_folder in find_pack_folders(pack.folder.parent):
        borrower = read_pack(pack_folder)
        if borrower.borrowed.get(FILE) == pack.folder.name:
            other = json.loads((pack_folder / DESCRIPTION).read_text(encoding="utf-8"))
            other["files"] = {**other["files"], FILE: described["files"][FILE]}
            other.get("calibration", {}).pop("distance_limit", None)
            other["version"] = _next(other["version"])
            _copy(borrower, other, folder.with_name(pack_folder.name), None)
    return folder.parent


def _copy(pack: Pack, described: Mapping[str, Any], folder: Path, content: bytes | None) -> None:
    """A pack with another description and file of what is typical."""
    with atomic_folder(folder, may_replace=lambda _folder: True) as new:
        for file in described["files"]:
            if file != FILE and file not in described.get(BORROWED, {}):
                (new / file).write_bytes(pack.read_bytes(file))
        if content is not None:
            (new / FILE).write_bytes(content)
        (new / DESCRIPTION).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _next(version: str) -> str:
    first, second, third = (int(number) for number in version.split("."))
    return f"{first}.{second}.{third + 1}"
