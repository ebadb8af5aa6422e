"""The colors of boxes, structures and saliency in a scene; those of grades come from their scales."""

import numpy as np

from discgrader.grading.results import DiscResult
from discgrader.grading.systems import leading_tasks, scale_of
from discgrader.reading.record import DiscReading

Color = tuple[float, float, float]

UNGRADED: Color = (0.55, 0.65, 0.78)
VERTEBRA: Color = (0.90, 0.84, 0.68)
CANAL: Color = (0.35, 0.66, 0.92)

_INFERNO = np.array(
    [
        (0.00, 0.00, 0.01),
        (0.09, 0.04, 0.22),
        (0.26, 0.04, 0.41),
        (0.42, 0.09, 0.43),
        (0.58, 0.15, 0.40),
        (0.74, 0.21, 0.33),
        (0.87, 0.32, 0.23),
        (0.95, 0.46, 0.10),
        (0.99, 0.65, 0.04),
        (0.96, 0.84, 0.29),
        (0.99, 1.00, 0.64),
    ]
)
"""Eleven stations of the perceptually uniform map inferno (Smith and van der Walt, matplotlib 2.0)."""


def disc_color(disc: DiscResult) -> Color:
    """Color of a disc's box and segment, that of its leading grade on its scale; RGB in 0–1."""
    grade = disc.leading_grade
    return UNGRADED if grade is None else scale_of(grade.system, grade.task).grade(grade.grade).rgb


def final_color(disc: DiscReading) -> Color:
    """Color of a disc's box and segment by what stands of it: the reader's grade, or else the pack's."""
    tasks = disc.tasks
    for system, task in (*leading_tasks(), *tasks):
        grade = disc.final_grade(system, task) if (system, task) in tasks else None
        if grade is not None:
            return scale_of(system, task).grade(grade).rgb
    return UNGRADED


def saliency_colors(count: int = 256) -> np.ndarray:
    """The color map of saliency, dark to bright, RGB in 0–1, shape (count, 3)."""
    stations = np.linspace(0.0, 1.0, len(_INFERNO))
    return np.stack([np.interp(np.linspace(0, 1, count), stations, channel) for channel in _INFERNO.T], axis=1)
