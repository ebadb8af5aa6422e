"""How often the contrast of real axial slices is told from the picture, alone and put together by five.

    python Testing/benchmarks/axial_contrast.py DIR

DIR holds ``sudirman_axial`` and ``axial_looking``; no network of axial pictures learnt from either. Slices are put
together within one set, and of Sudirman's within what is likely one patient or one group of patients.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from discgrader.imaging.picture_contrast import concluded, seen_of, together
from discgrader.imaging.picture_network import picture_network
from discgrader.imaging.study import Plane
from discgrader.training.contrast.pool import axial_pictures, axial_png

_DRAWS = 300


def slices(folder: Path) -> dict[tuple[str, str], list[np.ndarray]]:
    """By whose they are and contrast, what the network sees of each slice."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for one in axial_pictures(folder):
        found.setdefault((one.patient, one.contrast), []).append(one.seen)
    with (folder / "axial_looking" / "discs.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            volume = axial_png(folder / "axial_looking" / row["picture"], float(row["pixel_mm_estimated"]))
            found.setdefault(("axial_looking", "T2"), []).extend(seen_of(volume, Plane.AXIAL))
    return found


def main() -> None:
    network, random = picture_network("axial"), np.random.default_rng(0)

    def answer(logits: np.ndarray) -> str:
        return str(concluded(together(logits) / network.temperature, network.classes, 4.0).contrast)

    for (whose, contrast), seen in slices(Path(sys.argv[1])).items():
        logits = np.stack([network.logits(one) for one in seen])
        alone = Counter(answer(logit[None]) for logit in logits)
        fives = Counter()
        if len(seen) >= 5:
            fives.update(answer(logits[random.choice(len(seen), 5, replace=False)]) for _ in range(_DRAWS))
        print(f"{whose}, {contrast}: of {len(seen)} slices {dict(alone)}; of {_DRAWS} fives {dict(fives)}")


if __name__ == "__main__":
    main()
