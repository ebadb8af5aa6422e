"""Contact sheets of real and digital pictures side by side, for the eye."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from discgrader.grading.windows import pictured
from discgrader.localize.frames import sagittal_frames
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.render import render
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.study import draw_blocks, make_study
from discgrader.report.contact_sheet import grid, stacked
from discgrader.training.spider import SpiderImage, read_corrected, spider_corrections

TILE = 320
"""Pixels of a picture's longer side on a sheet."""

GAP = 6
AXIAL_FOLDER = "sudirman_axial"
AXIAL_DISCS = 3


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


def _middle(volume) -> np.ndarray:
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
