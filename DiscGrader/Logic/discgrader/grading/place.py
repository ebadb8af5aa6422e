"""Where a grade is to be looked at on sagittal slices, beside the axial slice that it was read from.

It follows from what is kept with the grade: the disc's box, the system's views, the box of a herniation.
"""

from collections.abc import Iterable

import numpy as np

from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import Grade
from discgrader.grading.systems import BY_SALIENCY, find_system
from discgrader.localize.box import RoiBox


def sagittal_place(box: RoiBox, grades: Iterable[Grade], system: str, task: str) -> np.ndarray:
    """A point of the sagittal slice that shows what a task is about, LPS mm, shape (3,).

    A foramen and a facet joint lie in the view of their side, a herniation in its box, all else in the disc's middle.

    Parameters
    ----------
    box : RoiBox
        The disc's, where it is now.
    grades : iterable of Grade
        All of the disc's.
    system, task : str

    Raises
    ------
    UsageError
        When there is no such system or task.
    """
    described = find_system(system)
    shown_in = described.task(task).shown_in
    if shown_in and shown_in != BY_SALIENCY:
        offsets_mm = next(view.offsets_mm for view in described.views if view.name == shown_in)
        return box.center_lps_mm + offsets_mm[len(offsets_mm) // 2] * box.axes_lps[:, 0]
    boxes = (evidence_box(grade.evidence) for grade in grades if (grade.system, grade.task) == (system, task))
    return next((found.center_lps_mm for found in boxes if found is not None), box.center_lps_mm)
