"""Adding, deleting, fitting and resetting discs' boxes, and their margin."""

from collections.abc import Callable

from slicer.i18n import tr as _

from discgrader.reading.commands import DeleteDisc, ResetBox, SetMargin


class BoxButtons:
    """Parameters
    ----------
    ui : namespace
    logic : DiscGraderLogic
    scene : vtkMRMLScene
    chosen : callable() -> (str or None, str or None)
        The study and the level of the chosen disc.
    attempt : callable(str, callable) -> bool
    found : callable() -> bool
        Whether there are boxes; before, the margin is only that of those to come.
    """

    def __init__(
        self, ui, logic, scene, chosen: Callable[[], tuple[str | None, str | None]], attempt, found: Callable[[], bool]
    ):
        self._found = found
        self._ui, self._logic, self._scene, self._chosen, self._attempt = ui, logic, scene, chosen, attempt
        self._margin, self._dragged = None, False
        ui.addButton.connect("clicked(bool)", self.add)
        ui.deleteButton.connect("clicked(bool)", self.delete)
        ui.fitButton.connect("clicked(bool)", self.fit)
        ui.resetButton.connect("clicked(bool)", self.reset)
        ui.marginSlider.connect("valueIsChanging(double)", lambda value: self.set_margin(value, True))
        ui.marginSlider.connect("valueChanged(double)", lambda value: self.set_margin(value, False))

    def enable(self, why_none: str, why_no_level: str, busy: str) -> None:
        """Enable the buttons, or say why they are not.

        Parameters
        ----------
        why_none, why_no_level, busy : str
            Why no disc can be added, why none is chosen, and what is in the way of either; each empty where nothing is.
        """
        level = self._chosen()[1] or ""
        for button, tip, why in (
            (self._ui.addButton, _("Add a disc where the crosshair is (Shift and mouse move it)"), why_none),
            (self._ui.deleteButton, _(
                "Delete {level}: it is no disc; can be "
                "undone"
            ).format(level=level), why_no_level),
            (self._ui.fitButton, _("Fit the box of {level} to the disc again").format(level=level), why_no_level),
            (self._ui.resetButton, _("Put the box of {level} back to where it was found").format(level=level),
             why_no_level),
        ):  # fmt: skip
            button.enabled = not (busy or why)
            button.toolTip = busy or why or tip
        self._ui.marginSlider.enabled = not busy

    def add(self) -> None:
        """Add a disc at the crosshair."""
        place = [0.0, 0.0, 0.0]
        crosshair = self._scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        if crosshair is not None:
            place = list(crosshair.GetCrosshairRAS())
        self._attempt(
            _("No disc can be added here."), lambda: self._logic.readings.add_disc(place, study=self._chosen()[0])
        )

    def delete(self) -> None:
        """Delete the chosen disc."""
        self._with_level(
            _("The disc cannot be deleted."), lambda level, study: self._logic.readings.apply(DeleteDisc(level), study)
        )

    def fit(self) -> None:
        """Fit the chosen box to its disc again."""
        self._with_level(_("The box cannot be fitted."), self._logic.readings.fit_box)

    def reset(self) -> None:
        """Put the chosen box back to where it was found."""
        self._with_level(
            _("The box cannot be reset."), lambda level, study: self._logic.readings.apply(ResetBox(level), study)
        )

    def show_margin(self, margin_mm: float) -> None:
        """The margin that the boxes have, so that only another one is applied."""
        self._margin = margin_mm

    @property
    def dragging(self) -> bool:
        """Whether the slider is held."""
        return self._dragged

    def set_margin(self, margin_mm: float, dragging: bool) -> None:
        """Give every box this margin at once; ``dragging`` while the slider is held."""
        study = self._chosen()[0]
        if self._margin is None or study is None:
            return
        if abs(margin_mm - self._margin) > 1e-6 or (self._dragged and not dragging):
            self._margin, self._dragged = margin_mm, dragging
            if not self._found():
                return
            self._attempt(
                _("The margin cannot be changed."),
                lambda: self._logic.readings.apply(SetMargin(margin_mm, dragging), study),
            )

    def _with_level(self, failed: str, act: Callable[[str, str], object]) -> None:
        study, level = self._chosen()
        if level:
            self._attempt(failed, lambda: act(level, study))
