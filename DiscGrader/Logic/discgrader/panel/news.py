"""The line of news, which stands at the top of the table, and beside the buttons below it that were used last."""


class News:
    """Shows what has happened where the hand is.

    Parameters
    ----------
    ui : namespace
    """

    def __init__(self, ui) -> None:
        self._ui = ui
        self._places = {
            ui.boxesNewsLabel: (ui.addButton, ui.deleteButton, ui.fitButton, ui.resetButton),
            ui.readingNewsLabel: (ui.saveReadingButton, ui.openReadingButton, ui.reportButton),
        }
        self._near = None
        for label, buttons in self._places.items():
            label.visible = False
            for button in buttons:
                button.connect("pressed()", lambda label=label: self._go(label))
        for button in (ui.findButton, ui.gradeButton, ui.acceptButton, ui.withdrawButton, ui.undoButton, ui.redoButton):
            button.connect("pressed()", lambda: self._go(None))
        ui.marginSlider.connect("valueIsChanging(double)", lambda _value: self._go(ui.boxesNewsLabel))

    def say(self, news: str) -> None:
        """Show a line."""
        self._ui.statusLabel.text = news
        self._ui.statusLabel.toolTip = ""
        if self._near is not None:
            self._near.text = news
            self._near.visible = bool(news)

    def _go(self, label) -> None:
        """The hand is somewhere else now."""
        if self._near is not None and self._near is not label:
            self._near.visible = False
        self._near = label
