"""Pictures as a network was not trained on them: faults of the examination, of the file and of the place, put into
usual ones.

Each change takes a `DiscInStudy` and gives another, or None where it cannot be made of it. Amounts are drawn so that a
reader would notice; they were set by eye.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from discgrader.imaging.resample import sample
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import Label, is_disc

Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class DiscInStudy:
    """A disc of a study; ``other`` is the same patient in the other contrast, where there is one."""

    study: Study
    localization: Localization
    disc: Disc
    other: DiscInStudy | None = None

    def with_pictures(self, change: Callable[[Series], np.ndarray]) -> DiscInStudy:
        """The same with the intensities of each series changed."""
        series = tuple(
            replace(series, volume=series.volume.with_array(change(series).astype(np.float32)))
            for series in self.study.series
        )
        return replace(self, study=replace(self.study, series=series))

    def with_roi(self, roi: RoiBox) -> DiscInStudy:
        """The same with the disc's box elsewhere."""
        disc = replace(self.disc, roi=roi)
        discs = tuple(disc if each is self.disc else each for each in self.localization.discs)
        return replace(self, disc=disc, localization=replace(self.localization, discs=discs))


Change = Callable[[DiscInStudy, Random], DiscInStudy | None]


def near(shown: DiscInStudy, reach_mm: float = 100.0) -> DiscInStudy:
    """The same with pictures that reach no farther from the disc than this, which are changed the faster."""
    return replace(
        shown,
        study=replace(
            shown.study,
            series=tuple(
                replace(series, volume=_part(series.volume, shown.disc.roi.center_lps_mm, reach_mm))
                for series in shown.study.series
            ),
        ),
    )


def _part(volume: Volume, center_lps_mm: np.ndarray, reach_mm: float) -> Volume:
    middle, reach = volume.lps_to_index(center_lps_mm), reach_mm / np.asarray(volume.spacing_mm, float)
    low = np.clip(np.floor(middle - reach).astype(int), 0, np.array(volume.size) - 1)
    high = np.clip(np.ceil(middle + reach).astype(int) + 1, low + 1, np.array(volume.size))
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.index_to_lps(low.astype(float))
    (i, j, k), (after_i, after_j, after_k) = low, high
    return Volume(np.ascontiguousarray(volume.array[k:after_k, j:after_j, i:after_i]), affine)


def _axes(series: Series) -> tuple[tuple[int, int], np.ndarray]:
    """The array's axes within a slice, and the distance of voxels along every axis of the array."""
    through = 2 - int(np.abs(series.volume.directions[0 if series.plane is Plane.SAGITTAL else 2]).argmax())
    first, second = (axis for axis in range(3) if axis != through)
    return (first, second), np.asarray(series.volume.spacing_mm, float)[::-1]


