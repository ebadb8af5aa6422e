"""The spinal canal: thecal sac with cord and roots, epidural fat, ligamenta flava, and the roots that leave it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import Texture, capsule, inside, ramp, stream
from discgrader.phantom.skeleton import BodyShape, SacCourse, Skeleton
from discgrader.phantom.tissues import Tissue

WIDTH_SHARE = 1.38
EXITS = ("L1", "L2", "L3", "L4", "L5", "S1", "S2", "S3", "S4", "S5")


@dataclass(frozen=True)
class Root:
    """One root of the cauda equina: where it starts in the sac, and where it leaves it.

    ``across`` and ``behind`` are shares of the sac's half width and half depth; ``side`` is -1 (right) or 1 (left).
    """

    side: int
    across: float
    behind: float
    exit_s: float
    radius_mm: float
    phase: float


class Canal:
    """Paints the sac first, then what lies around it in the bony canal."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, texture: Texture) -> None:
        self._skeleton, self._sac, self._texture = skeleton, sac, texture
        self._conus_s = sac.s_of["L1"] - 33.0 * skeleton.parameters.body.conus_level
        self._roots = self._draw_roots()

    def _draw_roots(self) -> tuple[Root, ...]:
        rng = stream(self._skeleton.parameters.seed, "roots")
        roots = []
        for k, name in enumerate(EXITS):
            exit_s = self._sac.s_of[name] - 4.0 if k < 7 else self._sac.end_s + 4.0
            for side in (-1, 1):
                roots.append(
                    Root(
                        side=side,
                        across=float(np.clip(0.68 - 0.068 * k + 0.05 * rng.standard_normal(), 0.03, 0.75)),
                        behind=float(rng.uniform(0.0, 0.42)),
                        exit_s=exit_s,
                        radius_mm=(1.0 if k < 6 else 0.65) * rng.uniform(0.85, 1.15),
                        phase=rng.uniform(0, 2 * np.pi),
                    )
                )
        return tuple(roots)

    def paint_sac(self, canvas: Canvas) -> None:
        """Dura, cerebrospinal fluid, cord and roots."""
        index = canvas.band(self._sac.end_s - 12, np.inf, -14, 14, 16)
        s, d, x = canvas.s[index], canvas.d[index], canvas.points[index, 0]
        radius = self._sac.radius(s) * np.sqrt(np.clip((s - self._sac.end_s + 10) / 22, 0.0, 1.0))
        radius = np.maximum(radius, 0.05)
        across, behind = x / (WIDTH_SHARE * radius), d / radius
        rho = np.power(np.power(np.abs(across), 2.3) + np.power(np.abs(behind), 2.3), np.float32(1 / 2.3))
        distance = (rho - 1) * radius
        keep = distance < 1.0
        index, s, d, x, across, behind, distance = (v[keep] for v in (index, s, d, x, across, behind, distance))
        if len(index) == 0:
            return
        nerve, cord = self._nerves(s, d, x, across, behind, canvas.edge_mm)
        dura = ramp(distance, -0.5, 0.0) * 0.8
        fluid = (1 - nerve) * (1 - cord)
        mixture = {
            Tissue.LIGAMENT: dura,
            Tissue.CORD: (1 - dura) * cord,
            Tissue.ROOT: (1 - dura) * (1 - cord) * nerve,
            Tissue.CSF: (1 - dura) * fluid,
        }
        # As in SPIDER's masks, the canal is labeled down to the end of S1.
        label = np.where(s > self._sac.s_of["S1"] - 14, 100, 0)
        canvas.paint(index, inside(distance, canvas.edge_mm), mixture, label)

    def _nerves(
        self, s: np.ndarray, d: np.ndarray, x: np.ndarray, across: np.ndarray, behind: np.ndarray, edge: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Share of roots and of cord at points of the sac."""
        above = np.clip((s - self._conus_s) / 26.0, 0.0, 1.0)
        swelling = 1 + 0.15 * np.exp(-np.square((s - self._conus_s - 45) / 22))
        size = 3.4 * np.sqrt(above) * swelling
        from_cord = np.hypot(x / 1.25, d - 0.8) - size
        cord = np.where(above > 0, inside(from_cord, edge + 0.3), 0).astype(np.float32)
        nerve = np.zeros(len(s), np.float32)
        start = self._conus_s + 20
        for root in self._roots:
            mine = np.flatnonzero((s > root.exit_s) & (s < start) & (x * root.side > -3))
            if len(mine) == 0:
                continue
            here = s[mine]
            way = np.clip((start - here) / (start - root.exit_s), 0.0, 1.0)
            turn = way * way * way * way
            sway = 0.05 * np.sin(here * 0.07 + root.phase)
            at = root.side * (root.across + (0.82 - root.across) * turn) + sway
            arc = np.sqrt(np.maximum(0.72 - at * at, 0.02))
            depth = (arc - root.behind * (1 - 0.5 * np.abs(at))) * (1 - turn) + sway
            gap = np.hypot((across[mine] - at) * 8.5, (behind[mine] - depth) * 7.0) - root.radius_mm
            nerve[mine] = np.maximum(nerve[mine], inside(gap, max(edge, 0.6)))
        # Rootlets too fine to be single crowd around the conus and behind.
        haze = 0.55 * ramp(behind, -0.1, 0.7) * ramp(s, self._sac.s_of["L5"], self._conus_s) * (s < start + 25)
        return np.maximum(nerve, haze.astype(np.float32)) * (1 - ramp(s, start, start + 25) * 0.8), cord

    def paint_surroundings(self, canvas: Canvas) -> None:
        """Exiting roots, ligamenta flava and epidural fat: after all bone."""
        for body in self._skeleton.vertebrae:
            self._paint_exit(canvas, body)
        index = canvas.band(self._sac.end_s - 70, np.inf, -16, 24, 15)
        s, d, x = canvas.s[index], canvas.d[index], np.abs(canvas.points[index, 0])
        open_s = self._interlaminar(s)
        border = self._sac.radius(s) + 2.3 + 3.6 * open_s - 0.55 * x * ramp(open_s, 0.0, 0.4)
        thick = 2.6 * (s > self._sac.s_of["S1"])
        fat = inside(np.maximum(d - border, x - 14), canvas.edge_mm)
        texture = self._texture("epidural", canvas.points[index], (4.0, 4.0, 6.0))
        # In front of the dura runs a plexus of veins, behind it lies fat.
        vein = np.clip(0.3 + 0.3 * texture, 0, 1) * np.maximum(d < 0, 0.8 * ramp(x, 7.0, 10.0))
        canvas.paint(index, fat, {Tissue.FAT: 1 - vein, Tissue.VEIN: vein})
        flavum = inside(np.maximum(np.abs(d - border - thick / 2) - thick / 2, x - 14), canvas.edge_mm) * (thick > 0)
        canvas.paint(index, flavum, {Tissue.LIGAMENT: 0.85, Tissue.MUSCLE: 0.15})

    def _interlaminar(self, s: np.ndarray) -> np.ndarray:
        """0 behind laminae, 1 at the middle of the windows between them, shape (n,)."""
        names = ["S1"] + [body.name for body in self._skeleton.vertebrae]
        window = np.zeros(len(s), np.float32)
        for below, above in pairwise(names):
            center = (self._sac.s_of[below] + self._sac.s_of[above]) / 2 - 3.0
            window = np.maximum(window, 1 - np.abs(s - center) / 11.5)
        return window

    def _paint_exit(self, canvas: Canvas, body: BodyShape) -> None:
        """The pair of roots that passes below the pedicles of this vertebra, with its ganglia."""
        s, _ = self._sac.place_of[body.name]
        index = canvas.band(s - 34, s + 8, -28, 14, 46)
        local = body.frame.to_local(canvas.points[index])
        local[:, 0] = np.abs(local[:, 0])
        pedicle, back = 0.66 * body.half_width_mm, body.half_depth_mm
        inner, ganglion = (7.0, back + 6, 0.0), (pedicle + 1, back + 4.5, -6.5)
        distance = np.minimum(
            capsule(local, inner, ganglion, 1.5), capsule(local, ganglion, ganglion_end(ganglion), 2.7)
        )
        distance = np.minimum(distance, capsule(local, ganglion, (pedicle + 20, back - 12, -24.0), 1.9))
        canvas.paint(index, inside(distance, canvas.edge_mm), {Tissue.ROOT: 0.8, Tissue.LIGAMENT: 0.2})


def ganglion_end(start: tuple[float, float, float]) -> tuple[float, float, float]:
    """Far end of the dorsal root ganglion that begins here, in the vertebra's own coordinates."""
    return start[0] + 4.0, start[1] - 2.0, start[2] - 3.5
