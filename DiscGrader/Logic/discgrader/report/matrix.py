"""The table of all grades: a row for each task, a column for each disc, the reader's grade first."""

from discgrader.grading.headings import percent, whose
from discgrader.reading.record import OVERRIDDEN
from discgrader.report.account import Account, Shown
from discgrader.report.markup import Html, join, tag
from discgrader.report.plates import (
    ACCEPTED_SIGN,
    CHANGED_SIGN,
    CONTRADICTION_SIGN,
    STALE_SIGN,
    SYNTHETIC_SIGN,
    UNREAD_SIGN,
    WARNED_SIGN,
    ai_beside,
    badge,
    sign,
    status_sign,
    status_word,
    synthetic_mark,
    with_word,
)
from discgrader.report.words import scale_of_grade, system_title

MANY_LEVELS = 8
"""With more of them, probabilities go to the next pages."""


def matrix(account: Account) -> Html:
    """The whole table, in a region of its own that scrolls where it is too wide."""
    levels = [graded.disc.level for graded in account.discs]
    head = tag(
        "tr",
        tag("th", account.say("Task"), scope="col", class_="first"),
        [tag("th", _level_head(account, number), scope="col") for number in range(len(levels))],
    )
    bodies = []
    for system, tasks in account.tasks:
        name, short = account.word(system_title(system)), account.system(system)
        title = tag("th", tag("span", whose(name, short)), scope="rowgroup", colspan=len(levels) + 1)
        rows = [_row(account, system, task, levels) for task in tasks]
        bodies.append(tag("tbody", tag("tr", title, class_="system"), rows))
    text = account.say("Grades of each disc with their calibrated probabilities")
    kind = "matrix many" if len(levels) > MANY_LEVELS else "matrix"
    table = tag("table", tag("caption", text), tag("thead", head), bodies, class_=kind)
    return scrolling(table, text)


def scrolling(table: Html, label: str) -> Html:
    """A table that scrolls within itself, by keys, too."""
    return tag("div", table, class_="scroll", role="region", aria_label=label, tabindex=0)


def _level_head(account: Account, number: int) -> Html:
    graded = account.discs[number]
    level = graded.disc.level
    own = [warning for warning, grades in account.warnings_of_disc(graded) if not grades]
    words = " ".join(account.word(warning) for warning in own)
    mark = with_word(WARNED_SIGN, words, "warned") if own else None
    return join(tag("a", level, href=f"#{level}"), mark)


def _row(account: Account, system: str, task: str, levels: list[str]) -> Html:
    cells = [_cell(account, account.grade(level, system, task), number, system) for number, level in enumerate(levels)]
    made = any(one.synthetic for level in levels if (one := account.grade(level, system, task)) is not None)
    title = account.heading(system, task)
    own = title.removesuffix(f", {account.system(system)}")
    title = join(own, tag("span", title[len(own) :], class_="whose"))
    return tag("tr", tag("th", title, synthetic_mark(account) if made else None, scope="row", class_="first"), cells)


def _cell(account: Account, shown: Shown | None, number: int, system: str) -> Html:
    graded = account.discs[number]
    if shown is None:
        reason = graded.not_graded.get(system)
        words = account.say("not graded") + (f": {account.word(reason)}" if reason else "")
        return tag("td", with_word("–", words, "none"), class_="none")
    level = graded.disc.level
    marks = []
    if account.reading is not None:
        kind = "unread" if shown.status not in ("accepted", OVERRIDDEN) else shown.status
        marks.append(with_word(status_sign(shown), status_word(account, shown), kind))
        if shown.stale:
            marks.append(with_word(STALE_SIGN, account.say("box moved since"), "stale"))
    against = [one.in_words(account.word) for one in account.contradictions(level) if one.concerns(*shown.key)]
    if against:
        marks.append(with_word(CONTRADICTION_SIGN, " | ".join(against), "conflict"))
    if account.is_warned(shown) and shown.ai is not None:
        own = [warning for warning in shown.ai.warnings if warning not in account.warnings]
        marks.append(with_word(WARNED_SIGN, " ".join(account.word(warning) for warning in own), "warned"))
    told = ai_beside(account, shown) if shown.status == OVERRIDDEN else percent(shown.probability or 0.0)
    kind = "percent ai" if shown.status == OVERRIDDEN else "percent"
    return tag("td", tag("span", badge(account, shown), marks, class_="plate"), tag("span", told, class_=kind))


def legend(account: Account) -> Html | None:
    """What the signs say, and the main scale by color."""
    signs = []
    if account.reading is not None:
        signs += [
            (ACCEPTED_SIGN, account.say("accepted by the reader")),
            (CHANGED_SIGN, account.say("changed by the reader, the AI's grade below")),
            (UNREAD_SIGN, account.say("not read")),
        ]
        signs += [(STALE_SIGN, account.say("box moved since"))] if account.state.stale else []
    levels = [graded.disc.level for graded in account.discs]
    if any(account.contradictions(level) for level in levels):
        signs.append((CONTRADICTION_SIGN, account.say("contradicted by another grade of the disc")))
    if any(account.warnings_of_disc(graded) for graded in account.discs):
        signs.append((WARNED_SIGN, account.say("warning, below")))
    if account.synthetic_systems:
        signs.append((SYNTHETIC_SIGN, account.say("trained on synthetic images only")))
    signs.append(("–", account.say("not graded")))
    listed = tag("ul", [tag("li", sign(letter), words) for letter, words in signs], class_="signs")
    return tag("div", listed, _main_scale(account), class_="legend") if account.discs else None


def _main_scale(account: Account) -> Html | None:
    first = next((one for graded in account.discs if (one := account.leading(graded.disc.level))), None)
    scale = scale_of_grade(first) if first else None
    if first is None or scale is None:
        return None
    keys = [
        tag("li", badge(account, first, value=entry.value), " ", account.word(entry.meaning).removesuffix("."))
        for entry in scale.grades
    ]
    return tag("div", tag("h3", account.word(scale.title)), tag("ul", keys), class_="scale-key")
