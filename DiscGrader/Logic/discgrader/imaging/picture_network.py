"""Small convolutional networks in NumPy, so that a picture's contrast is told before PyTorch is installed.

The weights lie in a pack (``Resources/Packs/contrast``) as all trained weights do. This room reads them itself: packs
are a room below, which needs more than NumPy.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from discgrader.errors import PackError
from discgrader.imaging.tissue_network import TissueNetwork, convolved
from discgrader.resources import resources_dir

PACK = "contrast"
_DESCRIPTION = "pack.json"
_TYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


@dataclass(frozen=True, eq=False)
class PictureNetwork:
    """A stack of 3 x 3 convolutions with ReLU, the mean and the largest value of each channel, and a linear layer.

    Parameters
    ----------
    convolutions : tuple of (ndarray, ndarray, int)
        Weights of shape (outputs, inputs, 3, 3), biases of shape (outputs,), and the step between positions (1 or 2).
    head : tuple of (ndarray, ndarray)
        Weights of shape (classes, 2 * channels) and biases of shape (classes,).
    classes : tuple of str
        What each output stands for.
    temperature : float
        What outputs are divided by to become calibrated.
    """

    convolutions: tuple[tuple[np.ndarray, np.ndarray, int], ...]
    head: tuple[np.ndarray, np.ndarray]
    classes: tuple[str, ...]
    temperature: float

    def logits(self, channels: np.ndarray) -> np.ndarray:
        """One number for each class, shape (classes,), of a picture of shape (inputs, rows, columns)."""
        values = np.ascontiguousarray(channels, np.float32)
        for weights, biases, step in self.convolutions:
            values = np.maximum(convolved(values, weights, step) + biases[:, None, None], 0)
        pooled = np.concatenate([values.mean(axis=(1, 2)), values.max(axis=(1, 2))])
        return self.head[0] @ pooled + self.head[1]


@lru_cache(maxsize=1)
def planes_with_network() -> tuple[str, ...]:
    """The planes that a network ships for: those whose answers were right often enough on patients kept aside.

    Raises
    ------
    PackError
        When the pack is missing or cannot be read.
    """
    try:
        return tuple(_description()["architecture"]["classes"])
    except (KeyError, TypeError) as error:
        raise PackError(f"Pack {PACK} cannot be read ({error!r}); reinstall DiscGrader.") from error


@lru_cache(maxsize=4)
def picture_network(plane: str) -> PictureNetwork | TissueNetwork:
    """The shipped network for pictures in this plane, one of `planes_with_network`.

    Raises
    ------
    PackError
        When its pack is missing or altered.
    """
    described = _description()
    try:
        sha256 = described["files"][f"{plane}.safetensors"]
        stated = described["architecture"]
        classes = tuple(stated["classes"][plane])
        temperature = float(described["calibration"][plane]["temperature"])
        tensors = _tensors(_content(f"{plane}.safetensors", sha256))
        if plane in stated.get("by_tissue", ()):
            return tissue_network_of(tensors, classes, temperature)
        steps = tuple(int(step) for step in stated["steps"])
        convolutions = tuple((*_part(tensors, f"convolution{number}"), step) for number, step in enumerate(steps))
        return PictureNetwork(convolutions, _part(tensors, "head"), classes, temperature)
    except (KeyError, TypeError, ValueError) as error:
        raise PackError(f"Pack {PACK} cannot be read ({error!r}); reinstall DiscGrader.") from error


def tissue_network_of(tensors: Mapping[str, np.ndarray], classes: tuple[str, ...], temperature: float) -> TissueNetwork:
    """The network that these tensors, named as a pack names them, make up; KeyError where one is missing."""
    down, up = (
        tuple(_part(tensors, f"{way}{number}") for number in range(_count(tensors, way))) for way in ("down", "up")
    )
    middle, shares, hidden, head = (_part(tensors, name) for name in ("middle", "shares", "hidden", "head"))
    return TissueNetwork(down, middle, up, shares, hidden, head, classes, temperature)


def _part(tensors: Mapping[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]


def _count(tensors: Mapping[str, np.ndarray], name: str) -> int:
    return sum(key.startswith(name) and key.endswith(".weight") for key in tensors)


def _description() -> dict:
    try:
        return json.loads((resources_dir() / "Packs" / PACK / _DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackError(f"{_DESCRIPTION} of pack {PACK} cannot be read; reinstall DiscGrader.") from error


def _content(file: str, sha256: str) -> bytes:
    try:
        content = (resources_dir() / "Packs" / PACK / file).read_bytes()
    except OSError as error:
        raise PackError(f"{file} of pack {PACK} cannot be read ({error.strerror}); reinstall DiscGrader.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackError(f"{file} of pack {PACK} was altered; reinstall DiscGrader.")
    return content


def _tensors(content: bytes) -> Mapping[str, np.ndarray]:
    """The arrays of a safetensors file, as float32 (a header of JSON, its length before it, and then the numbers)."""
    length = int.from_bytes(content[:8], "little")
    header, numbers = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        stored = np.frombuffer(numbers[start:end], _TYPES[entry["dtype"]])
        arrays[name] = stored.reshape(entry["shape"]).astype(np.float32)
    return arrays
