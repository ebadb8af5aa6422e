"""No measure, crop or picture depends on what is added to all voxels, nor on the scale: z-scored images are graded
alike."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from blocky_spine import BlockySpine, blocky_spine, localized
from discgrader.grading.evidence import measure_disc
from discgrader.grading.view import ViewShape, cut, pictured, spine_reference
from discgrader.imaging.files import clean
from discgrader.imaging.picture_contrast import picture_contrast
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.pipeline.crops import box_volume
from discgrader.report.pictures import crop_picture, slice_picture

Change = Callable[[np.ndarray], np.ndarray]

CHANGES: dict[str, Change] = {
    "below zero": lambda array: array - 1000,
    "far above zero": lambda array: array + 3000,
    "z-scored": lambda array: (array - array.mean()) / array.std(),
    "0 to 1": lambda array: array / array.max(),
    "tiny": lambda array: array * 2.0**-10,
}


@pytest.fixture(scope="module")
def spine() -> BlockySpine:
    """A spine of blocks in noise, with air around it."""
    spine = blocky_spine()
    random = np.random.default_rng(2)
    array = np.abs(spine.series.volume.array + random.normal(0, 9, spine.series.volume.array.shape))
    array[:, :, :6] = 0.0
    return replace(
        spine, series=replace(spine.series, volume=Volume(array.astype(np.float32), spine.series.volume.affine_lps))
    )


def changed(series: Series, name: str) -> Series:
    array = CHANGES[name](series.volume.array.astype(np.float64)).astype(np.float32)
    return replace(series, volume=Volume(array, series.volume.affine_lps))


def seen(series: Series, spine: BlockySpine) -> dict[str, np.ndarray]:
    """All that is taken of a series before networks and forests see it."""
    localization = localized(spine)
    disc = localization.discs[1]
    shape = ViewShape()
    reference = spine_reference(series.volume, localization.segmentation, shape.points_lps(disc.roi))
    crop = cut(series, localization.segmentation, disc.roi, disc.index_from_sacrum, reference, shape)
    values = sample(series.volume, shape.points_lps(disc.roi), cval=np.nan)
    box = box_volume(series.volume, disc.roi)
    return {
        "measures": np.array(list(measure_disc(series, localization.segmentation, disc).values())),
        "crop": crop.channels,
        "window": pictured(values[None]),
        "box": (box.array - box.array.min()) / np.ptp(box.array),
        "report": crop_picture(series, disc.roi).pixels / 255,
        "slice": slice_picture(series, [disc.roi]).pixels / 255,
        "contrast": np.array(list(picture_contrast(series.volume, Plane.SAGITTAL).probabilities.values())),
    }


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_added_or_multiplied_changes_nothing_that_is_seen(spine: BlockySpine, name: str) -> None:
    plain, other = seen(spine.series, spine), seen(changed(spine.series, name), spine)
    assert np.isfinite(plain["measures"]).sum() >= 8
    for what, values in plain.items():
        assert other[what] == pytest.approx(values, abs=6e-3, nan_ok=True), what


def test_nothing_is_taken_off_images_as_scanners_write_them() -> None:
    random = np.random.default_rng(0)
    array = random.integers(0, 800, (5, 60, 60))
    array[:, :20] = 0
    one = Volume(array.astype(np.uint16), np.eye(4))
    assert one.no_signal == 0.0
    assert one.with_array(array.astype(np.float32) - 1024).no_signal == -1024.0


def test_padding_far_below_is_not_what_stands_for_no_signal() -> None:
    array = np.random.default_rng(0).integers(0, 800, (5, 90, 90)).astype(np.float32)
    array[:, :30] = 0
    array[0, 40, 40] = -32768
    assert Volume(array, np.eye(4)).no_signal == 0.0


@pytest.mark.parametrize("padding", [-2000, -32768, 32767])
def test_padding_is_set_to_the_lowest_value_with_a_word(padding: int) -> None:
    random = np.random.default_rng(0)
    array = random.integers(0, 800, (5, 90, 90)).astype(np.int16)
    array[:, :20] = padding
    found, warnings = clean(Volume(array, np.eye(4)), "t2")
    assert found.array.dtype == np.int16 and (found.array[:, :20] == 0).all()
    assert np.array_equal(found.array[:, 20:], array[:, 20:])
    [warning] = warnings
    assert warning == f"9000 voxels of t2 are padding ({padding}); they were set to 0."


@pytest.mark.parametrize("dark", [0, 150, 390])
def test_what_is_dark_or_masked_is_no_padding(dark: int) -> None:
    array = np.random.default_rng(0).integers(dark, 800, (5, 90, 90)).astype(np.int16)
    array[:, :40] = 0
    found, warnings = clean(Volume(array, np.eye(4)), "t2")
    assert np.array_equal(found.array, array) and warnings == ()


def test_labels_are_no_padding() -> None:
    labels = np.zeros((5, 90, 90), np.uint16)
    labels[:, 40:60, 40:60] = np.random.default_rng(0).integers(201, 209, (5, 20, 20))
    found, warnings = clean(Volume(labels, np.eye(4)), "mask")
    assert np.array_equal(found.array, labels) and warnings == ()
