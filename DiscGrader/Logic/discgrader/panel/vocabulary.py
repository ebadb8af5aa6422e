"""What the package words in English, in the user's language: systems, tasks, scales, measures and stages."""

from slicer.i18n import translate

CONTEXT = "discgrader.vocabulary"


def in_language(words: str) -> str:
    """The words as the language's catalog has them; as they are where it has not."""
    return translate(CONTEXT, words) if words else words
