"""The question what series are that nothing tells, each beside its picture: which of these is T2?"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError
from discgrader.imaging.recognize import plane_of, slice_axis
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.mrml.volumes import grid_of_volume
from discgrader.panel.actions import Actions
from discgrader.panel.series import nothing_title
from discgrader.panel.state import Asked, SeriesState
from discgrader.panel.wheel import WheelGuard
from discgrader.panel.words import in_language, with_comma
from discgrader.report.pictures import slice_picture
from discgrader.report.words import percent

THUMBNAIL = 110
"""Its larger edge, in points of the screen."""
_FINENESS = 2
"""Pixels drawn for each point, for screens of high resolution."""
_COARSEST = 250
"""Every second voxel of a slice with twice as many is drawn, and so on."""


def choices(plane: Plane) -> list[tuple[str, str]]:
    """What a volume of this plane may be said to be: role, and how it is called."""
    nothing = nothing_title()
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


@dataclass(frozen=True, eq=False)
class _Card:
    """One series of the question: what is asked, the roles of its selector's entries, and its widgets."""

    asked: Asked
    roles: tuple[str, ...]
    widget: Any
    selector: Any

    @property
    def answer(self) -> str:
        """The role that was chosen; empty where none was."""
        return self.roles[self.selector.currentIndex]


class QuestionView:
    """Shows the series that are asked about, and hands what the user says to the actions.

    Nothing is answered before the button below is pressed, so that a key or the wheel over a selector decides nothing.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._ui, self._actions = ui, actions
        self._cards: list[_Card] = []
        self._state, self._wheel = SeriesState(), WheelGuard()
        ui.questionPanel.visible = False
        ui.questionUseButton.connect("clicked(bool)", self._use)
        ui.questionLaterButton.connect("clicked(bool)", self._later)

    def show(self, series: SeriesState) -> None:
        """Show what is asked, or that something was put off."""
        ui, self._state = self._ui, series
        if [card.asked for card in self._cards] != list(series.asked):
            self._fill(series.asked)
        ui.questionPanel.visible = bool(series.asked or series.put_off)
        ui.questionCards.visible = ui.questionUseButton.visible = bool(series.asked)
        ui.questionLabel.text = _asking(series) if series.asked else _put_off(series.put_off)
        ui.questionLaterButton.text = _("Not now") if series.asked else _("What are they?")

    def _fill(self, asked: Sequence[Asked]) -> None:
        for card in self._cards:
            card.widget.hide()
            card.widget.deleteLater()
        self._cards = [self._card(each) for each in asked]
        before = self._ui.axialT2Selector
        for card in self._cards:
            qt.QWidget.setTabOrder(before, card.selector)
            before = card.selector
        if self._cards:
            qt.QWidget.setTabOrder(before, self._ui.questionUseButton)
            qt.QWidget.setTabOrder(self._ui.questionUseButton, self._ui.questionLaterButton)
        self._chosen()

    def _card(self, asked: Asked) -> _Card:
        offered = choices(asked.plane)
        widget = qt.QWidget(self._ui.questionCards)
        row, text = qt.QHBoxLayout(widget), qt.QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        picture, label, selector = qt.QLabel(widget), qt.QLabel(widget), qt.QComboBox(widget)
        picture.text = thumbnail_html(asked.node)
        label.text, label.wordWrap, label.toolTip = described(asked), True, asked.reason
        selector.addItems([_("Choose what it is…"), *(title for _role, title in offered)])
        selector.toolTip = _("What “{name}” is").format(name=asked.name)
        # Its longest entry would make the panel wider than it is.
        selector.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        selector.minimumContentsLength = 12
        selector.connect("currentIndexChanged(int)", self._chosen)
        text.addWidget(label)
        text.addWidget(selector)
        text.addStretch(1)
        row.addWidget(picture)
        row.addLayout(text, 1)
        self._ui.questionCards.layout().addWidget(widget)
        self._wheel.cover(widget)
        return _Card(asked, ("", *(role for role, _title in offered)), widget, selector)

    def _chosen(self, _index: int = 0) -> None:
        answered = any(card.answer for card in self._cards)
        self._ui.questionUseButton.enabled = answered
        self._ui.questionUseButton.toolTip = "" if answered else _("Choose what at least one of the series is.")

    def _use(self) -> None:
        answers = {card.asked.node: card.answer for card in self._cards if card.answer}
        if answers:
            self._actions.answer(answers)

    def _later(self) -> None:
        if self._state.asked:
            self._actions.put_off([asked.node for asked in self._state.asked])
        else:
            self._actions.ask_again()


def _asking(series: SeriesState) -> str:
    sagittal = any(asked.plane is Plane.SAGITTAL for asked in series.asked)
    if sagittal and not series.volumes.keys() & {"T2", "T2_SPACE"}:
        what = _("Which of these is T2?")
    else:
        what = _("What do these series show?")
    why = _(
        "Neither names nor headers show what these series are. Nothing is graded from a series until you choose what "
        "it is."
    )
    return f"<b>{what}</b><br>{why}"


def _put_off(names: Sequence[str]) -> str:
    return _("Not used, since it is not known what they are: {names}.").format(names=", ".join(names))


def described(asked: Asked) -> str:
    """A series as rich text: its name, plane, size, and what its picture looks like."""
    grid = grid_of_volume(asked.node)
    axis = slice_axis(grid)
    in_plane = [number for number in range(3) if number != axis]
    size = _("{plane}, {count} slices of {columns} × {rows}, {spacing} mm apart").format(
        plane=in_language(asked.plane.value), count=grid.size[axis],
        columns=grid.size[in_plane[0]], rows=grid.size[in_plane[1]], spacing=with_comma(f"{grid.spacing_mm[axis]:.1f}"),
    )  # fmt: skip
    return f"<b>{escape(asked.name)}</b><br>{size}<br>{_look(asked)}"


def _look(asked: Asked) -> str:
    if asked.looks_like is None:
        return _("The contrast cannot be told from the image.")
    contrast, share = asked.looks_like
    title = in_language(contrast.replace("_", " "))
    return _("Looks most like {contrast} ({share})").format(contrast=title, share=percent(share))


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
