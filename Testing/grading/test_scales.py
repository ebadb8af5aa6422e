"""Scales, tasks, and the folder that the scales come from."""

import itertools
import shutil
import subprocess
import sys

import numpy as np
import pytest
from discgrader.errors import DiscGraderError, UsageError
from discgrader.grading.scales import load_scale, scale_names
from discgrader.grading.systems import find_task, scale_of, systems
from discgrader.resources import resources_dir
from places import LOGIC, ROOT

# The tasks and grades as GRADING.md writes them in files.
EXPECTED = {
    "pfirrmann": {"pfirrmann": "12345", "high_grade": "01"},
    "spider": dict.fromkeys(
        ("bulging", "narrowing", "herniation", "spondylolisthesis", "upper_endplate", "lower_endplate"), "01"
    )
    | {"modic": "0123"},
    "calcification": {"calcification": "01"},
    "axial-multitask": dict.fromkeys(("herniation", "central_stenosis", "nerve_root"), "0123"),
    "msu": {"size": "0123", "zone": ("none", "A", "AB", "B", "C")},
    "deepspine": dict.fromkeys(("central_stenosis", "left_foraminal_stenosis", "right_foraminal_stenosis"), "0123")
    | dict.fromkeys(
        (
            "disc_bulge",
            "disc_osteophyte_complex",
            "left_facet_arthropathy",
            "right_facet_arthropathy",
            "ligamentum_flavum_thickening",
            "epidural_lipomatosis",
        ),
        "01",
    ),
    "measured-canal": {"central_stenosis": "0123"},
}

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
DARK_PANEL = (11 / 255, 15 / 255, 20 / 255)


def _linear(rgb) -> np.ndarray:
    rgb = np.asarray(rgb, float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _contrast(one, other) -> float:
    low, high = sorted(float(TO_XYZ[1] @ _linear(rgb)) for rgb in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_systems_and_tasks_are_those_of_the_contract():
    assert {name: [task.name for task in system.tasks] for name, system in systems().items()} == {
        name: list(tasks) for name, tasks in EXPECTED.items()
    }
    for system, tasks in EXPECTED.items():
        for task, values in tasks.items():
            assert scale_of(system, task).values == tuple(values), (system, task)
            assert find_task(system, task).name == task


def test_only_kinds_without_order_are_nominal():
    assert {name for name in scale_names() if not load_scale(name).ordinal} == {"modic", "msu_zone"}


def test_pfirrmann_is_labelled_in_roman_numerals():
    pfirrmann = load_scale("pfirrmann")
    assert pfirrmann.labels == ("I", "II", "III", "IV", "V")
    assert pfirrmann.label_of("4") == "IV"
    assert "2001;26(17):1873" in pfirrmann.sources[0]


@pytest.mark.parametrize("name", scale_names())
def test_scale_is_complete(name):
    scale = load_scale(name)
    assert scale.name == name
    assert scale.title and scale.sources and all(scale.sources)
    assert set(scale.planes) <= {"sagittal", "axial"} and scale.planes
    assert set(scale.contrasts) <= {"T1", "T2", "T2_SPACE"} and scale.contrasts
    assert len(set(scale.values)) == len(set(scale.labels)) == len(scale.grades) >= 2
    assert all(grade.meaning.endswith(".") for grade in scale.grades)


@pytest.mark.parametrize("name", scale_names())
def test_colors_can_be_told_apart_and_read(name):
    grades = load_scale(name).grades
    for grade in grades:
        assert _contrast(grade.rgb, DARK_PANEL) >= 4.5, f"{grade.label} is lost on a dark picture"
    for vision, matrix in VISION.items():
        for one, other in itertools.combinations(grades, 2):
            difference = np.linalg.norm(_lab(matrix @ _linear(one.rgb)) - _lab(matrix @ _linear(other.rgb)))
            assert difference > 20, f"{one.label} and {other.label} look alike with {vision}"


def test_what_does_not_exist_is_named():
    with pytest.raises(UsageError, match="no scale nonsense"):
        load_scale("nonsense")
    with pytest.raises(UsageError, match="no grade 6"):
        load_scale("pfirrmann").grade("6")
    with pytest.raises(UsageError, match="no system nonsense"):
        scale_of("nonsense", "pfirrmann")
    with pytest.raises(UsageError, match="no task bulging"):
        scale_of("pfirrmann", "bulging")


def test_missing_resources_are_said_plainly(monkeypatch, tmp_path):
    monkeypatch.setattr("discgrader.resources.PACKAGE", tmp_path / "Logic" / "discgrader")
    with pytest.raises(DiscGraderError, match="reinstall DiscGrader"):
        resources_dir()


def test_resources_are_found_beside_logic(monkeypatch, tmp_path):
    monkeypatch.setattr("discgrader.resources.PACKAGE", tmp_path / "Logic" / "discgrader")
    (tmp_path / "Resources" / "Scales").mkdir(parents=True)
    assert resources_dir() == tmp_path / "Resources"


def test_an_installed_package_brings_its_resources(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "LICENSE.txt", "README.md"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, source)
        else:
            (source / name).write_text("readme\n")
    ignore = shutil.ignore_patterns("*.safetensors", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "DiscGrader", source / "DiscGrader", ignore=ignore)
    pack = source / "DiscGrader" / "Resources" / "Packs" / "some-pack"
    pack.mkdir(parents=True)
    (pack / "weights.safetensors").write_bytes(b"weights")
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('.'))"
    built = subprocess.run([sys.executable, "-c", build], check=False, cwd=source, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    shutil.unpack_archive(source / built.stdout.split()[-1], site, "zip")
    show = (
        "from discgrader.grading.scales import load_scale; from discgrader.resources import resources_dir; "
        "print(load_scale('pfirrmann').label_of('4')); print(resources_dir())"
    )
    # -I keeps the source tree and the editable install of this environment out of sight
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(site)!r}); {show}"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["IV", str(site / "discgrader" / "Resources")], done.stderr
    assert (site / "discgrader" / "Resources" / "Packs" / "some-pack" / "weights.safetensors").is_file()
    rooms = {file.parent.relative_to(LOGIC) for file in LOGIC.rglob("__init__.py")}
    assert all((site / room / "__init__.py").is_file() for room in rooms)
    assert not (site / "Resources").exists(), "a folder of that name would be shared with other packages"
