"""A phantom study and its truth, written to a folder in SPIDER's and in the project's own layout."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from discgrader.errors import OutputError
from discgrader.imaging.files import write_volume
from discgrader.phantom.patient import Patient, known
from discgrader.phantom.spine import counted_levels
from discgrader.phantom.study import PhantomStudy
from discgrader.phantom.truth import PhantomDisc
from discgrader.report.rois import SUFFIX, write_roi

GRADINGS_COLUMNS = (
    "Patient",
    "IVD label",
    "Modic",
    "UP endplate",
    "LOW endplate",
    "Spondylolisthesis",
    "Disc herniation",
    "Disc narrowing",
    "Disc bulging",
    "Pfirrman grade",
)
"""Columns of SPIDER's radiological_gradings.csv, its spelling kept."""

GRADINGS_TASKS = (
    ("spider", "modic"),
    ("spider", "upper_endplate"),
    ("spider", "lower_endplate"),
    ("spider", "spondylolisthesis"),
    ("spider", "herniation"),
    ("spider", "narrowing"),
    ("spider", "bulging"),
    ("pfirrmann", "pfirrmann"),
)
HERNIATIONS = "herniations"
TRUTH_COLUMNS = ("study", "level", "index_from_sacrum", "system", "task", "grade")


def write_study(
    phantom: PhantomStudy, folder: Path | str, dicom: bool = False, stripped: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write a phantom study to a folder.

    The folder holds one NIfTI file a series (or one folder of DICOM files a series), so that it is itself a study that
    can be read. Beside them lie ``gradings.csv`` in the layout of SPIDER's gradings; ``truth.csv``, one row a disc and
    task; ``truth.json``, with the person, boxes and millimetres; the masks, named as the series, in ``masks``; and
    every disc's ROI box in ``rois``, and the boxes of herniations in ``herniations``.

    Levels are named as everywhere in the project, from the sacrum upwards as if there were five lumbar vertebrae. Where
    there are four or six, ``level_by_count`` in ``truth.json`` is the name by their number, such as ``L6-S1``.

    Parameters
    ----------
    phantom : PhantomStudy
    folder : Path or str
    dicom : bool
        Whether to write DICOM instead of NIfTI.
    stripped : sequence of str
        What is odd about the DICOM headers, of `discgrader.phantom.stripped.KINDS`.

    Returns
    -------
    tuple of Path
        The series' files or folders.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    folder = Path(folder)
    try:
        for name in ("masks", "rois", HERNIATIONS):
            (folder / name).mkdir(parents=True, exist_ok=True)
        written = []
        for number, series in enumerate(phantom.study.series, start=1):
            path = folder / (series.name if dicom else f"{series.name}.nii.gz")
            if dicom:
                from discgrader.phantom.dicom import write_series

                write_series(phantom, number, path, stripped)
            else:
                write_volume(series.volume, path)
            write_volume(phantom.labels[series.name], folder / "masks" / f"{series.name}.nii.gz")
            written.append(path)
        for disc in phantom.discs:
            write_roi(folder / "rois" / f"{disc.level}{SUFFIX}", disc.level, disc.roi)
            if disc.herniation_box is not None:
                write_roi(folder / HERNIATIONS / f"{disc.level}{SUFFIX}", disc.level, disc.herniation_box)
        write_tables([(phantom.study.name, phantom.discs)], folder)
        with open(folder / "truth.json", "w", encoding="utf-8") as file:
            json.dump(_truth(phantom), file, indent=1)
            file.write("\n")
    except OSError as error:
        raise OutputError(
            f"The phantom study cannot be written to {folder} ({error.strerror}); choose another."
        ) from error
    return tuple(written)


def write_tables(studies: Iterable[tuple[str, Sequence[PhantomDisc]]], folder: Path) -> None:
    """Write ``gradings.csv`` (as SPIDER's) and ``truth.csv`` (one row a disc and task) of one or many studies.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    gradings, truth = [], []
    for study, discs in studies:
        for disc in discs:
            gradings.append((study, disc.index_from_sacrum, *(disc.grades[task] for task in GRADINGS_TASKS)))
            place = (study, disc.level, disc.index_from_sacrum)
            truth.extend((*place, *task, grade) for task, grade in disc.grades.items())
    for name, columns, rows in (("gradings.csv", GRADINGS_COLUMNS, gradings), ("truth.csv", TRUTH_COLUMNS, truth)):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows)


def write_patients(patients: Mapping[str, Patient], folder: Path) -> None:
    """Write ``patients.csv``: one row a person, by name of the study.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with open(folder / "patients.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["study", *(field.name for field in fields(Patient))])
        writer.writerows([study, *asdict(patient).values()] for study, patient in patients.items())


def _truth(phantom: PhantomStudy) -> dict:
    discs, counted = [], counted_levels(known(phantom.parameters.patient.lumbar))
    for disc in phantom.discs:
        grades: dict[str, dict[str, str]] = {}
        for (system, task), grade in disc.grades.items():
            grades.setdefault(system, {})[task] = grade
        box = None if disc.herniation_box is None else disc.herniation_box.to_json(digits=6)
        discs.append(
            {
                "level": disc.level,
                "index_from_sacrum": disc.index_from_sacrum,
                "level_by_count": counted[disc.index_from_sacrum - 1],
                "roi": disc.roi.to_json(digits=6),
                "grades": grades,
                "details": dict(disc.details),
                "herniation_box": box,
            }
        )
    return {
        "study": phantom.study.name,
        "seed": phantom.parameters.seed,
        "patient": asdict(phantom.parameters.patient),
        "discs": discs,
    }
