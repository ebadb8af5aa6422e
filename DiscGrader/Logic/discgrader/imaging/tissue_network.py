"""The contrast of an axial image, recognized by the brightness of its tissues.

A network makes out the thecal sac, fat, muscle, vertebra and disc whatever the contrast: it learned on pictures whose
tissues had any brightness (as SynthSeg's, Billot et al., Medical Image Analysis 86, 2023). How bright the sac and the
fat around it are beside the muscle then tells T1, on which CSF is as dark as muscle and fat bright, from T2, on which
CSF is bright, and both from what suppresses fat.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage


def convolved(values: np.ndarray, weights: np.ndarray, step: int = 1) -> np.ndarray:
    """A 3 x 3 convolution with a border of zeros, as one product of matrices.

    Parameters
    ----------
    values : ndarray, shape (inputs, rows, columns)
    weights : ndarray, shape (outputs, inputs, 3, 3)
    step : int
        Between positions.
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, ((0, 0), (1, 1), (1, 1))), (3, 3), (1, 2))
    windows = windows[:, ::step, ::step]
    rows, columns = windows.shape[1:3]
    patches = windows.transpose(0, 3, 4, 1, 2).reshape(-1, rows * columns)
    return (weights.reshape(len(weights), -1) @ patches).reshape(-1, rows, columns)


SAC, FAT, MUSCLE, VERTEBRA, DISC, REST = range(6)
"""Rows of the shares that the network gives to each place."""

MEASURES = ("sac", "darkest of the sac", "brightest of the sac", "fat", "vertebra and disc")
"""Each the logarithm of a brightness relative to that of muscle."""

PLACE_MM = 3.5
"""Edge of a place: two pixels of an axial picture."""

_LIKELY = 0.6
"""Probability from which a place counts as fat, muscle, vertebra or disc. This and the limits below are part of the
shipped pack, whose last layers were trained with them; no measurement of them is on record."""

_SAC_LIKELY = 0.4
"""Probability from which a place may belong to the sac."""

_SAC_SURE = 0.8
"""A sac has at least one place of this probability."""

_SAC_PLACES = (3.0, 90.0)
"""Smallest and largest sac, in places of `PLACE_MM`: 0.4 to 11 cm²."""

_NEAR_MM = 30.0
"""Standard deviation of the weight by distance from the sac."""

_COLUMN_MM = 45.0
"""How far from the sac a vertebra or disc is looked for."""

_LEAST_PLACES = {FAT: 4.0, MUSCLE: 8.0}
"""Less of these tissues, in weighted places, does not give a brightness to rely on."""

_LEAST_COLUMN = 25.0
"""Less of vertebra and disc in front of the sac, in places (3 cm²), is no spine."""

_DARKEST, _BRIGHTEST = 0.2, 0.8
"""Quantiles of the sac's brightness: roots, and CSF."""

_DIMMEST = 0.02
"""Added before the logarithm, as in `flat_picture`."""

_FARTHEST = 3.5
"""Natural logarithm of a ratio of 33; beyond that a tissue is just darker or brighter."""


