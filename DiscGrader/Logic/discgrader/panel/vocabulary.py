"""What the package words in English, in the user's language: systems, tasks, scales, measures, reasons and stages."""

from slicer.i18n import tr as _
from slicer.i18n import translate

CONTEXT = "discgrader.vocabulary"


def in_language(words: str) -> str:
    """The words as the language's catalog has them; as they are where it has not."""
    return translate(CONTEXT, words) if words else words


def not_graded_text(reason: str) -> str:
    """That something could not be graded, and why: words as `DiscResult.not_graded` has them."""
    return _("Not graded: {reason}.").format(reason=in_language(reason))
