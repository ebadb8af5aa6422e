"""Digital patients as a data set, their discs found by the localizer, held against the truth, cut and measured; the
real ones that they are held against; and the pictures of both, by measures of their tissues and side by side.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from discgrader.grading.view import pictured
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.labels import Label, is_disc
from discgrader.localize.levels import LEVELS
from discgrader.localize.localizer import Localizer
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.render import render
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.study import PhantomStudy, draw_blocks, make_study
from discgrader.phantom.truth import PhantomDisc
from discgrader.progress import Progress
from discgrader.report.contact_sheet import grid, stacked
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
from discgrader.training.spider import (
    TASK_COLUMNS,
    SpiderImage,
    read_corrected,
    spider_corrections,
    spider_gradings,
    spider_images,
)
from discgrader.training.true_discs import MET_MM, reindexed

SLICE_ROLES, STACK_ROLE = ("T2", "T1"), "T2_SPACE"
"""As in the data set that the phantom stands for: single slices of most patients, a thin stack of some."""

STACK_EVERY, STACK_SLICES = 6, 5
"""One patient in so many has a stack, of so many slices."""

TRUE_DISC_MM = 10.0
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
        (patient.discs[0].patient, index): given
        for patient in patients
        if patient.discs
        for index, given in patient.grades.items()
    }
    return graded_discs([disc for patient in patients for disc in patient.discs], grades)


def balanced_findings(seed: int) -> dict[str, DiscFindings]:
    """Pfirrmann grades alike often on every level, whatever the patient, so that there is enough of each to learn
    from."""
    rng = stream(seed, "even grades")
    requested = {}
    for level in LEVELS[:7]:
        grade, drawn = int(rng.integers(1, 6)), rng.random()
        narrowed = bool(drawn < NARROWED_SHARE.get(grade, 0.0))
        requested[level] = DiscFindings(pfirrmann=grade, narrowing=narrowed if grade in NARROWED_SHARE else None)
    return requested


def _make(seed: int, localizer: Localizer, cache: Path) -> None:
    roles = [(SLICE_ROLES, 1)] + [((STACK_ROLE,), STACK_SLICES)] * (seed % STACK_EVERY == 0)
    facts: dict = {"distances_mm": {}, "tissues": {}}
    discs: list[TrainingDisc] = []
    for some, slices in roles:
        phantom = make_study(seed, balanced_findings(seed), series=some, middle_slices=slices)
        facts["grades"] = {str(disc.index_from_sacrum): _grades(disc) for disc in phantom.discs}
        for series in phantom.study.series:
            found = localizer.localize_series(series)
            facts["distances_mm"][series.role] = _distances(phantom, found)
            facts["tissues"][series.role] = tissue_measures(series, found)
            discs += discs_of(seed, series, reindexed(found, _true_indices(phantom, found)))
    for role in {disc.role for disc in discs}:
        save_discs(cache / f"{seed}_{role}.npz", [disc for disc in discs if disc.role == role])
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
        nearest = min(away, key=lambda index: away[index], default=0)
        result.append(nearest if away and away[nearest] <= TRUE_DISC_MM else 0)
    return result


def found_share(patients: Sequence[DigitalPatient], role: str) -> tuple[int, int]:
    """How many true discs in view of the series ``role`` were found under their index, and of how many."""
    distances = np.concatenate(
        [patient.distances_mm[role] for patient in patients if role in patient.distances_mm] or [[]]
    )
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
    discs = prepare(images, _recording_tissues(disc_finder(images, None), tissues), cache / "crops", progress)
    measured: dict[str, list[Mapping[str, float]]] = {}
    for image in images:
        measured.setdefault(image.sequence, []).append(json.loads(_place(tissues, image).read_text(encoding="utf-8")))
    return graded_discs(discs, gradings), measured


def _recording_tissues(find: Callable, folder: Path) -> Callable:
    """``find``, with the tissues of each image measured and kept beside."""

    def found(images: Sequence[SpiderImage]):
        result = find(images)
        for image, series, localization in result:
            _place(folder, image).write_text(json.dumps(tissue_measures(series, localization)), encoding="utf-8")
        return result

    return found


def _place(folder: Path, image: SpiderImage) -> Path:
    return folder / f"{image.patient}_{image.sequence}.json"


BEHIND_MM, IN_FRONT_MM = 45.0, 35.0
"""How far behind the canal and in front of the vertebrae other tissue is looked at."""

TILE = 320
"""Pixels of a picture's longer side on a sheet."""

GAP = 6
"""Pixels between two tiles."""

AXIAL_FOLDER = "sudirman_axial"
AXIAL_DISCS = 3
"""The lowest discs, of which Sudirman's data set has axial slices."""


