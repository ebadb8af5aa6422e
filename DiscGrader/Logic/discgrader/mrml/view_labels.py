"""Level and grade beside each disc in the slice views: what they say, and where they are drawn.

A label stands beside its box, upright, and only where the slice runs through the box.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import slicer
import vtk

from discgrader.errors import DiscGraderError
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import Color, Node, matrix_from_vtk, roi_from_node
from discgrader.mrml.readings import StudyReading
from discgrader.mrml.views import KeptSettings, ViewSettings
from discgrader.mrml.watch import weak
from discgrader.reading.record import DiscReading
from discgrader.reading.results import off_disc_reason

_GAP = 7
"""Pixels between a box and its label, and between a label and the edge of the view."""

_CORNERS = np.array(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5], indexing="ij")).reshape(3, -1).T
_EDGES = [(a, b) for a, b in combinations(range(8), 2) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]

PLAIN: Color = (0.93, 0.95, 0.98)
"""Color of a label without a grade."""

OUTDATED: Color = (0.72, 0.75, 0.80)
"""Color of a label whose grade is of where the box was before."""


@dataclass(frozen=True, eq=False)
class Label:
    """A label.

    Parameters
    ----------
    node : vtkMRMLMarkupsROINode
        The box that it stands beside.
    text : str
    color : RGB in 0–1
    """

    node: Node
    text: str
    color: Color


def labels_of(reading: StudyReading, settings: ViewSettings) -> tuple[Label, ...]:
    """The labels of a study's discs; none where they are switched off.

    A grade is the reader's, or else the pack's, in its color on its scale. Where the box was moved since it was graded
    the grade is in brackets and gray, until the box is graded anew.
    """
    if not settings.labels:
        return ()
    nodes, task = reading.renderer.nodes(), (settings.label_system, settings.label_task)
    present = [disc for disc in reading.reading.present if disc.number in nodes]
    return tuple(_label(disc, nodes[disc.number], *task, reading.live.get(disc.number, ())) for disc in present)


def _label(disc: DiscReading, node, system: str, task: str, live: Sequence[Grade]) -> Label:
    grade, outdated = disc.final_grade(system, task) if system else None, False
    if disc.is_stale and disc.reader_grade(system, task) is None:
        said_now = next((said.grade for said in live if (said.system, said.task) == (system, task)), None)
        grade, outdated = (grade, True) if said_now is None else (said_now, False)
    if grade is None and off_disc_reason(disc):
        return Label(node, f"{disc.level}  ⚠", OUTDATED)
    if grade is None:
        return Label(node, disc.level, PLAIN)
    said = scale_of(system, task).grade(grade)
    if outdated:
        return Label(node, f"{disc.level}  ({said.label})", OUTDATED)
    return Label(node, f"{disc.level}  {said.label}", said.rgb)


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

    slice_node: Node
    window: Any
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
        for actor, x, y in sorted(placed, key=lambda place: place[2]):
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
        (renderers.GetItemAsObject(n) for n in range(renderers.GetNumberOfItems())),
        key=lambda renderer: renderer.GetLayer(),
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


def label_views() -> list[LabelView]:
    """The slice views of the window that levels and grades are written into; none where there is no window."""
    layout = slicer.app.layoutManager()
    widgets = [] if layout is None else [layout.sliceWidget(name) for name in layout.sliceViewNames()]
    return [
        LabelView(widget.mrmlSliceNode(), widget.sliceView().renderWindow(), widget.sliceView().scheduleRender)
        for widget in widgets
    ]


class ViewLabels:
    """Draws level and grade beside each disc in slice views.

    Nothing of it is in the scene: saved scenes keep the settings, and labels come with the readings.

    Parameters
    ----------
    scene : vtkMRMLScene
    settings : KeptSettings
    views : callable() -> iterable of LabelView
        The slice views that there are now.
    """

    def __init__(self, scene, settings: KeptSettings, views: Callable[[], Iterable[LabelView]]) -> None:
        self._scene, self._settings, self._find = scene, settings, views
        self._readings: dict[str, StudyReading] = {}
        self._views: list[LabelActors] = []
        self._labels: tuple[Label, ...] = ()

    @property
    def views(self) -> tuple[LabelActors, ...]:
        """What is drawn into each view."""
        return tuple(self._views)

    @property
    def settings(self) -> ViewSettings:
        """Whether there are labels, and whose grade they give."""
        return self._settings.now

    def show(self, visible: bool | None = None, system: str | None = None, task: str | None = None) -> None:
        """Switch the labels on or off and choose whose grade they give; what is None stays.

        Raises
        ------
        UsageError
            When there is no such task.
        """
        self._settings.change(labels=visible, label_system=system, label_task=task)
        self.refresh()

    def follow(self, reading: StudyReading) -> None:
        """A reading has changed."""
        self._readings[reading.study] = reading
        self.refresh()

    def refresh(self) -> None:
        """Draw anew into the views that there are now."""
        settings = self._settings.now
        self._readings = {name: one for name, one in self._readings.items() if one.is_in_scene}
        self._labels = tuple(label for reading in self._readings.values() for label in labels_of(reading, settings))
        self._attach(list(self._find()) if self._labels else [])
        for reading in self._readings.values():
            for node in reading.renderer.nodes().values():
                # A box's own name would stand in the middle of the disc.
                node.GetDisplayNode().SetPropertiesLabelVisibility(not self._views)
        for actors in self._views:
            actors.view.draw_soon()

    def close(self) -> None:
        """Take all labels out of the views."""
        self._readings.clear()
        self._labels = ()
        self._attach([])

    def _attach(self, views: list[LabelView]) -> None:
        kept = []
        for actors in self._views:
            if any(view.window is actors.view.window for view in views):
                kept.append(actors)
            else:
                actors.close()
        windows = [actors.view.window for actors in kept]
        new = [LabelActors(view, self._present) for view in views if view.window not in windows]
        self._views = kept + new

    def _present(self) -> list[Label]:
        return [label for label in self._labels if self._scene.IsNodePresent(label.node)]
