"""Discs of a study: segmented, cut out, measured, named and boxed."""

from collections.abc import Sequence

import numpy as np
import torch

from discgrader.errors import StudyError
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.candidates import find_candidates
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Disc, Localization
from discgrader.localize.naming import NamedCandidate, name_candidates
from discgrader.localize.roi import roi_box
from discgrader.localize.segment import CANAL, DISC, VERTEBRA, Segmentation, Segmenter
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_tensors
from discgrader.progress import Progress

PREFERRED_ROLES = ("T2", "T2_SPACE", "T1", "STIR", "unknown")
"""Sagittal series in the order in which discs are looked for on them."""


class Localizer:
    """Finds and names the discs of a study.

    Parameters
    ----------
    pack : Pack
        Of the system ``localizer``.
    device : str
        Where the network runs, as PyTorch names it.
    """

    def __init__(self, pack: Pack, device: str = "cpu"):
        network = build_network(pack.architecture)
        network.load_state_dict(load_tensors(pack, next(iter(pack.files))))
        self._segmenter = Segmenter(network, float(pack.input["pixel_mm"]), device)

    @classmethod
    def of_network(cls, network: torch.nn.Module, pixel_mm: float) -> "Localizer":
        """A localizer around a network that is not packed yet, as while training."""
        localizer = cls.__new__(cls)
        localizer._segmenter = Segmenter(network, pixel_mm)
        return localizer

    def localize(self, study: Study, *, margin_mm: float = DEFAULT_MARGIN_MM, lowest_disc: str | None = None,
                 progress: Progress | None = None) -> Localization:
        """Find the discs on the study's best sagittal series.

        Parameters
        ----------
        margin_mm : float
            How far the ROI boxes reach beyond the endplates, 8 to 12 mm.
        lowest_disc : str, optional
            The level of the lowest disc in view, where the user knows better.

        Raises
        ------
        StudyError
            There is no sagittal series, or no disc in any of them.
        UsageError
            The margin or the level does not exist.
        """
        progress = progress or Progress()
        candidates = sagittal_series(study)
        for position, series in enumerate(candidates):
            share = progress.part(position / len(candidates), (position + 1) / len(candidates))
            found = self.localize_series(series, margin_mm=margin_mm, lowest_disc=lowest_disc, progress=share)
            if found.discs:
                return found
        raise StudyError(f"No lumbar disc was found in {study.name}: is it a sagittal MRI of the lumbar spine?")

    def localize_series(self, series: Series, *, margin_mm: float = DEFAULT_MARGIN_MM, lowest_disc: str | None = None,
                        progress: Progress | None = None) -> Localization:
        """Find the discs on one series; without a disc when there is none."""
        segmentation = self._segmenter(series.volume, progress)
        candidates, labels = find_candidates(segmentation)
        naming = name_candidates(candidates, lowest_disc)
        discs = tuple(_disc(one, margin_mm) for one in naming.discs)
        return Localization(series.name, _label_volume(segmentation, naming.discs, labels, series.volume), discs,
                            naming.warnings)


def sagittal_series(study: Study) -> Sequence[Series]:
    """The study's sagittal series, the one best suited for finding discs first.

    Raises
    ------
    StudyError
        There is none.
    """
    order = {role: position for position, role in enumerate(PREFERRED_ROLES)}
    found = [one for one in study.series if one.plane is Plane.SAGITTAL]
    if not found:
        raise StudyError(f"{study.name} has no sagittal series: discs are found on sagittal pictures.")
    return sorted(found, key=lambda one: (order.get(one.role, len(order)), -one.volume.array.size))


def _disc(named: NamedCandidate, margin_mm: float) -> Disc:
    one = named.candidate
    return Disc(named.index_from_sacrum, named.level, one.center_lps_mm, one.height_mm, one.depth_mm, one.width_mm,
                roi_box(one, margin_mm), named.warnings)


def _label_volume(segmentation: Segmentation, named: Sequence[NamedCandidate], labels: np.ndarray,
                  volume: Volume) -> Volume:
    """Labels 1, 100 and 200 + index in the series' own geometry, uint16."""
    classes = segmentation.labels()
    result = np.select([classes == VERTEBRA, classes == CANAL], [1, 100], 0).astype(np.uint16)
    lookup = np.zeros(int(labels.max()) + 1, np.uint16)
    for one in named:
        lookup[one.candidate.label] = 200 + one.index_from_sacrum
    coarse = lookup[labels]
    rows = _nearest(classes.shape[1], labels.shape[1])
    columns = _nearest(classes.shape[2], labels.shape[2])
    for index in range(len(classes)):
        disc = classes[index] == DISC
        result[index][disc] = coarse[index][rows][:, columns][disc]
    return Volume(segmentation.frames.restore(result), volume.affine_lps)


def _nearest(fine: int, coarse: int) -> np.ndarray:
    """For every fine index the coarse index that lies over it."""
    return np.minimum(((np.arange(fine) + 0.5) * coarse / fine).astype(int), coarse - 1)
