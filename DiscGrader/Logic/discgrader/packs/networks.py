"""The networks that packs describe, built from a pack's ``architecture`` entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from discgrader.errors import DiscGraderError, PackError
from discgrader.packs.description import NETWORKS, check_network

if TYPE_CHECKING:
    import torch


def require_torch() -> None:
    """Load PyTorch, and say what to do where that is impossible.

    Raises
    ------
    DiscGraderError
        When PyTorch or safetensors is not installed or cannot be loaded.
    """
    try:
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except (ImportError, OSError) as error:
        raise DiscGraderError(
            f"Discs are found and graded with PyTorch and safetensors, which could not be loaded ({error}); "
            "install them with 'pip install torch safetensors', or in Slicer with the extension PyTorch."
        ) from error


def build_network(architecture: Mapping[str, Any]) -> torch.nn.Module:
    """The untrained network that ``architecture`` describes.

    Parameters
    ----------
    architecture : mapping
        ``kind`` names the family, the other entries are its settings: ``unet`` (see `discgrader.packs.unet`),
        ``disc_classifier`` (see `discgrader.packs.disc_classifier`), ``window_classifier`` (see
        `discgrader.packs.view_classifier`), ``efficientnet_lite0`` (see `discgrader.packs.efficientnet_lite`) or
        ``resnet50`` (without its classifier).

    Raises
    ------
    PackError
        The kind is unknown to this version.
    """
    settings = dict(architecture)
    kind = settings.pop("kind", None)
    if isinstance(kind, str) and kind in NETWORKS:
        check_network(kind, settings, f"The network {kind}")
    if kind == "unet":
        from discgrader.packs.unet import UNet

        return UNet(**settings)
    if kind == "disc_classifier":
        from discgrader.packs.disc_classifier import DiscClassifier

        return DiscClassifier(**settings)
    if kind == "window_classifier":
        from discgrader.packs.view_classifier import ViewClassifier

        return ViewClassifier(views=settings.pop("windows"), **settings)
    if kind == "efficientnet_lite0":
        from discgrader.packs.efficientnet_lite import EfficientNetLite0

        return EfficientNetLite0(**settings)
    if kind == "resnet50":
        from discgrader.packs.residual import resnet50

        return resnet50(**settings)
    raise PackError(f"This version of DiscGrader does not know the network '{kind}'; update DiscGrader or the pack.")
