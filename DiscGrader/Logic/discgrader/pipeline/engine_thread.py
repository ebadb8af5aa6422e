"""An engine in a thread of this process, asked as a worker process is: for tests, and where no process can be had."""

import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from discgrader.errors import Cancelled
from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Localization
from discgrader.pipeline.engine import Engine, Maps
from discgrader.pipeline.regrade import alone
from discgrader.pipeline.service import WorkerListener
from discgrader.progress import Progress

Work = Callable[["_Task", Progress], object]


@dataclass(eq=False)
class _Task:
    """Work that has not ended yet; ``tell`` is called in the thread."""

    number: int
    work: Work
    listener: WorkerListener
    box: tuple[str, str] | None
    tell: Callable[..., None]
    stop: threading.Event = field(default_factory=threading.Event)

    def graded(self, result: DiscResult) -> None:
        self.tell(self, "graded", result)

    def explained(self, level: str, maps: Maps) -> None:
        self.tell(self, "explained", level, maps)


class EngineThread:
    """A `discgrader.pipeline.service.Service` whose engine computes in a thread.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._numbers = itertools.count(1)
        self._tasks: dict[int, _Task] = {}
        self._waiting: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[tuple] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a thread."""
        return self._thread is not None

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""
        return bool(self._tasks)

    def start(self) -> None:
        """Have the thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(self._waiting,), name="DiscGrader", daemon=True)
            self._thread.start()

    def find(
        self,
        study: Study,
        listener: WorkerListener,
        *,
        margin_mm: float = DEFAULT_MARGIN_MM,
        lowest_disc: str | None = None,
    ) -> int:
        """Find the discs; the work's number."""

        def work(task: _Task, progress: Progress) -> Localization:
            found = self.engine.localize(study, margin_mm=margin_mm, lowest_disc=lowest_disc, progress=progress)
            self._tell(task, "found", found)
            return found

        return self._ask(work, listener)

    def grade(
        self,
        study: Study,
        listener: WorkerListener,
        *,
        localization: Localization | None = None,
        systems: Sequence[str] | None = None,
        saliency: bool = True,
        margin_mm: float = DEFAULT_MARGIN_MM,
    ) -> int:
        """Grade all discs; where they are not known, they are found first, in boxes of this margin. The work's
        number."""

        def work(task: _Task, progress: Progress) -> object:
            found = localization
            if found is None:
                found = self.engine.localize(
                    study, margin_mm=margin_mm, lowest_disc=None, progress=progress.part(0.0, 0.3)
                )
                self._tell(task, "found", found)
                progress = progress.part(0.3, 1.0)
            return self._grade(task, study, found, systems, saliency, progress)

        return self._ask(work, listener)

    def regrade(
        self,
        study: Study,
        localization: Localization,
        level: str,
        listener: WorkerListener,
        *,
        systems: Sequence[str] | None = None,
        saliency: bool = True,
    ) -> int:
        """Grade one disc alone, in place of what was asked for this level before; the work's number."""
        box = (study.name, level)
        for older in self._tasks.values():
            if older.box == box:
                older.stop.set()

        def work(task: _Task, progress: Progress) -> object:
            disc = next(one for one in localization.discs if one.level == level)
            return self._grade(task, study, alone(localization, disc), systems, saliency, progress)

        return self._ask(work, listener, box)

    def cancel(self, number: int | None = None) -> None:
        """Stop this work, or all, at its next step."""
        for task in self._tasks.values():
            if number in (None, task.number):
                task.stop.set()

    def poll(self, wait_s: float = 0.0) -> bool:
        """Tell the listeners what has happened; whether some work has not ended yet."""
        for number in range(max(1, self._events.qsize())):
            try:
                wait = wait_s > 0 and not number
                task, kind, *values = self._events.get(timeout=wait_s) if wait else self._events.get_nowait()
            except queue.Empty:
                break
            if task.number not in self._tasks:
                continue
            if kind in ("finished", "stopped", "failed"):
                del self._tasks[task.number]
            getattr(task.listener, kind)(*values)
        return self.busy

    def forget(self) -> None:
        """Nothing is held that was not asked about."""

    def close(self) -> None:
        """End the thread at its next step; work that has not ended is forgotten."""
        self.cancel()
        self._tasks.clear()
        self._waiting.put(None)
        self._waiting, self._thread = queue.SimpleQueue(), None

    def _grade(
        self,
        task: _Task,
        study: Study,
        localization: Localization,
        systems: Sequence[str] | None,
        saliency: bool,
        progress: Progress,
    ) -> object:
        return self.engine.grade(
            study,
            localization=localization,
            systems=systems,
            saliency=saliency,
            progress=progress,
            graded=task.graded,
            explained=task.explained,
        )

    def _ask(self, work: Work, listener: WorkerListener, box: tuple[str, str] | None = None) -> int:
        self.start()
        task = _Task(next(self._numbers), work, listener, box, self._tell)
        self._tasks[task.number] = task
        self._waiting.put(task)
        return task.number

    def _run(self, waiting: "queue.SimpleQueue[_Task | None]") -> None:
        while (task := waiting.get()) is not None:
            self._do(task)
            # While it waits for the next, the thread must not keep alive who asked for the last.
            del task

    def _do(self, task: _Task) -> None:
        progress = Progress(lambda *heard: self._tell(task, "progressed", *heard), task.stop)
        try:
            value = task.work(task, progress)
        except Cancelled:
            self._tell(task, "stopped")
        except Exception as error:  # noqa: BLE001  whatever it is, the listener hears of it in its own thread
            self._tell(task, "failed", error)
        else:
            self._tell(task, "finished", value)

    def _tell(self, task: _Task, kind: str, *values: object) -> None:
        self._events.put((task, kind, *values))
