"""``slicer.packaging``: whether the packages that a module needs are there. The desk installs none."""

import types
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


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
    missing = [str(one) for one in requirements if not pip_check(one)]
    if missing:
        raise RuntimeError(f"The desk installs nothing itself; install {', '.join(missing)} into its environment.")


def packaging_module() -> types.ModuleType:
    """A new module ``slicer.packaging``."""
    module = types.ModuleType("slicer.packaging")
    module.load_requirements, module.pip_check, module.pip_ensure = load_requirements, pip_check, pip_ensure
    return module
