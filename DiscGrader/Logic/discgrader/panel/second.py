"""A second reading beside the first: loaded, told how far the two agree, and removed again."""

import qt
from slicer.i18n import tr as _

from discgrader.panel.actions import Actions
from discgrader.panel.state import PanelState
from discgrader.reading.beside import agreed
from discgrader.reading.marks import SecondReading
from discgrader.reading.record import Reading


class SecondView:
    """Buttons below those that save and open, and a sentence for each reading that is shown beside.

    Parameters
    ----------
    ui : namespace
    actions : Actions
    """

    def __init__(self, ui, actions: Actions) -> None:
        self._actions = actions
        parent = ui.readerLineEdit.parentWidget()
        self.panel = qt.QWidget(parent)
        self.panel.setObjectName("secondPanel")
        column = qt.QVBoxLayout(self.panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = qt.QHBoxLayout()
        row.setSpacing(4)
        self.add, self.remove = qt.QPushButton(_("Second reading…")), qt.QPushButton(_("Remove it"))
        self.add.setObjectName("secondReadingButton")
        self.remove.setObjectName("removeSecondButton")
        self.label = qt.QLabel(self.panel)
        self.label.setObjectName("secondLabel")
        self.label.setWordWrap(True)
        for button in (self.add, self.remove):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.label)
        parent.layout().addWidget(self.panel)
        qt.QWidget.setTabOrder(ui.identityCheckBox, self.add)
        qt.QWidget.setTabOrder(self.add, self.remove)
        self.add.connect("clicked(bool)", actions.choose_second)
        self.remove.connect("clicked(bool)", actions.remove_second)

    def show(self, state: PanelState) -> None:
        """Tell which readings are beside this one, and how far they agree."""
        reading = state.study.reading
        beside = () if reading is None else reading.beside
        self.add.enabled, self.remove.enabled = reading is not None, bool(beside)
        key = state.keys.get("second")
        tip = _("Show another reader's grades of this study beside yours; nothing of yours changes")
        self.add.toolTip = (f"{tip} ({key})" if key else tip) if reading is not None else _("Find the discs first.")
        self.remove.toolTip = _("Hide the second reading; can be undone")
        self.label.text = "\n".join(sentence(reading, one) for one in beside) if reading is not None else ""
        self.label.visible = bool(beside)


def sentence(reading: Reading, second: SecondReading) -> str:
    """How far the reader and another one agree, in plain words."""
    found, day = agreed(reading, second), second.changed[:10]
    if not found.both:
        none = _("{other} ({day}): no grade yet that both of you have decided on.")
        told = none.format(other=second.reader, day=day)
    else:
        said = _("{other} ({day}) and {reader} agree on {same} of {both} grades ({share}); {near} differ by one step.")
        share = found.share_in_words
        told = said.format(
            other=second.reader, day=day, reader=reading.reader, same=found.same, both=found.both, share=share,
            near=found.near,
        )  # fmt: skip
    if second.unknown:
        told += " " + _("Not in this reading: {levels}.").format(levels=", ".join(second.unknown))
    return told
