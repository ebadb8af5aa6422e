"""Deep features of a disc: what a network frozen after ImageNet makes of its mid-sagittal crop.

After papers/pfirrmann_radiomics.txt: a crop centred on the disc, on its middle sagittal slice. EfficientNet-Lite0 (1280
features) comes as a pack; ResNet-50 (2048 features, as published) is used when its weights are given as a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from discgrader.errors import PackError, UsageError
from discgrader.grading.view import ViewShape
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Series
from discgrader.localize.box import RoiBox
from discgrader.packs.efficientnet_lite import SIDE, normalized
from discgrader.packs.initial import read_state
from discgrader.packs.networks import build_network
from discgrader.packs.pack import FEATURES, Pack, default_packs
from discgrader.packs.weights import load_tensors

FIELD_MM = 64.0
"""Edge of the square crop: the disc, half a vertebra above and below it, and the canal."""

SHAPE = ViewShape(SIDE, SIDE, FIELD_MM / SIDE)
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's colors in 0 to 1, as published with torchvision's weights."""


@dataclass(frozen=True, eq=False)
class DeepFeatures:
    """A frozen network and what its features are called.

    Parameters
    ----------
    name : str
        ``efficientnet_lite0`` or ``resnet50``.
    network : torch.nn.Module
        From normalized pictures, shape (n, 3, 224, 224), to features, shape (n, features).
    """

    name: str
    network: torch.nn.Module

    @property
    def names(self) -> tuple[str, ...]:
        """Name of every feature."""
        return tuple(f"{self.name}_{number:04d}" for number in range({"resnet50": 2048}.get(self.name, 1280)))

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """Features, shape (n, features), float32, of pictures with values 0–255, shape (n, 224, 224)."""
        batch = torch.from_numpy(np.asarray(pictures, np.float32))[:, None].expand(-1, 3, -1, -1)
        if self.name == "resnet50":
            mean, deviation = (
                torch.tensor(statistic)[:, None, None] for statistic in (IMAGENET_MEAN, IMAGENET_DEVIATION)
            )
            batch = (batch / 255 - mean) / deviation
        else:
            batch = normalized(batch)
        with torch.inference_mode():
            return self.network(batch).float().numpy()


def disc_picture(series: Series, box: RoiBox) -> np.ndarray:
    """The disc-centred crop in the box's middle sagittal plane, values 0–255, shape (224, 224), float32.

    The darkest and brightest percent of the crop are cut off; what lies outside the picture is black.
    """
    values = sample(series.volume, SHAPE.points_lps(box), order=1, cval=np.nan)
    inside = np.isfinite(values)
    if not inside.any():
        return np.zeros(values.shape, np.float32)
    low, high = np.quantile(values[inside], [0.01, 0.99])
    return np.where(inside, np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-6), 0, 1) * 255, 0).astype(
        np.float32
    )


def shipped_features(packs: Sequence[Pack] | None = None) -> DeepFeatures:
    """EfficientNet-Lite0 from its pack.

    Raises
    ------
    PackError
        The pack is missing or its weights do not fit.
    """
    found = [pack for pack in (default_packs() if packs is None else packs) if pack.system == FEATURES]
    if not found:
        raise PackError(
            "The pack efficientnet-lite0, which computes deep features, is not installed; reinstall DiscGrader."
        )
    pack = found[-1]
    weights = load_tensors(pack, next(iter(pack.files)))
    return DeepFeatures("efficientnet_lite0", _filled(build_network(pack.architecture), weights, pack.name))


def resnet50_features(path: Path) -> DeepFeatures:
    """ResNet-50 with the weights in a file: a ``state_dict`` as PyTorch publishes it, or as MONAI does.

    Parameters
    ----------
    path : Path
        ``.safetensors``, or ``.pth`` / ``.pt``, of which nothing but tensors is ever loaded.

    Raises
    ------
    UsageError
        There is no such file, or it holds no weights of a ResNet-50.
    """
    path = Path(path)
    state = {name: tensor for name, tensor in read_state(path).items() if name.split(".")[-2:-1] != ["fc"]}
    try:
        network = _filled(build_network({"kind": "resnet50"}), state, path.name)
    except PackError as error:
        raise UsageError(f"{path} does not contain the weights of a two-dimensional ResNet-50 ({error}).") from error
    return DeepFeatures("resnet50", network)


def _filled(network: torch.nn.Module, state: dict[str, torch.Tensor], what: str) -> torch.nn.Module:
    try:
        missing, strange = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise PackError(f"{what}: a tensor has the wrong shape") from error
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or strange:
        raise PackError(f"{what}: {'no ' + missing[0] if missing else 'an unknown ' + strange[0]}")
    return network.eval()
