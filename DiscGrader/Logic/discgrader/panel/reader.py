"""The reader's name, remembered from one session to the next."""

import slicer

_SETTING = "DiscGrader/Reader"


class ReaderName:
    """Offers the name that was used last at this computer, and remembers another one as soon as it is given."""

    def __init__(self) -> None:
        self._settings = slicer.app.userSettings()

    @property
    def remembered(self) -> str:
        """The name that was used last; empty where there is none."""
        return str(self._settings.value(_SETTING) or "")

    def offer(self, parameters) -> None:
        """Have a scene that comes to the front be read by whoever reads here, not by who read it last elsewhere."""
        name = self.remembered
        if name and parameters.reader != name:
            parameters.reader = name

    def keep(self, name: str) -> None:
        """Remember a name."""
        if name != self.remembered:
            self._settings.setValue(_SETTING, name)
