"""RSNA 2024's published layout as a truth: severity of stenosis by level (Lumbar Spine Degenerative Classification).

``train.csv`` has a row a study and a column a condition and level, ``Normal/Mild``, ``Moderate`` or ``Severe``;
``train_series_descriptions.csv`` says what each series is; pictures are
``train_images/<study>/<series>/<instance>.dcm``.
``train_label_coordinates.csv`` says on which instance a condition was seen.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from discgrader.checked import read_csv
from discgrader.errors import UsageError
from discgrader.localize.levels import is_level
from discgrader.training.validation.truth import Key, TrueGrade, Truth, each_once

TABLE, SERIES, COORDINATES, IMAGES = (
    "train.csv",
    "train_series_descriptions.csv",
    "train_label_coordinates.csv",
    "train_images",
)

SEVERITIES: Mapping[str, tuple[str, ...]] = {"normal/mild": ("0", "1"), "moderate": ("2",), "severe": ("3",)}
"""The published words and the grades of 0 to 3 that they stand for."""

CONDITIONS: Mapping[str, tuple[Key, ...]] = {
    "spinal_canal_stenosis": (("deepspine", "central_stenosis"), ("axial-multitask", "central_stenosis")),
    "left_neural_foraminal_narrowing": (("deepspine", "left_foraminal_stenosis"),),
    "right_neural_foraminal_narrowing": (("deepspine", "right_foraminal_stenosis"),),
    "left_subarticular_stenosis": (("axial-multitask", "nerve_root"),),
    "right_subarticular_stenosis": (("axial-multitask", "nerve_root"),),
}
"""What each condition is the truth of; of left and right recess the worse one is that of the level's nerve roots."""

ROLES: Mapping[str, str] = {"sagittal t1": "T1", "axial t2": "AX_T2"}
"""What a description settles; *Sagittal T2/STIR* may be either, which the picture tells."""


def is_rsna(path: Path) -> bool:
    """Whether a path is the published folder, or its table of studies."""
    table = path / TABLE if path.is_dir() else path
    if not table.is_file() or table.suffix.lower() != ".csv":
        return False
    with open(table, encoding="utf-8-sig", errors="replace") as file:
        names = [name.strip() for name in file.readline().split(",")]
    return names[0] == "study_id" and any(name.startswith("spinal_canal_stenosis_") for name in names)


def read_rsna(path: Path) -> Truth:
    """The truth of the published tables.

    Raises
    ------
    UsageError
        When a column or word is none of the published ones, or a table that there is is broken.
    """
    folder = path if path.is_dir() else path.parent
    table = folder / TABLE if path.is_dir() else path
    found: dict[tuple[str, str, Key], TrueGrade] = {}
    for number, row in enumerate(read_csv(table, ("study_id",), UsageError), start=2):
        for one in _row(table, number, row):
            place = one.study, one.level, one.key
            if place not in found or one.grades > found[place].grades:
                found[place] = one
    if not found:
        raise UsageError(f"{table} has no grade of any condition.")
    images = folder / IMAGES
    grades, _ = each_once(found.values(), str(table))
    return Truth(
        str(path),
        "RSNA 2024",
        grades,
        folder=images if images.is_dir() else None,
        roles=_roles(folder, images),
        notes=_notes(folder, grades),
    )


def _row(table: Path, number: int, row: Mapping[str, str]) -> Iterator[TrueGrade]:
    study = row["study_id"].strip()
    if not study:
        raise UsageError(f"{table}, line {number}: it names no study_id.")
    for column, text in row.items():
        if column == "study_id" or not text.strip():
            continue
        condition, level = _column(table, column)
        grades = SEVERITIES.get(text.strip().lower())
        if grades is None:
            raise UsageError(
                f"{table}, line {number}: {column} is {text.strip()!r}; it must be Normal/Mild, Moderate or Severe."
            )
        for system, task in CONDITIONS[condition]:
            yield TrueGrade(study, level, system, task, grades, f"line {number}")


def _column(table: Path, name: str) -> tuple[str, str]:
    """Condition and level of a column such as ``spinal_canal_stenosis_l4_l5``."""
    parts = name.strip().lower().split("_")
    condition, ends = "_".join(parts[:-2]), "_".join(parts[-2:])
    level = ends.upper().replace("_", "-")
    if condition not in CONDITIONS or not is_level(level):
        raise UsageError(
            f"{table}: {name} is no condition and level of RSNA 2024; it must be as spinal_canal_stenosis_l4_l5."
        )
    return condition, level


def _roles(folder: Path, images: Path) -> dict[str, dict[str, str]]:
    """By study, what its series are, by one of their files; series without files are left aside."""
    table = folder / SERIES
    if not table.is_file() or not images.is_dir():
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in read_csv(table, ("study_id", "series_id", "series_description"), UsageError):
        role = ROLES.get(row["series_description"].strip().lower())
        series = images / row["study_id"].strip() / row["series_id"].strip()
        file = next((one for one in sorted(series.glob("*.dcm"))), None) if role and series.is_dir() else None
        if role is not None and file is not None:
            found.setdefault(row["study_id"].strip(), {})[str(file)] = role
    return found


def _notes(folder: Path, grades: tuple[TrueGrade, ...]) -> tuple[str, ...]:
    """What is missing beside the table, and coordinates of studies that it does not have."""
    notes = [f"There is no {name} beside {TABLE}." for name in (SERIES, COORDINATES) if not (folder / name).is_file()]
    if (folder / COORDINATES).is_file():
        rows = read_csv(folder / COORDINATES, ("study_id", "series_id", "condition", "level"), UsageError)
        strange = {row["study_id"].strip() for row in rows} - {one.study for one in grades}
        notes += [f"{COORDINATES} names {len(strange)} studies that {TABLE} does not have."] if strange else []
    return tuple(notes)
