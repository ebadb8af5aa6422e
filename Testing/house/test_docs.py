"""What the documentation says is there."""

import re
from pathlib import Path

import grading_page
import pytest
from places import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
SOURCES = ROOT / "DiscGrader" / "Logic" / "discgrader"


def test_the_page_of_systems_is_what_they_say() -> None:
    assert grading_page.PAGE.read_text(encoding="utf-8") == grading_page.page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", text):
        assert link.startswith("https://") or (page.parent / link).exists(), link
    for name in re.findall(r"`((?:Testing|DiscGrader|docs|Resources)/[\w./-]+)`", text):
        assert any((folder / name).exists() for folder in (ROOT, ROOT / "DiscGrader")), name
    for name in re.findall(r"(?:pytest|python) (Testing/[\w./-]+)", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`((?:\w+/)+\w+\.py)`", text):
        assert any((folder / name).exists() for folder in (ROOT, SOURCES)), name
