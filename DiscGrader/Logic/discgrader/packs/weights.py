"""What is read from a pack's weight files, and how tensors are stored in 32, 16 or 8 bits."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from discgrader.checked import parse_json
from discgrader.errors import PackError
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees, parse_trees

if TYPE_CHECKING:
    import torch

_SCALE = "::scale"


def load_tensors(pack: Pack, file: str) -> "dict[str, torch.Tensor]":
    """The tensors of a safetensors file of the pack, by name.

    Floating-point ones come as float32, however they are stored; one stored as int8 beside ``<name>::scale`` (shape
    (channels,), along its first axis) is multiplied by its scale. Whole numbers come as they are.

    Raises
    ------
    PackError
        When the file is missing, altered, or no safetensors file.
    """
    import safetensors
    import safetensors.torch
    import torch

    try:
        stored = safetensors.torch.load(pack.read_bytes(file))
    except PackError:
        raise
    except Exception as error:  # what a wrong header raises depends on where it is wrong
        raise PackError(f"Pack {pack.name}: {file} is not a safetensors file ({error}).") from error
    tensors = {}
    for name, tensor in stored.items():
        if name.endswith(_SCALE):
            continue
        scale = stored.get(name + _SCALE)
        if scale is not None:
            if tensor.dtype != torch.int8 or tensor.ndim == 0 or scale.shape != tensor.shape[:1]:
                raise PackError(f"Pack {pack.name}: {file} has a scale that does not fit {name}.")
            tensors[name] = tensor.float() * scale.float().reshape(-1, *[1] * (tensor.ndim - 1))
        else:
            tensors[name] = tensor.float() if tensor.is_floating_point() else tensor
    return tensors


def fill_network(network: "torch.nn.Module", pack: Pack, file: str) -> None:
    """Give a network the weights of a safetensors file of the pack.

    Raises
    ------
    PackError
        When the file is none, or of another network.
    """
    weights = load_tensors(pack, file)
    for name, tensor in weights.items():
        if tensor.is_complex() or not bool(tensor.isfinite().all()):
            raise PackError(f"Pack {pack.name}: {file} has values in {name} that are not numbers.")
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise PackError(f"Pack {pack.name}: {file} does not fit the network that the pack describes.") from error


def pack_tensors(tensors: "Mapping[str, torch.Tensor]", bits: int = 16) -> bytes:
    """The content of a safetensors file, for `discgrader.packs.pack.write_pack`.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        For instance a network's ``state_dict()``.
    bits : {32, 16, 8}
        How floating-point tensors of two axes or more are stored; those of fewer (biases, normalization) are small
        and delicate and stay in 32. In 8 bits each channel of the first axis gets its own scale.
    """
    import safetensors.torch
    import torch

    if bits not in (32, 16, 8):
        raise ValueError(f"bits must be 32, 16 or 8, not {bits}")
    stored = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().cpu().contiguous()
        if not tensor.is_floating_point():
            stored[name] = tensor
        elif tensor.ndim < 2 or bits == 32:
            stored[name] = tensor.float()
        elif bits == 16:
            half = tensor.half()
            if not bool(torch.isfinite(half).all()):
                raise ValueError(f"{name} does not fit 16 bits")
            stored[name] = half
        else:
            largest = tensor.float().flatten(1).abs().amax(1)
            scale = torch.where(largest > 0, largest / 127, torch.ones_like(largest))
            shape = (-1, *[1] * (tensor.ndim - 1))
            stored[name] = torch.round(tensor.float() / scale.reshape(shape)).to(torch.int8)
            stored[name + _SCALE] = scale
    # Tensors that share memory (tied weights) must be copied, or safetensors refuses them.
    return safetensors.torch.save({name: tensor.clone() for name, tensor in stored.items()})


def load_trees(pack: Pack, file: str) -> Trees:
    """The trees of a LightGBM text file of the pack, without LightGBM."""
    try:
        return parse_trees(pack.read_bytes(file).decode("utf-8"))
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise PackError(f"Pack {pack.name}: {file} contains no trees that this version can read ({error}).") from error


def load_json(pack: Pack, file: str) -> object:
    """The value in a JSON file of the pack."""
    return parse_json(_text(pack.read_bytes(file), pack.name, file), f"Pack {pack.name}: {file}", PackError)


def _text(content: bytes, pack_name: str, file: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackError(f"Pack {pack_name}: {file} is not UTF-8 text; reinstall the pack.") from error
