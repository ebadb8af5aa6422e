"""From the probabilities of an ordinal scale to the grade that is given."""

import numpy as np

HIGH_GRADE = 3
"""Position of the lowest Pfirrmann grade that counts as high, IV."""


def high_probabilities(probabilities: np.ndarray, border: int = HIGH_GRADE) -> np.ndarray:
    """The probabilities below a border and from it on, shape (..., 2): of I–III and of IV–V for the Pfirrmann grade."""
    return np.stack([probabilities[..., :border].sum(-1), probabilities[..., border:].sum(-1)], -1)


def predicted_grades(probabilities: np.ndarray, border: int = HIGH_GRADE) -> np.ndarray:
    """The likeliest grade on the likelier side of a border, that between III and IV for the Pfirrmann grade.

    The grade and `high_grade`, which is the sum of IV and V, so never contradict each other, as they would where one
    grade is likeliest and those across the border are likelier together.

    Parameters
    ----------
    probabilities : ndarray, shape (..., grades)
    border : int
        Position of the lowest grade that counts as high.

    Returns
    -------
    ndarray of int, shape (...)
        Positions on the scale.
    """
    low, high = probabilities[..., :border], probabilities[..., border:]
    likelier_high = high_probabilities(probabilities, border).argmax(-1) == 1
    return np.where(likelier_high, border + high.argmax(-1), low.argmax(-1))
