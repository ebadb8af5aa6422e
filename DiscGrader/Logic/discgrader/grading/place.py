"""Where a grade is to be looked at, in slice views and report alike: the sagittal slice that shows what it is about,
and the axial slice that it was read from.

It follows from what is kept with the grade: the disc's box, the system's views, the box of a herniation, its evidence,
its saliency.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from discgrader.grading.herniation_box import evidence_box
from discgrader.grading.results import Grade
from discgrader.grading.systems import BY_SALIENCY, find_system
from discgrader.grading.view import slice_read
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox


def sagittal_place(
    box: RoiBox, grades: Iterable[Grade], system: str, task: str, saliency: Volume | None = None
) -> np.ndarray:
    """A point of the sagittal slice that shows what a task is about, LPS mm, shape (3,).

    A foramen and a facet joint lie in the view of their side, a herniation in its box, what is seen by its saliency
    where most of that is, all else in the disc's middle.

    Parameters
    ----------
    box : RoiBox
        The disc's, where it is now.
    grades : iterable of Grade
        All of the disc's.
    system, task : str
    saliency : Volume, optional
        Of this grade.

    Raises
    ------
    UsageError
        When there is no such system or task.
    """
    described = find_system(system)
    shown_in = described.task(task).shown_in
    if shown_in == BY_SALIENCY and saliency is not None and np.any(saliency.array):
        return _most_salient(saliency)
    if shown_in and shown_in != BY_SALIENCY:
        offsets_mm = next(view.offsets_mm for view in described.views if view.name == shown_in)
        return box.center_lps_mm + offsets_mm[len(offsets_mm) // 2] * box.axes_lps[:, 0]
    boxes = (evidence_box(grade.evidence) for grade in grades if (grade.system, grade.task) == (system, task))
    return next((found.center_lps_mm for found in boxes if found is not None), box.center_lps_mm)


def axial_slice_read(grade: Grade | None, slices: Mapping[str, int]) -> tuple[str, int] | None:
    """The axial series, and the slice of it, from 0, that a grade was read from; None where that is not known, or the
    slice is not there any more.

    Parameters
    ----------
    grade : Grade or None
    slices : mapping of str to int
        How many each axial series has, by its name.
    """
    read = None if grade is None else slice_read(grade.evidence)
    return read if read is not None and read[1] < slices.get(read[0], 0) else None


def _most_salient(saliency: Volume) -> np.ndarray:
    """The middle of the sagittal slice of a map that has most of the saliency."""
    axis = int(np.argmax(np.abs(saliency.directions[0])))
    across = saliency.array.sum(tuple(number for number in range(3) if number != 2 - axis))
    index = (np.array(saliency.size, float) - 1) / 2
    index[axis] = int(across.argmax())
    return saliency.index_to_lps(index)
