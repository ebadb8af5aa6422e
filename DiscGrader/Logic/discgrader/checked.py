"""Values of files and messages, written plainly, and checked where they are read: by the types of frozen dataclasses.

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
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from discgrader.errors import DiscGraderError

T = TypeVar("T")
ErrorKind = type[DiscGraderError]

MOST_JSON_BYTES = 256 << 20
"""Far above any result, reading or table (the largest are a few MB), and small enough to parse; a round number."""

_KEY = "written as"


@dataclass(frozen=True)
class Within:
    """Limits of a number, both allowed."""

    lowest: float
    highest: float = math.inf

    def check(self, value: float) -> None:
        """Raise a `ValueError` when the value lies outside."""
        if not self.lowest <= value <= self.highest:
            until = "" if math.isinf(self.highest) else f" to {self.highest:g}"
            raise ValueError(f"is {_short(value)}; it must be {self.lowest:g}{until or ' and above'}")


@dataclass(frozen=True)
class Count:
    """Limits of how many things a list or object holds, both allowed."""

    lowest: int
    highest: int

    def check(self, value: Any) -> None:
        """Raise a `ValueError` when there are more or fewer."""
        if not self.lowest <= len(value) <= self.highest:
            raise ValueError(f"has {len(value)} entries; it must have {self.lowest} to {self.highest}")


@dataclass(frozen=True)
class OneOf:
    """The texts that are allowed."""

    texts: tuple[str, ...]

    def check(self, value: str) -> None:
        """Raise a `ValueError` when the text is another."""
        if value not in self.texts:
            raise ValueError(f"is {_short(value)}; it must be one of {', '.join(self.texts)}")


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
            what = "is not a regular file" if path.exists() else "does not exist"
            raise error(f"{path} cannot be read: it {what}; check the path.")
        if path.stat().st_size > most:
            raise error(f"{path} is larger than {most >> 20} MB, too large for a file of this kind; check the path.")
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
        raise error(f"{path} is not UTF-8 text; save it as UTF-8.") from failed


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
        return json.loads(text, object_pairs_hook=_reject_duplicates, parse_constant=_reject_constant)
    except RecursionError as failed:
        raise error(f"{what} is not valid JSON: it is nested too deeply.") from failed
    except ValueError as failed:
        raise error(f"{what} is not valid JSON, perhaps truncated; copy or export it again ({failed}).") from failed


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
        raise error(f"{path} is not a table of comma-separated values ({failed}); save it as CSV.") from failed
    names = [name.strip() for name in rows[0]] if rows else []
    missing = [name for name in columns if name not in names]
    if missing:
        raise error(f"{path} has no column {missing[0]}.")
    if len(set(names)) < len(names):
        raise error(f"{path} has two columns of the same name.")
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise error(f"{path}, line {number}: the line has {len(cells)} cells, the table {len(names)} columns.")
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
    try:
        return _converted(value, kind)
    except RecursionError as failed:
        raise error(f"{what}: it is nested too deeply.") from failed
    except _Invalid as wrong:
        raise error(f"{what}: {wrong.message()}.") from wrong.__cause__


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
        return plain_fields(value, digits)
    if isinstance(value, Mapping):
        return {str(key): plain(item, digits) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), digits)
    if isinstance(value, (list, tuple)):
        return [plain(item, digits) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return _plain_number(value, digits)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def plain_fields(value: Any, digits: int | None = None) -> dict[str, Any]:
    """The fields of a dataclass under the names that files have for them, each `plain`."""
    return {written_key(member): plain(getattr(value, member.name), digits) for member in fields(value)}


def written_as(key: str) -> dict[str, str]:
    """The metadata of a dataclass's field that files call otherwise: ``field(metadata=written_as("roi"))``."""
    return {_KEY: key}


def written_key(member: Field) -> str:
    """The name that files have for a field of a dataclass."""
    return member.metadata.get(_KEY, member.name)


def _plain_number(value: float, digits: int | None) -> float | None:
    if not math.isfinite(value):
        return None
    # Adding zero turns -0.0 into 0.0.
    return (value if digits is None else round(value, digits)) + 0.0


