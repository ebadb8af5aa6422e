"""The network that grades a disc from any number of crops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class DiscClassifier(nn.Module):
    """One encoder for all crops of a disc, whatever their contrast; the mean of their features is graded.

    Parameters
    ----------
    widths : sequence of int
        Channels of the four stages of the residual encoder.
    tasks : mapping of str to int
        Number of logits of each task's head.
    roles : sequence of str
        Contrasts known to the network; each crop carries its own as constant planes.
    channels : int
        Planes of a crop without these.
    measures : int
        Numbers measured on the disc that join the features.
    blocks : sequence of int
        Residual blocks of each stage.
    dropout : float
        Share of the features dropped before the heads while training.
    """

    def __init__(self, widths: Sequence[int], tasks: Mapping[str, int], roles: Sequence[str], channels: int = 3,
                 measures: int = 0, blocks: Sequence[int] = (2, 2, 2, 2), dropout: float = 0.3):
        super().__init__()
        from monai.networks.nets.resnet import ResNet, ResNetBlock

        self.roles = tuple(roles)
        self.encoder = ResNet(
            ResNetBlock, list(blocks), list(widths), spatial_dims=2, n_input_channels=channels + len(self.roles),
            conv1_t_size=7, conv1_t_stride=2, num_classes=1, feed_forward=False,
        )
        self.measures = nn.Sequential(nn.Linear(2 * measures, 32), nn.ReLU()) if measures else None
        features = widths[-1] + (32 if measures else 0)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({task: nn.Linear(features, logits) for task, logits in tasks.items()})

    def maps(self, crops: Tensor, role: Tensor) -> Tensor:
        """Feature maps of the third stage, shape (crops, features, rows / 16, columns / 16).

        Parameters
        ----------
        crops : Tensor, shape (crops, channels, rows, columns)
        role : Tensor of int, shape (crops,)
            Position of each crop's role in ``roles``.
        """
        planes = nn.functional.one_hot(role, len(self.roles)).to(crops.dtype)[:, :, None, None]
        planes = planes.expand(-1, -1, *crops.shape[2:])
        encoder = self.encoder
        maps = encoder.maxpool(encoder.act(encoder.bn1(encoder.conv1(torch.cat([crops, planes], 1)))))
        return encoder.layer3(encoder.layer2(encoder.layer1(maps)))

    def pool(self, maps: Tensor, disc: Tensor, discs: int, measures: Tensor | None) -> Tensor:
        """Features of each disc, shape (discs, features).

        Parameters
        ----------
        maps : Tensor
            From `maps`.
        disc : Tensor of int, shape (crops,)
            Which disc each crop belongs to.
        discs : int
            How many discs there are; each has one crop at least.
        measures : Tensor, shape (discs, measures), or None
            Standardized measures, NaN where one is missing.
        """
        return self.join(self.crop_features(maps), disc, discs, measures)

    def crop_features(self, maps: Tensor) -> Tensor:
        """Features of each crop, shape (crops, features), from its maps."""
        return self.encoder.layer4(maps).mean((2, 3)).float()

    def join(self, per_crop: Tensor, disc: Tensor, discs: int, measures: Tensor | None) -> Tensor:
        """Features of each disc from those of its crops; arguments as in `pool`."""
        total = per_crop.new_zeros(discs, per_crop.shape[1]).index_add(0, disc, per_crop)
        count = per_crop.new_zeros(discs).index_add(0, disc, torch.ones_like(disc, dtype=per_crop.dtype))
        features = total / count[:, None]
        if self.measures is not None:
            known = torch.isfinite(measures)
            given = torch.cat([torch.where(known, measures, 0.0), known.to(measures.dtype)], 1)
            features = torch.cat([features, self.measures(given)], 1)
        return features

    def forward(self, crops: Tensor, role: Tensor, disc: Tensor, discs: int,
                measures: Tensor | None = None) -> dict[str, Tensor]:
        """Logits of every task, each of shape (discs, logits); arguments as in `maps` and `pool`."""
        features = self.dropout(self.pool(self.maps(crops, role), disc, discs, measures))
        return {task: head(features) for task, head in self.heads.items()}
