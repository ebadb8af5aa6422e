"""Level and grade beside each disc in the views: where they are drawn, and which one is clicked on.

A label stands beside its box, upright, and in slice views only where the slice runs through the box.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import slicer
import vtk

from discgrader.errors import DiscGraderError
from discgrader.grading.headings import Translate, as_it_is
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.box import RoiBox
from discgrader.mrml.label_texts import Label, labels_of
from discgrader.mrml.nodes import Node, matrix_from_vtk, roi_from_node
from discgrader.mrml.study_reading import StudyReading
from discgrader.mrml.views import KeptSettings, ViewSettings
from discgrader.mrml.watch import weak

_GAP = 7
"""Between a box and its label, and between a label and the edge of the view; in pixels of a plain screen, as all here
that says nothing else."""

PLAIN_DPI = 72
"""What VTK takes for a plain screen: where pixels are smaller Slicer's views say so, and VTK's letters grow with it."""

_LETTERS = 14.0
"""Height of letters where nobody knows that of the application's."""

_LINES = 45
"""How many lines of usual letters a view holds before labels grow with it."""

_GROWN = (0.93, 1.3)
"""How much smaller and larger than the application's letters those of labels are."""

LARGE = 2.2
"""How much larger letters are for the back row. A round number."""

_FIRST = 1.0
"""Priority of who is told of a button before Slicer's own observers, which keep it for themselves where they use it."""

_CLICK = 4
"""A mouse that moves farther while its button is held drags, and clicks on nothing."""

_CORNERS = np.array(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5], indexing="ij")).reshape(3, -1).T
_EDGES = [(a, b) for a, b in combinations(range(8), 2) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]


@dataclass(frozen=True, eq=False)
class LabelView:
    """A view to draw into.

    Parameters
    ----------
    slice_node : vtkMRMLSliceNode or None
        None for a view in three dimensions.
    window : vtkRenderWindow
    draw_soon : callable()
        Has the view be drawn anew when there is time.
    interactor : vtkRenderWindowInteractor, optional
        Tells of clicks.
    letters : float
        Height of the application's letters.
    """

    slice_node: Node | None
    window: Any
    draw_soon: Callable[[], None]
    interactor: Any = None
    letters: float = _LETTERS