@dataclass(frozen=True, eq=False)
class TissueNetwork:
    """Convolutions down to small pictures and up again, and what is made of the tissues that they show.

    Parameters
    ----------
    down, up : tuple of (ndarray, ndarray)
        Weights of shape (outputs, inputs, 3, 3) and biases of 3 x 3 convolutions, those of ``down`` with a step of two.
    middle : (ndarray, ndarray)
        Likewise, between both.
    shares : (ndarray, ndarray)
        Weights of shape (6, inputs, 1, 1) and biases of what gives each place its tissues.
    hidden, head : (ndarray, ndarray)
        Two linear layers, with a hyperbolic tangent between them, from `MEASURES` to one number for each class.
    classes : tuple of str
        What each output stands for.
    temperature : float
        What outputs are divided by to become calibrated.
    """

    down: tuple[tuple[np.ndarray, np.ndarray], ...]
    middle: tuple[np.ndarray, np.ndarray]
    up: tuple[tuple[np.ndarray, np.ndarray], ...]
    shares: tuple[np.ndarray, np.ndarray]
    hidden: tuple[np.ndarray, np.ndarray]
    head: tuple[np.ndarray, np.ndarray]
    classes: tuple[str, ...]
    temperature: float

    def tissues(self, channels: np.ndarray) -> np.ndarray:
        """Probability of each tissue, shape (6, rows / 2, columns / 2), in a picture of shape (2, rows, columns)."""
        values, passed = np.ascontiguousarray(channels, np.float32), []
        for layer in self.down:
            values = _layer(values, layer, 2)
            passed.append(values)
        values = _layer(values, self.middle)
        for layer, beside in zip(self.up, reversed(passed[:-1]), strict=True):
            wide = values.repeat(2, axis=1).repeat(2, axis=2)[:, : beside.shape[1], : beside.shape[2]]
            values = _layer(np.concatenate([wide, beside]), layer)
        logits = np.tensordot(self.shares[0][:, :, 0, 0], values, 1) + self.shares[1][:, None, None]
        return softmax(logits)

    def logits(self, channels: np.ndarray) -> np.ndarray:
        """One number for each class, shape (classes,), of a picture; NaN where no lumbar spine was made out."""
        bright = tissue_brightness(channels, self.tissues(channels))
        if bright is None:
            return np.full(len(self.classes), np.nan, np.float32)
        inner = np.tanh(self.hidden[0] @ measures_of(bright) + self.hidden[1])
        return self.head[0] @ inner + self.head[1]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the first axis."""
    shares = np.exp(logits - logits.max(axis=0))
    return shares / shares.sum(axis=0)


def tissue_brightness(channels: np.ndarray, tissues: np.ndarray) -> np.ndarray | None:
    """How bright the tissues around the spine are, on the picture's own scale.

    Parameters
    ----------
    channels : ndarray, shape (2, rows, columns)
        A picture as networks see it (`discgrader.imaging.flat_picture.channels`), its front up.
    tissues : ndarray, shape (6, rows / 2, columns / 2)
        Probability of each tissue.

    Returns
    -------
    ndarray, shape (6,), or None
        Of what `MEASURES` names, and of muscle; None where there is no sac behind a vertebra or disc, with muscle and
        fat around it.
    """
    bright = (channels[0].astype(np.float32) ** 2).reshape(tissues.shape[1], 2, tissues.shape[2], 2).mean(axis=(1, 3))
    sac = _sac(tissues[SAC])
    if sac is None:
        return None
    rows, columns = np.indices(sac.shape) * PLACE_MM
    row, column = ((axis * sac).sum() / sac.sum() for axis in (rows, columns))
    away = np.hypot(rows - row, columns - column)
    if ((tissues[VERTEBRA] + tissues[DISC]) * ((away < _COLUMN_MM) & (rows < row))).sum() < _LEAST_COLUMN:
        return None
    # Those nearest count most, so that the coil's shading does not.
    near = np.exp(-0.5 * (away / _NEAR_MM) ** 2)
    found = []
    for tissue in (MUSCLE, FAT):
        weights = np.where(tissues[tissue] > _LIKELY, tissues[tissue], 0) * near
        if weights.sum() < _LEAST_PLACES[tissue]:
            return None
        found.append(_quantile(bright, weights, 0.5))
    muscle, fat = found
    both = tissues[VERTEBRA] + tissues[DISC]
    column_value = _quantile(bright, np.where(both > _LIKELY, both, 0) * near * (rows < row), 0.5)
    weight = sac**4
    sac_value = float((bright * weight).sum() / weight.sum())
    dark, light = (_quantile(bright, weight, share) for share in (_DARKEST, _BRIGHTEST))
    return np.array([sac_value, dark, light, fat, column_value, muscle], np.float32)


def measures_of(brightness: np.ndarray) -> np.ndarray:
    """`MEASURES`, shape (..., 5), of what `tissue_brightness` found, shape (..., 6)."""
    values = np.log(brightness + np.float32(_DIMMEST))
    return np.clip(values[..., :-1] - values[..., -1:], -_FARTHEST, _FARTHEST)


def _sac(probability: np.ndarray) -> np.ndarray | None:
    """The largest connected part of what may be the sac, 0 elsewhere; None where it is no sac by its size."""
    parts, count = ndimage.label(probability > _SAC_LIKELY)
    if not count:
        return None
    sizes = ndimage.sum_labels(probability, parts, np.arange(1, count + 1))
    found = np.where(parts == 1 + int(np.argmax(sizes)), probability, 0)
    fits = _SAC_PLACES[0] <= found.sum() <= _SAC_PLACES[1] and found.max() >= _SAC_SURE
    return found if fits else None


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The value below which this share of the weight lies; 0 where there is none."""
    order = np.argsort(values, axis=None)
    summed = np.cumsum(weights.ravel()[order])
    return float(values.ravel()[order][np.searchsorted(summed, share * summed[-1])]) if summed[-1] > 0 else 0.0


def _layer(values: np.ndarray, layer: tuple[np.ndarray, np.ndarray], step: int = 1) -> np.ndarray:
    return np.maximum(convolved(values, layer[0], step) + layer[1][:, None, None], 0)
