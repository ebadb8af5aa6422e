"""Labels drawn into one slice view, each beside its box, upright, and only where the slice runs through the box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import vtk

from discgrader.errors import DiscGraderError
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.disc import RoiBox
from discgrader.mrml.labels import Label
from discgrader.mrml.nodes import matrix_from_vtk, roi_from_node
from discgrader.mrml.weak_observers import weak

_GAP = 7
"""Pixels between a box and its label, and between a label and the edge of the view."""

_CORNERS = np.array(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5], indexing="ij")).reshape(3, -1).T
_EDGES = [(a, b) for a, b in combinations(range(8), 2) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]


@dataclass(frozen=True, eq=False)
class LabelView:
    """A slice view to draw into.

    Parameters
    ----------
    slice_node : vtkMRMLSliceNode
    window : vtkRenderWindow
    draw_soon : callable()
        Has the view be drawn anew when there is time.
    """

    slice_node: object
    window: object
    draw_soon: Callable[[], None]


class LabelActors:
    """The labels of one view; they find their places each time the view is drawn.

    Parameters
    ----------
    view : LabelView
    labels : callable() -> sequence of Label
        Those to draw.
    """

    def __init__(self, view: LabelView, labels: Callable[[], Sequence[Label]]) -> None:
        self.view, self._labels = view, labels
        self._renderer = _uppermost(view.window)
        self._actors: list[vtk.vtkTextActor] = []
        self._tag = self._renderer.AddObserver(vtk.vtkCommand.StartEvent, weak(self._draw))

    def close(self) -> None:
        """Take all out of the view."""
        self._renderer.RemoveObserver(self._tag)
        for actor in self._actors:
            self._renderer.RemoveViewProp(actor)
        self._actors.clear()
        self.view.draw_soon()

    def shown(self) -> dict[str, tuple[float, float, float, float]]:
        """Where each visible label stands, by its text: left, right, bottom and top in pixels from the lower left."""
        found = {}
        for actor in self._actors:
            if actor.GetVisibility():
                x, y = actor.GetPosition()
                width, height = self._size(actor)
                found[actor.GetInput().strip()] = (x, x + width, y, y + height)
        return found

    def _draw(self, _caller, _event) -> None:
        labels = self._labels()
        while len(self._actors) < len(labels):
            self._actors.append(_actor())
            self._renderer.AddViewProp(self._actors[-1])
        width, height = self._renderer.GetSize()
        size = int(np.clip(round(height / 45), 13, 18))
        placed = []
        for actor, label in zip(self._actors, labels, strict=False):
            cut = self._cut(label)
            actor.SetVisibility(cut is not None)
            if cut is None:
                continue
            text = actor.GetTextProperty()
            text.SetFontSize(size)
            text.SetColor(*label.color)
            text.SetFrameColor(*label.color)
            actor.SetInput(f" {label.text} ")
            placed.append((actor, *self._beside(cut, self._size(actor), width)))
        for actor in self._actors[len(labels) :]:
            actor.SetVisibility(False)
        self._spread(placed, height)

    def _cut(self, label: Label) -> tuple[np.ndarray, float] | None:
        """Where the slice cuts the label's box, in pixels, shape (n, 2), and which way to the right its front lies.

        None where the slice does not run through the box, or the box is not what it should be.
        """
        try:
            box = roi_from_node(label.node)
        except DiscGraderError:
            return None
        from_ras = np.linalg.inv(matrix_from_vtk(self.view.slice_node.GetXYToRAS()))
        corners = _to_view(box, from_ras)
        height = corners[:, 2]
        points = [
            corners[a] + (corners[b] - corners[a]) * height[a] / (height[a] - height[b])
            for a, b in _EDGES
            if height[a] * height[b] <= 0 and height[a] != height[b]
        ]
        if not points:
            return None
        front = from_ras[:3, :3] @ lps_to_ras(-box.axes_lps[:, 1])
        return np.array(points)[:, :2], float(front[0]) if abs(front[0]) > abs(front[1]) else 0.0

    def _beside(self, cut: tuple[np.ndarray, float], size: tuple[int, int], width: int) -> tuple[float, float]:
        """Left and bottom of a label: before the spine where it is seen from the side, else to the right of the box."""
        points, front = cut
        left, right = points[:, 0].min() - _GAP - size[0], points[:, 0].max() + _GAP
        first, second = (left, right) if front < 0 else (right, left)
        fits = [x for x in (first, second) if _GAP <= x <= width - _GAP - size[0]]
        x = fits[0] if fits else float(np.clip(first, _GAP, max(width - _GAP - size[0], _GAP)))
        return x, float((points[:, 1].min() + points[:, 1].max() - size[1]) / 2)

    def _spread(self, placed: list, height: int) -> None:
        """Put labels where they belong, apart from each other and inside the view."""
        lowest = float(_GAP)
        for actor, x, y in sorted(placed, key=lambda one: one[2]):
            own = self._size(actor)[1]
            y = min(max(y, lowest), height - _GAP - own)
            actor.SetPosition(round(x), round(y))
            lowest = y + own + 2

    def _size(self, actor) -> tuple[int, int]:
        size = [0.0, 0.0]
        actor.GetSize(self._renderer, size)
        return round(size[0]), round(size[1])


def _to_view(box: RoiBox, from_ras: np.ndarray) -> np.ndarray:
    """The corners of a box in the view: pixels to the right and up, and out of the slice; shape (8, 3)."""
    corners = lps_to_ras(box.center_lps_mm + (_CORNERS * box.size_mm) @ box.axes_lps.T)
    return corners @ from_ras[:3, :3].T + from_ras[:3, 3]


def _uppermost(window):
    """The renderer that draws last."""
    renderers = window.GetRenderers()
    return max(
        (renderers.GetItemAsObject(n) for n in range(renderers.GetNumberOfItems())), key=lambda one: one.GetLayer()
    )


def _actor() -> vtk.vtkTextActor:
    actor = vtk.vtkTextActor()
    actor.PickableOff()
    actor.SetTextScaleModeToNone()
    text = actor.GetTextProperty()
    text.SetFontFamilyToArial()
    text.BoldOn()
    # Bright fat and dark cortical bone lie side by side: only a ground of its own is readable over both.
    text.SetBackgroundColor(0.04, 0.05, 0.07)
    text.SetBackgroundOpacity(0.72)
    text.FrameOn()
    text.SetFrameWidth(1)
    return actor
