"""HTML and SVG elements whose text is always escaped."""

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"br", "img", "meta"})


class Html(str):
    """Markup that is ready; any other text is escaped when it is put into an element."""

    __slots__ = ()


def tag(element: str, /, *children: object, **attributes: object) -> Html:
    """An element.

    Parameters
    ----------
    element : str
        Its name.
    *children
        Elements, texts, numbers, or iterables of these; None is left out.
    **attributes
        A trailing underscore is dropped (``class_``), other underscores become hyphens; None and False are left out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if element in _VOID:
        return Html(f"<{element}{written}>")
    return Html(f"<{element}{written}>{join(*children)}</{element}>")


def join(*children: object) -> Html:
    """Children one after the other, as in `tag`, without an element around them."""
    return Html("".join(_content(child) for child in children))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'


def _content(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str) or not isinstance(child, Iterable):
        return escape(str(child), quote=False)
    return join(*child)
