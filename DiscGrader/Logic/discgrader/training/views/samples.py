"""Graded discs of a data set as networks see them: their views, cut once, with room to turn and move them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import DiscGraderError, StudyError
from discgrader.grading.herniation_box import box_in_view
from discgrader.grading.placement import StudyViews
from discgrader.grading.systems import find_system, scale_of
from discgrader.grading.view import View, ViewShape, ViewSpec, pictured
from discgrader.localize.box import RoiBox
from discgrader.progress import Progress
from discgrader.training.cohorts import (
    PHANTOM_MARK,
    GradedStudy,
    Locate,
    boxes_in,
    localization_of,
    read_named_study,
    read_table,
    study_file,
)
from discgrader.training.losses import UNKNOWN
from discgrader.training.stored_arrays import save_arrays

ROOM = 1.25
"""How much larger than a view the images are cut."""

HERNIATION_TASKS = frozenset({"herniation", "size", "zone"})
"""What they grade lies in a herniation's box, where that is known."""


@dataclass(frozen=True, eq=False)
class ViewSample:
    """A disc as a system sees it in its views.

    Parameters
    ----------
    study, patient, level : str
    synthetic : bool
        Whether it is a phantom's.
    views : ndarray of uint8, shape (samples, views, slices, pixels, pixels)
        As `wide_pixels` of the view's own, the sample nearest to the disc's middle first.
    boxes : ndarray, shape (views, 4)
        Of the herniation on the last view, as shares of it; NaN where it has none there.
    grades : mapping of str to int
        Position on each task's scale, `UNKNOWN` where it was not graded.
    """

    study: str
    patient: str
    level: str
    synthetic: bool
    views: np.ndarray
    boxes: np.ndarray
    grades: Mapping[str, int]

    def grade_on(self, view: int, task: str) -> int:
        """The grade of a task as far as one view shows it: unknown where the disc's herniation lies on other slices."""
        grade = self.grades[task]
        elsewhere = np.isfinite(self.boxes).any() and not np.isfinite(self.boxes[view]).any()
        return UNKNOWN if grade > 0 and elsewhere and task in HERNIATION_TASKS else grade


def wide_pixels(pixels: int) -> int:
    """Pixels a side of what is cut for a view of so many."""
    return 2 * round(pixels * ROOM / 2)


def view_samples(
    data_dir: Path,
    system: str,
    specs: Sequence[ViewSpec],
    pixels: int,
    cache: Path,
    locate: Locate,
    progress: Progress,
    studies: Sequence[GradedStudy] | None = None,
) -> tuple[list[ViewSample], list[str]]:
    """All graded discs of a data set that the views show, each study's kept in ``cache``; and what was left out, and
    why.

    Parameters
    ----------
    studies : sequence of GradedStudy, optional
        What is known of its studies, in place of its own table.

    Raises
    ------
    StudyError
        As `read_table`, or the views show no disc.
    """
    found: list[ViewSample] = []
    notes: list[str] = []
    studies = read_table(data_dir, system) if studies is None else studies
    for number, graded in enumerate(studies):
        progress.report("Cutting training crops", number / len(studies), graded.name)
        path = cache / f"{graded.name}.npz"
        if not path.exists():
            try:
                save_arrays(path, _views_of(Path(data_dir), graded, specs, pixels, locate))
            except DiscGraderError as error:
                # Not kept: the next time it may be readable.
                notes.append(f"{graded.name}: {error}")
                continue
        discs, own_notes = _load(path, graded, system)
        found += discs
        notes += own_notes
    if not found:
        raise StudyError(
            f"No disc in {data_dir} has what the system {system} needs: {notes[0] if notes else 'there is none'}"
        )
    return found, notes


def _views_of(
    data_dir: Path, graded: GradedStudy, specs: Sequence[ViewSpec], pixels: int, locate: Locate
) -> dict[str, np.ndarray]:
    folder = data_dir / graded.name
    arrays: dict[str, np.ndarray] = {"synthetic": np.array((folder / PHANTOM_MARK).is_file())}
    notes = []
    study = read_named_study(study_file(folder))
    localization = localization_of(study, folder, locate, graded.boxes)
    herniations = boxes_in(folder / "herniations")
    study_views = StudyViews(study, localization)
    for disc in localization.discs:
        if disc.level not in graded.grades:
            continue
        views = study_views.of(disc, specs)
        if isinstance(views, str):
            notes.append(f"{graded.name} {disc.level}: {views}")
            continue
        # The cache calls them as its first version did.
        arrays[f"looks/{disc.level}"] = np.stack(
            [np.stack([_picture(slice_, pixels) for slice_ in view]) for view in views]
        )
        arrays[f"boxes/{disc.level}"] = np.stack([_herniation(view[-1], herniations.get(disc.level)) for view in views])
    return arrays | {"notes": np.array(notes, dtype=str)}


def _picture(view: View, pixels: int) -> np.ndarray:
    """A view with room around it, its gray levels those of the view itself."""
    wide = wide_pixels(pixels)
    values = view.values(ViewShape(wide, wide, view.field_mm / pixels))
    edge = (wide - pixels) // 2
    return np.round(pictured(values, values[:, edge : edge + pixels, edge : edge + pixels]) * 255).astype(np.uint8)


def _herniation(view: View, box: RoiBox | None) -> np.ndarray:
    """The herniation's box on a view, as shares of it; NaN where the view's slice passes it by."""
    if box is None or view.plane != "axial":
        return np.full(4, np.nan)
    heights = (box.corners_lps() - view.frame.center_lps_mm) @ view.frame.axes_lps[:, 0]
    if heights.min() > view.slice_mm / 2 or heights.max() < -view.slice_mm / 2:
        return np.full(4, np.nan)
    return box_in_view(view, box)


def _load(path: Path, graded: GradedStudy, system: str) -> tuple[list[ViewSample], list[str]]:
    found = []
    with np.load(path, allow_pickle=False) as stored:
        for level, given in graded.grades.items():
            if f"looks/{level}" not in stored:
                continue
            grades = {
                task.name: scale_of(system, task.name).values.index(given[task.name]) if task.name in given else UNKNOWN
                for task in find_system(system).tasks
            }
            found.append(
                ViewSample(
                    graded.name,
                    graded.patient,
                    level,
                    bool(stored["synthetic"]),
                    stored[f"looks/{level}"],
                    stored[f"boxes/{level}"],
                    grades,
                )
            )
        return found, [str(note) for note in stored["notes"]]
