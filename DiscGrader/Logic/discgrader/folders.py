"""Folders and files that appear whole or not at all."""

import errno
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from discgrader.errors import OutputError

MayReplace = Callable[[Path], bool]

SYSTEM_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What the systems of computers leave in folders by themselves."""

_unfinished: set[Path] = set()

_PARTIAL = ".partial-"
_OLD = ".old-"


@contextmanager
def atomic_folder(target: Path, *, may_replace: MayReplace | None = None) -> Iterator[Path]:
    """Give a temporary folder to fill that becomes ``target`` when the block ends without an error.

    The temporary folder lies beside ``target``, so that the last step is a rename on one disk. When the block ends
    with any exception, `KeyboardInterrupt` included, nothing is left behind and what was at ``target`` is untouched.
    What a killed process has left is removed by the next that writes to the same place.

    Parameters
    ----------
    target : Path
        Where the folder shall appear. Missing parents are made, and removed again after a failure.
    may_replace : callable(Path) -> bool, optional
        Whether the folder that is already at ``target`` and not empty may be replaced; it may raise an `OutputError`
        of its own to say why not. By default no folder is replaced.

    Raises
    ------
    OutputError
        When the folder cannot be made or replaced, or the disk is full or fails while the block writes.
    """
    target = _real(target)
    _check_replaceable(target, may_replace)
    made_parents = _make_parents(target)
    partial = None
    try:
        with as_output_errors(target):
            remove_leftovers(target)
            partial = _sibling(target, _PARTIAL)
            _unfinished.add(partial)
            yield partial
            _flush(partial)
            _check_replaceable(target, may_replace)
            _swap_in(partial, target)
            _unfinished.discard(partial)
    except BaseException as error:
        if partial is not None:
            _remove(partial)
            _unfinished.discard(partial)
        for parent in made_parents:
            _remove_if_empty(parent)
        if partial is not None and isinstance(error, OutputError):
            # Nobody knows the temporary folder, which is gone by now.
            raise OutputError(str(error).replace(str(partial), str(target))) from error
        raise


def check_folder(target: Path, *, may_replace: MayReplace | None = None) -> None:
    """Say before long work begins whether `atomic_folder` could write to ``target``.

    Raises
    ------
    OutputError
        As `atomic_folder` would.
    """
    target = _real(target)
    _check_replaceable(target, may_replace)
    made_parents = _make_parents(target)
    try:
        with as_output_errors(target):
            remove_leftovers(target)
            _remove(_sibling(target, _PARTIAL))
    finally:
        for parent in made_parents:
            _remove_if_empty(parent)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give the name of a temporary file to write that takes the place of ``path`` when the block ends without an error.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    partial = path.with_name(f".{path.name}{_PARTIAL}{_mark()}")
    with as_output_errors(path):
        try:
            yield partial
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


def remove_unfinished() -> None:
    """Remove the folders that this process is just filling, since it is about to end without a word to anybody."""
    for partial in tuple(_unfinished):
        _remove(partial)


def is_empty_folder(folder: Path) -> bool:
    """Whether ``folder`` is a folder with nothing in it."""
    return folder.is_dir() and next(folder.iterdir(), None) is None


def remove_leftovers(target: Path) -> None:
    """Remove what processes of this computer that were killed have left of ``target``."""
    if not target.parent.is_dir():
        return
    start = f".{target.name}{_PARTIAL}{platform.node()}-"
    for left in target.parent.iterdir():
        if left.name.startswith(start):
            process = left.name[len(start) :].split("-")[0]
            if process.isdigit() and not _is_alive(int(process)):
                _remove(left)


@contextmanager
def as_output_errors(target: Path) -> Iterator[None]:
    """Turn errors of the file system into an `OutputError` about ``target``."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"The disk is full while writing {target}; free some space and try again."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = f"{target} cannot be written: permission denied; choose another folder."
        else:
            message = f"{target} cannot be written ({error.strerror or error}); choose another folder."
        raise OutputError(message) from error


def _real(target: Path) -> Path:
    """The absolute path; behind a link, so that the rename does not put a folder in the place of the link."""
    target = Path(os.path.abspath(target))
    with as_output_errors(target):
        return target.resolve() if target.is_symlink() else target


def _check_replaceable(target: Path, may_replace: MayReplace | None) -> None:
    with as_output_errors(target):
        if not target.exists():
            return
        if not target.is_dir():
            raise OutputError(f"{target} is a file, not a folder; choose another place for the results.")
        if os.path.ismount(target):
            raise OutputError(f"{target} is the root of a disk or share; choose a folder inside it.")
        if is_empty_folder(target):
            return
        if may_replace is None or not may_replace(target):
            raise OutputError(f"{target} already contains other files; choose another folder or empty it.")


def _make_parents(target: Path) -> list[Path]:
    missing = []
    with as_output_errors(target):
        for parent in target.parents:
            if parent.exists():
                break
            missing.append(parent)
        target.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _mark() -> str:
    """Tells whose a temporary folder is: this computer's and this process's."""
    return f"{platform.node()}-{os.getpid()}-"


def _sibling(target: Path, kind: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}{kind}{_mark()}", dir=target.parent))
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    return folder


def _is_alive(process: int) -> bool:
    if os.name == "nt":
        # There signal 0 is Ctrl-C and would be delivered.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _flush(folder: Path) -> None:
    """Have the system put every file on the disk, so that a full or failing disk is noticed before the rename."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb+") as file:
                os.fsync(file.fileno())


def _swap_in(partial: Path, target: Path) -> None:
    if not target.exists():
        os.rename(partial, target)
        return
    old = _sibling(target, _OLD)
    kept = old / target.name
    try:
        os.rename(target, kept)
        os.rename(partial, target)
    finally:
        if kept.exists() and not target.exists():
            os.rename(kept, target)
        _remove(old)


def _remove(folder: Path) -> None:
    """Remove a folder even if the user, growing impatient, interrupts a second time."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    if is_empty_folder(folder):
        folder.rmdir()
