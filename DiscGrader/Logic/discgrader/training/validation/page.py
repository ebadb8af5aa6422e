"""A site's proof as one HTML page that needs nothing else, and as tables."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from discgrader.grading.systems import find_system, find_task
from discgrader.report.contact_sheet import ContactSheet, Tile, draw_pages
from discgrader.report.markup import Html
from discgrader.training.metrics import Interval, reliability
from discgrader.training.plots import reliability_of_groups
from discgrader.training.replication.page import Analysis, evaluation_page
from discgrader.training.validation.cases import Case, Matched, TaskCases
from discgrader.training.validation.figures import TITLES, Published, Verdict
from discgrader.training.validation.truth import Truth

WORST = 20
"""Cases on the contact sheet of a task at most."""

LEAST_IN_PART = 10
"""Discs of a scanner or protocol that figures are given of at least. A round number."""

NOTES = (
    "Intervals hold 95 % and are by bootstrap over patients: all discs of a patient are drawn together.",
    (
        "AUROC is of the probability, one grade against the rest, mean over the grades that occur; of two grades that "
        "of the second. Accuracy, kappa, sensitivity and specificity are of what was called, by the packs' operating "
        "points or the rule that was asked for."
    ),
    (
        "Grades that a truth names together, such as normal or mild, are taken as one on both sides, their "
        "probabilities added."
    ),
    "The calibration error is the mean distance of probability and observed share in ten bins, weighted by discs.",
    (
        "A published figure is of other patients, often of another mix of grades; better or worse than it is said "
        "where it lies outside the interval."
    ),
    "Nothing here can tell whether a pack was trained on these very patients; figures on them would be too good.",
)


class TaskReport:
    """Everything that the page says of one task; see `figures.task_figures` and `figures.verdict`."""

    def __init__(
        self, cases: TaskCases, figures: Mapping[str, Interval], verdict: Verdict, published: Sequence[Published]
    ) -> None:
        self.cases, self.figures, self.verdict, self.published = cases, figures, verdict, tuple(published)

    @property
    def title(self) -> str:
        """System and task, as people call them."""
        system, task = self.cases.key
        return f"{find_system(system).title}: {find_task(system, task).title}"

    @property
    def name(self) -> str:
        """System and task, as files call them."""
        return "_".join(self.cases.key).replace("-", "_")


def site_page(
    truth: Truth,
    matched: Matched,
    reports: Sequence[TaskReport],
    packs: Sequence[str],
    measure: Callable[[TaskCases], Mapping[str, Interval]],
) -> Html:
    """The whole page.

    Parameters
    ----------
    truth, matched :
        What was compared.
    reports : sequence of TaskReport
    packs : sequence of str
        What gave the grades, a line each.
    measure : callable(TaskCases) -> figures
        What measures a part of the cases.
    """
    plots: dict[str, tuple[bytes, str]] = {}
    for report in reports:
        plots[f"calibration_{report.name}"] = (calibration_picture(report.cases), f"{report.title}: calibration.")
        worst = worst_sheet(report.cases)
        if worst is not None:
            caption = (
                f"{report.title}: the discs that it is furthest off on, by the grade that was called; above each its "
                "study and the truth, below the probability of what was called."
            )
            plots[f"worst_{report.name}"] = worst, caption
    parts = {
        "Each system": [
            Analysis("figures", "Figures", "With 95 % intervals by patient.", _rows(reports)),
            Analysis(
                "published", "Beside what is published", "Of each task the first one is compared.", _published(reports)
            ),
        ],
        "Calibration": [
            Analysis(
                f"calibration_{report.name}", report.title, _calibration_note(report), _calibration_rows(report.cases)
            )
            for report in reports
        ],
        "By scanner and protocol": [
            Analysis(name, title, f"Parts of at least {LEAST_IN_PART} discs.", _parts(reports, attribute, measure))
            for name, title, attribute in (
                ("by_scanner", "By scanner", "scanner"),
                ("by_protocol", "By protocol", "protocol"),
            )
        ],
        "Where it fails": [
            Analysis(f"worst_{report.name}", report.title, _confusion_note(report.cases), _confusion(report.cases))
            for report in reports
        ],
        "What was not compared": [Analysis("missing", "Studies and discs", "", missing_rows(truth, matched))],
    }
    facts = {
        "Truth": f"{truth.name} ({truth.kind})",
        "Studies": str(len({case.truth.study for report in reports for case in report.cases.cases})),
        "Patients": str(len({case.patient for report in reports for case in report.cases.cases})),
        "Packs": "; ".join(packs),
    }
    findings = [report.verdict.words for report in reports]
    return evaluation_page("Validation on this site's cases", facts, findings, parts, plots, NOTES)


SHOWN = (
    *("auroc", "accuracy", "sensitivity", "specificity", "ppv", "npv", "qwk", "within_one", "auroc_0_1_against_2_3"),
    *("gwet_ac1", "brier", "calibration_error"),
)
"""Figures in the order of their columns."""


def _rows(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    rows = []
    for report in reports:
        cases = report.cases
        counts = np.bincount(cases.true, minlength=len(cases.groups))
        rows.append(
            {
                "task": report.title,
                "discs": len(cases.cases),
                "patients": len(np.unique(cases.patients)),
                "truth": ", ".join(f"{label}: {count}" for label, count in zip(cases.labels, counts)),
            }
            | shown_figures(report.figures)
        )
    return in_columns(rows)


def shown_figures(figures: Mapping[str, Interval]) -> dict[str, Any]:
    """Figures as cells: with their interval, alone where there is none, and nothing where one is not defined."""
    cells: dict[str, Any] = {}
    for name in SHOWN:
        found = figures.get(name)
        if found is not None and np.isfinite(found["value"]):
            cells[name] = found if np.isfinite(found["low"]) else found["value"]
    return cells


def in_columns(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with all columns that any of them has, figures in their order."""
    names = dict.fromkeys(name for row in rows for name in row)
    ordered = [*(name for name in names if name not in SHOWN), *(name for name in SHOWN if name in names)]
    return [{name: row.get(name) for name in ordered} for row in rows]


