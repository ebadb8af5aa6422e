"""Contact sheets: what one system saw of many discs, sorted by the grade that it gave them, for a look over all of it.

Letters are those of Pillow's own font, so that a sheet is the same on every computer. It knows the Latin alphabet
without accents; what else a name holds is shown by its nearest letters or by a question mark.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from discgrader import RESEARCH_USE
from discgrader.grading.scales import GradeDefinition, Scale
from discgrader.grading.systems import find_system, find_task, scale_of
from discgrader.report.words import SYNTHETIC, percent

TILES_A_PAGE = 120
COLUMNS = 10
_GAP, _BESIDE, _EDGE = 6, 14, 20
_PAPER, _INK, _FAINT = "#16191d", "#f2f4f6", "#aab4bd"
_WARNING, _WARNING_INK = "#ffb52e", "#241a05"
_TITLE, _HEADING, _TEXT, _SMALL = 26, 18, 15, 13
"""Heights of letters, in pixels."""

_STRIPE, _MARK = 4, 24
_PLAIN = {"–": "-", "—": "-", "−": "-", "≥": ">=", "≤": "<=", "×": "x", "’": "'", "ß": "ss"}


@dataclass(frozen=True)
class Tile:
    """One disc on a sheet.

    Parameters
    ----------
    study, level : str
    index_from_sacrum : int
    grade : str
        The one that stands, the reader's before the pack's, as written in files.
    probability : float
        What the pack thinks of that grade.
    warned : bool
        Whether the grade or its disc carries a warning.
    picture : Path
        Gray, of any size.
    read : bool
        Whether a reader has decided.
    ai_label : str
        The pack's grade, where the reader gave another one; empty elsewhere.
    """

    study: str
    level: str
    index_from_sacrum: int
    grade: str
    probability: float
    warned: bool
    picture: Path
    read: bool = False
    ai_label: str = ""


@dataclass(frozen=True)
class ContactSheet:
    """All discs that one task of a system was graded for.

    Parameters
    ----------
    system, task : str
    tiles : sequence of Tile
        In any order.
    packs : sequence of str
        What gave the grades, and what it was trained on: a line each.
    synthetic : bool
        Whether it saw synthetic images only.
    views : sequence of str
        What each tile shows, row by row, where it is put together from several pictures.
    without_picture : int
        How many discs more were graded, of which there is no picture to show.
    """

    system: str
    task: str
    tiles: Sequence[Tile]
    packs: Sequence[str]
    synthetic: bool
    views: Sequence[str] = ()
    without_picture: int = 0

    def in_order(self) -> list[Tile]:
        """The tiles as they are shown: by grade, the mildest first, then by falling probability, then by name."""
        values = scale_of(self.system, self.task).values
        return sorted(
            self.tiles,
            key=lambda tile: (values.index(tile.grade), -tile.probability, tile.study, tile.index_from_sacrum),
        )


def draw_pages(sheet: ContactSheet) -> Iterator[Image.Image]:
    """The sheet's pages, each with the whole head and at most `TILES_A_PAGE` discs."""
    scale, tiles = scale_of(sheet.system, sheet.task), sheet.in_order()
    counts = {value: sum(tile.grade == value for tile in tiles) for value in scale.values}
    pages = [tiles[start : start + TILES_A_PAGE] for start in range(0, len(tiles), TILES_A_PAGE)]
    begun: set[str] = set()
    for number, page in enumerate(pages, 1):
        groups = []
        for value, group in groupby(page, key=lambda tile: tile.grade):
            grade = scale.grade(value)
            groups.append((grade, grid([_captioned(tile, grade.color) for tile in group], COLUMNS, _BESIDE, _PAPER)))
        width = groups[0][1].width
        parts = [_head(sheet, scale, counts, width, f"page {number} of {len(pages)}" if len(pages) > 1 else "")]
        for grade, pictures in groups:
            parts += [_grade_heading(grade, counts[grade.value], grade.value in begun, width), pictures]
            begun.add(grade.value)
        yield _framed(stacked(parts, _GAP, _PAPER))


