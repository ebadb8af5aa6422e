"""Studies of a data set to train on, each with its discs: patients of a clinic, digital ones, SPIDER's.

A data set is a folder with ``truth.csv`` (``study, level, system, task, grade``, and ``patient`` where several studies
are of one), beside it each study as a folder or file of that name. Boxes of discs lie in ``STUDY/rois``, those of
herniations in ``STUDY/herniations``, as markups; without the former, discs are found by the localizer. `discgrader
phantom --cohort` writes such a folder.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from discgrader.checked import read_csv
from discgrader.errors import DiscGraderError, StudyError
from discgrader.grading.systems import find_system, scale_of
from discgrader.imaging.dicom_contrast import contrast_from_dicom
from discgrader.imaging.names import contrast_from_name
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.study_reader import read_study
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Localization
from discgrader.localize.levels import is_level
from discgrader.pipeline.given_boxes import localization_from_boxes
from discgrader.report.rois import read_rois
from discgrader.training.spider import spider_images, sudirman_slices
from discgrader.training.stored_arrays import load_localization, save_localization

TABLE = "truth.csv"
PATIENTS_TABLE = "patients.csv"
"""Beside studies, several of which are of one patient: ``study, patient``; a digital cohort names no ``patient``."""

PHANTOM_MARK = "truth.json"
"""What only the phantom writes beside a study; a study without it is of a patient."""

Locate = Callable[[Study], Localization]


def read_named_study(path: Path) -> Study:
    """A study whose names are believed against the pictures: whoever made a data set knew what they put into it.

    A picture whose contrast is told by neither header nor name stays what it looks like.

    Raises
    ------
    StudyError
        As `read_study`.
    """
    study = read_study(path)
    return replace(study, series=tuple(map(_as_named, study.series)))


def _as_named(series: Series) -> Series:
    stated = contrast_from_dicom(series.header) or contrast_from_name(series.name)
    if stated is None or stated.contrast is series.contrast:
        return series
    return replace(series, contrast=stated.contrast, contrast_reason=stated.reason, warnings=stated.warnings)


@dataclass(frozen=True)
class GradedStudy:
    """The rows of the table about one study: the patient, and each level's grade by task, as written in files; and
    the boxes of its discs by level, where whoever graded them has said where they are."""

    name: str
    patient: str
    grades: Mapping[str, Mapping[str, str]]
    boxes: Mapping[str, RoiBox] = field(default_factory=dict)


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
            f"{data_dir} contains no {TABLE}; write one row per disc and task: study, level, system, task, grade."
        )
    rows = read_csv(path, ("study", "level", "system", "task", "grade"), StudyError)
    tasks = {task.name for task in find_system(system).tasks}
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
            raise StudyError(f"{path}, line {number}: {row['study']!r} is not the name of a study beside the table.")
        patients[row["study"]] = row.get("patient") or row["study"]
        grades.setdefault(row["study"], {}).setdefault(row["level"], {})[row["task"]] = row["grade"]
    if not grades:
        raise StudyError(f"{path} has no grades of the system {system}.")
    return [GradedStudy(name, patients[name], grades[name]) for name in sorted(grades)]


def study_file(folder: Path) -> Path:
    """Where a study lies that is called by its folder, or by its file without ending."""
    if folder.exists():
        return folder
    files = [path for path in folder.parent.glob(f"{folder.name}.*") if path.is_file()]
    return files[0] if len(files) == 1 else folder


def boxes_in(folder: Path) -> dict[str, RoiBox]:
    """The boxes of a folder of markups by level; none where there is no such folder."""
    return read_rois(folder) if folder.is_dir() and any(folder.iterdir()) else {}


def localization_of(
    study: Study, folder: Path, locate: Locate, known: Mapping[str, RoiBox] | None = None
) -> Localization:
    """The discs of a study: those whose boxes are known, or lie in its folder, else found."""
    boxes = dict(known or {}) or boxes_in(folder / "rois")
    return localization_from_boxes(study, boxes) if boxes else locate(study)


@dataclass(frozen=True, eq=False)
class Patient:
    """Studies of one patient with their discs, each of one series or of those that are looked at together."""

    name: str
    source: str
    studies: tuple[tuple[Study, Localization], ...]


def spider_patients(data_dir: Path, cache: Path, locate: Locate) -> Iterator[Patient]:
    """SPIDER's patients, and those of Sudirman's sagittal slices where they lie beside them; each series a study of its
    own."""
    of_patient: dict[tuple[str, str], list[tuple[Path, str]]] = {}
    for image in spider_images(data_dir):
        of_patient.setdefault((str(image.patient), "SPIDER"), []).append((image.path, image.sequence))
    for slice_ in sudirman_slices(data_dir):
        of_patient.setdefault((f"S{slice_.patient}", "Sudirman"), []).append((slice_.path, slice_.sequence))
    for (name, source), files in of_patient.items():
        studies = []
        for path, role in files:
            study = read_study(path, roles=role)
            found = kept_localization(study, cache / f"{source}_{name}_{role}.npz", locate)
            if found is not None:
                studies.append((study, found))
        yield Patient(name, source, tuple(studies))


def boxed_patients(folder: Path, source: str) -> Iterator[Patient]:
    """The studies of a folder, such as a cohort of `discgrader phantom`, each with the boxes of its discs in
    ``STUDY/rois``; patients by ``patients.csv``, where there is one that says so, else each study is one of its own.

    Raises
    ------
    StudyError
        The table names no studies, or a study cannot be read.
    """
    table = folder / PATIENTS_TABLE
    rows = read_csv(table, ("study",), StudyError) if table.is_file() else ()
    names = {row["study"]: row["patient"] for row in rows if row.get("patient")}
    for path in sorted(folder.iterdir()):
        if (path / "rois").is_dir():
            study = read_named_study(path)
            boxed = localization_from_boxes(study, read_rois(path / "rois"))
            yield Patient(names.get(path.name, path.name), source, ((study, boxed),))


def found_patients(folder: Path, source: str, cache: Path, locate: Locate) -> Iterator[Patient]:
    """The sagittal series of the studies of a folder, their discs found as those of a patient are."""
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        whole = read_named_study(path)
        study = replace(whole, series=tuple(series for series in whole.series if series.plane is Plane.SAGITTAL))
        found = kept_localization(study, cache / f"{folder.name}_{path.name}.npz", locate) if study.series else None
        if found is not None:
            yield Patient(path.name, source, ((study, found),))


def kept_localization(study: Study, path: Path, locate: Locate) -> Localization | None:
    """The discs of a study, kept in a file once they are found; None where there are none."""
    found, known = load_localization(path, study.series[0].name)
    if not known:
        try:
            save_localization(path, locate(study))
        except DiscGraderError:
            save_localization(path, None)
        found, _ = load_localization(path, study.series[0].name)
    return found if found is not None and found.discs else None
