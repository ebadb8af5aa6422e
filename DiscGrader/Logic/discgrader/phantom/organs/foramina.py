"""The neural foramina: the roots that leave through them with their ganglia, the fat around these, and what narrows
it."""

import numpy as np

from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import capsule, inside, ramp
from discgrader.phantom.level import Level
from discgrader.phantom.sac import SacCourse
from discgrader.phantom.skeleton import BodyShape, Skeleton
from discgrader.phantom.tissues import Structure, Tissue

GANGLION_MM = 2.7
OPEN_MM = 30.0
WINDOWS_MM = ((OPEN_MM, OPEN_MM), (2.6, OPEN_MM), (2.65, 2.65), (1.15, 2.1))
"""Half of the room that is left front to back, and up and down, around the root at each of Lee's grades."""
REACH_MM = (6.5, 7.0)
SHEATH_MM = 1.3
INNER_MM = 6.0
"""No root on its way to a foramen, nor what narrows the foramen, lies nearer to the midline."""


class Foramina:
    """The two foramina beside each disc."""

    def __init__(self, skeleton: Skeleton, sac: SacCourse, levels: tuple[Level, ...]) -> None:
        self._sac = sac
        self._levels = {level.disc.above.name: level for level in levels}
        self._bodies = skeleton.vertebrae

    def paint_roots(self, canvas: Canvas) -> None:
        """The roots that pass below the pedicles, each with a sheath of fat that bone keeps clear of."""
        for body in self._bodies:
            index, local = self._near(canvas, body, 12)
            if len(index) == 0:
                continue
            along_root = self._root(body, local)
            near = along_root < SHEATH_MM + canvas.edge_mm
            if not near.any():
                continue
            index, local, along_root = index[near], local[near], along_root[near]
            grade = self._grades(body, local)
            room = self._window(body, local, grade) - np.float32(0.02)
            root = np.maximum(along_root, room)
            mixture = {Tissue.ROOT: 0.8, Tissue.LIGAMENT: 0.2}
            canvas.paint(index, inside(root, canvas.edge_mm), mixture, structure=Structure.EXITING_ROOT)
            sheath = np.maximum(np.maximum(along_root - SHEATH_MM, room), self._across(body, local) - 5.0)
            mixture = {Tissue.FAT: 1.0}
            canvas.paint(index, inside(sheath, canvas.edge_mm), mixture, structure=Structure.FORAMINAL_FAT)

    def paint_walls(self, canvas: Canvas) -> None:
        """What has grown into narrowed foramina: disc in front, ligament and joint behind, osteophytes above and
        below."""
        for body in self._bodies:
            if not any(self._levels[body.name].parameters.foramina):
                continue
            index, local = self._near(canvas, body, 0)
            if len(index) == 0:
                continue
            grade = self._grades(body, local)
            _, y, up = self._offset(body, local)
            outside = -self._window(body, local, grade)
            reach = (np.hypot(y / REACH_MM[0], up / REACH_MM[1]) - 1) * REACH_MM[0]
            reach = np.maximum(reach, self._across(body, local) - 5.0)
            wall = np.where(grade > 0, np.maximum(reach, outside), 9.0)
            upright = ramp(np.abs(up) - np.abs(y), -0.5, 1.0)
            front = (y < 0) * (1 - upright)
            mixture = {
                Tissue.ANNULUS: front,
                Tissue.LIGAMENT: (1 - front) * (1 - upright) + 0.3 * upright,
                Tissue.CORTEX: 0.4 * upright,
                Tissue.MARROW_WATER: 0.3 * upright,
            }
            canvas.paint(index, inside(wall, canvas.edge_mm), mixture, structure=Structure.FORAMINAL_WALL)

    @staticmethod
    def center(body: BodyShape) -> tuple[float, float, float]:
        """Middle of the left foramen below this vertebra's pedicle, in the vertebra's own coordinates, mm."""
        return 0.66 * body.half_width_mm + 2.0, body.half_depth_mm + 4.0, -7.3

    def _near(self, canvas: Canvas, body: BodyShape, above: float) -> tuple[np.ndarray, np.ndarray]:
        s, _ = self._sac.place_of[body.name]
        index = canvas.band(s - 34, s + above, -28, 14, 46)
        index = index[np.abs(canvas.points[index, 0]) > INNER_MM]
        return index, body.frame.to_local(canvas.points[index])

    def _grades(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        right, left = self._levels[body.name].parameters.foramina
        return np.where(local[:, 0] > 0, left, right)

    def _offset(self, body: BodyShape, local: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x, y, up = self.center(body)
        # The root runs downwards and forwards while it leaves.
        out = np.abs(local[:, 0]) - np.float32(x)
        near = np.clip(out, -3.0, 3.0)
        return out, local[:, 1] - np.float32(y) + 0.5 * near, local[:, 2] - np.float32(up) + 0.87 * near

    def _across(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        return np.abs(self._offset(body, local)[0])

    def _window(self, body: BodyShape, local: np.ndarray, grade: np.ndarray) -> np.ndarray:
        """Distance from the border of the room that is left, negative inside; none far from the foramen."""
        out, y, up = self._offset(body, local)
        deep, high = (np.array([window[k] for window in WINDOWS_MM], np.float32)[grade] for k in (0, 1))
        return np.maximum(np.abs(y) - deep, np.abs(up) - high) - 30 * ramp(np.abs(out), 5.0, 8.0)

    def _root(self, body: BodyShape, local: np.ndarray) -> np.ndarray:
        local = local.copy()
        local[:, 0] = np.abs(local[:, 0])
        x, y, up = self.center(body)
        start, inner = (10.0, body.half_depth_mm + 5.0, 6.0), (x - 2.0, y + 1.0, up + 1.75)
        outer, end = (x + 2.0, y - 1.0, up - 1.75), (x + 18.0, y - 17.0, up - 17.0)
        thin = np.minimum(capsule(local, start, inner, 1.5), capsule(local, outer, end, 1.9))
        return np.minimum(thin, capsule(local, inner, outer, GANGLION_MM))
