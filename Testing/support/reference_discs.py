"""Found discs held against centers that were set by hand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from discgrader.imaging.study import Series
from discgrader.localize.disc import Localization
from discgrader.training.true_discs import MET_MM


@dataclass(frozen=True)
class ReferenceDisc:
    """How one hand-set disc was met.

    Parameters
    ----------
    image : str
        The slice's file, below the data folder.
    index_from_sacrum : int
        As set by hand.
    distance_mm : float
        From the hand-set centre to the found disc of the same index; infinite where there is none.
    nearest_index : int or None
        Index of the found disc that lies within `MET_MM` of it, None where there is none.
    uncertain : bool
        Whether the reader was not sure of the indices on this slice.
    """

    image: str
    index_from_sacrum: int
    distance_mm: float
    nearest_index: int | None
    uncertain: bool

    @property
    def met(self) -> bool:
        """A disc of the right index within `MET_MM`."""
        return self.distance_mm <= MET_MM


def compare(
    reference: Path, read: Callable[[str], Series | None], localize: Callable[[str, Series], Localization]
) -> list[ReferenceDisc]:
    """All hand-set discs and how they were met.

    Parameters
    ----------
    reference : Path
        JSON with ``slices``, each with ``image`` and ``centers`` (index to pixel (i, j)).
    read : callable(image) -> Series or None
        Reads a slice; None leaves it out.
    localize : callable(image, series) -> Localization
    """
    found = []
    for slice_ in json.loads(reference.read_text(encoding="utf-8"))["slices"]:
        series = read(slice_["image"])
        if series is None:
            continue
        discs = localize(slice_["image"], series).discs
        for index, (i, j) in slice_["centers"].items():
            point = series.volume.index_to_lps(np.array([i, j, 0.0]))
            distances = {disc.index_from_sacrum: float(np.linalg.norm(disc.center_lps_mm - point)) for disc in discs}
            nearest = min(distances, key=lambda found: distances[found], default=None)
            if nearest is not None and distances[nearest] > MET_MM:
                nearest = None
            found.append(
                ReferenceDisc(
                    slice_["image"],
                    int(index),
                    distances.get(int(index), float("inf")),
                    nearest,
                    bool(slice_.get("uncertain")),
                )
            )
    return found
