"""Hears of boxes that are dragged, moved, deleted or renamed in a scene."""

import itertools
import weakref
from typing import Protocol

from vtk import vtkCommand

from discgrader.mrml.nodes import attribute

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
            self._scene_tags.append(scene.AddObserver(event, _weak(heard)))
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

    def is_dragged(self, node) -> bool:
        """Whether a hand holds this box."""
        return node in self._drags

    def _look(self, *_event: object) -> None:
        """Observe all boxes that there are."""
        count = self._scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode")
        present = [self._scene.GetNthNodeByClass(number, "vtkMRMLMarkupsROINode") for number in range(count)]
        for node in present:
            if node not in self._boxes:
                self._boxes[node] = [
                    node.AddObserver(getattr(node, _START), _weak(self._started)),
                    node.AddObserver(getattr(node, _MOVED), _weak(self._moved)),
                    node.AddObserver(getattr(node, _END), _weak(self._ended)),
                    node.AddObserver(vtkCommand.ModifiedEvent, _weak(self._modified)),
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
        if self._tells(node) and attribute(node, "Level") not in (None, node.GetName()):
            self._listener().box_renamed(node)

    def _tells(self, node) -> bool:
        busy = self._scene.IsClosing() or self._scene.IsImporting() or self._scene.IsBatchProcessing()
        known = attribute(node, "Kind") == "roi" and attribute(node, "Number") is not None
        return not self._pauses and not busy and known and self._listener() is not None


_kept: set[object] = set()


def _weak(method):
    """The method as a function that does not keep its object alive.

    The function itself is kept: a scene that Python's garbage collector takes away tells its observers of it, and those
    must not have been taken away before.
    """
    held = weakref.WeakMethod(method)

    def call(caller, event):
        alive = held()
        if alive is not None:
            alive(caller, event)

    _kept.add(call)
    return call
