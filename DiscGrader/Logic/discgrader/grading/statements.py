"""What a grade says of a thing that other tasks may speak of, too, such as whether a disc is herniated.

Which grades say what stands with each task in its system's file (`discgrader.grading.systems`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

STEPS_APART = 2.0
"""Two severities of one thing contradict each other from so many steps; readers often differ by one."""


@dataclass(frozen=True)
class Statement:
    """What the grades of a task say of one thing; a grade that is not listed says nothing of it.

    Parameters
    ----------
    of : str
        The thing, as people call it; tasks that name it alike speak of the same.
    absent, present : tuple of str
        Grades, as written in files, that say that it is not there, and that it is.
    severity : mapping of str to float
        How severe the grades say that it is, in steps from none at 0 that are the same for all tasks that speak of it.

    Raises
    ------
    ValueError
        When a grade says both, or none says anything.
    """

    of: str
    absent: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    severity: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        both = [grade for grade in self.absent if grade in self.present]
        if both:
            raise ValueError(f"says of the grade {both[0]} that it is both absent and present")
        if not self.of.strip() or not self.grades:
            raise ValueError("must name a thing, and grades that say something of it")

    @property
    def grades(self) -> tuple[str, ...]:
        """All grades that say something."""
        return tuple(dict.fromkeys((*self.absent, *self.present, *self.severity)))

    def says_present(self, grade: str) -> bool | None:
        """Whether a grade says that the thing is there; None where it does not say."""
        return True if grade in self.present else False if grade in self.absent else None

    def contradicts(self, grade: str, other: "Statement", its_grade: str) -> bool:
        """Whether this grade and a grade of the other task cannot both be right."""
        here, there = self.says_present(grade), other.says_present(its_grade)
        if self.of != other.of:
            return False
        if here is not None and there is not None and here != there:
            return True
        one, two = self.severity.get(grade), other.severity.get(its_grade)
        return one is not None and two is not None and abs(one - two) >= STEPS_APART
