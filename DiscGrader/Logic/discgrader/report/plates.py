"""A grade as a colored plate, and the signs of who stands for it: each with its word, none by color alone."""

from discgrader.grading.headings import percent
from discgrader.reading.record import ACCEPTED, OVERRIDDEN, UNREAD
from discgrader.report.account import Account, Shown
from discgrader.report.markup import Html, join, tag
from discgrader.report.words import ABSENT, SYNTHETIC, Graded, definition

ACCEPTED_SIGN, CHANGED_SIGN, UNREAD_SIGN, STALE_SIGN = "✓", "✎", "○", "↻"
WARNED_SIGN, CONTRADICTION_SIGN, SYNTHETIC_SIGN = "!", "≠", "†"


def badge(account: Account, grade: Graded, *, value: str | None = None) -> Html:
    """A grade as a small colored plate, pale where it says that there is nothing."""
    value = grade.grade if value is None else value
    shown = definition(grade, value)
    label = grade.label if value == grade.grade else shown.label
    kind = "badge absent" if value in ABSENT else "badge"
    possible = isinstance(grade, Shown) and grade.is_possible and value == grade.grade
    said = account.say("possible") if possible else account.word(label)
    return tag("span", said, class_=kind, style=f"--c:{shown.color}")


def status_sign(shown: Shown) -> str:
    """The sign of who stands for a grade."""
    return {ACCEPTED: ACCEPTED_SIGN, OVERRIDDEN: CHANGED_SIGN}.get(shown.status, UNREAD_SIGN)


def status_word(account: Account, shown: Shown) -> str:
    """The same in a word."""
    if shown.status == ACCEPTED:
        return account.say("accepted")
    if shown.status == OVERRIDDEN:
        return account.say("changed") if shown.ai is not None else account.say("given by the reader")
    return account.say("not read")


def status(account: Account, shown: Shown) -> Html | None:
    """Sign and word; nothing in a study that nobody reads."""
    if account.reading is None:
        return None
    kind = {ACCEPTED: "accepted", OVERRIDDEN: "changed", UNREAD: "unread"}[shown.status]
    return join(
        tag("span", sign(status_sign(shown)), status_word(account, shown), class_=f"status {kind}"),
        stale(account) if shown.stale else None,
    )


def stale(account: Account) -> Html:
    """That the box was moved since the pack graded it."""
    return tag("span", sign(STALE_SIGN), account.say("box moved since"), class_="status stale")


def sign(letter: str) -> Html:
    """A sign whose word stands beside it."""
    return tag("span", letter, " ", aria_hidden="true", class_="sign")


def with_word(letter: str, word: str, kind: str) -> Html:
    """A sign alone; its word is read aloud, shown when pointed at, and explained in the legend."""
    hidden = tag("span", word, class_="hidden")
    return tag("span", tag("span", letter, aria_hidden="true"), hidden, class_=f"mark {kind}", title=word)


def probability(account: Account, value: float) -> str:
    """What a pack thinks of a grade, in percent."""
    return account.language.number(percent(value))


def synthetic_badge(account: Account) -> Html:
    """The plate of a pack that never saw a patient."""
    return tag("span", account.say(SYNTHETIC), class_="synthetic")


def synthetic_mark(account: Account) -> Html:
    """The same as a sign."""
    return with_word(SYNTHETIC_SIGN, account.say(SYNTHETIC), "made")


def ai_beside(account: Account, shown: Shown) -> str:
    """What the pack says, where the reader gave another grade: ``AI: III, 72 %``."""
    if shown.ai is None:
        return account.say("AI: nothing")
    label = account.word(shown.ai.label)
    return account.say("AI: {label}, {probability}", label=label, probability=percent(shown.ai.probability))
