"""One label for each finding and level of a report, made of its statements.

Of several statements on one finding and level the more specific one counts: a level that is named before "the rest",
that before "all levels"; among these what is certain before what is doubtful, and what is there before what is denied.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from discgrader.clinical_text.findings import NORMAL_DISC, NORMAL_STUDY, Finding
from discgrader.clinical_text.named_levels import Which, lumbar_levels
from discgrader.clinical_text.statements import ReadReport, Statement, read_report
from discgrader.localize.levels import order_of


class Basis(StrEnum):
    """Why a label stands at a level."""

    STATED = "stated"
    ALL_LEVELS = "all levels"
    REST = "other levels"
    IMPLIED = "implied"
    SEVERAL = "several levels, not named"
    NO_LEVEL = "no level named"
    SILENCE = "not mentioned"


@dataclass(frozen=True)
class Label:
    """What a report says of one finding at one level.

    Parameters
    ----------
    level : str
        A disc, a vertebra such as L2 for what is said of one, or empty.
    finding, value : str
    degree, side, zone : str
        As stated, empty where not.
    certainty : str
        ``certain`` or ``uncertain``.
    time : str
        ``now`` or ``past``.
    basis : Basis
    start, end : int
        The words that it was read from, as characters of the report's text; both -1 where it says nothing.
    text : str
        These words.
    note : str
        What is doubtful about it.
    """

    level: str
    finding: str
    value: str
    degree: str = ""
    side: str = ""
    zone: str = ""
    certainty: str = "certain"
    time: str = "now"
    basis: Basis = Basis.STATED
    start: int = -1
    end: int = -1
    text: str = ""
    note: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the finding is said to be there."""
        return self.value not in ("none", "absent")


HERNIATIONS = ("protrusion", "extrusion", "sequestration")
"""What a herniation can be more precisely."""

BY_LEVEL: Mapping[str, str] = {
    "bulge": "absent",
    "herniation": "absent",
    "protrusion": "absent",
    "extrusion": "absent",
    "sequestration": "absent",
    "sac_compression": "none",
    "root_compression": "none",
    "canal_stenosis": "absent",
    "foraminal_stenosis": "absent",
    "listhesis": "absent",
}
"""The findings that silence is taken for the absence of, where that is asked for, and what their absence is called."""

_DENIED_OF_DISC = {name: BY_LEVEL[name] for name in ("bulge", "herniation")}
_DENIED_OF_LEVEL = {
    name: BY_LEVEL[name]
    for name in ("bulge", "herniation", "sac_compression", "root_compression", "canal_stenosis", "foraminal_stenosis")
}
_SPECIFIC = {Basis.STATED: 4, Basis.REST: 3, Basis.ALL_LEVELS: 2, Basis.IMPLIED: 1, Basis.SEVERAL: 0, Basis.NO_LEVEL: 0}
_FAR = {"none": 0, "absent": 0, "abutting": 1, "mild": 2, "present": 2, "marked": 3}
_DEGREES = ("", "mild", "moderate", "severe")
_SIDED = ("foraminal_stenosis", "root_compression", "recess_stenosis", "facet_arthropathy")


def labels_of(text: str, silence_is_normal: bool = False) -> tuple[list[Label], ReadReport]:
    """The labels of a report, from the head to the foot, and how it was read.

    Parameters
    ----------
    silence_is_normal : bool
        Whether lumbar levels that a report says nothing of have none of the findings of `BY_LEVEL`.
    """
    report = read_report(text)
    stated = [label for statement in report.statements for label in _labels(statement, report)]
    merged = _merged([*stated, *_implied(stated)])
    if silence_is_normal and report.statements:
        merged += _silent(merged, report)
    return sorted(merged, key=_order), report


def _order(label: Label) -> tuple[bool, int, str, str]:
    return not label.level, -order_of(label.level) if "-" in label.level else 0, label.finding, label.side


def _labels(statement: Statement, report: ReadReport) -> Iterator[Label]:
    one = statement.finding
    denials = {NORMAL_DISC: _DENIED_OF_DISC, NORMAL_STUDY: _DENIED_OF_LEVEL}.get(one.name, {one.name: one.value})
    for name, value in denials.items():
        for level, basis in _levels(statement, report):
            yield _label(replace(one, name=name, value=value), statement, level, basis, report.text)
        for level in statement.excepted:
            yield _label(_turned(replace(one, name=name, value=value)), statement, level, Basis.STATED, report.text)


def _turned(one: Finding) -> Finding:
    """The contrary of what is said, for a level that is excepted."""
    there = {"sac_compression": "marked", "root_compression": "marked"}.get(one.name, "present")
    if one.denied:
        return replace(one, denied=False, value=there, degree="")
    return replace(one, denied=True, value="none" if one.name.endswith("_compression") else "absent", degree="")


