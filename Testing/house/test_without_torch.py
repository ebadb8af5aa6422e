"""What works where PyTorch is not installed, as in a Slicer that has just been set up, and what is said of the rest."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from places import SEARCHED

COMMAND = "import sys; from discgrader.cli.main import main; sys.exit(main(sys.argv[1:]))"
NOT_THERE = ("torch", "monai", "lightgbm", "sklearn")

Python = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Runs a script in a Python that cannot import PyTorch nor what comes with it, and neither can its workers."""
    hidden = tmp_path_factory.mktemp("hidden")
    for name in NOT_THERE:
        (hidden / f"{name}.py").write_text(f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')\n")
    paths = os.pathsep.join(map(str, [hidden, SEARCHED]))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}

    def run(script: str, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
        )

    return run


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, python: Python) -> Path:
    folder = tmp_path_factory.mktemp("without") / "phantom"
    done = python(COMMAND, "phantom", "-o", folder, "--seed", 3, "--series", "T2")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_study_is_read_without_torch(study: Path, python: Python) -> None:
    done = python(
        "import sys; from discgrader.imaging.study_reader import read_study; "
        "print([series.role for series in read_study(sys.argv[1]).series])",
        study,
    )
    assert done.stdout.strip() == "['T2']", done.stderr


def test_packs_are_listed_and_checked_without_torch(python: Python) -> None:
    done = python(COMMAND, "packs", "list")
    assert done.returncode == 0 and "localizer-unet" in done.stdout, done.stderr
    assert python(COMMAND, "packs", "check").returncode == 0


def test_a_report_is_written_without_torch(tmp_path: Path, python: Python) -> None:
    script = (
        "import sys; from pathlib import Path; from synthetic_result import synthetic_result; "
        "from discgrader.pipeline.output import write_output; from discgrader.pipeline.output import default_writers; "
        "write_output(synthetic_result(), Path(sys.argv[1]), default_writers())"
    )
    done = python(script, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {"grades.json", "grades.csv", "report.html", "segmentation.nii.gz"} <= set(os.listdir(tmp_path / "out"))


def test_a_scene_is_filled_without_torch(python: Python) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    script = (
        "import sys; from synthetic_result import synthetic_result; from discgrader.mrml.headless import "
        "headless_scene; from discgrader.mrml.scene import populate_scene; "
        "print(len(populate_scene(headless_scene().scene, synthetic_result()).rois))"
    )
    done = python(script)
    assert done.returncode == 0 and int(done.stdout.split()[-1]) == 5, done.stderr


@pytest.mark.parametrize("command", ["grade", "crops", "batch"])
def test_grading_says_what_is_missing_and_how_to_get_it(
    command: str, study: Path, tmp_path: Path, python: Python
) -> None:
    done = python(COMMAND, command, study.parent if command == "batch" else study, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "PyTorch" in done.stderr and "pip install torch" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("discgrader: ")
    assert not list(tmp_path.glob("out/*/grades.json")) and not (tmp_path / "out" / "grades.json").exists()


def test_a_recipe_that_lacks_a_package_names_it(tmp_path: Path, python: Python) -> None:
    done = python(COMMAND, "train", "pfirrmann-radiomics", "--data", tmp_path, "-o", tmp_path / "out")
    assert done.returncode == 2 and "extra 'train'" in done.stderr and done.stderr.count("\n") == 1, done.stderr
