"""All features of gray values of a region, of as many images as there are."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from discgrader.radiomics.co_occurrence import Pairs, direction_weights, glcm_features
from discgrader.radiomics.emphasis import DEPENDENCES, RUNS, ZONES, emphasis_features
from discgrader.radiomics.first_order import first_order_features
from discgrader.radiomics.gray_levels import GrayLevels, discretize
from discgrader.radiomics.neighbors import Neighbors, directions_with_lines, find_neighbors
from discgrader.radiomics.roi import Roi
from discgrader.radiomics.settings import Settings
from discgrader.radiomics.sizes import dependences, run_lengths, zone_sizes
from discgrader.radiomics.tone_difference import ngtdm_features

_Layout = tuple[tuple[int, ...], "int | None"]


class Textures:
    """A region whose neighbors are known, so that features of many images cost little more than one look at each.

    Parameters
    ----------
    roi : Roi
    """

    def __init__(self, roi: Roi) -> None:
        self.roi = roi
        self._neighbors: dict[_Layout, Neighbors] = {}
        self._pairs: dict[_Layout, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._lines: dict[_Layout, np.ndarray] = {}

    def find_neighbors(self, all_settings: Iterable[Settings]) -> None:
        """Find the neighbors that features with these settings need; must be called before `features`."""
        for settings in all_settings:
            for distances in (settings.distances, (1,)):
                layout = (distances, _plane(settings))
                if layout in self._neighbors:
                    continue
                neighbors = find_neighbors(self.roi.mask, *layout)
                places, first, second = neighbors.pairs()
                self._neighbors[layout] = neighbors
                self._pairs[layout] = (first, second, places // max(neighbors.count, 1))
                if distances == (1,):
                    self._lines[layout] = directions_with_lines(self.roi.mask, neighbors)

    def features(
        self, values: np.ndarray, settings: Settings, wanted: Iterable[tuple[str, tuple[str, ...]]]
    ) -> dict[str, dict[str, float]]:
        """Features of one image by class and name.

        Parameters
        ----------
        values : ndarray, shape (N,)
            The image's values in the region.
        settings : Settings
        wanted : iterable of (str, tuple of str)
            Classes and features; others may come along.
        """
        gray = discretize(values, settings)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {family: _FAMILIES[family](self, values, gray, settings, names) for family, names in wanted}

    def _first_order(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        return first_order_features(values, gray, self.roi.spacing_mm, settings.voxel_array_shift)

    def _glcm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        layout = (settings.distances, _plane(settings))
        offsets = self._neighbors[layout].offsets
        weights = self._weights(offsets, settings, lambda length: np.exp(-(length**2)))
        return glcm_features(gray, Pairs(*self._pairs[layout], weights, len(offsets)), settings, names)

    def _glrlm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        layout = ((1,), _plane(settings))
        neighbors = self._neighbors[layout]
        weights = self._weights(neighbors.offsets, settings, lambda length: length)
        if not self._lines[layout].any():
            return dict.fromkeys(names, np.nan)
        return emphasis_features(run_lengths(gray, neighbors, self._lines[layout], weights), RUNS)

    def _glszm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        return emphasis_features(zone_sizes(gray, self.roi.mask, _plane(settings)), ZONES)

    def _gldm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        first, second, _ = self._pairs[settings.distances, _plane(settings)]
        return emphasis_features(dependences(gray, first, second, settings.gldm_a), DEPENDENCES)

    def _ngtdm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...]
    ) -> dict[str, float]:
        first, second, _ = self._pairs[settings.distances, _plane(settings)]
        return ngtdm_features(gray, first, second)

    def _weights(
        self, offsets: np.ndarray, settings: Settings, decay: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray | None:
        return direction_weights(offsets, self.roi.spacing_mm, settings.weighting_norm, decay)


def _plane(settings: Settings) -> int | None:
    return settings.force_2d_dimension if settings.force_2d else None


_FAMILIES: Mapping[str, Callable[..., dict[str, float]]] = {
    "firstorder": Textures._first_order,
    "glcm": Textures._glcm,
    "glrlm": Textures._glrlm,
    "glszm": Textures._glszm,
    "gldm": Textures._gldm,
    "ngtdm": Textures._ngtdm,
}
