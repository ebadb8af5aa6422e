"""How often a box is refused for fitting no disc: on real discs, moved by a few millimeters or turned, and off them.

    python Testing/benchmarks/off_disc.py ../shared/data -o RUN

Discs are those that the localizer finds on the first sagittal pictures of SPIDER, Sudirman and the T2_SPACE stacks of
SPIDER. ``RUN/off_disc.csv`` has a row for each way of moving boxes: how many there were, and how many were refused.
A few minutes on one core.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from discgrader.errors import DiscGraderError
from discgrader.imaging.study_reader import read_study
from discgrader.localize.box import RoiBox
from discgrader.localize.box_fit import off_disc
from discgrader.localize.disc import Localization
from discgrader.localize.labels import disc_label
from discgrader.localize.localizer import Localizer
from discgrader.packs.pack import LOCALIZER, default_packs

PICTURES = (
    ("spider/midsagittal/*_t2.nii.gz", 30),
    ("sudirman_sagittal/images/*", 25),
    ("spider/t2_space/*_t2_SPACE.nii.gz", 4),
)
AS_FOUND, UNSEGMENTED = "as found", "its disc not segmented"
ON_VERTEBRA, BEHIND, IN_FRONT = "on the vertebra between", "40 mm behind", "45 mm in front"

Tried = tuple[str, RoiBox, Localization]


def moved(box: RoiBox, by_mm: tuple[float, float, float] = (0.0, 0.0, 0.0), turned_deg: float = 0.0) -> RoiBox:
    """A box moved along its own axes (across, back, up) and turned about the one across."""
    angle = np.radians(turned_deg)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    center = box.center_lps_mm + box.axes_lps @ np.array(by_mm)
    return RoiBox(center, box.axes_lps @ turn, box.size_mm)


def on_discs(box: RoiBox) -> Iterator[tuple[str, RoiBox]]:
    """A disc's box as found, and as a reader may want it, none of which is to be refused."""
    yield AS_FOUND, box
    for mm in (3.0, 5.0):
        yield f"up {mm:g} mm", moved(box, (0, 0, mm))
        yield f"down {mm:g} mm", moved(box, (0, 0, -mm))
    for mm in (5.0, 8.0):
        yield f"forward {mm:g} mm", moved(box, (0, -mm, 0))
        yield f"back {mm:g} mm", moved(box, (0, mm, 0))
    for degrees in (-15.0, -10.0, 10.0, 15.0):
        yield f"turned {degrees:g}°", moved(box, turned_deg=degrees)


def without(found: Localization, index_from_sacrum: int) -> Localization:
    """As if the network had missed a disc."""
    array = found.segmentation.array.copy()
    array[array == disc_label(index_from_sacrum)] = 0
    return replace(found, segmentation=found.segmentation.with_array(array))


def tried(found: Localization) -> Iterator[Tried]:
    """All boxes of one picture."""
    for disc in found.discs:
        for what, box in on_discs(disc.roi):
            yield what, box, found
        yield UNSEGMENTED, disc.roi, without(found, disc.index_from_sacrum)
        yield BEHIND, moved(disc.roi, (0, 40.0, 0)), found
        yield IN_FRONT, moved(disc.roi, (0, -45.0, 0)), found
    for lower, upper in zip(found.discs, found.discs[1:]):
        middle = (lower.roi.center_lps_mm + upper.roi.center_lps_mm) / 2
        yield ON_VERTEBRA, replace(lower.roi, center_lps_mm=middle), found


def main() -> None:
    """Judge the boxes of all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of all data sets")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    localizer = Localizer(next(pack for pack in default_packs() if pack.system == LOCALIZER))
    files = [path for pattern, count in PICTURES for path in sorted(arguments.data.glob(pattern))[:count]]
    count: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for number, path in enumerate(files, 1):
        try:
            found = localizer.localize(read_study(path), margin_mm=10.0, lowest_disc=None)
        except DiscGraderError as error:
            print(f"{path.name}: {error}")
            continue
        for what, box, where in tried(found):
            count[what] += 1
            refused[what] += bool(off_disc(box, where.segmentation))
        print(f"{number} of {len(files)}: {path.name}", flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    with open(arguments.output / "off_disc.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("boxes", "count", "refused"))
        table.writerows((what, count[what], refused[what]) for what in count)
    for what in count:
        print(f"{what:26} {refused[what]:4} of {count[what]} refused")


if __name__ == "__main__":
    main()
