"""Has volumes that Slicer made of several blocks read anew, while the window goes on."""

from collections.abc import Callable, Generator, Iterable

from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.mrml.dicom_blocks import blocks_of, is_gathered, separating
from discgrader.panel.poller import Poller

_POLL_MS = 20


class BlockReader:
    """Puts the blocks of such volumes beside them, one volume after the other, and says what it did.

    Parameters
    ----------
    scene : vtkMRMLScene
    say : callable(str)
        Shows a line of news.
    """

    def __init__(self, scene, say: Callable[[str], None]):
        self._scene, self._say = scene, say
        self._waiting: list = []
        self._looked: set[str] = set()
        self._steps: Generator | None = None
        self._poller: Poller | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being read, or waits for it."""
        return bool(self._waiting)

    def look(self, nodes: Iterable) -> None:
        """Have those of these volumes read anew that need it and were not looked at before; returns at once."""
        unknown = [node for node in nodes if node.GetID() not in self._looked]
        self._looked |= {node.GetID() for node in unknown}
        new = [node for node in unknown if is_gathered(node) and not blocks_of(node)]
        self._waiting += new
        if new and self._poller is None:
            self._poller = Poller(self._go_on, _POLL_MS)
        if new:
            self._poller.start()

    def stop(self) -> None:
        """Read no more, and know nothing of any volume."""
        if self._steps is not None:
            self._steps.close()
        self._steps = None
        self._waiting.clear()
        self._looked.clear()
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
            self._done(_sentence(node, end.value))
        except DiscGraderError as error:
            self._done(str(error))
        else:
            if so_far is not None:
                self._say(_("Reading {name} anew: {share} %").format(name=node.GetName(), share=round(100 * so_far[0])))
        return bool(self._waiting)

    def _done(self, news: str) -> None:
        self._steps = None
        self._waiting.pop(0)
        self._say(news)


def _sentence(node, blocks: list) -> str:
    names = ", ".join(one.GetName() for one in blocks)
    if len(blocks) == 1:
        told = _(
            "Slicer loaded {name} as one volume, but its slices lie unevenly; its files were read anew as {blocks}."
        )
    else:
        told = _(
            "Slicer loaded {name} as one volume, but it holds {count} series; its files were read anew as {blocks}."
        )
    return told.format(name=node.GetName(), count=len(blocks), blocks=names)
