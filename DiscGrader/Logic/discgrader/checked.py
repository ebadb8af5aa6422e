"""Values of files and messages, written plainly, and checked where they are read: by the types of frozen dataclasses,
through one converter.

What a file may hold is written once, as a dataclass whose fields say what is allowed::

    @dataclass(frozen=True)
    class Crop:
        rows: Annotated[int, Within(8, 1024)]

    crop = checked(read_json(path, UsageError), Crop, path.name, UsageError)

Whatever does not fit is one sentence that names the file and the field. Numbers are never made of text, nor whole
numbers of broken ones; NaN and infinity are no numbers. Fields that a dataclass does not have are left alone.

`plain` is the way back. A value that is written under other names than its fields', such as a box, has a method
``to_json``, and ``json_form``: the dataclass that says what is written, whose ``value()`` is the value again.
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from discgrader.errors import DiscGraderError

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
ErrorKind = type[DiscGraderError]

MOST_JSON_BYTES = 256 << 20

_KEY = "written as"


class MissingLibrary(DiscGraderError):
    """What files are checked with is not installed."""


@dataclass(frozen=True)
class Within:
    """Limits of a number, both allowed."""

    lowest: float
    highest: float = math.inf

    def check(self, value: float) -> None:
        """Raise a `ValueError` when the value lies outside."""
        if not self.lowest <= value <= self.highest:
            until = "" if math.isinf(self.highest) else f" to {self.highest:g}"
            raise ValueError(f"is {_short(value)}, allowed is {self.lowest:g}{until or ' and above'}")


@dataclass(frozen=True)
class Count:
    """Limits of how many things a list or object holds, both allowed."""

    lowest: int
    highest: int

    def check(self, value: Any) -> None:
        """Raise a `ValueError` when there are more or fewer."""
        if not self.lowest <= len(value) <= self.highest:
            raise ValueError(f"has {len(value)} entries, allowed are {self.lowest} to {self.highest}")


@dataclass(frozen=True)
class OneOf:
    """The texts that are allowed."""

    texts: tuple[str, ...]

    def check(self, value: str) -> None:
        """Raise a `ValueError` when the text is another."""
        if value not in self.texts:
            raise ValueError(f"is {_short(value)}, allowed are {', '.join(self.texts)}")


def read_bytes(path: Path, error: ErrorKind, most: int = MOST_JSON_BYTES) -> bytes:
    """What a regular file of no more than so many bytes holds.

    Raises
    ------
    DiscGraderError
        Of the given kind, when there is no such file, or it cannot be read or is larger.
    """
    path = Path(path)
    try:
        if not path.is_file():
            what = "is no regular file" if path.exists() else "does not exist"
            raise error(f"{path} cannot be read: it {what}; check the path.")
        if path.stat().st_size > most:
            raise error(f"{path} is larger than {most >> 20} MB, which no such file is; check the path.")
        return path.read_bytes()
    except OSError as failed:
        raise error(f"{path} cannot be read ({failed.strerror}).") from failed


def read_text(path: Path, error: ErrorKind, most: int = MOST_JSON_BYTES) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises
    ------
    DiscGraderError
        Of the given kind, as `read_bytes`, or when it is no UTF-8.
    """
    try:
        return read_bytes(path, error, most).decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        raise error(f"{path} is no text in UTF-8; save it as UTF-8.") from failed


def read_json(path: Path, error: ErrorKind) -> Any:
    """What a JSON file holds.

    Raises
    ------
    DiscGraderError
        Of the given kind, as `read_text` and `parse_json`.
    """
    return parse_json(read_text(path, error), str(path), error)