def _published(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    return [
        {
            "task": report.title,
            "figure": TITLES.get(one.metric, one.metric),
            "published": one.value,
            "of": one.where,
            "here": shown_figures(report.figures).get(one.metric),
        }
        for report in reports
        for one in report.published
    ]


def _parts(
    reports: Sequence[TaskReport], attribute: str, measure: Callable[[TaskCases], Mapping[str, Interval]]
) -> list[dict[str, Any]]:
    """A row for each task and scanner, or protocol; parts that are too small with their number only."""
    rows = []
    for report in reports:
        told = [getattr(case, attribute) for case in report.cases.cases]
        for name in sorted(set(told)):
            part = report.cases.some([one == name for one in told])
            row = {"task": report.title, attribute: name, "discs": len(part.cases)}
            row["patients"] = len(np.unique(part.patients))
            if len(part.cases) >= LEAST_IN_PART and len(set(told)) > 1:
                row |= shown_figures(measure(part))
            elif len(set(told)) == 1:
                row |= shown_figures(report.figures)
            rows.append(row)
    return in_columns(rows)


def _calibration_note(report: TaskReport) -> str:
    found = report.figures["calibration_error"]
    return (
        "Observed share against probability. Mean distance "
        f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]; 0 would be perfect."
    )


def _calibration_rows(cases: TaskCases) -> list[dict[str, Any]]:
    rows = []
    for group, label in enumerate(cases.labels):
        if len(cases.labels) == len(("no", "yes")) and group == 0:
            continue
        binned = reliability(cases.true == group, cases.probabilities[:, group], 5)
        for share, observed, count in zip(*binned.values()):
            rows.append(
                {"grade": label, "probability": float(share), "observed share": float(observed), "discs": int(count)}
            )
    return rows


def calibration_picture(cases: TaskCases) -> bytes:
    """Observed share against probability of each group, as PNG; of two groups of the second alone."""
    wanted = range(1, 2) if len(cases.groups) == len(("no", "yes")) else range(len(cases.groups))
    return reliability_of_groups({cases.labels[k]: (cases.true == k, cases.probabilities[:, k]) for k in wanted})


