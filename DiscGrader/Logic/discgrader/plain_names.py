"""Names of files and folders that are not UTF-8, as unzipping on another system leaves them.

Python keeps such bytes as lone surrogates, which nothing can print or save, and which end ITK's process.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WINDOWS = "cp1252"


def printable(text: str) -> str:
    """The text with bytes that are not UTF-8 read as Western European Windows writes them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(_character(character) for character in text)
    return text


def _character(character: str) -> str:
    """What a character stands for: a lone surrogate for a byte, or for nothing that is known."""
    if "\udc80" <= character <= "\udcff":
        return bytes([ord(character) - 0xDC00]).decode(_WINDOWS, "replace")
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= character <= "\udfff" else character


def is_plain(path: Path) -> bool:
    """Whether a path is UTF-8, so that libraries that are not Python's can open it."""
    return printable(str(path)) == str(path)


@contextmanager
def plainly_named(path: Path, ending: str) -> Iterator[Path]:
    """The same file under a name that every library can open: itself, or a link in a temporary folder.

    The files beside it are there, too, since a header may name one of them as the place of its voxels.

    Parameters
    ----------
    path : Path
    ending : str
        What the name must end in.
    """
    if is_plain(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="discgrader-") as folder:
        for beside in path.parent.iterdir():
            if beside.is_file():
                _link(beside, Path(folder) / beside.name)
        named = Path(folder) / f"picture{ending}"
        _link(path, named)
        yield named


def _link(path: Path, link: Path) -> None:
    try:
        os.symlink(path.absolute(), link)
    except OSError:
        shutil.copyfile(path, link)
