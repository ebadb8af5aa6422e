"""Standard output and error that may fail: on a full disk, into a pipe that nobody reads, or closed.

What is printed tells of results that lie in files. A command whose results are whole has done its work, whether or not
anybody could read what it said.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_READER_GONE = frozenset({errno.EPIPE, errno.EBADF})


class TolerantStream:
    """A stream that remembers its first failure instead of raising it, and writes nothing after that.

    Parameters
    ----------
    stream : TextIO or None
        None where the process was started with the stream closed.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.failure: Exception | None = None
        if stream is not None and hasattr(stream, "reconfigure"):
            # Names that are not text, or not of the terminal's encoding, are no reason to fail.
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write, or remember why that failed."""
        self._try(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Have the system take what was written, or remember why that failed."""
        self._try(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether a terminal shows it."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def discard_unwritten(self) -> None:
        """Let what could not be written go nowhere, so that Python does not try again when it ends."""
        if self.failure is None or self._stream is None:
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):
            return

    @property
    def has_reader(self) -> bool:
        """Whether somebody wanted to read what could not be written."""
        return self.failure is not None and getattr(self.failure, "errno", None) not in _READER_GONE

    def _try(self, write: Callable[[TextIO], object]) -> None:
        if self._stream is None or self.failure is not None:
            return
        try:
            write(self._stream)
        except (OSError, ValueError) as error:
            self.failure = error


@contextmanager
def tolerant_streams() -> Iterator[TolerantStream]:
    """Both streams of the process made patient; gives standard output."""
    before = sys.stdout, sys.stderr
    out, err = TolerantStream(sys.stdout), TolerantStream(sys.stderr)
    sys.stdout, sys.stderr = out, err
    try:
        yield out
    finally:
        for stream in (out, err):
            stream.flush()
            stream.discard_unwritten()
        sys.stdout, sys.stderr = before
