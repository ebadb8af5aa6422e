"""How unlike the pictures of its training a picture looks to a network.

Three things are looked at: the maps of the network's first stage, which see blur, noise and contrast, the features that
it grades by, and plain statistics of the picture. Of each it is measured how far the picture lies from those of the
training along their principal axes (Mahalanobis: Lee et al., NeurIPS 2018) and beside these; a small network that was
trained on pictures of the kind trained on and on such that were altered or are of another kind weighs all of that
(`discgrader.training.typical`). Where single distances are beyond all that is usual they count by themselves, for no
list of what may be wrong with a picture is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from discgrader.errors import PackError
from discgrader.grading.picture_statistics import statistics
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_tensors

FILE = "input.safetensors"
GROUPS = ("early", "late", "picture")
"""First maps of the network, its last features, statistics of the picture."""

UNLIKE = "This image of the disc looks unlike those that {pack} was trained on: check its grades."
UNLIKE_DIGITAL = (
    "{pack} was trained on digital spines, and this image of the disc looks unlike them, as images of "
    "patients do: check its grades."
)

ONLY_DIGITAL = "{pack} was trained on digital spines alone, and images of patients look unlike them: check its grades."
"""What is said with every disc where a pack cannot tell its digital spines from patients."""

_FARTHEST = 8.0
"""Standard deviations along an axis; whatever lies beyond is as unlike as can be. A round number, part of the trained
descriptions."""


@dataclass(frozen=True, eq=False)
class Typical:
    """What pictures that a network was trained on are like, and from where on one is unlike them.

    Parameters
    ----------
    means, axes : mapping of str to Tensor, shapes (features,) and (features, axes)
        Of each of `GROUPS`: the mean, and the directions in which training pictures spread most, each divided by their
        spread.
    scales : mapping of str to Tensor, shape (features,)
        What features are divided by before.
    layers : sequence of (Tensor, Tensor)
        Weights and biases of the small network.
    limit : float
        Greater scores are unlike.
    farthest : Tensor, shape (2 · groups,)
        Greater single distances (see `coordinates`) are unlike by themselves.
    """

    means: Mapping[str, Tensor]
    scales: Mapping[str, Tensor]
    axes: Mapping[str, Tensor]
    layers: Sequence[tuple[Tensor, Tensor]]
    limit: float
    farthest: Tensor

    @classmethod
    def load(cls, pack: Pack) -> Typical | None:
        """As a pack has it; None where it has none, or one of an older version.

        Raises
        ------
        PackError
            It is broken.
        """
        if FILE not in pack.files:
            return None
        tensors = load_tensors(pack, FILE)
        if "typical.farthest" not in tensors:
            return None
        try:
            means, scales, axes = (
                {group: tensors[f"typical.{group}.{what}"].float() for group in GROUPS}
                for what in ("mean", "scale", "axes")
            )
            typical = cls(
                means,
                scales,
                axes,
                [
                    (tensors[f"typical.layer{number}.weight"].float(), tensors[f"typical.layer{number}.bias"].float())
                    for number in range(2)
                ],
                float(tensors["typical.limit"]),
                tensors["typical.farthest"].float(),
            )
            usual = typical.scores({group: typical.means[group][None] for group in GROUPS})
            if not bool(usual.isfinite().all()):
                raise ValueError("not finite")
        except (KeyError, RuntimeError, ValueError, TypeError, IndexError) as error:
            raise PackError(
                f"Pack {pack.name}: {FILE} does not describe the images that it was trained on; train the pack again."
            ) from error
        return typical

    def tensors(self) -> dict[str, Tensor]:
        """What goes into a pack's file."""
        found = {
            f"typical.{group}.{what}": values[group].contiguous()
            for group in GROUPS
            for what, values in (("mean", self.means), ("scale", self.scales), ("axes", self.axes))
        }
        for number, (weight, bias) in enumerate(self.layers):
            found |= {
                f"typical.layer{number}.weight": weight.contiguous(),
                f"typical.layer{number}.bias": bias.contiguous(),
            }
        return found | {"typical.limit": torch.tensor([self.limit]), "typical.farthest": self.farthest}

    def coordinates(self, seen: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Where pictures lie, shape (pictures, axes of all groups), and logarithms of their distances along and beside
        the axes of each group, shape (pictures, 2 · groups)."""
        places, distances = [], []
        for group in GROUPS:
            away = (seen[group] - self.means[group]) / self.scales[group]
            place = away @ self.axes[group]
            # The axes are orthogonal, each divided by its spread.
            spread = self.axes[group].norm(dim=0)
            within = (place / spread) @ (self.axes[group] / spread).T
            places.append(place.clamp(-_FARTHEST, _FARTHEST))
            distances += [place.pow(2).mean(1).sqrt(), (away - within).pow(2).mean(1).sqrt()]
        return torch.cat(places, 1), torch.stack(distances, 1).clamp(1e-4, 1e4).log()

    def scores(self, seen: Mapping[str, Tensor]) -> Tensor:
        """How unlike pictures are, shape (pictures,): more than 0 where a reader should know."""
        places, distances = self.coordinates(seen)
        (inner, inner_bias), (outer, outer_bias) = self.layers
        hidden = torch.relu(torch.cat([places / 2, distances], 1) @ inner.T + inner_bias)
        score = (hidden @ outer.T + outer_bias)[:, 0] - self.limit
        return torch.maximum(score, 10 * (distances - self.farthest).amax(1))


def typical_features(
    maps: Tensor, features: Tensor, pictures: Tensor, masks: Tensor | None = None
) -> dict[str, Tensor]:
    """What is looked at of pictures, by group, each of shape (pictures, features).

    Parameters
    ----------
    maps : Tensor, shape (pictures · views, maps, rows, columns)
        Of the network's first stage.
    features : Tensor, shape (pictures, features)
        Those that it grades by.
    pictures : Tensor, shape (pictures, views, rows, columns)
        Before the network's own normalization.
    masks : Tensor, shape (pictures, regions, rows, columns), optional
        Of pictures of one view.
    """
    maps = maps.float()
    early = torch.cat([maps.mean((2, 3)), maps.std((2, 3))], 1).reshape(len(pictures), -1)
    statistics_of_picture = torch.cat([statistics(pictures[:, view], masks) for view in range(pictures.shape[1])], 1)
    return {"early": early.cpu(), "late": features.float().cpu(), "picture": statistics_of_picture.cpu()}


def doubt(pack: Pack) -> str:
    """What a reader should know of a disc that looks unlike those that a pack was trained on."""
    return (UNLIKE_DIGITAL if pack.trained_on.synthetic else UNLIKE).format(pack=pack.name)