def parse_json(text: str | bytes, what: str, error: ErrorKind) -> object:
    """The value of a JSON text, in which NaN, infinity and a field that is there twice are refused.

    Raises
    ------
    DiscGraderError
        Of the given kind, naming ``what``.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as failed:
        raise error(f"{what} is not valid JSON: it is nested too deeply.") from failed
    except ValueError as failed:
        raise error(f"{what} is not valid JSON, perhaps cut off; give a whole file ({failed}).") from failed


def read_csv(path: Path, columns: Sequence[str], error: ErrorKind) -> list[dict[str, str]]:
    """The rows of a table in UTF-8 whose first line names its columns, spaces around these taken away.

    Parameters
    ----------
    columns : sequence of str
        What the table must have.

    Raises
    ------
    DiscGraderError
        Of the given kind, as `read_text`, or when a column is missing, or a row has not as many cells as there are
        columns.
    """
    try:
        rows = list(csv.reader(io.StringIO(read_text(path, error), newline="")))
    except csv.Error as failed:
        raise error(f"{path} is no table of comma-separated values ({failed}); save it as CSV.") from failed
    names = [one.strip() for one in rows[0]] if rows else []
    missing = [one for one in columns if one not in names]
    if missing:
        raise error(f"{path} has no column {missing[0]}.")
    if len(set(names)) < len(names):
        raise error(f"{path} has two columns of the same name.")
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise error(f"{path}, line {number}: it has {len(cells)} cells where there are {len(names)} columns.")
        found.append(dict(zip(names, cells)))
    return found


def checked(value: object, kind: type[T], what: str, error: ErrorKind) -> T:
    """The value as ``kind`` says, such as a dataclass, a list of these, or a mapping.

    Parameters
    ----------
    value : object
        As JSON or YAML gives it.
    kind : type
    what : str
        How the message calls the file or thing, such as ``Pack msu: pack.json``.
    error : type of DiscGraderError
        What is raised.

    Raises
    ------
    DiscGraderError
        Of the given kind, naming the first field that does not fit and why.
    """
    converter = _converter()
    try:
        return converter.structure(value, kind)
    except RecursionError as failed:
        raise error(f"{what}: it is nested too deeply.") from failed
    except Exception as failed:  # cattrs raises groups, and whatever a dataclass raises of itself
        where, why = _first(failed)
        # A value that refuses itself says so in a sentence of its own.
        told = ": ".join(filter(None, (where, why))) if why[:1].isupper() else f"{where or 'it'} {why}"
        raise error(f"{what}: {told}.") from failed


def plain(value: object, digits: int | None = None) -> Any:
    """The same in types that JSON knows; what is not a finite number becomes None.

    Parameters
    ----------
    value : object
        Numbers, texts, arrays, sequences, mappings, and dataclasses of these.
    digits : int, optional
        To how many digits after the point numbers are rounded; by default all are kept.
    """
    if hasattr(value, "to_json"):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {_key(one): plain(getattr(value, one.name), digits) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one, digits) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), digits)
    if isinstance(value, (list, tuple)):
        return [plain(one, digits) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return _plain_number(value, digits)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def written_as(key: str) -> dict[str, str]:
    """The metadata of a dataclass's field that files call otherwise: ``field(metadata=written_as("roi"))``."""
    return {_KEY: key}


def _key(one: Field) -> str:
    return one.metadata.get(_KEY, one.name)


def _plain_number(value: float, digits: int | None) -> float | None:
    if not math.isfinite(value):
        return None
    # Adding zero turns -0.0 into 0.0.
    return (value if digits is None else round(value, digits)) + 0.0


