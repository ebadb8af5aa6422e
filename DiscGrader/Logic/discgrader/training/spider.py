"""The public data sets as they lie on disk.

SPIDER (van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, CC BY 4.0) is known in two layouts: its own
(``images/<id>_<t1|t2|t2_SPACE>.mha``, ``masks/``, ``radiological_gradings.csv``) and slices taken from it
(``midsagittal/``, ``t2_space/`` with ``*_mask.nii.gz`` beside the images). Of Sudirman et al. (2019, doi
10.17632/k57fr854j2, CC BY 4.0) sagittal slices are read that lie in ``sudirman_sagittal/`` beside SPIDER.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.checked import read_csv
from discgrader.errors import StudyError, UsageError
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume

DATA_SET = "SPIDER (Zenodo 10159290), CC BY 4.0"

TASK_COLUMNS = {
    "pfirrmann": ("pfirrmann", "pfirrman grade"),
    "modic": ("spider", "modic"),
    "upper_endplate": ("spider", "up endplate"),
    "lower_endplate": ("spider", "low endplate"),
    "spondylolisthesis": ("spider", "spondylolisthesis"),
    "herniation": ("spider", "disc herniation"),
    "narrowing": ("spider", "disc narrowing"),
    "bulging": ("spider", "disc bulging"),
}
"""Task name to its system and the (lower-case) column of SPIDER's gradings table."""

_NAME = re.compile(r"^(\d+)_(t1|t2_space|t2)$", re.IGNORECASE)


@dataclass(frozen=True)
class SpiderImage:
    """One image of one patient, a file or a folder of DICOM; ``sequence`` is ``T1``, ``T2`` or ``T2_SPACE``, ``mask``
    is None where there is none."""

    patient: int
    sequence: str
    path: Path
    mask: Path | None


def spider_images(data_dir: Path) -> list[SpiderImage]:
    """All images below ``data_dir`` (or its ``spider`` folder), ordered by patient and sequence."""
    root = _root(data_dir)
    found = []
    for folder in ("images", "midsagittal", "t2_space"):
        for path in sorted((root / folder).glob("*")):
            stem = re.sub(r"\.(nii\.gz|nii|mha)$", "", path.name)
            match = _NAME.match(stem)
            if match is None or stem == path.name:
                continue
            beside = path.with_name(path.name.replace(stem, stem + "_mask"))
            apart = root / "masks" / path.name
            mask = next((file for file in (beside, apart) if file.is_file()), None)
            found.append(SpiderImage(int(match[1]), match[2].upper(), path, mask))
    if not found:
        raise StudyError(
            f"There are no SPIDER images in {data_dir}; expected images/, midsagittal/ or t2_space/ in it."
        )
    return sorted(found, key=lambda image: (image.patient, image.sequence))


def _root(data_dir: Path) -> Path:
    return data_dir / "spider" if (data_dir / "spider").is_dir() else data_dir


def spider_gradings(data_dir: Path) -> dict[tuple[int, int], dict[str, int]]:
    """Grades by (patient, index from the sacrum), each a dict from task name to grade."""
    root = _root(data_dir)
    path = root / "radiological_gradings.csv"
    if not path.is_file():
        raise StudyError(f"SPIDER's table radiological_gradings.csv is missing from {root}.")
    table = {}
    for number, row in enumerate(read_csv(path, (), StudyError), start=2):
        values = {key.lower(): value.strip() for key, value in row.items()}
        try:
            index = int(float(values["ivd label"]))
            # Label 0 marks a disc below the sacrum's first that SPIDER left ungraded.
            if index > 0:
                table[int(values["patient"]), index] = {
                    task: int(float(values[column])) for task, (_, column) in TASK_COLUMNS.items()
                }
        except KeyError as error:
            raise StudyError(f"{path} has no column {error.args[0]}.") from error
        except (ValueError, OverflowError) as error:
            raise StudyError(f"{path}, row {number}: {error}; correct the number.") from error
    return table


def patient_folds(images: Sequence[SpiderImage], folds: int, seed: int = 0) -> dict[int, int]:
    """Fold number of every patient: shuffled by ``seed``; patients with and without masks are spread evenly alike."""
    with_mask = sorted({image.patient for image in images if image.mask})
    without = sorted({image.patient for image in images} - set(with_mask))
    generator = np.random.default_rng(seed)
    order = [*generator.permutation(with_mask), *generator.permutation(without)]
    return {int(patient): position % folds for position, patient in enumerate(order)}


@dataclass(frozen=True)
class SpiderCorrections:
    """What a reader saw to be wrong with exported slices, and where disc 1 lies; by file stem such as ``57_t2``."""

    upside_down: frozenset[str]
    scale: Mapping[str, float]
    lowest_graded_disc: Mapping[str, tuple[float, float]]


