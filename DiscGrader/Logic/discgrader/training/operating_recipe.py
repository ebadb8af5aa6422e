"""Recipe ``operating-points``: a pack that states from which probability on its findings are called.

Of a pack of cross-validated networks every patient of SPIDER is judged by the network that was not shown them, with
trees that are fitted anew without them; discs are found by the installed localizer, or by the networks of
``localizer_work``. Of another pack the one point is taken over that its figures state. Weights and probabilities stay
what they are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from discgrader.checked import plain
from discgrader.errors import UsageError
from discgrader.folders import atomic_folder
from discgrader.grading.calibration import calibrate
from discgrader.grading.operating_point import LIKELIEST
from discgrader.grading.sums import with_sums
from discgrader.grading.systems import find_system
from discgrader.packs.operating_points import OperatingPoints, Point
from discgrader.packs.pack import BORROWED, DESCRIPTION, Pack, default_packs, read_pack
from discgrader.progress import Progress
from discgrader.training.discs import disc_finder, graded_discs, prepare
from discgrader.training.grader_folds import HeldOut, held_out
from discgrader.training.grader_recipe import FOLDS_FILE
from discgrader.training.grader_tasks import INPUTS, TASKS
from discgrader.training.grader_trees import fit_trees
from discgrader.training.operating import task_points
from discgrader.training.recipes import changed, write_json
from discgrader.training.spider import spider_gradings, spider_images
from discgrader.training.tabular.held_out import HeldOutNetworks


@dataclass(frozen=True)
class OperatingRecipe:
    """``pack`` is the name of an installed pack, or its folder; ``localizer_work`` as for `disc_finder`."""

    pack: str = "spider-resnet"
    localizer_work: str | None = None


def train_operating_points(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(OperatingRecipe(), options)
    pack = found_pack(recipe.pack)
    if FOLDS_FILE in pack.files:
        result = judged(pack, data_dir, out_dir, recipe, progress.part(0.0, 0.95))
        points = points_of(pack, result)
    else:
        points = stated_points(pack)
    if not points:
        raise UsageError(f"Pack {pack.name} has no task whose finding could be called from another probability on.")
    write_json(out_dir / "operating_points.json", plain(points))
    return with_points(pack, points, out_dir / "packs" / pack.folder.name)


def found_pack(name: str) -> Pack:
    """The pack in a folder, or the installed one of a name.

    Raises
    ------
    UsageError
        There is none.
    """
    folder = Path(name)
    if (folder / DESCRIPTION).is_file():
        return read_pack(folder)
    found = next((pack for pack in default_packs() if pack.name == name), None)
    if found is None:
        raise UsageError(f"There is no pack {name}; name an installed pack, or its folder.")
    return found


def judged(pack: Pack, data_dir: Path, out_dir: Path, recipe: OperatingRecipe, progress: Progress) -> HeldOut:
    """The logits of all SPIDER's discs by networks and trees that were not shown the patient."""
    images = spider_images(data_dir)
    find = disc_finder(images, recipe.localizer_work)
    discs = graded_discs(prepare(images, find, out_dir / "crops", progress.part(0.0, 0.7)), spider_gradings(data_dir))
    own = HeldOutNetworks.of(pack)
    weight = float(pack.calibration.get("evidence_weight", 0.0))
    trees, apart = [], []
    for number in range(len(own.networks)):
        progress.report("Fitting trees", 0.7 + 0.2 * number / len(own.networks), f"without fold {number + 1}")
        seen = [disc for disc in discs if own.folds.get(disc.patient, number) != number]
        trees.append({task: fit_trees(seen, task, pack.trained_on.seed) for task in TASKS})
        apart.append([disc for disc in discs if own.folds.get(disc.patient) == number])
    progress.report("Asking networks", 0.9)
    return held_out(own.networks, trees, replace(own.recipe, evidence_weight=weight), apart, INPUTS["all"])


def points_of(pack: Pack, result: HeldOut) -> dict[str, OperatingPoints]:
    """The points of a pack's tasks, from what its networks said of discs that they had not seen."""
    patients = len(np.unique(result.patients))
    chosen_on = f"{len(result.patients)} discs of {patients} SPIDER patients, held out, on all series of each"
    probabilities = with_sums(
        find_system(pack.system),
        {task: calibrate(logits, pack.calibration.get(task)) for task, logits in result.logits.items()},
    )
    grades = {task: grades for task, grades in result.grades.items() if task in pack.tasks}
    return task_points(pack.system, grades, probabilities, result.patients, chosen_on)


def stated_points(pack: Pack) -> dict[str, OperatingPoints]:
    """The one point of each task that a pack's figures state; the likeliest grade stays what is called."""
    found = {}
    for task in pack.tasks:
        stated = pack.metrics.get(task)
        if isinstance(stated, Mapping) and "youden_threshold" in stated:
            table = stated["confusion_at_threshold"]
            kind = "digital patients" if pack.trained_on.synthetic else "patients"
            found[task] = OperatingPoints(
                LIKELIEST,
                Point(stated["youden_threshold"], stated["sensitivity"], stated["specificity"]),
                f"{stated['discs']} discs of {kind}, held out",
                [],
                int(stated["discs"]),
                int(sum(table[1])),
            )
    return found


def with_points(pack: Pack, points: Mapping[str, OperatingPoints], folder: Path) -> Path:
    """Write a copy of the pack that states these points; the folder above it."""
    described = json.loads((pack.folder / DESCRIPTION).read_text(encoding="utf-8"))
    described["operating_points"] = plain(points)
    first, second, third = described["version"].split(".")
    described["version"] = f"{first}.{second}.{int(third) + 1}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder, may_replace=lambda old: (old / DESCRIPTION).is_file()) as new:
        for file in described["files"]:
            if file not in described.get(BORROWED, {}):
                (new / file).write_bytes(pack.read_bytes(file))
        (new / DESCRIPTION).write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder.parent
