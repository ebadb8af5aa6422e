"""Digital patients as a data set, their discs found by the localizer, held against the truth, cut and measured; and the
real ones that they are held against."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.localize.disc import LEVELS, Localization
from discgrader.localize.localizer import Localizer
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.study import PhantomStudy, make_study
from discgrader.phantom.truth import PhantomDisc
from discgrader.progress import Progress
from discgrader.training.discs import (
    GradedDisc,
    TrainingDisc,
    disc_finder,
    discs_of,
    graded_discs,
    load_discs,
    prepare,
    save_discs,
)
from discgrader.training.realism.pictures import tissue_measures
from discgrader.training.spider import TASK_COLUMNS, SpiderImage, spider_gradings, spider_images
from discgrader.training.true_discs import MET_MM, reindexed

SLICE_ROLES, STACK_ROLE = ("T2", "T1"), "T2_SPACE"
"""As in the data set that the phantom stands for: single slices of most patients, a thin stack of some."""

STACK_EVERY, STACK_SLICES = 6, 5
"""One patient in so many has a stack, of so many slices."""

SAME_DISC_MM = 10.0
"""A found disc within this of a true one is that disc, whatever it was called."""

NARROWED_SHARE = {3: 0.33, 4: 0.64}
"""So many discs of grade III and of grade IV are narrowed, as in SPIDER; V always is, I and II never."""


@dataclass(frozen=True, eq=False)
class DigitalPatient:
    """What is kept of a digital patient.

    Parameters
    ----------
    discs : tuple of TrainingDisc
        Of all series; indices as they truly are.
    grades : mapping of int to mapping
        Index from the sacrum to task to grade, on SPIDER's scales.
    distances_mm : mapping of str to list of float
        Role to how far from each true disc in view one of its index was found; infinite where none was.
    tissues : mapping of str to mapping
        Role to `tissue_measures`.
    """

    discs: tuple[TrainingDisc, ...]
    grades: Mapping[int, Mapping[str, int]]
    distances_mm: Mapping[str, Sequence[float]]
    tissues: Mapping[str, Mapping[str, float]]


def digital_patients(
    seeds: Sequence[int], localizer: Localizer, cache: Path, progress: Progress
) -> list[DigitalPatient]:
    """The patients of these seeds; each is kept in ``cache`` once made."""
    cache.mkdir(parents=True, exist_ok=True)
    patients = []
    for number, seed in enumerate(seeds):
        progress.report("Making digital patients", number / len(seeds), f"patient {seed}")
        if not (cache / f"{seed}.json").exists():
            _make(seed, localizer, cache)
        patients.append(_load(seed, cache))
    return patients


def graded(patients: Sequence[DigitalPatient]) -> list[GradedDisc]:
    """All discs that were found, with their grades."""
    grades = {
        (one.discs[0].patient, index): given for one in patients if one.discs for index, given in one.grades.items()
    }
    return graded_discs([disc for one in patients for disc in one.discs], grades)


def even_findings(seed: int) -> dict[str, DiscFindings]:
    """Pfirrmann grades alike often on every level, whatever the patient, so that there is enough of each to learn
    from."""
    rng = stream(seed, "even grades")
    asked = {}
    for level in LEVELS[:7]:
        grade, chance = int(rng.integers(1, 6)), rng.random()
        narrowed = bool(chance < NARROWED_SHARE.get(grade, 0.0))
        asked[level] = DiscFindings(pfirrmann=grade, narrowing=narrowed if grade in NARROWED_SHARE else None)
    return asked


def _make(seed: int, localizer: Localizer, cache: Path) -> None:
    roles = [(SLICE_ROLES, 1)] + [((STACK_ROLE,), STACK_SLICES)] * (seed % STACK_EVERY == 0)
    facts: dict = {"distances_mm": {}, "tissues": {}}
    discs: list[TrainingDisc] = []
    for some, slices in roles:
        phantom = make_study(seed, even_findings(seed), series=some, middle_slices=slices)
        facts["grades"] = {str(disc.index_from_sacrum): _grades(disc) for disc in phantom.discs}
        for series in phantom.study.series:
            found = localizer.localize_series(series)
            facts["distances_mm"][series.role] = _distances(phantom, found)
            facts["tissues"][series.role] = tissue_measures(series, found)
            discs += discs_of(seed, series, reindexed(found, _true_indices(phantom, found)))
    for role in {one.role for one in discs}:
        save_discs(cache / f"{seed}_{role}.npz", [one for one in discs if one.role == role])
    partial = cache / f"{seed}.partial"
    partial.write_text(json.dumps(facts), encoding="utf-8")
    partial.replace(cache / f"{seed}.json")


def _load(seed: int, cache: Path) -> DigitalPatient:
    facts = json.loads((cache / f"{seed}.json").read_text(encoding="utf-8"))
    files = [(role, cache / f"{seed}_{role}.npz") for role in facts["tissues"]]
    discs = tuple(disc for role, path in files if path.exists() for disc in load_discs(path, seed, role))
    grades = {int(index): given for index, given in facts["grades"].items()}
    return DigitalPatient(discs, grades, facts["distances_mm"], facts["tissues"])


def _grades(disc: PhantomDisc) -> dict[str, int]:
    return {task: int(disc.grades[system, task]) for task, (system, _) in TASK_COLUMNS.items()}


def _distances(phantom: PhantomStudy, found: Localization) -> list[float]:
    """From every true disc in view to the found disc of its index."""
    places = {disc.index_from_sacrum: disc.center_lps_mm for disc in found.discs}
    return [
        float(np.linalg.norm((places[disc.index_from_sacrum] - disc.center_lps_mm)[1:]))
        if disc.index_from_sacrum in places
        else float("inf")
        for disc in phantom.discs
    ]


def _true_indices(phantom: PhantomStudy, found: Localization) -> list[int]:
    """The true index of every found disc, 0 where there is no disc."""
    result = []
    for disc in found.discs:
        away = {
            true.index_from_sacrum: float(np.linalg.norm((true.center_lps_mm - disc.center_lps_mm)[1:]))
            for true in phantom.discs
        }
        nearest = min(away, key=away.get, default=0)
        result.append(nearest if away and away[nearest] <= SAME_DISC_MM else 0)
    return result


def found_share(patients: Sequence[DigitalPatient], role: str) -> tuple[int, int]:
    """How many true discs in view of the series ``role`` were found under their index, and of how many."""
    distances = np.concatenate([one.distances_mm[role] for one in patients if role in one.distances_mm] or [[]])
    return int((distances <= MET_MM).sum()), len(distances)


def real_patients(
    data_dir: Path, cache: Path, progress: Progress
) -> tuple[list[GradedDisc], Mapping[str, list[Mapping[str, float]]]]:
    """Graded discs, and role to the `tissue_measures` of each image; both kept in ``cache`` once made.

    Raises
    ------
    StudyError
        ``data_dir`` is not in SPIDER's layout.
    """
    images, gradings = spider_images(data_dir), spider_gradings(data_dir)
    tissues = cache / "tissues"
    tissues.mkdir(parents=True, exist_ok=True)
    discs = prepare(images, _noting(disc_finder(images, None), tissues), cache / "crops", progress)
    measured: dict[str, list[Mapping[str, float]]] = {}
    for image in images:
        measured.setdefault(image.sequence, []).append(json.loads(_place(tissues, image).read_text(encoding="utf-8")))
    return graded_discs(discs, gradings), measured


def _noting(find: Callable, folder: Path) -> Callable:
    """``find``, with the tissues of each image measured and kept beside."""

    def found(images: Sequence[SpiderImage]):
        result = find(images)
        for image, series, localization in result:
            _place(folder, image).write_text(json.dumps(tissue_measures(series, localization)), encoding="utf-8")
        return result

    return found


def _place(folder: Path, image: SpiderImage) -> Path:
    return folder / f"{image.patient}_{image.sequence}.json"
