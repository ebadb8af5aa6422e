"""What all tests share: where the real data lies, and a skip where it does not; windows without a screen."""

import os
from pathlib import Path

import desk  # noqa: F401  decides how PySide6 gives its enums, before any test imports it
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data beside the project; skips where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"real data not found at {DATA.relative_to(DATA.parents[2])} beside the project")
    return DATA