def _label(one: Finding, statement: Statement, level: str, basis: Basis, text: str) -> Label:
    return Label(
        level,
        one.name,
        one.value,
        "" if one.denied else one.degree,
        one.side,
        "" if one.denied else one.zone,
        "uncertain" if one.uncertain else "certain",
        "past" if one.past and not one.denied and one.name != "postoperative" else "now",
        basis,
        statement.start,
        statement.end,
        " ".join(text[statement.start : statement.end].split()),
        _note(one, statement),
    )


def _note(one: Finding, statement: Statement) -> str:
    if statement.which is Which.UNKNOWN:
        return "the level that it is of is not known"
    return "names a vertebra, not a disc" if statement.which is Which.VERTEBRA and one.name in BY_LEVEL else ""


def one_row(statement: Statement) -> bool:
    """Whether what is said of all levels is of vertebrae or of the whole spine, and has one label without a level."""
    return statement.which is Which.ALL and statement.finding.name in ("fracture", "postoperative", "cord_compression")


def _levels(statement: Statement, report: ReadReport) -> list[tuple[str, Basis]]:
    lumbar = lumbar_levels(report.six_lumbar)
    if statement.which in (Which.NAMED, Which.VERTEBRA):
        return [(level, Basis.STATED) for level in statement.levels if level not in statement.excepted]
    if one_row(statement):
        return [("", Basis.ALL_LEVELS)]
    if statement.which is Which.ALL or (statement.excepted and statement.which is None):
        return [(level, Basis.ALL_LEVELS) for level in lumbar if level not in statement.excepted]
    if statement.which is Which.REST:
        return [(level, Basis.REST) for level in lumbar if level not in report.affected | set(statement.excepted)]
    return [("", Basis.SEVERAL if statement.which is Which.SEVERAL else Basis.NO_LEVEL)]


def _implied(labels: Iterable[Label]) -> Iterator[Label]:
    """A protrusion is a herniation; where there is no herniation, there is no protrusion."""
    for label in labels:
        if label.finding in HERNIATIONS and label.is_there:
            yield replace(label, finding="herniation", basis=Basis.IMPLIED if not label.level else label.basis)
        if label.finding == "herniation" and not label.is_there:
            for name in HERNIATIONS:
                yield replace(label, finding=name)


def _merged(labels: Sequence[Label]) -> list[Label]:
    by_key: dict[tuple[str, str, str], list[Label]] = {}
    for label in labels:
        by_key.setdefault((label.level, label.finding, label.time), []).append(label)
    found = []
    for (_, finding, _), some in by_key.items():
        found += _by_side(some) if finding in _SIDED else [_strongest(some)]
    return found


def _by_side(labels: Sequence[Label]) -> list[Label]:
    """Left and right apart where a report says different things of them."""
    top = max(_SPECIFIC[label.basis] for label in labels)
    some = [label for label in labels if _SPECIFIC[label.basis] == top]
    stated = {label.side for label in some}
    if len(stated) == 1 or not stated & {"left", "right"}:
        return [_strongest(some)]
    wanted = ("left", "right") if "both" in stated or {"left", "right"} <= stated else tuple(stated & {"left", "right"})
    return [replace(_strongest(_of_side(some, side)), side=side) for side in wanted]


def _of_side(labels: Sequence[Label], side: str) -> list[Label]:
    """What is said of a side itself, else of both."""
    own = [label for label in labels if label.side == side]
    return own or [label for label in labels if label.side == "both"]


def _strongest(labels: Sequence[Label]) -> Label:
    best = max(labels, key=_strength)
    against = any(
        label.is_there != best.is_there
        and _SPECIFIC[label.basis] == _SPECIFIC[best.basis]
        and label.certainty == "certain"
        for label in labels
    )
    fuller = next((label for label in labels if label.side and label.is_there == best.is_there), best)
    zone = next((label.zone for label in labels if label.zone and label.is_there == best.is_there), best.zone)
    note = "; ".join(filter(None, (best.note, "the report also says the contrary" if against else "")))
    return replace(best, side=best.side or fuller.side, zone=best.zone or zone, note=note)


def _strength(label: Label) -> tuple[int, bool, bool, int, int, int]:
    return (
        _SPECIFIC[label.basis],
        label.certainty == "certain",
        label.is_there,
        _FAR.get(label.value, 2),
        _DEGREES.index(label.degree) if label.degree in _DEGREES else 0,
        -label.start,
    )


def _silent(labels: Sequence[Label], report: ReadReport) -> Iterator[Label]:
    said = {(label.level, label.finding) for label in labels if label.time == "now"}
    for level in lumbar_levels(report.six_lumbar):
        for name, value in BY_LEVEL.items():
            if (level, name) not in said:
                yield Label(level, name, value, basis=Basis.SILENCE)
