"""A small, made-up study result for tests of everything that shows or writes results.

The spine is a stack of blocks, so that a picture of it can be checked by eye and by arithmetic.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.levels import level_name

SPACING_MM = (1.0, 1.0, 4.0)
SIZE = (140, 210, 11)
PITCH_MM = 35.0
DISC_MM = np.array([40.0, 34.0, 10.0])
VERTEBRA_MM = np.array([40.0, 34.0, 25.0])
CANAL_OFFSET_MM = 26.0
PFIRRMANN_LABELS = ("I", "II", "III", "IV", "V")

INTENSITY = {
    Contrast.T2: {"muscle": 60, "vertebra": 190, "canal": 520, "disc": (420, 340, 250, 160, 80)},
    Contrast.T1: {"muscle": 90, "vertebra": 300, "canal": 70, "disc": (150, 150, 140, 130, 120)},
}


@dataclass(frozen=True)
class _Place:
    """Where a disc or vertebra sits and how it leans, in LPS."""

    center: np.ndarray
    axes: np.ndarray


def _place(position: float) -> _Place:
    """A place along the spine's curve; discs at 1, 2, …, vertebrae halfway between them."""
    height = (position - 3.0) * PITCH_MM
    front = 10.0 * np.cos(height / 60.0)
    lean = np.arctan(-10.0 / 60.0 * np.sin(height / 60.0))
    # Forward is -y in LPS; a spine that runs forward as it rises has an upward axis that leans forward.
    up = np.array([0.0, -np.sin(lean), np.cos(lean)])
    across = np.array([1.0, 0.0, 0.0])
    return _Place(np.array([0.0, -front, height]), np.stack([across, np.cross(up, across), up], axis=1))


