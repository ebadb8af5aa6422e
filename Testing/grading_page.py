"""Writes docs/grading.md from the systems, the scales and the packs: ``python Testing/grading_page.py``."""

from collections.abc import Iterator
from pathlib import Path

from discgrader.grading.scales import load_scale, scale_names
from discgrader.grading.systems import System, systems
from discgrader.packs.pack import Pack, default_packs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "grading.md"
INTRODUCTION = """# Grading systems

What is particular to a system stands in `DiscGrader/Resources/Systems/<name>.json`, each scale with its definitions and
literature in `DiscGrader/Resources/Scales/<name>.json`; `python Testing/grading_page.py` makes this page of both.
Contributing says how [a seventh system is added](contributing.md#add-a-system), [the results](results.md) say what each
is worth. Every pack is for research use, not for diagnosis.
"""


def page() -> str:
    """The page's text."""
    packs = {pack.system: pack for pack in default_packs()}
    parts = [INTRODUCTION, *(_of_system(system, packs[system.name]) for system in systems().values()), *_sources()]
    return "\n".join(parts) + "\n"


def _of_system(system: System, pack: Pack) -> str:
    trained_on = pack.trained_on.statement.rstrip(".")
    lines = [
        f"## {system.title} (`{system.name}`)\n",
        f"{system.source}\n",
        f"For {system.highest} and below: {system.highest_because} Pack `{pack.name}`: {trained_on}.\n",
        "| task | scale | grades |\n|---|---|---|",
    ]
    for task in system.tasks:
        scale, more = system.scale(task.name), ""
        if task.sums is not None:
            labels = ", ".join(map(system.scale(task.sums.task).label_of, task.sums.grades))
            more = f"; the sum of {labels} of `{task.sums.task}`"
        if task.follows:
            more = f"; none exactly where `{task.follows}` is"
        lines.append(f"| {task.title} (`{task.name}`) | {scale.title} | {', '.join(scale.labels)}{more} |")
    return "\n".join(lines) + "\n"


def _sources() -> Iterator[str]:
    graded = {task.scale for system in systems().values() for task in system.tasks}
    yield "## Sources of the scales\n"
    for name in scale_names():
        scale = load_scale(name)
        unused = "" if name in graded else ", graded by no system"
        yield f"- **{scale.title}** (`{name}`{unused}): {' '.join(scale.sources)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
