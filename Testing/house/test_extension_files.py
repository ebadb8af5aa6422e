"""The files that Slicer builds the extension from agree with each other and with the tree."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from places import ROOT

CATALOG_KEYS = {
    "$schema", "category", "scm_url", "scm_revision", "scm_type",
    "build_dependencies", "build_subdirectory", "dicom_support_rule", "enabled", "tier",
}  # fmt: skip


@pytest.fixture(scope="module")
def cmake() -> dict[str, str]:
    """The extension's meta-information from the top CMakeLists.txt, without the EXTENSION_ prefix."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return {name: value.strip('"') for name, value in re.findall(r'set\(EXTENSION_(\w+) (".*?"|\S+)\)', text)}


@pytest.fixture(scope="module")
def s4ext() -> dict[str, str]:
    lines = (ROOT / "DiscGrader.s4ext").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def catalog() -> dict:
    return json.loads((ROOT / "DiscGrader.json").read_text(encoding="utf-8"))


def shipped(module: Path, work: Path) -> dict[str, set[str]]:
    """What CMake hands to Slicer's macro for a module's folder: SCRIPTS and RESOURCES, relative to the folder."""
    (work / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(Extension NONE)\n"
        "function(slicerMacroBuildScriptedModule)\n"
        '  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})\n'
        '  file(WRITE ${CMAKE_BINARY_DIR}/SCRIPTS "${MODULE_SCRIPTS}")\n'
        '  file(WRITE ${CMAKE_BINARY_DIR}/RESOURCES "${MODULE_RESOURCES}")\n'
        "endfunction()\n"
        f'add_subdirectory("{module.as_posix()}" module)\n',
        encoding="utf-8",
    )
    command = ["cmake", "-G", "Unix Makefiles", "-S", str(work), "-B", str(work / "build")]
    subprocess.run(command, check=True, capture_output=True)
    return {
        name: set((work / "build" / name).read_text(encoding="utf-8").split(";")) for name in ("SCRIPTS", "RESOURCES")
    }


needs_cmake = pytest.mark.skipif(
    shutil.which("cmake") is None or shutil.which("make") is None, reason="CMake or make is not installed"
)


TRAINING = ("Logic/discgrader/training/", "Resources/Recipes/")
"""Packs are trained with the package from PyPI or its source, never inside Slicer."""


@needs_cmake
def test_every_tracked_file_of_the_module_ships_but_those_of_training(tmp_path):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "DiscGrader"], cwd=ROOT, check=True, capture_output=True, text=True)
    tracked = {name.removeprefix("DiscGrader/") for name in listed.stdout.split("\n") if name} - {"CMakeLists.txt"}
    assert all(any(name.startswith(folder) for name in tracked) for folder in TRAINING)
    wanted = {name for name in tracked if not name.startswith(TRAINING)}
    found = shipped(ROOT / "DiscGrader", tmp_path)
    assert {name for name in wanted if name.endswith(".py")} <= found["SCRIPTS"]
    assert {name for name in wanted if not name.endswith(".py")} <= found["RESOURCES"]
    every = found["SCRIPTS"] | found["RESOURCES"]
    assert not any("__pycache__" in name or name.endswith(".pyc") or name.startswith(TRAINING) for name in every)


