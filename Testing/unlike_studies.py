r"""Writes patients' pictures as studies with boxes, for `discgrader train typical` of packs that learnt on digital
spines.

    python Testing/unlike_studies.py ../shared/data -o REAL
    discgrader train typical --data COHORT -o OUT/msu --option pack=msu --option real=REAL/axial --option held=REAL/held
    discgrader train typical --data COHORT -o OUT/deepspine --option pack=deepspine --option real=REAL/both \
        --option held=REAL/held_both

``axial`` are the slices of `sudirman_studies`, each also moved and turned a little; ``both`` SPIDER's T2 SPACE stacks,
whose slices are laid 3 mm apart so that they reach as far to the sides as a whole study, with one of these slices
through each disc; ``held`` slices of other scanners (axial_looking, for tests only), which nothing is fitted to, in the
rectangles of their discs; ``held_both`` further stacks with such slices. A patient's studies belong together by
``patients.csv``.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from discgrader.imaging.files import write_volume
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.pipeline.engine import Engine
from discgrader.report.rois import SUFFIX, write_roi
from discgrader.training.cohorts import PATIENTS_TABLE
from PIL import Image
from scipy.spatial.transform import Rotation
from sudirman_studies import FOLDER, LEVEL, PIXEL_MM, SLICE_MM, box, points

VARIATIONS, STACKS, HELD_STACKS, STEP_MM, STEEPEST = 6, 14, 4, 3.0, 0.6


@dataclass(frozen=True, eq=False)
class Slice:
    """An axial picture, the size of its pixels, and where the middle of its disc's box lies from the first one's
    middle."""

    gray: np.ndarray
    pixel_mm: float
    middle_mm: np.ndarray


def _gray(path: Path) -> np.ndarray:
    with Image.open(path) as stored:
        return np.asarray(stored.convert("L"))


def _write(study: Path, volume: Volume, roi: RoiBox) -> None:
    (study / "rois").mkdir(parents=True, exist_ok=True)
    write_volume(volume, study / "AX_T2.nii.gz")
    write_roi(study / "rois" / f"{LEVEL}{SUFFIX}", LEVEL, roi)


def _write_patients(folder: Path, rows: Sequence[tuple[str, str]]) -> None:
    """Whose studies are whose, so that nothing is fitted to a patient who is measured."""
    with open(folder / PATIENTS_TABLE, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("study", "patient"), *rows])


def write_axial(data: Path, out: Path) -> None:
    """Sudirman's axial slices, varied."""
    rng, patients = np.random.default_rng(0), []
    for picture, at in points():
        gray = _gray(data / FOLDER / picture)
        for number in range(VARIATIONS):
            pixel = PIXEL_MM * (1.0 if number == 0 else rng.uniform(0.85, 1.15))
            roi = box({name: value * pixel / PIXEL_MM for name, value in at.items()})
            if number:
                angle = rng.uniform(-0.15, 0.15)
                turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
                roi = RoiBox(roi.center_lps_mm + [*rng.uniform(-5, 5, 2), 0.0], turn, roi.size_mm)
            study = out / f"{Path(picture).stem}_{number}"
            _write(study, Volume(gray[None], np.diag([pixel, pixel, SLICE_MM, 1.0])), roi)
            patients.append((study.name, Path(picture).stem))
    _write_patients(out, patients)


def write_held(data: Path, out: Path) -> None:
    """Slices of other scanners."""
    for name, gray, pixel, roi in _looking(data):
        _write(out / name, Volume(gray[None], np.diag([pixel, pixel, SLICE_MM, 1.0])), roi)


