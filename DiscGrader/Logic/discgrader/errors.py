"""The one family of errors that a user of DiscGrader meets.

Each message is one plain sentence that names the file or series and says what to do.
"""

from discgrader.plain_names import printable

_LONGEST = 1500
"""Characters of a message; a damaged file may name a value of thousands."""


def _shortened(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 400]} … {plain[-300:]}"


class DiscGraderError(Exception):
    """Base of every error that is meant for the user rather than for a developer.

    Its message can be printed and saved, also where it names a file whose name is not UTF-8.
    """

    def __init__(self, *values: object) -> None:
        super().__init__(*(_shortened(value) if isinstance(value, str) else value for value in values))


class StudyError(DiscGraderError):
    """The study cannot be read or cannot be graded."""


class PackError(DiscGraderError):
    """A model pack is missing, altered, unsafe, or made for another version."""


class OutputError(DiscGraderError):
    """The results cannot be written where they were asked for."""


class UsageError(DiscGraderError):
    """The caller asked for something that does not exist, such as an unknown level or system."""


class Cancelled(DiscGraderError):
    """The user stopped the work; nothing was written."""
