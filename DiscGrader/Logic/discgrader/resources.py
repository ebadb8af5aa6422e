"""Where the files lie that come with the code: scales, packs, icons."""

from pathlib import Path

from discgrader.errors import DiscGraderError

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
        f"The folder Resources of DiscGrader is neither in {PACKAGE} nor in {PACKAGE.parents[1]}; "
        "install DiscGrader anew."
    )
