"""Widths, overhang and height index of a made spine, upright and tilted, in volumes of any voxels."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.canal.sagittal import LabelShares, SagittalMeasures, measure_sagittal
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.localize.labels import Label, disc_label

HEIGHT, BODY, DEPTH = 10.0, 26.0, 34.0
"""Height of the disc and of the vertebrae, and their depth, mm."""


def rotation(tilt_deg: float) -> np.ndarray:
    """Axes of a box that is tilted about the way to the left, as columns."""
    tilt = np.deg2rad(tilt_deg)
    back, up = np.array([0.0, np.cos(tilt), np.sin(tilt)]), np.array([0.0, -np.sin(tilt), np.cos(tilt)])
    return np.stack([np.array([1.0, 0.0, 0.0]), back, up], axis=1)


def spine(
    sac_mm: float = 14.0,
    waist_mm: float = 14.0,
    overhang_mm: float = 0.0,
    tilt_deg: float = 0.0,
    lean_deg: float = 0.0,
    spacing: tuple[float, float, float] = (4.0, 0.6, 0.6),
    below: bool = True,
) -> tuple[Volume, Disc]:
    """Labels of two vertebrae with their arches, a disc and a sac behind them, and the disc.

    The sac begins 3 mm behind the bodies and is ``sac_mm`` deep, at the disc ``waist_mm``, being narrowed from behind;
    it leans back by ``lean_deg`` against the vertebrae. The arches begin 1 mm behind the sac.
    """
    sizes = tuple(int(extent / step) for extent, step in zip((24.0, 130.0, 130.0), spacing, strict=True))
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = -(np.array(sizes) - 1) / 2 * spacing
    i, j, k = np.meshgrid(*(np.arange(size) for size in sizes), indexing="ij")
    points = np.stack([i, j, k], -1) @ affine[:3, :3] + affine[:3, 3]
    x, y, z = np.moveaxis(points @ rotation(tilt_deg), -1, 0)
    labels = np.zeros(x.shape, np.uint16)
    back = y + np.tan(np.deg2rad(lean_deg)) * z
    for sign in (1, -1) if below else (1,):
        inside = (sign * z > HEIGHT / 2) & (sign * z < HEIGHT / 2 + BODY) & (np.abs(y) < DEPTH / 2)
        arch = (np.abs(sign * z - 22.0) < 8.0) & (back > DEPTH / 2 + 4.0 + sac_mm) & (back < DEPTH / 2 + 12.0 + sac_mm)
        labels[inside | arch] = Label.VERTEBRA
    depth = np.where(np.abs(z) < 6.0, waist_mm, sac_mm)
    labels[(back > DEPTH / 2 + 3.0) & (back < DEPTH / 2 + 3.0 + depth)] = Label.CANAL
    labels[(np.abs(z) < HEIGHT / 2) & (np.abs(y) < DEPTH / 2)] = disc_label(2)
    labels[(np.abs(z) < 3.0) & (y >= 0) & (y < DEPTH / 2 + overhang_mm)] = disc_label(2)
    axes = rotation(tilt_deg)
    box = RoiBox(axes @ np.array([0.0, 10.0, 0.0]), axes, np.array([40.0, 56.0, 30.0]))
    disc = Disc(2, "L4-L5", np.zeros(3), HEIGHT, DEPTH, 40.0, box)
    return Volume(np.ascontiguousarray(labels.transpose(2, 1, 0)), affine), disc


def measured(*arguments: object, **options: object) -> SagittalMeasures:
    volume, disc = spine(*arguments, **options)
    return measure_sagittal(LabelShares.of(volume), disc)


@pytest.mark.parametrize("tilt", [0.0, 25.0])
@pytest.mark.parametrize("spacing", [(4.0, 0.6, 0.6), (1.0, 1.0, 1.0), (4.4, 0.4, 0.4)])
def test_widths_are_those_of_the_made_spine(tilt: float, spacing: tuple[float, float, float]) -> None:
    found = measured(sac_mm=14.0, waist_mm=9.0, tilt_deg=tilt, spacing=spacing)
    assert found.sac_width_mm == pytest.approx(9.0, abs=0.5)
    assert found.canal_width_mm == pytest.approx(18.0, abs=1.0)
    assert found.height_index == pytest.approx(HEIGHT / BODY, abs=0.04)


@pytest.mark.parametrize("overhang", [0.0, 2.5, 6.0])
def test_overhang_is_measured_from_the_vertebrae_and_as_a_share(overhang: float) -> None:
    found = measured(sac_mm=14.0, waist_mm=14.0, overhang_mm=overhang)
    assert found.overhang_mm == pytest.approx(overhang, abs=0.6)
    assert found.overhang_share == pytest.approx(overhang / 17.0, abs=0.04)


def test_the_sac_is_measured_square_to_its_course() -> None:
    lean = 30.0
    found = measured(sac_mm=14.0, waist_mm=14.0, lean_deg=lean)
    assert found.sac_width_mm == pytest.approx(14.0 * np.cos(np.deg2rad(lean)), abs=0.4)


def test_a_disc_without_a_whole_vertebra_below_is_measured_by_the_one_above() -> None:
    assert measured(below=False).height_index == pytest.approx(HEIGHT / BODY, abs=0.04)


def test_a_box_beside_the_middle_of_the_canal_finds_it() -> None:
    volume, disc = spine(sac_mm=14.0, waist_mm=9.0)
    moved = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + np.array([5.0, 0.0, 0.0]))
    found = measure_sagittal(LabelShares.of(volume), replace(disc, roi=moved))
    assert found.sac_width_mm == pytest.approx(9.0, abs=0.5)


def test_without_labels_nothing_is_measured() -> None:
    volume, disc = spine()
    empty = volume.with_array(np.zeros_like(volume.array))
    found = measure_sagittal(LabelShares.of(empty), disc)
    assert all(np.isnan(value) for value in vars(found).values())


def test_without_a_canal_the_disc_is_measured_all_the_same() -> None:
    volume, disc = spine()
    found = measure_sagittal(
        LabelShares.of(volume.with_array(np.where(volume.array == Label.CANAL, 0, volume.array))), disc
    )
    assert np.isnan(found.sac_width_mm) and found.height_index == pytest.approx(HEIGHT / BODY, abs=0.04)
