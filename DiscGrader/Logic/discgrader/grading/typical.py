"""How unlike the discs that a network was trained on a disc looks to it.

The distance is that of Mahalanobis along the principal axes of the network's features, a root mean square over the axes,
so that typical discs lie about 1 away (Lee et al., NeurIPS 2018, use it to tell what a network was not made for).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from discgrader.errors import PackError

AXES = 24
FILE = "input.safetensors"
LIMIT_KEY = "distance_limit"
_MEAN, _AXES = "typical.mean", "typical.axes"


@dataclass(frozen=True, eq=False)
class Typical:
    """What the features of discs that a network was trained on are like.

    Parameters
    ----------
    mean : Tensor, shape (features,)
    axes : Tensor, shape (features, axes)
        Along which training discs spread most, each divided by their spread.
    limit : float
        Farther discs are unlike them.
    """

    mean: torch.Tensor
    axes: torch.Tensor
    limit: float = float("inf")

    @classmethod
    def of(cls, seen: torch.Tensor, unseen: torch.Tensor) -> Typical:
        """From features of shape (discs, features): of those trained on, and of others of the same kind for the limit."""
        mean = seen.mean(0)
        _, spread, axes = torch.linalg.svd(seen - mean, full_matrices=False)
        axes = axes[:AXES].T / (spread[:AXES].clamp(min=1e-6) / len(seen) ** 0.5)
        typical = cls(mean, axes.contiguous())
        return cls(mean, typical.axes, float(np.quantile(typical.distances(unseen), 0.99) * 1.15))

    @classmethod
    def read(cls, tensors: Mapping[str, torch.Tensor], calibration: Mapping[str, object]) -> Typical:
        """As a pack's file `FILE` and its calibration hold it.

        Raises
        ------
        PackError
            When the tensors are no such thing.
        """
        mean, axes = tensors.get(_MEAN), tensors.get(_AXES)
        if mean is None or axes is None or mean.ndim != 1 or axes.ndim != 2 or len(axes) != len(mean) or not axes.shape[1] \
                or not bool(mean.isfinite().all() and axes.isfinite().all()):
            raise PackError(f"{FILE} of a pack does not say what the discs that it was trained on are like; install it anew.")
        return cls(tensors[_MEAN], tensors[_AXES], float(calibration.get(LIMIT_KEY, float("inf"))))

    def tensors(self) -> dict[str, torch.Tensor]:
        """What goes into a pack's file."""
        return {_MEAN: self.mean, _AXES: self.axes}

    def distances(self, features: torch.Tensor) -> np.ndarray:
        """How far discs lie from the typical one, shape (discs,), of features (discs, features)."""
        return (((features - self.mean) @ self.axes) ** 2).mean(1).sqrt().numpy()

    def doubts(self, distance: float) -> tuple[str, ...]:
        """What a reader should know of a disc so far away."""
        if distance <= self.limit:
            return ()
        return ("This disc looks unlike those that the pack was trained on "
                f"(distance {distance:.1f}, limit {self.limit:.1f}): check the grade.",)
