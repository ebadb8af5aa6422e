"""From anatomy and protocol to pictures."""

from collections.abc import Sequence as SequenceOf
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from scipy import ndimage

from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.fields import ramp, stream
from discgrader.phantom.protocol import Protocol, Receiver
from discgrader.phantom.tissues import FAT_TISSUES, Tissue
from discgrader.progress import Progress

FULL_SCALE = 1400.0
"""Stored value of a signal of 1, as on a scanner's images of 12 bits. A round number."""

CEILING = 4095
"""Largest value of 12 bits, as scanners store."""

SPINE_DEPTH_MM = 75.0
"""Depth of the spine below the skin of the back, at which the receiver's gain is 1; set by eye."""

SATURATED = 0.06
"""Signal left in front of the spine under a saturation band; set by eye."""

COARSE = 2
"""Pixels of the belly, away from the spine, are painted this many times as large, which saves time."""


def render(anatomy: Anatomy, protocol: Protocol, seed: int) -> Volume:
    """One series of this anatomy, uint16, 0–4095; the same seed gives the same noise."""
    return render_all(anatomy, [protocol], seed)[0][0]


def render_all(
    anatomy: Anatomy, protocols: SequenceOf[Protocol], seed: int, workers: int = 2, progress: Progress | None = None
) -> list[tuple[Volume, Volume]]:
    """Picture and mask of several series of one anatomy.

    Series that share their voxels are sampled once.

    Parameters
    ----------
    anatomy : Anatomy
        What is in the scanner.
    protocols : sequence of Protocol
        The series.
    seed : int
        Of the noise.
    workers : int
        Threads; the result does not depend on their number.
    progress : Progress
        Notified of each slice, and can stop the work.

    Returns
    -------
    list of (Volume, Volume)
        For each protocol the picture (uint16, 0–4095) and the mask (uint16, `discgrader.localize.labels`).
    """
    groups: list[list[int]] = []
    for number, protocol in enumerate(protocols):
        mates = next((group for group in groups if protocols[group[0]].same_voxels(protocol)), None)
        groups.append([number]) if mates is None else mates.append(number)
    total = sum(protocols[group[0]].size[2] for group in groups)
    results: dict[int, tuple[Volume, Volume]] = {}
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for group in groups:
            mine = [protocols[number] for number in group]
            columns, rows, slices = mine[0].size
            pictures = [np.empty((slices, rows, columns), np.uint16) for _ in mine]
            mask = np.empty((slices, rows, columns), np.uint16)
            made = pool.map(partial(_render_slice, anatomy, mine, seed), range(slices))
            for k, (planes, labels) in enumerate(made):
                for picture, plane in zip(pictures, planes):
                    picture[k] = plane
                mask[k] = labels
                done += 1
                if progress is not None:
                    progress.report("Rendering", done / total, mine[0].name)
            for number, picture in zip(group, pictures):
                affine = protocols[number].affine_lps
                results[number] = (Volume(picture, affine), Volume(mask, affine))
    return [results[number] for number in range(len(protocols))]


def tissue_fractions(anatomy: Anatomy, protocol: Protocol, k: int) -> np.ndarray:
    """Share of each tissue of `Tissue` in the voxels of slice k of a series, float32, shape (tissues, rows,
    columns)."""
    points = _slice_points(protocol, k)
    return _sample_slice(anatomy, protocol, points, np.eye(len(Tissue), dtype=np.float32))[0]


def _slice_points(protocol: Protocol, k: int) -> np.ndarray:
    """LPS mm of the pixel centers of slice k, float32, shape (rows, columns, 3)."""
    columns, rows, _ = protocol.size
    along, down, across, origin = protocol.affine_lps[:3].T
    first = origin + k * across + np.arange(rows)[:, None] * down
    return (first[:, None] + np.arange(columns)[:, None] * along).astype(np.float32)


