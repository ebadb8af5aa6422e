"""Writes patients' pictures as studies with boxes, for `discgrader train typical` of packs that learnt on digital spines.

    python Testing/unlike_studies.py ../shared/data -o REAL
    discgrader train typical --data COHORT -o OUT/msu --option pack=msu --option real=REAL/axial --option held=REAL/held

``axial`` are the slices of `sudirman_studies`, each also moved and turned a little; ``both`` SPIDER's T2 SPACE stacks, whose
slices are laid 3 mm apart so that they reach as far to the sides as a whole study, with one of these slices through each disc;
``held`` slices of other scanners (axial_looking, for tests only), which nothing is fitted to, in the rectangles of their discs.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from discgrader.imaging.files import write_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import DEFAULT_MARGIN_MM, RoiBox
from discgrader.pipeline.engine import Engine
from discgrader.imaging.study_reader import read_study
from discgrader.report.rois import SUFFIX, write_roi
from PIL import Image
from sudirman_studies import FOLDER, LEVEL, PIXEL_MM, SLICE_MM, box, points

VARIATIONS, STACKS, STEP_MM = 6, 14, 3.0


def _gray(path: Path) -> np.ndarray:
    with Image.open(path) as stored:
        return np.asarray(stored.convert("L"))


def _write(study: Path, volume: Volume, roi: RoiBox) -> None:
    (study / "rois").mkdir(parents=True, exist_ok=True)
    write_volume(volume, study / "AX_T2.nii.gz")
    write_roi(study / "rois" / f"{LEVEL}{SUFFIX}", LEVEL, roi)


def write_axial(data: Path, out: Path) -> None:
    """Sudirman's axial slices, varied."""
    rng = np.random.default_rng(0)
    for picture, at in points():
        gray = _gray(data / FOLDER / picture)
        for number in range(VARIATIONS):
            pixel = PIXEL_MM * (1.0 if number == 0 else rng.uniform(0.85, 1.15))
            roi = box({name: value * pixel / PIXEL_MM for name, value in at.items()})
            if number:
                angle = rng.uniform(-0.15, 0.15)
                turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
                roi = RoiBox(roi.center_lps_mm + [*rng.uniform(-5, 5, 2), 0.0], turn, roi.size_mm)
            _write(out / f"{Path(picture).stem}_{number}", Volume(gray[None], np.diag([pixel, pixel, SLICE_MM, 1.0])), roi)


def write_held(data: Path, out: Path) -> None:
    """Slices of other scanners."""
    with open(data / "axial_looking" / "discs.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pixel = float(row["pixel_mm_estimated"])
            left, top, right, bottom = (float(row[f"disc_{one}"]) * pixel for one in ("column_min", "row_min", "column_max", "row_max"))
            at = {"middle_x": (left + right) / 2, "disc_front_y": top, "disc_back_y": bottom, "canal_back_y": bottom + 18.0}
            gray = _gray(data / "axial_looking" / row["picture"])
            _write(out / Path(row["picture"]).stem, Volume(gray[None], np.diag([pixel, pixel, SLICE_MM, 1.0])), box(at))


def write_both(data: Path, out: Path) -> None:
    """Stacks with an axial slice through each disc."""
    engine, slices, rng = Engine.default(grading=False), list(points()), np.random.default_rng(0)
    for path in sorted((data / "spider" / "t2_space").glob("*SPACE.nii.gz"))[:STACKS]:
        series = read_study(path, roles="T2").series[0]
        found = engine.localize(read_study(path, roles="T2_SPACE"))
        through = int(np.abs(series.volume.directions[0]).argmax())
        affine, middle = series.volume.affine_lps.copy(), (np.array(series.volume.size) - 1) / 2
        center = series.volume.index_to_lps(middle)
        affine[:3, through] *= STEP_MM / series.volume.spacing_mm[through]
        affine[:3, 3] = center - affine[:3, :3] @ middle
        for disc in found.discs[:5]:
            study = out / f"{path.name.split('.')[0]}_{disc.level}"
            picture, at = slices[int(rng.integers(len(slices)))]
            roi = RoiBox(np.array([center[0], *disc.roi.center_lps_mm[1:]]), disc.roi.axes_lps, disc.roi.size_mm)
            axial = np.eye(4)
            axial[:3, :3] = roi.axes_lps * [PIXEL_MM, PIXEL_MM, SLICE_MM]
            own = np.array([at["middle_x"], box(at).center_lps_mm[1], 0.0])
            axial[:3, 3] = roi.center_lps_mm - roi.axes_lps @ own
            _write(study, Volume(_gray(data / FOLDER / picture)[None], axial), roi)
            write_volume(Volume(series.volume.array, affine), study / "T2.nii.gz")


def main() -> None:
    """Write all three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="REAL")
    arguments = parser.parse_args()
    write_axial(arguments.data, arguments.output / "axial")
    write_held(arguments.data, arguments.output / "held")
    write_both(arguments.data, arguments.output / "both")


if __name__ == "__main__":
    main()
