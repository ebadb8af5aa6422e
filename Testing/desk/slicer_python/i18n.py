"""``slicer.i18n``: texts in the user's language, looked up by the file that they stand in."""

import inspect
import os
import re
import types

from PySide6 import QtCore

_FIELD = re.compile(r"(?<!\{)\{([^{}]*)\}(?!\})")


def translate(context: str, text: str) -> str:
    """The text as the installed translators have it for a context; the text itself where they have none."""
    if not isinstance(text, str):
        raise TypeError(f"Only a text can be translated, not a {type(text).__name__}")
    found = QtCore.QCoreApplication.translate(context, text)
    return found if set(_FIELD.findall(found)) == set(_FIELD.findall(text)) else text


def getContext(sourceFile: str) -> str:
    """The name under which a file's texts are translated: the file's, after its package's where it is in one."""
    folder, name = os.path.split(sourceFile)
    name = name.removesuffix(".py")
    in_package = os.path.isfile(os.path.join(folder, "__init__.py"))
    return f"{os.path.basename(folder)}.{name}" if in_package else name


def tr(text: str) -> str:
    """The text in the user's language; modules import it as ``_``."""
    return translate(getContext(inspect.currentframe().f_back.f_code.co_filename), text)


def i18n_module() -> types.ModuleType:
    """A new module ``slicer.i18n``."""
    module = types.ModuleType("slicer.i18n")
    module.tr, module.translate, module.getContext = tr, translate, getContext
    return module
