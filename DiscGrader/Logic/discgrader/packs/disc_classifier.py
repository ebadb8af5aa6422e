"""Networks that classify discs: their grades, by any number of crops, and their level, by the image around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from discgrader.packs.residual import ResidualEncoder


class DiscClassifier(nn.Module):
    """One encoder for all crops of a disc, whatever their contrast; the mean features of each family are graded
    together.

    Parameters
    ----------
    widths : sequence of int
        Channels of the four stages of the residual encoder.
    tasks : mapping of str to int
        Number of logits of each task's head.
    roles : sequence of str
        Contrasts known to the network; each crop carries its own as constant planes.
    families : sequence of sequence of str
        Roles whose crops stand for one another: features are averaged within a family, those of several families stay
        side by side, so that a T1 picture adds to what a T2 picture shows and does not thin it.
    channels : int
        Planes of a crop without these.
    blocks : sequence of int
        Residual blocks of each stage.
    dropout : float
        Share of the features dropped before the heads while training.
    """

    def __init__(
        self,
        widths: Sequence[int],
        tasks: Mapping[str, int],
        roles: Sequence[str],
        families: Sequence[Sequence[str]],
        channels: int = 3,
        blocks: Sequence[int] = (2, 2, 2, 2),
        dropout: float = 0.3,
    ):
        super().__init__()
        self.roles = tuple(roles)
        family_of = [next(number for number, family in enumerate(families) if role in family) for role in roles]
        self.register_buffer("family_of", torch.tensor(family_of), persistent=False)
        self.families = len(families)
        self.encoder = ResidualEncoder(channels + len(self.roles), widths, blocks)
        features = self.families * (widths[-1] + 1)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({task: nn.Linear(features, logits) for task, logits in tasks.items()})

    def maps(self, crops: Tensor, role: Tensor) -> Tensor:
        """Feature maps of the first stage, shape (crops, features, rows / 4, columns / 4).

        Parameters
        ----------
        crops : Tensor, shape (crops, channels, rows, columns)
        role : Tensor of int, shape (crops,)
            Position of each crop's role in ``roles``.
        """
        planes = nn.functional.one_hot(role, len(self.roles)).to(crops.dtype)[:, :, None, None]
        planes = planes.expand(-1, -1, *crops.shape[2:])
        return self.encoder.early(torch.cat([crops, planes], 1))

    def crop_features(self, maps: Tensor) -> Tensor:
        """Features of each crop, shape (crops, features), from its maps."""
        return self.encoder.late(maps).mean((2, 3)).float()

    def join(self, per_crop: Tensor, role: Tensor, disc: Tensor, discs: int) -> Tensor:
        """Features of each disc, shape (discs, features), from those of its crops.

        Parameters
        ----------
        per_crop : Tensor
            From `crop_features`.
        role : Tensor of int, shape (crops,)
            As for `maps`.
        disc : Tensor of int, shape (crops,)
            Which disc each crop belongs to.
        discs : int
            How many discs there are.

        Returns
        -------
        The mean of each family, zero where a disc has no crop of it, and a flag that says which.
        """
        place = disc * self.families + self.family_of[role]
        total = per_crop.new_zeros(discs * self.families, per_crop.shape[1]).index_add(0, place, per_crop)
        count = per_crop.new_zeros(discs * self.families).index_add(0, place, torch.ones_like(per_crop[:, 0]))
        mean = total / count.clamp(min=1)[:, None]
        present = (count > 0).to(mean.dtype)[:, None]
        return torch.cat([mean, present], 1).reshape(discs, -1)

    def features(self, crops: Tensor, role: Tensor, disc: Tensor, discs: int) -> Tensor:
        """Features of each disc, shape (discs, features); arguments as in `maps` and `join`."""
        return self.join(self.crop_features(self.maps(crops, role)), role, disc, discs)

    def forward(self, crops: Tensor, role: Tensor, disc: Tensor, discs: int) -> dict[str, Tensor]:
        """Logits of every task, each of shape (discs, logits); arguments as in `features`."""
        features = self.dropout(self.features(crops, role, disc, discs))
        return {task: head(features) for task, head in self.heads.items()}


class LevelClassifier(nn.Module):
    """A residual encoder whose last maps are read where they lie, since the place of the sacrum in the picture tells.

    Parameters
    ----------
    channels : int
        Planes of a picture.
    edge : int
        Rows and columns of a picture, a multiple of 32.
    widths, blocks : sequence of four int
        As in `ResidualEncoder`.
    outputs : int
        Levels.
    dropout : float
        Share of the features dropped while training.
    """

    def __init__(
        self, channels: int, edge: int, widths: Sequence[int], blocks: Sequence[int], outputs: int, dropout: float = 0.4
    ):
        super().__init__()
        self.encoder = ResidualEncoder(channels, widths, blocks)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(widths[-1] * (edge // 32) ** 2, outputs)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits, shape (batch, outputs), of pictures, shape (batch, channels, edge, edge)."""
        return self.head(self.dropout(self.encoder(pictures).flatten(1)))
