"""Weights that a user gives a network to begin with, such as those published for ImageNet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from discgrader.errors import UsageError
from discgrader.packs.encoders import build_encoder
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_tensors

HEADS = "heads."
"""What the weights of tasks are called, beside those of an encoder."""

_FIRST_CHANNELS = 3
"""Colors of ImageNet's pictures, on which published weights were trained."""


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a ``state_dict`` in a file; nothing but tensors is ever loaded.

    Raises
    ------
    UsageError
        There is no such file, or it holds no state_dict.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}; give the weights as .safetensors or .pth.")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # What a wrong file raises depends on its first bytes: there is no common class.
        raise UsageError(
            f"{path} cannot be read as weights ({type(error).__name__}); give a state_dict as .safetensors or .pth."
        ) from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        raise UsageError(f"{path} contains no state_dict; save the network's state_dict().")
    return {name.removeprefix("module."): tensor for name, tensor in state.items()}


def initial_weights(path: Path, architecture: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """The weights of a file that fit the encoder of a window classifier, under the encoder's names.

    Published classifiers go without their last layer. A file counts as fitting when it has every weight of the encoder.

    Raises
    ------
    UsageError
        As `read_state`, or the file is of another network.
    """
    return _fitting(read_state(path), architecture, str(path))


def shipped_weights(pack: Pack, architecture: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """As `initial_weights`, those of the one network of a pack."""
    return _fitting(load_tensors(pack, next(iter(pack.files))), architecture, f"The pack {pack.name}")


def weights_to_go_on_from(pack: Pack, architecture: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """As `shipped_weights`, of a pack of the same system as the one that is trained: with the heads of its tasks."""
    files = [name for name in pack.files if name.startswith("network")]
    if len(files) != 1:
        raise UsageError(f"The pack {pack.name} has {len(files)} networks, and a training goes on from one.")
    state = load_tensors(pack, files[0])
    encoder = _fitting(
        {name.removeprefix("encoder."): tensor for name, tensor in state.items()}, architecture, f"The pack {pack.name}"
    )
    return encoder | {name: tensor for name, tensor in state.items() if name.startswith(HEADS)}


def _fitting(
    state: Mapping[str, torch.Tensor], architecture: Mapping[str, Any], origin: str
) -> dict[str, torch.Tensor]:
    encoder, _ = build_encoder(architecture["encoder"], architecture.get("channels", _FIRST_CHANNELS))
    wanted = {name: tensor for name, tensor in encoder.state_dict().items() if not name.endswith("num_batches_tracked")}
    found = {}
    for name, own in wanted.items():
        given = next((state[candidate] for candidate in published_names(name) if candidate in state), None)
        if given is None and name.endswith("downsample.0.bias"):
            # Published residual networks have none there.
            given = torch.zeros_like(own)
        if given is None or given.numel() != own.numel():
            raise UsageError(
                f"{origin} does not fit the encoder {architecture['encoder']['name']}: "
                f"{'no ' if given is None else 'another shape of '}{name}."
            )
        found[name] = given.reshape(own.shape)
    return found


def published_names(name: str) -> tuple[str, ...]:
    """What files of torchvision, of transformers, and of the Squeeze-and-Excitation networks call a weight of an
    encoder."""
    bare = name.removeprefix("network.")
    dense = bare.replace(".layers.", ".")
    squeezed = bare
    for own, published in (
        (r"\.conv(\d)\.conv\.", r".conv\1."),
        (r"\.conv(\d)\.adn\.N\.", r".bn\1."),
        (r"\.project\.conv\.", ".downsample.0."),
        (r"\.project\.adn\.N\.", ".downsample.1."),
        (r"\.se_layer\.fc\.0\.", ".se_module.fc1."),
        (r"\.se_layer\.fc\.2\.", ".se_module.fc2."),
    ):
        squeezed = re.sub(own, published, squeezed)
    return name, bare, f"features.{dense}", f"mobilevit.{bare}", squeezed
