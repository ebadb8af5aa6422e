"""The facet joints: articular processes, and cartilage and fluid between them."""

import numpy as np

from discgrader.phantom.canvas import Canvas
from discgrader.phantom.fields import Texture, inside, rounded_box
from discgrader.phantom.level import Level
from discgrader.phantom.tissues import Structure, Tissue

ANGLE_DEG = (50.0, 44.0, 37.0, 31.0, 27.0, 25.0, 25.0, 25.0, 25.0)
"""Angle of the joints to the sagittal plane, from L5-S1 upwards, rounded after van Schaik et al., Spine
1985;10:59-63."""
SPACE_MM = (2.7, 1.6, 1.0, 0.5)
OVERGROWTH_MM = (0.0, 0.9, 2.5, 5.0)
EROSION_MM = (0.0, 0.15, 0.6, 1.1)
"""Joint space, thickening of the processes and roughness of their faces at each of Weishaupt's grades."""
LENGTH_MM = 14.0
THICK_MM = 6.2
HOLLOW, MARGIN_MM = 0.032, 0.38
"""How hollow the joint is towards the back, mm for each square mm from its middle, and how far its medial margin lies
beside the joint's straight line; set by eye on axial slices of patients."""
CAPSULE_MM = 1.0
"""Thickness of a facet joint's capsule; set by eye."""


class Facets:
    """The two joints beside each disc."""

    def __init__(self, levels: tuple[Level, ...], texture: Texture) -> None:
        self._levels, self._texture = levels, texture

    def superior(self, level: Level, local: np.ndarray) -> np.ndarray:
        """Distance from the upper articular processes of the vertebra below the disc, in the disc's coordinates."""
        along, across, space, extra, rough = self._joint(level, local)
        thick = THICK_MM + 1.4 * extra
        face = space / 2 + rough * self._texture(f"erosion {level.disc.name}", local, (2.5, 2.5, 4.0))
        return self._process(along, across - face - thick / 2, local[:, 2] + 2.5, thick, 10.5, extra)

    def inferior(self, level: Level, local: np.ndarray) -> np.ndarray:
        """Distance from the lower articular processes of the vertebra above the disc, in the disc's coordinates."""
        along, across, space, extra, rough = self._joint(level, local)
        thick = THICK_MM + extra
        face = space / 2 + rough * self._texture(f"erosion {level.disc.name}", local, (2.5, 2.5, 4.0))
        return self._process(along, across + face + thick / 2, local[:, 2] - 2.0, thick, 10.5, 0.6 * extra)

    def beyond_face(self, level: Level, local: np.ndarray, lower: bool) -> np.ndarray:
        """How far points lie beyond the joint's face of the vertebra above (``lower``) or below, mm; far from the
        joint, minus infinity: nothing of that vertebra may be where this is positive."""
        along, across, space, _, rough = self._joint(level, local)
        face = space / 2 + rough * self._texture(f"erosion {level.disc.name}", local, (2.5, 2.5, 4.0))
        near = (np.abs(local[:, 2]) < 11.0) & (along > -1.5) & (along < LENGTH_MM + 3.0)
        return np.where(near, face + across if lower else face - across, -np.inf).astype(np.float32)

    def paint_joints(self, canvas: Canvas) -> None:
        """Cartilage and fluid in the joint spaces, the capsule behind them, and cysts under worn faces."""
        for level in self._levels:
            index = canvas.band(level.s - 16, level.s + 16, -6, 26, 32)
            local = level.disc.frame.to_local(canvas.points[index])
            keep = np.abs(local[:, 2]) < 13
            if not keep.any():
                continue
            index, local = index[keep], local[keep]
            along, across, space, extra, _ = self._joint(level, local)
            reach = np.maximum(np.abs(along - LENGTH_MM / 2) - LENGTH_MM / 2, np.abs(local[:, 2]) - 10.0)
            near = reach < CAPSULE_MM + 0.8 + canvas.edge_mm
            if not near.any():
                continue
            index, local, along, across, space, extra, reach = (
                v[near] for v in (index, local, along, across, space, extra, reach)
            )
            gap = np.maximum(np.abs(across) - space / 2 - 0.5, reach)
            right, left = level.parameters.joint_fluid
            wet = np.where(local[:, 0] > 0, np.float32(left), np.float32(right))
            # Fluid gathers in the middle of the joint; cartilage lines the bone.
            film = (0.1 + 0.55 * wet) * np.exp(-np.square(across / np.maximum(0.3 * space, 0.2)))
            mixture = {Tissue.CSF: film, Tissue.CARTILAGE: 0.75 * (1 - film), Tissue.CORTEX: 0.25 * (1 - film)}
            canvas.paint(index, inside(gap, canvas.edge_mm), mixture, structure=Structure.JOINT_SPACE)
            capsule = np.maximum(np.abs(across) - space / 2 - THICK_MM - extra - 1.0, reach - CAPSULE_MM - 0.8)
            capsule = np.maximum(capsule, 0.5 * LENGTH_MM - along)
            canvas.paint(index, 0.8 * inside(capsule, canvas.edge_mm), {Tissue.LIGAMENT: 0.7, Tissue.FAT: 0.3})

    def _joint(self, level: Level, local: np.ndarray) -> tuple[np.ndarray, ...]:
        """Mm along and across the joint of the nearer side, its space, its overgrowth and its roughness."""
        angle = np.radians(ANGLE_DEG[level.parameters.index_from_sacrum - 1])
        x, y = np.abs(local[:, 0]) - np.float32(level.joint_x), local[:, 1] - np.float32(level.joint_y)
        along = x * np.float32(np.sin(angle)) + y * np.float32(np.cos(angle))
        across = x * np.float32(np.cos(angle)) - y * np.float32(np.sin(angle))
        # The joint is hollow towards the back: its front part faces backwards, its rear part inwards.
        from_middle = np.square(along - np.float32(LENGTH_MM / 2)) - np.float32(LENGTH_MM**2 / 4)
        across = across + np.float32(HOLLOW) * from_middle + np.float32(MARGIN_MM)
        right, left = level.parameters.facets
        side = np.where(local[:, 0] > 0, left, right)
        tables = (np.asarray(table, np.float32)[side] for table in (SPACE_MM, OVERGROWTH_MM, EROSION_MM))
        return along, across, *tables

    @staticmethod
    def _process(
        along: np.ndarray, across: np.ndarray, up: np.ndarray, thick: np.ndarray, half_height: float, extra: np.ndarray
    ) -> np.ndarray:
        place = np.stack([along - LENGTH_MM / 2 - 0.4 * extra, across, up], axis=1)
        place[:, 1] *= THICK_MM / thick
        place[:, 0] *= LENGTH_MM / (LENGTH_MM + 1.2 * extra)
        return rounded_box(place, (0, 0, 0), np.eye(3), (LENGTH_MM / 2, THICK_MM / 2, half_height), 2.4)
