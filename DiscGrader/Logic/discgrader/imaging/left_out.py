"""What of a study was not read or not used, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LISTED = 3
"""As many file names as fit one line."""


@dataclass(frozen=True)
class LeftOut:
    """A series, or files, that a study was given with and that nothing is graded from.

    Parameters
    ----------
    name : str
        The series' name, or names of files.
    reason : str
        Why, in words that follow a colon.
    """

    name: str
    reason: str

    @property
    def sentence(self) -> str:
        """Both as one sentence."""
        return f"Left out: {self.name}: {self.reason}."


def listed(paths: Sequence[Path], series: str = "") -> str:
    """Some files by their names, after the series' name where it is known."""
    names = ", ".join(path.name for path in paths[:_LISTED])
    if len(paths) > _LISTED:
        names = f"{names} and {len(paths) - _LISTED} more"
    files = f"{len(paths)} file{'' if len(paths) == 1 else 's'}"
    return f"{files} of {series} ({names})" if series else f"{files} ({names})" if len(paths) > 1 else names
