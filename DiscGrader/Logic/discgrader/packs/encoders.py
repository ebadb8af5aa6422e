"""The encoders of window classifiers, each a network that was published, parted after its first stage.

The first stage's maps are what saliency is read from; see `discgrader.explain.layer_cam`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from discgrader.errors import DiscGraderError, PackError
from discgrader.packs.efficientnet_lite import FEATURES, EfficientNetLite0
from discgrader.packs.residual import ResidualEncoder, resnet50

_FINE_BLOCKS = 3
"""Blocks of EfficientNet-Lite0 that work on at least a quarter of the rows and columns."""

RESNET18 = {"widths": (64, 128, 256, 512), "blocks": (2, 2, 2, 2)}
"""He et al., CVPR 2016, Table 1."""

RESNET34 = {"widths": (64, 128, 256, 512), "blocks": (3, 4, 6, 3)}
"""He et al., CVPR 2016, Table 1."""


class SplitNetwork(nn.Module):
    """A network's layers in two parts, ``early`` up to the maps of the first stage and ``late`` from there.

    The network keeps the names of its layers, so that published weights fit; ``early`` and ``late`` name some of them.
    """

    def __init__(self, network: nn.Module, early: Sequence[str], late: Sequence[str]):
        super().__init__()
        self.network = network
        self._early, self._late = tuple(early), tuple(late)

    def early(self, picture: Tensor) -> Tensor:
        """Maps of the first stage."""
        return self._through(self._early, picture)

    def late(self, maps: Tensor) -> Tensor:
        """Maps of the last stage, from those of the first."""
        return self._through(self._late, maps)

    def _through(self, layers: Sequence[str], maps: Tensor) -> Tensor:
        for name in layers:
            maps = self.network.get_submodule(name)(maps)
        return maps


class MobileVit(nn.Module):
    """MobileViT-S (Mehta and Rastegari, ICLR 2022) as the library transformers builds it."""

    def __init__(self):
        super().__init__()
        try:
            from transformers import MobileViTConfig, MobileViTModel
        except ImportError as error:
            raise DiscGraderError(
                "MobileViT-S is built by transformers, which is not installed; run 'pip install transformers'."
            ) from error

        self.network = MobileViTModel(MobileViTConfig())

    def early(self, picture: Tensor) -> Tensor:
        """Maps of the second stage, on a quarter of the rows and columns."""
        maps = self.network.conv_stem(picture)
        for layer in self.network.encoder.layer[:2]:
            maps = layer(maps)
        return maps

    def late(self, maps: Tensor) -> Tensor:
        """Maps of the last stage."""
        for layer in self.network.encoder.layer[2:]:
            maps = layer(maps)
        return self.network.conv_1x1_exp(maps)


class EfficientNetEncoder(nn.Module):
    """EfficientNet-Lite0 (see `discgrader.packs.efficientnet_lite`) up to the maps that it pools."""

    def __init__(self):
        super().__init__()
        self.network = EfficientNetLite0()

    def early(self, picture: Tensor) -> Tensor:
        """Maps of the second stage, on a quarter of the rows and columns."""
        return self.network.blocks[:_FINE_BLOCKS](self.network.stem(picture))

    def late(self, maps: Tensor) -> Tensor:
        """Maps of the last stage."""
        return self.network.head(self.network.blocks[_FINE_BLOCKS:](maps))


def _residual(channels: int, widths: Sequence[int], blocks: Sequence[int]) -> tuple[nn.Module, int]:
    return ResidualEncoder(channels, widths, blocks), widths[-1]


def _resnet50(channels: int) -> tuple[nn.Module, int]:
    layers = ("conv1", "bn1", "act", "maxpool", "layer1"), ("layer2", "layer3", "layer4")
    return SplitNetwork(resnet50(channels), *layers), 2048


def _densenet121(channels: int) -> tuple[nn.Module, int]:
    nets = _monai("DenseNet-121")
    network = nets.DenseNet121(spatial_dims=2, in_channels=channels, out_channels=1).features
    early = ("conv0", "norm0", "relu0", "pool0", "denseblock1")
    late = [name for name, _ in network.named_children() if name not in early]
    return SplitNetwork(network, early, late), 1024


def _seresnext50(channels: int) -> tuple[nn.Module, int]:
    network = _monai("SEResNeXt-50").SEResNext50(spatial_dims=2, in_channels=channels, num_classes=1)
    network.last_linear = nn.Identity()
    return SplitNetwork(network, ("layer0", "layer1"), ("layer2", "layer3", "layer4")), 2048


def _mobilevit(channels: int) -> tuple[nn.Module, int]:
    if channels != 3:
        raise PackError(f"MobileViT-S takes images with 3 channels, not {channels}.")
    return MobileVit(), 640


def _efficientnet_lite0(channels: int) -> tuple[nn.Module, int]:
    if channels != 3:
        raise PackError(f"EfficientNet-Lite0 takes images with 3 channels, not {channels}.")
    return EfficientNetEncoder(), FEATURES


def _monai(what: str):
    try:
        import monai.networks.nets as nets
    except ImportError as error:
        raise DiscGraderError(f"{what} is built by MONAI, which is not installed; run 'pip install monai'.") from error
    return nets


_BUILDERS: Mapping[str, Callable[..., tuple[nn.Module, int]]] = {
    "residual": _residual,
    "resnet18": lambda channels: _residual(channels, **RESNET18),
    "resnet34": lambda channels: _residual(channels, **RESNET34),
    "resnet50": _resnet50,
    "densenet121": _densenet121,
    "seresnext50": _seresnext50,
    "mobilevit_s": _mobilevit,
    "efficientnet_lite0": _efficientnet_lite0,
}
ENCODERS = tuple(_BUILDERS)
"""Names of all encoders."""


def early_maps(encoder: nn.Module, channels: int) -> int:
    """How many maps the first stage of an encoder for pictures of so many channels has."""
    learning = encoder.training
    with torch.no_grad():
        count = encoder.eval().early(torch.zeros(1, channels, 32, 32)).shape[1]
    encoder.train(learning)
    return count


def build_encoder(described: Mapping[str, Any], channels: int) -> tuple[nn.Module, int]:
    """An encoder for pictures of so many channels, and how many maps its last stage has.

    Parameters
    ----------
    described : mapping
        ``name``, one of `ENCODERS`; ``residual`` also takes ``widths`` and ``blocks``.

    Raises
    ------
    PackError
        There is no such encoder.
    """
    settings = dict(described)
    name = settings.pop("name", None)
    if name not in _BUILDERS:
        raise PackError(f"There is no encoder {name}; choose one of {', '.join(ENCODERS)}.")
    return _BUILDERS[name](channels, **settings)
