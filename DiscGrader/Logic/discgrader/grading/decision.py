"""From the probabilities of the Pfirrmann grades to the grade that is given."""

import numpy as np

HIGH_GRADE = 3
"""Position of the lowest grade that counts as high, IV."""


def high_chances(probabilities: np.ndarray) -> np.ndarray:
    """The probabilities of I–III and of IV–V, shape (..., 2), from those of the five grades."""
    return np.stack([probabilities[..., :HIGH_GRADE].sum(-1), probabilities[..., HIGH_GRADE:].sum(-1)], -1)


def given_grades(probabilities: np.ndarray) -> np.ndarray:
    """The likeliest grade on the likelier side of the border between III and IV.

    The grade and `high_grade`, which is the sum of IV and V, so never contradict each other, as they would where one
    grade is likeliest and those across the border are likelier together.

    Parameters
    ----------
    probabilities : ndarray, shape (..., 5)

    Returns
    -------
    ndarray of int, shape (...)
        Positions on the scale.
    """
    low, high = probabilities[..., :HIGH_GRADE], probabilities[..., HIGH_GRADE:]
    return np.where(high_chances(probabilities).argmax(-1) == 1, HIGH_GRADE + high.argmax(-1), low.argmax(-1))


def high_of(grade: str) -> str:
    """The value of `high_grade` that goes with a Pfirrmann grade, both as written in files."""
    return str(int(int(grade) > HIGH_GRADE))
