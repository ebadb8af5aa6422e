"""The files that Slicer builds the extension from agree with each other and with the tree."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from list_shipped_files import RESOURCES, SCRIPTS, files_in_tree, files_listed, write

ROOT = Path(__file__).resolve().parents[1]
CATALOG_KEYS = {
    "$schema", "category", "scm_url", "scm_revision", "scm_type",
    "build_dependencies", "build_subdirectory", "enabled", "tier",
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


def test_every_file_that_must_ship_is_listed():
    assert files_listed() == files_in_tree(), "run python Testing/list_shipped_files.py"


def test_every_listed_file_exists():
    missing = [one for files in files_listed().values() for one in files if not (ROOT / "DiscGrader" / one).is_file()]
    assert not missing


def test_lists_hold_what_the_module_cannot_do_without():
    listed = files_listed()
    assert {"DiscGrader.py", "Logic/discgrader/__init__.py", "Logic/discgrader/mrml/nodes.py"} <= set(listed[SCRIPTS])
    assert {"Resources/Icons/DiscGrader.png", "Resources/requirements.txt", "Resources/UI/DiscGrader.ui"} <= set(
        listed[RESOURCES]
    )


def test_a_new_file_makes_the_list_out_of_date_until_it_is_rewritten(tmp_path):
    module = tmp_path / "DiscGrader"
    (module / "Logic" / "discgrader" / "__pycache__").mkdir(parents=True)
    (module / "Resources").mkdir()
    (module / "CMakeLists.txt").write_text(f"set({SCRIPTS}\n  )\nset({RESOURCES}\n  )\n", encoding="utf-8")
    (module / "DiscGrader.py").write_text("")
    (module / "Logic" / "discgrader" / "new.py").write_text("")
    (module / "Logic" / "discgrader" / "__pycache__" / "new.cpython-311.pyc").write_bytes(b"")
    (module / "Resources" / "a name.json").write_text("{}")
    assert files_listed(module) != files_in_tree(module)
    assert write(module)
    assert files_listed(module) == {
        SCRIPTS: ["DiscGrader.py", "Logic/discgrader/new.py"],
        RESOURCES: ["Resources/a name.json"],
    }
    assert not write(module)


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
    # slicer-extension-catalog-entry-schema-v1.0.1: these are required, and nothing but CATALOG_KEYS is allowed.
    assert {"$schema", "category", "scm_url"} <= set(catalog) <= CATALOG_KEYS
    assert catalog["tier"] in (1, 3, 5)
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
    grading = {"torch", "safetensors", "lightgbm"}
    radiomics = {"PyWavelets", "connected-components-3d"}
    assert {re.match(r"[\w-]+", one)[0] for one in asked} == grading | radiomics
    assert asked <= set(package)


def test_slicers_own_test_run_includes_the_self_test():
    text = (ROOT / "DiscGrader" / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "WITH_GENERIC_TESTS" in text and "slicer_add_python_unittest(SCRIPT ${MODULE_NAME}.py)" in text
    workflow = (ROOT / ".github" / "workflows" / "slicer.yml").read_text(encoding="utf-8")
    assert "runUnitTest(['$PWD/DiscGrader'], 'DiscGrader')" in workflow
