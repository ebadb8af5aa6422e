"""What the commands that train and evaluate need beside the package that grades."""

from importlib.util import find_spec

from discgrader.errors import UsageError


def require_training(*libraries: str) -> None:
    """See that training is installed, and the libraries that a command needs for it.

    Raises
    ------
    UsageError
        Something is missing; the message says how to get it.
    """
    try:
        import discgrader.training.recipes  # noqa: F401
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("discgrader.training"):
            raise
        raise UsageError(
            "Training and evaluation are not part of the 3D Slicer extension; install the package in a "
            'Python environment of its own, with pip install "discgrader[train]".'
        ) from error
    for library in libraries:
        if find_spec(library) is None:
            raise missing_library(library)


def missing_library(name: str | None) -> UsageError:
    """The error that says which library is not installed."""
    return UsageError(f"The package {name} is not installed; install DiscGrader with its extra 'train'.")