def _confusion_note(cases: TaskCases) -> str:
    wrong = int((cases.true != cases.given).sum())
    return f"{wrong} of {len(cases.cases)} discs were called otherwise than the truth says. True grades by rows."


def _confusion(cases: TaskCases) -> list[dict[str, Any]]:
    true, given = cases.true, cases.given
    return [
        {"truth": label}
        | {f"called {other}": int(((true == k) & (given == n)).sum()) for n, other in enumerate(cases.labels)}
        for k, label in enumerate(cases.labels)
    ]


def worst_cases(cases: TaskCases) -> list[Case]:
    """The cases that were called wrongly, the furthest off first, and of these the surest."""
    true, given, shares = cases.true, cases.given, cases.probabilities
    wrong = np.flatnonzero(true != given)
    order = sorted(wrong, key=lambda n: (-abs(int(given[n]) - int(true[n])), shares[n, true[n]]))
    return [cases.cases[n] for n in order]


def worst_sheet(cases: TaskCases) -> bytes | None:
    """A contact sheet of the worst cases as PNG; None where there is no picture of any."""
    shown = [case for case in worst_cases(cases) if case.picture.is_file()][:WORST]
    if not shown:
        return None
    labels = {value: label for group, label in zip(cases.groups, cases.labels) for value in group}
    tiles = [
        Tile(
            f"truth {labels[case.truth.grades[0]]}: {case.truth.study}",
            case.level,
            0,
            case.grade.grade,
            case.grade.probability,
            case.warned,
            case.picture,
        )
        for case in shown
    ]
    grade = shown[0].grade
    sheet = ContactSheet(
        *cases.key, tiles, (f"{grade.pack} {grade.pack_version}: {grade.trained_on}.",), grade.synthetic
    )
    stream = io.BytesIO()
    page: Image.Image = next(iter(draw_pages(sheet)))
    page.save(stream, format="png")
    return stream.getvalue()


def missing_rows(truth: Truth, matched: Matched) -> list[dict[str, Any]]:
    """What has no counterpart, and what was odd, a row each."""
    rows = [
        {"what": "Studies without truth", "number": len(matched.without_truth), "which": _some(matched.without_truth)}
    ]
    rows.append(
        {"what": "Truth without study", "number": len(matched.without_study), "which": _some(matched.without_study)}
    )
    rows += [{"what": f"{name} could not be graded", "number": 1, "which": why} for name, why in matched.failed.items()]
    rows += [{"what": "True grades not compared", "number": n, "which": why} for why, n in matched.not_graded.items()]
    if matched.named_differently:
        words = "compared by their place"
        rows.append({"what": "Named differently in readings", "number": matched.named_differently, "which": words})
    return rows + [{"what": "Note", "number": "", "which": note} for note in truth.notes]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def figure_rows(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    """Rows of ``figures.csv``: one a task and figure."""
    return [
        {
            "system": report.cases.key[0],
            "task": report.cases.key[1],
            "discs": len(report.cases.cases),
            "patients": len(np.unique(report.cases.patients)),
            "figure": name,
            **{end: None if found[end] != found[end] else found[end] for end in ("value", "low", "high")},
            "published": next((one.value for one in report.published if one.metric == name), None),
        }
        for report in reports
        for name, found in report.figures.items()
    ]


def case_rows(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    """Rows of ``discs.csv``: one a disc and task."""
    return [
        {
            "study": case.truth.study,
            "patient": case.patient,
            "level": case.truth.level,
            "called_level": case.level,
            "system": case.truth.system,
            "task": case.truth.task,
            "truth": "|".join(case.truth.grades),
            "grade": case.grade.grade,
            "probability": case.grade.probability,
            "probability_of_truth": sum(case.grade.probabilities[value] for value in case.truth.grades),
            "scanner": case.scanner,
            "protocol": case.protocol,
        }
        for report in reports
        for case in report.cases.cases
    ]
