"""Residual networks (He et al., CVPR 2016): the encoder of disc classifiers in plain PyTorch, and ResNet-50 by MONAI.

Importing MONAI takes longer than grading all discs of a study. Parameters bear the names that MONAI's ``ResNet`` of
basic blocks gives them, so that weights go from one to the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from discgrader.errors import DiscGraderError


class ResidualEncoder(nn.Module):
    """A ResNet in two dimensions without its classifying layer.

    Parameters
    ----------
    channels : int
        Planes of a picture.
    widths : sequence of four int
        Channels of each stage; the first works on a quarter of the rows and columns, each other on half of those of
        the one before.
    blocks : sequence of four int
        Residual blocks of each stage.
    """

    def __init__(self, channels: int, widths: Sequence[int], blocks: Sequence[int] = (2, 2, 2, 2)):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, widths[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.act = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = _stage(widths[0], widths[0], blocks[0], 1)
        self.layer2 = _stage(widths[0], widths[1], blocks[1], 2)
        self.layer3 = _stage(widths[1], widths[2], blocks[2], 2)
        self.layer4 = _stage(widths[2], widths[3], blocks[3], 2)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def early(self, picture: Tensor) -> Tensor:
        """Maps of the first stage, shape (batch, widths[0], rows / 4, columns / 4)."""
        return self.layer1(self.maxpool(self.act(self.bn1(self.conv1(picture)))))

    def late(self, maps: Tensor) -> Tensor:
        """Maps of the last stage, shape (batch, widths[3], rows / 32, columns / 32), from those of the first."""
        return self.layer4(self.layer3(self.layer2(maps)))

    def forward(self, picture: Tensor) -> Tensor:
        """Maps of the last stage for pictures of shape (batch, channels, rows, columns)."""
        return self.late(self.early(picture))

    def fuse(self) -> None:
        """Take the normalizations into the convolutions before them, for inference alone; cannot be undone."""
        self.conv1, self.bn1 = fuse_conv_bn_eval(self.conv1, self.bn1), nn.Identity()
        for block in (block for stage in (self.layer1, self.layer2, self.layer3, self.layer4) for block in stage):
            block.conv1, block.bn1 = fuse_conv_bn_eval(block.conv1, block.bn1), nn.Identity()
            block.conv2, block.bn2 = fuse_conv_bn_eval(block.conv2, block.bn2), nn.Identity()
            if block.downsample is not None:
                block.downsample = nn.Sequential(fuse_conv_bn_eval(*block.downsample))


class _Block(nn.Module):
    """Two 3 x 3 convolutions, and the input added."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, features: Tensor) -> Tensor:
        kept = features if self.downsample is None else self.downsample(features)
        features = self.act(self.bn1(self.conv1(features)))
        return self.act(self.bn2(self.conv2(features)) + kept)


def _stage(inputs: int, outputs: int, blocks: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        *(_Block(inputs if block == 0 else outputs, outputs, stride if block == 0 else 1) for block in range(blocks))
    )


def resnet50(channels: int = 3) -> nn.Module:
    """ResNet-50 without its classifier, as MONAI builds it.

    Raises
    ------
    DiscGraderError
        MONAI is not installed.
    """
    try:
        from monai.networks.nets.resnet import ResNet, ResNetBottleneck
    except ImportError as error:
        raise DiscGraderError(
            "ResNet-50 is built by MONAI, which is not installed; run 'pip install monai'."
        ) from error

    # Names and shapes of the layers are those of the weights published for PyTorch.
    return ResNet(
        ResNetBottleneck,
        [3, 4, 6, 3],
        [64, 128, 256, 512],
        spatial_dims=2,
        n_input_channels=channels,
        conv1_t_size=7,
        conv1_t_stride=2,
        feed_forward=False,
        bias_downsample=False,
    )