def _span(array: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(array[::2, ::2] if array.shape[0] > 2 else array, [0.02, 0.99])
    return float(low), float(max(high - low, 1e-6))


def blurred(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A disc out of focus."""
    width = rng.uniform(1.3, 2.6)

    def change(series: Series) -> np.ndarray:
        within, spacing = _axes(series)
        return ndimage.gaussian_filter(
            series.volume.array.astype(float), [width / spacing[k] if k in within else 0 for k in range(3)]
        )

    return shown.with_pictures(change)


def noisy(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A disc under much noise."""
    share = rng.uniform(0.12, 0.35)

    def change(series: Series) -> np.ndarray:
        array = series.volume.array.astype(float)
        low, span = _span(array)
        return np.hypot(
            array - low + rng.normal(0, share * span, array.shape), rng.normal(0, share * span, array.shape)
        )

    return shown.with_pictures(change)


def moved(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """Ghosts along one direction, as of motion while phases are encoded."""
    along, away, strength = int(rng.integers(2)), rng.uniform(5, 18), rng.uniform(0.3, 0.55)

    def change(series: Series) -> np.ndarray:
        within, spacing = _axes(series)
        array, axis = series.volume.array.astype(float), within[along]
        step = max(1, round(away / spacing[axis]))
        ghosts = sum(
            share * (np.roll(array, n * step, axis) + np.roll(array, -n * step, axis))
            for n, share in ((1, 1.0), (2, 0.5))
        )
        return (1 - strength) * ndimage.gaussian_filter1d(array, 0.8 / spacing[axis], axis) + strength * ghosts / 3

    return shown.with_pictures(change)


def coarse(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A disc in large pixels."""
    edge = rng.uniform(2.2, 3.8)

    def change(series: Series) -> np.ndarray:
        within, spacing = _axes(series)
        array = series.volume.array.astype(float)
        steps = [max(1, round(edge / spacing[k])) if k in within else 1 for k in range(3)]
        for axis, step in enumerate(steps):
            array = ndimage.uniform_filter1d(array, step, axis)
            array = np.repeat(np.take(array, range(step // 2, array.shape[axis], step), axis), step, axis)
        # Blocks may end before the picture does, or behind it.
        shape = series.volume.array.shape
        missing = [(0, max(0, wanted - there)) for there, wanted in zip(array.shape, shape, strict=True)]
        return np.pad(array, missing, mode="edge")[tuple(map(slice, shape))]

    return shown.with_pictures(change)


def inverted(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A disc with bright and dark exchanged."""
    return shown.with_pictures(lambda series: float(np.max(series.volume.array)) - series.volume.array.astype(float))


def clipped(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A window so narrow that much is black and white."""
    low_share, high_share = rng.uniform(0.35, 0.5), rng.uniform(0.62, 0.78)

    def change(series: Series) -> np.ndarray:
        array = series.volume.array.astype(float)
        seen = array[array > _span(array)[0]]
        low, high = np.quantile(seen if seen.size else array, [low_share, high_share])
        return np.clip((array - low) / max(high - low, 1e-6), 0, 1) * 255

    return shown.with_pictures(change)


def shaded(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """Brightness that falls off within the disc's surroundings, as beside a surface coil out of place."""
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.045, 0.08)

    def change(series: Series) -> np.ndarray:
        within, spacing = _axes(series)
        array = series.volume.array.astype(float)
        center = shown.disc.roi.center_lps_mm
        middle = series.volume.lps_to_index(center)[::-1]
        ramp = sum(
            (np.arange(array.shape[axis]) - middle[axis]).reshape([-1 if k == axis else 1 for k in range(3)])
            * spacing[axis]
            * way
            for axis, way in zip(within, (np.cos(angle), np.sin(angle)), strict=True)
        )
        low, _ = _span(array)
        return (array - low) * np.exp(np.clip(ramp * strength, -4, 4))

    return shown.with_pictures(change)


def cropped(shown: DiscInStudy, rng: Random) -> DiscInStudy | None:
    """The picture ends within what the network sees."""
    side, rest = int(rng.integers(4)), rng.uniform(9.0, 14.0) + 6.0 * rng.random()
    roi = shown.disc.roi

    def change(series: Series) -> Series | None:
        axes = [roi.axes_lps[:, 1], roi.axes_lps[:, 2] if series.plane is Plane.SAGITTAL else roi.axes_lps[:, 0]]
        way = axes[side % 2] * (1 if side < 2 else -1)
        volume = series.volume
        axis = int(np.abs(volume.directions.T @ way).argmax())
        edge = volume.lps_to_index(roi.center_lps_mm + rest * way)[axis]
        ahead = volume.directions[:, axis] @ way > 0
        count = volume.size[axis]
        keep = (0, int(np.clip(edge, 2, count))) if ahead else (int(np.clip(edge, 0, count - 2)), count)
        if keep[1] - keep[0] < 4:
            return None
        parts = [slice(None)] * 3
        parts[2 - axis] = slice(*keep)
        affine, start = volume.affine_lps.copy(), np.zeros(3)
        start[axis] = keep[0]
        affine[:3, 3] = volume.index_to_lps(start)
        return replace(series, volume=Volume(np.ascontiguousarray(volume.array[tuple(parts)]), affine))

    series = tuple(changed for series in shown.study.series if (changed := change(series)) is not None)
    whole = len(series) == len(shown.study.series)
    return replace(shown, study=replace(shown.study, series=series)) if whole else None


def _scaled(shown: DiscInStudy, factor: float) -> DiscInStudy:
    def grown(volume: Volume) -> Volume:
        affine = volume.affine_lps.copy()
        affine[:3] *= factor
        return Volume(volume.array, affine)

    def disc(each: Disc) -> Disc:
        roi = replace(each.roi, center_lps_mm=each.roi.center_lps_mm * factor, size_mm=each.roi.size_mm * factor)
        return replace(each, roi=roi, center_lps_mm=each.center_lps_mm * factor, height_mm=each.height_mm * factor)

    own = {each: disc(each) for each in shown.localization.discs}
    series = tuple(replace(series, volume=grown(series.volume)) for series in shown.study.series)
    found = replace(shown.localization, discs=tuple(own.values()), segmentation=grown(shown.localization.segmentation))
    return replace(shown, study=replace(shown.study, series=series), localization=found, disc=own[shown.disc])


def too_small(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """As a cervical spine, or a spacing that is wrong."""
    return _scaled(shown, rng.uniform(0.45, 0.65))


def too_large(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A box as of a much larger disc."""
    return _scaled(shown, rng.uniform(1.5, 2.0))


def elsewhere(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """Other anatomy: in front of the spine, behind it, or half way to the next disc."""
    roi = shown.disc.roi
    along, up = ((rng.choice([-1, 1]) * rng.uniform(40, 55), 0.0), (0.0, rng.choice([-1, 1]) * rng.uniform(14, 20)))[
        int(rng.integers(2))
    ]
    return shown.with_roi(
        replace(roi, center_lps_mm=roi.center_lps_mm + along * roi.axes_lps[:, 1] + up * roi.axes_lps[:, 2])
    )


def turned(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """A box turned away from its disc."""
    roi, angle = shown.disc.roi, np.radians(rng.choice([-1, 1]) * rng.uniform(50, 180))
    across, along, up = roi.axes_lps.T
    axes = [across, np.cos(angle) * along + np.sin(angle) * up, -np.sin(angle) * along + np.cos(angle) * up]
    return shown.with_roi(replace(roi, axes_lps=np.stack(axes, axis=1)))


def operated(shown: DiscInStudy, rng: Random) -> DiscInStudy:
    """Signal voids of metal with bright rims beside the disc and behind it, and the space behind the canal filled."""
    roi = shown.disc.roi
    voids = [
        (rng.choice([-1, 1]) * rng.uniform(8, 16), rng.uniform(-8, 14), rng.uniform(6, 11))
        for _ in range(int(rng.integers(1, 3)))
    ]
    laminectomy = rng.random() < 0.6

    def change(series: Series) -> np.ndarray:
        array = series.volume.array.astype(float)
        low, span = _span(array)
        local = _local(series.volume, roi)
        for up, along, radius in voids:
            place = (0.0, along, up if series.plane is Plane.SAGITTAL else 0.0)
            away = np.sqrt((((local - place) / [2.5, 1.0, 0.7]) ** 2).sum(-1))
            array = np.where(away < radius, low, np.where(away < radius + 2.5, array + 0.7 * span, array))
        if laminectomy:
            away = np.sqrt((((local - [0.0, 38.0, 0.0]) / [1.5, 1.0, 1.6]) ** 2).sum(-1))
            array = np.where(away < 11, low + 0.9 * span, array)
        return array

    return shown.with_pictures(change)


def _local(volume: Volume, roi: RoiBox) -> np.ndarray:
    """Where the voxels lie from a box, shape of the array and 3."""
    return roi.to_local(_positions_lps(volume))


def as_other_contrast(shown: DiscInStudy, rng: Random) -> DiscInStudy | None:
    """T1 given as T2, or T2 as T1."""
    if shown.other is None:
        return None
    series = tuple(
        replace(series, contrast=own.contrast)
        for series, own in zip(shown.other.study.series, shown.study.series, strict=True)
    )
    return replace(shown.other, study=replace(shown.other.study, series=series))


def without_fat(shown: DiscInStudy, rng: Random) -> DiscInStudy | None:
    """Fat-suppressed: marrow dark, and what is brightest around the spine."""
    share = rng.uniform(0.15, 0.4)

    def change(series: Series) -> np.ndarray:
        array = series.volume.array.astype(float)
        low, span = _span(array)
        labels = _labels(shown, series)
        fat = (labels == Label.VERTEBRA) | ((labels == Label.NOTHING) & (array > low + 0.45 * span))
        within, _ = _axes(series)
        fat = ndimage.binary_opening(fat, np.ones([3 if axis in within else 1 for axis in range(3)], bool))
        return np.where(fat, low + share * (array - low), array)

    return shown.with_pictures(change) if shown.localization.segmentation.array.any() else None


def as_ct(shown: DiscInStudy, rng: Random) -> DiscInStudy | None:
    """The spine in Hounsfield units: bone bright with a brighter rim, disc and muscle gray, fat dark."""
    wide = rng.random() < 0.5

    def change(series: Series) -> np.ndarray:
        array = series.volume.array.astype(float)
        low, span = _span(array)
        labels = _labels(shown, series)
        bone = labels == Label.VERTEBRA
        _, spacing = _axes(series)
        depth = ndimage.distance_transform_edt(bone, sampling=spacing)
        density = np.where(array > low + 0.5 * span, -90.0, np.where(array < low + 0.03 * span, -900.0, 45.0))
        density = np.where(bone, np.where(depth < 2.0, 520.0, 190.0), density)
        density = np.where(labels == Label.CANAL, 20.0, np.where(is_disc(labels), 85.0, density))
        density = ndimage.gaussian_filter(
            density, [0.5 / step_mm if array.shape[axis] > 1 else 0 for axis, step_mm in enumerate(spacing)]
        )
        density += rng.normal(0, 25.0, array.shape)
        return density if wide else np.clip((density + 160) / 400, 0, 1) * 255

    return shown.with_pictures(change) if shown.localization.segmentation.array.any() else None


def _labels(shown: DiscInStudy, series: Series) -> np.ndarray:
    """The segmentation in a series' geometry."""
    volume, found = series.volume, shown.localization.segmentation
    if found.array.shape == volume.array.shape and np.allclose(found.affine_lps, volume.affine_lps):
        return found.array
    return sample(found, _positions_lps(volume), order=0)


def _positions_lps(volume: Volume) -> np.ndarray:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in volume.array.shape), indexing="ij")[::-1], axis=-1)
    return volume.index_to_lps(index)


CHANGES: Mapping[str, Change] = {
    "blurred": blurred,
    "noise": noisy,
    "motion": moved,
    "coarse": coarse,
    "inverted": inverted,
    "clipped": clipped,
    "shaded": shaded,
    "cropped": cropped,
    "too small": too_small,
    "too large": too_large,
    "other place": elsewhere,
    "turned": turned,
    "post-operative": operated,
    "T1 as T2, T2 as T1": as_other_contrast,
    "fat-suppressed": without_fat,
    "CT": as_ct,
}
"""Every change by name."""
