"""Muscle, vessels, belly, fat and skin: all that is not spine."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import Texture, inside, ramp, smooth_max, stream
from discgrader.phantom.organs.arch import Arch
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import Frame, Skeleton
from discgrader.phantom.tissues import Tissue

SKIN_MM = 2.0
LOOPS = 110
CRURA_ON = ("L4", "L3", "L2", "L1", "T12")
BLURRED_MM = 3.0
"""Width to which breathing and bowel motion draw out the edges of bowel and kidneys."""


@dataclass(frozen=True, eq=False)
class Loop:
    """A piece of bowel: an ellipsoid with wall and content."""

    center_lps_mm: np.ndarray
    axes_lps: np.ndarray
    half_mm: np.ndarray
    content: Tissue
    wetness: float
    name: str


class Surroundings:
    """Paints what lies behind, beside and in front of the spine."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, arch: Arch, texture: Texture) -> None:
        self._skeleton, self._sac, self._texture = skeleton, sac, texture
        self._body = skeleton.parameters.body
        self._half_depth = {body.name: body.half_depth_mm for body in skeleton.vertebrae}
        self._set_surfaces(arch)
        self._aorta_x = float(stream(skeleton.parameters.seed, "aorta").uniform(3.0, 12.0))
        self._loops = self._draw_loops()

    def _set_surfaces(self, arch: Arch) -> None:
        """Depth (y) of fascia, skin and belly by height (z), every millimetre."""
        self._z = np.arange(-260.0, 420.0, 1.0)
        tips = [arch.process_tip(body) for body in self._skeleton.vertebrae]
        crest = [
            body.frame.to_lps((0, body.half_depth_mm + 2 * float(self._sac.radius(self._sac.s_of[body.name])) + 11, 0))
            for body in self._skeleton.sacrum
        ]
        points = np.array(sorted([p[1:] for p in tips + crest], key=lambda p: p[1]))
        fascia = np.interp(self._z, points[:, 1], points[:, 0])
        self._fascia = ndimage.gaussian_filter1d(fascia, 9.0) + 1.5
        low, high = points[0, 1], tips[3][2]
        share = np.clip((self._z - low) / (high - low), 0, 1)
        thick = self._body.buttock_fat_mm + (self._body.back_fat_mm - self._body.buttock_fat_mm) * share
        hump = 0.35 * self._body.buttock_fat_mm * np.exp(-np.square((self._z - points[4, 1]) / 30))
        skin = self._fascia + thick + hump
        # A patient lies on the back: the table levels the curve of the skin.
        leveled = ndimage.gaussian_filter1d(skin, 60.0, mode="nearest")
        self._skin = ndimage.gaussian_filter1d(np.maximum(0.6 * skin + 0.4 * leveled, self._fascia + 6.0), 12.0)
        third = self._skeleton.vertebrae[2].frame
        front = third.center_lps_mm[1] - self._skeleton.vertebrae[2].half_depth_mm - self._body.front_mm
        arch_of_belly = 22 * np.square((self._z - third.center_lps_mm[2] + 30) / 150)
        self._belly = front + np.minimum(arch_of_belly, 40)

    def skin_y(self, z: np.ndarray) -> np.ndarray:
        """Depth of the skin of the back, y in mm, at height z."""
        return np.interp(z, self._z, self._skin)

    def _draw_loops(self) -> tuple[Loop, ...]:
        rng = stream(self._skeleton.parameters.seed, "bowel")
        third = self._skeleton.vertebrae[2]
        middle = third.frame.center_lps_mm
        room = self._body.front_mm - self._body.belly_fat_mm
        loops = []
        for k in range(LOOPS):
            # In the pelvis, loops rest below the promontory; higher up they stay clear of the great vessels.
            if k % 3 == 0:
                low, high = (-60, -95, middle[2] - 175), (60, 0, middle[2] - 100)
            else:
                front = middle[1] - third.half_depth_mm
                low, high = (-60, front - max(room - 22, 12), middle[2] - 90), (60, front - 30, middle[2] + 140)
            place = np.asarray(rng.uniform(low, high))
            size = rng.uniform(7, 14) if k % 3 == 0 else rng.uniform(6, 17)
            half = size * np.array([rng.uniform(0.9, 1.4), rng.uniform(0.7, 1.1), rng.uniform(1.0, 2.6)])
            turn = Frame.sagittal(0.0, 0.0, rng.normal(0.0, 35.0)).axes_lps
            gas = rng.uniform() < 0.2
            content = Tissue.GAS if gas else Tissue.BOWEL
            loops.append(Loop(place, turn, half, content, rng.uniform(0, 0.3), f"loop {k}"))
        for k, side in enumerate((-1, 1)):
            center = middle + np.array([side * 88.0, -16.0, 0.0])
            content = Tissue.BOWEL if rng.uniform() < 0.7 else Tissue.GAS
            half = np.array([19.0, 20.0, 120.0])
            loops.append(Loop(center, np.eye(3), half, content, rng.uniform(0, 0.2), f"colon {k}"))
            center = self._skeleton.vertebrae[4].frame.center_lps_mm + np.array([side * 58.0, 4.0, -2.0 - 6 * side])
            loops.append(Loop(center, np.eye(3), np.array([24.0, 22.0, 48.0]), Tissue.ORGAN, 0.15, f"kidney {k}"))
        return tuple(loops)

    def paint(self, canvas: Canvas) -> None:
        """Fill all that the spine left open."""
        self._paint_vessels(canvas)
        self._paint_crura(canvas)
        self._paint_psoas(canvas)
        self._paint_between_processes(canvas)
        self._paint_back_muscle(canvas)
        self._paint_gluteal(canvas)
        self._paint_belly_wall(canvas)
        self._paint_bowel(canvas)
        self._paint_fat_and_skin(canvas)

    def _path(self, s: np.ndarray, stations: dict[str, float]) -> np.ndarray:
        """Value by height, given at vertebrae, linear between."""
        known = sorted((self._sac.s_of[name], value) for name, value in stations.items())
        return np.interp(s, [k for k, _ in known], [v for _, v in known]).astype(np.float32)

    def _paint_vessels(self, canvas: Canvas) -> None:
        for x_at, d_at, radius in (
            (
                {"S1": 34.0, "L5": 22.0, "L4": self._aorta_x, "T12": self._aorta_x - 5.0},
                {"S1": -44.0, "L5": -56.0, "L4": -55.0, "T12": -48.0},
                9.0,
            ),
            (
                {"S1": -34.0, "L5": -24.0, "L4": -13.0, "T12": -15.0},
                {"S1": -40.0, "L5": -53.0, "L4": -54.0, "T12": -52.0},
                9.5,
            ),
        ):
            index = canvas.band(self._sac.s_of["S1"] - 10, np.inf, -74, -28, 48)
            s = canvas.s[index]
            radii = radius * (0.68 + 0.32 * ramp(s, self._sac.s_of["L5"], self._sac.s_of["L4"]))
            gap = np.hypot(
                canvas.points[index, 0] - self._path(s, x_at), (canvas.d[index] - self._path(s, d_at)) * 1.15
            )
            gap = gap - radii
            near = gap < 5.0
            index, gap = index[near], gap[near]
            gap = gap + 0.9 * self._texture("vessel", canvas.points[index], (16.0, 16.0, 30.0))
            wall = ramp(gap, -1.6, -0.6)
            cover = inside(gap, canvas.edge_mm)
            slow = np.clip(0.22 + 0.16 * self._texture("flow", canvas.points[index], (7.0, 7.0, 30.0)), 0, 1) * (
                1 - wall
            )
            canvas.paint(
                index, cover, {Tissue.FLOWING_BLOOD: 1 - wall - slow, Tissue.MUSCLE: slow, Tissue.LIGAMENT: wall}
            )

    def _paint_crura(self, canvas: Canvas) -> None:
        """The crura of the diaphragm: flat muscles in front of the upper lumbar vertebrae, tendons lower down."""
        end, low, high = (self._sac.s_of[name] for name in ("L4", "L3", "L1"))
        index = canvas.band(end, np.inf, -62, -30, 20)
        s, x = canvas.s[index], np.abs(canvas.points[index, 0])
        thick = 1.6 + 2.2 * ramp(s, low, high)
        front = self._path(s, {name: self._sac.place_of[name][1] - self._half_depth[name] for name in CRURA_ON})
        place = canvas.points[index]
        gap = np.abs(canvas.d[index] - front + 2.5 + 0.8 * self._texture("crura", place, (14.0, 14.0, 22.0))) - thick
        gap = np.maximum(gap, x - 13.0 - 0.2 * thick)
        tendon = 0.7 - 0.5 * ramp(s, low, high)
        mixture = {Tissue.MUSCLE: 1 - tendon, Tissue.LIGAMENT: 0.8 * tendon, Tissue.FAT: 0.2 * tendon}
        canvas.paint(index, inside(gap, canvas.edge_mm), mixture)

    def _paint_psoas(self, canvas: Canvas) -> None:
        index = canvas.band(self._sac.s_of["S2"], self._sac.s_of["T12"], -70, 18, 82)
        s, d, x = canvas.s[index], canvas.d[index], np.abs(canvas.points[index, 0])
        center_x = self._path(s, {"S1": 52.0, "L5": 43.0, "L4": 38.0, "L3": 33.0, "L2": 28.0, "L1": 23.5})
        center_d = self._path(s, {"S1": -44.0, "L5": -32.0, "L4": -24.0, "L3": -20.0, "L2": -17.0, "L1": -14.0})
        size = self._path(s, {"S1": 18.0, "L5": 21.0, "L4": 21.0, "L3": 18.5, "L2": 13.5, "L1": 8.0, "T12": 1.0})
        psoas = np.hypot((x - center_x) / 0.88, (d - center_d) / 1.12) - size
        wide = self._path(s, {"L5": 8.0, "L4": 17.0, "L3": 16.0, "L1": 12.0, "T12": 8.0})
        square = (np.hypot((x - 62.0) / wide, (d - 2.0) / 7.5) - 1) * 7.5
        square = np.where(s < self._sac.s_of["L5"], 9.0, square)
        gap = np.minimum(psoas, square)
        near = gap < 7.0
        index, gap = index[near], gap[near]
        gap = gap + 1.5 * self._texture("psoas shape", canvas.points[index], (20.0, 20.0, 60.0))
        keep = gap < 1
        self._fill_muscle(canvas, index[keep], inside(gap[keep], canvas.edge_mm), 0.3 * self._body.muscle_fat, "psoas")

    def _fill_muscle(self, canvas: Canvas, index: np.ndarray, cover: np.ndarray, fat: float, name: str) -> None:
        place = np.stack([canvas.points[index, 0], canvas.d[index], canvas.s[index]], axis=1)
        strand = self._texture(f"{name} strand", place, (3.6, 5.0, 26.0))
        fine = self._texture(f"{name} fiber", place, (1.8, 1.8, 12.0))
        sheet = self._texture(f"{name} sheet", place, (2.6, 9.0, 24.0))
        share = 0.75 * ramp(strand + 0.35 * fine, 2.1 - 3.2 * fat, 3.0 - 3.2 * fat) + 0.5 * fat * (1 + 0.5 * fine)
        share = share + 0.5 * ramp(sheet + 0.3 * fine, 2.0 - 3.0 * fat, 3.2 - 3.0 * fat)
        share = np.clip(share, 0, 1)
        tendon = 0.22 * ramp(-strand + 0.3 * fine, 0.8, 1.8) * (1 - share)
        mixture = {Tissue.FAT: share, Tissue.LIGAMENT: tendon, Tissue.MUSCLE: 1 - share - tendon}
        canvas.paint(index, cover, mixture)

    def _fascia_gap(self, canvas: Canvas, index: np.ndarray) -> np.ndarray:
        """Distance behind the thoracolumbar fascia, mm; muscle bellies bulge on both sides of the midline."""
        x = np.abs(canvas.points[index, 0])
        bulge = 6.0 * np.sin(np.clip(x / 62.0, 0, 1) * np.pi) - 0.010 * np.square(np.maximum(x - 40.0, 0))
        return (
            canvas.points[index, 1]
            - np.interp(canvas.points[index, 2], self._z, self._fascia).astype(np.float32)
            - bulge
        )

    def _paint_between_processes(self, canvas: Canvas) -> None:
        """Interspinous ligaments with their fat, and the supraspinous ligament over the tips."""
        index = canvas.band(-80, np.inf, 6, 62, 5.5)
        x = np.abs(canvas.points[index, 0])
        behind = self._fascia_gap(canvas, index)
        place = np.stack([canvas.points[index, 0], canvas.d[index] + 0.4 * canvas.s[index], canvas.s[index]], axis=1)
        stripe = self._texture("interspinous", place, (14.0, 10.0, 3.2))
        blob = self._texture("interspinous fat", place, (8.0, 7.0, 7.0))
        fat = np.clip(0.2 + 0.14 * stripe + 0.14 * blob, 0.03, 0.7)
        edge = ramp(behind, -3.0, -1.5)
        cover = inside(np.maximum(behind, x - 4.0), canvas.edge_mm)
        mixture = {
            Tissue.FAT: fat * (1 - edge),
            Tissue.LIGAMENT: 0.4 * (1 - fat) * (1 - edge) + edge,
            Tissue.MUSCLE: 0.6 * (1 - fat) * (1 - edge),
        }
        canvas.paint(index, cover, mixture)

    def _paint_back_muscle(self, canvas: Canvas) -> None:
        index = canvas.band(-115, np.inf, -8, 62, 82)
        x, d = np.abs(canvas.points[index, 0]), canvas.d[index]
        behind = self._fascia_gap(canvas, index)
        outer = (np.hypot(x / 74.0, (d - 20) / 34.0) - 1) * 34
        gap = smooth_max(smooth_max(behind, outer, 4.0), -d + 0.12 * x - 2.0, 5.0)
        keep = gap < 2.2
        index, gap, x = index[keep], gap[keep], x[keep]
        fascia = inside(np.abs(gap - 0.3) - 0.35, canvas.edge_mm)
        canvas.paint(index, fascia, {Tissue.LIGAMENT: 0.8, Tissue.FAT: 0.2})
        place = np.stack([canvas.points[index, 0], canvas.d[index], canvas.s[index]], axis=1)
        wander = 3.5 * self._texture("septum", place, (16.0, 12.0, 40.0))
        septum = np.minimum(np.abs(x + wander - 23.0), np.abs(x + 1.5 * wander - 45.0)) - 0.7
        deep = (x - 17.0 + 0.5 * wander) / 6.0
        low = 1 - ramp(canvas.s[index], self._sac.s_of["S1"], self._sac.s_of["L3"])
        wet = self._body.muscle_fat * (0.8 + 0.9 * low * np.exp(-deep * deep))
        cover = inside(gap, canvas.edge_mm)
        broken = 0.9 * ramp(self._texture("septum gaps", place, (9.0, 7.0, 30.0)), -0.9, 0.4)
        canvas.paint(index, cover * inside(septum, canvas.edge_mm) * broken, {Tissue.FAT: 1.0})
        self._fill_muscle(canvas, index, cover, wet, "back")

    def _paint_gluteal(self, canvas: Canvas) -> None:
        index = canvas.still_open()
        p = canvas.points[index]
        z_top = self._skeleton.sacrum[-1].frame.center_lps_mm[2] + 22
        near = (p[:, 2] < z_top) & (np.abs(p[:, 0]) > 40)
        index = index[near]
        p = p[near]
        x = np.abs(p[:, 0])
        fascia = np.interp(p[:, 2], self._z, self._fascia)
        gap = np.maximum(p[:, 1] - fascia - 0.12 * (x - 40) + 4, (70 - x) * 0.9 - (p[:, 1] - 10))
        gap = np.maximum(gap, (p[:, 2] - z_top + 12 + 0.5 * np.abs(x - 75)) * 0.7)
        keep = gap < 1
        cover = inside(gap[keep], canvas.edge_mm)
        self._fill_muscle(canvas, index[keep], cover.astype(np.float32), 0.6 * self._body.muscle_fat, "gluteal")

    def _paint_bowel(self, canvas: Canvas) -> None:
        index = canvas.still_open()
        index = index[canvas.points[index, 1] < np.interp(canvas.points[index, 2], self._z, self._fascia) - 40]
        index = index[np.argsort(canvas.points[index, 2], kind="stable")]
        heights = canvas.points[index, 2]
        for loop in self._loops:
            reach = np.abs(loop.axes_lps) @ loop.half_mm + 3
            low, high = loop.center_lps_mm - reach, loop.center_lps_mm + reach
            if np.all(canvas.low <= high) and np.all(canvas.high >= low):
                start, end = np.asarray(np.searchsorted(heights, np.array((low[2], high[2]), np.float32)))
                self._paint_loop(canvas, index[start:end], loop, low, high)

    def _paint_loop(self, canvas: Canvas, index: np.ndarray, loop: Loop, low: np.ndarray, high: np.ndarray) -> None:
        p = canvas.points
        for axis in (1, 0):
            place = p[index, axis]
            index = index[(place > np.float32(low[axis])) & (place < np.float32(high[axis]))]
        if len(index) == 0:
            return
        local = (p[index] - loop.center_lps_mm.astype(np.float32)) @ loop.axes_lps.astype(np.float32)
        wobble = 0.12 * self._texture(loop.name, local, (14.0, 14.0, 14.0))
        rho = np.sqrt(
            np.einsum("ij,ij->i", local / loop.half_mm.astype(np.float32), local / loop.half_mm.astype(np.float32))
        )
        gap = (rho - 1 + wobble) * float(loop.half_mm.min())
        keep = gap < 1
        index, local, gap = index[keep], local[keep], gap[keep]
        wall = 0.5 * ramp(gap, -3.0, -1.0)
        inner = np.clip(0.5 + 0.35 * self._texture(f"{loop.name} content", local, (4.0, 4.0, 4.0)), 0, 1)
        other = Tissue.MUSCLE if loop.content is not Tissue.ORGAN else Tissue.ORGAN
        wet = loop.wetness * inner
        mixture = {loop.content: (1 - wall) * (1 - wet), Tissue.CSF: (1 - wall) * wet}
        mixture[other] = mixture.get(other, 0) + wall
        canvas.paint(index, inside(gap, max(canvas.edge_mm, BLURRED_MM)), mixture)

    def _paint_belly_wall(self, canvas: Canvas) -> None:
        index = canvas.still_open()
        y, z = canvas.points[index, 1], canvas.points[index, 2]
        front = np.interp(z, self._z, self._belly).astype(np.float32)
        near = y < front + self._body.belly_fat_mm + 16
        index, y, front = index[near], y[near], front[near]
        depth = y - front
        fat = self._body.belly_fat_mm
        muscle = np.abs(depth - SKIN_MM - fat - 5.0) - 5.0
        canvas.paint(index, inside(depth, canvas.edge_mm), {Tissue.AIR: 1.0})
        canvas.paint(index, inside(depth - SKIN_MM, canvas.edge_mm), {Tissue.SKIN: 1.0})
        keep = muscle < 1
        self._fill_muscle(canvas, index[keep], inside(muscle[keep], canvas.edge_mm), 0.05, "belly")

    def _paint_fat_and_skin(self, canvas: Canvas) -> None:
        index = canvas.still_open()
        points = canvas.points[index]
        x, y, z = points.T
        skin = np.interp(z, self._z, self._skin).astype(np.float32) - 0.0022 * x * x
        gap = y - skin
        canvas.paint(index, inside(-gap, canvas.edge_mm), {Tissue.AIR: 1.0})
        within = gap < canvas.edge_mm
        index, points, gap, y, z = (v[within] for v in (index, points, gap, y, z))
        wave = 0.5 * self._texture("skin", points, (40.0, 40.0, 40.0))
        canvas.paint(index, inside(-gap - SKIN_MM - wave, canvas.edge_mm), {Tissue.SKIN: 1.0})
        coarse = self._texture("lobule", points, (22.0, 9.0, 26.0))
        septa = self._texture("septa", points, (30.0, 7.0, 30.0))
        strand = 0.3 * np.exp(-np.square(septa / 0.12)) * ramp(coarse, -0.6, 0.4)
        loose = np.clip(0.05 + 0.045 * coarse, 0, 0.3)
        behind = y - np.interp(z, self._z, self._fascia).astype(np.float32)
        inner = 1 - ramp(np.maximum(behind + 60, np.minimum(gap + 120, behind + 40)), -12.0, 12.0)
        mesh = inner * (0.3 * np.exp(-np.square(septa / 0.2)) * ramp(coarse, -0.2, 1.0) + 0.08)
        # Breathing and bowel motion leave of the mesentery little more than blotches drawn out along the body.
        far = np.flatnonzero(gap < -105)
        deep = points[far]
        blotch = self._texture("mesentery", deep, (11.0, 9.0, 34.0)) + 0.7 * self._texture(
            "mesh", deep, (5.0, 5.0, 6.4)
        )
        share = ramp(-gap[far], 105.0, 125.0) * np.clip(0.34 + 0.26 * blotch, 0, 0.85)
        mesh[far] = np.maximum(mesh[far], share)
        soft = np.clip(np.maximum(strand, mesh) + loose, 0, 1).astype(np.float32)
        cover = np.ones(len(index), np.float32)
        mixture = {Tissue.FAT: 1 - soft, Tissue.LIGAMENT: 0.5 * soft, Tissue.MUSCLE: 0.5 * soft}
        canvas.paint(index, cover, mixture)
