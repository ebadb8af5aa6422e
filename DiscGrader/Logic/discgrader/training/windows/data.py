"""Graded discs of a data set as networks look at them: windows cut once, with room to turn and move them.

A data set is a folder with ``truth.csv`` (``study, level, system, task, grade``, and ``patient`` where several studies
are of one), beside it each study as a folder or file of that name. Boxes of discs lie in ``STUDY/rois``, those of
herniations in ``STUDY/herniations``, as markups; without the former, discs are found by the localizer. `discgrader
phantom --cohort` writes such a folder.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.checked import read_csv
from discgrader.errors import DiscGraderError, StudyError
from discgrader.grading.crops import CropShape
from discgrader.grading.herniation_box import box_in_window
from discgrader.grading.scales import scale_of
from discgrader.grading.tasks import SYSTEMS
from discgrader.grading.windows import StudyWindows, Window, WindowSpec, pictured
from discgrader.imaging.study import Study
from discgrader.localize.disc import DEFAULT_MARGIN_MM, Localization, RoiBox
from discgrader.localize.levels import is_level
from discgrader.pipeline.given_boxes import boxes_alone
from discgrader.progress import Progress
from discgrader.report.rois import read_rois
from discgrader.training.named_study import read_named_study

TABLE = "truth.csv"
PHANTOM_MARK = "truth.json"
"""What only the phantom writes beside a study; a study without it is of a patient."""

ROOM = 1.25
"""How much larger than a window the pictures are cut."""

UNKNOWN = -1
HERNIATION_TASKS = frozenset({"herniation", "size", "zone"})
"""What they grade lies in a herniation's box, where that is known."""
Locate = Callable[[Study], Localization]


@dataclass(frozen=True, eq=False)
class LookedDisc:
    """A disc as a system looks at it.

    Parameters
    ----------
    study, patient, level : str
    synthetic : bool
        Whether it is a phantom's.
    looks : ndarray of uint8, shape (looks, windows, slices, pixels, pixels)
        As `wide_pixels` of the window's own, the look nearest to the disc's middle first.
    boxes : ndarray, shape (looks, 4)
        Of the herniation on the last window, as shares of it; NaN where it has none there.
    grades : mapping of str to int
        Position on each task's scale, `UNKNOWN` where it was not graded.
    """

    study: str
    patient: str
    level: str
    synthetic: bool
    looks: np.ndarray
    boxes: np.ndarray
    grades: Mapping[str, int]

    def grade_on(self, look: int, task: str) -> int:
        """The grade of a task as far as one look shows it: unknown where the disc's herniation lies on other slices."""
        grade = self.grades[task]
        elsewhere = np.isfinite(self.boxes).any() and not np.isfinite(self.boxes[look]).any()
        return UNKNOWN if grade > 0 and elsewhere and task in HERNIATION_TASKS else grade


@dataclass(frozen=True)
class GradedStudy:
    """The rows of the table about one study: the patient, and each level's grade by task, as written in files."""

    name: str
    patient: str
    grades: Mapping[str, Mapping[str, str]]


def wide_pixels(pixels: int) -> int:
    """Pixels a side of what is cut for a window of so many."""
    return 2 * round(pixels * ROOM / 2)


def read_table(data_dir: Path, system: str) -> list[GradedStudy]:
    """What a data set's table says of a system's tasks.

    Raises
    ------
    StudyError
        There is no such table, a column is missing, a grade is none of its scale, or there is nothing on the system.
    """
    path = Path(data_dir) / TABLE
    if not path.is_file():
        raise StudyError(
            f"{data_dir} holds no {TABLE}; write one row a disc and task: study, level, system, task, grade."
        )
    rows = read_csv(path, ("study", "level", "system", "task", "grade"), StudyError)
    tasks = {task.name for task in SYSTEMS[system].tasks}
    patients: dict[str, str] = {}
    grades: dict[str, dict[str, dict[str, str]]] = {}
    for number, row in enumerate(rows, start=2):
        if row["system"] != system or row["task"] not in tasks:
            continue
        if row["grade"] not in scale_of(system, row["task"]).values:
            raise StudyError(
                f"{path}, line {number}: {row['task']} has no grade {row['grade']!r}; choose one of "
                f"{', '.join(scale_of(system, row['task']).values)}."
            )
        if not is_level(row["level"]):
            raise StudyError(f"{path}, line {number}: there is no level {row['level']!r}.")
        if not row["study"] or Path(row["study"]).name != row["study"]:
            raise StudyError(f"{path}, line {number}: {row['study']!r} is no name of a study beside the table.")
        patients[row["study"]] = row.get("patient") or row["study"]
        grades.setdefault(row["study"], {}).setdefault(row["level"], {})[row["task"]] = row["grade"]
    if not grades:
        raise StudyError(f"{path} has no grades of the system {system}.")
    return [GradedStudy(name, patients[name], grades[name]) for name in sorted(grades)]


