"""What decides a result besides study and packs: versions of libraries, and the device."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from discgrader import __version__
from discgrader.errors import UsageError
from discgrader.packs.networks import require_torch

_LIBRARIES = ("numpy", "scipy", "SimpleITK", "pydicom", "torch", "monai", "scikit-learn")


@cache
def software_versions() -> Mapping[str, str]:
    """Versions of DiscGrader, Python and the libraries that decide a result."""
    versions = {"discgrader": __version__, "python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions


def check_device(device: str) -> None:
    """Raise `UsageError` where this computer has no such device, as PyTorch names it."""
    require_torch()
    import torch

    kind, _, number = device.partition(":")
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}.get(kind, 0)
    if not (number or "0").isdigit() or int(number or "0") >= count:
        raise UsageError(f"There is no device {device} on this computer; use cpu.")
