"""How wide the columns of the table are, and in which form their cells are written, so that no text is set smaller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import qt

from discgrader.panel.cells import BARE, LINE, MARK, NAKED, PAIR, SPLIT, TITLE, TWO, Face
from discgrader.reading.record import ACCEPTED

_EDGES, _BESIDE = 4, 5
"""What a frame and the gap around it take of a cell's width, and what is left beside a heading; in points of the
screen."""

_SCROLLS = 1.6
"""How much wider than its room a table is that scrolls in any case."""


@dataclass(frozen=True)
class Fit:
    """Widths in points of the screen, one a column, and the forms of each column's faces."""

    widths: tuple[int, ...]
    forms: tuple[tuple[str, ...], ...]


class Ruler:
    """Measures texts in a font.

    Parameters
    ----------
    font : QFont
        Of a table's grades.
    head : QFont
        Of its headings.
    """

    def __init__(self, font, head) -> None:
        bold = qt.QFont(font)
        bold.setBold(True)
        self._bold, self._plain, self._head = (qt.QFontMetrics(one) for one in (bold, font, head))
        self._known: dict[tuple[str, str], int] = {}

    def heading(self, text: str) -> int:
        """The width that a heading needs."""
        return max(self._width("head", line) for line in text.split("\n")) + _BESIDE

    def face(self, face: Face, form: str) -> int:
        """The width that a face needs in a form."""
        marks, second, more = (self._small(text) for text in (face.marks, face.second, face.more))
        title, head = self._width("bold", face.title or face.label), self._width("bold", face.head) + more + marks
        lower = (self._width("bold", face.label) if face.title else 0) + more
        beside = second + self._width("plain", " ") if second else 0
        needed: Mapping[str, int] = {
            LINE: head + beside,
            BARE: head,
            TITLE: title + marks,
            NAKED: title if face.cell else title + marks,
            TWO: max(head, second),
            SPLIT: max(title + marks, lower + beside) if face.title else max(head, second),
            PAIR: max(title, lower + marks),
        }
        return needed[form] + _EDGES

    def _small(self, text: str) -> int:
        return round(MARK * self._width("plain", text))

    def _width(self, font: str, text: str) -> int:
        key = (font, text)
        if key not in self._known:
            self._known[key] = {"bold": self._bold, "plain": self._plain, "head": self._head}[font].horizontalAdvance(
                text
            )
        return self._known[key]


def fit(ruler: Ruler, headings: Sequence[str], columns: Sequence[Sequence[Face]], room: int, two_lines: bool) -> Fit:
    """The widest forms that fit beside each other, and the widths; wider than the room where not even the narrowest
    do.

    Parameters
    ----------
    ruler : Ruler
    headings : sequence of str
    columns : sequence of sequence of Face
        The faces of each column.
    room : int
        Width that there is, in points of the screen.
    two_lines : bool
        Whether rows are high enough for two lines.
    """
    forms = (TWO, SPLIT, PAIR, NAKED) if two_lines else (LINE, BARE, TITLE, NAKED)
    needs = [
        [max([ruler.heading(heading), *(_need(ruler, face, forms[at:]) for face in faces)]) for at in range(len(forms))]
        for heading, faces in zip(headings, columns, strict=True)
    ]
    chosen = _chosen(needs, room)
    widths = _spread([need[at] for need, at in zip(needs, chosen, strict=True)], room)
    # One wide face, such as one with a tick, costs the others of its column nothing.
    return Fit(
        tuple(widths),
        tuple(
            tuple(next((form for form in forms if ruler.face(face, form) <= width), forms[at]) for face in faces)
            for faces, width, at in zip(columns, widths, chosen, strict=True)
        ),
    )


def _need(ruler: Ruler, face: Face, forms: Sequence[str]) -> int:
    """The width that a face needs in the first of some forms; the tick behind a grade that was accepted may take the
    place of its probability, so that reading on never narrows what is not read yet."""
    accepted = face.cell is not None and face.cell.status == ACCEPTED
    return min(ruler.face(face, form) for form in (forms if accepted else forms[:1]))


def _chosen(needs: Sequence[Sequence[int]], room: int) -> list[int]:
    """For each column which of its forms: those that save most become narrower until all fit, and signs go last. Where
    so much is left over that the table scrolls in any case, all are as wide as can be."""
    chosen = [0] * len(needs)
    if sum(map(min, needs)) > _SCROLLS * room:
        return chosen
    for ends in ([len(need) - 1 for need in needs], [len(need) for need in needs]):
        while sum(need[at] for need, at in zip(needs, chosen, strict=True)) > room:
            saved = [need[at] - min(need[at:end]) for need, at, end in zip(needs, chosen, ends, strict=True)]
            if max(saved, default=0) <= 0:
                break
            chosen[saved.index(max(saved))] += 1
    return chosen


def _spread(widths: Sequence[int], room: int) -> list[int]:
    """Widths that share what is left of the room."""
    left, count = max(room - sum(widths), 0), max(len(widths), 1)
    return [width + (left * (at + 1)) // count - (left * at) // count for at, width in enumerate(widths)]
