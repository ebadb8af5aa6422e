"""Each room of the package imports only rooms above it; only those that may know Slicer, Qt or the terminal do.
What must stand in one place stands there only.
"""

import ast
import graphlib
import re
from pathlib import Path

import pytest
from conftest import LONG
from places import LOGIC, TESTING

PACKAGE = LOGIC / "discgrader"
ROOMS = (
    "plain_names",
    "errors",
    "checked",
    "progress",
    "folders",
    "sentences",
    "resources",
    "jobs",
    "imaging",
    "packs",
    "localize",
    "radiomics",
    "explain",
    "canal",
    "grading",
    "reading",
    "report",
    "pipeline",
    "phantom",
    "clinical_text",
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
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
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
    if parts[0] != "clinical_text":
        assert not roots & {"spacy", "negspacy", "rapidfuzz"}, "only what reads reports needs their libraries"
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


def code(*but: str) -> dict[str, str]:
    """The text of every module of the package, but for some."""
    names = {path.relative_to(PACKAGE).as_posix(): path for path in MODULES}
    return {name: path.read_text(encoding="utf-8") for name, path in names.items() if name not in but}


BARE_LABEL = re.compile(
    r"\b20[01] \+|[+-] 20[01]\b|\b_DISC = \d|DISC_LABEL = \d|\b1, 100\b|"
    r"\b(?:labels?|mask|segmentation|spine)(?:\.array)? ?(?:==|[<>]=?) ?(?:1(?! \+)|100|20[01])\b"
)
"""Such as ``200 + index``, ``labels == 100`` and ``mask.array > 200``."""


def test_values_of_segmentations_have_names():
    found = {
        f"{name}: {hit[0]}" for name, text in code("localize/labels.py").items() for hit in BARE_LABEL.finditer(text)
    }
    assert not found, "give them their names in discgrader.localize.labels"


MARGIN = re.compile(r"2 \* (?:\w+\.)?\w*margin|\b(?:8\.0, 12\.0|MARGIN_RANGE_MM = )|8 ?[-–] ?12 mm")
"""A margin that is added or taken away, and the range that it may have."""


def test_the_margin_rule_stands_in_one_place():
    assert not [name for name, text in code("localize/margin.py").items() if MARGIN.search(text)]


def own_names(tree: ast.AST) -> set[str]:
    """Names that a file gives itself: of its functions, classes, variables, and of what its objects keep."""
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    kept = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return names | {node.attr for node in kept if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")}


def reached_into(tree: ast.AST) -> set[str]:
    """Names that a file imports, reads, or replaces in other objects than its own."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os")
        ):
            names.add(node.attr)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("getattr", "setattr", "delattr")):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            names |= {text.rpartition(".")[2] for text in texts}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize("path", sorted(TESTING.rglob("*.py")), ids=lambda path: path.relative_to(TESTING).as_posix())
def test_no_test_reaches_into_privates(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not reached_into(tree) - own_names(tree), "assert on what is public, or give it a public name"


def test_files_that_are_called_slow_are_there():
    names = {path.stem for path in TESTING.rglob("test_*.py")}
    assert len(set(LONG)) == len(LONG) and set(LONG) <= names


def test_files_that_the_makefile_names_are_there():
    makefile = (TESTING.parent / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"TESTS_510 \?= \$\(foreach test,(.*?),Testing/", makefile, re.DOTALL)
    named = [Path(name) for name in listed[1].replace("\\", " ").split()]
    assert len(named) > 20
    assert [name for name in named if not (TESTING / name.parent / f"test_{name.name}.py").is_file()] == []
