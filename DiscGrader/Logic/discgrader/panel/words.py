"""What systems, tasks and grades are called in the user's language, and what the packs say of their training."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate

from discgrader.grading.headings import system_name, unbroken
from discgrader.grading.systems import find_system, find_task, scale_of, systems
from discgrader.report.language import Language, nearest_language
from discgrader.resources import resource_folders

VOCABULARY = "discgrader.vocabulary"
"""The context of what the package words in English: systems, tasks, scales, measures, reasons and stages."""

SHORT = "discgrader.vocabulary.short"
"""The context of labels that are set where there is little room."""

INK = "#101418"
"""Dark text; the colors of all scales are bright enough for it."""

_LOUD = "#ff6b6b"


def in_language(words: str) -> str:
    """The package's words and sentences in the user's language; as they are where its catalog does not have them."""
    told = translate(VOCABULARY, words) if words else words
    # Only sentences have parts that were filled in; a label is asked for at each drawing of the table.
    is_sentence = told == words and " " in words
    return user_language().word(words) if is_sentence else told


def user_language() -> Language:
    """The user's language, as reports know it: how it writes numbers, and what is put together of parts."""
    return nearest_language(slicer.app.applicationLocaleName)


def with_comma(written: str) -> str:
    """Numbers that are written with decimal points, as the user's language writes them."""
    return user_language().number(written)


def not_graded_text(reason: str) -> str:
    """That something could not be graded, and why: words as `DiscResult.not_graded` has them."""
    return _("Not graded: {reason}.").format(reason=in_language(reason))


def short_label(system: str, task: str, grade: str) -> str:
    """A grade as people write it, where there is little room."""
    found = scale_of(system, task).grade(grade)
    return translate(SHORT, found.short_label) if found.short_label else in_language(found.label)


def short_title(system: str, task: str) -> str:
    """A task's title over a narrow column, in one or two lines."""
    found = find_task(system, task)
    return in_language(found.short_title or found.title)


def line_title(system: str, task: str) -> str:
    """A task's short title in one line."""
    return unbroken(short_title(system, task))


def abbreviation(system: str, task: str) -> str:
    """A task in a few letters."""
    found = find_task(system, task).abbreviation
    return translate(SHORT, found) if found else line_title(system, task)


def long_title(system: str, task: str) -> str:
    """A task's title with its system's."""
    return f"{in_language(find_task(system, task).title)} ({in_language(find_system(system).title)})"


def whole_system_title(system: str) -> str:
    """What a system is called."""
    return in_language(find_system(system).title)


def system_title(system: str) -> str:
    """What a system is called in few letters."""
    return system_name(system, in_language)


def system_heading(system: str) -> str:
    """The same over a narrow column, in one or two lines."""
    found, name = find_system(system), system_title(system)
    first = short_title(system, found.tasks[0].name)
    if len(found.tasks) == 1 or unbroken(first) == name:
        return first
    return name.replace(" ", "\n", 1).replace("-", "-\n", 0 if " " in name else 1)


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
            pack=self.name, version=self.version, trained_on=in_language(self.trained_on)
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


def badge_html(packs: Collection[PackFacts]) -> str:
    """In one line what packs were trained on; how many of them saw synthetic images only, it says loudly."""
    synthetic = [pack for pack in packs if pack.synthetic]
    if synthetic:
        of = _("{count} of {all}").format(count=len(synthetic), all=len(packs))
        return f"<small>{synthetic_plate(of)}</small>"
    return f"<small>{escape(' '.join(_trained_on(packs)))}</small>"


def badge_tip(packs: Collection[PackFacts]) -> str:
    """What each pack was trained on."""
    return "\n".join([*_trained_on(packs), *(pack.tip for pack in packs)])


def _trained_on(packs: Iterable[PackFacts]) -> list[str]:
    """A line for each data set, with the systems whose packs saw it."""
    titles: dict[tuple[str, int | None, bool], list[str]] = {}
    for pack in packs:
        origin = pack.data_set.split(" (")[0], None if pack.synthetic else pack.patients, pack.synthetic
        titles.setdefault(origin, []).append(in_language(find_system(pack.system).title))
    return [_origin_line(*origin, of=names if len(titles) > 1 else []) for origin, names in titles.items()]


def _origin_line(data_set: str, patients: int | None, synthetic: bool, of: list[str]) -> str:
    line = _("Trained on {data_set}") if synthetic else _("Trained on {data_set}, {patients} patients")
    line = line.format(data_set=data_set, patients=patients)
    if of:
        line = f"{', '.join(of)}: {line[0].lower()}{line[1:]}"
    return f"{_('SYNTHETIC IMAGES ONLY')}: {line}" if synthetic else line


def synthetic_plate(of: str = "") -> str:
    """The loud plate of a pack that never saw a patient; ``of`` tells how many, where there are others."""
    text = escape(": ".join([_("SYNTHETIC IMAGES ONLY"), *([of] if of else [])]))
    return f'<span style="background-color:{_LOUD};color:{INK};font-weight:600">&nbsp;{text}&nbsp;</span>'
