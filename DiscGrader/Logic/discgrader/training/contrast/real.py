"""The real pictures that the recipe ``contrast`` learns from, each on a grid of 1.5 mm."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume
from discgrader.imaging.flat_picture import channels, flat_pictures
from discgrader.imaging.picture_contrast import slice_distance_mm
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from discgrader.training.spider import read_corrected, spider_corrections, spider_images, sudirman_slices

FINE_MM = 1.5
SHAPE = (200, 200)
_AXIAL_PIXEL_MM = 0.6875
_AXIAL_T2 = frozenset({2, 4, 8, 10, 14, 16, 20, 22, 24, 28, 34, 36, 40, 42, 50, 60, 66, 70, 72, 74, 78})
_AXIAL_PATIENT_A = frozenset({2, 8, 34, 40, 72, 74})
_AXIAL_PATIENT_B = frozenset({0, 6, 10, 14, 20, 44, 46, 50, 52, 56})
"""Of Sudirman's axial slices, whose files say neither: the contrast as seen (is the thecal sac bright or dark?), and
which are of one patient by the shape of the back; the others are taken for one more, though they are of several."""


@dataclass(frozen=True, eq=False)
class RealPicture:
    """One slice of one patient.

    Parameters
    ----------
    patient : str
        Unique over all sets.
    contrast : str
        ``T1``, ``T2`` or ``T2_SPACE``.
    picture : ndarray, shape (200, 200)
        Pixels of 1.5 mm, head (in axial ones front) up, float32.
    known : ndarray, shape (200, 200)
        Which pixels the slice reaches.
    seen : ndarray, shape (2, rows, columns)
        What a network sees of the slice as it lies in its file.
    distance_mm : float or None
        Between the slices of its series, where it is known.
    source : str
        The file's name.
    """

    patient: str
    contrast: str
    picture: np.ndarray
    known: np.ndarray
    seen: np.ndarray
    distance_mm: float | None
    source: str


def sagittal_pictures(data_dir: Path, progress: Progress) -> list[RealPicture]:
    """Slices of SPIDER and, where it is there, of Sudirman's set; up to five of each stack."""
    made: list[RealPicture] = []
    corrections = spider_corrections()
    spider = spider_images(data_dir)
    for number, image in enumerate(spider):
        progress.report("Reading pictures", number / (2 * len(spider)), image.path.name)
        volume, _ = read_corrected(image, corrections)
        made += _pictures(volume, f"spider {image.patient}", image.sequence, image.path.name)
    slices = sudirman_slices(data_dir)
    for number, slice_ in enumerate(slices):
        progress.report("Reading pictures", 0.5 + number / (2 * len(slices)), slice_.path.name)
        volume, _ = read_volume(slice_.path)
        made += _pictures(volume, f"sudirman {slice_.patient}", slice_.sequence, slice_.path.name)
    return made


def axial_pictures(data_dir: Path) -> list[RealPicture]:
    """Sudirman's axial slices, whose contrast and likely patient were told by eye."""
    folder = data_dir / "sudirman_axial"
    if not folder.is_dir():
        raise StudyError(f"The axial slices are missing: expected {folder}.")
    made = []
    for path in sorted(folder.glob("axial_*.png")):
        number = int(path.stem.rpartition("_")[2])
        group = "A" if number in _AXIAL_PATIENT_A else "B" if number in _AXIAL_PATIENT_B else "C"
        made += _pictures(
            axial_png(path, _AXIAL_PIXEL_MM),
            f"sudirman axial {group}",
            "T2" if number in _AXIAL_T2 else "T1",
            path.name,
            Plane.AXIAL,
        )
    return made


def axial_png(path: Path, pixel_mm: float) -> Volume:
    """An axial picture without geometry, its front up and its right to the left, as a volume of one slice."""
    array = np.asarray(Image.open(path).convert("L"))[None]
    return Volume(array, np.diag([pixel_mm, pixel_mm, 4.0, 1.0]))


def pairs(pictures: Sequence[RealPicture]) -> list[tuple[RealPicture, RealPicture]]:
    """T1 and T2 of each patient who has a single slice of both."""
    found = {(one.patient, one.contrast): one for one in pictures if one.contrast in ("T1", "T2")}
    patients = dict.fromkeys(one.patient for one in pictures)
    return [(found[one, "T1"], found[one, "T2"]) for one in patients if (one, "T1") in found and (one, "T2") in found]


def _pictures(
    volume: Volume, patient: str, contrast: str, source: str, plane: Plane = Plane.SAGITTAL
) -> list[RealPicture]:
    fine, coarse = flat_pictures(volume, plane, FINE_MM, SHAPE), flat_pictures(volume, plane)
    distance = slice_distance_mm(volume, plane)
    return [
        RealPicture(patient, contrast, *one, channels(*other), distance, source)
        for one, other in zip(fine, coarse, strict=True)
    ]
