"""The network that tells which disc of the spine a picture is centered on."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from discgrader.packs.residual import ResidualEncoder


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