def _reject_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{_short(name)} appears twice")
        found[name] = value
    return found


def _reject_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _bool(value: object) -> bool:
    return _of(value, bool, "true or false")


def _int(value: object) -> int:
    if isinstance(value, bool):
        raise ValueError(f"is {_short(value)}, not a whole number")
    return _of(value, int, "a whole number")


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"is {_short(value)}, not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"is {_short(value)}, not a finite number")
    return number


def _str(value: object) -> str:
    return _of(value, str, "text")


def _member(value: object, kind: type[StrEnum]) -> StrEnum:
    text = _str(value)
    OneOf(tuple(str(member.value) for member in kind)).check(text)
    return kind(text)


def _of(value: object, kind: Any, words: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"is {_short(value)}, not {words}")
    return value


class _Invalid(Exception):
    """What does not fit: each place on the way to it from the innermost outward, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.places: list[str] = []

    def message(self) -> str:
        """Such as ``architecture.widths[2] is 3, not text``."""
        where, why = "".join(reversed(self.places)).lstrip("."), str(self)
        # A value that refuses itself says so in a sentence of its own.
        return ": ".join(filter(None, (where, why))) if why[:1].isupper() else f"{where or 'it'} {why}"


def _convert_at(place: str, value: object, kind: Any) -> Any:
    try:
        return _converted(value, kind)
    except _Invalid as wrong:
        wrong.places.append(place)
        raise


def _converted(value: Any, kind: Any) -> Any:
    """The value as ``kind`` says; `_Wrong` where it does not fit."""
    try:
        return _of_kind(value, kind)
    except (_Invalid, RecursionError):
        raise
    except (ValueError, DiscGraderError) as refused:
        raise _Invalid(str(refused).rstrip(".")) from refused
    except Exception as refused:  # whatever a dataclass raises of itself
        raise _Invalid("is of the wrong type") from refused


def _of_kind(value: Any, kind: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _within_limits(_of_kind(value, inside[0]), inside[1:])
    if type(None) in inside:
        return None if value is None else _of_kind(value, next(choice for choice in inside if choice is not type(None)))
    if origin in (dict, Mapping):
        return _object(value, *inside)
    if origin in (list, tuple, Sequence):
        return _list(value, origin, inside)
    if hasattr(kind, "json_form"):
        return _of_kind(value, kind.json_form()).value()
    if is_dataclass(kind):
        return _dataclass(value, kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(value, kind)
    if kind in (object, Any):
        return value
    return {bool: _bool, int: _int, float: _float, str: _str}[kind](value)


def _within_limits(value: Any, limits: Sequence[Any]) -> Any:
    for limit in limits:
        if hasattr(limit, "check"):
            limit.check(value)
    return value


def _object(value: Any, key: Any, kind: Any) -> dict[Any, Any]:
    found = _of(value, Mapping, "an object")
    return {_convert_at(f".{name}", name, key): _convert_at(f".{name}", item, kind) for name, item in found.items()}


def _list(value: Any, origin: Any, inside: Sequence[Any]) -> Any:
    found = _of(value, (list, tuple), "a list")
    if origin is tuple and inside[-1] is not Ellipsis:
        if len(found) != len(inside):
            raise ValueError(f"has {len(found)} entries; it must have {len(inside)}")
        return tuple(_convert_at(f"[{n}]", *pair) for n, pair in enumerate(zip(found, inside)))
    fitted = (_convert_at(f"[{n}]", item, inside[0]) for n, item in enumerate(found))
    return tuple(fitted) if origin is tuple else list(fitted)


def _dataclass(value: Any, kind: Any) -> Any:
    found, types = _of(value, Mapping, "an object"), _types_of(kind)
    given = {}
    for member in fields(kind):
        key = written_key(member)
        if key in found:
            given[member.name] = _convert_at(f".{key}", found[key], types[member.name])
        elif member.default is MISSING and member.default_factory is MISSING:
            wrong = _Invalid("is missing")
            wrong.places.append(f".{key}")
            raise wrong
    return kind(**given)


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
