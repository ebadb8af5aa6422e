"""The spinal canal: thecal sac with cord and roots, roots in the recesses, epidural fat, ligamenta flava."""

import numpy as np

from discgrader.localize.labels import Label
from discgrader.phantom.canvas import Canvas
from discgrader.phantom.displaced import Lobe
from discgrader.phantom.fields import Texture, inside, ramp, smooth_max
from discgrader.phantom.level import Level, PassingRoot
from discgrader.phantom.organs.roots import CaudaEquina
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import Skeleton
from discgrader.phantom.tissues import Structure, Tissue

WIDTH_SHARE = 1.38
"""Width of the sac to its depth; set by eye."""

INFLUENCE_MM = (2.5, 14.0)
"""From a disc's middle: up to where it narrows the canal fully, and to where no more. Set by eye."""

LAMINA_SLOPE = 0.4
"""By how much the front of a lamina falls back for each mm to the side; set by eye."""

DURA_MM = 0.4
"""Thickness of the dura; set by eye."""


class Canal:
    """Paints the roots in the recesses, then the sac, then what lies around it in the bony canal."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, levels: tuple[Level, ...], texture: Texture) -> None:
        self._skeleton, self._sac, self._levels, self._texture = skeleton, sac, levels, texture
        self._conus_s = sac.s_of["L1"] - 33.0 * skeleton.parameters.body.conus_level
        self._cauda = CaudaEquina(skeleton, sac, levels, self._conus_s)

    @staticmethod
    def influence(level: Level, s: np.ndarray) -> np.ndarray:
        """1 at the height of the disc, 0 where it has no influence on the canal any more, shape (n,)."""
        return 1 - ramp(np.abs(s - np.float32(level.s)), *INFLUENCE_MM)

    def paint_recesses(self, canvas: Canvas) -> None:
        """The roots that pass each disc in the lateral recesses, and thick walls that press on them."""
        for level in self._levels:
            index = canvas.band(level.s - 16, level.s + 16, -16, 8, 17)
            if len(index) == 0:
                continue
            local = level.disc.frame.to_local(canvas.points[index])
            for root in level.roots:
                if root.wall_y is not None:
                    wall = Lobe((root.x, root.wall_y + 2.5, 0.0), (3.8, 2.5, 6.0)).distance(local)
                    mixture = {Tissue.LIGAMENT: 0.8, Tissue.MUSCLE: 0.2}
                    canvas.paint(index, inside(wall, canvas.edge_mm), mixture, structure=Structure.FLAVUM)
                distance = self._passing(level, root, local)
                mixture = {Tissue.ROOT: 0.85, Tissue.LIGAMENT: 0.15}
                canvas.paint(index, inside(distance, canvas.edge_mm), mixture, structure=Structure.PASSING_ROOT)

    def _passing(self, level: Level, root: PassingRoot, local: np.ndarray) -> np.ndarray:
        """Distance from a root: it comes from the sac above, and goes to its foramen below."""
        up = local[:, 2]
        pressed = np.exp(-np.square(up / 6.0))
        side = np.sign(root.x)
        above, below = np.maximum(up, 0), np.maximum(-up, 0)
        rest = level.rest_y() + 0.12 * above + 0.2 * below
        y = rest + (root.y - level.rest_y()) * pressed
        x = root.x - side * 0.2 * above + side * 0.05 * below
        half_width = 1.6 + (root.half_width_mm - 1.6) * pressed
        half_depth = 1.6 + (root.half_depth_mm - 1.6) * pressed
        reach = np.hypot((local[:, 0] - x) / half_width, (local[:, 1] - y) / half_depth)
        distance = (reach - 1) * np.minimum(half_width, half_depth)
        return np.maximum(distance, np.abs(up + 1.0) - 11.0).astype(np.float32)

    def paint_sac(self, canvas: Canvas) -> None:
        """Dura, cerebrospinal fluid, cord and roots."""
        index = canvas.band(self._sac.end_s - 12, np.inf, -14, 14, 16)
        s, d, x = canvas.s[index], canvas.d[index], canvas.points[index, 0]
        radius = self._sac.radius(s) * np.sqrt(np.clip((s - self._sac.end_s + 10) / 22, 0.0, 1.0))
        radius = np.maximum(radius, 0.05)
        across, behind = x / (WIDTH_SHARE * radius), d / radius
        rho = np.power(np.power(np.abs(across), 2.3) + np.power(np.abs(behind), 2.3), np.float32(1 / 2.3))
        distance, shallow = (rho - 1) * radius, radius.copy()
        for level in self._levels:
            near = np.flatnonzero(np.abs(s - level.s) < INFLUENCE_MM[1])
            weight = self.influence(level, s[near])
            place = (x[near], d[near], radius[near], level.squeeze, weight)
            distance[near] = level.sac_distance(*place)
            across[near], behind[near], shallow[near] = level.sac_shares(*place)
            if level.displaced.present:
                near = np.flatnonzero((np.abs(s - level.s) < 34) & (distance < 1.5))
                local = level.disc.frame.to_local(canvas.points[index[near]])
                gap = level.displaced.distance(local)
                close = gap < 4.0
                near, gap = near[close], gap[close]
                distance[near] = smooth_max(distance[near], 0.2 - gap, 1.2)
        keep = distance < 1.0
        index, s, d, x, across, behind, shallow, distance = (
            v[keep] for v in (index, s, d, x, across, behind, shallow, distance)
        )
        if len(index) == 0:
            return
        safe = np.where(np.abs(across) > 1e-3, across, 1.0)
        width = np.where(np.abs(across) > 1e-3, x / safe, WIDTH_SHARE * shallow)
        nerve = self._cauda.share(s, x, d, width, shallow, d - behind * shallow, canvas.edge_mm)
        cord = self._cord(s, d, x, canvas.edge_mm)
        # A sheet thinner than a pixel darkens it by its share.
        thin = max(canvas.edge_mm, DURA_MM)
        dura = 0.8 * DURA_MM / thin * np.clip(1 - np.abs(distance + DURA_MM / 2) / thin, 0, 1)
        mixture = {
            Tissue.LIGAMENT: dura,
            Tissue.CORD: (1 - dura) * cord,
            Tissue.ROOT: (1 - dura) * (1 - cord) * nerve,
            Tissue.CSF: (1 - dura) * (1 - nerve) * (1 - cord),
        }
        # As in SPIDER's masks, the canal is labeled down to the end of S1.
        label = np.where(s > self._sac.s_of["S1"] - 14, int(Label.CANAL), int(Label.NOTHING))
        structure = np.where(nerve > 0.5, Structure.CAUDA_ROOT, Structure.SAC)
        structure = np.where(cord > 0.5, Structure.CORD, structure)
        canvas.paint(index, inside(distance, canvas.edge_mm), mixture, label, structure)

    def _cord(self, s: np.ndarray, d: np.ndarray, x: np.ndarray, edge: float) -> np.ndarray:
        above = np.clip((s - self._conus_s) / 26.0, 0.0, 1.0)
        swelling = 1 + 0.15 * np.exp(-np.square((s - self._conus_s - 45) / 22))
        from_cord = np.hypot(x / 1.25, d - 0.8) - 3.4 * np.sqrt(above) * swelling
        return np.where(above > 0, inside(from_cord, edge + 0.3), 0).astype(np.float32)

    def wall(self, s: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """D at which the ligamenta flava begin and end, by height and |x|, each of shape (n,)."""
        front = self._sac.radius(s) + 1.5 - LAMINA_SLOPE * np.maximum(x - 2.0, 0)
        back = front + 1.0
        for level in self._levels:
            near = np.flatnonzero(np.abs(s - level.s) < INFLUENCE_MM[1])
            weight = self.influence(level, s[near])
            ahead = level.wall_front(x[near], level.squeeze)
            behind = ahead + level.flavum_depth(x[near], level.squeeze.flavum_mm)
            front[near] += weight * (ahead - front[near])
            back[near] += weight * (behind - back[near])
            # Beside the joints' medial margins the ligaments end in the capsules.
            end = weight * ramp(x[near], level.joint_x - 1.0, level.joint_x + 2.0)
            front[near] += end * (back[near] - front[near])
        return front, back

    def paint_surroundings(self, canvas: Canvas) -> None:
        """Ligamenta flava and epidural fat: after all bone."""
        index = canvas.band(self._sac.end_s - 70, np.inf, -16, 24, 15)
        s, d, x = canvas.s[index], canvas.d[index], np.abs(canvas.points[index, 0])
        front, back = self.wall(s, x)
        fat = inside(np.maximum(d - front, x - 14), canvas.edge_mm)
        texture = self._texture("epidural", canvas.points[index], (4.0, 4.0, 6.0))
        # In front of the dura runs a plexus of veins, behind it lies fat.
        vein = np.clip(0.3 + 0.3 * texture, 0, 1) * np.where(d < 0, np.float32(0.8), 0.8 * ramp(x, 9.0, 12.0))
        # Above the lumbosacral level the dura lies close to the posterior ligament, tied to it in the midline.
        tied = np.where(d < 0, 0.6 * (1 - ramp(x, 5.0, 9.0)), 0) * ramp(s, self._sac.s_of["S1"], self._sac.s_of["L5"])
        mixture = {Tissue.FAT: (1 - vein) * (1 - tied), Tissue.VEIN: vein * (1 - tied), Tissue.LIGAMENT: tied}
        canvas.paint(index, fat, mixture, structure=Structure.EPIDURAL_FAT)
        flavum = inside(np.maximum(np.maximum(front - d, d - back), x - 14), canvas.edge_mm)
        flavum = flavum * (s > self._sac.s_of["S1"])
        canvas.paint(
            index, flavum, {Tissue.LIGAMENT: 0.5, Tissue.MUSCLE: 0.35, Tissue.FAT: 0.15}, structure=Structure.FLAVUM
        )
