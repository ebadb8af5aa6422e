"""The residual U-Net that segments sagittal slices.

In plain PyTorch, since importing MONAI takes longer than grading all discs of a study. Parameters bear the names that
MONAI's ``UNet`` gives them, so that weights go from one to the other (Kerfoot et al., STACOM 2018, for the design).
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class UNet(nn.Module):
    """A U-Net in two dimensions whose every step halves or doubles the picture and adds what it was given.

    Parameters
    ----------
    channels : sequence of int
        Channels of each level, finest first; every level but the last halves the picture.
    inputs, outputs : int
        Channels of the picture and of the logits.
    residual_units : int
        Convolutions of each level on the way down, and at the bottom.
    block : int
        Edge of the squares of pixels that enter as channels of one and leave as such (Shi et al., CVPR 2016): with 2,
        the finest level works on a quarter of the pixels and still tells each of them apart.
    """

    def __init__(self, channels: Sequence[int], inputs: int, outputs: int, residual_units: int, block: int = 1):
        super().__init__()
        self.block = block
        self.multiple = block * 2 ** (len(channels) - 1)
        self.model = _level(inputs * block**2, outputs * block**2, list(channels), residual_units, top=True)

    def forward(self, picture: Tensor) -> Tensor:
        """Logits, shape (batch, outputs, rows, columns), of pictures of shape (batch, inputs, rows, columns).

        Rows and columns must divide by ``multiple``.
        """
        if self.block == 1:
            return self.model(picture)
        return nn.functional.pixel_shuffle(self.model(nn.functional.pixel_unshuffle(picture, self.block)), self.block)

    def fused(self) -> UNet:
        """This network for inference, its normalizations taken into the convolutions before them."""
        network = copy.deepcopy(self).eval()
        for module in network.modules():
            if isinstance(module, nn.Sequential) and hasattr(module, "adn"):
                module.conv = fuse_conv_bn_eval(module.conv, module.adn.N, isinstance(module.conv, nn.ConvTranspose2d))
                module.adn.N = nn.Identity()
                module.adn.A = nn.ReLU(inplace=True)
        return network


class _SkipConnection(nn.Module):
    """A finer level's features beside what the coarser levels make of them."""

    def __init__(self, submodule: nn.Module):
        super().__init__()
        self.submodule = submodule

    def forward(self, features: Tensor) -> Tensor:
        return torch.cat([features, self.submodule(features)], 1)


class _Residual(nn.Module):
    """Convolutions in a row, and the input added, brought to the same shape."""

    def __init__(self, inputs: int, outputs: int, stride: int, units: int, last_plain: bool = False):
        super().__init__()
        self.conv = nn.Sequential()
        for unit in range(units):
            plain = last_plain and unit == units - 1
            layer = _convolution(inputs if unit == 0 else outputs, outputs, stride if unit == 0 else 1, plain=plain)
            self.conv.add_module(f"unit{unit}", layer)
        if stride != 1:
            self.residual = nn.Conv2d(inputs, outputs, 3, stride, 1)
        elif inputs != outputs:
            self.residual = nn.Conv2d(inputs, outputs, 1)
        else:
            self.residual = nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        return self.conv(features) + self.residual(features)


def _level(inputs: int, outputs: int, channels: Sequence[int], units: int, top: bool = False) -> nn.Sequential:
    own, coarser = channels[0], channels[1:]
    if len(coarser) > 1:
        below, joined = _level(own, own, coarser, units), 2 * own
    else:
        below, joined = _Residual(own, coarser[0], 1, units), own + coarser[0]
    up = nn.Sequential(_convolution(joined, outputs, 2, up=True), _Residual(outputs, outputs, 1, 1, last_plain=top))
    return nn.Sequential(_Residual(inputs, own, 2, units), _SkipConnection(below), up)


def _convolution(inputs: int, outputs: int, stride: int, *, up: bool = False, plain: bool = False) -> nn.Sequential:
    """A 3 x 3 convolution, followed by normalization and ReLU unless it is to be plain."""
    conv = (
        nn.ConvTranspose2d(inputs, outputs, 3, stride, 1, stride - 1)
        if up
        else nn.Conv2d(inputs, outputs, 3, stride, 1)
    )
    if plain:
        return nn.Sequential(OrderedDict(conv=conv))
    return nn.Sequential(OrderedDict(conv=conv, adn=nn.Sequential(OrderedDict(N=nn.BatchNorm2d(outputs), A=nn.ReLU()))))
