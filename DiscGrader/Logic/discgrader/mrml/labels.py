"""What stands beside each disc in the slice views: its level and a grade."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from discgrader.grading.systems import scale_of
from discgrader.mrml.colors import Color
from discgrader.mrml.disc_nodes import number_of
from discgrader.mrml.nodes import attribute
from discgrader.mrml.reading import SceneReading
from discgrader.mrml.view_settings import ViewSettings
from discgrader.reading.record import DiscReading

PLAIN: Color = (0.93, 0.95, 0.98)
"""Color of a label without a grade."""

OUTDATED: Color = (0.72, 0.75, 0.80)
"""Color of a label whose grade is of where the box was before."""


@dataclass(frozen=True, eq=False)
class Label:
    """A label.

    Parameters
    ----------
    node : vtkMRMLMarkupsROINode
        The box that it stands beside.
    text : str
    color : RGB in 0–1
    """

    node: object
    text: str
    color: Color


def labels_of(reading: SceneReading, settings: ViewSettings) -> tuple[Label, ...]:
    """The labels of a study's discs; none where they are switched off.

    A grade is the reader's, or else the pack's, in its color on its scale. Where the box was moved since it was graded
    the grade is in brackets and gray, until the box is graded anew.
    """
    if not settings.labels:
        return ()
    nodes = {number_of(one): one for one in reading.discs.nodes()}
    present = [one for one in reading.reading.present if one.number in nodes]
    return tuple(_label(one, nodes[one.number], settings.label_system, settings.label_task) for one in present)


def live_grades(node) -> dict[str, str]:
    """By ``system/task`` what was said last of a box that a hand is moving; empty where nothing was."""
    try:
        said = json.loads(attribute(node, "Live") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def live_text(grades: Sequence) -> str:
    """The grades of a box that a hand is moving, for its node's attribute ``Live``."""
    return json.dumps({f"{one.system}/{one.task}": one.grade for one in grades})


def _label(disc: DiscReading, node, system: str, task: str) -> Label:
    grade, outdated = disc.final_grade(system, task) if system else None, False
    if disc.is_stale and disc.reader_grade(system, task) is None:
        live = live_grades(node).get(f"{system}/{task}")
        grade, outdated = (grade, True) if live is None else (live, False)
    if grade is None:
        return Label(node, disc.level, PLAIN)
    said = scale_of(system, task).grade(grade)
    if outdated:
        return Label(node, f"{disc.level}  ({said.label})", OUTDATED)
    return Label(node, f"{disc.level}  {said.label}", said.rgb)
