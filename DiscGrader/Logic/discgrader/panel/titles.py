"""What columns, grades and probabilities are called where there is little room."""

from discgrader.grading.systems import find_system, find_task
from discgrader.panel.vocabulary import in_language


def short_title(system: str, task: str) -> str:
    """A task's title over a narrow column, in one or two lines."""
    found = find_task(system, task)
    return in_language(found.short_title or found.title)


def long_title(system: str, task: str) -> str:
    """A task's title with its system's."""
    return f"{in_language(find_task(system, task).title)} ({in_language(find_system(system).title)})"
