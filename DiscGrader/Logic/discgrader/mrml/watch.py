"""The user's hand on a scene: what is done to boxes, segments and a reading's text, told to a listener."""

import itertools
import weakref
from collections.abc import Callable
from typing import Protocol

import slicer
from vtk import vtkCommand

from discgrader.mrml.nodes import READING, Node, attribute, nodes_of_class, number_of

_START, _END, _MOVED = "PointStartInteractionEvent", "PointEndInteractionEvent", "PointModifiedEvent"

_kept: set[Callable] = set()


def weak(method: Callable) -> Callable:
    """A bound method as an observer that does not keep its object alive.

    The function itself is kept for good: a scene that Python's garbage collector takes away tells its observers of it,
    and those must not have been taken away before.
    """
    alive_method = weakref.WeakMethod(method)

    def call(caller, event):
        alive = alive_method()
        if alive is not None:
            alive(caller, event)

    _kept.add(call)
    return call


class SceneListener(Protocol):
    """Who hears of what a hand does to a scene; every node is one of DiscGrader's."""

    def box_dragged(self, node, drag: str) -> None:
        """A hand has moved, turned or resized a box a little; ``drag`` is the same until it lets go."""

    def box_dropped(self, node) -> None:
        """The hand has let go."""

    def box_moved(self, node) -> None:
        """A box was moved, turned or resized by no hand."""

    def box_removed(self, node) -> None:
        """A box was taken out of the scene, which is not being closed."""

    def box_renamed(self, node) -> None:
        """A box's name is no longer that of its level."""

    def segment_renamed(self, node, label: int, name: str) -> None:
        """The segment of this value in the label map has got another name."""

    def text_changed(self, node) -> None:
        """The text that keeps a reading was changed by somebody else."""


class SceneWatch:
    """Tells a listener of what happens to a scene's boxes, segments and readings, from `start` to `stop`; nothing while
    it is paused.

    Parameters
    ----------
    scene : vtkMRMLScene
    listener : SceneListener
        Not kept alive by this.
    """

    def __init__(self, scene, listener: SceneListener) -> None:
        self._scene = scene
        self._listener = weakref.ref(listener)
        self._scene_tags: list[int] = []
        self._observed: dict[object, list[tuple[Node, int]]] = {}
        self._drags: dict[object, str] = {}
        self._count = itertools.count(1)
        self._pauses = 0

    @property
    def observed(self) -> int:
        """How many observers it has."""
        return len(self._scene_tags) + sum(len(tags) for tags in self._observed.values())

    def start(self) -> None:
        """Begin to listen; nothing where it listens already."""
        if self._scene_tags:
            return
        scene = self._scene
        for event, heard in (
            (scene.NodeAddedEvent, self._look),
            (scene.NodeRemovedEvent, self._look_for_removed),
            (scene.EndImportEvent, self._look),
            (scene.EndBatchProcessEvent, self._look),
            (scene.StartCloseEvent, self._forget_all),
        ):
            self._scene_tags.append(scene.AddObserver(event, weak(heard)))
        self._look()

    def stop(self) -> None:
        """Listen no more."""
        for tag in self._scene_tags:
            self._scene.RemoveObserver(tag)
        self._scene_tags.clear()
        self._forget_all()

    def __enter__(self) -> "SceneWatch":
        """What is changed within the block is changed by DiscGrader itself."""
        self._pauses += 1
        return self

    def __exit__(self, *_error: object) -> None:
        self._pauses -= 1

    @property
    def is_dragging(self) -> bool:
        """Whether a hand holds a box."""
        return bool(self._drags)

    def _look(self, *_event: object) -> None:
        """Observe all boxes, segmentations and texts that there are."""
        for class_name, observe in (
            ("vtkMRMLMarkupsROINode", self._observe_box),
            ("vtkMRMLSegmentationNode", self._observe_segments),
            ("vtkMRMLTextNode", self._observe_text),
        ):
            for node in nodes_of_class(self._scene, class_name):
                if node not in self._observed:
                    self._observed[node] = observe(node)

    def _observe_box(self, node) -> list[tuple[Node, int]]:
        return [
            (node, node.AddObserver(getattr(node, _START), weak(self._started))),
            (node, node.AddObserver(getattr(node, _MOVED), weak(self._moved))),
            (node, node.AddObserver(getattr(node, _END), weak(self._ended))),
            (node, node.AddObserver(vtkCommand.ModifiedEvent, weak(self._modified))),
        ]

    def _observe_segments(self, node) -> list[tuple[Node, int]]:
        event = slicer.vtkSegmentation.SegmentModified
        return [(node, node.AddObserver(event, weak(self._segment_modified)))]

    def _observe_text(self, node) -> list[tuple[Node, int]]:
        return [(node, node.AddObserver(node.TextModifiedEvent, weak(self._text_modified)))]

    def _look_for_removed(self, *_event: object) -> None:
        for node in [observed for observed in self._observed if not self._scene.IsNodePresent(observed)]:
            self._forget(node)
            if self._is_box(node) and self._tells():
                self._told().box_removed(node)

    def _forget(self, node) -> None:
        for observed, tag in self._observed.pop(node):
            observed.RemoveObserver(tag)
        self._drags.pop(node, None)

    def _forget_all(self, *_event: object) -> None:
        for node in list(self._observed):
            self._forget(node)

    def _started(self, node, _event) -> None:
        self._drags[node] = f"drag {next(self._count)}"

    def _moved(self, node, _event) -> None:
        if not (self._is_box(node) and self._tells()):
            return
        if node in self._drags:
            self._told().box_dragged(node, self._drags[node])
        else:
            self._told().box_moved(node)

    def _ended(self, node, _event) -> None:
        if self._drags.pop(node, None) is not None and self._is_box(node) and self._tells():
            self._told().box_dropped(node)

    def _modified(self, node, _event) -> None:
        if self._is_box(node) and attribute(node, "Level") not in (None, node.GetName()) and self._tells():
            self._told().box_renamed(node)

    def _segment_modified(self, node, _event) -> None:
        if attribute(node, "Kind") != "segmentation" or not self._tells():
            return
        segmentation = node.GetSegmentation()
        for number in range(segmentation.GetNumberOfSegments()):
            segment = segmentation.GetNthSegment(number)
            self._told().segment_renamed(node, segment.GetLabelValue(), segment.GetName())

    def _text_modified(self, node, _event) -> None:
        if attribute(node, "Kind") == READING and self._tells():
            self._told().text_changed(node)

    def _told(self) -> SceneListener:
        listener = self._listener()
        assert listener is not None, "nobody is told where nobody listens"
        return listener

    @staticmethod
    def _is_box(node) -> bool:
        return attribute(node, "Kind") == "roi" and number_of(node) is not None

    def _tells(self) -> bool:
        busy = self._scene.IsClosing() or self._scene.IsImporting() or self._scene.IsBatchProcessing()
        return not self._pauses and not busy and self._listener() is not None
