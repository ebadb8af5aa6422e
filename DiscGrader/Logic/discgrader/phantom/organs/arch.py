"""The posterior elements of the vertebrae, the facet joints, the sacrum's back and sides, and the ilia."""

import numpy as np

from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import Texture, capsule, inside, ramp, rounded_box, smooth_max, smooth_min
from discgrader.phantom.organs.column import marrow_fat
from discgrader.phantom.skeleton import BodyShape, SacCourse, Skeleton
from discgrader.phantom.tissues import Tissue

CORTEX_MM = 1.0
JOINT_AXES = np.array([[0.64, 0.77, 0.0], [0.77, -0.64, 0.0], [0.0, 0.0, 1.0]])
"""Along a left facet joint (outwards and backwards), across it, and upwards, as columns."""


class Arch:
    """Paints all bone that is not a body."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, texture: Texture) -> None:
        self._skeleton, self._sac, self._texture = skeleton, sac, texture

    def paint(self, canvas: Canvas) -> None:
        for body in self._skeleton.vertebrae:
            self._paint_vertebra(canvas, body)
        for below, above in zip((self._skeleton.sacrum[-1],) + self._skeleton.vertebrae, self._skeleton.vertebrae):
            self._paint_joint(canvas, below, above)
        self._paint_sacrum(canvas)
        self._paint_ilia(canvas)

    def lamina_depth_mm(self, body: BodyShape) -> float:
        """How far behind the body's middle the laminae meet, mm."""
        return body.half_depth_mm + 2 * float(self._sac.radius(self._sac.s_of[body.name])) + 2.6

    def process_tip(self, body: BodyShape) -> np.ndarray:
        """LPS position of the tip of the spinous process, shape (3,)."""
        vertebra = next(v for v in self._skeleton.parameters.vertebrae if v.name == body.name)
        tilt, length = np.radians(vertebra.process_tilt_deg), vertebra.process_mm
        along, up = self.lamina_depth_mm(body) + length * np.cos(tilt), -7.0 - length * np.sin(tilt)
        return body.frame.to_lps((0.0, along, up))

    def _paint_vertebra(self, canvas: Canvas, body: BodyShape) -> None:
        s, d = self._sac.place_of[body.name]
        index = canvas.band(s - 62, s + 30, d + body.half_depth_mm - 8, 62, 46)
        local = body.frame.to_local(canvas.points[index])
        keep = (local[:, 2] > -36) & (local[:, 2] < 26) & (local[:, 1] < body.half_depth_mm + 62)
        index, local = index[keep], local[keep]
        if len(index) == 0:
            return
        mirrored = local.copy()
        mirrored[:, 0] = np.abs(mirrored[:, 0])
        distance = self._process_distance(body, local)
        wide = local[:, 1] < self.lamina_depth_mm(body) + 12
        distance[wide] = smooth_min(distance[wide], self._arch_distance(body, mirrored[wide]), 1.5)
        near = distance < 1.0
        index, local, distance = index[near], local[near], distance[near]
        self._fill(canvas, index, local, distance, body.name, label=1)

    def _fill(
        self, canvas: Canvas, index: np.ndarray, local: np.ndarray, distance: np.ndarray, name: str, label: int
    ) -> None:
        cortex = ramp(distance, -CORTEX_MM - 0.5, -CORTEX_MM + 0.5)
        fat = marrow_fat(self._skeleton, name, local, self._texture)
        mixture = {
            Tissue.CORTEX: cortex,
            Tissue.MARROW_FAT: (1 - cortex) * fat,
            Tissue.MARROW_WATER: (1 - cortex) * (1 - fat),
        }
        canvas.paint(index, inside(distance, canvas.edge_mm), mixture, label=label)

    def _process_distance(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        vertebra = next(v for v in self._skeleton.parameters.vertebrae if v.name == body.name)
        tilt, length = np.radians(vertebra.process_tilt_deg), vertebra.process_mm
        lumbar = body.name in ("L4", "L3", "L2", "L1")
        half_height = 10.0 if lumbar else 8.0 if body.name == "L5" else 7.0
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
        length = np.linalg.norm(reach)
        out = reach / length
        axes = np.stack([out, [-out[1], out[0], 0.0], [0.0, 0.0, 1.0]], axis=1)
        center = (reach[0] / 2, root + 2.5 + reach[1] / 2, -4.0)
        distance = smooth_min(distance, rounded_box(local, center, axes, (length / 2 + 2, 2.9, 9.5), 2.8), 2.0)
        upper, lower = _upper_process(body, local), self._lower_process(body, local)
        lumbar = body.name.startswith("L")
        span = 24.0 if lumbar else 14.0
        rod = capsule(local, (pedicle + 4, back + 8, 4), (pedicle + span, back + (12 if lumbar else 18), 6), 3.4)
        return np.minimum(smooth_min(distance, np.minimum(upper, lower), 1.5), rod)

    def _lower_process(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        """Distance from the inferior articular process: it lies behind and medial to the joint."""
        center = (0.66 * body.half_width_mm - 4.0, self.lamina_depth_mm(body) - 1.2, -13.0)
        return rounded_box(local, center, JOINT_AXES, (6.5, 3.7, 9.5), 3.4)

    def _paint_joint(self, canvas: Canvas, below: BodyShape, above: BodyShape) -> None:
        """Cartilage and fluid in the gap between the articular processes."""
        s, d = self._sac.place_of[below.name]
        s, d = s + 12, d + below.half_depth_mm
        index = canvas.band(s - 22, s + 30, d - 4, d + 34, 32)
        lower, upper = (body.frame.to_local(canvas.points[index]) for body in (below, above))
        lower[:, 0], upper[:, 0] = np.abs(lower[:, 0]), np.abs(upper[:, 0])
        near = (np.abs(lower[:, 2] - 13) < 12) & (lower[:, 0] > 5)
        index, lower, upper = index[near], lower[near], upper[near]
        if len(index) == 0:
            return
        first = _upper_process(below, lower)
        if below.name == "S1":
            self._fill(canvas, index, lower, first, "S1", label=0)
        cover = inside(np.maximum(first, self._lower_process(above, upper)) - 2.4, canvas.edge_mm)
        canvas.paint(index, cover, {Tissue.CARTILAGE: 0.65, Tissue.CSF: 0.15, Tissue.LIGAMENT: 0.2})

    def _paint_sacrum(self, canvas: Canvas) -> None:
        sac = self._sac
        low, high = sac.s_of["S4"] - 6, sac.s_of["S1"] + 4
        index = canvas.band(low, high, 0, 24, 20)
        s, d, x = canvas.s[index], canvas.d[index], np.abs(canvas.points[index, 0])
        front = sac.radius(s) + 2.0 + 0.006 * x * x
        crest = 3.0 + 5.0 * (1 - ramp(x, 1.0, 9.0)) * (0.55 + 0.45 * np.cos((s - sac.s_of["S2"]) * (2 * np.pi / 25)))
        thick = (2.5 + crest) * ramp(s, low - 4, low + 20)
        distance = np.maximum(np.abs(d - front - thick / 2) - thick / 2, x - 18)
        self._fill(canvas, index, np.stack([canvas.points[index, 0], d, s], axis=1), distance, "S", label=0)
        for body, half in zip(self._skeleton.sacrum[::-1], ((17.0, 15.0, 15.0), (14.0, 11.0, 13.0), (10.0, 8.0, 11.0))):
            middle, _ = sac.place_of[body.name]
            index = canvas.band(middle - 45, middle + 45, -80, 30, 64)
            local = body.frame.to_local(canvas.points[index])
            mirrored = local.copy()
            mirrored[:, 0] = np.abs(mirrored[:, 0])
            distance = rounded_box(
                mirrored, (body.half_width_mm + half[0] - 4, 4.0, 0.0), np.eye(3), half, 0.75 * min(half)
            )
            self._fill(canvas, index, local, distance, "S", label=0)

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
        center = (72.0, 18.0, -12.0)
        distance = rounded_box(local, center, axes, (44.0, 6.0, 52.0), 5.5)
        self._fill(canvas, index, local, distance, "S", label=0)


def _upper_process(body: BodyShape, local: np.ndarray) -> np.ndarray:
    """Distance from the superior articular process: it lies in front of and lateral to the joint."""
    center = (0.66 * body.half_width_mm + 2.8, body.half_depth_mm + 10.0, 11.0)
    return rounded_box(local, center, JOINT_AXES, (6.5, 3.3, 9.0), 3.1)
