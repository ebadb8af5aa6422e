"""The course of the thecal sac, and the coordinates along it that the soft parts of the spine are drawn in."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.spatial import cKDTree

LUT_STEP_MM = 2.0
"""Grid on which the nearest point of the sac's course is tabulated; set by eye."""

LUT_MARGIN_MM = 110.0
"""How far around the course the table reaches: to the skin."""


class SacCourse:
    """The curve along which the thecal sac, the cord and the canal run, and coordinates along it.

    A point has the coordinates s, mm along the curve upwards from its lower end, and d, mm behind the curve in the
    sagittal plane.

    Parameters
    ----------
    stations : sequence of (ndarray, float)
        LPS points of the curve from below upwards, and half of the sac's front-to-back diameter at each, mm.
    centers_lps_mm : mapping of str to ndarray
        The middle of each body and disc, by name.

    Attributes
    ----------
    place_of : dict of str to (float, float)
        s and d of the middle of each body and disc, by name.
    s_of : dict of str to float
        The same without d.
    end_s : float
        Where the sac ends.
    """

    def __init__(self, stations: Sequence[tuple[np.ndarray, float]], centers_lps_mm: Mapping[str, np.ndarray]) -> None:
        points = np.array([place[1:] for place, _ in stations])
        steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        curve = CubicSpline(steps, points, bc_type="natural")
        dense = curve(np.arange(-10.0, steps[-1] + 40.0, 0.5))
        tangent = np.gradient(dense, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
        tree = cKDTree(dense)

        def project(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            _, nearest = tree.query(places)
            offset = places - dense[nearest]
            s = length[nearest] + np.einsum("ij,ij->i", offset, tangent[nearest])
            d = offset[:, 0] * tangent[nearest, 1] - offset[:, 1] * tangent[nearest, 0]
            return s, d

        station_s, _ = project(points)
        order = np.argsort(station_s)
        radii = PchipInterpolator(station_s[order], np.array([r for _, r in stations])[order])
        self._radius_s = np.linspace(station_s.min(), station_s.max(), 300)
        self._radius = radii(self._radius_s).astype(np.float32)
        self._project = project
        self._low, self._high = dense.min(axis=0) - LUT_MARGIN_MM, dense.max(axis=0) + LUT_MARGIN_MM
        self.place_of = {name: self.locate(center) for name, center in centers_lps_mm.items()}
        self.s_of = {name: s for name, (s, _) in self.place_of.items()}
        self.end_s = self.s_of["S2"]

    def locate(self, point: np.ndarray) -> tuple[float, float]:
        """Exact s and d, in mm, of one LPS point."""
        s, d = self._project(np.asarray(point, float)[None, 1:])
        return float(s[0]), float(d[0])

    def radius(self, s: np.ndarray | float) -> np.ndarray:
        """Half of the sac's front-to-back diameter, mm, at s."""
        return np.interp(s, self._radius_s, self._radius).astype(np.float32)

    @cached_property
    def _table(self) -> tuple[np.ndarray, tuple[int, int]]:
        """s, d and their slopes along y and z on a grid, shape (nodes, 6), and the grid's size."""
        y, z = (np.arange(a, b, LUT_STEP_MM) for a, b in zip(self._low, self._high))
        grid = np.stack(np.meshgrid(y, z, indexing="ij"), axis=-1).reshape(-1, 2)
        planes = [v.reshape(len(y), len(z)) for v in self._project(grid)]
        slopes = [np.gradient(plane, LUT_STEP_MM) for plane in planes]
        parts = [part for plane, (along_y, along_z) in zip(planes, slopes) for part in (plane, along_y, along_z)]
        return np.stack(parts, axis=-1).reshape(-1, 6).astype(np.float32), (len(y), len(z))

    def coordinates(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """S and d, in mm, of LPS points of shape (n, 3), from a table of values and slopes, each float32 of shape
        (n,)."""
        (table, shape), origin = self._table, self._low.astype(np.float32)
        index, within = np.zeros(len(points), np.int32), []
        for axis, count in enumerate(shape):
            place = points[:, 1 + axis] - origin[axis]
            node = np.clip(place * np.float32(1 / LUT_STEP_MM) + np.float32(0.5), 0, count - 1).astype(np.int32)
            index = index * np.int32(count) + node
            within.append(place - node.astype(np.float32) * np.float32(LUT_STEP_MM))
        nodes = table.take(index, axis=0)
        y, z = within
        return (nodes[:, 0] + nodes[:, 1] * y + nodes[:, 2] * z, nodes[:, 3] + nodes[:, 4] * y + nodes[:, 5] * z)
