"""How tasks, and grades of them, are called where several systems stand beside each other."""

from collections.abc import Callable

from discgrader.grading.systems import find_system, find_task, scale_of

Translate = Callable[[str], str]
"""Words of the package, in English, in the reader's language."""


def as_it_is(words: str) -> str:
    """English."""
    return words


def percent(probability: float) -> str:
    """What a pack thinks of a grade, as people read it: never certain, for no network is."""
    if probability < 0.005:
        return "<1 %"
    if probability >= 0.995:
        return ">99 %"
    return f"{100 * probability:.0f} %"


CALLED_FROM = "called at {share} or more"
"""Said of a finding that is less likely than not, and called all the same by its operating point."""

POSSIBLE = "possible"
"""Said of such a finding in the place of ``yes``."""


def surely(probability: float, called_from: float | None, translate: Translate = as_it_is) -> str:
    """What a pack thinks of a grade, such as ``96 %``, or ``12 %, called at 8 % or more``."""
    if called_from is None:
        return percent(probability)
    return f"{percent(probability)}, {translate(CALLED_FROM).format(share=percent(called_from))}"


def system_name(system: str, translate: Translate = as_it_is) -> str:
    """What a system is called in few letters, such as ``SPIDER``."""
    found = find_system(system)
    return translate(found.short_title or found.title)


def heading(system: str, task: str, translate: Translate = as_it_is) -> str:
    """A task and whose it is, such as ``Disc herniation, SPIDER``."""
    return whose(translate(find_task(system, task).title), system_name(system, translate))


def short_heading(system: str, task: str, translate: Translate = as_it_is) -> str:
    """The same in few letters, on one line, such as ``Herniation, SPIDER``."""
    found = find_task(system, task)
    return whose(unbroken(translate(found.short_title or found.title)), system_name(system, translate))


def grade_label(system: str, task: str, grade: str, is_possible: bool, translate: Translate = as_it_is) -> str:
    """A grade's label; of a finding that is only possible (`discgrader.grading.results.Grade.is_possible`), which
    nobody has read, that it is possible."""
    scale = scale_of(system, task)
    label = translate(scale.label_of(grade))
    if not is_possible:
        return label
    return translate(POSSIBLE) if len(scale.values) == 2 else f"{label}?"


def unbroken(short_title: str) -> str:
    """A short title, which may be set in two lines, in one."""
    return short_title.replace("-\n", "").replace("\n", " ")


def phrase(system: str, task: str, grade: str, translate: Translate = as_it_is) -> str:
    """A grade in words that stand in a sentence, such as ``no herniation``; where its file has none, the task's title
    and the grade's label."""
    found = find_task(system, task)
    if grade in found.phrases:
        return translate(found.phrases[grade])
    return f"{translate(found.title)} {translate(scale_of(system, task).label_of(grade))}"


def whose(title: str, name: str) -> str:
    """A title and the name of what it belongs to, where the title does not say that already."""
    return title if name.casefold() in title.casefold() else f"{title}, {name}"
