"""What is being computed for a scene: found, graded and graded anew while the window goes on."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from discgrader.errors import Cancelled, DiscGraderError, UsageError
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import roi_from_node
from discgrader.mrml.readings import SceneReadings
from discgrader.mrml.steps import OnlyGrades, Reply, Steps, WorkListener, finding, grading, regrading
from discgrader.mrml.volumes import Volumes
from discgrader.pipeline.service import Service
from discgrader.pipeline.settings import Settings

_logger = logging.getLogger("DiscGrader")

FILL_SECONDS = 0.01
"""So long the scene may be filled without the window having its turn."""


@dataclass(eq=False)
class _Job:
    """Work that has not ended.

    ``box`` is the node of the box that it grades anew, ``live`` whether a hand still moves it, ``place`` where it was
    when the work began; ``answered`` says whether the service has ever answered; ``after`` is called when it
    has ended well.
    """

    steps: Steps
    listener: WorkListener
    box: object = None
    live: bool = False
    place: RoiBox | None = None
    after: Callable[[], None] | None = None
    waits_for: Reply | None = None
    answered: bool = False
    value: object = None
    error: Exception | None = None
    over: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it can do nothing before the service has said something."""
        return self.waits_for is not None and not self.waits_for.ready


class SceneWork:
    """Has a service find and grade the discs of a scene's volumes, and fills the scene with what it says.

    Whatever begins work returns at once, and gives a function that waits for its end, gives what it came to and raises
    why it came to nothing. `deliver`, called some times a second in the scene's thread, goes on with the work. One
    search or grading runs at a time; boxes are graded anew beside each other, each box in its newest place only.

    Parameters
    ----------
    readings : SceneReadings
        Of the scene.
    service : callable() -> Service
        Gives what computes; asked when there is work.
    """

    def __init__(self, readings: SceneReadings, service: Callable[[], Service]) -> None:
        self.scene, self.readings = readings.scene, readings
        self.service = service
        self._main: _Job | None = None
        self._jobs: list[_Job] = []
        self._next: dict[object, _Job] = {}

    @property
    def running(self) -> bool:
        """Whether anything is being computed."""
        return bool(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether discs are being found, or all of them graded."""
        return self._main is not None

    def find(self, volumes: Volumes, settings: Settings, listener: WorkListener) -> Callable[[], object]:
        """Find the discs and put a named box around each; boxes and results of the study are replaced.

        Parameters
        ----------
        volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        settings : Settings
        listener : WorkListener

        Raises
        ------
        UsageError
            While discs are being found or graded.
        """
        self._refuse_while_busy()
        steps = finding(self.readings, self.service, volumes, settings, listener)
        return self._begin_main(_Job(steps, listener))

    def grade(
        self, volumes: Volumes, roi_nodes: Sequence[object] | None, settings: Settings, listener: WorkListener
    ) -> Callable[[], object]:
        """Grade the discs and put grades, saliency and provenance into the scene.

        Parameters
        ----------
        volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        roi_nodes : sequence of vtkMRMLMarkupsROINode, optional
            By default the boxes that the scene has of the study; where it has none they are found.
        settings : Settings
        listener : WorkListener

        Raises
        ------
        UsageError
            While discs are being found or graded.
        """
        self._refuse_while_busy()
        moved: list[object] = []
        steps = grading(self.readings, self.service, volumes, roi_nodes, settings, listener, moved)

        def regrade_moved() -> None:
            for node in moved:
                self.regrade(node, OnlyGrades(listener))

        return self._begin_main(_Job(steps, listener, after=regrade_moved))

    def regrade(self, roi_node, listener: WorkListener, live: bool = False) -> Callable[[], object] | None:
        """Grade the disc of one box anew.

        While the study is being graded this does nothing, for boxes that are moved meanwhile are graded anew at its
        end.

        Parameters
        ----------
        roi_node : vtkMRMLMarkupsROINode
        listener : WorkListener
        live : bool
            Whether the box is still being moved: only its grades are wanted then, and only where it is when the work
            before has ended. What is not live takes the place of what runs for the box at once, unless that is about
            the very place where the hand has let go, and is explained.
        """
        if self.busy:
            return None
        self._drop_next(roi_node)
        steps = regrading(self.readings, self.service, roi_node, live, listener)
        job = _Job(steps, listener, roi_node, live)
        before = [one for one in self._jobs if one.box is roi_node and one.live]
        if before and (live or any(_is_there(roi_node, one.place) for one in before)):
            self._next[roi_node] = job
        else:
            for one in before:
                self._stop(one)
            self._begin_box(job)
        return self._waiting_for(job)

    def cancel(self) -> None:
        """Stop whatever is being computed; what is already being put into the scene is brought to its end."""
        for box in list(self._next):
            self._drop_next(box)
        for job in list(self._jobs):
            self._stop(job)

    def deliver(self, wait_s: float = 0.0) -> bool:
        """Go on with the work and tell the listeners; whether some of it has not ended.

        Parameters
        ----------
        wait_s : float
            How long to wait for the service, where there is nothing else to do.
        """
        if self._jobs:
            self.service().poll(wait_s if all(job.waiting for job in self._jobs) else 0.0)
        until = time.monotonic() + FILL_SECONDS
        for job in list(self._jobs):
            if not job.over:
                self._go_on(job, until)
        return self.running

    def close(self) -> None:
        """Forget all work and all volumes, as when the scene is closed; listeners hear that it was stopped."""
        for box in list(self._next):
            self._drop_next(box)
        jobs, self._jobs, self._main = self._jobs, [], None
        self.readings.cache.clear()
        if jobs:
            self.service().cancel()
        for job in jobs:
            job.steps.close()
            job.over, job.error = True, Cancelled("Stopped, since the scene was closed.")
            job.listener.stopped()

    def _begin_main(self, job: _Job) -> Callable[[], object]:
        # Grades of boxes are of no use where all is found or graded anew.
        self.cancel()
        self._main = job
        self._jobs.append(job)
        return self._waiting_for(job)

    def _begin_box(self, job: _Job) -> None:
        """A hand waits for this: it is asked for now, and not when the window has its next turn."""
        job.place = _place_of(job.box)
        self._jobs.append(job)
        self._go_on(job, until=0.0)

    def _waiting_for(self, job: _Job) -> Callable[[], object]:
        def wait() -> object:
            while not job.over:
                self.deliver(0.1)
            if job.error is not None:
                raise job.error
            return job.value

        return wait

    def _go_on(self, job: _Job, until: float) -> None:
        """Do steps of a job while there is time and nothing to wait for."""
        step = self._next_step(job)
        while step is not None:
            try:
                job.waits_for = step()
            except StopIteration as end:
                self._end(job, value=end.value)
                return
            except Exception as error:  # noqa: BLE001  whoever asked hears of it, and other work goes on
                self._end(job, error=error)
                return
            step = self._next_step(job) if time.monotonic() < until else None

    def _next_step(self, job: _Job) -> Callable[[], Reply | None] | None:
        if job.waits_for is None:
            return lambda: next(job.steps)
        gone = job.waits_for.missing(self.scene)
        if gone is not None and not job.waits_for.over:
            self.service().cancel(job.waits_for.number)
            return lambda: job.steps.throw(gone)
        if not job.waits_for.ready:
            return None
        job.answered = True
        return lambda: next(job.steps)

    def _stop(self, job: _Job) -> None:
        if job.waits_for is not None and not job.waits_for.over:
            self.service().cancel(job.waits_for.number)
        elif not job.answered:
            job.steps.close()
            self._end(job, error=Cancelled("Stopped as asked."))

    def _end(self, job: _Job, value: object = None, error: Exception | None = None) -> None:
        """The job has ended; the listener may begin the next at once, so this one has ended before it hears of it."""
        self._jobs.remove(job)
        if self._main is job:
            self._main = None
        job.over, job.value, job.error = True, value, error
        if error is None:
            job.listener.completed(value)
            if job.after is not None:
                job.after()
        elif isinstance(error, Cancelled):
            job.listener.stopped()
        else:
            if not isinstance(error, DiscGraderError):
                _logger.error("DiscGrader failed", exc_info=error)
            job.listener.failed(error)
        following = self._next.pop(job.box, None) if job.live else None
        if following is not None:
            self._begin_box(following)

    def _drop_next(self, box) -> None:
        """The place that waits for its turn is not wanted any more."""
        waiting = self._next.pop(box, None)
        if waiting is not None:
            waiting.over, waiting.error = True, Cancelled("Newer work took its place.")
            waiting.listener.stopped()

    def _refuse_while_busy(self) -> None:
        if self.busy:
            raise UsageError("Grading is still running; wait for it or stop it first.")


def _place_of(roi_node) -> RoiBox | None:
    """The box of a node; None where it is no box yet."""
    try:
        return roi_from_node(roi_node)
    except UsageError:
        return None


def _is_there(roi_node, place: RoiBox | None) -> bool:
    """Whether the box of a node is still there."""
    now = _place_of(roi_node)
    return place is not None and now is not None and now.is_same(place)
