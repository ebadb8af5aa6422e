"""The posterior elements of the vertebrae, the facet joints, the sacrum's back and sides, and the ilia."""

import numpy as np

from discgrader.localize.labels import Label
from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import Texture, capsule, inside, ramp, rounded_box, smooth_max, smooth_min
from discgrader.phantom.level import Level
from discgrader.phantom.organs.column import marrow_fat
from discgrader.phantom.organs.facets import Facets
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import BodyShape, Skeleton
from discgrader.phantom.spine import VertebraParameters
from discgrader.phantom.tissues import Structure, Tissue

CORTEX_MM = 0.7
ILIACUS_MM, GLUTEUS_MM = 10.0, 22.0
FAR_MM = 9.0
PROCESS_SIDE_MM = 11.0
ARCH_UP_MM = 21.0
PROCESS_UP_MM = 16.0
"""Nothing of a spinous process lies farther to the side, of an arch farther above its middle, of an articular process
farther above the middle of its disc."""


class Arch:
    """Paints all bone that is not a body."""

    def __init__(
        self, skeleton: Skeleton, sac: SacCourse, levels: tuple[Level, ...], facets: Facets, texture: Texture
    ) -> None:
        self._skeleton, self._sac, self._levels = skeleton, sac, levels
        self._facets, self._texture = facets, texture

    def paint(self, canvas: Canvas) -> None:
        for body in self._skeleton.vertebrae:
            self._paint_vertebra(canvas, body)
        self._paint_sacral_processes(canvas)
        self._facets.paint_joints(canvas)
        self._paint_sacrum(canvas)
        self._paint_ilia(canvas)

    def lamina_depth_mm(self, body: BodyShape) -> float:
        """How far behind the body's middle the laminae meet, mm."""
        return body.half_depth_mm + 2 * float(self._sac.radius(self._sac.s_of[body.name])) + 2.6

    def process_tip(self, body: BodyShape) -> np.ndarray:
        """LPS position of the tip of the spinous process, shape (3,)."""
        vertebra = self._vertebra(body)
        tilt, length = np.radians(vertebra.process_tilt_deg), vertebra.process_mm
        along, up = self.lamina_depth_mm(body) + length * np.cos(tilt), -7.0 - length * np.sin(tilt)
        return body.frame.to_lps((0.0, along, up))

    def _paint_vertebra(self, canvas: Canvas, body: BodyShape) -> None:
        s, d = self._sac.place_of[body.name]
        # Only near the midline does anything reach far back and down: the spinous process.
        middle = canvas.band(s - 62, s + 30, d + body.half_depth_mm - 8, 62, PROCESS_SIDE_MM)
        sides = canvas.band(s - 40, s + 30, d + body.half_depth_mm - 8, d + self.lamina_depth_mm(body) + 14, 46)
        index = np.concatenate([middle, sides[np.abs(canvas.points[sides, 0]) >= PROCESS_SIDE_MM]])
        local = body.frame.to_local(canvas.points[index])
        keep = (local[:, 2] > -36) & (local[:, 2] < 26)
        index, local = index[keep], local[keep]
        if len(index) == 0:
            return
        distance = np.full(len(index), FAR_MM, np.float32)
        in_middle = np.abs(canvas.points[index, 0]) < PROCESS_SIDE_MM
        distance[in_middle] = self._process_distance(body, local[in_middle])
        wide = np.flatnonzero(local[:, 1] < self.lamina_depth_mm(body) + 12)
        own = wide[np.abs(local[wide, 2]) < ARCH_UP_MM]
        mirrored = local[own]
        mirrored[:, 0] = np.abs(mirrored[:, 0])
        distance[own] = smooth_min(distance[own], self._arch_distance(body, mirrored), 1.5)
        structure = np.full(len(index), Structure.ARCH, np.uint8)
        distance[wide], structure[wide] = self._with_joints(body, canvas.points[index[wide]], distance[wide])
        if self._vertebra(body).sacralized:
            distance[own] = smooth_min(distance[own], self._wing_distance(body, mirrored), 2.0)
        near = distance < 1.0
        if near.any():
            self._fill(canvas, index[near], local[near], distance[near], body.name, 1, structure[near])

    def _with_joints(self, body: BodyShape, points: np.ndarray, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The arch with its articular processes, kept behind the ligamenta flava, and which part each point is in."""
        structure = np.full(len(points), Structure.ARCH, np.uint8)
        for level in self._levels:
            if body.name not in (level.disc.above.name, level.disc.below.name):
                continue
            local = level.disc.frame.to_local(points)
            near = np.flatnonzero(np.abs(local[:, 2]) < PROCESS_UP_MM)
            if len(near) == 0:
                continue
            local = local[near]
            wall = level.wall_back(np.abs(local[:, 0])) - local[:, 1] + np.float32(level.center_y)
            weight = 1 - ramp(np.abs(local[:, 2]), 5.0, 10.0)
            free = np.maximum(distance[near], wall - 20 * (1 - weight))
            lower = body.name == level.disc.above.name
            process = (self._facets.inferior if lower else self._facets.superior)(level, local)
            process = np.maximum(process, wall)
            kind = Structure.LOWER_ARTICULAR_PROCESS if lower else Structure.UPPER_ARTICULAR_PROCESS
            structure[near[process < 0.3]] = kind
            distance[near] = np.maximum(smooth_min(free, process, 1.2), self._facets.beyond_face(level, local, lower))
        return distance, structure

    def _fill(
        self,
        canvas: Canvas,
        index: np.ndarray,
        local: np.ndarray,
        distance: np.ndarray,
        name: str,
        label: int,
        structure: int | np.ndarray = Structure.ARCH,
    ) -> None:
        cortex = ramp(distance, -CORTEX_MM - 0.5, -CORTEX_MM + 0.5)
        articular = np.isin(structure, (Structure.UPPER_ARTICULAR_PROCESS, Structure.LOWER_ARTICULAR_PROCESS))
        cortex = np.where(articular, np.maximum(cortex, self._compact(name)), cortex)
        fat = marrow_fat(self._skeleton, name, local, self._texture)
        mixture = {
            Tissue.CORTEX: cortex,
            Tissue.MARROW_FAT: (1 - cortex) * fat,
            Tissue.MARROW_WATER: (1 - cortex) * (1 - fat),
        }
        canvas.paint(index, inside(distance, canvas.edge_mm), mixture, label, structure)

    def _compact(self, name: str) -> np.float32:
        """Share of compact bone in the articular processes of a vertebra; the sacrum's are as those of L5."""
        vertebrae = self._skeleton.parameters.vertebrae
        return np.float32(
            next((vertebra.compact for vertebra in vertebrae if vertebra.name == name), vertebrae[0].compact)
        )

    def _process_distance(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        vertebra = self._vertebra(body)
        tilt, length = np.radians(vertebra.process_tilt_deg), vertebra.process_mm
        half_height = 8.0 if body is self._skeleton.vertebrae[0] else 10.0 if vertebra.lumbar else 7.0
        root = self.lamina_depth_mm(body)
        axes = np.array([[1, 0, 0], [0, np.cos(tilt), np.sin(tilt)], [0, -np.sin(tilt), np.cos(tilt)]])
        center = (0.0, root + length / 2 * np.cos(tilt), -7.0 - length / 2 * np.sin(tilt))
        local = local.copy()
        share = np.clip((local[:, 1] - root) / length, 0, 1)
        local[:, 0] = np.abs(local[:, 0] - vertebra.process_side_mm * share)
        # Thicker and taller at the tip, with an outline that is never quite straight.
        local[:, 0] *= 1 - 0.3 * ramp(share, 0.6, 1.0)
        wander = self._texture(f"process {body.name}", local, (30.0, 9.0, 9.0))
        local[:, 2] += (local[:, 2] - center[2]) * 0.18 * (1 - ramp(share, 0.0, 0.8))
        plate = rounded_box(local, center, axes, (20.0, length / 2, half_height), 5.0) + 0.8 * wander
        return smooth_max(plate, local[:, 0] - 3.0, 2.0)

    def _arch_distance(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        back, root = body.half_depth_mm, self.lamina_depth_mm(body)
        pedicle = 0.66 * body.half_width_mm
        straight = np.eye(3)
        distance = rounded_box(local, (pedicle, back + 3.0, 5.0), straight, (4.2, 9.0, 7.0), 4.0)
        reach = np.array([pedicle - 3.0, root - 7.0, 0.0]) - np.array([0.0, root + 2.0, 0.0])
        length = float(np.linalg.norm(reach))
        out = reach / length
        axes = np.stack([out, [-out[1], out[0], 0.0], [0.0, 0.0, 1.0]], axis=1)
        center = (reach[0] / 2, root + 2.5 + reach[1] / 2, -4.0)
        distance = smooth_min(distance, rounded_box(local, center, axes, (length / 2 + 2, 2.9, 9.5), 2.8), 2.0)
        # Roots of the articular processes: upwards beside the pedicle, downwards from the lamina.
        stem = capsule(local, (pedicle + 1.0, back + 8.0, 4.0), (pedicle + 1.5, back + 11.0, 14.0), 4.2)
        foot = capsule(local, (pedicle - 5.0, root - 1.0, -4.0), (pedicle - 4.5, root + 0.5, -14.0), 3.8)
        distance = smooth_min(distance, np.minimum(stem, foot), 1.5)
        vertebra = self._vertebra(body)
        span = 24.0 if vertebra.lumbar else 14.0
        tip = back + (12 if vertebra.lumbar else 18)
        return np.minimum(distance, capsule(local, (pedicle + 4, back + 8, 4), (pedicle + span, tip, 6), 3.4))

    @staticmethod
    def _wing_distance(body: BodyShape, local: np.ndarray) -> np.ndarray:
        """Distance from the wide transverse process of a sacralized vertebra, which grows down to the sacrum's wing."""
        pedicle, back = 0.66 * body.half_width_mm, body.half_depth_mm
        return capsule(local, (pedicle + 6, back + 2, 1), (pedicle + 22, back - 3, -10), 9.5)

    def _vertebra(self, body: BodyShape) -> VertebraParameters:
        return next(v for v in self._skeleton.parameters.vertebrae if v.name == body.name)

    def _paint_sacral_processes(self, canvas: Canvas) -> None:
        """The upper articular processes of the sacrum, which carry L5."""
        level = self._levels[0]
        index = canvas.band(level.s - 22, level.s + 16, -8, 26, 34)
        if len(index) == 0:
            return
        local = level.disc.frame.to_local(canvas.points[index])
        distance = self._facets.superior(level, local)
        near = distance < 1.0
        index, local, distance = index[near], local[near], distance[near]
        kind = Structure.UPPER_ARTICULAR_PROCESS
        self._fill(canvas, index, local, distance, "S1", label=Label.NOTHING, structure=kind)

    def _paint_sacrum(self, canvas: Canvas) -> None:
        sac = self._sac
        low, high = sac.s_of["S4"] - 6, sac.s_of["S1"] + 4
        index = canvas.band(low, high, 0, 24, 20)
        s, d, x = canvas.s[index], canvas.d[index], np.abs(canvas.points[index, 0])
        front = sac.radius(s) + 2.0 + 0.006 * x * x
        crest = 3.0 + 5.0 * (1 - ramp(x, 1.0, 9.0)) * (0.55 + 0.45 * np.cos((s - sac.s_of["S2"]) * (2 * np.pi / 25)))
        thick = (2.5 + crest) * ramp(s, low - 4, low + 20)
        distance = np.maximum(np.abs(d - front - thick / 2) - thick / 2, x - 18)
        self._fill(canvas, index, np.stack([canvas.points[index, 0], d, s], axis=1), distance, "S", label=Label.NOTHING)
        for body, half in zip(self._skeleton.sacrum[::-1], ((17.0, 15.0, 15.0), (14.0, 11.0, 13.0), (10.0, 8.0, 11.0))):
            middle, _ = sac.place_of[body.name]
            index = canvas.band(middle - 45, middle + 45, -80, 30, 64)
            local = body.frame.to_local(canvas.points[index])
            near = (np.abs(local[:, 1] - 4.0) < half[1] + 1.0) & (np.abs(local[:, 2]) < half[2] + 1.0)
            if not near.any():
                continue
            index, local = index[near], local[near]
            mirrored = local.copy()
            mirrored[:, 0] = np.abs(mirrored[:, 0])
            distance = rounded_box(
                mirrored, (body.half_width_mm + half[0] - 4, 4.0, 0.0), np.eye(3), half, 0.75 * min(half)
            )
            self._fill(canvas, index, local, distance, "S", label=Label.NOTHING)

    def _paint_ilia(self, canvas: Canvas) -> None:
        index = canvas.still_open()
        first = self._skeleton.sacrum[-1]
        center = first.frame.center_lps_mm
        local = canvas.points[index] - center.astype(np.float32)
        keep = (np.abs(local[:, 0]) > 38) & (local[:, 2] < 46) & (np.abs(local[:, 1]) < 75)
        index, local = index[keep], local[keep]
        if len(index) == 0:
            return
        local[:, 0] = np.abs(local[:, 0])
        local[:, 0] -= 0.18 * local[:, 2]
        out = np.array([0.62, -0.785, 0.0])
        axes = np.stack([out, [0.785, 0.62, 0.0], [0, 0, 1.0]], axis=1)
        middle = np.array([72.0, 18.0, -12.0])
        # The wing is hollow inside, where the iliacus lies, and wavy along its length.
        along = (local - middle.astype(np.float32)) @ axes[:, 0].astype(np.float32)
        local -= ((0.004 * along * along - 3.0 * np.sin(along / 14))[:, None] * axes[:, 1]).astype(np.float32)
        distance = rounded_box(local, middle, axes, (44.0, 6.0, 52.0), 5.5)
        outer = (local - middle.astype(np.float32)) @ axes[:, 1].astype(np.float32)
        self._fill(canvas, index, local, distance, "S", label=Label.NOTHING)
        # The iliacus lies on the inside of the wing, the gluteus medius on its outside.
        thick = np.where(outer < 0, ILIACUS_MM, GLUTEUS_MM) * ramp(-local[:, 2], -42.0, 0.0)
        canvas.paint(index, inside(distance - thick, canvas.edge_mm), {Tissue.MUSCLE: 0.9, Tissue.FAT: 0.1})
