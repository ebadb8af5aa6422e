"""Which grade a digit stands for."""

from discgrader.grading.scales import Scale


def grade_of_digit(scale: Scale, digit: str) -> str | None:
    """The grade that is written so, as 4 for IV; on scales without digits the grade in that place, from 0.

    None where the scale has no such grade.
    """
    if any(value.isdigit() for value in scale.values):
        return digit if digit in scale.values else None
    place = int(digit)
    return scale.values[place] if place < len(scale.values) else None
