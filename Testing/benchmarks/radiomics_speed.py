"""How fast radiomics is, as ratios to stock pyradiomics measured in the same run.

    python Testing/benchmarks/radiomics_speed.py            # also part of make bench
    python Testing/benchmarks/radiomics_speed.py --stock-discs 1 --repeats 3

Two sequences: a real stack with its masks, where the data lies beside the project, and a T2 of 512 x 512 x 15 voxels
from the digital phantom. Stock is what pyradiomics does for each disc by itself: normalize, filter all of the volume,
take the features. Wall-clock seconds tell what a user waits, processor seconds what was computed, which matters where
the machine has other work to do.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from discgrader.imaging.files import read_volume
from discgrader.imaging.resample import grid, sample
from discgrader.imaging.volume import Volume
from discgrader.radiomics.box import Box
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.filters import filter_work
from discgrader.radiomics.gray_levels import discretize
from discgrader.radiomics.parameters import content_1218, parameters_1218
from discgrader.radiomics.preprocess import prepare
from discgrader.radiomics.roi import find_roi
from discgrader.radiomics.shape import shape_features
from discgrader.radiomics.texture import Textures

STACK = Path(__file__).resolve().parents[3] / "shared" / "data" / "spider" / "t2_space" / "162_t2_SPACE"
FLOOR_NOTE = (
    "The floor is ITK's recursive filter: 45 passes over the volume for five Laplacians, of which the box around the "
    "discs needs about half; the discs themselves take less than half of the time."
)


@dataclass(frozen=True)
class Spent:
    """Wall-clock and processor seconds."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:8.3f} s {self.processor:8.3f} s"


def spent(work: Callable[[], object], repeats: int = 1) -> Spent:
    """The least that a piece of work took."""
    wall, processor = [], []
    for _ in range(repeats):
        began, computed = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - computed)
    return Spent(min(wall), min(processor))


def phantom_case() -> tuple[Volume, Volume]:
    """The phantom's T2 and its mask, resampled in plane to 512 x 512 pixels."""
    from discgrader.phantom.study import make_study

    made = make_study(seed=1, series=("T2",))
    volume = made.study.series[0].volume
    labels = made.labels[made.study.series[0].name]
    pixel = float(max(volume.size[:2] * volume.spacing_mm[:2])) / 512
    center = volume.index_to_lps((np.array(volume.size) - 1) / 2)
    axes = volume.directions[:, ::-1]
    spacing = np.array([volume.spacing_mm[2], pixel, pixel])
    points = grid(center, axes, (volume.array.shape[0], 512, 512), spacing)
    affine = np.eye(4)
    affine[:3, :3] = volume.directions * spacing[::-1]
    affine[:3, 3] = points[0, 0, 0]
    picture = np.round(sample(volume, points)).astype(np.int16)
    return Volume(picture, affine), Volume(sample(labels, points, order=0), affine)


def discs_of(mask: Volume) -> list[int]:
    """Labels of the discs in view, those of which there is only a rest left out."""
    labels, counts = np.unique(mask.array[mask.array > 200], return_counts=True)
    return [int(label) for label, count in zip(labels, counts, strict=True) if count > 300]


def stock(volume: Volume, mask: Volume, labels: list[int]) -> Spent | None:
    """What pyradiomics takes for a disc, the mean of these; None where it is not installed."""
    try:
        from radiomics import featureextractor
    except ImportError:
        return None
    import logging
    import warnings

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    extractor = featureextractor.RadiomicsFeatureExtractor(content_1218())
    image, region = volume.to_sitk(), mask.with_array(mask.array.astype(np.int32)).to_sitk()
    total = spent(lambda: [extractor.execute(image, region, label=label) for label in labels])
    return Spent(total.wall / len(labels), total.processor / len(labels))


def cold(volume: Volume, mask: Volume, labels: list[int]) -> RadiomicsExtractor:
    """All discs of a sequence that was never seen before."""
    extractor = RadiomicsExtractor()
    extractor.start(volume, mask.array > 200)
    for label in labels:
        extractor.extract(volume, mask, label)
    return extractor


