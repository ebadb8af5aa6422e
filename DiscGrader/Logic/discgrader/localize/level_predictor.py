"""Which disc of the spine each found disc is, by what networks see around it."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from discgrader.localize.candidates import Candidate
from discgrader.localize.frames import rescale_frames, standardize
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation
from discgrader.packs.disc_classifier import LevelClassifier
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_tensors

PIXEL_MM, EDGE = 1.2, 96
"""What a network sees of a disc: so many square pixels of this size along each side."""
PLANES = 5
"""The picture, the probabilities of vertebra, disc and canal, and whether a pixel lies in the picture at all."""

BRIGHTEST = 4.0
"""In standard deviations of the body's intensities; what is brighter is shown as bright as this."""


def level_planes(segmentation: Segmentation, index: int) -> torch.Tensor:
    """The planes of one slice on square pixels of `PIXEL_MM`, shape (`PLANES`, rows, columns)."""
    frames = segmentation.frames.volume
    column_mm, row_mm, _ = frames.spacing_mm
    picture = torch.from_numpy(np.ascontiguousarray(frames.array[index : index + 1], np.float32))
    picture = standardize(rescale_frames(picture, (row_mm, column_mm), PIXEL_MM)).clamp(-BRIGHTEST, BRIGHTEST)
    found = segmentation.probabilities[[VERTEBRA, DISC, CANAL], index]
    found = torch.from_numpy(np.ascontiguousarray(found, np.float32))
    found = torch.nn.functional.interpolate(found[None], size=picture.shape[1:], mode="bilinear", antialias=True)[0]
    return torch.cat([picture, found, torch.ones_like(picture)])


def place_in_planes(segmentation: Segmentation, candidate: Candidate, size: Sequence[int]) -> tuple[int, float, float]:
    """The slice that a candidate lies on, and its row and column on planes of this size (rows, columns)."""
    frames = segmentation.frames.volume
    column, row, index = frames.lps_to_index(candidate.center_lps_mm)
    rows, columns = frames.array.shape[1:]
    nearest = int(np.clip(round(float(index)), 0, len(frames.array) - 1))
    return nearest, (row + 0.5) * size[0] / rows - 0.5, (column + 0.5) * size[1] / columns - 0.5


def cut_out(planes: torch.Tensor, row: float, column: float, turn: torch.Tensor | None = None) -> torch.Tensor:
    """The planes around a place, shape (`PLANES`, `EDGE`, `EDGE`), 0 outside.

    Parameters
    ----------
    turn : Tensor, shape (2, 2), optional
        How the window is turned and stretched (x, y); as it is where None.
    """
    _, rows, columns = planes.shape
    turn = torch.eye(2) if turn is None else turn
    scale = torch.tensor([EDGE / columns, EDGE / rows])
    center = torch.tensor([(column + 0.5) / columns * 2 - 1, (row + 0.5) / rows * 2 - 1])
    # grid_sample's units differ along x and y: the turn is in pixels.
    matrix = torch.cat([scale[:, None] * turn, center[:, None]], 1).float()
    grid = torch.nn.functional.affine_grid(matrix[None], [1, len(planes), EDGE, EDGE], align_corners=False)
    return torch.nn.functional.grid_sample(planes[None].float(), grid, mode="bilinear", align_corners=False)[0]


def level_pictures(segmentation: Segmentation, candidates: Sequence[Candidate]) -> torch.Tensor:
    """What lies around each candidate on its middle slice, shape (candidates, `PLANES`, `EDGE`, `EDGE`)."""
    planes: dict[int, torch.Tensor] = {}
    pictures = []
    for candidate in candidates:
        index, _, _ = place_in_planes(segmentation, candidate, (1, 1))
        if index not in planes:
            planes[index] = level_planes(segmentation, index)
        _, row, column = place_in_planes(segmentation, candidate, planes[index].shape[1:])
        pictures.append(cut_out(planes[index], row, column))
    return torch.stack(pictures) if pictures else torch.zeros(0, PLANES, EDGE, EDGE)


FILE = "levels.safetensors"
"""The file of a localizer's pack that holds these networks; their architecture and how their answers are weighed lie
under ``levels`` in its ``calibration``."""


class LevelPredictor:
    """Networks that each saw other patients; their answers are averaged.

    Parameters
    ----------
    networks : sequence of LevelClassifier
    weights : mapping of str to float
        How answers are weighed; see `discgrader.localize.lowest_disc`.
    device : str
    """

    def __init__(self, networks: Sequence[LevelClassifier], weights: Mapping[str, float], device: str = "cpu") -> None:
        self._networks = [network.eval().to(device) for network in networks]
        self.weights = dict(weights)
        self._device = device

    @classmethod
    def of_pack(cls, pack: Pack, device: str = "cpu") -> "LevelPredictor | None":
        """The networks of a localizer's pack; None where it has none."""
        if FILE not in pack.files:
            return None
        stated = pack.calibration["levels"]
        stored = load_tensors(pack, FILE)
        networks = []
        for number in range(stated["networks"]):
            network = LevelClassifier(**stated["architecture"])
            prefix = f"{number}."
            own = {name.removeprefix(prefix): tensor for name, tensor in stored.items() if name.startswith(prefix)}
            network.load_state_dict(own)
            networks.append(network)
        return cls(networks, stated["weights"], device)

    def __call__(self, segmentation: Segmentation, row: Sequence[Candidate]) -> np.ndarray:
        """Log probability of each level (0 = S1-S2, 1 = L5-S1, the last: that and all above), shape (discs, levels)."""
        pictures = level_pictures(segmentation, row).to(self._device)
        with torch.inference_mode():
            answers = [network(pictures).log_softmax(1) for network in self._networks]
        return torch.stack(answers).mean(0).log_softmax(1).double().cpu().numpy()
