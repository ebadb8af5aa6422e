"""What grading needs of Python packages, and how Slicer is asked for what is missing.

Slicer from 5.12 on has ``slicer.packaging``, which asks, shows progress and offers a restart; before, there is only
``slicer.util.pip_install``, which does neither. Nothing here imports a package to see whether it is there.
"""

import importlib
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import slicer
from packaging.requirements import InvalidRequirement, Requirement
from slicer.i18n import tr as _

from discgrader.errors import UsageError

REQUESTER = "DiscGrader"
WHEELS_SETTING = "DiscGrader/WheelsFolder"
"""Setting of the application: a folder of wheels to install from, for computers that reach no package index."""

NEEDED = {"torch": "PyTorch", "safetensors": "safetensors", "pywt": "PyWavelets", "cc3d": "connected-components-3d"}
"""What grading needs: the names of modules, and what people call them."""

_logger = logging.getLogger("DiscGrader")


def python_executable() -> str:
    """PythonSlicer where there is one, else the Python of this process."""
    return shutil.which("PythonSlicer") or sys.executable


def missing_packages(find: Callable[[str], object] = find_spec) -> tuple[str, ...]:
    """What of it is not installed, as people call it; nothing is imported."""
    return tuple(title for name, title in NEEDED.items() if find(name) is None)


def read_requirements(path: Path) -> tuple[Requirement, ...]:
    """The requirements in a file; comments and empty lines are passed over.

    Raises
    ------
    UsageError
        When the file cannot be read or holds something else.
    """
    try:
        lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        return tuple(Requirement(line) for line in lines if line and not line.startswith("#"))
    except (OSError, InvalidRequirement) as error:
        raise UsageError(
            _("{path} cannot be read ({error}); reinstall DiscGrader.").format(path=path, error=error)
        ) from error


def is_met(requirement: Requirement) -> bool:
    """Whether a package of this name and a version that will do is installed."""
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def missing_requirements(path: Path) -> tuple[Requirement, ...]:
    """The requirements of a file that are not met."""
    importlib.invalidate_caches()
    return tuple(needed for needed in read_requirements(path) if not is_met(needed))


def ensure(path: Path) -> None:
    """Have what is missing of a file's requirements installed, if the user agrees.

    Where the setting `WHEELS_SETTING` names a folder, everything comes from there and nothing from the network.
    Otherwise PyTorch comes through the extension PyTorch where that is installed. In Slicer's own tests nothing is
    installed.

    Raises
    ------
    UsageError
        When the user does not agree, or something cannot be installed.
    """
    missing = missing_requirements(path)
    if not missing or slicer.app.testingEnabled():
        return
    try:
        wheels = slicer.app.userSettings().value(WHEELS_SETTING)
        if wheels:
            _from_folder(missing, Path(wheels))
        else:
            _from_index(_without_torch(missing))
    except subprocess.CalledProcessError as error:
        raise UsageError(
            _(
                "The packages could not be installed; the Python console says why. Behind a firewall, name a folder "
                "of wheels."
            )
        ) from error
    except RuntimeError as error:
        raise UsageError(
            _("Nothing was installed ({reason}); discs cannot be graded yet.").format(reason=error)
        ) from error
    left = missing_requirements(path)
    if left:
        raise UsageError(
            _("{packages} could not be installed; restart Slicer and try again.").format(packages=_listed(left))
        )


def _without_torch(missing: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Have PyTorch installed by its extension, which asks the user itself; what else is missing."""
    torch = next((requirement for requirement in missing if requirement.name == "torch"), None)
    if torch is None or not hasattr(slicer.modules, "pytorchutils"):
        return tuple(missing)
    import PyTorchUtils

    logic = PyTorchUtils.PyTorchUtilsLogic()
    if logic.installTorch(askConfirmation=True, torchVersionRequirement=str(torch.specifier)) is None:
        raise UsageError(_("PyTorch was not installed; discs cannot be found and graded without it."))
    return tuple(requirement for requirement in missing if requirement is not torch)


def _from_index(missing: Sequence[Requirement]) -> None:
    if not missing:
        return
    try:
        import slicer.packaging
    except ImportError:
        _install([str(requirement) for requirement in missing], missing)
        return
    slicer.packaging.pip_ensure(list(missing), requester=REQUESTER)


def _from_folder(missing: Sequence[Requirement], folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError(
            _("There is no folder of wheels at {folder}; correct the setting {setting}.").format(
                folder=folder, setting=WHEELS_SETTING
            )
        )
    _install(["--no-index", "--find-links", str(folder), *map(str, missing)], missing)


def _install(arguments: Sequence[str], missing: Sequence[Requirement]) -> None:
    """Ask, and install by pip with these arguments."""
    question = _(
        "DiscGrader needs Python packages that are not installed: {packages}.\n\nInstall them into Slicer's Python?"
    )
    if not slicer.util.confirmOkCancelDisplay(question.format(packages=_listed(missing)), REQUESTER):
        raise RuntimeError(_("the installation was declined"))
    _logger.info("Installing %s", _listed(missing))
    # As a list, in which a folder's name may have spaces.
    slicer.util.pip_install(list(arguments))


def _listed(requirements: Sequence[Requirement]) -> str:
    return ", ".join(map(str, requirements))
