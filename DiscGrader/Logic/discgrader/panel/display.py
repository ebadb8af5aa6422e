"""How the views show the chosen grade: saliency, the axial view's plane, labels."""

from collections.abc import Callable

from discgrader.panel.grid import Key


class Display:
    """Brings the views to the chosen grade, and applies the switches and sliders at once.

    Parameters
    ----------
    logic : DiscGraderLogic
    parameters : callable() -> DiscGraderParameterNode or None
    study : callable() -> str or None
    chosen : callable() -> Key or None
    attempt : callable(callable)
        Does something; a line says where it does not work.
    """

    def __init__(self, logic, parameters, study, chosen: Callable[[], Key | None], attempt):
        self._logic, self._parameters, self._study = logic, parameters, study
        self._chosen, self._attempt = chosen, attempt
        self._applied: dict[str, object] = {}

    def show(self, key: Key, graded: bool) -> None:
        """Bring every view to a disc, and to its grade where it has one."""
        study = self._study()
        if graded:
            self._attempt(lambda: self._logic.showGrade(*key, study=study))
        else:
            self._attempt(lambda: self._logic.views.show_level(self._logic.readings.of(study), key[0]))
        self._applied.pop("axial", None)
        self.apply()

    def forget(self) -> None:
        """Apply everything anew the next time: another scene is shown."""
        self._applied.clear()

    def apply(self) -> None:
        """Have the views show what the switches say now."""
        parameters = self._parameters()
        if parameters is None or self._study() is None:
            return
        display, study, key = parameters.display, self._study(), self._chosen()
        saliency = display.saliency, display.saliencyOpacity, display.saliencyThreshold
        self._once("saliency", saliency, lambda: self._logic.views.set_saliency(*saliency))
        label = display.labelTask
        system, task = key[1:] if label == "chosen" and key else (*label.split("/"), "")[:2]
        labels = (display.labels, system, task)
        self._once("labels", labels, lambda: self._logic.labels.show(*labels))
        level = key[0] if key and display.axialInDiscPlane else None
        self._once("axial", level, lambda: self._turn(level, study))

    def _turn(self, level: str | None, study: str | None) -> None:
        self._logic.views.turn(None if level is None else self._logic.readings.node(level, study))

    def _once(self, what: str, value: object, act: Callable[[], object]) -> None:
        # The default is no value that anything could have.
        if self._applied.get(what, ...) != value:
            self._applied[what] = value
            self._attempt(act)