def spider_corrections() -> SpiderCorrections:
    """The corrections that come with the package; they concern single-slice exports only."""
    stored = json.loads(Path(__file__).with_name("spider_corrections.json").read_text(encoding="utf-8"))
    return SpiderCorrections(
        frozenset(stored["upside_down"]),
        stored["scale"],
        {name: (i, j) for name, (i, j) in stored["lowest_graded_disc"].items()},
    )


def read_corrected(image: SpiderImage, corrections: SpiderCorrections) -> tuple[Volume, np.ndarray | None]:
    """An image with its known faults mended, and the center of disc 1 in LPS mm where a reader has set it."""
    if image.path.is_dir():
        return read_study(image.path, roles=image.sequence).series[0].volume, None
    volume, _ = read_volume(image.path)
    stem = image.path.name.split(".")[0]
    if volume.size[2] > 1 and min(volume.size) > 1:
        return volume, None
    point = corrections.lowest_graded_disc.get(stem)
    scale = corrections.scale.get(stem, 1.0)
    affine = volume.affine_lps.copy()
    affine[:3, :2] *= scale
    volume = Volume(volume.array, affine)
    lowest = None if point is None else volume.index_to_lps(np.array([*point, 0.0]))
    if stem in corrections.upside_down:
        # Rows run along j: the picture is turned over in place, and the point with it.
        volume = volume.with_array(np.ascontiguousarray(volume.array[:, ::-1]))
        if point is not None:
            lowest = volume.index_to_lps(np.array([point[0], volume.size[1] - 1 - point[1], 0.0]))
    return volume, lowest


def series_of(image: SpiderImage, volume: Volume) -> Series:
    """The series that an image is, its volume read."""
    return Series(image.path.name, volume, Plane.SAGITTAL, Contrast(image.sequence), "file name")


def pfirrmann_grades(data_dir: Path) -> dict[tuple[int, int], int]:
    """Position on the scale, 0–4, of every graded disc by (patient, index from the sacrum).

    Raises
    ------
    StudyError
        There is no table, or it has a grade outside I–V.
    """
    grades = {key: grading["pfirrmann"] - 1 for key, grading in spider_gradings(data_dir).items()}
    wrong = next((key for key, grade in grades.items() if not 0 <= grade < 5), None)
    if wrong is not None:
        raise StudyError(
            f"radiological_gradings.csv gives patient {wrong[0]}, disc {wrong[1]} the Pfirrmann grade "
            f"{grades[wrong] + 1}; it must be 1 to 5."
        )
    return grades


def scanners(data_dir: Path) -> Mapping[int, str]:
    """Scanner of every patient as maker, model and field strength, from ``images.csv`` or SPIDER's ``overview.csv``.

    Empty where there is neither table, or it does not name scanners.
    """
    root = _root(data_dir)
    path = next((root / name for name in ("images.csv", "overview.csv") if (root / name).is_file()), None)
    if path is None:
        return {}
    found: dict[int, str] = {}
    for row in read_csv(path, (), UsageError):
        values = {_plain(key): value.strip() for key, value in row.items()}
        patient = _patient(values)
        name = " ".join(
            value
            for value in (
                _value(values, "manufacturer"),
                _value(values, "model", "manufacturermodelname", "manufacturersmodelname"),
                _field(values),
            )
            if value
        )
        if patient is not None and name:
            found.setdefault(patient, name)
    return found


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _patient(values: Mapping[str, str]) -> int | None:
    text = _value(values, "patient", "newfilename", "filename").split("_")[0]
    return int(text) if text.isdecimal() else None


def _value(values: Mapping[str, str], *names: str) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _field(values: Mapping[str, str]) -> str:
    text = _value(values, "fieldt", "magneticfieldstrength", "fieldstrength")
    try:
        return f"{float(text):g} T"
    except ValueError:
        return ""


@dataclass(frozen=True)
class SudirmanSlice:
    """A mid-sagittal slice of one patient; ``sequence`` is ``T1`` or ``T2``."""

    patient: str
    sequence: str
    path: Path


def sudirman_slices(data_dir: Path) -> list[SudirmanSlice]:
    """Sudirman's sagittal slices beside SPIDER; none where they are not there."""
    table = data_dir / "sudirman_sagittal" / "images.csv"
    if not table.is_file():
        return []
    with table.open(newline="", encoding="utf-8-sig") as stream:
        return [
            SudirmanSlice(row["patient"], row["sequence"].upper(), table.parent / row["file"])
            for row in csv.DictReader(stream)
        ]