class LabelActors:
    """The labels of one view; they find their places each time the view is drawn.

    Parameters
    ----------
    view : LabelView
    labels : callable() -> sequence of Label
        Those to draw.
    scale : callable() -> float
        How much larger than usual.
    clicked : callable(Label)
        Hears which one is clicked on; a drag that begins on a label is none of its business.
    """

    def __init__(
        self,
        view: LabelView,
        labels: Callable[[], Sequence[Label]],
        scale: Callable[[], float] = lambda: 1.0,
        clicked: Callable[[Label], None] = lambda label: None,
    ) -> None:
        self.view, self._labels, self._scale, self._clicked = view, labels, scale, clicked
        self._renderer = _renderer_of(view)
        self._actors: list[vtk.vtkTextActor] = []
        self._drawn: tuple[Label, ...] = ()
        self._pressed: tuple[int, int] | None = None
        self._tag = self._renderer.AddObserver(vtk.vtkCommand.StartEvent, weak(self._draw))
        self._tags = [] if view.interactor is None else self._listen(view.interactor)

    def _listen(self, mouse) -> list[int]:
        press, release = vtk.vtkCommand.LeftButtonPressEvent, vtk.vtkCommand.LeftButtonReleaseEvent
        if self.view.slice_node is None:
            # Once it is pressed there, the button is heard by nobody but what turns the scene.
            return [mouse.AddObserver(press, weak(self._choose), _FIRST)]
        return [
            mouse.AddObserver(press, weak(self._press), _FIRST),
            mouse.AddObserver(release, weak(self._release), _FIRST),
        ]

    def close(self) -> None:
        """Take all out of the view."""
        self._renderer.RemoveObserver(self._tag)
        for tag in self._tags:
            self.view.interactor.RemoveObserver(tag)
        for actor in self._actors:
            self._renderer.RemoveViewProp(actor)
        self._actors.clear()
        self.view.draw_soon()

    def shown(self) -> dict[str, tuple[float, float, float, float]]:
        """Where each visible label stands, by its text: left, right, bottom and top in pixels of the screen from the
        lower left."""
        return {actor.GetInput().strip(): self._rectangle(actor) for actor in self._actors if actor.GetVisibility()}

    def _rectangle(self, actor) -> tuple[float, float, float, float]:
        x, y = actor.GetPosition()
        width, height = self._size(actor)
        return x, x + width, y, y + height

    def _press(self, mouse, _event) -> None:
        self._pressed = mouse.GetEventPosition()

    def _release(self, mouse, _event) -> None:
        pressed, self._pressed = self._pressed, None
        x, y = mouse.GetEventPosition()
        if pressed is None or max(abs(x - pressed[0]), abs(y - pressed[1])) > _CLICK * self._pixel:
            return
        self._choose(mouse, None)

    def _choose(self, mouse, _event) -> None:
        x, y = mouse.GetEventPosition()
        for actor, label in zip(self._actors, self._drawn, strict=False):
            left, right, bottom, top = self._rectangle(actor)
            if actor.GetVisibility() and left <= x <= right and bottom <= y <= top:
                self._clicked(label)
                return

    @property
    def _pixel(self) -> float:
        """How many pixels of the screen one of a plain screen is."""
        return self.view.window.GetDPI() / PLAIN_DPI

    def _draw(self, _caller, _event) -> None:
        labels = self._drawn = tuple(self._labels())
        while len(self._actors) < len(labels):
            self._actors.append(_actor())
            self._renderer.AddViewProp(self._actors[-1])
        width, height = self._renderer.GetSize()
        grown = np.clip(height / self._pixel / _LINES / _LETTERS, *_GROWN)
        size = round(self.view.letters * grown * self._scale())
        placed = []
        for actor, label in zip(self._actors, labels, strict=False):
            cut = self._cut(label)
            # Labels of what lies outside the view would only be heaped at its edge.
            cut = cut if cut is not None and _is_within(cut[0], width, height) else None
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
        """Where the slice cuts the label's box, in pixels of the screen, shape (n, 2), and which way to the right its
        front lies; in three dimensions, where its corners are seen.

        None where the slice does not run through the box, or the box is not what it should be.
        """
        try:
            box = roi_from_node(label.node)
        except DiscGraderError:
            return None
        if self.view.slice_node is None:
            return self._seen(box), 0.0
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

    def _seen(self, box: RoiBox) -> np.ndarray:
        """Where the corners of a box are seen in three dimensions, shape (8, 2)."""
        points = []
        for corner in _corners_ras(box):
            self._renderer.SetWorldPoint(*(float(value) for value in corner), 1.0)
            self._renderer.WorldToDisplay()
            points.append(self._renderer.GetDisplayPoint()[:2])
        return np.array(points)

    def _beside(self, cut: tuple[np.ndarray, float], size: tuple[int, int], width: int) -> tuple[float, float]:
        """Left and bottom of a label: before the spine where it is seen from the side, else to the right of the box."""
        (points, front), gap = cut, _GAP * self._pixel
        left, right = points[:, 0].min() - gap - size[0], points[:, 0].max() + gap
        first, second = (left, right) if front < 0 else (right, left)
        fits = [x for x in (first, second) if gap <= x <= width - gap - size[0]]
        x = fits[0] if fits else float(np.clip(first, gap, max(width - gap - size[0], gap)))
        return x, float((points[:, 1].min() + points[:, 1].max() - size[1]) / 2)

    def _spread(self, placed: list, height: int) -> None:
        """Put labels where they belong, apart from each other and inside the view."""
        gap = _GAP * self._pixel
        lowest, highest, bottoms = gap, height - gap, []
        upward = sorted(placed, key=lambda place: place[2])
        for actor, _x, y in upward:
            bottoms.append(max(y, lowest))
            lowest = bottoms[-1] + self._size(actor)[1] + 2
        for (actor, x, _y), bottom in zip(reversed(upward), reversed(bottoms), strict=True):
            y = min(bottom, highest - self._size(actor)[1])
            actor.SetPosition(round(x), round(y))
            highest = y - 2

    def _size(self, actor) -> tuple[int, int]:
        size = [0.0, 0.0]
        actor.GetSize(self._renderer, size)
        return round(size[0]), round(size[1])