def tissue_measures(series: Series, found: Localization) -> dict[str, float]:
    """Intensities and their spread on the middle slice, relative to vertebral marrow, and how sharp and grainy it is.

    Tissues are those of the localizer's segmentation, on real and digital pictures alike.

    Returns
    -------
    ``disc``, ``canal``, ``behind``, ``in front``
        Median intensity relative to the vertebrae's.
    ``vertebra spread``, ``disc spread``, ``canal spread``, ``behind spread``, ``in front spread``
        Distance between the quartiles relative to the vertebrae's median.
    ``differing vertebrae``
        Deviation of the vertebrae's medians relative to their mean, along the spine.
    ``grain``
        Median difference of neighboring pixels inside the vertebrae, relative to their median.
    ``edge``
        Median steepness at the border of vertebra and disc, per mm, relative to the vertebrae's median.

    A measure is missing where its tissue is not seen.
    """
    if not found.discs:
        return {}
    frames, labels = sagittal_frames(series.volume).volume, sagittal_frames(found.segmentation).volume.array
    middle = np.mean([disc.center_lps_mm for disc in found.discs], axis=0)
    index = int(np.clip(round(float(frames.lps_to_index(middle)[2])), 0, len(labels) - 1))
    picture, label = frames.array[index].astype(float), labels[index]
    column_mm, row_mm, _ = frames.spacing_mm
    vertebra, canal, disc = (label > Label.NOTHING) & (label < Label.CANAL), label == Label.CANAL, is_disc(label)
    inner = ndimage.binary_erosion(vertebra, iterations=max(1, round(2.0 / row_mm)))
    if inner.sum() < 100 or not disc.any() or not canal.any():
        return {}
    marrow = float(np.median(picture[inner]))
    if marrow <= 0:
        return {}
    behind, in_front = _around(vertebra, canal, BEHIND_MM / column_mm, IN_FRONT_MM / column_mm)
    regions = {
        "vertebra": inner,
        "disc": ndimage.binary_erosion(disc),
        "canal": canal,
        "behind": behind,
        "in front": in_front,
    }
    measures = {}
    for name, region in regions.items():
        if region.sum() < 50:
            continue
        low, median, high = np.quantile(picture[region], [0.25, 0.5, 0.75]) / marrow
        measures[f"{name} spread"] = float(high - low)
        if name != "vertebra":
            measures[name] = float(median)
    bodies, count = ndimage.label(inner)
    sizes = ndimage.sum(inner, bodies, range(1, count + 1))
    medians = [float(np.median(picture[bodies == 1 + n])) for n in np.nonzero(sizes > 0.3 * np.max(sizes))[0]]
    measures["differing vertebrae"] = float(np.std(medians) / np.mean(medians))
    beside = inner[:, 1:] & inner[:, :-1]
    measures["grain"] = float(np.median(np.abs(np.diff(picture, axis=1)[beside])) / marrow)
    border = ndimage.binary_dilation(vertebra) & ndimage.binary_dilation(disc)
    steepness = np.hypot(*np.gradient(picture, row_mm, column_mm))[border]
    if len(steepness):
        measures["edge"] = float(np.median(steepness) / marrow)
    return measures


def _around(vertebra: np.ndarray, canal: np.ndarray, behind: float, in_front: float) -> tuple[np.ndarray, np.ndarray]:
    """Masks behind the canal and in front of the vertebrae, so many columns deep, row by row; columns run to the
    back."""
    columns = np.arange(vertebra.shape[1])
    last = np.where(canal.any(1), vertebra.shape[1] - 1 - canal[:, ::-1].argmax(1), vertebra.shape[1])[:, None]
    first = np.where(vertebra.any(1), vertebra.argmax(1), -1)[:, None]
    return (columns > last) & (columns <= last + behind), (columns < first) & (columns >= first - in_front)


def sagittal_sheet(
    images: Sequence[SpiderImage], seeds: Sequence[int], role: str, columns: int = 6
) -> Image.Image | None:
    """Rows of real slices of a sequence above rows of digital ones; None where the data set has none of it."""
    own = [image for image in images if image.sequence == role]
    if not own:
        return None
    chosen = [own[round(position)] for position in np.linspace(0, len(own) - 1, min(len(own), len(seeds)))]
    corrections = spider_corrections()
    real = [_middle(read_corrected(image, corrections)[0]) for image in chosen]
    digital = [_middle(make_study(seed, series=(role,), middle_slices=1).study.series[0].volume) for seed in seeds]
    return sheet(real, digital, columns)


def axial_sheet(folder: Path, seeds: Sequence[int], columns: int = 6) -> Image.Image | None:
    """Rows of real axial pictures above rows of digital ones; None where ``folder`` has none."""
    files = sorted(folder.glob("*.png"))
    if not files:
        return None
    chosen = [files[round(position)] for position in np.linspace(0, len(files) - 1, min(len(files), len(seeds)))]
    real = [np.asarray(Image.open(path).convert("L"), float) for path in chosen]
    return sheet(real, [_axial(seed) for seed in seeds], columns)


def sheet(real: Sequence[np.ndarray], digital: Sequence[np.ndarray], columns: int = 6) -> Image.Image:
    """Gray pictures, shape (rows, columns) each, on one sheet: the real above, a white line, the digital below."""
    parts = [grid([_tile(picture) for picture in pictures], columns, 0, "black") for pictures in (real, digital)]
    return stacked(parts, GAP // 2, "white")


def _tile(picture: np.ndarray) -> Image.Image:
    gray = Image.fromarray(np.round(pictured(picture) * 255).astype(np.uint8))
    gray.thumbnail((TILE - GAP, TILE - GAP))
    tile = Image.new("L", (TILE, TILE))
    tile.paste(gray)
    return tile


def _middle(volume: Volume) -> np.ndarray:
    """The middle sagittal slice on square pixels, head up and front to the left."""
    frames = sagittal_frames(volume).volume
    picture = frames.array[len(frames.array) // 2].astype(float)
    column_mm, row_mm, _ = frames.spacing_mm
    size = (picture.shape[1], max(1, round(picture.shape[0] * row_mm / column_mm)))
    return np.asarray(Image.fromarray(picture.astype(np.float32)).resize(size, Image.Resampling.BILINEAR), float)


def _axial(seed: int) -> np.ndarray:
    """A digital axial slice through one of the three lowest discs, front up."""
    anatomy = Anatomy(SpineParameters.draw(seed))
    block = draw_blocks(anatomy)[seed % AXIAL_DISCS]
    return render(anatomy, block.only_middle(1), seed).array[0].astype(float)
