"""The module ``ctk``."""

import types

from desk.ctk_widgets import collapsible, inputs, sliders

WIDGETS = {
    name: value
    for part in (collapsible, inputs, sliders)
    for name, value in vars(part).items()
    if name.startswith("ctk")
}
"""Each widget that there is a stand-in for, by name."""


def ctk_module() -> types.ModuleType:
    """A new module ``ctk``."""
    module = types.ModuleType("ctk")
    vars(module).update(WIDGETS)
    return module
