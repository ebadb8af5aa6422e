"""``discgrader train``: a pack made from data by a recipe; and what training and evaluation need to be installed."""

import argparse
import json
from importlib.util import find_spec
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.progress import Progress


def require_training(*libraries: str) -> None:
    """See that training is installed, and the libraries that a command needs for it.

    Raises
    ------
    UsageError
        Something is missing; the message says how to get it.
    """
    try:
        import discgrader.training.recipes  # noqa: F401
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("discgrader.training"):
            raise
        raise UsageError(
            "Training and evaluation are not part of the 3D Slicer extension; install the package in a "
            'Python environment of its own, with pip install "discgrader[train]".'
        ) from error
    for library in libraries:
        if find_spec(library) is None:
            raise missing_library(library)


def missing_library(name: str | None) -> UsageError:
    """The error that says which library is not installed."""
    return UsageError(f"The package {name} is not installed; install DiscGrader with its extra 'train'.")


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("train", help="train a pack by a recipe, such as localizer")
    parser.add_argument("recipe", metavar="RECIPE", help="name of the recipe; an unknown name lists all")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the pack")
    parser.add_argument(
        "--init", metavar="FILE", help="initial weights, such as those published for ImageNet, or a pack to go on from"
    )
    parser.add_argument(
        "--truth",
        metavar="TABLE",
        help=(
            "the grades of the studies in DIR, in place of their truth.csv: a CSV, readings made in the module, or the "
            "folder of RSNA 2024, as 'discgrader validate' takes them; for recipes of systems that look through views"
        ),
    )
    parser.add_argument("--device", metavar="DEVICE", help="PyTorch device to train on, such as cuda")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=(
            "set an option of the recipe, such as seed=7; where several recipes are compared, RECIPE.seed=7 "
            "sets it for one; repeatable"
        ),
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Train the pack."""
    require_training()
    from discgrader.training.recipes import recipes, run_recipe

    if arguments.recipe not in recipes():
        raise UsageError(f"There is no recipe {arguments.recipe}; choose one of {', '.join(recipes())}.")
    if not arguments.data.is_dir():
        raise UsageError(f"There is no folder {arguments.data}; give the data set's folder with --data.")
    options = dict(_option(text) for text in arguments.option)
    options |= {name: value for name in ("init", "device", "truth") if (value := getattr(arguments, name)) is not None}
    try:
        packs = run_recipe(arguments.recipe, arguments.data, arguments.output, progress=progress, **options)
    except ModuleNotFoundError as error:
        raise missing_library(error.name) from error
    print(f"The finished packs, with {recipes()[arguments.recipe].makes}, are in {packs}.")
    return 0


def _option(given: str) -> tuple[str, object]:
    key, separator, value = given.partition("=")
    recipe, dot, choice = key.rpartition(".")
    if not separator or not choice.isidentifier() or (dot and not recipe.replace("-", "_").isidentifier()):
        raise UsageError(f"--option {given} does not name an option and its value; write it as seed=7.")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
