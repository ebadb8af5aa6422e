"""Where the grades that stand for a disc contradict each other once a reader has decided some of them."""

from discgrader.grading.contradictions import Contradiction, Said, called_from, contradictions
from discgrader.grading.systems import tasks
from discgrader.reading.record import UNREAD, DiscReading


def contradictions_of(disc: DiscReading) -> tuple[Contradiction, ...]:
    """The contradictions among a disc's grades, the reader's before the pack's.

    What a reader's grade has resolved is not among them; where a reader has decided both sides of one and lets it
    stand, it `is_settled`.
    """
    return contradictions(one for key in disc.tasks if (one := said_of(disc, *key)) is not None)


def said_of(disc: DiscReading, system: str, task: str) -> Said | None:
    """The grade that stands for a task; None where there is none."""
    grade, given, ai = disc.final_grade(system, task), disc.reader_grade(system, task), disc.ai_grade(system, task)
    if grade is None:
        return None
    decision = disc.decision(system, task)
    stands = ai if ai is not None and ai.grade == grade else None
    return Said(
        system,
        task,
        grade,
        probability=None if stands is None else stands.probability,
        called_from=None if stands is None else called_from(stands),
        reader=decision.reader if decision is not None and given is not None else "",
    )


def wants_decision(disc: DiscReading) -> tuple[tuple[str, str], ...]:
    """The unread grades of a disc that nobody can stand by without having looked at each, by system and task.

    These are findings that are only possible, so that accepting one makes a finding of what is less likely than not;
    the sides of contradictions, as one of the two is wrong; and what only says more of such a grade, or sums it.
    """
    unread = [key for key in disc.tasks if disc.status(*key) == UNREAD]
    against = {key for one in contradictions_of(disc) if not one.is_settled for key in one.keys}
    possible = {key for key in unread if (ai := disc.ai_grade(*key)) is not None and ai.is_possible}
    return tuple(key for key in unread if not (against | possible).isdisjoint({key, *_leading(*key)}))


def _leading(system: str, task: str) -> tuple[tuple[str, str], ...]:
    """The tasks of the system that a task says more of, or sums; none of a task that no system has."""
    found = next((one for its, one in tasks() if (its.name, one.name) == (system, task)), None)
    names = () if found is None else (found.follows, found.sums.task if found.sums else "")
    return tuple((system, name) for name in names if name)
