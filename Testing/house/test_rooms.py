"""Each room of the package imports only rooms above it; only those that may know Slicer, Qt or the terminal do."""

import ast
import graphlib
from pathlib import Path

import pytest
from places import LOGIC

PACKAGE = LOGIC / "discgrader"
ROOMS = (
    "plain_names",
    "errors",
    "checked",
    "progress",
    "folders",
    "resources",
    "jobs",
    "imaging",
    "packs",
    "localize",
    "radiomics",
    "grading",
    "explain",
    "reading",
    "report",
    "pipeline",
    "phantom",
    "training",
    "mrml",
    "panel",
    "cli",
)
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{one.name}" for one in node.names} | {node.module}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_room_looks_down(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    names = imported(path)
    if parts == ("__init__",):
        assert not any(name.startswith("discgrader") for name in names)
        return
    own = ROOMS.index(parts[0])
    for name in names:
        if name.startswith("discgrader.") and name.split(".")[1] in ROOMS:
            assert ROOMS.index(name.split(".")[1]) <= own, f"{parts[0]} imports {name}"
    roots = {name.split(".")[0] for name in names}
    if parts[0] not in ("mrml", "panel"):
        assert not roots & {"slicer", "vtk", "qt", "ctk"}
    if parts[0] != "training":
        assert "lightgbm" not in roots, "grading reads trees by itself; LightGBM can crash beside PyTorch on macOS"
    if parts[0] not in ("training", "cli"):
        assert not any(name.startswith("discgrader.training") for name in names), "the extension ships no training"
    if parts[0] != "cli":
        assert not roots & {"argparse", "tqdm"}


def test_no_modules_import_each_other_in_a_circle():
    """Neither when they are loaded, nor inside a function, nor for a type alone."""
    modules = {".".join(path.relative_to(LOGIC).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    graph = {}
    for path in MODULES:
        own = ".".join(path.relative_to(LOGIC).with_suffix("").parts).removesuffix(".__init__")
        named = imported(path) & modules
        # A module's package is not what is imported where a module of it is named.
        graph[own] = {name for name in named if not any(other.startswith(name + ".") for other in named)} - {own}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail("a circle: " + " imports ".join(reversed(error.args[1])))