def _affine(left_handed: bool) -> np.ndarray:
    """I to the back, j to the feet, k to the right (or to the left, which makes it left-handed), in LPS."""
    directions = np.array([[0.0, 0.0, 1.0 if left_handed else -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine = np.eye(4)
    affine[:3, :3] = directions * SPACING_MM
    middle = (np.array(SIZE) - 1) / 2
    affine[:3, 3] = -affine[:3, :3] @ middle + np.array([3.0, 4.0, 0.0])
    return affine


@cache
def _points(left_handed: bool) -> np.ndarray:
    """LPS of every voxel, shape (K, J, I, 3)."""
    affine = _affine(left_handed)
    k, j, i = np.meshgrid(*(np.arange(n) for n in SIZE[::-1]), indexing="ij")
    return np.stack([i, j, k], axis=-1) @ affine[:3, :3].T + affine[:3, 3]


def _inside(points: np.ndarray, place: _Place, size: np.ndarray) -> np.ndarray:
    return np.all(np.abs((points - place.center) @ place.axes) <= size / 2, axis=-1)


@cache
def _labels(left_handed: bool, disc_count: int) -> np.ndarray:
    """The segmentation: 1 vertebra, 100 canal, 200 + index from the sacrum; uint16, shape (K, J, I)."""
    points = _points(left_handed)
    labels = np.zeros(points.shape[:3], np.uint16)
    canal_y = np.interp(
        points[..., 2],
        [_place(p).center[2] for p in np.arange(-1, 8, 0.25)],
        [_place(p).center[1] + CANAL_OFFSET_MM for p in np.arange(-1, 8, 0.25)],
    )
    labels[(np.abs(points[..., 1] - canal_y) <= 7) & (np.abs(points[..., 0]) <= 9)] = 100
    for position in range(disc_count + 1):
        labels[_inside(points, _place(position + 0.5), VERTEBRA_MM)] = 1
    for index in range(1, disc_count + 1):
        labels[_inside(points, _place(index), DISC_MM)] = 200 + index
    return labels


@cache
def _picture(left_handed: bool, contrast: Contrast, disc_count: int) -> np.ndarray:
    labels, values = _labels(left_handed, disc_count), INTENSITY[contrast]
    picture = np.full(labels.shape, values["muscle"], np.int16)
    picture[labels == 1] = values["vertebra"]
    picture[labels == 100] = values["canal"]
    for index in range(1, disc_count + 1):
        picture[labels == 200 + index] = values["disc"][_pfirrmann(index) - 1]
    return picture + np.random.default_rng(0).normal(0, 8, picture.shape).astype(np.int16)


def _pfirrmann(index: int) -> int:
    """Grades fall from V at the sacrum to I."""
    return max(1, 6 - index)


def made_grade(system: str, task: str, grade: str, label: str, scale: tuple[str, ...], evidence: dict) -> Grade:
    others = 0.3 / (len(scale) - 1)
    return Grade(
        system=system,
        task=task,
        grade=grade,
        label=label,
        probabilities={one: 0.7 if one == grade else others for one in scale},
        evidence=evidence,
        pack=f"{system}-blocks",
        pack_version="1.0.0",
        pack_sha256="0" * 64,
        trained_on="made-up blocks, for tests only",
        synthetic=True,
        warnings=("Unlike anything the pack was trained on.",) if (task, grade) == ("pfirrmann", "5") else (),
    )


def made_grades(index: int) -> tuple[Grade, ...]:
    pfirrmann = _pfirrmann(index)
    signal = {"nucleus to CSF": {"value": round(0.9 - 0.15 * pfirrmann, 2), "unit": "", "source": "T2"}}
    high, bulging = int(pfirrmann >= 4), int(pfirrmann >= 3)
    return (
        made_grade("pfirrmann", "pfirrmann", str(pfirrmann), PFIRRMANN_LABELS[pfirrmann - 1], tuple("12345"), signal),
        made_grade("pfirrmann", "high_grade", str(high), ("I–III", "IV–V")[high], ("0", "1"), {}),
        made_grade(
            "spider", "bulging", str(bulging), ("no", "yes")[bulging], ("0", "1"), {"note": "blocks do not bulge"}
        ),
    )


def synthetic_localization(left_handed: bool = False, disc_count: int = 5, margin_mm: float = 10.0) -> Localization:
    """The discs and segmentation of the spine of blocks, found on its T2 series."""
    affine = _affine(left_handed)
    discs = []
    for index in range(1, disc_count + 1):
        place = _place(index)
        # The box reaches back over the canal, so its middle lies behind the disc's.
        box_center = place.center + place.axes[:, 1] * 12.0
        box = RoiBox(box_center, place.axes, np.array([46.0, 64.0, DISC_MM[2] + 2 * margin_mm]))
        width, depth, height = DISC_MM
        discs.append(Disc(index, level_name(index), place.center, height, depth, width, box))
    segmentation = Volume(_labels(left_handed, disc_count).copy(), affine)
    return Localization("T2_sag", segmentation, tuple(discs), ("No sacrum in view; names are nominal.",))


def synthetic_study(left_handed: bool = False, disc_count: int = 5, name: str = "blocks") -> Study:
    """Sagittal T2 and T1 of a spine of blocks."""
    affine = _affine(left_handed)
    series = tuple(
        Series(
            name=f"{contrast.value}_sag",
            volume=Volume(_picture(left_handed, contrast, disc_count).copy(), affine),
            plane=Plane.SAGITTAL,
            contrast=contrast,
            contrast_reason="the file name says so",
            source=(Path(f"{contrast.value}_sag.nii.gz"),),
        )
        for contrast in (Contrast.T2, Contrast.T1)
    )
    return Study(name, series)


def made_saliency(left_handed: bool, disc: Disc) -> Volume:
    """A bump at the disc's back edge, 1 at its highest, zero outside the disc's box."""
    return Volume(_bump(left_handed, disc.roi).copy(), _affine(left_handed))


@cache
def _bump(left_handed: bool, roi: RoiBox) -> np.ndarray:
    points = _points(left_handed)
    inside = roi.contains(points)
    bump = np.zeros(inside.shape, np.float32)
    bump[inside] = np.exp(-0.5 * np.sum((roi.to_local(points[inside]) / (15.0, 9.0, 6.0)) ** 2, axis=-1))
    return bump / bump.max()


def synthetic_result(left_handed: bool = False, disc_count: int = 5, name: str = "blocks") -> StudyResult:
    """A whole result: five discs, three grades each, one saliency map (pfirrmann) for each disc.

    Pfirrmann grades are V at L5-S1, then IV, III, II, I upwards.
    """
    study = synthetic_study(left_handed, disc_count, name)
    localization = synthetic_localization(left_handed, disc_count)
    keys = {disc.level: (disc.level, "pfirrmann", "pfirrmann") for disc in localization.discs}
    return StudyResult(
        study=study,
        localization=localization,
        discs=tuple(DiscResult(disc, made_grades(disc.index_from_sacrum)) for disc in localization.discs),
        saliency={keys[disc.level]: made_saliency(left_handed, disc) for disc in localization.discs},
        saliency_series=dict.fromkeys(keys.values(), study.series[0].name),
        warnings=("Made of blocks; not a patient.",),
        software={"discgrader": "0.0.0"},
    )
