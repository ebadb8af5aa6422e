"""Says what is not installed, and has it installed."""

from collections.abc import Callable
from importlib.util import find_spec

from slicer.i18n import tr as _

NEEDED = {"torch": "PyTorch", "safetensors": "safetensors", "pywt": "PyWavelets", "cc3d": "connected-components-3d"}
"""What grading needs: the names of modules, and what people call them."""


def missing_packages(find: Callable[[str], object] = find_spec) -> tuple[str, ...]:
    """What of it is not installed, as people call it; nothing is imported."""
    return tuple(title for name, title in NEEDED.items() if find(name) is None)


class InstallHint:
    """Shown only while something is missing.

    Parameters
    ----------
    ui : namespace
        With ``installPanel``, ``installLabel`` and ``installButton``.
    install : callable()
        Asks the user and installs.
    missing : callable() -> tuple of str
    """

    def __init__(self, ui, install: Callable[[], object], missing: Callable[[], tuple[str, ...]] = missing_packages):
        self._ui, self.missing = ui, missing
        ui.installButton.connect("clicked(bool)", lambda: install())
        self.show()

    def show(self) -> None:
        """Look again."""
        missing = self.missing()
        self._ui.installPanel.visible = bool(missing)
        self._ui.installLabel.text = _(
            "{packages} not installed. Finding and grading need it; what is in the scene can be shown, edited and "
            "exported without."
        ).format(packages=", ".join(missing))
