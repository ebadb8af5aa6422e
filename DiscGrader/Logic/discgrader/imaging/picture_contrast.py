"""The contrast of a series, recognized from its images alone.

A small network for each plane looks at up to five slices (`picture_network`, weights in the
pack ``contrast``; recipe ``discgrader train contrast``). Whether a T2 is a three-dimensional one (SPACE) is decided by
the distance between its slices, where that is known, and else by the picture.

``Testing/benchmarks/contrast_from_picture.py`` states how often the answer is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.flat_picture import channels, flat_pictures, slice_axis_of
from discgrader.imaging.picture_network import PictureNetwork, picture_network, planes_with_network
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.tissue_network import TissueNetwork
from discgrader.imaging.volume import Volume

SURE = 0.8
"""How probable a contrast must be to be reported."""
_SURE_OF_STIR = 0.9
"""The same of STIR: T2 of slim people with well-hydrated discs comes close to it."""
KEYS = (Contrast.T1, Contrast.T2, Contrast.STIR, Contrast.T2_SPACE, Contrast.OTHER)
"""The contrasts that a picture is given probabilities of."""

_THIN_MM = 1.6
"""Between the slices of 3D T2 (about 1 mm) and those of 2D spin echo (3 mm or more). No measurement is on record."""

_MORE_SLICES = 0.3
"""Five slices count as 5 ** 0.3 = 1.6; see `together`."""


@dataclass(frozen=True)
class PictureContrast:
    """The contrast of an image, recognized from it alone.

    Parameters
    ----------
    probabilities : mapping of Contrast to float
        Of T1, T2, STIR (T2 with fat suppression), T2_SPACE and OTHER (another sequence, T1 with fat suppression and the
        fat part of a Dixon series among them, or no spine on MR at all); sum 1.
    contrast : Contrast
        The most probable one; ``Contrast.UNKNOWN`` where it is not clear.
    probability : float
        Of the most probable one.
    """

    probabilities: Mapping[Contrast, float]
    contrast: Contrast
    probability: float


def picture_contrast(volume: Volume, plane: Plane) -> PictureContrast:
    """The contrast of a series.

    Parameters
    ----------
    volume : Volume
        Any scaling of its values.
    plane : Plane
        That of its slices. Nothing can be told of planes that no network ships for (coronal ones among them), nor of
        pictures smaller than 60 mm or of one value.

    Raises
    ------
    PackError
        When the networks' pack is missing or altered.
    """
    seen = seen_of(volume, plane) if plane.value in planes_with_network() else []
    if not seen:
        return PictureContrast(dict.fromkeys(KEYS, 1 / len(KEYS)), Contrast.UNKNOWN, 1 / len(KEYS))
    return classified(picture_network(plane.value), seen, slice_distance_mm(volume, plane))


def seen_of(volume: Volume, plane: Plane) -> list[np.ndarray]:
    """What a network sees of the slices, each of shape (2, rows, columns); none where nothing can be told."""
    found = [channels(*picture) for picture in flat_pictures(volume, plane)]
    return [picture for picture in found if picture is not None]


def slice_distance_mm(volume: Volume, plane: Plane) -> float | None:
    """Distance between slices; None of a single slice whose header says 1.6 mm or less, as it may be of any
    thickness."""
    across = slice_axis_of(volume, plane)
    spacing = float(volume.spacing_mm[across])
    return None if volume.size[across] == 1 and spacing <= _THIN_MM else spacing


def classified(
    network: PictureNetwork | TissueNetwork, seen: list[np.ndarray], distance_mm: float | None
) -> PictureContrast:
    """What a network makes of what it sees, the slices' distance in mm (None where it is not known) considered."""
    logits = np.stack([network.logits(picture) for picture in seen])
    found = together(logits) if isinstance(network, TissueNetwork) else mean_logits(logits)
    return concluded(found / network.temperature, network.classes, distance_mm)


def together(logits: np.ndarray) -> np.ndarray:
    """What the axial slices of a series say together: their mean, counted more the more of them tell something.

    Slices of one series err alike in part, so that five count as one and a half rather than as five: of real slices,
    put together by five, that gave no wrong answer (``Testing/benchmarks/axial_contrast.py``).
    """
    telling = np.isfinite(logits).all(axis=1).sum()
    return mean_logits(logits) * max(telling, 1) ** _MORE_SLICES


def mean_logits(logits: np.ndarray) -> np.ndarray:
    """The mean over the slices of a series that tell something, shape (classes,); of one without any, zeros."""
    telling = logits[np.isfinite(logits).all(axis=1)]
    return telling.mean(axis=0) if len(telling) else np.zeros(logits.shape[1])


def concluded(logits: np.ndarray, classes: tuple[str, ...], distance_mm: float | None) -> PictureContrast:
    """The answer that calibrated logits, shape (classes,), and the slices' distance give."""
    shares = np.exp(logits - logits.max())
    shares = shares / shares.sum()
    probabilities = dict.fromkeys(KEYS, 0.0)
    for name, share in zip(classes, shares, strict=True):
        probabilities[Contrast(name)] += float(share)
    probabilities = _by_distance(probabilities, distance_mm)
    best = max(probabilities, key=lambda contrast: probabilities[contrast])
    sure = probabilities[best] >= (_SURE_OF_STIR if best is Contrast.STIR else SURE)
    return PictureContrast(probabilities, best if sure else Contrast.UNKNOWN, probabilities[best])


def _by_distance(probabilities: dict[Contrast, float], distance_mm: float | None) -> dict[Contrast, float]:
    """Thick slices are never T2 SPACE, and a T2 of thin ones is."""
    if distance_mm is None:
        return probabilities
    both = probabilities[Contrast.T2] + probabilities[Contrast.T2_SPACE]
    thin = distance_mm <= _THIN_MM
    return probabilities | {Contrast.T2: 0.0 if thin else both, Contrast.T2_SPACE: both if thin else 0.0}
