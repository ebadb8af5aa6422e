"""Looks at what volumes are, in a thread, while the window goes on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Listener
from discgrader.jobs.threads import ThreadRunner
from discgrader.mrml.volumes import grid_of_volume
from discgrader.panel.inputs import Recognized, prepared
from discgrader.panel.poller import Poller

_POLL_MS = 10
_WAIT_S = 0.002
"""How long each turn of the window leaves the interpreter to the thread."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What a volume was recognized as, and what it was like then."""

    node: object
    stamp: tuple
    what: Recognized


class SeriesLook:
    """Looks at one volume after the other, and keeps what each is until that was used or the volume was changed.

    Parameters
    ----------
    scene : vtkMRMLScene
    done : callable()
        Hears, in the window's thread, when nothing is left to look at.
    """

    def __init__(self, scene, done: Callable[[], None]):
        self._scene, self._done = scene, done
        self._known: dict[str, _Known] = {}
        self._waiting: list = []
        self._runner: ThreadRunner | None = None
        self._poller: Poller | None = None

    @property
    def busy(self) -> bool:
        """Whether volumes are being looked at, or what they are has not been used yet."""
        return bool(self._waiting or self._known)

    def look(self, nodes: Iterable) -> bool:
        """Whether it is known of all these volumes what they are; those of which it is not are looked at from now
        on."""
        new = [node for node in nodes if not self._is_known(node)]
        self._waiting += [node for node in new if node not in self._waiting]
        if self._waiting and self._poller is None:
            self._poller = Poller(self._go_on, _POLL_MS)
            self._poller.start()
        return not new

    def what(self, node) -> Recognized:
        """What a volume is, of which `look` said that it is known."""
        return self._known[node.GetID()].what

    def forget(self) -> None:
        """Know nothing of any volume any more, once it was used; what is known of one holds a copy of its voxels."""
        self._known.clear()

    def stop(self) -> None:
        """Look no further, and forget."""
        self._end()
        self.forget()

    def _is_known(self, node) -> bool:
        known = self._known.get(node.GetID())
        return known is not None and known.node is node and known.stamp == _stamp(node)

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.close()
        self._runner = None
        self._waiting.clear()
        if self._poller is not None:
            self._poller.close()
            self._poller = None

    def _go_on(self) -> bool:
        if self._runner is None:
            # What has left the scene meanwhile is nothing to look at any more.
            self._waiting = [node for node in self._waiting if self._scene.IsNodePresent(node)]
            if self._waiting:
                self._begin(self._waiting[0])
        else:
            self._runner.poll(_WAIT_S)
        if self._waiting:
            return True
        self._end()
        self._done()
        return False

    def _begin(self, node) -> None:
        work = prepared(node)
        self._runner = ThreadRunner()
        self._runner.run(lambda _job: work(), _Answer(self, node, _stamp(node)))

    def found(self, node, stamp: tuple, what: Recognized) -> None:
        """Keep what a volume is, unless it has left the scene; one that was changed meanwhile is looked at anew."""
        self._runner = None
        if not self._scene.IsNodePresent(node):
            self._waiting.remove(node)
        elif stamp == _stamp(node):
            self._known[node.GetID()] = _Known(node, stamp, what)
            self._waiting.remove(node)


class _Answer(Listener):
    """Hears what became of one volume."""

    def __init__(self, look: SeriesLook, node, stamp: tuple) -> None:
        self._look, self._node, self._stamp = look, node, stamp

    def finished(self, what: Recognized) -> None:
        self._look.found(self._node, self._stamp, what)

    def failed(self, error: Exception) -> None:
        self._look.found(self._node, self._stamp, Recognized(None, str(error)))
        if not isinstance(error, DiscGraderError):
            raise error


def _stamp(node) -> tuple:
    """What a volume is recognized by; another one where any of it was changed."""
    image = node.GetImageData()
    try:
        place = grid_of_volume(node).affine_lps.tobytes()
    except DiscGraderError as error:
        place = str(error)
    return node.GetName(), place, image, None if image is None else image.GetMTime()
