"""Choices of a recipe that a user changes."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar

from discgrader.errors import UsageError

Recipe = TypeVar("Recipe")


def changed(recipe: Recipe, options: Mapping[str, object]) -> Recipe:
    """The recipe with some of its fields changed.

    Raises
    ------
    UsageError
        The recipe has no such field.
    """
    known = [one.name for one in fields(recipe)]
    for name in options:
        if name not in known:
            raise UsageError(f"This recipe has no choice {name}; it has {', '.join(known)}.")
    return replace(recipe, **options)
