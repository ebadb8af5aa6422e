"""How well contrasts are told by the picture alone: on patients kept aside, and on other scanners.

    discgrader train contrast --data ../shared/data -o RUN
    python Testing/benchmarks/contrast_from_picture.py ../shared/data RUN

Every series is judged by a network that has not seen its patient, with the temperature that is fitted to these
answers; the pictures of other scanners by the network that ships, which was trained on none of them.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from discgrader.imaging.files import read_volume
from discgrader.imaging.picture_contrast import SURE, concluded, picture_contrast
from discgrader.imaging.study import Plane
from discgrader.progress import Progress
from discgrader.training.contrast.examine import Examined, between_t1_and_t2, calibrated, metrics_of
from discgrader.training.contrast.networks import ContrastRecipe
from discgrader.training.contrast.pool import CLASSES, axial_png
from discgrader.training.contrast.recipe import PLANES, kept_aside, prepared

AXIAL_LOOKING_MM = 0.4
ROUNDS = 20


def on_patients_kept_aside(data: Path, run: Path, recipe: ContrastRecipe) -> None:
    """Metrics on patients that the network did not see."""
    for plane in PLANES:
        found, _ = kept_aside(prepared(recipe, plane, data, run / "work", Progress()), Progress())
        judged = found, CLASSES[plane], calibrated(found)["temperature"]
        print(f"\n{plane.value}, T1 against T2: {json.dumps(between_t1_and_t2(*judged))}")
        print(f"{'kind':20} series  right class  answered  right  other  another contrast")
        for kind, counts in metrics_of(*judged).items():
            wrong = "; ".join(counts["wrong"][:4])
            print(
                f"{kind:20} {{series:6}} {{right_class:12.3f}} {{answered:9.3f}} {{right:6}} {{other:6}} "
                "{another_contrast:6}  ".format(**counts)
                + wrong
            )
        for row in reliability(*judged):
            print("said {low:.2f} to {high:.2f}: {series} real series, right {right:.3f}".format(**row))


def reliability(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> list[dict[str, float]]:
    """How often the most probable class of real series (with fat suppressed ones computed from them) is right, by
    its probability."""
    real = [series for series in found if series.asked.kind.startswith("real")]
    answers = [concluded(series.logits / temperature, classes, series.asked.distance_mm) for series in real]
    shares = np.array([answer.probability for answer in answers])
    right = np.array(
        [
            max(answer.probabilities, key=lambda contrast: answer.probabilities[contrast]) == classes[series.truth]
            for series, answer in zip(real, answers, strict=True)
        ]
    )
    rows = []
    for low, high in ((0.0, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 0.99), (0.99, 1.01)):
        inside = (shares >= low) & (shares < high)
        if inside.any():
            rows.append(
                {
                    "low": low,
                    "high": min(high, 1.0),
                    "series": int(inside.sum()),
                    "right": float(right[inside].mean()),
                    "stated": float(shares[inside].mean()),
                }
            )
    return rows


def other_scanners(data: Path) -> None:
    """What the shipped networks make of volumes and slices that nothing was trained on."""
    volumes = [*sorted((data / "full_width").glob("volume_?.nii.gz")), data / "open_volumes" / "t2_lumbar.nii.gz"]
    for path in volumes:
        print(f"{path.name}: {words(picture_contrast(read_volume(path)[0], Plane.SAGITTAL))}")
    axial = data / "open_volumes" / "axial_t2.nii.gz"
    print(f"{axial.name}: {words(picture_contrast(read_volume(axial)[0], Plane.AXIAL))}")
    slices = sorted((data / "axial_looking").glob("*.png"))
    answers = [picture_contrast(axial_png(path, AXIAL_LOOKING_MM), Plane.AXIAL).contrast for path in slices]
    print(f"axial_looking, {len(slices)} slices of T2: {dict(Counter(map(str, answers)))}")


def words(found: object) -> str:
    """An answer in one line."""
    return f"{found.contrast} " + ", ".join(f"{key} {share:.3f}" for key, share in found.probabilities.items())


def speed(data: Path) -> None:
    """Milliseconds a slice, reading the file and the weights left out."""
    volume, _ = read_volume(next(iter(sorted((data / "spider" / "midsagittal").glob("*.nii.gz")))))
    picture_contrast(volume, Plane.SAGITTAL)
    start = time.process_time()
    for _ in range(ROUNDS):
        picture_contrast(volume, Plane.SAGITTAL)
    print(f"{(time.process_time() - start) / ROUNDS * 1000:.1f} ms of processor time a slice of {volume.size}")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(f"sure means {SURE:g}")
    if len(sys.argv) > 2:
        on_patients_kept_aside(folder, Path(sys.argv[2]), ContrastRecipe())
    other_scanners(folder)
    speed(folder)
