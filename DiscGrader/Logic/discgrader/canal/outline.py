"""The network that outlines the thecal sac, and what lies around it, on axial T2-weighted slices.

It learned on digital spines alone (`discgrader train canal`). Sagittal slices are measured by the localizer's
segmentation, which learned on patients and follows their sacs better (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from discgrader.errors import PackError
from discgrader.imaging.study import Plane
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.weights import fill_network

KIND = "measured_canal"

GROUPS = ("csf", "nerves", "disc", "bone", "fat", "flavum", "foramen")
"""What is outlined: of the sac its fluid and all else in it, and what lies around it; of the foramina the fat and the
root. The networks have one more output, for the rest."""

WEIGHTS = (3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0)
"""How much places of each group, and the rest, count in training, for some groups are small; no comparison is on
record. Networks that learned so find these groups too often by as much, which is taken back when they are asked."""

PIXELS, FIELD_MM = 96, 72.0
"""What the networks see: a square around the middle of a disc's box."""

PIXEL_MM = FIELD_MM / PIXELS

PLANES = (Plane.AXIAL,)
"""Of which there are networks."""


class CanalNetworks:
    """Networks of a pack, one for each of `PLANES`.

    Parameters
    ----------
    pack : Pack
    device : str

    Raises
    ------
    PackError
        The weights do not fit the networks that the pack describes.
    """

    def __init__(self, pack: Pack, device: str = "cpu") -> None:
        self.device = device
        self._networks: Mapping[Plane, torch.nn.Module] = {plane: _network(pack, plane, device) for plane in PLANES}

    def shares(self, plane: Plane, pictures: np.ndarray) -> np.ndarray:
        """Probability of each of `GROUPS` in pictures.

        Parameters
        ----------
        plane : Plane
        pictures : ndarray, shape (n, PIXELS, PIXELS)
            In 0-1 (`discgrader.grading.view.pictured`); rows run to the back and columns to the patient's left.

        Returns
        -------
        ndarray, shape (n, groups, PIXELS, PIXELS), float32
        """
        return predicted_shares(self._networks[plane], pictures, self.device)


def predicted_shares(network: torch.nn.Module, pictures: np.ndarray, device: str = "cpu") -> np.ndarray:
    """See `CanalNetworks.shares`; pictures are also looked at with left and right exchanged."""
    seen = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))[:, None].to(device)
    prior = torch.tensor(WEIGHTS, device=device).log()[None, :, None, None]
    with torch.inference_mode():
        found = ((network(seen) - prior).softmax(1) + (network(seen.flip(3)) - prior).softmax(1).flip(3)) / 2
    return found[:, : len(GROUPS)].float().cpu().numpy()


def _network(pack: Pack, plane: Plane, device: str) -> torch.nn.Module:
    described = pack.architecture.get(plane.value)
    if pack.architecture.get("groups") != list(GROUPS) or not isinstance(described, Mapping):
        raise PackError(f"Pack {pack.name} outlines other things than this version measures; update DiscGrader.")
    network = build_network(described)
    fill_network(network, pack, f"{plane.value}.safetensors")
    return network.to(device, memory_format=torch.channels_last).eval()
