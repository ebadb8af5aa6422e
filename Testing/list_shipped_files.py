"""Writes the lists of files that ship into DiscGrader/CMakeLists.txt.

Slicer installs only the files named there. Run this after adding, moving or removing one:

    python Testing/list_shipped_files.py
"""

import re
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parents[1] / "DiscGrader"
SCRIPTS, RESOURCES = "MODULE_PYTHON_SCRIPTS", "MODULE_PYTHON_RESOURCES"


def _files(folder: Path) -> list[Path]:
    """Every file under the folder but hidden ones and what Python and pip leave behind."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return [
        path
        for path in found
        if not any(
            part.startswith(".") or part == "__pycache__" or part.endswith(".egg-info")
            for part in path.relative_to(folder).parts
        )
    ]


def files_in_tree(module: Path = MODULE) -> dict[str, list[str]]:
    """The files that must ship, from the tree, relative to the module's folder and sorted, by the list they go in."""
    code = [module / f"{module.name}.py", *_files(module / "Logic")]
    paths = {
        SCRIPTS: [path for path in code if path.suffix == ".py"],
        RESOURCES: [path for path in code if path.suffix != ".py"] + _files(module / "Resources"),
    }
    return {name: sorted(path.relative_to(module).as_posix() for path in found) for name, found in paths.items()}


def _pattern(name: str) -> re.Pattern:
    return re.compile(rf"(set\({name}\n)(.*?)(  \)\n)", re.DOTALL)


def files_listed(module: Path = MODULE) -> dict[str, list[str]]:
    """The files that DiscGrader/CMakeLists.txt names, by list, in its order."""
    text = (module / "CMakeLists.txt").read_text(encoding="utf-8")
    lists = {}
    for name in (SCRIPTS, RESOURCES):
        match = _pattern(name).search(text)
        if match is None:
            raise ValueError(f"{module / 'CMakeLists.txt'} has no list {name}")
        lists[name] = [line.strip().strip('"') for line in match[2].splitlines() if line.strip()]
    return lists


def write(module: Path = MODULE) -> bool:
    """Bring the lists up to date; whether that changed the file."""
    path = module / "CMakeLists.txt"
    before = text = path.read_text(encoding="utf-8")
    for name, files in files_in_tree(module).items():
        # Quotes, because a path with a space would be two entries of a CMake list.
        body = "".join(f'  "{one}"\n' if " " in one else f"  {one}\n" for one in files)
        text = _pattern(name).sub(lambda match, body=body: match[1] + body + match[3], text)
    if text != before:
        path.write_text(text, encoding="utf-8")
    return text != before


if __name__ == "__main__":
    changed = write()
    sys.stdout.write("DiscGrader/CMakeLists.txt {}.\n".format("rewritten" if changed else "is up to date"))
