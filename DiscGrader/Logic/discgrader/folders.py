"""Folders that appear whole or not at all."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from discgrader.errors import OutputError

_PARTIAL = ".partial-"
_OLD = ".old-"


@contextmanager
def whole_folder(target: Path, *, may_replace: Callable[[Path], bool] | None = None) -> Iterator[Path]:
    """Give a temporary folder to fill that becomes ``target`` when the block ends without an error.

    The temporary folder lies beside ``target``, so that the last step is a rename on one disk. When the block ends
    with any exception, `KeyboardInterrupt` included, nothing is left behind and what was at ``target`` is untouched.

    Parameters
    ----------
    target : Path
        Where the folder shall appear. Missing parents are made, and removed again after a failure.
    may_replace : callable(Path) -> bool, optional
        Whether the folder that is already at ``target`` and not empty may be replaced. By default it may not.

    Raises
    ------
    OutputError
        When the folder cannot be made or replaced, or the disk is full or fails while the block writes.
    """
    target = Path(os.path.abspath(target))
    if target.is_symlink():
        target = target.resolve()
    _check_replaceable(target, may_replace)
    made_parents = _make_parents(target)
    partial = None
    try:
        with _plain_errors(target):
            partial = Path(tempfile.mkdtemp(prefix=f".{target.name}{_PARTIAL}", dir=target.parent))
            partial.chmod(0o777 & ~_umask())
            yield partial
            _flush(partial)
            _check_replaceable(target, may_replace)
            _swap_in(partial, target)
    except BaseException:
        if partial is not None:
            _remove(partial)
        for parent in made_parents:
            _remove_if_empty(parent)
        raise


def is_empty_folder(folder: Path) -> bool:
    """Whether ``folder`` is a folder with nothing in it."""
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _check_replaceable(target: Path, may_replace: Callable[[Path], bool] | None) -> None:
    with _plain_errors(target):
        if not target.exists():
            return
        if not target.is_dir():
            raise OutputError(f"{target} is a file, not a folder; choose another place for the results.")
        if os.path.ismount(target):
            raise OutputError(f"{target} is the top of a disk or share; choose a folder inside it.")
        if is_empty_folder(target):
            return
    if may_replace is None or not may_replace(target):
        raise OutputError(f"{target} already holds other files; choose another folder or empty it.")


def _make_parents(target: Path) -> list[Path]:
    missing = []
    with _plain_errors(target):
        for parent in target.parents:
            if parent.exists():
                break
            missing.append(parent)
        target.parent.mkdir(parents=True, exist_ok=True)
    return missing


@contextmanager
def _plain_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"The disk is full while writing {target}; free some space and try again."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = f"{target} cannot be written, permission is denied; choose another folder."
        else:
            message = f"{target} cannot be written ({error.strerror or error}); choose another folder."
        raise OutputError(message) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}{_OLD}", dir=target.parent))
    try:
        os.rename(target, old / target.name)
        try:
            os.rename(partial, target)
        except BaseException:
            os.rename(old / target.name, target)
            raise
    finally:
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
