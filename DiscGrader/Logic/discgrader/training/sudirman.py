"""Sudirman's lumbar set as a second cohort to train on: its sagittal images and its readers' Pfirrmann grades.

Sudirman et al. 2019 (doi 10.17632/k57fr854j2, CC BY 4.0), graded by two raters of the repository farhatmasood/YOLOspine
(MIT). It is known in two layouts: one mid-sagittal slice a patient and sequence in ``sudirman_sagittal/`` beside
SPIDER, with ``images.csv`` and ``gradings.csv``; and as published, a folder a patient with its study and series of
DICOM (``0001/L-SPINE_…/T2_TSE_SAG_384_0002/*.ima``) and the table of grades beside them.
"""

import re
from pathlib import Path

from discgrader.checked import read_csv
from discgrader.errors import StudyError
from discgrader.training.spider import SpiderImage

DATA_SET = "Sudirman (Mendeley k57fr854j2), CC BY 4.0"

NAME = "Sudirman"

FIRST_PATIENT = 100_000
"""Added to the numbers of Sudirman's patients, so that they are none of SPIDER's."""

GRADES = "gradings.csv"
_FOLDER = "sudirman_sagittal"
_SERIES = re.compile(r"^(T1|T2)_TSE_SAG_", re.IGNORECASE)


def is_sudirman(patient: int) -> bool:
    """Whether a patient is one of Sudirman's."""
    return patient >= FIRST_PATIENT


def sudirman_images(data_dir: Path) -> list[SpiderImage]:
    """All sagittal images of graded patients, ordered by patient and sequence; none where the set is not there.

    Raises
    ------
    StudyError
        A table lacks a column, a number in it cannot be, or it names an image that is not there.
    """
    root = _root(data_dir)
    if root is None:
        return []
    images = _handed(root) if (root / "images.csv").is_file() else _published(root)
    graded = {patient for patient, _ in sudirman_gradings(data_dir)}
    return sorted(
        (image for image in images if image.patient in graded), key=lambda image: (image.patient, image.sequence)
    )


def sudirman_gradings(data_dir: Path) -> dict[tuple[int, int], dict[str, int]]:
    """Pfirrmann grades, 1 to 5, by (patient, index from the sacrum), as `discgrader.training.spider.spider_gradings`
    gives SPIDER's; none where the set is not there.

    Raises
    ------
    StudyError
        The table lacks a column, or a grade or index cannot be.
    """
    root = _root(data_dir)
    if root is None:
        return {}
    path, table = root / GRADES, {}
    for number, row in enumerate(read_csv(path, ("patient", "index_from_sacrum", "pfirrmann"), StudyError), start=2):
        try:
            key, grade = (FIRST_PATIENT + int(row["patient"]), int(row["index_from_sacrum"])), int(row["pfirrmann"])
        except ValueError as error:
            raise StudyError(f"{path}, row {number}: {error}; correct the number.") from error
        if not 1 <= grade <= 5 or key[1] < 1:
            raise StudyError(f"{path}, row {number}: there is no disc {key[1]} with the Pfirrmann grade {grade}.")
        if table.get(key, {"pfirrmann": grade})["pfirrmann"] != grade:
            raise StudyError(f"{path}, row {number}: patient {row['patient']}, disc {key[1]} has two grades.")
        table[key] = {"pfirrmann": grade}
    return table


def _root(data_dir: Path) -> Path | None:
    """Where the set lies: in its own folder, or in one of its name; it is not there without its grades."""
    return next((root for root in (data_dir / _FOLDER, data_dir) if (root / GRADES).is_file()), None)


def _handed(root: Path) -> list[SpiderImage]:
    images = []
    for number, row in enumerate(read_csv(root / "images.csv", ("patient", "sequence", "file"), StudyError), start=2):
        if not row["patient"].strip().isdecimal():
            raise StudyError(f"{root / 'images.csv'}, row {number}: {row['patient']!r} is not a patient's number.")
        path = root / row["file"]
        if not path.is_file():
            raise StudyError(f"{root / 'images.csv'}, row {number}: there is no image {path}.")
        images.append(SpiderImage(FIRST_PATIENT + int(row["patient"]), row["sequence"].upper(), path, None))
    return images


def _published(root: Path) -> list[SpiderImage]:
    """The first sagittal series of each contrast of every patient."""
    found: dict[tuple[int, str], Path] = {}
    for folder in sorted(path for path in root.glob("*/*/*") if path.is_dir()):
        match, patient = _SERIES.match(folder.name), folder.parents[1].name
        if match is not None and patient.isdecimal():
            found.setdefault((FIRST_PATIENT + int(patient), match[1].upper()), folder)
    return [SpiderImage(patient, sequence, folder, None) for (patient, sequence), folder in found.items()]
