"""``slicer.i18n``, ``slicer.packaging`` and ``SampleData``."""

import inspect
import os
import re
import types
from importlib import metadata
from pathlib import Path

import slicer
from packaging.requirements import Requirement
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


def load_requirements(path) -> list[Requirement]:
    """The requirements in a file; comments, empty lines and options of pip are passed over."""
    lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pip_check(req) -> bool:
    """Whether a requirement, or each of a list, is met. A plain text is refused, as Slicer refuses it."""
    if isinstance(req, list):
        return all(pip_check(one) for one in req)
    if not isinstance(req, Requirement):
        raise TypeError(f"pip_check takes a packaging.requirements.Requirement, not a {type(req).__name__}")
    if req.marker is not None and not req.marker.evaluate():
        return True
    try:
        return req.specifier.contains(metadata.version(req.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def pip_ensure(
    requirements, constraints=None, skip_packages=None, prompt_install=True, prompt_restart=True, requester=None,
    skip_in_testing=True, show_progress=True,
):  # fmt: skip
    """Raise RuntimeError where a requirement is not met, as Slicer does when the user declines to install it."""
    missing = [str(requirement) for requirement in requirements if not pip_check(requirement)]
    if missing:
        raise RuntimeError(f"The desk installs nothing itself; install {', '.join(missing)} into its environment.")


def packaging_module() -> types.ModuleType:
    """A new module ``slicer.packaging``."""
    module = types.ModuleType("slicer.packaging")
    module.load_requirements, module.pip_check, module.pip_ensure = load_requirements, pip_check, pip_ensure
    return module


class SampleDataSource:
    """A data set that somebody offers."""

    def __init__(
        self, sampleName=None, sampleDescription=None, uris=None, fileNames=None, nodeNames=None, checksums=None,
        loadFiles=None, customDownloader=None, thumbnailFileName=None, loadFileType=None, loadFileProperties=None,
    ):  # fmt: skip
        given = [[one] if isinstance(uris, str) else one for one in (uris, fileNames)]
        if len(given[0]) != len(given[1]):
            raise ValueError("All fields of sample data source must have the same length")
        self.sampleName, self.sampleDescription = sampleName, sampleDescription or sampleName
        self.uris, self.fileNames = given
        self.customDownloader, self.thumbnailFileName = customDownloader, thumbnailFileName


class SampleDataLogic:
    """Keeps what is registered in ``slicer.modules.sampleDataSources``, as Slicer does."""

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom", sampleName=None, uris=None, fileNames=None, nodeNames=None, customDownloader=None,
        thumbnailFileName=None, loadFileType="VolumeFile", loadFiles=None, loadFileProperties={}, checksums=None,
    ):  # fmt: skip
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}
        source = SampleDataSource(
            sampleName, None, uris, fileNames, nodeNames, checksums, loadFiles, customDownloader, thumbnailFileName
        )
        slicer.modules.sampleDataSources.setdefault(category, []).append(source)


def sample_data_module() -> types.ModuleType:
    """A new module ``SampleData``."""
    module = types.ModuleType("SampleData")
    module.SampleDataSource, module.SampleDataLogic = SampleDataSource, SampleDataLogic
    return module
