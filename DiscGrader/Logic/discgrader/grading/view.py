"""A rectangle through which a system looks at a disc, and what is to be seen in it."""

from dataclasses import dataclass

import numpy as np

from discgrader.imaging.study import Plane
from discgrader.localize.disc import RoiBox


@dataclass(frozen=True)
class ViewShape:
    """Extent and pixels of a view.

    Parameters
    ----------
    rows, columns : int
        Pixels from head to foot (sagittal) or from front to back (axial), and from front to back or from the patient's
        right to left.
    pixel_mm : float
        Edge of the square pixels.
    """

    rows: int = 96
    columns: int = 128
    pixel_mm: float = 0.5

    def points_lps(self, frame: RoiBox, across_mm: float = 0.0) -> np.ndarray:
        """LPS positions of the pixels, shape (rows, columns, 3).

        The view is centered on the frame, lies in the plane of its second and third axes, and is moved ``across_mm``
        along its first axis. Columns run along the second axis, rows against the third.
        """
        rows = (np.arange(self.rows) - (self.rows - 1) / 2) * self.pixel_mm
        columns = (np.arange(self.columns) - (self.columns - 1) / 2) * self.pixel_mm
        center = frame.center_lps_mm + across_mm * frame.axes_lps[:, 0]
        return center + columns[None, :, None] * frame.axes_lps[:, 1] - rows[:, None, None] * frame.axes_lps[:, 2]


@dataclass(frozen=True)
class ViewSpec:
    """Where a system looks at a disc.

    Parameters
    ----------
    name : str
        Such as ``sagittal``, ``left`` or ``axial``.
    plane : Plane
    field_mm : float
        Edge of the square.
    offsets_mm : tuple of float
        One slice each, which become the view's channels: how far beside the box's middle plane, towards the left
        (sagittal), or above the slice that is looked at (axial).
    every_slice : bool
        Whether each axial slice within the disc's height is looked at, or only the one nearest to its middle.
    """

    name: str
    plane: Plane
    field_mm: float
    offsets_mm: tuple[float, ...] = (-4.0, 0.0, 4.0)
    every_slice: bool = False

    def shape(self, pixels: int) -> ViewShape:
        """The view with so many pixels a side."""
        return ViewShape(pixels, pixels, self.field_mm / pixels)