def grid(pictures: Sequence[Image.Image], columns: int, gap: int, color: str | int) -> Image.Image:
    """Pictures row by row, so many in each, in cells as large as the largest of them, on a ground of a color."""
    wide, high = max(picture.width for picture in pictures) + gap, max(picture.height for picture in pictures) + gap
    rows = -(-len(pictures) // columns)
    whole = Image.new(pictures[0].mode, (columns * wide - gap, rows * high - gap), color)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        whole.paste(picture, (column * wide, row * high))
    return whole


def stacked(pictures: Sequence[Image.Image], gap: int, color: str | int) -> Image.Image:
    """Pictures below each other, their left edges in line, on a ground of a color."""
    size = (max(picture.width for picture in pictures), sum(picture.height + gap for picture in pictures) - gap)
    whole = Image.new(pictures[0].mode, size, color)
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height + gap
    return whole


def _head(sheet: ContactSheet, scale: Scale, counts: Mapping[str, int], width: int, page: str) -> Image.Image:
    """Title, what the grades came from, how many of each grade there are, and what the mark says."""
    title = f"{find_system(sheet.system).title}: {find_task(sheet.system, sheet.task).title}"
    studies = len({tile.study for tile in sheet.tiles})
    number = f"{_counted(len(sheet.tiles), 'disc', 'discs')} of {_counted(studies, 'study', 'studies')}"
    of_each = " · ".join(f"{scale.label_of(value)}: {count}" for value, count in counts.items())
    parts = [_line(title, _TITLE, width, right=page), _line(f"{RESEARCH_USE}.", _HEADING, width, color=_WARNING)]
    if sheet.synthetic:
        parts.append(_plate(f"{SYNTHETIC}.", width))
    facts = [*sheet.packs, f"{number}, the most probable of each grade first.  {of_each}"]
    read, changed = sum(tile.read for tile in sheet.tiles), sum(bool(tile.ai_label) for tile in sheet.tiles)
    if read:
        facts.append(f"{read} read: shown by the reader's grade, {changed} of them with another one than the AI's.")
    if sheet.views:
        facts.append(f"Each picture shows, row by row: {', '.join(sheet.views)}.")
    if sheet.without_picture:
        facts.append(f"Not shown: {_counted(sheet.without_picture, 'graded disc', 'graded discs')} without a picture.")
    parts += [_paragraph(fact, width) for fact in facts]
    warned = sum(tile.warned for tile in sheet.tiles)
    if warned:
        told = f"{warned} marked: the grade or its disc has a warning; see the study's report."
        line = _line(told, _HEADING, width, left=_MARK + _GAP)
        _draw_mark(line, 0, 0)
        parts.append(line)
    return stacked(parts, _GAP, _PAPER)


def _grade_heading(grade: GradeDefinition, count: int, continued: bool, width: int) -> Image.Image:
    """A rule in the grade's color, its label and count, and what it means."""
    label = _counted(count, "disc", "discs") + (", continued" if continued else "")
    words = _line(f"{grade.label}: {label}.  {grade.meaning}", _HEADING, width, left=_EDGE)
    heading = Image.new("RGB", (width, words.height + 2 * _GAP), _PAPER)
    heading.paste(words, (0, 2 * _GAP))
    ImageDraw.Draw(heading).rectangle((0, 2 * _GAP, _EDGE // 2, heading.height), fill=grade.color)
    return heading


def _captioned(tile: Tile, color: str) -> Image.Image:
    """A disc's picture with the grade's color below it, its study, level and probability, and the mark of a warning."""
    with Image.open(tile.picture) as stored:
        picture = stored.convert("RGB")
    stripe = Image.new("RGB", (picture.width, _STRIPE), color)
    if tile.warned:
        _draw_mark(picture, picture.width - _MARK - 3, 3)
    named = _line(tile.study, _SMALL, picture.width)
    says = f"AI: {tile.ai_label}" if tile.ai_label else percent(tile.probability)
    level = _line(f"{tile.level}{' · read' if tile.read else ''}", _SMALL, picture.width, color=_FAINT, right=says)
    return stacked([picture, stripe, named, level], 0, _PAPER)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _line(text: str, size: int, width: int, *, color: str = _INK, left: int = 0, right: str = "") -> Image.Image:
    """One line of text, shortened in its middle where it is too long, and another at its right end."""
    font, right = _font(size), _plain(right)
    reserved = left + (font.getlength(right) + 2 * _GAP if right else 0)
    line = Image.new("RGB", (width, round(size * 1.4)), _PAPER)
    draw, middle = ImageDraw.Draw(line), line.height / 2
    draw.text((left, middle), _shortened(_plain(text), font, width - reserved), color, font, "lm")
    draw.text((width, middle), right, _INK, font, "rm")
    return line


def _paragraph(text: str, width: int) -> Image.Image:
    """Text in as many lines as it takes."""
    font, lines = _font(_TEXT), [""]
    for word in _plain(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return stacked([_line(line, _TEXT, width, color=_FAINT) for line in lines], 0, _PAPER)


def _plate(text: str, width: int) -> Image.Image:
    """Text that must not be overlooked."""
    font = _font(_HEADING)
    plate = Image.new("RGB", (width, _HEADING + 2 * _GAP), _PAPER)
    draw, end = ImageDraw.Draw(plate), font.getlength(text) + 2 * _GAP
    draw.rectangle((0, 0, end, plate.height), fill=_WARNING)
    draw.text((_GAP, plate.height / 2), text, _WARNING_INK, font, "lm")
    return plate


def _draw_mark(picture: Image.Image, left: int, top: int) -> None:
    """The mark of a warning: a triangle with an exclamation mark."""
    draw, middle = ImageDraw.Draw(picture), left + _MARK / 2
    corners = [(middle, top), (left + _MARK, top + _MARK - 2), (left, top + _MARK - 2)]
    draw.polygon(corners, fill=_WARNING, outline=_PAPER)
    draw.line((middle, top + 8, middle, top + _MARK - 10), _WARNING_INK, 3)
    draw.line((middle, top + _MARK - 7, middle, top + _MARK - 5), _WARNING_INK, 3)


def _shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: float) -> str:
    """The text with as much left out of its middle as the width demands; names differ at their ends."""
    kept, shown = len(text), text
    while font.getlength(shown) > width and kept > 2:
        kept -= 1
        shown = f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
    return shown


def _plain(text: str) -> str:
    """The text in letters that the font has."""
    text = unicodedata.normalize("NFKD", "".join(_PLAIN.get(letter, letter) for letter in text))
    letters = (letter for letter in text if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() or letter in "…·" else "?" for letter in letters)


def _framed(page: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (page.width + 2 * _EDGE, page.height + 2 * _EDGE), _PAPER)
    whole.paste(page, (_EDGE, _EDGE))
    return whole
