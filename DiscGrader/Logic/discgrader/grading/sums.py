"""Tasks that sum the grades of another one, such as high grade, IV and V, of the Pfirrmann grade."""

from collections.abc import Mapping

import numpy as np

from discgrader.grading.calibration import high_probabilities
from discgrader.grading.systems import System


def with_sums(system: System, probabilities: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Probabilities by task, shape (..., grades), with those of the tasks that sum others and have none of their own,
    so that the two never contradict each other."""
    found = dict(probabilities)
    for task in system.tasks:
        if task.sums is not None and task.name not in found and task.sums.task in found:
            summed = found[task.sums.task]
            found[task.name] = high_probabilities(summed, summed.shape[-1] - len(task.sums.grades))
    return found