def _render_slice(
    anatomy: Anatomy, protocols: SequenceOf[Protocol], seed: int, k: int
) -> tuple[list[np.ndarray], np.ndarray]:
    first = protocols[0]
    columns, rows, _ = first.size
    points = _slice_points(first, k)
    signals, labels = _sample_slice(anatomy, first, points, _weights(protocols))
    skin = anatomy.skin_y(points[:, :1, 2] if first.plane is Plane.SAGITTAL else points[..., 2]).astype(np.float32)
    middle = (first.size[2] - 1) / 2
    center_z = float((first.affine_lps @ [columns / 2, rows / 2, middle, 1])[2])
    planes = []
    for number, protocol in enumerate(protocols):
        sensitivity = _sensitivity(protocol.receiver, points, skin, center_z)
        water, fat = signals[2 * number] * sensitivity, signals[2 * number + 1] * sensitivity
        noise = stream(seed, f"noise {protocol.name} {k}").standard_normal((2, rows, columns), dtype=np.float32)
        water += _ghosts(protocol, signals[-1] * sensitivity)
        planes.append(_receive(protocol, water, fat, noise))
    return planes, labels


def _weights(protocols: SequenceOf[Protocol]) -> np.ndarray:
    """What each tissue adds to the water and the fat signal of each series and, last, to flow; (2 series + 1,
    tissues)."""
    rows = []
    for protocol in protocols:
        signals = protocol.sequence.signals()
        rows += [np.where(FAT_TISSUES, 0, signals), np.where(FAT_TISSUES, signals, 0)]
    return np.stack([*rows, np.arange(len(Tissue)) == Tissue.FLOWING_BLOOD]).astype(np.float32)


