"""Radiomics of a disc's middle sagittal slice, cut along the disc's own axes: the same whatever the series' geometry.

A stack, a thick-sliced series and a single slice give the same table, so that what was learned on one kind serves on
the others; and with pixels of one size and one intensity scale, textures mean the same on every scanner.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from discgrader.grading.view import Reference, ViewShape
from discgrader.imaging.resample import sample
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.labels import disc_label
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import Parameters

PATCH = ViewShape(rows=72, columns=120, pixel_mm=0.5)
"""Disc with room around it for the filters."""

LEAST_PIXELS = 30
SCALE = 100.0
"""Standard deviations of the spine's signal become hundreds, as the published normalization has them."""

_CLASSES = ("firstorder", "glcm", "glrlm", "glszm", "gldm")
SETTINGS = {"binWidth": 15, "force2D": True, "voxelArrayShift": 500, "label": 1}


def parameters(images: Iterable[str] = ("Original", "Wavelet"), classes: Iterable[str] = _CLASSES) -> Parameters:
    """What is measured: shape in the slice, and these classes on these kinds of images."""
    return Parameters.from_mapping(
        {
            "imageType": {name: {} for name in images},
            "featureClass": {"shape2D": None} | dict.fromkeys(classes),
            "setting": dict(SETTINGS),
        }
    )


def patch(
    volume: Volume, segmentation: Volume, box: RoiBox, index_from_sacrum: int, reference: Reference
) -> tuple[Volume, Volume]:
    """Picture and mask of the disc's middle sagittal slice, shape (1, rows, columns), in the box's own axes.

    Parameters
    ----------
    volume : Volume
        The series.
    segmentation : Volume
        Labels as in `Localization.segmentation`, in the same patient coordinates.
    reference : Reference
        Of the series, from `discgrader.grading.view.spine_reference`.
    """
    points = PATCH.points_lps(box)
    values = sample(volume, points, order=1, cval=np.nan)
    inside = np.isfinite(values)
    picture = np.where(inside, (np.nan_to_num(values) - reference.level) / reference.spread * SCALE, 0.0)
    mask = (sample(segmentation, points, order=0) == disc_label(index_from_sacrum)) & inside
    affine = np.diag([PATCH.pixel_mm, PATCH.pixel_mm, PATCH.pixel_mm, 1.0])
    return Volume(picture[None].astype(np.float64), affine), Volume(mask[None].astype(np.uint8), affine)


def slice_features(extractor: RadiomicsExtractor, picture: Volume, mask: Volume) -> np.ndarray:
    """Features in the order of ``extractor.parameters.feature_names()``; NaN for all where hardly any disc is seen."""
    if mask.array.sum() < LEAST_PIXELS:
        return np.full(len(extractor.parameters.feature_names()), np.nan)
    return extractor.extract(picture, mask, 1).values


@cache
def default_extractor(threads: int = 1) -> RadiomicsExtractor:
    """The extractor of all features of `parameters`; its cache is of no use here, each patch being filtered once."""
    from discgrader.radiomics.cache import FilterCache

    return RadiomicsExtractor(parameters(), FilterCache(limit_bytes=0, threads=1), threads)
