"""Writes axial T2 slices of the Sudirman set as studies with the box of the disc that each shows, for batch to grade.

    python Testing/sudirman_studies.py ../shared/data -o STUDIES
    discgrader batch STUDIES -o OUT --rois rois --sheets --system axial-multitask --system msu

The pictures have neither geometry nor levels. Pixels are taken to be 0.6875 mm wide, as of a usual field of view of
220 mm, slices 4 mm thick, and each disc is called L4-L5. The 17 slices are those that show a disc on T2; where its
front, its back and the canal's back lie was set by eye to about 2 mm, in pixels of the whole picture.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from discgrader.imaging.files import write_volume
from discgrader.imaging.volume import Volume
from discgrader.localize.box import EDGE_MM, RoiBox
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.report.rois import SUFFIX, write_roi
from PIL import Image

POINTS = Path(__file__).parent / "reference" / "sudirman_axial_points.csv"
FOLDER = "sudirman_axial"
PIXEL_MM, SLICE_MM = 0.6875, 4.0
LEVEL = "L4-L5"
WIDTH_MM, HEIGHT_MM = 50.0, 8.0
"""Of a usual disc, which the slices do not show."""


def points() -> Iterator[tuple[str, dict[str, float]]]:
    """Each picture's name and the hand-set positions on it, in mm from the middle of its first pixel."""
    with open(POINTS, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            picture = row.pop("picture")
            yield picture, {name.removesuffix("_px"): float(value) * PIXEL_MM for name, value in row.items()}


def box(at: Mapping[str, float]) -> RoiBox:
    """The box as finding makes it: from before the disc to behind the canal."""
    front, back = at["disc_front_y"] - EDGE_MM, at["canal_back_y"] + EDGE_MM
    center = np.array([at["middle_x"], (front + back) / 2, 0.0])
    return RoiBox(center, np.eye(3), np.array([WIDTH_MM, back - front, HEIGHT_MM + 2 * DEFAULT_MARGIN_MM]))


def write_studies(data: Path, out: Path) -> list[Path]:
    """Write ``out/<picture>/AX_T2.nii.gz`` and ``rois/L4-L5.mrk.json`` of every slice with points; give the studies."""
    written = []
    for picture, at in points():
        study = out / Path(picture).stem
        (study / "rois").mkdir(parents=True, exist_ok=True)
        with Image.open(data / FOLDER / picture) as stored:
            gray = np.asarray(stored.convert("L"))
        write_volume(Volume(gray[None], np.diag([PIXEL_MM, PIXEL_MM, SLICE_MM, 1.0])), study / "AX_T2.nii.gz")
        write_roi(study / "rois" / f"{LEVEL}{SUFFIX}", LEVEL, box(at))
        written.append(study)
    return written


def main() -> None:
    """Write the studies and say where they are."""
    parser = argparse.ArgumentParser(description="Write axial slices of the Sudirman set as studies for batch.")
    parser.add_argument("data", type=Path, metavar="DATA", help=f"the folder that holds {FOLDER}")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the studies go")
    arguments = parser.parse_args()
    print(f"{len(write_studies(arguments.data, arguments.output))} studies are in {arguments.output}.")


if __name__ == "__main__":
    main()
