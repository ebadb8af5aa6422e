"""All recipes by name, what ``discgrader train RECIPE`` runs, and what recipes have in common.

A recipe goes from a data set to finished packs in a folder of its own: ``work/`` or ``crops/`` holds what it goes on
from when it was stopped, ``packs/`` what it ends with, and JSON files beside them what was measured. Its choices are
the fields of a frozen dataclass, the seed among them, so that the same data and choices give the same packs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from discgrader.errors import UsageError
from discgrader.grading.systems import find_system, scale_of
from discgrader.packs.pack import LOCALIZER, TrainedOn, default_packs, write_pack
from discgrader.progress import Progress
from discgrader.resources import resources_dir
from discgrader.training.spider import DATA_SET

if TYPE_CHECKING:
    from discgrader.localize.localizer import Localizer

Choices = TypeVar("Choices")

SPIDER = DATA_SET.split(",")[0]


@dataclass(frozen=True)
class Recipe:
    """How packs are made.

    Parameters
    ----------
    module, function : str
        Where it is, below `discgrader.training`, and what runs it, which takes the folder of the data, that of the
        output, a `Progress` and choices by name.
    makes : str
        What it makes, in a few words.
    data_set, license : str
        Of which data under which license, as packs state it.
    name : str
        Of a file in ``Resources/Recipes``, where it is one.
    """

    module: str
    function: str
    makes: str
    data_set: str = SPIDER
    license: str = "CC BY 4.0"
    name: str = ""

    def __call__(self, data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
        run = getattr(import_module(f"discgrader.training.{self.module}"), self.function)
        named = (self.name,) if self.name else ()
        return run(*named, data_dir, out_dir, progress, **options)


_SUDIRMAN = "Sudirman (Mendeley k57fr854j2)"
_DIGITAL = "digital spines of DiscGrader's phantom"

RECIPES: Mapping[str, Recipe] = {
    "localizer": Recipe("localizer", "train_localizer", "the segmentation of vertebrae, discs and canal"),
    "spider": Recipe(
        "grader_recipe", "train_graders", "image networks and trees that grade, by the systems pfirrmann and spider"
    ),
    "pfirrmann": Recipe("tabular.fusion_recipe", "train_fused", "image networks combined with evidence and radiomics"),
    "pfirrmann-radiomics": Recipe("tabular.radiomics_recipe", "train_radiomics", "the Pfirrmann system as published"),
    "typical": Recipe(
        "typical.recipe", "train_typical", "the detection of images unlike those that a pack was trained on"
    ),
    "names": Recipe(
        "level_recipe",
        "train_names",
        "the recognition of levels, added to a localizer's pack",
        f"{SPIDER}, {_SUDIRMAN}, digital spine",
    ),
    "operating-points": Recipe(
        "operating_recipe", "train_operating_points", "the operating points that a pack calls its findings by"
    ),
    "canal": Recipe(
        "canal.recipe", "train_canal", "the outline of the canal, whose measures are graded", _DIGITAL, "Apache-2.0"
    ),
    "contrast": Recipe(
        "contrast.recipe", "train_contrast", "the recognition of T1 and T2", f"{SPIDER}, {_SUDIRMAN}, digital spine"
    ),
}
"""Those that are code."""


def recipe_files() -> dict[str, Path]:
    """Every file of ``Resources/Recipes`` by the name of its recipe."""
    return {path.stem: path for path in sorted((resources_dir() / "Recipes").glob("*.json"))}


def recipes() -> dict[str, Recipe]:
    """Every recipe by name: those in code and those in ``Resources/Recipes``."""
    files = {
        name: Recipe("views.recipe", "train_views", "a network that grades from views", name=name)
        for name in recipe_files()
    }
    return {**RECIPES, **files}


def run_recipe(
    name: str, data_dir: Path, out_dir: Path, *, progress: Progress | None = None, **options: object
) -> Path:
    """Run a recipe from the data to finished packs.

    Parameters
    ----------
    name : str
        One of `recipes`.
    data_dir : Path
        A folder in SPIDER's layout, or the folder above ``spider/``; for a recipe file, one as
        `discgrader.training.cohorts` describes it.
    out_dir : Path
        Where the packs, what was measured and the state for resuming go; running again goes on from there.
    options :
        Choices of the recipe to change, for instance ``folds=2``.

    Returns
    -------
    Path
        Folder of the packs.

    Raises
    ------
    UsageError
        There is no such recipe or option.
    """
    known = recipes()
    if name not in known:
        raise UsageError(f"There is no recipe {name}; choose one of {', '.join(known)}.")
    out_dir.mkdir(parents=True, exist_ok=True)
    return known[name](Path(data_dir), Path(out_dir), progress or Progress(), **options)


def changed(choices: Choices, options: Mapping[str, object]) -> Choices:
    """A recipe's choices with some of them changed.

    Raises
    ------
    UsageError
        There is no such choice.
    """
    known = [field.name for field in fields(choices)]  # type: ignore[arg-type]
    for name in options:
        if name not in known:
            raise UsageError(f"This recipe has no option {name}; it has {', '.join(known)}.")
    return replace(choices, **options)  # type: ignore[type-var]


def installed_localizer() -> "Localizer":
    """The installed localizer.

    Raises
    ------
    UsageError
        There is none.
    """
    from discgrader.localize.localizer import Localizer

    packs = [pack for pack in default_packs() if pack.system == LOCALIZER]
    if not packs:
        raise UsageError("No localizer is installed: train it first, with 'discgrader train localizer'.")
    return Localizer(packs[-1])


def write_json(path: Path, content: object) -> None:
    """Write what was measured."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def described_tasks(system: str) -> dict[str, dict[str, object]]:
    """The tasks of a system with their scales, as a pack describes them."""
    return {
        task.name: {"scale": task.scale, "grades": list(scale_of(system, task.name).values)}
        for task in find_system(system).tasks
    }


def trained_on(recipe: str, patients: int, discs: int, seed: int, statement: str, synthetic: bool = False) -> TrainedOn:
    """What a pack states of the data of its recipe."""
    made = RECIPES[recipe]
    return TrainedOn(made.data_set, made.license, patients, discs, recipe, seed, synthetic, statement)


def ship(out_dir: Path, name: str, **described: object) -> Path:
    """Write the pack ``name`` to the packs of a recipe's output, as `write_pack` takes it; the folder of the packs."""
    packs = out_dir / "packs"
    packs.mkdir(parents=True, exist_ok=True)
    write_pack(packs / name, name=name, **({"version": "1.0.0"} | described))  # type: ignore[arg-type]
    return packs
