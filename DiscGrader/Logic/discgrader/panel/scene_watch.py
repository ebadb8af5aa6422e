"""Hears when what the panel shows has changed in the scene."""

from collections.abc import Callable

import qt
from vtk import vtkCommand

from discgrader.mrml.nodes import attribute

_KINDS = frozenset({"reading", "provenance", "roi", "series"})
_WAIT_MS = 30


class RefreshWatch:
    """Tells of many changes once, a moment after the first.

    Parameters
    ----------
    scene : vtkMRMLScene
    changed : callable()
    """

    def __init__(self, scene, changed: Callable[[], None]):
        self._scene = scene
        self._changed = changed
        self._timer = None
        self._scene_tags: list[int] = []
        self.watched: dict[str, tuple[object, int]] = {}
        """The nodes that are observed and by which tag, by their IDs."""

    def start(self) -> None:
        """Begin to listen."""
        scene = self._scene
        if not self._scene_tags:
            self._timer = qt.QTimer()
            self._timer.setSingleShot(True)
            self._timer.setInterval(_WAIT_MS)
            self._timer.connect("timeout()", self._changed)
            events = scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndImportEvent, scene.EndBatchProcessEvent
            self._scene_tags = [scene.AddObserver(event, self._heard) for event in events]
        self.look()

    def stop(self) -> None:
        """Listen no more."""
        # A timer that is kept keeps all that it is connected to.
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        for tag in self._scene_tags:
            self._scene.RemoveObserver(tag)
        for node, tag in self.watched.values():
            node.RemoveObserver(tag)
        self._scene_tags.clear()
        self.watched.clear()

    def look(self) -> None:
        """Observe the nodes that there are now, and no others."""
        if not self._scene_tags:
            return
        nodes = {}
        for number in range(self._scene.GetNumberOfNodes()):
            node = self._scene.GetNthNode(number)
            if attribute(node, "Kind") in _KINDS:
                nodes[node.GetID()] = node
        for identifier, (node, tag) in list(self.watched.items()):
            if nodes.get(identifier) is not node:
                node.RemoveObserver(tag)
                del self.watched[identifier]
        for identifier, node in nodes.items():
            if identifier not in self.watched:
                self.watched[identifier] = (node, node.AddObserver(vtkCommand.ModifiedEvent, self._heard))

    @property
    def is_listening(self) -> bool:
        return bool(self._scene_tags)

    def _heard(self, caller, event):
        self.soon()

    def soon(self) -> None:
        """Tell of a change in a moment."""
        # Started anew by each change, the timer would wait as long as a drag lasts.
        if self._timer is not None and not self._timer.isActive():
            self._timer.start()