def _is_within(points: np.ndarray, width: int, height: int) -> bool:
    """Whether something of what points span, in pixels of a view, lies within it."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool((high >= 0).all() and (low <= (width, height)).all())


def _to_view(box: RoiBox, from_ras: np.ndarray) -> np.ndarray:
    """The corners of a box in the view: pixels to the right and up, and out of the slice; shape (8, 3)."""
    return _corners_ras(box) @ from_ras[:3, :3].T + from_ras[:3, 3]


def _corners_ras(box: RoiBox) -> np.ndarray:
    return lps_to_ras(box.center_lps_mm + (_CORNERS * box.size_mm) @ box.axes_lps.T)


def _renderer_of(view: LabelView):
    """The renderer that draws last in a slice view; in three dimensions the first, for an orientation marker has one of
    its own over it."""
    renderers = view.window.GetRenderers()
    if view.slice_node is None:
        return renderers.GetFirstRenderer()
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
    """The views of the window that levels and grades are written into; none where there is no window."""
    layout = slicer.app.layoutManager()
    if layout is None:
        return []
    views = [
        (layout.sliceWidget(name).mrmlSliceNode(), layout.sliceWidget(name).sliceView())
        for name in layout.sliceViewNames()
    ]
    views += [(None, layout.threeDWidget(number).threeDView()) for number in range(layout.threeDViewCount)]
    height = letters()
    return [
        LabelView(node, view.renderWindow(), view.scheduleRender, view.interactor(), height) for node, view in views
    ]


def letters() -> float:
    """Height of the application's letters, which grow with what the user has told it and the system."""
    import qt

    return float(qt.QFontMetrics(qt.QApplication.font()).height())


class ViewLabels:
    """Draws level and grade beside each disc in the views.

    Nothing of it is in the scene: saved scenes keep the settings, and labels come with the readings.

    Parameters
    ----------
    scene : vtkMRMLScene
    settings : KeptSettings
    views : callable() -> iterable of LabelView
        The views that there are now.
    translate : callable(str) -> str
        The package's words in the user's language.

    Attributes
    ----------
    clicked : callable(study, level) or None
        Hears on which disc's label a user clicks.
    """

    def __init__(
        self, scene, settings: KeptSettings, views: Callable[[], Iterable[LabelView]], translate: Translate = as_it_is
    ) -> None:
        self._scene, self._settings, self._find, self._translate = scene, settings, views, translate
        self.clicked: Callable[[str, str], None] | None = None
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

    def show(
        self, visible: bool | None = None, system: str | None = None, task: str | None = None, large: bool | None = None
    ) -> None:
        """Switch the labels on or off, choose whose grade they give, and whether the back row can read them; what is
        None stays.

        Raises
        ------
        UsageError
            When there is no such task.
        """
        self._settings.change(labels=visible, label_system=system, label_task=task, large_labels=large)
        self.refresh()

    def follow(self, reading: StudyReading) -> None:
        """A reading has changed."""
        self._readings[reading.study] = reading
        self.refresh()

    def refresh(self) -> None:
        """Draw anew into the views that there are now."""
        settings = self._settings.now
        self._readings = {name: one for name, one in self._readings.items() if one.is_in_scene}
        readings = self._readings.values()
        self._labels = tuple(label for one in readings for label in labels_of(one, settings, self._translate))
        views = list(self._find())
        self._attach(views if self._labels else [])
        for reading in self._readings.values():
            for node in reading.renderer.nodes().values():
                # A box's own name would stand in the middle of the disc.
                node.GetDisplayNode().SetPropertiesLabelVisibility(settings.shows_labels and not views)
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
            same = next((view for view in views if view.window is actors.view.window), None)
            if same is None:
                actors.close()
            else:
                # Its letters may be larger by now.
                actors.view = same
                kept.append(actors)
        windows = [actors.view.window for actors in kept]
        new = [
            LabelActors(view, self._present, self._scale, self._click) for view in views if view.window not in windows
        ]
        self._views = kept + new

    def _present(self) -> list[Label]:
        return [label for label in self._labels if self._scene.IsNodePresent(label.node)]

    def _scale(self) -> float:
        return LARGE if self._settings.now.large_labels else 1.0

    def _click(self, label: Label) -> None:
        if self.clicked is not None:
            self.clicked(label.study, label.level)