def _sample_slice(
    anatomy: Anatomy, protocol: Protocol, points: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Signals of a slice, shape (len(weights), rows, columns), and its labels, shape (rows, columns).

    Two things are smooth enough to be known from every second point in each direction: the belly, which breathing and
    bowel blur, and how much the slice's other depths differ from its middle.
    """
    rows, columns = points.shape[:2]
    pixel = float(np.linalg.norm(protocol.affine_lps[:3, 0]))
    few = points[::COARSE, ::COARSE]
    belly = anatomy.in_belly(few)
    inner = belly.copy()
    inner[:-1] &= belly[1:]
    inner[:, :-1] &= belly[:, 1:]
    fine = ~np.repeat(np.repeat(inner, COARSE, 0), COARSE, 1)[:rows, :columns].ravel()
    coarse = np.zeros((len(weights), *few.shape[:2]), np.float32)
    if belly.any():
        coarse[:, belly] = weights @ anatomy.sample(few[belly], edge_mm=COARSE * pixel).fractions
    flat = _doubled(coarse)[:, :rows, :columns].reshape(len(weights), -1)
    index = np.flatnonzero(fine)
    near = anatomy.near_spine(few) & (protocol.samples > 1)
    offsets = _other_depths(protocol)
    others = (few[near] + offsets[:, None]).reshape(-1, 3)
    # What is sampled together shares the work that does not depend on the number of points.
    sample = anatomy.sample(np.concatenate([points.reshape(-1, 3)[index], others]), edge_mm=pixel)
    found = weights @ sample.fractions
    flat[:, index] = found[:, : len(index)]
    signals = flat.reshape(len(weights), rows, columns)
    labels = np.zeros(rows * columns, np.uint16)
    labels[index] = sample.label[: len(index)]
    if len(others):
        other = np.zeros_like(coarse)
        here = signals[:, ::COARSE, ::COARSE][:, near]
        other[:, near] = found[:, len(index) :].reshape(len(weights), len(offsets), -1).mean(axis=1) - here
        signals += _doubled(other)[:, :rows, :columns] * np.float32(1 - 1 / protocol.samples)
    return signals, labels.reshape(rows, columns)


def _other_depths(protocol: Protocol) -> np.ndarray:
    """All of the slice's depths but its middle, as LPS mm from that, float32, shape (samples - 1, 3)."""
    normal = protocol.affine_lps[:3, 2] / np.linalg.norm(protocol.affine_lps[:3, 2])
    steps = (np.arange(protocol.samples) - (protocol.samples - 1) / 2) * (protocol.thickness_mm / protocol.samples)
    return (steps[steps != 0][:, None] * normal).astype(np.float32)


def _doubled(planes: np.ndarray) -> np.ndarray:
    """Planes of shape (n, rows, columns) at twice the resolution, linear between their points."""
    for axis in (1, 2):
        after = np.concatenate([np.take(planes, range(1, planes.shape[axis]), axis), np.take(planes, [-1], axis)], axis)
        pair = np.stack([planes, (planes + after) / 2], axis + 1)
        planes = pair.reshape(*planes.shape[:axis], -1, *planes.shape[axis + 1 :])
    return planes


def _sensitivity(receiver: Receiver, points: np.ndarray, skin: np.ndarray, center_z: float) -> np.ndarray:
    """Sensitivity of the spine coil at points of shape (rows, columns, 3); 1 at the depth of the vertebrae."""
    depth = np.maximum(skin - points[..., 1], 0)
    gain = np.exp((SPINE_DEPTH_MM - depth) / receiver.falloff_mm)
    ends = np.clip(np.abs(points[..., 2] - center_z) / 145.0, 0, 1.2)
    gain = gain * (1 - receiver.shading * ends**4)
    # Each coil element is most sensitive in front of itself.
    gain = gain * (1 + 0.07 * np.exp(-depth / 40) * np.cos(points[..., 2] * (2 * np.pi / 62)))
    if receiver.saturation_y_mm is not None:
        start = receiver.saturation_y_mm
        gain = gain * (SATURATED + (1 - SATURATED) * ramp(points[..., 1], start - 9, start + 9))
    return gain


def _ghosts(protocol: Protocol, flow: np.ndarray) -> np.ndarray:
    """Ghosts of pulsing vessels along the phase direction, ever weaker on both sides."""
    receiver = protocol.receiver
    ghosts = np.zeros_like(flow)
    if receiver.ghost == 0:
        return ghosts
    axis = 1 if protocol.plane is Plane.SAGITTAL else 0
    for order in (-3, -2, -1, 1, 2, 3):
        offset = round(order * receiver.ghost_pixels)
        moved = np.roll(flow, offset, axis)
        edge = [slice(None), slice(None)]
        edge[axis] = slice(0, offset) if offset > 0 else slice(offset, None)
        moved[tuple(edge)] = 0
        ghosts += receiver.ghost / abs(order) * moved
    return ghosts


def _receive(protocol: Protocol, water: np.ndarray, fat: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The stored picture: chemical shift, point spread with ringing, complex noise, magnitude."""
    receiver = protocol.receiver
    axis = 0 if protocol.plane is Plane.SAGITTAL else 1
    image = water + _shifted(fat, receiver.fat_shift_pixels, axis)
    kernel = point_spread(receiver.blur_pixels, receiver.ringing)
    spread = np.stack([image + receiver.noise * noise[0], receiver.noise * noise[1]])
    for along in (1, 2):
        spread = ndimage.convolve1d(spread, kernel, axis=along, mode="nearest")
    magnitude = np.hypot(spread[0], spread[1]) * FULL_SCALE
    return np.clip(np.rint(magnitude), 0, CEILING).astype(np.uint16)


def _shifted(image: np.ndarray, pixels: float, axis: int) -> np.ndarray:
    """An image moved by a positive part of a pixel or more along an axis, linear between pixels."""
    whole = int(pixels)
    part = np.float32(pixels - whole)
    padding = [(0, 0), (0, 0)]
    padding[axis] = (whole + 1, 0)
    wide = np.pad(image, padding, mode="edge")
    count = image.shape[axis]
    nearer, farther = (np.take(wide, range(start, start + count), axis) for start in (1, 0))
    return nearer + part * (farther - nearer)


def point_spread(blur_pixels: float, ringing: float) -> np.ndarray:
    """Point spread along one axis, 13 taps, sum 1.

    Partly a Gaussian, partly the sinc of a truncated acquisition. It is cut off by a window, so that nothing rings
    farther than six pixels and a change of one disc stays a change of that disc.
    """
    taps = np.arange(-6, 7)
    window = np.cos(np.pi * taps / 14) ** 2
    gauss = np.exp(-0.5 * (taps / max(blur_pixels, 0.05)) ** 2)
    sinc = np.sinc(taps * 0.8) * window
    kernel = (1 - ringing) * gauss / gauss.sum() + ringing * sinc / sinc.sum()
    return (kernel / kernel.sum()).astype(np.float32)
