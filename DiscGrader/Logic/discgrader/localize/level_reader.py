"""Which disc of the spine each found disc is, by what networks see around it."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from discgrader.localize.candidates import Candidate
from discgrader.localize.level_pictures import level_pictures
from discgrader.localize.segment import Segmentation
from discgrader.packs.level_classifier import LevelClassifier
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_tensors

FILE = "levels.safetensors"
"""The file of a localizer's pack that holds these networks; their architecture and how their answers are weighed lie
under ``levels`` in its ``calibration``."""


class LevelReader:
    """Networks that each saw other patients; their answers are averaged.

    Parameters
    ----------
    networks : sequence of LevelClassifier
    weights : mapping of str to float
        How answers are weighed; see `discgrader.localize.lowest_disc`.
    device : str
    """

    def __init__(self, networks: Sequence[LevelClassifier], weights: Mapping[str, float], device: str = "cpu") -> None:
        self._networks = [one.eval().to(device) for one in networks]
        self.weights = dict(weights)
        self._device = device

    @classmethod
    def of_pack(cls, pack: Pack, device: str = "cpu") -> "LevelReader | None":
        """The networks of a localizer's pack; None where it has none."""
        if FILE not in pack.files:
            return None
        stated = pack.calibration["levels"]
        stored = load_tensors(pack, FILE)
        networks = []
        for number in range(stated["networks"]):
            network = LevelClassifier(**stated["architecture"])
            prefix = f"{number}."
            own = {name.removeprefix(prefix): one for name, one in stored.items() if name.startswith(prefix)}
            network.load_state_dict(own)
            networks.append(network)
        return cls(networks, stated["weights"], device)

    def __call__(self, segmentation: Segmentation, row: Sequence[Candidate]) -> np.ndarray:
        """Log probability of each level (0 = S1-S2, 1 = L5-S1, the last: that and all above), shape (discs, levels)."""
        pictures = level_pictures(segmentation, row).to(self._device)
        with torch.inference_mode():
            answers = [network(pictures).log_softmax(1) for network in self._networks]
        return torch.stack(answers).mean(0).log_softmax(1).double().cpu().numpy()
