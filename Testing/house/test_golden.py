"""The results of the main job for a few studies stay, until somebody decides otherwise (``Testing/golden.py``)."""

import json
import re
from pathlib import Path

import golden
import pytest

SAME_MACHINE = 1e-6
"""Relative, and absolute below 1."""

PROBABILITY, MILLIMETERS, PLACE_OF_MAP_MM, SHARE = 0.02, 0.1, 2.0, 0.03
"""What processors differ by: probabilities, lengths and places, the center of a map, and all else as a share."""


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def near_here(where: str, found: object, expected: object) -> bool:
    if not (is_number(found) and is_number(expected)):
        return found == expected
    return abs(found - expected) <= SAME_MACHINE * max(1.0, abs(expected))


def near_elsewhere(where: str, found: object, expected: object) -> bool:
    """As near as another processor comes; a grade may change places with one that is as likely, which that shows."""
    if where.endswith(("/grade", "/label")):
        return True
    if isinstance(found, str) and isinstance(expected, str):
        return re.sub(r"[\d.]+", "0", found) == re.sub(r"[\d.]+", "0", expected)
    if not (is_number(found) and is_number(expected)):
        return found == expected
    difference = abs(found - expected)
    if "/probabilities/" in where:
        return difference <= PROBABILITY
    if "mm/" in where or where.endswith("mm"):
        return difference <= (PLACE_OF_MAP_MM if where.startswith("/saliency/") else MILLIMETERS)
    return difference <= SHARE * max(1.0, abs(expected))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.STUDIES)
def test_results_are_what_they_were(name: str, scratch: Path, request: pytest.FixtureRequest, torch: object) -> None:
    if name.startswith("spider_"):
        request.getfixturevalue("data_dir")
    expected = json.loads((golden.REFERENCES / f"{name}.json").read_text(encoding="utf-8"))
    found = golden.result_of(golden.STUDIES[name](scratch), scratch)
    near = near_here if found.pop("processor") == expected.pop("processor") else near_elsewhere
    wrong = list(golden.differences(found, expected, near))
    assert not wrong, f"{len(wrong)} differences, such as " + "; ".join(wrong[:8])


def test_a_difference_is_seen_and_named() -> None:
    expected = {"grades": {"discs": [{"probability": 0.5, "level": "L4-L5"}]}, "saliency": {"one": {"sum": 10.0}}}
    changed = {"grades": {"discs": [{"probability": 0.5001, "level": "L4-L5"}]}, "saliency": {}}
    assert list(golden.differences(changed, expected, near_here)) == [
        "/grades/discs/0/probability is 0.5001, not 0.5",
        "/saliency/one is only expected",
    ]
    assert not list(golden.differences(expected, expected, near_here))
