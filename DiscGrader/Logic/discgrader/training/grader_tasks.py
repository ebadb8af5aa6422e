"""The tasks that a grader learns, and the images that it is asked about."""

from collections.abc import Mapping

from discgrader.grading.systems import scale_of
from discgrader.training.spider import TASK_COLUMNS

ROLES = ("T1", "T2", "T2_SPACE")

FAMILIES = (("T1",), ("T2", "T2_SPACE"))

INPUTS: Mapping[str, tuple[str, ...]] = {
    "all": ROLES,
    "T2": ("T2",),
    "T1": ("T1",),
    "T2_SPACE": ("T2_SPACE",),
    "T1+T2": ("T1", "T2"),
}
"""Sets of images that the networks are asked about, by name."""

TASKS: Mapping[str, int] = {task: len(scale_of(system, task).grades) for task, (system, _) in TASK_COLUMNS.items()}
"""Number of grades of each task."""

ORDINAL = frozenset(
    task for task, count in TASKS.items() if count > 2 and scale_of(TASK_COLUMNS[task][0], task).ordinal
)
"""Tasks with an order of more than two grades."""
