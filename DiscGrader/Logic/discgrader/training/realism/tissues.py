"""Measures of a sagittal picture by which the phantom's tissues are held against real ones."""

import numpy as np
from scipy import ndimage

from discgrader.imaging.study import Series
from discgrader.localize.disc import Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.labels import Label, is_disc

BEHIND_MM, IN_FRONT_MM = 45.0, 35.0
"""How far behind the canal and in front of the vertebrae other tissue is looked at."""


def tissue_measures(series: Series, found: Localization) -> dict[str, float]:
    """Intensities and their spread on the middle slice, relative to vertebral marrow, and how sharp and grainy it is.

    Tissues are those of the localizer's segmentation, on real and digital pictures alike.

    Returns
    -------
    ``disc``, ``canal``, ``behind``, ``in front``
        Median intensity relative to the vertebrae's.
    ``vertebra spread``, ``disc spread``, ``canal spread``, ``behind spread``, ``in front spread``
        Distance between the quartiles relative to the vertebrae's median.
    ``differing vertebrae``
        Deviation of the vertebrae's medians relative to their mean, along the spine.
    ``grain``
        Median difference of neighboring pixels inside the vertebrae, relative to their median.
    ``edge``
        Median steepness at the border of vertebra and disc, per mm, relative to the vertebrae's median.

    A measure is missing where its tissue is not seen.
    """
    if not found.discs:
        return {}
    frames, labels = sagittal_frames(series.volume).volume, sagittal_frames(found.segmentation).volume.array
    middle = np.mean([disc.center_lps_mm for disc in found.discs], axis=0)
    index = int(np.clip(round(float(frames.lps_to_index(middle)[2])), 0, len(labels) - 1))
    picture, label = frames.array[index].astype(float), labels[index]
    column_mm, row_mm, _ = frames.spacing_mm
    vertebra, canal, disc = (label > Label.NOTHING) & (label < Label.CANAL), label == Label.CANAL, is_disc(label)
    inner = ndimage.binary_erosion(vertebra, iterations=max(1, round(2.0 / row_mm)))
    if inner.sum() < 100 or not disc.any() or not canal.any():
        return {}
    marrow = float(np.median(picture[inner]))
    if marrow <= 0:
        return {}
    behind, in_front = _around(vertebra, canal, BEHIND_MM / column_mm, IN_FRONT_MM / column_mm)
    regions = {
        "vertebra": inner,
        "disc": ndimage.binary_erosion(disc),
        "canal": canal,
        "behind": behind,
        "in front": in_front,
    }
    measures = {}
    for name, region in regions.items():
        if region.sum() < 50:
            continue
        low, median, high = np.quantile(picture[region], [0.25, 0.5, 0.75]) / marrow
        measures[f"{name} spread"] = float(high - low)
        if name != "vertebra":
            measures[name] = float(median)
    bodies, count = ndimage.label(inner)
    sizes = ndimage.sum(inner, bodies, range(1, count + 1))
    medians = [float(np.median(picture[bodies == 1 + n])) for n in np.nonzero(sizes > 0.3 * np.max(sizes))[0]]
    measures["differing vertebrae"] = float(np.std(medians) / np.mean(medians))
    beside = inner[:, 1:] & inner[:, :-1]
    measures["grain"] = float(np.median(np.abs(np.diff(picture, axis=1)[beside])) / marrow)
    border = ndimage.binary_dilation(vertebra) & ndimage.binary_dilation(disc)
    steepness = np.hypot(*np.gradient(picture, row_mm, column_mm))[border]
    if len(steepness):
        measures["edge"] = float(np.median(steepness) / marrow)
    return measures


def _around(vertebra: np.ndarray, canal: np.ndarray, behind: float, in_front: float) -> tuple[np.ndarray, np.ndarray]:
    """Masks behind the canal and in front of the vertebrae, so many columns deep, row by row; columns run to the
    back."""
    columns = np.arange(vertebra.shape[1])
    last = np.where(canal.any(1), vertebra.shape[1] - 1 - canal[:, ::-1].argmax(1), vertebra.shape[1])[:, None]
    first = np.where(vertebra.any(1), vertebra.argmax(1), -1)[:, None]
    return (columns > last) & (columns <= last + behind), (columns < first) & (columns >= first - in_front)
