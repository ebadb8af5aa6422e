"""Series descriptions of real scanners and what each is, as the lists in ``Testing/series_names`` have them."""

import csv
from collections.abc import Iterator

from discgrader.imaging.names import NameFindings, parse_name
from places import TESTING

FOLDER = TESTING / "series_names"


def listed(list_name: str) -> list[dict[str, str]]:
    """The rows of a list: name, plane, contrast, fat, agent, part."""
    with open(FOLDER / f"{list_name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(reading: NameFindings) -> dict[str, str]:
    """What is read of a name in the lists' words."""
    return {
        "plane": reading.plane or "",
        "contrast": reading.contrast or "unknown",
        "fat": "dark" if reading.fat_suppressed else "bright",
        "agent": {True: "given", False: "none", None: ""}[reading.agent],
        "part": reading.part,
    }


def differences(row: dict[str, str]) -> Iterator[str]:
    """What is read otherwise than the list has it; fat only where the list says something of it."""
    found = told(parse_name(row["name"]))
    for key, value in found.items():
        if value != row[key] and not (key in ("fat", "agent") and not row[key]):
            yield f"{key} {value or '-'} instead of {row[key] or '-'}"