@needs_cmake
@pytest.mark.parametrize(
    "command", [["train", "msu"], ["evaluate", "pfirrmann"], ["evaluate", "phantom"]], ids=" ".join
)
def test_what_is_shipped_says_that_training_is_not_part_of_it(command, tmp_path):
    (tmp_path / "work").mkdir()
    for name in shipped(ROOT / "DiscGrader", tmp_path / "work")["SCRIPTS"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "DiscGrader" / name, tmp_path / name)
    # As a build that was updated leaves it behind.
    (tmp_path / "Logic" / "discgrader" / "training" / "__pycache__").mkdir(parents=True)
    code = "import sys; from discgrader.cli.main import main; sys.exit(main(sys.argv[1:]))"
    said = subprocess.run(
        [sys.executable, "-c", code, *command, "--data", str(tmp_path), "-o", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "Logic")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 2 and not (tmp_path / "out").exists()
    assert said.stderr.count("\n") == 1
    assert "not part of the 3D Slicer extension" in said.stderr and 'pip install "discgrader[train]"' in said.stderr


@needs_cmake
def test_new_files_ship_and_what_python_and_editors_leave_behind_does_not(tmp_path):
    module = tmp_path / "DiscGrader"
    for file in (
        "DiscGrader.py",
        "Logic/discgrader/new.py",
        "Logic/discgrader/deep/er.py",
        "Logic/discgrader/training/new.py",
        "Logic/discgrader/training/new.json",
        "Logic/discgrader/a.json",
        "Logic/discgrader/__pycache__/new.cpython-312.pyc",
        "Resources/a name.json",
        "Resources/Recipes/new.json",
        "Resources/Packs/.swp",
        "Resources/Packs/one/pack.json",
    ):
        (module / file).parent.mkdir(parents=True, exist_ok=True)
        (module / file).write_text("")
    shutil.copy(ROOT / "DiscGrader" / "CMakeLists.txt", module)
    (tmp_path / "work").mkdir()
    assert shipped(module, tmp_path / "work") == {
        "SCRIPTS": {"DiscGrader.py", "Logic/discgrader/new.py", "Logic/discgrader/deep/er.py"},
        "RESOURCES": {"Logic/discgrader/a.json", "Resources/a name.json", "Resources/Packs/one/pack.json"},
    }


def test_descriptions_agree(cmake, s4ext, catalog):
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "project(DiscGrader)" in text
    for keyword, value in (
        ("homepage", cmake["HOMEPAGE"]),
        ("category", cmake["CATEGORY"]),
        ("contributors", cmake["CONTRIBUTORS"]),
        ("description", cmake["DESCRIPTION"]),
        ("iconurl", cmake["ICONURL"]),
        ("screenshoturls", cmake["SCREENSHOTURLS"]),
        ("depends", cmake["DEPENDS"]),
    ):
        assert s4ext[keyword] == value, keyword
    assert catalog["category"] == cmake["CATEGORY"]
    assert catalog["build_dependencies"] == s4ext["depends"].split()
    assert catalog["scm_url"] == s4ext["scmurl"]
    assert catalog["scm_revision"] == s4ext["scmrevision"]
    assert catalog["build_subdirectory"] == s4ext["build_subdirectory"]
    assert str(catalog["tier"]) == s4ext["tier"]
    assert catalog["scm_url"].removesuffix(".git") == cmake["HOMEPAGE"]
    assert cmake["ICONURL"].startswith(cmake["HOMEPAGE"])


def test_pictures_of_the_extension_manager_are_in_the_repository(cmake):
    for url in (cmake["ICONURL"], *cmake["SCREENSHOTURLS"].split()):
        start, path = url.split("/raw/main/")
        assert start == cmake["HOMEPAGE"]
        assert (ROOT / path).is_file(), path


def test_catalog_entry_fits_the_schema_of_the_extension_index(catalog):
    # slicer-extension-catalog-entry-schema-v1.0.2: these are required, and nothing but CATALOG_KEYS is allowed.
    assert catalog["$schema"].endswith("/slicer-extension-catalog-entry-schema-v1.0.2.json#")
    assert {"$schema", "category", "scm_url"} <= set(catalog) <= CATALOG_KEYS
    assert isinstance(catalog["tier"], int) and 1 <= catalog["tier"] <= 5
    assert catalog["scm_type"] in ("git", "local")


def test_license_is_apache(cmake):
    assert "LICENSE.txt" in cmake["LICENSE_FILE"]
    assert "Apache License" in (ROOT / "LICENSE.txt").read_text(encoding="utf-8")
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_icon_has_the_size_that_the_extension_manager_wants():
    data = (ROOT / "DiscGrader" / "Resources" / "Icons" / "DiscGrader.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (128, 128)


def test_module_requirements_are_among_those_of_the_package():
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = (ROOT / "DiscGrader" / "Resources" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = {line for line in lines if line and not line.startswith("#")}
    grading = {"torch", "safetensors"}
    radiomics = {"PyWavelets", "connected-components-3d"}
    assert {re.match(r"[\w-]+", one)[0] for one in asked} == grading | radiomics
    assert asked <= set(package)


def test_slicers_own_test_run_includes_the_self_test():
    text = (ROOT / "DiscGrader" / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "WITH_GENERIC_TESTS" in text and "slicer_add_python_unittest(SCRIPT ${MODULE_NAME}.py)" in text
    workflow = (ROOT / ".github" / "workflows" / "slicer.yml").read_text(encoding="utf-8")
    assert "runUnitTest(['$PWD/DiscGrader'], 'DiscGrader')" in workflow