def _looking(data: Path) -> Iterator[tuple[str, np.ndarray, float, RoiBox]]:
    with open(data / "axial_looking" / "discs.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pixel = float(row["pixel_mm_estimated"])
            left, top, right, bottom = (
                float(row[f"disc_{one}"]) * pixel for one in ("column_min", "row_min", "column_max", "row_max")
            )
            at = {
                "middle_x": (left + right) / 2,
                "disc_front_y": top,
                "disc_back_y": bottom,
                "canal_back_y": bottom + 18.0,
            }
            yield Path(row["picture"]).stem, _gray(data / "axial_looking" / row["picture"]), pixel, box(at)


def _own_slices(data: Path) -> Iterator[Slice]:
    for picture, at in points():
        yield Slice(_gray(data / FOLDER / picture), PIXEL_MM, box(at).center_lps_mm)


def _other_slices(data: Path) -> Iterator[Slice]:
    for _, gray, pixel, roi in _looking(data):
        yield Slice(gray, pixel, roi.center_lps_mm)


def _stacks(data: Path) -> Iterator[tuple[str, list[RoiBox], Volume]]:
    """Patients, boxes of their discs and their stacks, laid apart so that they reach as far as a whole study does."""
    engine = Engine.default(grading=False)
    for path in sorted((data / "spider" / "t2_space").glob("*SPACE.nii.gz"))[:STACKS]:
        study = read_study(path, roles="T2_SPACE")
        volume = study.series[0].volume
        through = int(np.abs(volume.directions[0]).argmax())
        affine, middle = volume.affine_lps.copy(), (np.array(volume.size) - 1) / 2
        center = volume.index_to_lps(middle)
        affine[:3, through] *= STEP_MM / volume.spacing_mm[through]
        affine[:3, 3] = center - affine[:3, :3] @ middle
        rois = [disc.roi for disc in engine.localize(study).discs[:5]]
        yield (
            path.name.split("_")[0],
            [replace(roi, center_lps_mm=np.array([center[0], *roi.center_lps_mm[1:]])) for roi in rois],
            Volume(volume.array, affine),
        )


def _laid_through(roi: RoiBox, slice_: Slice) -> Volume:
    """An axial slice through a disc, no steeper than scanners take them."""
    turn = Rotation.from_matrix(roi.axes_lps).as_rotvec()
    axes = Rotation.from_rotvec(turn * min(1.0, STEEPEST / max(np.linalg.norm(turn), 1e-6))).as_matrix()
    affine = np.eye(4)
    affine[:3, :3] = axes * [slice_.pixel_mm, slice_.pixel_mm, SLICE_MM]
    affine[:3, 3] = roi.center_lps_mm - axes @ slice_.middle_mm
    return Volume(slice_.gray[None], affine)


def write_both(data: Path, out: Path, held: Path) -> None:
    """Stacks with an axial slice of one patient through each disc; the last stacks, with slices of other scanners, are
    held out."""
    own, others = list(_own_slices(data)), list(_other_slices(data))
    rng, patients = np.random.default_rng(0), {out: [], held: []}
    for number, (patient, rois, sagittal) in enumerate(_stacks(data)):
        folder = out if number < STACKS - HELD_STACKS else held
        for place, roi in enumerate(rois):
            study = folder / f"{patient}_{place}"
            slice_ = own[number % len(own)] if folder is out else others[int(rng.integers(len(others)))]
            pixel = slice_.pixel_mm * rng.uniform(0.85, 1.15)
            varied = Slice(
                slice_.gray, pixel, slice_.middle_mm * pixel / slice_.pixel_mm + [*rng.uniform(-4, 4, 2), 0.0]
            )
            _write(study, _laid_through(roi, varied), roi)
            write_volume(sagittal, study / "T2.nii.gz")
            patients[folder].append((study.name, patient))
    for folder, rows in patients.items():
        _write_patients(folder, rows)


def main() -> None:
    """Write all four."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="REAL")
    arguments = parser.parse_args()
    write_axial(arguments.data, arguments.output / "axial")
    write_held(arguments.data, arguments.output / "held")
    write_both(arguments.data, arguments.output / "both", arguments.output / "held_both")


if __name__ == "__main__":
    main()
