"""The networks that packs describe, built from a pack's ``architecture`` entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from discgrader.errors import PackError

if TYPE_CHECKING:
    import torch


def build_network(architecture: Mapping[str, object]) -> torch.nn.Module:
    """The untrained network that ``architecture`` describes.

    Parameters
    ----------
    architecture : mapping
        ``kind`` names the family, the other entries are its settings: ``unet`` (MONAI's residual U-Net in two
        dimensions) or ``disc_classifier`` (see `discgrader.packs.disc_classifier`).

    Raises
    ------
    PackError
        The kind is unknown to this version.
    """
    settings = dict(architecture)
    kind = settings.pop("kind", None)
    if kind == "unet":
        return _unet(**settings)
    if kind == "disc_classifier":
        from discgrader.packs.disc_classifier import DiscClassifier

        return DiscClassifier(**settings)
    raise PackError(f"This version of DiscGrader does not know the network '{kind}'; update DiscGrader or the pack.")


def _unet(channels: list[int], inputs: int, outputs: int, residual_units: int) -> torch.nn.Module:
    # monai.networks.nets.unet alone: monai's package of all networks takes seconds to import.
    from monai.networks.nets.unet import UNet

    return UNet(
        spatial_dims=2,
        in_channels=inputs,
        out_channels=outputs,
        channels=tuple(channels),
        strides=(2,) * (len(channels) - 1),
        num_res_units=residual_units,
        norm="batch",
        act="relu",
    )
