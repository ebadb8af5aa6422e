"""What systems, tasks and grades are called in the user's language, and what the packs say of their training."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _
from slicer.i18n import translate

from discgrader.grading.systems import find_system, find_task, systems
from discgrader.resources import resource_folders

VOCABULARY = "discgrader.vocabulary"
"""The context of what the package words in English: systems, tasks, scales, measures, reasons and stages."""

INK = "#101418"
"""Dark text; the colors of all scales are bright enough for it."""

_LOUD = "#ff6b6b"


def in_language(words: str) -> str:
    """The package's words in the user's language; as they are where its catalog does not have them."""
    return translate(VOCABULARY, words) if words else words


def not_graded_text(reason: str) -> str:
    """That something could not be graded, and why: words as `DiscResult.not_graded` has them."""
    return _("Not graded: {reason}.").format(reason=in_language(reason))


def short_title(system: str, task: str) -> str:
    """A task's title over a narrow column, in one or two lines."""
    found = find_task(system, task)
    return in_language(found.short_title or found.title)


def long_title(system: str, task: str) -> str:
    """A task's title with its system's."""
    return f"{in_language(find_task(system, task).title)} ({in_language(find_system(system).title)})"


@dataclass(frozen=True)
class PackFacts:
    """A grading pack, as its description states it; its weights are not opened.

    Parameters
    ----------
    system, name, version : str
    tasks : tuple of str
        In the system's own order.
    trained_on : str
        One sentence.
    data_set : str
        Its name.
    patients : int
    synthetic : bool
        Whether it saw synthetic images only.
    intended_use : str
    """

    system: str
    name: str
    version: str
    tasks: tuple[str, ...]
    trained_on: str
    data_set: str
    patients: int
    synthetic: bool
    intended_use: str

    @property
    def tip(self) -> str:
        """Its version and all that it states of its training."""
        return _("{pack} {version}: {trained_on}").format(
            pack=self.name, version=self.version, trained_on=self.trained_on
        )


def pack_facts(folder: Path | None = None) -> dict[str, PackFacts]:
    """The packs of grading systems by system, in the order in which systems are shown.

    A description that cannot be read is passed over here; whoever opens the pack says what is wrong with it.
    """
    found = {}
    folders = resource_folders("Packs") if folder is None else [folder]
    for path in (path for packs in folders for path in sorted(packs.glob("*/pack.json"))):
        try:
            facts = _facts(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if facts is not None:
            found[facts.system] = facts
    return {name: found[name] for name in systems() if name in found}


def _facts(described: Mapping[str, Any]) -> PackFacts | None:
    """What a description states; None of a pack that is no grading system's."""
    system = systems().get(described["system"])
    if system is None:
        return None
    trained_on = described["trained_on"]
    return PackFacts(
        system=system.name,
        name=described["name"],
        version=described["version"],
        tasks=tuple(task.name for task in system.tasks if task.name in described["tasks"]),
        trained_on=trained_on["statement"],
        data_set=trained_on["data_set"],
        patients=trained_on["patients"],
        synthetic=trained_on["synthetic"],
        intended_use=described.get("intended_use", ""),
    )


def badge_html(packs: Iterable[PackFacts]) -> str:
    """A line for each data set that packs were trained on; packs that saw synthetic images only say so loudly."""
    titles: dict[tuple[str, int | None, bool], list[str]] = {}
    for pack in packs:
        origin = pack.data_set.split(" (")[0], None if pack.synthetic else pack.patients, pack.synthetic
        titles.setdefault(origin, []).append(in_language(find_system(pack.system).title))
    lines = (_badge_line(*origin, of=names if len(titles) > 1 else []) for origin, names in titles.items())
    return "<small>" + "<br>".join(lines) + "</small>"


def _badge_line(data_set: str, patients: int | None, synthetic: bool, of: list[str]) -> str:
    line = _("Trained on {data_set}") if synthetic else _("Trained on {data_set}, {patients} patients")
    line = line.format(data_set=data_set, patients=patients)
    if of:
        line = f"{', '.join(of)}: {line[0].lower()}{line[1:]}"
    return f"{synthetic_plate()} {escape(line)}" if synthetic else escape(line)


def synthetic_plate() -> str:
    """The loud plate of a pack that never saw a patient."""
    text = escape(_("SYNTHETIC IMAGES ONLY"))
    return f'<span style="background-color:{_LOUD};color:{INK};font-weight:600">&nbsp;{text}&nbsp;</span>'
