"""The roots of the cauda equina in the thecal sac: how they lie in health, and how they crowd where room is short."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from discgrader.phantom.fields import inside, ramp, stream
from discgrader.phantom.level import GRID_MM, Level
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import Skeleton

EXITS = ("L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4", "S5")
CLEAR_MM = 0.45
"""CSF between roots and dura; set by eye."""

BUNDLES = 3
"""Bundles that clumped roots form, as Lee's grade 2 looks."""

CROWD_MM = (4.0, 17.0)
"""From a stenosis: up to where roots are crowded, and to where no more. Set by eye."""


@dataclass(frozen=True)
class Root:
    """One root: where it starts in the sac, and where it leaves it.

    ``across`` and ``behind`` are shares of the sac's half width and half depth; ``side`` is -1 (right) or 1 (left).
    """

    side: int
    across: float
    behind: float
    exit_s: float
    radius_mm: float
    phase: float


@dataclass(frozen=True, eq=False)
class Crowd:
    """How the roots lie at one disc.

    Parameters
    ----------
    s : float
        Height along the sac.
    places : dict of int to (float, float)
        For each root that passes, x and d in mm.
    thickness : float
        Their radius as a share of the healthy one.
    bundle : bool
        Whether they fill the sac as one bundle.
    """

    s: float
    places: dict[int, tuple[float, float]]
    thickness: float
    bundle: bool


