"""Where the files lie that come with the code, such as systems, scales and packs, and those that a site adds."""

import os
from pathlib import Path

from discgrader.errors import DiscGraderError, UsageError

ADDED = "DISCGRADER_RESOURCES"
"""Environment variable with folders that are laid out as ``Resources`` is, separated as those of ``PATH``."""

PACKAGE = Path(__file__).resolve().parent
"""The folder of the package."""


def resources_dir() -> Path:
    """The folder ``Resources``, with ``Scales`` and ``Packs`` in it.

    In the source tree and in Slicer it lies beside ``Logic``, in an installed package inside the package itself.

    Raises
    ------
    DiscGraderError
        When neither is there.
    """
    for folder in (PACKAGE / "Resources", PACKAGE.parents[1] / "Resources"):
        if (folder / "Scales").is_dir():
            return folder
    raise DiscGraderError(
        f"DiscGrader's folder Resources is neither in {PACKAGE} nor in {PACKAGE.parents[1]}; reinstall DiscGrader."
    )


def resource_folders(kind: str) -> list[Path]:
    """The folders with systems, scales or packs: that of ``Resources``, then those that a site adds.

    Parameters
    ----------
    kind : str
        ``Systems``, ``Scales`` or ``Packs``.
    """
    return [folder / kind for folder in (resources_dir(), *_added())]


def resource_files(kind: str) -> dict[str, Path]:
    """The JSON files of this kind by stem; one that a site adds takes the place of one that ships."""
    return {path.stem: path for folder in resource_folders(kind) for path in sorted(folder.glob("*.json"))}


def check_added_folders() -> None:
    """Say that a folder which a site adds is not there: its systems would be missed without a word.

    Raises
    ------
    UsageError
        Naming the folder.
    """
    for folder in _added():
        if not folder.is_dir():
            raise UsageError(f"{ADDED} names {folder}, which is not a folder.")


def _added() -> list[Path]:
    return [Path(folder).expanduser() for folder in os.environ.get(ADDED, "").split(os.pathsep) if folder]
