"""The margin rule: a box is as high as its disc between the endplates, and one margin above it and one below.

Whatever makes a box, changes its margin, or asks how high the disc in a box is, asks here, through `RoiBox`.
"""

from discgrader.errors import UsageError

MARGIN_RANGE_MM = (8.0, 12.0)
"""How far a box may reach above and below its disc: 0.8 to 1.2 cm, far enough for both endplates and the marrow beside
them, and not as far as the next disc."""

DEFAULT_MARGIN_MM = 10.0
"""The middle of the range that DESIGN allows."""

LEAST_DISC_HEIGHT_MM = 1.0
"""A disc is never taken to be lower than this, however low its box is."""


def check_margin(margin_mm: float) -> float:
    """The same margin.

    Raises
    ------
    UsageError
        When it is outside `MARGIN_RANGE_MM`.
    """
    low, high = MARGIN_RANGE_MM
    if not low <= margin_mm <= high:
        raise UsageError(f"The margin is {margin_mm:g} mm; choose a value from {low:g} to {high:g} mm.")
    return float(margin_mm)


def box_height_mm(disc_height_mm: float, margin_mm: float) -> float:
    """How high a box is that keeps a margin around a disc.

    Raises
    ------
    UsageError
        As `check_margin`.
    """
    return disc_height_mm + 2 * check_margin(margin_mm)


def disc_height_mm(box_height_mm: float, margin_mm: float, least_mm: float = LEAST_DISC_HEIGHT_MM) -> float:
    """The inverse: how high the disc is that a box keeps a margin around, and never less than ``least_mm``."""
    return max(box_height_mm - 2 * margin_mm, least_mm)


def moved_height_mm(box_height_mm: float, margin_mm: float, before_mm: float) -> float:
    """How high a box is with another margin around the same disc, which it kept ``before_mm`` from.

    Raises
    ------
    UsageError
        As `check_margin`.
    """
    return box_height_mm + 2 * (check_margin(margin_mm) - before_mm)
