"""The language of a report: English, or one of the catalogs of ``Resources/Translations``.

What the report says goes through `Language.say`; what systems, tasks, scales and measures are called is in the panel's
vocabulary, and goes through `Language.word`. ``python Testing/update_translations.py`` gathers both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from discgrader.errors import UsageError
from discgrader.resources import resources_dir
from discgrader.sentences import Sentences

SAID, VOCABULARY = "discgrader.report", "discgrader.vocabulary"
"""Contexts of a catalog: what the report says, and what the package calls things."""

ENGLISH_CODE = "en"
_COMMA = frozenset({"de"})
"""Languages that write decimal commas."""


@dataclass(frozen=True)
class Language:
    """One language that a report can be written in.

    Parameters
    ----------
    code : str
        ISO 639-1, such as ``de``.
    catalog : mapping of (context, text) to str
        What has no translation stays English.
    """

    code: str
    catalog: Mapping[tuple[str, str], str]

    def say(self, text: str, **values: object) -> str:
        """A text of the report, with its ``{values}`` filled in."""
        said = self.catalog.get((SAID, text)) or text
        return said.format(**values) if values else said

    def word(self, text: str) -> str:
        """What the package calls something, or one of its sentences; whatever is not among them stays as it is."""
        if not self.catalog:
            return text
        return self.catalog.get((VOCABULARY, text)) or _sentences(self.code).of(text)

    def number(self, written: str) -> str:
        """A number that is written with a decimal point, as this language writes it."""
        return re.sub(r"(?<=\d)\.(?=\d)", ",", written) if self.code in _COMMA else written


ENGLISH = Language(ENGLISH_CODE, {})


def languages() -> tuple[str, ...]:
    """The codes of all languages that reports can be written in."""
    return (ENGLISH_CODE, *sorted(_catalogs()))


@cache
def find_language(code: str) -> Language:
    """The language of this code.

    Raises
    ------
    UsageError
        When there is none.
    """
    if code == ENGLISH_CODE:
        return ENGLISH
    found = _catalogs().get(code)
    if found is None:
        raise UsageError(f"There is no report in the language {code}; choose one of {', '.join(languages())}.")
    return Language(code, _read(found))


@cache
def _sentences(code: str) -> Sentences:
    catalog = find_language(code).catalog
    words = {text: told for (context, text), told in catalog.items() if context == VOCABULARY}
    return Sentences(words, code in _COMMA)


@cache
def nearest_language(code: str) -> Language:
    """The language of a code such as ``de_AT``, English where there is none such."""
    short = re.split(r"[_-]", code)[0].lower()
    return find_language(short) if short in languages() else ENGLISH


def _catalogs() -> dict[str, Path]:
    folder = resources_dir() / "Translations"
    return {path.stem.removeprefix("DiscGrader_"): path for path in sorted(folder.glob("DiscGrader_*.ts"))}


def _read(path: Path) -> dict[tuple[str, str], str]:
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message.findtext("translation") or ""
        for context in ElementTree.parse(path).iter("context")
        for message in context.iter("message")
    }
