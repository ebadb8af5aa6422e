"""Where the grades that stand for a disc contradict each other once a reader has decided some of them."""

from discgrader.grading.contradictions import Contradiction, Said, called_from, contradictions
from discgrader.reading.record import DiscReading


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