def looked_discs(
    data_dir: Path,
    system: str,
    specs: Sequence[WindowSpec],
    pixels: int,
    cache: Path,
    locate: Locate,
    progress: Progress,
) -> tuple[list[LookedDisc], list[str]]:
    """All graded discs of a data set that can be looked at, each study's kept in ``cache``; and what was left out, and
    why.

    Raises
    ------
    StudyError
        As `read_table`, or no disc can be looked at.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found: list[LookedDisc] = []
    notes: list[str] = []
    studies = read_table(data_dir, system)
    for number, graded in enumerate(studies):
        progress.report("Cutting training crops", number / len(studies), graded.name)
        path = cache / f"{graded.name}.npz"
        if not path.exists():
            try:
                _save(path, _of_study(Path(data_dir), graded, specs, pixels, locate))
            except DiscGraderError as error:
                # Not kept: the next time it may be readable.
                notes.append(f"{graded.name}: {error}")
                continue
        discs, own_notes = _load(path, graded, system)
        found += discs
        notes += own_notes
    if not found:
        raise StudyError(
            f"No disc in {data_dir} can be looked at by {system}: {notes[0] if notes else 'there is none'}"
        )
    return found, notes


def _of_study(
    data_dir: Path, graded: GradedStudy, specs: Sequence[WindowSpec], pixels: int, locate: Locate
) -> dict[str, np.ndarray]:
    folder = data_dir / graded.name
    arrays: dict[str, np.ndarray] = {"synthetic": np.array((folder / PHANTOM_MARK).is_file())}
    notes = []
    study = read_named_study(_path_of(folder))
    localization = _localization(study, folder, locate)
    herniations = _boxes(folder / "herniations")
    windows = StudyWindows(study, localization)
    for disc in localization.discs:
        if disc.level not in graded.grades:
            continue
        looks = windows.of(disc, specs)
        if isinstance(looks, str):
            notes.append(f"{graded.name} {disc.level}: {looks}")
            continue
        arrays[f"looks/{disc.level}"] = np.stack([np.stack([_picture(one, pixels) for one in look]) for look in looks])
        arrays[f"boxes/{disc.level}"] = np.stack([_herniation(look[-1], herniations.get(disc.level)) for look in looks])
    return arrays | {"notes": np.array(notes, dtype=str)}


def _path_of(folder: Path) -> Path:
    if folder.exists():
        return folder
    files = [one for one in folder.parent.glob(f"{folder.name}.*") if one.is_file()]
    return files[0] if len(files) == 1 else folder


def _localization(study: Study, folder: Path, locate: Locate) -> Localization:
    boxes = _boxes(folder / "rois")
    if not boxes:
        return locate(study)
    return boxes_alone(study, boxes, DEFAULT_MARGIN_MM)


def _boxes(folder: Path) -> dict[str, RoiBox]:
    return read_rois(folder) if folder.is_dir() and any(folder.iterdir()) else {}


def _picture(window: Window, pixels: int) -> np.ndarray:
    """A window with room around it, its gray levels those of the window itself."""
    wide = wide_pixels(pixels)
    values = window.values(CropShape(wide, wide, window.spec.field_mm / pixels))
    edge = (wide - pixels) // 2
    return np.round(pictured(values, values[:, edge : edge + pixels, edge : edge + pixels]) * 255).astype(np.uint8)


def _herniation(window: Window, box: RoiBox | None) -> np.ndarray:
    """The herniation's box on a window, as shares of it; NaN where the window's slice passes it by."""
    if box is None or window.spec.plane != "axial":
        return np.full(4, np.nan)
    heights = (box.corners_lps() - window.frame.center_lps_mm) @ window.frame.axes_lps[:, 0]
    if heights.min() > window.slice_mm / 2 or heights.max() < -window.slice_mm / 2:
        return np.full(4, np.nan)
    return box_in_window(window, box)


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def _load(path: Path, graded: GradedStudy, system: str) -> tuple[list[LookedDisc], list[str]]:
    found = []
    with np.load(path, allow_pickle=False) as stored:
        for level, given in graded.grades.items():
            if f"looks/{level}" not in stored:
                continue
            grades = {
                task.name: scale_of(system, task.name).values.index(given[task.name]) if task.name in given else UNKNOWN
                for task in SYSTEMS[system].tasks
            }
            found.append(
                LookedDisc(
                    graded.name,
                    graded.patient,
                    level,
                    bool(stored["synthetic"]),
                    stored[f"looks/{level}"],
                    stored[f"boxes/{level}"],
                    grades,
                )
            )
        return found, [str(one) for one in stored["notes"]]
