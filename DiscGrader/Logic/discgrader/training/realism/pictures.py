"""Digital sagittal pictures beside real ones: measures of their tissues, and contact sheets for the eye."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from discgrader.grading.windows import pictured
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.labels import Label, is_disc
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.render import render
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.study import draw_blocks, make_study
from discgrader.report.contact_sheet import grid, stacked
from discgrader.training.spider import SpiderImage, read_corrected, spider_corrections

BEHIND_MM, IN_FRONT_MM = 45.0, 35.0
"""How far behind the canal and in front of the vertebrae other tissue is looked at."""

TILE = 320
"""Pixels of a picture's longer side on a sheet."""

GAP = 6
AXIAL_FOLDER = "sudirman_axial"
AXIAL_DISCS = 3


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


def sagittal_sheet(
    images: Sequence[SpiderImage], seeds: Sequence[int], role: str, columns: int = 6
) -> Image.Image | None:
    """Rows of real slices of a sequence above rows of digital ones; None where the data set has none of it."""
    own = [one for one in images if one.sequence == role]
    if not own:
        return None
    chosen = [own[round(position)] for position in np.linspace(0, len(own) - 1, min(len(own), len(seeds)))]
    corrections = spider_corrections()
    real = [_middle(read_corrected(one, corrections)[0]) for one in chosen]
    digital = [_middle(make_study(seed, series=(role,), middle_slices=1).study.series[0].volume) for seed in seeds]
    return sheet(real, digital, columns)


def axial_sheet(folder: Path, seeds: Sequence[int], columns: int = 6) -> Image.Image | None:
    """Rows of real axial pictures above rows of digital ones; None where ``folder`` has none."""
    files = sorted(folder.glob("*.png"))
    if not files:
        return None
    chosen = [files[round(position)] for position in np.linspace(0, len(files) - 1, min(len(files), len(seeds)))]
    real = [np.asarray(Image.open(path).convert("L"), float) for path in chosen]
    return sheet(real, [_axial(seed) for seed in seeds], columns)


def sheet(real: Sequence[np.ndarray], digital: Sequence[np.ndarray], columns: int = 6) -> Image.Image:
    """Gray pictures, shape (rows, columns) each, on one sheet: the real above, a white line, the digital below."""
    parts = [grid([_tile(one) for one in pictures], columns, 0, "black") for pictures in (real, digital)]
    return stacked(parts, GAP // 2, "white")


def _tile(picture: np.ndarray) -> Image.Image:
    gray = Image.fromarray(np.round(pictured(picture) * 255).astype(np.uint8))
    gray.thumbnail((TILE - GAP, TILE - GAP))
    tile = Image.new("L", (TILE, TILE))
    tile.paste(gray)
    return tile


def _middle(volume: Volume) -> np.ndarray:
    """The middle sagittal slice on square pixels, head up and front to the left."""
    frames = sagittal_frames(volume).volume
    picture = frames.array[len(frames.array) // 2].astype(float)
    column_mm, row_mm, _ = frames.spacing_mm
    size = (picture.shape[1], max(1, round(picture.shape[0] * row_mm / column_mm)))
    return np.asarray(Image.fromarray(picture.astype(np.float32)).resize(size, Image.Resampling.BILINEAR), float)


def _axial(seed: int) -> np.ndarray:
    """A digital axial slice through one of the three lowest discs, front up."""
    anatomy = Anatomy(SpineParameters.draw(seed))
    block = draw_blocks(anatomy)[seed % AXIAL_DISCS]
    return render(anatomy, block.only_middle(1), seed).array[0].astype(float)
