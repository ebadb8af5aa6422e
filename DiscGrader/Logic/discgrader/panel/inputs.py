"""The selectors of series at the top of the panel, and the question what a volume is that nothing tells."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.imaging.recognize import plane_of, slice_axis
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.mrml.volumes import grid_of_volume, recognized_as
from discgrader.panel.actions import Actions
from discgrader.panel.state import PanelState, SeriesState
from discgrader.report.pictures import slice_picture

THUMBNAIL = 150
"""Its larger edge, in points of the screen."""
_FINENESS = 2
"""Pixels drawn for each point, for screens of high resolution."""
_COARSEST = 250
"""Every second voxel of a slice with twice as many is drawn, and so on."""


def choices(plane: Plane) -> list[tuple[str, str]]:
    """What a volume of this plane may be said to be: role, and how it is called."""
    nothing = _("None of these: do not grade from it")
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


class InputsView:
    """The selectors, and the question: a volume's middle slice beside a choice of roles.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions = ui, actions
        self._selectors = [widget for widget in vars(ui).values() if hasattr(widget, "sortFilterProxyModel")]
        self._axial = CheckedVolumes(ui.axialT2Selector, actions.set_axial)
        self._asked: Any = None
        self._shown: SeriesState | None = None
        self._roles: list[str] = []
        ui.questionPanel.visible = False
        ui.questionComboBox.connect("activated(int)", self._answered)

    def show(self, state: PanelState) -> None:
        """Show what is chosen, and ask about what nothing tells.

        Once for each look at the scene: what a user has just chosen is in no older state.
        """
        series = state.series
        if series is self._shown:
            return
        self._shown = series
        for selector in self._selectors:
            model = selector.sortFilterProxyModel()
            if tuple(model.hiddenNodeIDs) != series.made:
                model.hiddenNodeIDs = list(series.made)
        for name, node in series.selected.items():
            selector = getattr(self._ui, f"{name}Selector")
            if selector.currentNode() is not node:
                # In a scene that is being opened, a choice may be there before the volume that it names.
                selector.setCurrentNode(node)
        self._axial.show(series.axial_offered, series.axial)
        if series.asked is not self._asked:
            self._asked = series.asked
            self._ui.questionPanel.visible = series.asked is not None
            if series.asked is not None:
                self._ask(series.asked)

    def _ask(self, node) -> None:
        ui, known = self._ui, recognized_as(node)
        if known is None:
            return
        offered = choices(Plane.AXIAL if known.role.startswith("AX_") else Plane.SAGITTAL)
        self._roles = [role for role, _title in offered]
        ui.questionComboBox.clear()
        ui.questionComboBox.addItems([_("Choose what it is…"), *(title for _role, title in offered)])
        ui.questionLabel.text = _(
            "What does “{name}” show? Its contrast is not known, and nothing is graded from it until you say what it "
            "is."
        ).format(name=node.GetName())
        ui.questionLabel.toolTip = known.reason
        ui.questionImageLabel.text = thumbnail_html(node)

    def _answered(self, index: int) -> None:
        if index > 0 and self._asked is not None:
            node, self._asked = self._asked, None
            self._ui.questionPanel.visible = False
            self._actions.answer(node, self._roles[index - 1])


class CheckedVolumes:
    """Shows which volumes serve as a role that several serve as, and tells when the user checks others.

    Its entries are made here. Slicer's own list of nodes with check marks forgets these whenever it fills itself anew,
    and cannot be told from a user who unchecks everything.

    Parameters
    ----------
    selector : ctkCheckableComboBox
    changed : callable(list of str)
        Hears the IDs of the nodes that are checked, each time that the user has changed it.
    """

    def __init__(self, selector, changed: Callable[[list[str]], None]) -> None:
        self._selector, self._changed = selector, changed
        self._entries: list[tuple[str, str]] = []
        self._showing = False
        selector.connect("checkedIndexesChanged()", self._switched)

    def show(self, offered: Sequence, checked: Sequence) -> None:
        """Offer these volumes, and have exactly those be checked, which is no choice of the user's."""
        entries = [(node.GetID(), node.GetName() or "") for node in offered]
        marked = {node.GetID() for node in checked}
        self._showing = True
        try:
            if entries != self._entries:
                self._entries = entries
                self._selector.clear()
                for identifier, name in entries:
                    self._selector.addItem(name, identifier)
            for row, (identifier, _name) in enumerate(entries):
                state = qt.Qt.Checked if identifier in marked else qt.Qt.Unchecked
                if self._selector.checkState(self._index(row)) != state:
                    self._selector.setCheckState(self._index(row), state)
        finally:
            self._showing = False

    def _index(self, row: int):
        return self._selector.checkableModel().index(row, 0)

    def _switched(self) -> None:
        if not self._showing:
            self._changed([
                identifier for row, (identifier, _name) in enumerate(self._entries)
                if self._selector.checkState(self._index(row)) == qt.Qt.Checked
            ])  # fmt: skip


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
