"""What is being computed for a scene: found, graded and graded anew while the window goes on."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from discgrader.errors import Cancelled, DiscGraderError, UsageError
from discgrader.jobs.threads import ThreadRunner
from discgrader.localize.box import RoiBox
from discgrader.mrml.nodes import roi_from_node
from discgrader.mrml.readback import report_export
from discgrader.mrml.readings import SceneReadings
from discgrader.mrml.reply import EventCallback, Reply
from discgrader.mrml.scene_job import SceneExport, SceneJob, ignore
from discgrader.mrml.steps import find_steps, grade_steps, regrade_steps
from discgrader.mrml.volumes import Volumes
from discgrader.pipeline.service import Service, worker_service
from discgrader.pipeline.settings import Settings
from discgrader.progress import CANCELLED, COMPLETED, ERROR, LEVEL
from discgrader.reading.record import Reading

_logger = logging.getLogger("DiscGrader")

FILL_SECONDS = 0.01
"""So long the scene may be filled without the window having its turn."""


class SceneJobs:
    """Has the discs of a scene's volumes found and graded elsewhere, and fills the scene with what comes.

    Whatever begins work returns at once, and gives a function that waits for its end, gives what it came to and raises
    why it came to nothing. `deliver`, called some times a second in the scene's thread, goes on with the work. One
    search or grading runs at a time; boxes are graded anew beside each other, each box in its newest place only.

    Parameters
    ----------
    readings : SceneReadings
        Of the scene.
    engine : discgrader.pipeline.engine.Engine, optional
        Computes in a thread of this process instead of a process of its own.
    make_worker : callable() -> Service
        Makes what has a process compute, when it is first needed.

    Attributes
    ----------
    engine : discgrader.pipeline.engine.Engine or None
        May be set; so may `worker`.
    """

    def __init__(
        self, readings: SceneReadings, engine=None, make_worker: Callable[[], Service] = worker_service
    ) -> None:
        self.scene, self.readings, self.engine = readings.scene, readings, engine
        self._make_worker = make_worker
        self._worker: Service | None = None
        self._in_thread: Service | None = None
        self._in_thread_of = None
        self._exports = ThreadRunner()
        self._main: SceneJob | None = None
        self._jobs: list[SceneJob] = []
        self._next: dict[object, SceneJob] = {}

    @property
    def worker(self) -> Service:
        """The process that computes where no engine is given; made when it is first asked for."""
        if self._worker is None:
            self._worker = self._make_worker()
        return self._worker

    @worker.setter
    def worker(self, worker: Service) -> None:
        self._worker = worker

    @property
    def service(self) -> Service:
        """What computes now: the engine in a thread, or else the worker."""
        if self.engine is None:
            return self.worker
        if self._in_thread is None or self._in_thread_of is not self.engine:
            if self._in_thread is not None:
                self._in_thread.runner.close()
            self._in_thread, self._in_thread_of = Service(ThreadRunner(self.engine)), self.engine
        return self._in_thread

    @property
    def running(self) -> bool:
        """Whether discs are being found, all of them graded, or a moved box graded anew."""
        return bool(self._jobs)

    @property
    def busy(self) -> bool:
        """Whether discs are being found or all of them graded, so that nothing else of the kind can begin."""
        return self._main is not None

    @property
    def exporting(self) -> bool:
        """Whether a report is being written."""
        return self._exports.busy

    def warm_up(self) -> None:
        """Have the networks loaded before they are needed."""
        self.service.runner.start()

    def find(self, volumes: Volumes, settings: Settings, on_event: EventCallback | None = None) -> Callable[[], object]:
        """Find the discs and put a named box around each; boxes and results of the study are replaced.

        Parameters
        ----------
        volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        settings : Settings
        on_event : callable(event, data), optional

        Raises
        ------
        UsageError
            While discs are being found or graded.
        """
        self._refuse_while_busy()
        on_event = on_event or ignore
        steps = find_steps(self.readings, lambda: self.service, volumes, settings, on_event)
        return self._begin_main(SceneJob(steps, on_event, "rois"))

    def grade(
        self,
        volumes: Volumes,
        roi_nodes: Sequence[object] | None,
        settings: Settings,
        on_event: EventCallback | None = None,
    ) -> Callable[[], object]:
        """Grade the discs and put grades, saliency and provenance into the scene.

        Parameters
        ----------
        volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        roi_nodes : sequence of vtkMRMLMarkupsROINode, optional
            By default the boxes that the scene has of the study; where it has none they are found.
        settings : Settings
        on_event : callable(event, data), optional

        Raises
        ------
        UsageError
            While discs are being found or graded.
        """
        self._refuse_while_busy()
        on_event = on_event or ignore
        moved: list[object] = []
        steps = grade_steps(self.readings, lambda: self.service, volumes, roi_nodes, settings, on_event, moved)

        def regrade_moved() -> None:
            for node in moved:
                self.regrade(node, lambda event, data: on_event(event, data) if event == LEVEL else None)

        return self._begin_main(SceneJob(steps, on_event, after=regrade_moved))

    def regrade(
        self, roi_node, on_event: EventCallback | None = None, live: bool = False
    ) -> Callable[[], object] | None:
        """Grade the disc of one box anew.

        While the study is being graded this does nothing, for boxes that are moved meanwhile are graded anew at its
        end.

        Parameters
        ----------
        roi_node : vtkMRMLMarkupsROINode
        on_event : callable(event, data), optional
        live : bool
            Whether the box is still being moved: only its grades are wanted then, and only where it is when the work
            before has ended. What is not live takes the place of what runs for the box at once, unless that is about
            the very place where the hand has let go, and is explained.
        """
        if self.busy:
            return None
        on_event = on_event or ignore
        self._drop_next(roi_node)
        steps = regrade_steps(self.readings, lambda: self.service, roi_node, live, on_event)
        job = SceneJob(steps, on_event, box=roi_node, live=live)
        before = [other for other in self._jobs if other.box is roi_node and other.live]
        if before and (live or any(_is_there(roi_node, other.place) for other in before)):
            self._next[roi_node] = job
        else:
            for other in before:
                self._stop(other)
            self._begin_box(job)
        return self._waiting_for(job)

    def cancel(self) -> None:
        """Stop whatever is being computed; what is already being put into the scene is brought to its end."""
        for box in list(self._next):
            self._drop_next(box)
        for job in list(self._jobs):
            self._stop(job)

    def deliver(self, wait_s: float = 0.0) -> bool:
        """Go on with the work and tell whom it concerns; whether some of it has not ended.

        Parameters
        ----------
        wait_s : float
            How long to wait for the service, where there is nothing else to do.
        """
        if self._jobs:
            self.service.runner.poll(wait_s if all(job.waiting for job in self._jobs) else 0.0)
        until = time.monotonic() + FILL_SECONDS
        for job in list(self._jobs):
            if not job.over:
                self._go_on(job, until)
        if self.exporting:
            self._exports.poll(0.0 if self._jobs else wait_s)
        return self.running or self.exporting

    def export(
        self,
        reading: Reading,
        folder: Path,
        on_event: EventCallback | None = None,
        language: str = "en",
        identity: bool = True,
    ) -> Callable[[], object]:
        """Write results, report and reading to a folder, as `report_export`; it is called ``"folder"``.

        Raises
        ------
        UsageError
            As `report_export`.
        """
        write, export = report_export(self.scene, reading, folder, language, identity), SceneExport(on_event or ignore)
        self._exports.run(lambda job: write(job.progress), export)
        return self._waiting_for(export)

    def forget(self) -> None:
        """Forget all work on the scene and all volumes, as when it is closed; whoever hears is told that it stopped."""
        for box in list(self._next):
            self._drop_next(box)
        jobs, self._jobs, self._main = self._jobs, [], None
        self.readings.cache.clear()
        for service in (self._in_thread, self._worker):
            if service is not None:
                service.runner.cancel()
                service.runner.forget()
        for job in jobs:
            job.steps.close()
            job.over, job.error = True, Cancelled("Stopped, since the scene was closed.")
            job.on_event(CANCELLED, {})

    def close(self) -> None:
        """End what computes, be it a process or a thread; the next work starts another."""
        self.forget()
        for service in (self._in_thread, self._worker):
            if service is not None:
                service.runner.close()

    def _begin_main(self, job: SceneJob) -> Callable[[], object]:
        # Grades of boxes are of no use where all is found or graded anew.
        self.cancel()
        self._main = job
        self._jobs.append(job)
        return self._waiting_for(job)

    def _begin_box(self, job: SceneJob) -> None:
        """A hand waits for this: it is asked for now, and not when the window has its next turn."""
        job.place = _place_of(job.box)
        self._jobs.append(job)
        self._go_on(job, until=0.0)

    def _waiting_for(self, job: "SceneJob | SceneExport") -> Callable[[], object]:
        def wait() -> object:
            while not job.over:
                self.deliver(0.1)
            if job.error is not None:
                raise job.error
            return job.value

        return wait

    def _go_on(self, job: SceneJob, until: float) -> None:
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

    def _next_step(self, job: SceneJob) -> Callable[[], Reply | None] | None:
        if job.waits_for is None:
            return lambda: next(job.steps)
        gone = job.waits_for.missing(self.scene)
        if gone is not None and not job.waits_for.over:
            self.service.runner.cancel(job.waits_for.number)
            return lambda: job.steps.throw(gone)
        if not job.waits_for.ready:
            return None
        job.answered = True
        return lambda: next(job.steps)

    def _stop(self, job: SceneJob) -> None:
        if job.waits_for is not None and not job.waits_for.over:
            self.service.runner.cancel(job.waits_for.number)
        elif not job.answered:
            job.steps.close()
            self._end(job, error=Cancelled("Stopped as requested."))

    def _end(self, job: SceneJob, value: object = None, error: Exception | None = None) -> None:
        """The job has ended; whoever hears may begin the next at once, so this one has ended before it hears of it."""
        self._jobs.remove(job)
        if self._main is job:
            self._main = None
        job.over, job.value, job.error = True, value, error
        if error is None:
            job.on_event(COMPLETED, {job.name: value})
            if job.after is not None:
                job.after()
        elif isinstance(error, Cancelled):
            job.on_event(CANCELLED, {})
        else:
            if not isinstance(error, DiscGraderError):
                _logger.error("DiscGrader failed", exc_info=error)
            job.on_event(ERROR, {"error": error})
        following = self._next.pop(job.box, None) if job.live else None
        if following is not None:
            self._begin_box(following)

    def _drop_next(self, box) -> None:
        """The place that waits for its turn is not wanted any more."""
        waiting = self._next.pop(box, None)
        if waiting is not None:
            waiting.over, waiting.error = True, Cancelled("Newer work took its place.")
            waiting.on_event(CANCELLED, {})

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
