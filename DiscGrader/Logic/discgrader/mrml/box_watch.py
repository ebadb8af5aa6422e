"""Hears of boxes that are dragged, moved, deleted or renamed in a scene."""

import itertools
import weakref
from typing import Protocol

from vtk import vtkCommand

from discgrader.mrml.nodes import attribute
from discgrader.mrml.weak_observers import weak

_START, _END, _MOVED = "PointStartInteractionEvent", "PointEndInteractionEvent", "PointModifiedEvent"


class BoxListener(Protocol):
    """Who hears of boxes; every node is a box of DiscGrader's."""

    def box_dragged(self, node, drag: str) -> None:
        """A hand has moved, turned or resized it a little; ``drag`` is the same until it lets go."""

    def box_dropped(self, node) -> None:
        """The hand has let go."""

    def box_moved(self, node) -> None:
        """It was moved, turned or resized by no hand."""

    def box_removed(self, node) -> None:
        """It was taken out of the scene, which is not being closed."""

    def box_renamed(self, node) -> None:
        """Its name is no longer that of its level."""

    def box_graded(self, node) -> None:
        """Something else may have changed of it, such as the grades of a box that a hand is moving."""


class BoxWatch:
    """Tells a listener of what happens to a scene's boxes, from `start` to `stop`; nothing while it is paused.

    Parameters
    ----------
    scene : vtkMRMLScene
    listener : BoxListener
        Not kept alive by this.
    """

    def __init__(self, scene, listener: BoxListener) -> None:
        self._scene = scene
        self._listener = weakref.ref(listener)
        self._scene_tags: list[int] = []
        self._boxes: dict[object, list[int]] = {}
        self._drags: dict[object, str] = {}
        self._count = itertools.count(1)
        self._pauses = 0

    @property
    def observed(self) -> int:
        """How many observers it has."""
        return len(self._scene_tags) + sum(len(tags) for tags in self._boxes.values())

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
            (scene.StartCloseEvent, self._forget_boxes),
        ):
            self._scene_tags.append(scene.AddObserver(event, weak(heard)))
        self._look()

    def stop(self) -> None:
        """Listen no more."""
        for tag in self._scene_tags:
            self._scene.RemoveObserver(tag)
        self._scene_tags.clear()
        self._forget_boxes()

    def __enter__(self) -> "BoxWatch":
        """Boxes that are moved within the block are moved by DiscGrader itself."""
        self._pauses += 1
        return self

    def __exit__(self, *_error: object) -> None:
        self._pauses -= 1

    @property
    def is_dragging(self) -> bool:
        """Whether a hand holds a box."""
        return bool(self._drags)

    def _look(self, *_event: object) -> None:
        """Observe all boxes that there are."""
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode")
        present = [self._scene.GetNthNodeByClass(number, "vtkMRMLMarkupsROINode") for number in range(count)]
        for node in present:
            if node not in self._boxes:
                self._boxes[node] = [
                    node.AddObserver(getattr(node, _START), weak(self._started)),
                    node.AddObserver(getattr(node, _MOVED), weak(self._moved)),
                    node.AddObserver(getattr(node, _END), weak(self._ended)),
                    node.AddObserver(vtkCommand.ModifiedEvent, weak(self._modified)),
                ]

    def _look_for_removed(self, *_event: object) -> None:
        for node in [one for one in self._boxes if not self._scene.IsNodePresent(one)]:
            self._forget(node)
            if self._tells(node):
                self._listener().box_removed(node)

    def _forget(self, node) -> None:
        for tag in self._boxes.pop(node):
            node.RemoveObserver(tag)
        self._drags.pop(node, None)

    def _forget_boxes(self, *_event: object) -> None:
        for node in list(self._boxes):
            self._forget(node)

    def _started(self, node, _event) -> None:
        self._drags[node] = f"drag {next(self._count)}"

    def _moved(self, node, _event) -> None:
        if not self._tells(node):
            return
        if node in self._drags:
            self._listener().box_dragged(node, self._drags[node])
        else:
            self._listener().box_moved(node)

    def _ended(self, node, _event) -> None:
        if self._drags.pop(node, None) is not None and self._tells(node):
            self._listener().box_dropped(node)

    def _modified(self, node, _event) -> None:
        if not self._tells(node):
            return
        if attribute(node, "Level") not in (None, node.GetName()):
            self._listener().box_renamed(node)
        elif node in self._drags:
            self._listener().box_graded(node)

    def _tells(self, node) -> bool:
        busy = self._scene.IsClosing() or self._scene.IsImporting() or self._scene.IsBatchProcessing()
        known = attribute(node, "Kind") == "roi" and attribute(node, "Number") is not None
        return not self._pauses and not busy and known and self._listener() is not None
