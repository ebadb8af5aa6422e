"""Ties widgets to the module's parameter node so that they can be parted again without a trace."""

PARAMETER_PROPERTY = "SlicerParameterName"
"""The property of a widget that names its parameter; `DiscGrader.ui` sets it."""


class ParameterTie:
    """The widgets that name a parameter, following a parameter node until they are let go of.

    Slicer 5.10's ``connectGui`` gives no tag, without which ``disconnectGui`` does nothing, and with one it leaves an
    observer at the node, which keeps the wrapper and calls it with every change from then on.

    Parameters
    ----------
    parameters : DiscGraderParameterNode
    ui : namespace
        The widgets by name.
    """

    def __init__(self, parameters, ui):
        self._parameters, self._observers = parameters, []
        named = ((widget.property(PARAMETER_PROPERTY), widget) for widget in vars(ui).values())
        widgets = {name: widget for name, widget in named if name}
        observe = parameters.AddObserver

        def remember(*arguments):
            self._observers.append(observe(*arguments))
            return self._observers[-1]

        # For a moment this hides the method of the class, so that what the wrapper observes is known.
        parameters.AddObserver = remember
        try:
            self._tag = parameters.connectParametersToGui(widgets)
        finally:
            del parameters.AddObserver

    def undo(self) -> None:
        """Let widgets and parameter node go their own ways."""
        self._parameters.disconnectGui(self._tag)
        for tag in self._observers:
            self._parameters.RemoveObserver(tag)
        self._observers.clear()
