"""A reading that does not tell whose study it is."""

from collections.abc import Mapping
from dataclasses import replace

from discgrader.imaging.study import without_days
from discgrader.reading.record import Reading

_IDENTITY = ("identity",)


def without_identity(reading: Reading) -> Reading:
    """The same without patient, examination, and DICOM's identifiers of the series; the study's name and the reader's
    stay."""
    if reading.examined is None:
        return reading
    examined = {name: _nameless(value) for name, value in reading.examined.items()}
    return replace(reading, examined={**examined, "examination": None})


def _nameless(value: object) -> object:
    if isinstance(value, str):
        return without_days(value)
    if isinstance(value, Mapping):
        return {name: _nameless(one) for name, one in value.items() if name not in _IDENTITY}
    return [_nameless(one) for one in value] if isinstance(value, (list, tuple)) else value