def trusted(value: Any, kind: Any) -> Any:
    """The value as ``kind`` says, as `checked` makes it, without a look at whether it fits: of files that ship, where
    what files are checked with is not installed yet."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return trusted(value, inside[0])
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return kind(**{name: trusted(one, hints[name]) for name, one in value.items() if name in hints})
    if origin in (list, tuple):
        return origin(trusted(one, inside[0]) for one in value)
    if type(None) in inside:
        return None if value is None else trusted(value, inside[0])
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{_short(name)} is there twice")
        found[name] = value
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


@cache
def _converter() -> "Converter":
    try:
        from cattrs import Converter
    except ImportError as error:
        raise MissingLibrary(
            "Files are checked with cattrs, which is not installed; run 'pip install cattrs', in Slicer press Install."
        ) from error

    converter = Converter(detailed_validation=True)
    for kind, check in ((bool, _bool), (int, _int), (float, _float), (str, _str)):
        converter.register_structure_hook(kind, check)
    converter.register_structure_hook(StrEnum, _member)
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_structure_hook_factory(is_dataclass, lambda kind: _object_of(converter, kind))
    converter.register_structure_hook_factory(_has_form, lambda kind: _value_of(converter, kind))
    converter.register_structure_hook_factory(_is_limited, lambda kind: _limited(converter, kind))
    converter.register_structure_hook_factory(_is_list, lambda kind: _list_of(converter, kind))
    return converter


def _bool(value: object, _: type) -> bool:
    return _of(value, bool, "true or false")


def _int(value: object, _: type) -> int:
    if isinstance(value, bool):
        raise ValueError(f"is {_short(value)}, no whole number")
    return _of(value, int, "whole number")


def _float(value: object, _: type) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"is {_short(value)}, no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"is {_short(value)}, no finite number")
    return number


def _str(value: object, _: type) -> str:
    return _of(value, str, "text")


def _member(value: object, kind: type[StrEnum]) -> StrEnum:
    text = _str(value, str)
    OneOf(tuple(str(one.value) for one in kind)).check(text)
    return kind(text)


def _of(value: object, kind: type, words: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"is {_short(value)}, not {words}" if kind is bool else f"is {_short(value)}, no {words}")
    return value


def _object_of(converter: "Converter", kind: type) -> Any:
    from cattrs.gen import make_dict_structure_fn, override

    keys = {one.name: _key(one) for one in fields(kind)}
    renamed: dict[str, Any] = {name: override(rename=key) for name, key in keys.items() if key != name}
    fill = make_dict_structure_fn(kind, converter, **renamed)

    def structure(value: object, _: type) -> object:
        if not isinstance(value, Mapping):
            raise ValueError(f"is {_short(value)}, no object")
        try:
            return fill(value, kind)
        except BaseExceptionGroup as failed:
            for note in (note for one in failed.exceptions for note in getattr(one, "__notes__", [])):
                note.name = keys.get(note.name, note.name)
            raise

    return structure


def _has_form(kind: object) -> bool:
    return isinstance(kind, type) and hasattr(kind, "json_form")


def _value_of(converter: "Converter", kind: Any) -> Any:
    form = kind.json_form()
    return lambda value, _: converter.structure(value, form).value()


def _is_limited(kind: object) -> bool:
    return get_origin(kind) is Annotated and any(hasattr(one, "check") for one in get_args(kind)[1:])


def _limited(converter: "Converter", kind: Any) -> Any:
    inner, *limits = get_args(kind)
    limits = [one for one in limits if hasattr(one, "check")]

    def structure(value: object, _: type) -> object:
        found = converter.structure(value, inner)
        for limit in limits:
            limit.check(found)
        return found

    return structure


def _is_list(kind: object) -> bool:
    return get_origin(kind) in (list, tuple, dict, Mapping, Sequence)


def _list_of(converter: "Converter", kind: Any) -> Any:
    """Lists and objects of JSON alone: cattrs takes a text for a list of letters, and pairs for an object."""
    is_object = get_origin(kind) in (dict, Mapping)
    wanted, words = (Mapping, "object") if is_object else ((list, tuple), "list")
    inside = get_args(kind)
    inside_of = dict(enumerate(inside)) if get_origin(kind) is tuple and inside[-1] is not Ellipsis else None

    def structure(value: Any, _: type) -> object:
        if not isinstance(value, wanted):
            raise ValueError(f"is {_short(value)}, no {words}")
        if isinstance(value, Mapping):
            return {
                _entry(converter, name, inside[0], name): _entry(converter, one, inside[1], name)
                for name, one in value.items()
            }
        if inside_of is not None and len(value) != len(inside):
            raise ValueError(f"has {len(value)} entries, allowed are {len(inside)}")
        kinds = (inside_of or {}).get
        found = [_entry(converter, one, kinds(number, inside[0]), number) for number, one in enumerate(value)]
        return tuple(found) if get_origin(kind) is tuple else found

    return structure


class _Inside(Exception):
    """Something is wrong with one entry of a list or object."""

    def __init__(self, place: object, reason: Exception) -> None:
        super().__init__(str(reason))
        self.place, self.reason = place, reason


def _entry(converter: "Converter", value: object, kind: Any, place: object) -> Any:
    try:
        return converter.structure(value, kind)
    except Exception as failed:  # as in `checked`
        raise _Inside(place, failed) from failed


def _first(failed: BaseException) -> tuple[str, str]:
    """Which field is wrong first, such as ``architecture.widths[2]``, and why."""
    place: list[str] = []
    while True:
        if isinstance(failed, _Inside):
            place.append(f"[{failed.place}]" if isinstance(failed.place, int) else f".{failed.place}")
            failed = failed.reason
        elif isinstance(failed, BaseExceptionGroup):
            failed = failed.exceptions[0]
            place += [f".{note.name}" for note in getattr(failed, "__notes__", []) if hasattr(note, "name")]
        else:
            break
    if isinstance(failed, KeyError) and failed.args:
        return "".join(place).lstrip("."), "is missing"
    reason = str(failed).rstrip(".") if isinstance(failed, (ValueError, DiscGraderError)) else "is of the wrong kind"
    return "".join(place).lstrip("."), reason
