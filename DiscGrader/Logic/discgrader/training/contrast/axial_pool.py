"""Axial pictures of digital spines on any sequence, with their tissues, for the network that makes these out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from discgrader.imaging.flat_picture import PIXEL_MM, SHAPE, channels
from discgrader.imaging.study import Plane
from discgrader.phantom.tissues import Tissue
from discgrader.progress import Progress
from discgrader.training.contrast.digital import SLICES_EACH, WITHOUT_ANATOMY, digital_picture
from discgrader.training.contrast.pool import FINE_MM, stored
from discgrader.training.distort import Distortion, Placement, with_scanner

GROUPS: tuple[tuple[Tissue, ...], ...] = (
    (Tissue.CSF, Tissue.CORD, Tissue.ROOT),
    (Tissue.FAT,),
    (Tissue.MUSCLE,),
    (Tissue.MARROW_FAT, Tissue.MARROW_WATER, Tissue.CORTEX),
    (Tissue.NUCLEUS, Tissue.FIBROUS_DISC, Tissue.ANNULUS, Tissue.CARTILAGE),
)
"""What is made out, in the order of `discgrader.imaging.tissue_network`; the rest is none of these."""

SEQUENCES: Mapping[str, float] = {
    "T1": 12,
    "T2": 12,
    "STIR": 6,
    "T1_FS": 5,
    "PD": 4,
    "GRE": 3,
    "FAT": 2,
    "OPPOSED": 1,
    "MYELO": 1,
    "CT": 1,
}
"""How often each sequence is drawn, relative to the others."""

_ANY, _NO_SPINE = 30.0, 7.0
"""The same for tissues of any brightness, and for pictures without a lumbar spine's tissues."""

EVERY_TEST = 4
"""Of so many digital patients one is kept from the network, so that it can be judged, and classes be told, by these."""

_HOW = Distortion(log_scale=0.25, log_aspect=0.12, shift=8.0, far=20.0, cropped=0.2, front_up=True)
_GENTLE = replace(_HOW, rotation=6.0, cropped=0.1, harsh=False)
_HARSH_SHARE = 0.8
"""Share of the training images that are distorted most. No comparison is on record."""

_AT_ONCE = 500
"""Images between two reports of progress."""


@dataclass(frozen=True, eq=False)
class TissuePool:
    """Pictures as the network sees them.

    Parameters
    ----------
    channels : ndarray, shape (pictures, 2, rows, columns)
        uint8, as `discgrader.training.contrast.pool.stored` makes them.
    tissues : ndarray, shape (pictures, 5, rows / 2, columns / 2)
        Shares of `GROUPS`, uint8, 255 for all.
    kinds : ndarray of str, shape (pictures,)
        A sequence, ``any`` or ``no spine``.
    """

    channels: np.ndarray
    tissues: np.ndarray
    kinds: np.ndarray


