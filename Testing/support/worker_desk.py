"""What tests of the worker process share: a client, who listens, and what is compared."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from discgrader.grading.results import StudyResult
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Localization
from discgrader.pipeline.service import Answer, worker_service
from places import SEARCHED

PATIENCE_S = 120.0
"""Not how long anything takes, but when a test gives up on a crowded machine."""


class Notebook(Answer):
    """Writes down what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple] = []

    def progressed(self, stage, fraction, detail):
        self.heard.append(("progressed", stage))

    def found(self, localization):
        super().found(localization)
        self.heard.append(("found", len(localization.discs)))

    def graded(self, result):
        super().graded(result)
        self.heard.append(("graded", result.disc.level))

    def explained(self, level, maps):
        super().explained(level, maps)
        self.heard.append(("explained", level))

    def finished(self, value):
        super().finished(value)
        self.heard.append(("finished",))

    def stopped(self):
        super().stopped()
        self.heard.append(("stopped",))

    def failed(self, error):
        super().failed(error)
        self.heard.append(("failed",))

    @property
    def error(self) -> Exception | None:
        try:
            self.value()
        except Exception as error:  # noqa: BLE001  whatever it is, the test looks at it
            return error
        return None


class Desk:
    """A client and what it noticed."""

    def __init__(self, **options: object) -> None:
        self.notices: list[tuple[str, str]] = []
        self.client = worker_service(
            "worker_engine:make",
            options,
            environment={"PYTHONPATH": SEARCHED},
            notice=lambda kind, text: self.notices.append((kind, text)),
        )

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, self.notices
            self.client.runner.poll(0.02)

    def ready(self) -> "Desk":
        self.client.runner.start()
        self.until(lambda: self.client.runner.ready)
        return self

    def pid(self) -> int:
        return self.client.runner.pid

    def troubles(self) -> list[str]:
        return [text for kind, text in self.notices if kind == "trouble"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended stays in the list until its parent, here whoever runs the tests, has asked after it.
    if not Path("/proc/self/stat").exists():
        return True
    # It may end between being asked for and being read: then there is no file, or the reading fails.
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


def same(one: StudyResult, other: StudyResult) -> bool:
    """Whether two results are equal in every number."""
    assert [disc.grades for disc in one.discs] == [disc.grades for disc in other.discs]
    assert [disc.not_graded for disc in one.discs] == [disc.not_graded for disc in other.discs]
    for mine, theirs in zip(one.localization.discs, other.localization.discs, strict=True):
        assert mine.level == theirs.level and mine.warnings == theirs.warnings
        for name in ("center_lps_mm", "axes_lps", "size_mm"):
            assert np.array_equal(getattr(mine.roi, name), getattr(theirs.roi, name))
    segmentations = one.localization.segmentation, other.localization.segmentation
    assert np.array_equal(segmentations[0].array, segmentations[1].array)
    assert segmentations[0].array.dtype == segmentations[1].array.dtype
    assert one.saliency.keys() == other.saliency.keys() and one.saliency_series == other.saliency_series
    for key in one.saliency:
        assert np.array_equal(one.saliency[key].array, other.saliency[key].array)
        assert np.array_equal(one.saliency[key].affine_lps, other.saliency[key].affine_lps)
    return (one.warnings, one.software) == (other.warnings, other.software)


def moved(localization: Localization, level: str, by_mm: float) -> Localization:
    def box(old: RoiBox) -> RoiBox:
        return replace(old, center_lps_mm=old.center_lps_mm + by_mm)

    discs = (replace(disc, roi=box(disc.roi)) if disc.level == level else disc for disc in localization.discs)
    return replace(localization, discs=tuple(discs))


def until_gone(pid: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while alive(pid):
        assert time.monotonic() < end, "the worker process outlives whoever started it"
        time.sleep(0.02)
