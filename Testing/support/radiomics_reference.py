"""pyradiomics as the reference for the project's radiomics, and volumes to compare the two on."""

import warnings
from collections.abc import Mapping

import numpy as np
import pytest
from discgrader.imaging.volume import Volume
from discgrader.radiomics.extractor import FeatureRow
from scipy import ndimage

RELATIVE = 1e-9
RELATIVE_SHAPE = 1e-6
NEAR_ZERO = 1e-9
"""Below this, rounding is all that there is of a difference."""


def reference_row(content: Mapping, volume: Volume, mask: Volume, label: int = 1) -> dict[str, float]:
    """Features by pyradiomics, whose filters see the whole volume; skips where it is not installed."""
    featureextractor = pytest.importorskip(
        "radiomics.featureextractor", reason="pyradiomics, the reference, is not installed"
    )
    import logging

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    setting = dict(content.get("setting", {}))
    # With resampling, pyradiomics filters a crop; this padding makes it all of the volume.
    setting.setdefault("padDistance", 100_000)
    extractor = featureextractor.RadiomicsFeatureExtractor({**content, "setting": setting})
    extractor.addProvenance(False)
    integers = mask.with_array(mask.array.astype(np.int32))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Means of nothing, which pyradiomics leaves to numpy to complain about.
        warnings.simplefilter("ignore")
        found = extractor.execute(volume.to_sitk(), integers.to_sitk(), label=label)
    return {name: float(value) for name, value in found.items()}


def assert_equal(row: FeatureRow, reference: Mapping[str, float]) -> None:
    """Every feature of the reference has the same value in the row, and what it lacks is a hole."""
    values = row.to_dict()
    assert set(reference) <= set(values)
    assert set(values) - set(reference) <= set(row.holes)
    wrong = []
    for name, expected in reference.items():
        relative = RELATIVE_SHAPE if "_shape" in name else RELATIVE
        if np.isnan(expected):
            if name not in row.holes:
                wrong.append(f"{name}: a value, not a hole")
        elif not abs(values[name] - expected) <= max(relative * abs(expected), NEAR_ZERO):
            wrong.append(f"{name}: {values[name]!r}, not {expected!r}")
    assert not wrong, f"{len(wrong)} of {len(reference)} differ, such as " + "; ".join(wrong[:5])


def textured(shape: tuple[int, int, int] = (14, 26, 31), spacing: tuple = (0.8, 1.1, 2.5), seed: int = 0) -> Volume:
    """A smooth random picture; spacing along i, j, k in mm."""
    values = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.2)
    array = np.round(400 + 900 * values).astype(np.int16)
    return Volume(array, np.diag([*spacing, 1.0]))


def ragged(volume: Volume, seed: int = 0, share: float = 0.35) -> Volume:
    """A mask of one ragged region, with a hole and a notch, that does not touch the border."""
    values = ndimage.gaussian_filter(np.random.default_rng(seed + 100).normal(size=volume.array.shape), 2.0)
    inside = np.zeros(volume.array.shape, bool)
    inner = tuple(slice(2, -2) if size > 6 else slice(None) for size in inside.shape)
    inside[inner] = values[inner] > np.quantile(values[inner], 1 - share)
    pieces, count = ndimage.label(inside, np.ones((3, 3, 3)))
    largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:]) if count else 1
    return volume.with_array((pieces == largest).astype(np.uint8))
