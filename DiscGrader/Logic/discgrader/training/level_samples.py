"""Rows of discs whose levels are known: of SPIDER, of Sudirman's mid-sagittal slices, and of digital spines.

SPIDER's lowest disc is that of its stacks' masks or was set by eye (`spider_corrections`), that of a T1 slice follows
from the patient's T2. Sudirman's is the lowest rectangle drawn around a disc in ``boxes.csv``. What a reader saw to be
otherwise lies in ``level_references.json``.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from discgrader.imaging.files import read_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import Candidate, find_candidates, lean_deg
from discgrader.localize.labels import disc_label
from discgrader.localize.level_predictor import level_planes, place_in_planes
from discgrader.localize.lowest_disc import remnant_measures
from discgrader.localize.naming import indices_of, row_of
from discgrader.localize.segment import Segmentation, Segmenter
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.patient import LUMBARIZED, ORDINARY, SACRALIZED, Patient
from discgrader.phantom.study import make_study
from discgrader.training.spider import read_corrected, spider_corrections, spider_images, sudirman_slices

REFERENCE_DISC_MM = 18.0
"""A disc that lies no farther from where a reference has it is that disc."""

REMNANT_MM, REMNANT_TURN_DEG = 30.0, 10.0
"""Where S1-S2 lies, nearly: so far below L5-S1, leaning so much more; shown where no disc is found there."""

DIGITAL = (
    {"lumbar": 4},
    {"lumbar": 6},
    {"lumbar": 5, "transitional": SACRALIZED},
    {"lumbar": 5, "transitional": LUMBARIZED},
    {"lumbar": 5, "transitional": ORDINARY},
    {},
)
"""What is asked of every sixth digital patient, seeds from `FIRST_SEED` on."""

FIRST_SEED = 5000
"""Seeds apart from those of other recipes, so that no patient is shared."""


@dataclass(frozen=True, eq=False)
class LevelRow:
    """A row of discs on one picture.

    Parameters
    ----------
    name, patient : str
    planes : mapping of int to Tensor, shape (planes, rows, columns)
        By slice; see `level_pictures`.
    places : tuple of (int, float, float)
        Slice, row and column of each disc on its planes, from the foot upwards, and after them that of S1-S2 where no
        disc was found there.
    indices : tuple of int
        Index from the sacrum of each of these, 0 for S1-S2.
    found : int
        How many of them are discs that were found.
    measures : mapping of str to float, or None
        See `remnant_measures`.
    """

    name: str
    patient: str
    planes: dict[int, torch.Tensor]
    places: tuple[tuple[int, float, float], ...]
    indices: tuple[int, ...]
    found: int
    measures: dict[str, float] | None


@dataclass(frozen=True, eq=False)
class _Known:
    """A picture, and where its lowest disc lies in LPS mm; None where another picture tells, or the row itself."""

    name: str
    patient: str
    volume: Volume
    lowest_lps: np.ndarray | None


def real_rows(data_dir: Path, segmenter: Segmenter) -> Iterator[LevelRow]:
    """Rows of SPIDER and, where it lies beside, of Sudirman; those without a plain lowest disc are left out."""
    references = json.loads(Path(__file__).with_name("level_references.json").read_text(encoding="utf-8"))
    left_out = {*references["uncertain"], *references["unfit"]}
    partners: dict[str, tuple[Sequence[Candidate], int]] = {}
    for known in (*_spider(data_dir), *_sudirman(data_dir)):
        if known.name in left_out or known.name.rsplit("_", 1)[0] in left_out:
            continue
        segmentation = segmenter(known.volume)
        row = row_of(find_candidates(segmentation)[0])
        if not row:
            continue
        first = 1 if known.name in references["lowest_is_first"] else _first_index(row, known, partners)
        if first is not None:
            partners.setdefault(known.patient, (row, first))
            yield level_row(known.name, known.patient, segmentation, row, first)


def digital_rows(count: int, segmenter: Segmenter) -> Iterator[LevelRow]:
    """Rows on the middle T2 and T1 slices of so many digital patients."""
    for number in range(count):
        seed = FIRST_SEED + number
        patient = Patient(**DIGITAL[number % len(DIGITAL)])
        phantom = make_study(seed, series=("T2", "T1"), middle_slices=1, patient=patient)
        centers = [level.disc.frame.center_lps_mm for level in Anatomy(phantom.parameters).levels[:5]]
        for series in phantom.study.series:
            segmentation = segmenter(series.volume)
            row = row_of(find_candidates(segmentation)[0])
            firsts = [
                first
                for index, center in enumerate(centers, start=1)
                if row and (first := _first_by_point(row, center, index)) is not None
            ]
            if firsts:
                yield level_row(f"digital_{seed}_{series.name}", f"digital {seed}", segmentation, row, firsts[0])


def level_row(name: str, patient: str, segmentation: Segmentation, row: Sequence[Candidate], first: int) -> LevelRow:
    """A row whose lowest disc has the index ``first``, with S1-S2 shown where no disc was found there."""
    indices = [index - 1 + first for index in indices_of(row)]
    shown = [*row]
    if 1 in indices and 0 not in indices:
        shown.append(_below(row[indices.index(1)]))
        indices.append(0)
    planes: dict[int, torch.Tensor] = {}
    places = []
    for study in shown:
        index, _, _ = place_in_planes(segmentation, study, (1, 1))
        if index not in planes:
            planes[index] = level_planes(segmentation, index)
        _, at_row, at_column = place_in_planes(segmentation, study, planes[index].shape[1:])
        places.append((index, float(at_row), float(at_column)))
    return LevelRow(name, patient, planes, tuple(places), tuple(indices), len(row), remnant_measures(row))


def _below(lumbosacral: Candidate) -> Candidate:
    lean = np.radians(lean_deg(lumbosacral) + REMNANT_TURN_DEG)
    up = np.array([0.0, -np.sin(lean), np.cos(lean)])
    return replace(lumbosacral, center_lps_mm=lumbosacral.center_lps_mm - REMNANT_MM * up)


def _first_index(
    row: Sequence[Candidate], known: _Known, partners: dict[str, tuple[Sequence[Candidate], int]]
) -> int | None:
    if known.lowest_lps is not None:
        return _first_by_point(row, known.lowest_lps, 1)
    if known.patient not in partners:
        return None
    partner, first = partners[known.patient]
    for place, index in enumerate(indices_of(partner)):
        found = _first_by_point(row, partner[place].center_lps_mm, index - 1 + first)
        if found is not None:
            return found
    return None


def _first_by_point(row: Sequence[Candidate], point_lps: np.ndarray, index: int) -> int | None:
    """Index of the lowest disc of a row where the disc at a point has this one; None where no disc lies there."""
    away = [float(np.linalg.norm((disc.center_lps_mm - point_lps)[1:])) for disc in row]
    nearest = int(np.argmin(away))
    return index - indices_of(row)[nearest] + 1 if away[nearest] < REFERENCE_DISC_MM else None


def _spider(data_dir: Path) -> Iterator[_Known]:
    corrections = spider_corrections()
    # T2 before T1: its lowest disc was set by eye.
    for image in sorted(spider_images(data_dir), key=lambda image: (image.sequence == "T1", image.patient)):
        volume, lowest = read_corrected(image, corrections)
        if image.mask is not None:
            lowest = _center_of(image.mask)
        yield _Known(f"spider_{image.path.name.split('.')[0]}", f"spider {image.patient}", volume, lowest)


def _center_of(path: Path) -> np.ndarray | None:
    mask, _ = read_volume(path)
    k, j, i = np.nonzero(mask.array == disc_label(1))
    return mask.index_to_lps(np.stack([i, j, k], -1)).mean(0) if len(i) else None


def _sudirman(data_dir: Path) -> Iterator[_Known]:
    folder = data_dir / "sudirman_sagittal"
    if not folder.is_dir():
        return
    boxes: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (folder / "boxes.csv").open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if "disc" in line["class"]:
                column, row = (
                    (float(line[f"{axis}_min"]) + float(line[f"{axis}_max"])) / 2 for axis in ("column", "row")
                )
                boxes[line["patient"], line["sequence"]].append((column, row))
    for slice_ in sudirman_slices(data_dir):
        drawn = boxes[slice_.patient, slice_.sequence.lower()]
        volume, _ = read_volume(slice_.path)
        lowest = volume.index_to_lps(np.array([*max(drawn, key=lambda middle: middle[1]), 0.0])) if drawn else None
        name = f"sudirman_{int(slice_.patient):04d}"
        yield _Known(f"{name}_{slice_.sequence.lower()}", name, volume, lowest)
