"""The lateral bend of a scoliotic spine: from a straight spine to the patient, and back.

The straight spine is the one that `Skeleton` builds. Its horizontal sections are moved aside, tilted in the coronal
plane, and turned about the body's own axis, so that all organs follow. Far from the spine, where flanks and belly lie,
nothing moves.
"""

import numpy as np

from discgrader.phantom.fields import ramp
from discgrader.phantom.patient import Curve
from discgrader.phantom.skeleton import Frame, Skeleton

TURN_SHARE = 0.3
"""Axial rotation at the apex as a share of the Cobb angle."""
STEP_MM = 0.1
LOW_MM, HIGH_MM = -320.0, 520.0
BESIDE_MM = (70.0, 150.0)
"""Distance from the spine from which on, and beyond which not at all, the bend is felt."""
STEPS_TO_SECTION = 3
"""Newton steps to the nearest section of the curve. No measurement is on record."""


class Bend:
    """The bend of one patient.

    Parameters
    ----------
    curve : Curve
        What it is like.
    skeleton : Skeleton
        The straight spine.
    """

    def __init__(self, curve: Curve, skeleton: Skeleton) -> None:
        self.straight = curve.cobb_deg == 0
        z = np.arange(LOW_MM, HIGH_MM, STEP_MM)
        bodies = skeleton.vertebrae
        centers = np.array([shape.frame.center_lps_mm for shape in skeleton.bodies])
        apex = np.interp(curve.apex - 1, np.arange(len(bodies)), [body.frame.center_lps_mm[2] for body in bodies])
        way = (z - apex) / curve.half_length_mm
        steep = np.tan(np.radians(curve.cobb_deg / 2))
        # A bell: it is steepest, with half the Cobb angle, one half length above and below the apex.
        bell = np.exp(0.5 - way * way / 2)
        aside = steep * curve.half_length_mm * bell
        tilt = np.arctan(-steep * way * bell)
        # Vertebral bodies turn towards the convex side, spinous processes away from it.
        turn = -np.radians(TURN_SHARE * curve.cobb_deg) * bell / np.exp(0.5)
        length = np.concatenate([[0], np.cumsum(np.diff(z) / np.cos(tilt[1:]))])
        length -= np.interp(0.0, z, length)
        order = np.argsort(centers[:, 2])
        axis_y = np.interp(z, centers[order, 2], centers[order, 1])
        aside -= np.interp(0.0, z, aside)
        self._columns = np.stack(
            [z, aside, np.sin(tilt), np.cos(tilt), length, axis_y, np.sin(turn), np.cos(turn)], axis=1
        )
        self._table = self._columns.astype(np.float32)

    def straighten(self, points: np.ndarray) -> np.ndarray:
        """Where LPS points lie in the straight spine, float32, shape (n, 3)."""
        if self.straight:
            return points
        x, y, z = points.T
        height = z
        for _ in range(STEPS_TO_SECTION):
            row = self._table.take(self._rows(height), axis=0)
            across, up = x - row[:, 1], z - row[:, 0]
            along = across * row[:, 2] + up * row[:, 3]
            height = row[:, 0] + along * row[:, 3]
        sideways = across * row[:, 3] - up * row[:, 2]
        behind = y - row[:, 5]
        felt = 1 - ramp(np.abs(across), *BESIDE_MM)
        moved = np.stack(
            [
                sideways * row[:, 7] - behind * row[:, 6] - x,
                sideways * row[:, 6] + behind * row[:, 7] - behind,
                row[:, 4] + along - z,
            ],
            axis=1,
        )
        return points + felt[:, None] * moved

    def place(self, frame: Frame) -> Frame:
        """A frame of the straight spine as it lies in the patient."""
        if self.straight:
            return frame
        x, y, z = frame.center_lps_mm
        at = [np.interp(z, self._columns[:, 4], column) for column in self._columns.T]
        height, aside, sine, cosine, _, axis_y, turn_sine, turn_cosine = at
        turn = np.array([[turn_cosine, turn_sine, 0], [-turn_sine, turn_cosine, 0], [0, 0, 1.0]])
        tilt = np.array([[cosine, 0, sine], [0, 1.0, 0], [-sine, 0, cosine]])
        rotation = tilt @ turn
        center = np.array([aside, axis_y, height]) + rotation @ np.array([x, y - axis_y, 0.0])
        return Frame(center, rotation @ frame.axes_lps)

    def _rows(self, height: np.ndarray) -> np.ndarray:
        row = (height - np.float32(LOW_MM)) * np.float32(1 / STEP_MM) + np.float32(0.5)
        return np.clip(row, 0, len(self._table) - 1).astype(np.int32)
