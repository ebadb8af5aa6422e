"""The labels in all slice views of a scene."""

from collections.abc import Callable, Iterable

from discgrader.mrml.label_actors import LabelActors, LabelView
from discgrader.mrml.labels import Label, labels_of
from discgrader.mrml.reading import SceneReading
from discgrader.mrml.view_settings import KeptSettings


class ViewLabels:
    """Draws level and grade beside each disc in slice views.

    Nothing of it is in the scene: saved scenes keep the settings, and labels come with the readings.

    Parameters
    ----------
    scene : vtkMRMLScene
    settings : KeptSettings
    views : callable() -> iterable of LabelView
        The slice views that there are now.
    """

    def __init__(self, scene, settings: KeptSettings, views: Callable[[], Iterable[LabelView]]) -> None:
        self._scene, self._settings, self._find = scene, settings, views
        self._readings: dict[str, SceneReading] = {}
        self._views: list[LabelActors] = []
        self._labels: tuple[Label, ...] = ()

    @property
    def views(self) -> tuple[LabelActors, ...]:
        """What is drawn into each view."""
        return tuple(self._views)

    def show(self, visible: bool | None, system: str | None, task: str | None) -> None:
        """Switch the labels on or off and choose whose grade they give; what is None stays.

        Raises
        ------
        UsageError
            When there is no such task.
        """
        self._settings.change(labels=visible, label_system=system, label_task=task)
        self.refresh()

    def follow(self, reading: SceneReading) -> None:
        """A reading has changed."""
        self._readings[reading.study] = reading
        self.refresh()

    def refresh(self) -> None:
        """Draw anew into the views that there are now."""
        settings = self._settings.now
        self._readings = {name: one for name, one in self._readings.items() if one.is_in_scene}
        self._labels = tuple(label for one in self._readings.values() for label in labels_of(one, settings))
        self._attach(list(self._find()) if self._labels else [])
        for reading in self._readings.values():
            for node in reading.discs.nodes():
                # A box's own name would stand in the middle of the disc.
                node.GetDisplayNode().SetPropertiesLabelVisibility(not self._views)
        for actors in self._views:
            actors.view.draw_soon()

    def close(self) -> None:
        """Take all labels out of the views."""
        self._readings.clear()
        self._labels = ()
        self._attach([])

    def _attach(self, views: list[LabelView]) -> None:
        kept = []
        for actors in self._views:
            if any(one.window is actors.view.window for one in views):
                kept.append(actors)
            else:
                actors.close()
        windows = [one.view.window for one in kept]
        new = [LabelActors(one, self._present) for one in views if one.window not in windows]
        self._views = kept + new

    def _present(self) -> list[Label]:
        return [one for one in self._labels if self._scene.IsNodePresent(one.node)]