def tissue_pool(
    slices: np.ndarray, others: np.ndarray, count: int, path: Path, seed: int, progress: Progress
) -> TissuePool:
    """So many pictures of the patients that the network learns from, from ``path`` (.npz) where they were drawn before.

    Parameters
    ----------
    slices : ndarray, shape (slices, tissues, rows, columns)
        Axial ones, from `discgrader.training.contrast.digital.digital_slices`.
    others : ndarray
        The same in another plane.
    """
    if not path.exists():
        kinds = [*SEQUENCES, "any", "no spine"]
        probability = np.array([*SEQUENCES.values(), _ANY, _NO_SPINE])
        names = np.random.default_rng(seed).choice(kinds, count, p=probability / probability.sum())
        learned = patients_of(slices, tested=False)
        seen = np.empty((count, 2, *SHAPE), np.uint8)
        tissues = np.empty((count, len(GROUPS), SHAPE[0] // 2, SHAPE[1] // 2), np.uint8)
        for number, name in enumerate(names):
            source = others if name == "no spine" else slices
            seen[number], tissues[number] = _one(source, learned, str(name), np.random.default_rng([seed, number]))
            if number % _AT_ONCE == 0:
                progress.report("Drawing images", number / count, "axial")
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, channels=seen, tissues=tissues, kinds=names)
        partial.replace(path)
    with np.load(path) as found:
        return TissuePool(found["channels"], found["tissues"], found["kinds"])


def patients_of(slices: np.ndarray, tested: bool) -> np.ndarray:
    """Positions of the slices of digital patients that the network learns from, or that are kept for testing."""
    patients = np.arange(len(slices)) // SLICES_EACH[Plane.AXIAL]
    return np.flatnonzero((patients % EVERY_TEST == EVERY_TEST - 1) == tested)


def _one(source: np.ndarray, chosen: np.ndarray, name: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    while True:
        position = int(rng.integers(len(source))) if name == "no spine" else int(rng.choice(chosen))
        drawn = drawn_picture(source[position], name, rng)
        if drawn is not None:
            return stored(drawn[0]), np.rint(255 * drawn[1]).astype(np.uint8)


def drawn_picture(slice_: np.ndarray, name: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray] | None:
    """What a network sees of a slice on this kind of picture, and its shares of tissue; None where it has one value.

    Parameters
    ----------
    slice_ : ndarray, shape (tissues, rows, columns)
        Shares of tissue, uint8.
    name : str
        One of `SEQUENCES`, ``any`` or ``no spine``.
    """
    slice_ = _changed(slice_, rng)
    picture = _picture(slice_, name, rng).astype(np.float32)
    texture = ndimage.gaussian_filter(rng.standard_normal(picture.shape), rng.uniform(0.6, 3))
    picture = picture * (1 + rng.uniform(0, 0.15) * texture / texture.std())
    how = _HOW if rng.random() < _HARSH_SHARE else _GENTLE
    placement = Placement.draw(picture.shape, PIXEL_MM[Plane.AXIAL] / FINE_MM, rng, how)
    bright, reached = with_scanner(placement.of(picture), placement.reached(np.ones(picture.shape, bool)), rng, how)
    seen = channels(bright, reached)
    if seen is None:
        return None
    shares = np.zeros((len(GROUPS), *SHAPE), np.float32)
    if name != "no spine":
        shares = np.stack([placement.of(slice_[list(group)].sum(axis=0, dtype=np.float32)) for group in GROUPS])
    places = (shares / 255 * reached).reshape(len(GROUPS), SHAPE[0] // 2, 2, SHAPE[1] // 2, 2).mean(axis=(2, 4))
    # Several tissues of a group, each interpolated, may come to a little more than all.
    return seen, np.clip(places, 0, 1)


def _picture(slice_: np.ndarray, name: str, rng: np.random.Generator) -> np.ndarray:
    if name == "no spine" and rng.random() < 0.4:
        return WITHOUT_ANATOMY[rng.integers(len(WITHOUT_ANATOMY))](rng, slice_.shape[1:])
    if name in ("any", "no spine"):
        signals = rng.uniform(0, 1, len(Tissue))
        signals[Tissue.AIR] = rng.uniform(0, 0.03)
        return np.tensordot(signals.astype(np.float32) / np.float32(255), slice_.astype(np.float32), 1)
    return digital_picture(slice_, name, rng)


def _changed(slice_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The slice with fat in its muscles or with less CSF around its roots, as older people have it."""
    changed = slice_.astype(np.float32)
    # How often either is done was set by eye.
    if rng.random() < 0.35:
        field = ndimage.gaussian_filter(rng.standard_normal(slice_.shape[1:]), rng.uniform(0.7, 3))
        share = np.clip(field / field.std() - rng.uniform(-0.5, 1.5), 0, 1) * rng.uniform(0.2, 0.9)
        _moved(changed, Tissue.MUSCLE, Tissue.FAT, share)
    if rng.random() < 0.2:
        _moved(changed, Tissue.CSF, Tissue.ROOT, rng.uniform(0.2, 0.8))
    return np.rint(changed).astype(np.uint8)


def _moved(shares: np.ndarray, source: Tissue, target: Tissue, part: np.ndarray | float) -> None:
    """Let a part of one tissue be another."""
    moved = shares[source] * part
    shares[source] -= moved
    shares[target] += moved
