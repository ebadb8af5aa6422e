"""The true grades of a digital spine: a table in the scene, and a comparison with what was graded."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import qt
from slicer.i18n import tr as _

from discgrader.errors import UsageError
from discgrader.grading.systems import scale_of
from discgrader.mrml import hierarchy
from discgrader.mrml.nodes import nodes_of_class, rows_from_node, table_to_node
from discgrader.panel.study import from_the_top
from discgrader.panel.words import in_language, long_title
from discgrader.reading.record import Reading

TRUE_GRADES = "DiscGrader.TrueGrades"
"""Attribute of the table of a spine's true grades; its value is the name of the study."""

COLUMNS = ("level", "system", "task", "grade", "label")


def put_truth(scene, folder: Path, study: str, item: int) -> None:
    """Put the true grades of a rendered study into the scene, beside its series.

    Parameters
    ----------
    scene : vtkMRMLScene
    folder : Path
        Where the study was written, with its ``truth.csv``.
    study : str
    item : int
        Of the study in the subject hierarchy.
    """
    path = folder / "truth.csv"
    if not path.is_file():
        return
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in map(_row, csv.DictReader(file)) if row is not None]
    node = table_to_node(scene, COLUMNS, rows, f"{study} true grades")
    node.SetAttribute(TRUE_GRADES, study)
    hierarchy.file_under(scene, item, "Truth", [node])


def _row(written: Mapping[str, str]) -> dict[str, str] | None:
    try:
        label = scale_of(written["system"], written["task"]).label_of(written["grade"])
    except UsageError:
        return None
    return {**{name: written[name] for name in COLUMNS[:-1]}, "label": label}


def truth_of(scene, study: str | None) -> dict[tuple[str, str, str], str]:
    """The true grades of a study by level, system and task; empty where they are not known."""
    for node in nodes_of_class(scene, "vtkMRMLTableNode"):
        if study is not None and node.GetAttribute(TRUE_GRADES) == study:
            return {(row["level"], row["system"], row["task"]): row["grade"] for row in rows_from_node(node)}
    return {}


def truth_html(truth: Mapping[tuple[str, str, str], str], reading: Reading | None, only_differing: bool = False) -> str:
    """The true grades beside those that stand, one row a level and task that was graded; all where nothing was.
    The highest level comes first, as in the table of grades.

    Parameters
    ----------
    truth : mapping of (str, str, str) to str
        By level, system and task.
    reading : Reading or None
    only_differing : bool
        Leave out what is graded as it is.
    """
    rows = []
    highest_first = {level: place for place, level in enumerate(from_the_top({key[0] for key in truth}))}
    for (level, system, task), grade in sorted(truth.items(), key=lambda one: highest_first[one[0][0]]):
        given = _given(reading, level, system, task)
        if reading is not None and (given is None or (only_differing and given == grade)):
            continue
        rows.append(_html_row(level, system, task, grade, given))
    heads = (_("Level"), _("Task"), _("True"), _("Graded"), "")
    head = "".join(f'<th align="left">{escape(title)}</th>' for title in heads)
    return f'<table cellspacing="0" cellpadding="4"><tr>{head}</tr>{"".join(rows)}</table>'


def _html_row(level: str, system: str, task: str, grade: str, given: str | None) -> str:
    scale = scale_of(system, task)
    told = "" if given is None else in_language(scale.label_of(given))
    mark = "" if given is None else "✓" if given == grade else "✗"
    cells: Sequence[str] = (level, long_title(system, task), in_language(scale.label_of(grade)), told, mark)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _given(reading: Reading | None, level: str, system: str, task: str) -> str | None:
    if reading is None or level not in reading.levels:
        return None
    return reading.disc(level).final_grade(system, task)


def agreement_text(truth: Mapping[tuple[str, str, str], str], reading: Reading | None) -> str:
    """How many of the grades that stand are the true ones, in a line; empty where nothing is graded."""
    pairs = [(grade, _given(reading, *key)) for key, grade in truth.items()]
    graded = [(grade, given) for grade, given in pairs if given is not None]
    if not graded:
        return _("Nothing is graded yet.")
    right = sum(grade == given for grade, given in graded)
    return _("{right} of {count} grades are the true ones.").format(right=right, count=len(graded))


def show_truth(parent, text: str, tables: Mapping[bool, str]) -> None:
    """Show the true grades in a window of their own.

    Parameters
    ----------
    parent : QWidget
    text : str
        How many agree.
    tables : mapping of bool to str
        What is shown of all, and of those alone that differ; one of them where nothing was graded.
    """
    dialog = qt.QDialog(parent)
    dialog.setWindowTitle(_("True grades"))
    outer, browser = qt.QVBoxLayout(dialog), qt.QTextBrowser()
    outer.addWidget(qt.QLabel(text))
    if True in tables:
        differing = qt.QCheckBox(_("Only grades that differ"))
        differing.objectName = "differingCheckBox"
        differing.connect("toggled(bool)", lambda only: browser.setHtml(tables[only]))
        outer.addWidget(differing)
    browser.setHtml(tables[False])
    outer.addWidget(browser)
    buttons = qt.QDialogButtonBox()
    buttons.addButton(_("Close"), qt.QDialogButtonBox.RejectRole).connect("clicked()", dialog.reject)
    outer.addWidget(buttons)
    dialog.resize(620, 520)
    dialog.exec_()
