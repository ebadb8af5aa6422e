"""The Python that runs what is not to run in the window."""

import shutil
import sys


def python_executable() -> str:
    """PythonSlicer where there is one, else the Python of this process."""
    return shutil.which("PythonSlicer") or sys.executable
