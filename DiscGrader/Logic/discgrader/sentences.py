"""Sentences of the package in another language: matched with the templates that they were made of.

Warnings and reasons are kept in English, in files and scenes. Whoever shows one in another language looks for the
template that it fits, such as ``The box of {0} lies outside the image.``, and fills what stands in its place into the
template's translation; what is filled in may itself be words of the catalog.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter

_DEEPEST = 5
"""A reason within a reason within a warning: deeper than anything that is put together."""

_FIELD = re.compile(r"\{\w+\}")
_NUMBER = re.compile(r"[-+<>]?\d+\.\d+(?: ?(?:mm|%|°))?")
_DECIMAL = re.compile(r"(?<= \d)\.(?=\d+$)|(?<= \d\d)\.(?=\d+$)")
_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
_JOINTS = ("; ", ", ", " and ")
_LEAST_LETTERS = 4
"""A template with fewer letters of its own fits too much."""
_COUNTS = frozenset({"number", "count"})
"""Fields that hold whole numbers and nothing else, so that few letters are enough."""


class Sentences:
    """A catalog of words, sentences and templates with fields such as ``{0}``.

    Parameters
    ----------
    catalog : mapping of str to str
        English to the other language.
    comma : bool
        Whether numbers that are filled in have a decimal comma.
    """

    def __init__(self, catalog: Mapping[str, str], comma: bool = False) -> None:
        self._catalog, self._comma = catalog, comma
        templates = [text for text in catalog if _FIELD.search(text) and catalog[text] and _is_telling(text)]
        self._templates = [
            (max(_FIELD.split(text), key=len), _pattern(text), catalog[text])
            for text in sorted(templates, key=_own, reverse=True)
        ]
        self.of = lru_cache(maxsize=4096)(self._of)
        """A text in the other language; as it is where nothing of it is in the catalog."""

    def _of(self, text: str, depth: int = 0) -> str:
        if not text or depth > _DEEPEST:
            return text
        if self._catalog.get(text):
            return self._catalog[text]
        if _NUMBER.fullmatch(text):
            return text.replace(".", ",") if self._comma else text
        return self._filled(text, depth) or self._parted(text, depth)

    def _filled(self, text: str, depth: int) -> str | None:
        """The translation of the template that fits best, with all that is filled in."""
        for part, pattern, translation in self._templates:
            if part in text and (found := pattern.fullmatch(text)):
                return self._with_values(translation, found.groupdict(), depth)
        return None

    def _with_values(self, translation: str, values: Mapping[str, str], depth: int) -> str:
        return _FIELD.sub(lambda field: self._of(values["f" + field[0][1:-1]], depth + 1), translation)

    def _parted(self, text: str, depth: int) -> str:
        """Sentences one by one; else parts of an enumeration, where any is known."""
        sentences = _ENDS.split(text)
        if len(sentences) > 1:
            return " ".join(self._of(one, depth + 1) for one in sentences)
        if text[0].isupper() and " " in text:
            lower = text[0].lower() + text[1:]
            told = self._of(lower, depth + 1)
            if told != lower:
                return told[:1].upper() + told[1:]
        for joint in _JOINTS:
            parts = text.split(joint)
            known = [self._of(part, depth + 1) for part in parts] if len(parts) > 1 else parts
            if known != parts:
                return (" und " if joint == " and " and self._comma else joint).join(known)
        return _DECIMAL.sub(",", text) if self._comma and depth else text


def _is_telling(template: str) -> bool:
    """Whether a template fits little else than what was made of it."""
    return _own(template) >= _LEAST_LETTERS or all(field[1:-1] in _COUNTS for field in _FIELD.findall(template))


def _fits(field: str) -> str:
    return r"\d+" if field in _COUNTS else ".+?"


def _own(template: str) -> int:
    """Letters of a template that are its own."""
    return sum(map(str.isalpha, _FIELD.sub("", template)))


def _pattern(template: str) -> re.Pattern[str]:
    groups = (
        (re.escape(own), "" if field is None else f"(?P<f{field}>{_fits(field)})") for own, field in _parsed(template)
    )
    return re.compile("".join(map("".join, groups)), re.DOTALL)


def _parsed(template: str) -> Iterator[tuple[str, str | None]]:
    seen: set[str] = set()
    for literal, field, _spec, _conversion in Formatter().parse(template):
        if field in seen:
            raise ValueError(f"The field {field} stands twice in: {template}")
        seen |= set() if field is None else {field}
        yield literal, field
