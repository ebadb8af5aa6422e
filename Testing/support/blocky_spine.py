"""A spine of plain boxes with its own perfect segmentation, in any geometry: what tests of finding discs start from."""

from dataclasses import dataclass, replace

import numpy as np
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import find_candidates
from discgrader.localize.disc import Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.localizer import disc_of, label_volume
from discgrader.localize.naming import name_candidates
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation

STEP_MM = 34.0
DISC_HEIGHT_MM = 9.0
DEPTH_MM = 36.0


@dataclass(frozen=True, eq=False)
class BlockySpine:
    """Class of every voxel, the picture, and the true disc centres in LPS mm from the sacrum upwards."""

    classes: Volume
    series: Series
    centers_lps_mm: np.ndarray

    @property
    def study(self) -> Study:
        """A study of this one series."""
        return Study("blocky", (self.series,))

    def noisy(self, deviation: float = 12.0) -> "BlockySpine":
        """The same spine in a picture with noise of this standard deviation."""
        volume = self.series.volume
        noise = np.random.default_rng(1).normal(0, deviation, volume.array.shape).astype(np.float32)
        return replace(self, series=replace(self.series, volume=volume.with_array(volume.array + noise)))

    def segmentation(self) -> Segmentation:
        """What a perfect network would give."""
        frames = sagittal_frames(self.classes)
        one_hot = np.stack([frames.volume.array == value for value in range(4)]).astype(np.float32)
        column_mm, row_mm, _ = frames.volume.spacing_mm
        return Segmentation(frames, one_hot, (row_mm, column_mm))


def blocky_spine(
    discs: int = 6,
    tilt_deg: float = 0.0,
    slices: int = 9,
    slice_mm: float = 4.0,
    below_mm: float = 50.0,
    lowest_depth_mm: float = DEPTH_MM,
    without: tuple[int, ...] = (),
    pixel_mm: float = 1.0,
) -> BlockySpine:
    """A straight spine, tilted as a whole in the sagittal plane.

    Parameters
    ----------
    discs : int
        How many, counted from the lowest.
    tilt_deg : float
        By how much the spine leans backwards.
    below_mm : float
        Distance from the lowest disc to the lower edge of the picture.
    lowest_depth_mm : float
        Extent of the lowest disc from front to back.
    without : tuple of int
        Indices from the sacrum of discs that are painted as vertebra, as if fused.
    """
    angle = np.radians(tilt_deg)
    up = np.array([0.0, np.sin(angle), np.cos(angle)])
    back = np.array([0.0, np.cos(angle), -np.sin(angle)])
    rows, columns = int((discs * STEP_MM + below_mm + 20) / pixel_mm), int(220 / pixel_mm)
    affine = np.eye(4)
    affine[:3, 0] = [0, pixel_mm, 0]
    affine[:3, 1] = [0, 0, -pixel_mm]
    affine[:3, 2] = [slice_mm, 0, 0]
    affine[:3, 3] = [-slice_mm * (slices - 1) / 2, -110.0, (rows - 1) * pixel_mm]
    k, j, i = np.meshgrid(np.arange(slices), np.arange(rows), np.arange(columns), indexing="ij")
    points = np.stack([i, j, k], -1) @ affine[:3, :3].T + affine[:3, 3]
    lowest = np.array([0.0, -10.0, below_mm])
    along, height = (points - lowest) @ back, (points - lowest) @ up
    lateral = np.abs(points[..., 0]) <= 22
    classes = np.zeros(points.shape[:3], np.uint8)
    classes[(np.abs(along - DEPTH_MM / 2 - 10) <= 7) & (np.abs(points[..., 0]) <= 9)] = CANAL
    body = (np.abs(along) <= DEPTH_MM / 2) & lateral & (height > 0)
    classes[body & (height < discs * STEP_MM - 6)] = VERTEBRA
    centers = []
    for number in range(1, discs + 1):
        depth = lowest_depth_mm if number == 1 else DEPTH_MM
        inside = (
            (np.abs(height - (number - 1) * STEP_MM) <= DISC_HEIGHT_MM / 2) & (np.abs(along) <= depth / 2) & lateral
        )
        if number in without:
            continue
        classes[inside] = DISC
        centers.append(lowest + (number - 1) * STEP_MM * up)
    signal = np.array([40.0, 180.0, 120.0, 400.0])[classes].astype(np.float32)
    series = Series("sag_t2", Volume(signal, affine), Plane.SAGITTAL, Contrast.T2, "made so")
    return BlockySpine(Volume(classes, affine), series, np.array(centers))


def localized(spine) -> Localization:
    segmentation = spine.segmentation()
    candidates, labels = find_candidates(segmentation)
    naming = name_candidates(candidates)
    return Localization(
        spine.series.name,
        label_volume(segmentation, naming.discs, labels, spine.series.volume),
        tuple(disc_of(disc, 10.0) for disc in naming.discs),
        naming.warnings,
    )
