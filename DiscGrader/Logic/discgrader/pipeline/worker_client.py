"""What the screen holds of its worker process: work is asked for at once, and heard of in the thread that asked."""

import itertools
import queue
import sys
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from discgrader.errors import DiscGraderError
from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Localization
from discgrader.pipeline.service import WorkerListener
from discgrader.pipeline.worker_cargo import Cargo
from discgrader.pipeline.worker_link import WorkerLink
from discgrader.pipeline.worker_protocol import Message
from discgrader.pipeline.worker_request import WorkerRequest
from discgrader.pipeline.worker_values import (
    affine_from_plain,
    disc_result_from_plain,
    disc_result_to_plain,
    error_from_plain,
    localization_from_plain,
    maps_from_plain,
)

STOP_SECONDS = 0.15
"""After so long whoever stopped a computation hears that it has stopped, even if it still runs."""

DEAF_SECONDS = 1.5
"""So long a computation may take to stop by itself; then its process is ended and a fresh one started, which takes
longer."""


class WorkerClient:
    """A worker process that is kept alive, and the work that it was given.

    Every method returns at once; `poll`, called some times a second, tells the listeners. The process ends with
    `close`, with this interpreter, and when this one dies.

    Parameters
    ----------
    python : str, optional
        The Python to run the process with; in Slicer, PythonSlicer.
    engine : mapping, optional
        Options of the engine, as `discgrader.pipeline.worker_process.main` takes them.
    environment : mapping of str to str, optional
        Variables for the process.
    notice : callable(kind, text), optional
        Hears of ``ready``, of each ``log`` line, and, as ``trouble``, when the process ended by itself.
    """

    def __init__(
        self,
        python: str | None = None,
        engine: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        notice: Callable[[str, str], None] = lambda kind, text: None,
    ) -> None:
        self._notice = notice
        self._events: queue.SimpleQueue[tuple[WorkerLink, Message]] = queue.SimpleQueue()
        self._start_link = partial(WorkerLink, python or sys.executable, engine or {}, environment, self._events)
        self._numbers = itertools.count(1)
        self._requests: dict[int, WorkerRequest] = {}
        self._cargo = Cargo()
        self.ready = False
        # Also when the interpreter ends, or the client is forgotten unclosed.
        self._links: list[WorkerLink] = []
        self._end_links = weakref.finalize(self, _kill_all, self._links)

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""
        return any(not request.over for request in self._requests.values())

    @property
    def running(self) -> bool:
        """Whether there is a process, be it ready or not."""
        return bool(self._links)

    def start(self) -> None:
        """Have the process, and its engine loaded, before there is work."""
        if not self._links:
            self.ready = False
            self._cargo = Cargo(self._cargo.numbers)
            self._links.append(self._start_link())

    def find(
        self,
        study: Study,
        listener: WorkerListener,
        *,
        margin_mm: float = DEFAULT_MARGIN_MM,
        lowest_disc: str | None = None,
    ) -> int:
        """Find the discs; the work's number. Parameters as `Engine.localize`."""
        return self._ask("find", study, None, listener, margin_mm=margin_mm, lowest_disc=lowest_disc)

    def grade(
        self,
        study: Study,
        listener: WorkerListener,
        *,
        localization: Localization | None = None,
        systems: Sequence[str] | None = None,
        saliency: bool = True,
        margin_mm: float = DEFAULT_MARGIN_MM,
        lowest_disc: str | None = None,
    ) -> int:
        """Grade all discs; the work's number. Parameters as `Engine.grade`."""
        return self._ask(
            "grade",
            study,
            localization,
            listener,
            systems=None if systems is None else list(systems),
            saliency=saliency,
            margin_mm=margin_mm,
            lowest_disc=lowest_disc,
        )

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
        """Grade one disc of a localization alone; the work's number.

        Takes the place of what was asked for the same level before: what waits is dropped, and of what is being
        computed the grades may still come, so that grades follow a hand that moves the box.
        """
        for older in list(self._requests.values()):
            if older.box == (study.name, level) and not older.replaced:
                older.replaced = True
                self._send([Message("cancel", {"id": older.number})])
        fields = {"level": level, "systems": None if systems is None else list(systems), "saliency": saliency}
        return self._ask("regrade", study, localization, listener, box=(study.name, level), **fields)

    def explain(
        self, study: Study, localization: Localization, discs: Sequence[DiscResult], listener: WorkerListener
    ) -> int:
        """Make the saliency maps of these grades; the work's number."""
        plain = [disc_result_to_plain(one) for one in discs]
        return self._ask("explain", study, localization, listener, discs=plain)

    def cancel(self, number: int | None = None) -> None:
        """Stop this work, or all; the listener hears of it within a fifth of a second."""
        for request in list(self._requests.values()):
            if number in (None, request.number) and request.stop_by is None:
                request.stop_by = time.monotonic() + STOP_SECONDS
                self._send([Message("cancel", {"id": request.number})])

    def poll(self, wait_s: float = 0.0) -> bool:
        """Tell the listeners what has happened; whether some work has not ended yet.

        Parameters
        ----------
        wait_s : float
            How long to wait for something to happen; meanwhile the threads that talk to the process may run, which an
            application that is written in C++ lets them do little otherwise.
        """
        # What comes while listeners are told is left for the next time, so that this ends.
        for number in range(max(1, self._events.qsize())):
            try:
                link, message = (
                    self._events.get(timeout=wait_s) if wait_s > 0 and not number else self._events.get_nowait()
                )
            except queue.Empty:
                break
            if link in self._links:
                self._hear(message)
        self._stop_what_is_late()
        return self.busy

    def forget(self) -> None:
        """Have the process let go of the volumes that it holds for work to come."""
        self._cargo = Cargo(self._cargo.numbers)
        self._send([Message("forget")])

    def close(self) -> None:
        """End the process; work that has not ended is forgotten."""
        self._requests.clear()
        self._end_process()

    def _ask(
        self,
        kind: str,
        study: Study,
        localization: Localization | None,
        listener: WorkerListener,
        box: tuple[str, str] | None = None,
        **fields: object,
    ) -> int:
        request = WorkerRequest(next(self._numbers), kind, study, localization, fields, listener, box)
        self.start()
        self._post(request)
        self._requests[request.number] = request
        return request.number

    def _post(self, request: WorkerRequest) -> None:
        messages = self._cargo.messages(request.study, request.localization)
        own = {"id": request.number, "found": request.localization is not None}
        if request.localization is None:
            own["segmentation"] = self._cargo.numbers.next()
        self._send([*messages, Message(request.kind, {**request.fields, **own})])

    def _send(self, messages: Sequence[Message]) -> None:
        for link in self._links:
            link.send(messages)

    def _stop_what_is_late(self) -> None:
        """Tell who stopped work that it has stopped; end the process where the work does not."""
        now = time.monotonic()
        late = [
            one for one in self._requests.values() if not one.over and one.stop_by is not None and one.stop_by <= now
        ]
        for request in late:
            request.over = True
        first = next(iter(self._requests.values()), None)
        if self.ready and first is not None and first.over and first.stop_by - STOP_SECONDS + DEAF_SECONDS <= now:
            self._end_process()
            self._begin_again()
        for request in late:
            request.listener.stopped()

    def _hear(self, message: Message) -> None:
        if message.kind in ("log", "ready"):
            self.ready = self.ready or message.kind == "ready"
            self._notice(message.kind, str(message.fields.get("line", "")))
        elif message.kind == "unusable":
            self._give_up(error_from_plain(message.fields))
        elif message.kind == "ended":
            self._mourn(message.fields)
        elif message.kind != "hello":
            self._hear_of_work(message)

    def _hear_of_work(self, message: Message) -> None:
        fields, arrays = message.fields, message.arrays
        request = self._requests.get(fields["id"])
        localization = None
        if message.kind == "found":
            segmentation = Volume(arrays[0], affine_from_plain(fields["affine"]))
            localization = localization_from_plain(fields["localization"], segmentation)
            self._cargo.arrived(fields["localization"]["segmentation"], segmentation)
        if request is None:
            return
        if message.kind in ("done", "stopped", "failed"):
            # The listener may ask for more at once, so this has ended before it hears of it.
            del self._requests[request.number]
        if request.over:
            return
        if request.given_up and message.kind in ("done", "stopped", "failed"):
            request.listener.stopped()
        elif message.kind == "graded" and request.stop_by is None:
            request.graded(disc_result_from_plain(fields["result"]))
        elif request.given_up:
            return
        elif message.kind == "done":
            request.listener.finished(request.value(fields))
        elif message.kind == "stopped":
            request.listener.stopped()
        elif message.kind == "failed":
            request.listener.failed(error_from_plain(fields))
        elif message.kind == "progress":
            request.listener.progressed(*fields["heard"])
        elif localization is not None:
            request.found(localization)
        elif message.kind == "explained":
            request.explained(fields["level"], maps_from_plain(fields["maps"], arrays))

    def _mourn(self, fields: Mapping[str, object]) -> None:
        """The process ended by itself: its work fails, what waited is asked for again, and a fresh process starts."""
        reason = _how_it_ended(fields)
        if not self.ready:
            self._give_up(DiscGraderError(f"The worker process could not start ({reason})."))
            return
        self._end_process()
        first = next(iter(self._requests.values()), None)
        if first is not None:
            del self._requests[first.number]
        self._begin_again()
        error = DiscGraderError(
            f"The worker process ended unexpectedly ({reason}) and was started again; if memory ran out, close other "
            "programs or studies."
        )
        self._notice("trouble", str(error))
        if first is not None and not first.over:
            first.over = True
            first.listener.failed(error)

    def _give_up(self, error: DiscGraderError) -> None:
        """The process cannot be had; the next work that is asked for tries again."""
        self._end_process()
        requests, self._requests = list(self._requests.values()), {}
        self._notice("trouble", str(error))
        for request in requests:
            if not request.over:
                request.listener.failed(error)

    def _begin_again(self) -> None:
        self.start()
        self._requests = {number: request for number, request in self._requests.items() if not request.over}
        for request in self._requests.values():
            self._post(request)

    def _end_process(self) -> None:
        self.ready = False
        _kill_all(self._links)


def _kill_all(links: list[WorkerLink]) -> None:
    while links:
        links.pop().kill()


def _how_it_ended(fields: Mapping[str, object]) -> str:
    status, line = fields["status"], fields["reason"]
    if status is None:
        return str(line)
    if status < 0:
        return f"signal {-status}"
    return f"status {status}" + (f": {line}" if line else "")
