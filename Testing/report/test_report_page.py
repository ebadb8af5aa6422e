"""The report's page: for paper, a phone, dark and light, the keyboard and whoever hears it read; and in a browser,
where one is there."""

import itertools
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from discgrader.grading.results import StudyResult
from discgrader.report.html import report_html, write_report
from discgrader.report.paper import paper_style
from discgrader.report.style import STYLE
from synthetic_result import synthetic_result

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return synthetic_result(disc_count=2)


@pytest.fixture(scope="module")
def page(result: StudyResult) -> str:
    return report_html(result)


def print_rules(style: str) -> str:
    return style.split("@media print", 1)[1]


def test_dark_is_for_screens_alone(page: str) -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
    assert "prefers-color-scheme" not in paper_style("a", "Page")
    assert '<meta name="color-scheme" content="light dark">' in page


def test_every_color_of_the_page_has_a_dark_one() -> None:
    light, dark = STYLE.split("@media screen and (prefers-color-scheme: dark)", 1)
    dark = dark.split("color-scheme: dark", 1)[0]
    named = set(re.findall(r"--[\w-]+(?=:)", light))
    assert named - set(re.findall(r"--[\w-]+(?=:)", dark)) == set()
    used = set(re.findall(r"var\((--[\w-]+)\)", STYLE + paper_style("a", "Page")))
    assert used <= named | {"--c", "--ratio", "--n"}


def luminance(color: str) -> float:
    color = color.lstrip("#")
    color = color if len(color) == 6 else "".join(2 * digit for digit in color)
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_on_its_ground(theme: int) -> None:
    part = STYLE.split("@media screen and (prefers-color-scheme: dark)", 1)[theme].split("color-scheme:", 1)[0]
    colors = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]+)", part))
    pairs = [("--ink", "--paper"), ("--soft", "--paper"), ("--accent", "--paper"), ("--ink", "--shade")]
    pairs += [("--read", "--paper"), ("--warn", "--warn-shade"), ("--conflict", "--conflict-shade")]
    for text, ground in (*pairs, ("--conflict", "--paper"), ("--synthetic", "--synthetic-shade")):
        low, high = sorted((luminance(colors[text]), luminance(colors[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


def test_paper_breaks_within_no_disc_row_or_picture_and_repeats_headings() -> None:
    rules = print_rules(paper_style("a", "Page"))
    assert re.search(r"\.disc \{[^}]*break-inside: avoid", rules)
    assert re.search(r"tr, li, figure[^{]*\{ break-inside: avoid", rules)
    assert "display: table-header-group" in rules and ".overview { break-after: page; }" in rules


def test_a_name_at_the_foot_of_a_page_ends_no_style_sheet() -> None:
    style = paper_style('"; } </style><script>alert(1)</script> Ñ', "Page")
    (foot,) = re.findall(r'@bottom-left \{ content: "(.*)"; \}', style)
    assert re.fullmatch(r"[A-Za-z0-9\\ ]+", foot) and "\\22 \\3b " in foot and "\\d1 " in foot


def test_wide_tables_scroll_within_themselves_and_by_keys(page: str) -> None:
    assert "overflow-x: auto" in STYLE and re.search(r"\.matrix \.first \{ position: sticky; left: 0", STYLE)
    for table in ("matrix", "plain"):
        around = page.split(f'<table class="{table}"', 1)[0].rsplit("<div", 1)[1]
        assert 'class="scroll"' in around and 'tabindex="0"' in around and "aria-label" in around and "region" in around


def test_it_can_be_heard_and_walked_by_keys(page: str) -> None:
    levels = [int(one) for one in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for head in re.findall(r"<th[ >][^>]*", page):
        assert "scope=" in head, head
    for image in re.findall(r"<img[^>]*>", page):
        assert re.search(r'alt="[^"]{10,}"', image)
    assert '<a href="#content" class="skip">' in page and '<main id="content">' in page
    assert ":focus-visible" in STYLE
    for mark in re.findall(r'<span class="mark [^"]*"[^>]*>.*?</span></span>', page):
        assert 'aria-hidden="true"' in mark and 'class="hidden"' in mark, "a sign has its word"


def test_signs_are_explained(page: str) -> None:
    legend = page.split('class="signs"', 1)[1].split("</ul>", 1)[0]
    assert "trained on synthetic images only" in legend and "not graded" in legend


@pytest.fixture(scope="module")
def printed(result: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a study with a long name and many warnings, as a browser prints it."""
    if BROWSER is None:
        pytest.skip("there is no browser to print it with")
    folder = tmp_path_factory.mktemp("printed")
    study = replace(result.study, name="Wolfeschlegelsteinhausenbergerdorff-Łukasiewicz Ñandú " * 3)
    many = replace(
        result, study=study, warnings=tuple(f"Warning {number}, with words to wrap." for number in range(40))
    )
    write_report(many, folder / "report.html")
    in_browser(folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'report.pdf'}", "report.html")
    return folder / "report.pdf"


def in_browser(folder: Path, *options: str) -> str:
    """What a browser says that is run with these options on the file that comes last."""
    usual = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}")
    command = [str(BROWSER), *usual, *options[:-1], (folder / options[-1]).as_uri()]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    return done.stdout.decode("utf-8", "replace")


_TELL = """<script>
addEventListener("load", () => {
  const width = document.documentElement.clientWidth;
  const cut = [...document.querySelectorAll("body *")].filter((one) => {
    const place = one.getBoundingClientRect();
    return place.width && (place.right > width + 1 || place.left < -1) && !one.closest(".scroll, .skip, .hidden");
  });
  const told = cut.map((one) => one.tagName + "." + one.className);
  parent.postMessage([width, document.documentElement.scrollWidth, ...told.slice(0, 5)].join(" "), "*");
});
</script>"""
"""Has a page tell whoever shows it how wide it is, how wide what is in it, and what of it is cut off."""

_SHOW = """<!DOCTYPE html><body><iframe src="told.html" width="{width}" height="800" style="border: 0"></iframe>
<script>addEventListener("message", (said) => {{ document.title = "told " + said.data; }});</script>"""


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_nothing_is_cut_off(printed: Path, width: int) -> None:
    folder = printed.parent
    page = (folder / "report.html").read_text(encoding="utf-8")
    (folder / "told.html").write_text(page.replace("</body>", f"{_TELL}</body>"), encoding="utf-8")
    (folder / "show.html").write_text(_SHOW.format(width=width), encoding="utf-8")
    shown = in_browser(folder, "--dump-dom", "--virtual-time-budget=5000", "--hide-scrollbars", "show.html")
    (told,) = re.findall(r"<title>told ([^<]*)</title>", shown)
    assert told == f"{width} {width}"


@pytest.mark.slow
def test_a_browser_prints_no_empty_page_and_the_overview_on_one(printed: Path) -> None:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not there to read the pages with")
    told = subprocess.run([tool, "-layout", printed, "-"], check=True, capture_output=True).stdout.decode("utf-8")
    pages = told.split("\f")[:-1]
    assert len(pages) >= 3
    for number, text in enumerate(pages, 1):
        assert len(" ".join(text.split())) > 200, f"page {number} is nearly empty"
        assert f"Page {number} / {len(pages)}" in " ".join(text.split())
    assert "Impression" in pages[0] and "not graded" in pages[0] and "disc from the sacrum" not in pages[0]
    assert "disc from the sacrum" in pages[1]