class CaudaEquina:
    """All roots in the sac.

    Parameters
    ----------
    skeleton : Skeleton
        The spine.
    sac : SacCourse
        Course of the sac.
    levels : tuple of Level
        The canal beside each disc.
    conus_s : float
        Where the cord ends.
    """

    def __init__(self, skeleton: Skeleton, sac: SacCourse, levels: tuple[Level, ...], conus_s: float) -> None:
        self._sac, self.start_s = sac, conus_s + 20.0
        self._roots = self._draw(skeleton.parameters.seed)
        self._crowds = [self._crowd(level) for level in levels if level.s < conus_s - 2]

    def _draw(self, seed: int) -> tuple[Root, ...]:
        rng = stream(seed, "roots")
        roots = []
        for k, name in enumerate(EXITS):
            exit_s = self._sac.s_of[name] + (11.0 if k < 6 else 0.0) if k < 7 else self._sac.end_s + 4.0
            for side in (-1, 1):
                roots.append(
                    Root(
                        side=side,
                        across=float(np.clip(0.68 - 0.068 * k + 0.05 * rng.standard_normal(), 0.03, 0.75)),
                        behind=float(rng.uniform(0.0, 0.42)),
                        exit_s=exit_s,
                        radius_mm=(0.95 if k < 6 else 0.62) * rng.uniform(0.85, 1.15),
                        phase=rng.uniform(0, 2 * np.pi),
                    )
                )
        return tuple(roots)

    def _lie(self, root: Root, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares of half width and half depth at which a root lies in health at heights s."""
        way = np.clip((self.start_s - s) / (self.start_s - root.exit_s), 0.0, 1.0)
        turn = way * way * way * way
        sway = 0.05 * np.sin(s * 0.07 + root.phase)
        at = root.side * (root.across + (0.82 - root.across) * turn) + sway
        arc = np.sqrt(np.maximum(0.72 - at * at, 0.02))
        return at, (arc - root.behind * (1 - 0.5 * np.abs(at))) * (1 - turn) + sway

    def _crowd(self, level: Level) -> Crowd:
        passing = [k for k, root in enumerate(self._roots) if root.exit_s < level.s]
        grid, room = level.open_sac()
        healthy = []
        for k in passing:
            at, depth = self._lie(self._roots[k], np.array([level.s]))
            healthy.append(level.in_sac(float(at[0]), float(depth[0])))
        wished = np.array(healthy)
        deepest = float(room.max())
        inner = grid[room > min(0.75 + CLEAR_MM, 0.6 * deepest)]
        thickness = 1.0
        if level.stenosis == 0:
            off = np.linalg.norm(wished[:, None] - inner[None], axis=2).min(axis=1) > 1.5 * GRID_MM
            # Roots that must yield gather behind, where the others lie.
            behind = inner[inner[:, 1] >= np.median(inner[:, 1])]
            nearest = np.linalg.norm(wished[:, None] - behind[None], axis=2).argmin(axis=1)
            places = np.where(off[:, None], behind[nearest], wished)
        else:
            spread, apart = _spread(inner, len(passing))
            row, column = linear_sum_assignment(np.linalg.norm(wished[:, None] - spread[None], axis=2))
            places = np.empty_like(wished)
            places[row] = spread[column]
            if level.stenosis == 2:
                centers, _ = _spread(inner, BUNDLES)
                own = np.linalg.norm(places[:, None] - centers[None], axis=2).argmin(axis=1)
                places = places + 0.72 * (centers[own] - places)
            thickness = float(np.clip((apart - CLEAR_MM) / 2.0, 0.45, 1.0)) if level.stenosis == 1 else 1.0
        return Crowd(level.s, dict(zip(passing, map(tuple, places))), thickness, level.stenosis == 3)

    def share(
        self,
        s: np.ndarray,
        x: np.ndarray,
        d: np.ndarray,
        width: np.ndarray,
        shallow: np.ndarray,
        middle: np.ndarray,
        edge_mm: float,
    ) -> np.ndarray:
        """Share of nerve at points of the sac, each argument but the last of shape (n,).

        ``width`` and ``shallow`` are the sac's half width and half depth in mm, ``middle`` the d of its middle.
        """
        nerve = np.zeros(len(s), np.float32)
        near = [(crowd, 1 - ramp(np.abs(s - crowd.s), *CROWD_MM)) for crowd in self._crowds]
        near = [(crowd, weight) for crowd, weight in near if weight.any()]
        for k, root in enumerate(self._roots):
            mine = np.flatnonzero((s > root.exit_s) & (s < self.start_s))
            if len(mine) == 0:
                continue
            at, depth = self._lie(root, s[mine])
            place_x, place_d = at * width[mine], middle[mine] + depth * shallow[mine]
            size = np.full(len(mine), root.radius_mm, np.float32)
            for crowd, weight in near:
                if k in crowd.places:
                    pull = weight[mine]
                    place_x = place_x + pull * (crowd.places[k][0] - place_x)
                    place_d = place_d + pull * (crowd.places[k][1] - place_d)
                    size = size * (1 + pull * (crowd.thickness - 1))
            gap = np.hypot(x[mine] - place_x, d[mine] - place_d) - size
            nerve[mine] = np.maximum(nerve[mine], inside(gap, max(edge_mm, 0.5)))
        behind = (d - middle) / shallow
        # Rootlets too fine to be single crowd around the conus and behind.
        haze = 0.7 * ramp(behind, -0.7, 0.6) * ramp(s, self._sac.s_of["L5"], self.start_s - 20)
        haze = haze * (s < self.start_s + 25)
        for crowd, weight in near:
            haze = np.maximum(haze, 0.9 * ramp(weight, 0.2, 0.9)) if crowd.bundle else haze * (1 - 0.7 * weight)
        return np.maximum(nerve, haze.astype(np.float32)) * (1 - ramp(s, self.start_s, self.start_s + 25) * 0.8)


def _spread(inner: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """``count`` of these places as far apart from each other as can be, and the least distance between two, mm."""
    chosen = [inner[np.argmin(inner[:, 1])]]
    least = np.inf
    distance = np.linalg.norm(inner - chosen[0], axis=1)
    for _ in range(count - 1):
        farthest = int(np.argmax(distance))
        least = min(least, float(distance[farthest]))
        chosen.append(inner[farthest])
        distance = np.minimum(distance, np.linalg.norm(inner - inner[farthest], axis=1))
    return np.array(chosen), least
