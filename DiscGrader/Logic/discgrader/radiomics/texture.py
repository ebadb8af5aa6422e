"""All features of gray values of a region, of as many images as there are."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from discgrader.radiomics.co_occurrence import direction_weights, glcm_features
from discgrader.radiomics.gray_levels import GrayLevels, discretize, first_order_features
from discgrader.radiomics.neighbors import Direction, find_neighbors, has_lines, ngtdm_features
from discgrader.radiomics.roi import Roi
from discgrader.radiomics.settings import Settings
from discgrader.radiomics.sizes import DEPENDENCES, RUNS, ZONES, dependences, emphasis_features, run_lengths, zone_sizes

_Layout = tuple[tuple[int, ...], "int | None"]
_Check = Callable[[], None]


class Textures:
    """A region whose neighbors are known, so that features of many images cost little more than one look at each.

    Parameters
    ----------
    roi : Roi
    """

    def __init__(self, roi: Roi) -> None:
        self.roi = roi
        self._directions: dict[_Layout, tuple[Direction, ...]] = {}
        self._lines: dict[_Layout, tuple[Direction, ...]] = {}

    def find_neighbors(self, all_settings: Iterable[Settings]) -> None:
        """Find the neighbors that features with these settings need; must be called before `features`."""
        for settings in all_settings:
            for distances in (settings.distances, (1,)):
                layout = (distances, _plane(settings))
                if layout not in self._directions:
                    self._directions[layout] = find_neighbors(self.roi.mask, *layout)
            # A direction along which each line meets the region but once has no runs.
            lines = self._directions[(1,), _plane(settings)]
            self._lines[(1,), _plane(settings)] = tuple(
                direction for direction in lines if has_lines(self.roi.mask, direction)
            )

    def features(
        self,
        values: np.ndarray,
        settings: Settings,
        wanted: Iterable[tuple[str, tuple[str, ...]]],
        check: _Check = lambda: None,
    ) -> dict[str, dict[str, float]]:
        """Features of one image by class and name.

        Parameters
        ----------
        values : ndarray, shape (N,)
            The image's values in the region.
        settings : Settings
        wanted : iterable of (str, tuple of str)
            Classes and features; others may come along.
        check : callable
            Called now and then, from this thread; raises to stop the work.
        """
        gray = discretize(values, settings)
        found = {}
        with np.errstate(divide="ignore", invalid="ignore"):
            for family, names in wanted:
                check()
                found[family] = _FAMILIES[family](self, values, gray, settings, names, check)
        return found

    def _first_order(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        return first_order_features(values, gray, self.roi.spacing_mm, settings.voxel_array_shift)

    def _glcm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        directions = self._directions[settings.distances, _plane(settings)]
        weights = self._weights(directions, settings, lambda length: np.exp(-(length**2)))
        return glcm_features(gray, directions, weights, settings, names, check)

    def _glrlm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        directions = self._lines[(1,), _plane(settings)]
        if not directions:
            return dict.fromkeys(names, np.nan)
        weights = self._weights(directions, settings, lambda length: length)
        return emphasis_features(run_lengths(gray, directions, weights), RUNS)

    def _glszm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        return emphasis_features(zone_sizes(gray, self.roi.mask, _plane(settings)), ZONES)

    def _gldm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        directions = self._directions[settings.distances, _plane(settings)]
        return emphasis_features(dependences(gray, self.roi.mask, directions, settings.gldm_a), DEPENDENCES)

    def _ngtdm(
        self, values: np.ndarray, gray: GrayLevels, settings: Settings, names: tuple[str, ...], check: _Check
    ) -> dict[str, float]:
        return ngtdm_features(gray, self._directions[settings.distances, _plane(settings)])

    def _weights(
        self, directions: tuple[Direction, ...], settings: Settings, decay: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray | None:
        return direction_weights(directions, self.roi.spacing_mm, settings.weighting_norm, decay)


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
