"""Asks what a volume shows that nothing tells: its middle slice beside a choice of roles."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.imaging.recognize import plane_of
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.mrml.nodes import volume_from_node
from discgrader.mrml.recognized import recognized_as
from discgrader.report.pictures import slice_picture

THUMBNAIL = 150
"""Its larger edge, in points of the screen."""


def choices(plane: Plane) -> list[tuple[str, str]]:
    """What a volume of this plane may be said to be: role, and how it is called."""
    nothing = _("None of these: grade nothing from it")
    if plane is Plane.AXIAL:
        return [("AX_T2", _("Axial T2")), ("AX_T1", _("Axial T1")), ("AX_other", nothing)]
    return [
        ("T2", _("Sagittal T2")),
        ("T1", _("Sagittal T1")),
        ("T2_SPACE", _("Sagittal T2 SPACE or another 3D T2")),
        ("STIR", _("STIR or fat-suppressed T2")),
        ("T1_FS", _("T1 with fat suppression")),
        ("other", nothing),
    ]


class SeriesQuestion:
    """Parameters
    ----------
    ui : namespace
        With ``questionPanel``, ``questionImageLabel``, ``questionLabel`` and ``questionComboBox``.
    answered : callable(vtkMRMLScalarVolumeNode, str)
        Hears what a volume was said to be, as a role.
    """

    def __init__(self, ui, answered: Callable[[object, str], None]):
        self._ui, self._answered = ui, answered
        self._node = None
        self._roles: list[str] = []
        ui.questionPanel.visible = False
        ui.questionComboBox.connect("activated(int)", self._chosen)

    def show(self, nodes: list, enabled: bool = True) -> None:
        """Ask about the first of these volumes; about none where there are none."""
        ui, node = self._ui, next(iter(nodes), None)
        ui.questionComboBox.enabled = enabled
        if node is not self._node:
            self._node = node
            ui.questionPanel.visible = node is not None
            if node is not None:
                self._ask(node)

    def _ask(self, node) -> None:
        ui, known = self._ui, recognized_as(node)
        plane = Plane.AXIAL if known.role.startswith("AX_") else Plane.SAGITTAL
        offered = choices(plane)
        self._roles = [role for role, _title in offered]
        ui.questionComboBox.clear()
        ui.questionComboBox.addItems([_("Choose what it is…"), *(title for _role, title in offered)])
        ui.questionLabel.text = _(
            "What does “{name}” show? What it weights is not known, and nothing is graded from it until you say so."
        ).format(name=node.GetName())
        ui.questionLabel.toolTip = known.reason
        ui.questionImageLabel.text = thumbnail_html(node)

    def _chosen(self, index: int) -> None:
        if index > 0 and self._node is not None:
            node, self._node = self._node, None
            self._ui.questionPanel.visible = False
            self._answered(node, self._roles[index - 1])


def thumbnail_html(node) -> str:
    """The middle slice of a volume as rich text, no larger than `THUMBNAIL`; empty where it cannot be shown."""
    try:
        volume = volume_from_node(node)
    except DiscGraderError:
        return ""
    picture = slice_picture(Series(node.GetName(), volume, plane_of(volume), Contrast.UNKNOWN, ""), ())
    rows, columns = picture.pixels.shape[:2]
    share = min(THUMBNAIL / rows, THUMBNAIL / columns)
    return f'<img src="{picture.data_uri()}" width="{round(columns * share)}" height="{round(rows * share)}"/>'