def peak_memory(volume: Volume, mask: Volume) -> float:
    """Megabytes of a process that takes the features of all discs, Python and libraries included."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        np.savez(case, array=volume.array, mask=mask.array, affine=volume.affine_lps)
        process = subprocess.Popen([sys.executable, __file__, "--alone", str(case)])
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit("taking the features in a process of its own failed")
    return used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def print_stages(volume: Volume, mask: Volume, label: int) -> None:
    """Where the time goes, each stage alone in one thread."""
    parameters = parameters_1218()
    box = Box.around(mask.array > 200)
    prepared = prepare(volume, parameters.settings, None)
    print(f"    {'normalizing':<34}{spent(lambda: prepare(volume, parameters.settings, None))}")
    images = {}
    for image_type in parameters.image_types:
        work = list(filter_work(prepared, image_type, box))
        made = spent(lambda work=work: [images.update(one()) for one in work])
        print(f"    {f'filtering, {image_type.name}':<34}{made}")
    roi = find_roi(mask, label, parameters.settings)
    textures = Textures(roi)
    print(f"    {'finding neighbors':<34}{spent(lambda: textures.find_neighbors([parameters.settings]))}")
    print(f"    {'shape':<34}{spent(lambda: shape_features(roi.mask, roi.spacing_mm))}")
    where = Box(roi.low, tuple(low + size for low, size in zip(roi.low, roi.mask.shape, strict=True)))
    values = [roi.values(image[where.slices(box.low)]) for image in images.values()]
    settings = parameters.settings
    print(f"    {'gray levels, 14 images':<34}{spent(lambda: [discretize(value, settings) for value in values])}")
    for family, names in parameters.texture_features():
        work = [(value, settings, ((family, names),)) for value in values]
        print(f"    {f'{family}, 14 images':<34}{spent(lambda work=work: [textures.features(*one) for one in work])}")


def bench(title: str, volume: Volume, mask: Volume, stock_discs: int, repeats: int) -> None:
    """Print the figures of one sequence."""
    labels = discs_of(mask)
    sizes = [int((mask.array == label).sum()) for label in labels]
    print(f"\n{title}: {' x '.join(map(str, volume.size))} voxels, {len(labels)} discs of {min(sizes)} to {max(sizes)}")
    print(f"    {'':<34}{'wall':>10} {'processor':>10}")
    reference = stock(volume, mask, labels[:stock_discs])
    all_discs = spent(lambda: cold(volume, mask, labels), min(repeats, 3))
    extractor = cold(volume, mask, labels)
    label = labels[int(np.argmax(sizes))]
    moved = mask.with_array(np.roll(mask.array == label, 2, axis=1).astype(np.uint8))
    again = spent(lambda: extractor.extract(volume, moved, 1), repeats)
    three = spent(lambda: [extractor.extract(volume, moved, 1) for _ in range(3)], repeats)
    if reference is None:
        print("    pyradiomics is not installed, so that there is no ratio to it")
    else:
        print(f"    {'pyradiomics, a disc':<34}{reference}")
        ratio = Spent(
            reference.wall * len(labels) / all_discs.wall, reference.processor * len(labels) / all_discs.processor
        )
    print(f"    {'DiscGrader, all discs from cold':<34}{all_discs}")
    if reference is not None:
        print(f"    {'ratio for the study':<34}{ratio.wall:8.1f} x {ratio.processor:8.1f} x")
    print(f"    {'moved box, largest disc':<34}{again}")
    print(f"    {'the same on three sequences':<34}{three}")
    print(f"    {'filtered images':<34}{extractor.cache.nbytes / 2**20:8.0f} MB")
    print(f"    {'largest process':<34}{peak_memory(volume, mask):8.0f} MB")
    print("  stages, one thread")
    print_stages(volume, mask, label)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock-discs", type=int, default=2, help="how many discs pyradiomics works on (default: 2)")
    parser.add_argument("--repeats", type=int, default=5, help="how often short work is measured (default: 5)")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        with np.load(options.alone) as case:
            volume = Volume(case["array"], case["affine"])
            mask = volume.with_array(case["mask"])
        cold(volume, mask, discs_of(mask))
        return
    print("Radiomics, 1218 features")
    if STACK.with_name(f"{STACK.name}.nii.gz").is_file():
        volume, _ = read_volume(STACK.with_name(f"{STACK.name}.nii.gz"))
        mask, _ = read_volume(STACK.with_name(f"{STACK.name}_mask.nii.gz"))
        bench("A real stack", volume, mask, options.stock_discs, options.repeats)
    else:
        print(f"no real stack ({STACK.name}) beside the project")
    bench("The phantom's T2", *phantom_case(), options.stock_discs, options.repeats)
    print(f"\n{FLOOR_NOTE}")


if __name__ == "__main__":
    main()
