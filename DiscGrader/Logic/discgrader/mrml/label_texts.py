"""What the labels beside discs say: level and grade, in the grade's color."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from discgrader.grading.headings import Translate, as_it_is, grade_label
from discgrader.grading.results import Grade
from discgrader.grading.systems import scale_of
from discgrader.mrml.nodes import Color, Node
from discgrader.mrml.study_reading import StudyReading
from discgrader.mrml.views import ViewSettings
from discgrader.reading.record import DiscReading
from discgrader.reading.results import off_disc_reason

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
    study, level : str
        Of the disc.
    """

    node: Node
    text: str
    color: Color
    study: str = ""
    level: str = ""


def labels_of(reading: StudyReading, settings: ViewSettings, translate: Translate = as_it_is) -> tuple[Label, ...]:
    """The labels of a study's discs; none where they are switched off.

    A grade is the reader's, or else the pack's, in its color on its scale, in the words of the user's language. A
    finding that is only possible is not called present. Where the box was moved since it was graded the grade is in
    brackets and gray, until the box is graded anew; a reader's decision then has a question mark until it is confirmed.
    """
    if not settings.shows_labels:
        return ()
    nodes, task = reading.renderer.nodes(), (settings.label_system, settings.label_task)
    present = [disc for disc in reading.reading.present if disc.number in nodes]
    labels = (_label(disc, nodes[disc.number], *task, reading.live.get(disc.number, ()), translate) for disc in present)
    return tuple(replace(label, study=reading.study) for label in labels)


def _label(disc: DiscReading, node, system: str, task: str, live: Sequence[Grade], translate: Translate) -> Label:
    said = disc.ai_grade(system, task) if system else None
    read, outdated = disc.reader_grade(system, task) if system else None, False
    if disc.is_stale and read is None:
        said_now = next((one for one in live if (one.system, one.task) == (system, task)), None)
        said, outdated = said_now or said, said_now is None
    grade = read or (said.grade if said is not None else None)
    if grade is None and off_disc_reason(disc):
        return Label(node, f"{disc.level}  ⚠", OUTDATED, level=disc.level)
    if grade is None:
        return Label(node, disc.level, PLAIN, level=disc.level)
    # As in the table, a question mark tells what was decided of where the box was before.
    unsure = " ?" if read is not None and disc.is_decision_stale(system, task) else ""
    label = grade_label(system, task, grade, read is None and said is not None and said.is_possible, translate)
    if outdated:
        return Label(node, f"{disc.level}  ({label})", OUTDATED, level=disc.level)
    return Label(node, f"{disc.level}  {label}{unsure}", scale_of(system, task).grade(grade).rgb, level=disc.level)
