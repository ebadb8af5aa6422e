"""The SPIDER data set (van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, CC BY 4.0) as it lies on disk.

Two layouts are known: SPIDER's own (``images/<id>_<t1|t2|t2_SPACE>.mha``, ``masks/``, ``radiological_gradings.csv``)
and slices taken from it (``midsagittal/``, ``t2_space/`` with ``*_mask.nii.gz`` beside the images).
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError

DATA_SET = "SPIDER (Zenodo 10159290), CC BY 4.0"

TASK_COLUMNS = {
    "pfirrmann": ("pfirrmann", "pfirrman grade"),
    "modic": ("spider", "modic"),
    "upper_endplate": ("spider", "up endplate"),
    "lower_endplate": ("spider", "low endplate"),
    "spondylolisthesis": ("spider", "spondylolisthesis"),
    "herniation": ("spider", "disc herniation"),
    "narrowing": ("spider", "disc narrowing"),
    "bulging": ("spider", "disc bulging"),
}
"""Task name to its system and the (lower-case) column of SPIDER's gradings table."""

_NAME = re.compile(r"^(\d+)_(t1|t2_space|t2)$", re.IGNORECASE)


@dataclass(frozen=True)
class SpiderImage:
    """One image of one patient; ``sequence`` is ``T1``, ``T2`` or ``T2_SPACE``, ``mask`` is None where there is none."""

    patient: int
    sequence: str
    path: Path
    mask: Path | None


def spider_images(data_dir: Path) -> list[SpiderImage]:
    """All images below ``data_dir`` (or its ``spider`` folder), ordered by patient and sequence."""
    root = data_dir / "spider" if (data_dir / "spider").is_dir() else data_dir
    found = []
    for folder in ("images", "midsagittal", "t2_space"):
        for path in sorted((root / folder).glob("*")):
            stem = re.sub(r"\.(nii\.gz|nii|mha)$", "", path.name)
            match = _NAME.match(stem)
            if match is None or stem == path.name:
                continue
            beside = path.with_name(path.name.replace(stem, stem + "_mask"))
            apart = root / "masks" / path.name
            mask = next((one for one in (beside, apart) if one.is_file()), None)
            found.append(SpiderImage(int(match[1]), match[2].upper(), path, mask))
    if not found:
        raise StudyError(f"No SPIDER images below {data_dir}; expected images/, midsagittal/ or t2_space/ in it.")
    return sorted(found, key=lambda one: (one.patient, one.sequence))


def spider_gradings(data_dir: Path) -> dict[tuple[int, int], dict[str, int]]:
    """Grades by (patient, index from the sacrum), each a dict from task name to grade."""
    root = data_dir / "spider" if (data_dir / "spider").is_dir() else data_dir
    path = root / "radiological_gradings.csv"
    if not path.is_file():
        raise StudyError(f"SPIDER's table radiological_gradings.csv is missing from {root}.")
    table = {}
    with path.open(newline="", encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            values = {key.strip().lower(): value.strip() for key, value in row.items() if key}
            index = int(float(values["ivd label"]))
            # Label 0 marks a disc below the sacrum's first that SPIDER left ungraded.
            if index > 0:
                table[int(values["patient"]), index] = {
                    task: int(float(values[column])) for task, (_, column) in TASK_COLUMNS.items()
                }
    return table


def patient_folds(images: Sequence[SpiderImage], folds: int, seed: int = 0) -> dict[int, int]:
    """Fold number of every patient: shuffled by ``seed``; patients with and without masks are spread evenly alike."""
    with_mask = sorted({one.patient for one in images if one.mask})
    without = sorted({one.patient for one in images} - set(with_mask))
    generator = np.random.default_rng(seed)
    order = [*generator.permutation(with_mask), *generator.permutation(without)]
    return {int(patient): position % folds for position, patient in enumerate(order)}
