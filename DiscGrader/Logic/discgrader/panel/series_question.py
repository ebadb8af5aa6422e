"""Asks what a volume shows that nothing tells: its middle slice beside a choice of roles."""

from collections.abc import Callable

import numpy as np
import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.imaging.recognize import plane_of, slice_axis
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.mrml.volumes import grid_of_volume, recognized_as
from discgrader.report.pictures import slice_picture

THUMBNAIL = 150
"""Its larger edge, in points of the screen."""
_FINENESS = 2
"""Pixels drawn for each point, for screens of high resolution."""
_COARSEST = 250
"""Every second voxel of a slice with twice as many is drawn, and so on."""


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
        grid = grid_of_volume(node)
    except DiscGraderError:
        return ""
    middle = _middle_slice(grid.with_array(slicer.util.arrayFromVolume(node)))
    series = Series(node.GetName(), middle, plane_of(grid), Contrast.UNKNOWN, "")
    picture = slice_picture(series, (), float(np.max(grid.size * grid.spacing_mm)) / (_FINENESS * THUMBNAIL))
    rows, columns = picture.pixels.shape[:2]
    share = min(THUMBNAIL / rows, THUMBNAIL / columns)
    return f'<img src="{picture.data_uri()}" width="{round(columns * share)}" height="{round(rows * share)}"/>'


def _middle_slice(volume: Volume) -> Volume:
    """The middle slice alone, no finer than it is shown: to draw from the whole volume, all of it is filtered first."""
    axis = slice_axis(volume)
    first, step = np.zeros(3, int), np.maximum(1, np.array(volume.size) // (_COARSEST))
    first[axis], step[axis] = (volume.size[axis] - 1) // 2, volume.size[axis]
    i, j, k = (slice(start, None, by) for start, by in zip(first, step, strict=True))
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.index_to_lps(first)
    affine[:3, :3] *= np.where(np.arange(3) == axis, 1, step)
    return Volume(np.ascontiguousarray(volume.array[k, j, i]), affine)
