"""What a wheel holds: every file of the package that runs, data beside the code too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

LOGIC, RESOURCES = Path("DiscGrader/Logic"), Path("DiscGrader/Resources")


def tracked() -> list[Path]:
    """Files of the extension that git knows."""
    try:
        said = subprocess.run(["git", "ls-files", "-z", "DiscGrader"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no checkout of git")
    return [Path(name) for name in said.stdout.decode().split("\0") if name]


def installed_as(path: Path) -> Path | None:
    """Where the wheel has a file; None for what only Slicer needs."""
    if path.is_relative_to(LOGIC / "discgrader"):
        return path.relative_to(LOGIC)
    return Path("discgrader/Resources") / path.relative_to(RESOURCES) if path.is_relative_to(RESOURCES) else None


def test_the_wheel_holds_all_that_the_package_reads():
    pytest.importorskip("setuptools", minversion="77")
    # Only listed: building one would copy all weights.
    script = (
        "import json, setuptools\n"
        "from distutils.core import run_setup\n"
        "command = run_setup('setup.py', ['--quiet'], stop_after='init')\n"
        "command.parse_config_files()\n"
        "build = command.get_command_obj('build_py')\n"
        "build.ensure_finalized()\n"
        "build.build_lib = ''\n"
        "print(json.dumps(build.get_outputs(include_bytecode=0)))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    held = {Path(name.lstrip("/")) for name in json.loads(said.stdout.splitlines()[-1])}
    missing = {name for path in tracked() if (name := installed_as(path)) is not None} - held
    assert not missing
    assert Path("discgrader/training/spider_corrections.json") in held
