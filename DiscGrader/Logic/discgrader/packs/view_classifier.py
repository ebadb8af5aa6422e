"""The network that grades a disc by one or several views of it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from discgrader.packs.encoders import build_encoder, early_maps

BOX_MAPS = 64
"""Width of the layers that find the herniation's box. Part of the shipped pack; no comparison of sizes is on record."""


class BoxHead(nn.Module):
    """Where something lies: the four edges of its box as shares of the view.

    The maps of the last stage tell what lies where, those of the first where it ends. Each edge is where a map of
    likelihood has its middle (soft argmax; Nibali et al., arXiv:1801.07372), which is finer than the map's pixels.

    Parameters
    ----------
    early, late : int
        Number of maps of the first and of the last stage.
    """

    def __init__(self, early: int, late: int):
        super().__init__()
        self.fine = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(early, BOX_MAPS, 1), nn.ReLU(inplace=True))
        self.coarse = nn.Sequential(nn.Conv2d(late, BOX_MAPS, 1), nn.ReLU(inplace=True))
        self.edges = nn.Sequential(
            nn.Conv2d(2 * BOX_MAPS, BOX_MAPS, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(BOX_MAPS, 4, 3, padding=1)
        )

    def forward(self, early: Tensor, late: Tensor) -> Tensor:
        """First column, first row, last column, last row of the box, 0 to 1, shape (batch, 4)."""
        fine = self.fine(early)
        coarse = interpolate(self.coarse(late), fine.shape[2:], mode="bilinear", align_corners=False)
        edges = self.edges(torch.cat([fine, coarse], 1)).float()
        likely = edges.flatten(2).softmax(2).reshape(edges.shape)
        along = [(torch.arange(count, device=edges.device) + 0.5) / count for count in edges.shape[2:]]
        rows, columns = (likely.sum(3) * along[0]).sum(2), (likely.sum(2) * along[1]).sum(2)
        return torch.stack([columns[:, 0], rows[:, 1], columns[:, 2], rows[:, 3]], 1)


class ViewClassifier(nn.Module):
    """One encoder for all views, whose features stay side by side, and a linear head for each task.

    Parameters
    ----------
    encoder : mapping
        As `discgrader.packs.encoders.build_encoder` takes it.
    views : int
        How many views a sample has, always in the same order, so that left stays left.
    channels : int
        Slices of a view.
    tasks : mapping of str to int
        Number of logits of each task's head.
    box : bool
        Whether it says where in the last view the finding lies.
    dropout : float
        Share of the features dropped before the heads while training.
    """

    def __init__(
        self,
        encoder: Mapping[str, object],
        views: int,
        channels: int,
        tasks: Mapping[str, int],
        box: bool = False,
        dropout: float = 0.3,
    ):
        super().__init__()
        self.views = views
        self.encoder, features = build_encoder(encoder, channels)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({task: nn.Linear(views * features, logits) for task, logits in tasks.items()})
        self.box = BoxHead(early_maps(self.encoder, channels), features) if box else None

    def maps(self, samples: Tensor) -> Tensor:
        """Maps of the encoder's first stage, shape (samples · views, maps, rows, columns).

        Parameters
        ----------
        samples : Tensor, shape (samples, views, channels, rows, columns)
            Normalized pictures.
        """
        return self.encoder.early(samples.flatten(0, 1))

    def logits(self, maps: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
        """Logits of every task, each of shape (samples, logits), and the boxes, shape (samples, 4), from `maps`."""
        logits, boxes, _ = self.answers(maps)
        return logits, boxes

    def answers(self, maps: Tensor) -> tuple[dict[str, Tensor], Tensor | None, Tensor]:
        """As `logits`, and the features that the heads see, shape (samples, views · features)."""
        last = self.encoder.late(maps)
        features = last.mean((2, 3)).reshape(-1, self.views * last.shape[1]).float()
        boxes = (
            None
            if self.box is None
            else self.box(maps[self.views - 1 :: self.views], last[self.views - 1 :: self.views])
        )
        seen = self.dropout(features)
        return {task: head(seen) for task, head in self.heads.items()}, boxes, features

    def forward(self, samples: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
        """Logits and boxes of samples, as `logits` gives them."""
        return self.logits(self.maps(samples))
