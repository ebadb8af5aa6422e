"""Volumes that are recognized, or read anew, one after the other while the window goes on."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.jobs.job import Listener
from discgrader.jobs.threads import ThreadRunner
from discgrader.mrml.dicom_blocks import blocks_of, is_gathered, separating
from discgrader.mrml.volumes import grid_of_volume
from discgrader.panel.events import Poller
from discgrader.panel.series import Recognized, prepared
from discgrader.panel.words import in_language

_RECOGNIZE_MS, _READ_MS = 10, 20
"""Pauses between two turns."""
_WAIT_S = 0.002
"""How long each turn of the window leaves the interpreter to the thread."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What a volume was recognized as, and what it was like then."""

    node: Any
    stamp: tuple
    what: Recognized


class SeriesRecognizer:
    """Finds out in a thread what volumes are, and keeps that of each until it was used or the volume was changed.

    Parameters
    ----------
    scene : vtkMRMLScene
    done : callable()
        Hears, in the window's thread, when nothing is left to look at.
    """

    def __init__(self, scene, done: Callable[[], None]) -> None:
        self._scene, self._done = scene, done
        self._known: dict[str, _Known] = {}
        self._waiting: list[Any] = []
        self._runner: ThreadRunner | None = None
        self._poller: Poller | None = None

    @property
    def busy(self) -> bool:
        """Whether volumes are being looked at, or what they are has not been used yet."""
        return bool(self._waiting or self._known)

    def recognize(self, nodes: Iterable) -> bool:
        """Whether it is known of all these volumes what they are; those of which it is not are looked at from now
        on."""
        new = [node for node in nodes if not self._is_known(node)]
        self._waiting += [node for node in new if node not in self._waiting]
        if self._waiting and self._poller is None:
            self._poller = Poller(self._go_on, _RECOGNIZE_MS)
            self._poller.start()
        return not new

    def what(self, node) -> Recognized:
        """What a volume is, of which `recognize` said that it is known."""
        return self._known[node.GetID()].what

    def forget(self) -> None:
        """Know nothing of any volume any more, once it was used; what is known of one holds a copy of its voxels."""
        self._known.clear()

    def stop(self) -> None:
        """Look no further, and forget."""
        self._end()
        self.forget()

    def found(self, node, stamp: tuple, what: Recognized) -> None:
        """Keep what a volume is, unless it has left the scene; one that was changed meanwhile is looked at anew."""
        self._runner = None
        if not self._scene.IsNodePresent(node):
            self._waiting.remove(node)
        elif stamp == _stamp(node):
            self._known[node.GetID()] = _Known(node, stamp, what)
            self._waiting.remove(node)

    def _is_known(self, node) -> bool:
        known = self._known.get(node.GetID())
        return known is not None and known.node is node and known.stamp == _stamp(node)

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

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.close()
        self._runner = None
        self._waiting.clear()
        if self._poller is not None:
            self._poller.close()
            self._poller = None


class _Answer(Listener):
    """Hears what became of one volume."""

    def __init__(self, recognizer: SeriesRecognizer, node, stamp: tuple) -> None:
        self._recognizer, self._node, self._stamp = recognizer, node, stamp

    def finished(self, what: Recognized) -> None:
        self._recognizer.found(self._node, self._stamp, what)

    def failed(self, error: Exception) -> None:
        self._recognizer.found(self._node, self._stamp, Recognized(None, str(error)))
        if not isinstance(error, DiscGraderError):
            raise error


def _stamp(node) -> tuple:
    """What a volume is recognized by; another one where any of it was changed."""
    image = node.GetImageData()
    try:
        place: object = grid_of_volume(node).affine_lps.tobytes()
    except DiscGraderError as error:
        place = str(error)
    return node.GetName(), place, image, None if image is None else image.GetMTime()


class BlockReader:
    """Has volumes that Slicer made of several blocks read anew, puts the blocks beside them, and says what it did.

    Parameters
    ----------
    scene : vtkMRMLScene
    say : callable(str)
        Shows a line of news.
    """

    def __init__(self, scene, say: Callable[[str], None]) -> None:
        self._scene, self._say = scene, say
        self._waiting: list[Any] = []
        self._looked_at: set[str] = set()
        self._steps: Generator[tuple[float, str] | None, None, list] | None = None
        self._poller: Poller | None = None

    def read(self, nodes: Iterable) -> None:
        """Have those of these volumes read anew that need it and were not looked at before; returns at once."""
        unknown = [node for node in nodes if node.GetID() not in self._looked_at]
        self._looked_at |= {node.GetID() for node in unknown}
        new = [node for node in unknown if is_gathered(node) and not blocks_of(node)]
        self._waiting += new
        if new and self._poller is None:
            self._poller = Poller(self._go_on, _READ_MS)
        if new and self._poller is not None:
            self._poller.start()

    def stop(self) -> None:
        """Read no more, and know nothing of any volume."""
        if self._steps is not None:
            self._steps.close()
        self._steps = None
        self._waiting.clear()
        self._looked_at.clear()
        if self._poller is not None:
            self._poller.close()
            self._poller = None

    def _go_on(self) -> bool:
        if not self._waiting:
            return False
        node = self._waiting[0]
        if self._steps is None:
            self._steps = separating(self._scene, node)
        try:
            so_far = next(self._steps)
        except StopIteration as end:
            self._done(_separated(node, end.value))
        except DiscGraderError as error:
            self._done(in_language(str(error)))
        else:
            if so_far is not None:
                self._say(_("Reloading {name}: {share} %").format(name=node.GetName(), share=round(100 * so_far[0])))
        return bool(self._waiting)

    def _done(self, news: str) -> None:
        self._steps = None
        self._waiting.pop(0)
        self._say(news)


def _separated(node, blocks: list) -> str:
    """What was read in the place of a volume, in words."""
    names = ", ".join(block.GetName() for block in blocks)
    if len(blocks) == 1:
        sentence = _(
            "Slicer loaded {name} as one volume, but its slices are unevenly spaced; its files were reloaded as "
            "{blocks}."
        )
    else:
        sentence = _(
            "Slicer loaded {name} as one volume, but it holds {count} series; its files were reloaded as {blocks}."
        )
    return sentence.format(name=node.GetName(), count=len(blocks), blocks=names)
