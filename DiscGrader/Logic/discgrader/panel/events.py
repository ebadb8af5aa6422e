"""What the panel hears of: changes of the scene and of the parameter node, and turns that the window gives it."""

from collections.abc import Callable
from typing import Any

import qt
from vtk import vtkCommand

from discgrader.mrml.nodes import attribute

PARAMETER_PROPERTY = "SlicerParameterName"
"""The property of a widget that names its parameter; `DiscGrader.ui` sets it."""

_KINDS = frozenset({"reading", "provenance", "roi", "series"})
_WAIT_MS = 30


class Poller:
    """Calls a function again and again for as long as it returns True, while the window has its turns in between.

    Parameters
    ----------
    go_on : callable() -> bool
        Does a little of the work; whether some is left.
    interval_ms : int
        Pause between two calls.
    """

    def __init__(self, go_on: Callable[[], bool], interval_ms: int) -> None:
        self._go_on, self._interval_ms = go_on, interval_ms
        self._timer: Any = None

    def start(self) -> None:
        """Begin, if it is not running."""
        if self._timer is None:
            self._timer = qt.QTimer()
            self._timer.setInterval(self._interval_ms)
            self._timer.connect("timeout()", self._turn)
        self._timer.start()

    def close(self) -> None:
        """Stop for good; a timer that is kept keeps all that it is connected to."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _turn(self) -> None:
        if not self._go_on() and self._timer is not None:
            self._timer.stop()


class RefreshWatch:
    """Tells of many changes once, a moment after the first.

    Parameters
    ----------
    scene : vtkMRMLScene
    changed : callable()
    """

    def __init__(self, scene, changed: Callable[[], None]) -> None:
        self._scene = scene
        self._changed = changed
        self._timer: Any = None
        self._scene_tags: list[int] = []
        self.watched: dict[str, tuple[Any, int]] = {}
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
        self.update()

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

    def update(self) -> None:
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
        """Whether anything of the scene is observed."""
        return bool(self._scene_tags)

    def _heard(self, _caller, _event) -> None:
        self.soon()

    def soon(self) -> None:
        """Tell of a change in a moment."""
        # Started anew by each change, the timer would wait as long as a drag lasts.
        if self._timer is not None and not self._timer.isActive():
            self._timer.start()


class ParameterTie:
    """The widgets that name a parameter, following a parameter node until they are let go of.

    Slicer 5.10's ``connectGui`` gives no tag, without which ``disconnectGui`` does nothing, and with one it leaves an
    observer at the node, which keeps the wrapper and calls it with every change from then on.

    Parameters
    ----------
    parameters : DiscGraderParameterNode
    ui : namespace
        The widgets by name.
    """

    def __init__(self, parameters, ui) -> None:
        self._parameters = parameters
        self._observers: list[Any] = []
        named = ((widget.property(PARAMETER_PROPERTY), widget) for widget in vars(ui).values())
        widgets = {name: widget for name, widget in named if name}
        observe = parameters.AddObserver

        def remember(*arguments: Any) -> Any:
            self._observers.append(observe(*arguments))
            return self._observers[-1]

        # For a moment this hides the method of the class, so that what the wrapper observes is known.
        parameters.AddObserver = remember
        try:
            self._tag = parameters.connectParametersToGui(widgets)
        finally:
            del parameters.AddObserver

    def undo(self) -> None:
        """Let widgets and parameter node go their own ways."""
        self._parameters.disconnectGui(self._tag)
        for tag in self._observers:
            self._parameters.RemoveObserver(tag)
        self._observers.clear()
