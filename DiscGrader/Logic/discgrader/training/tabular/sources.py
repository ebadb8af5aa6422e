"""What an evaluation is made from: the data set's tables, the image networks' held-out logits, the scanners."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from discgrader.checked import read_csv
from discgrader.errors import StudyError, UsageError
from discgrader.training.spider import spider_gradings
from discgrader.training.tabular.table import FeatureTable

GRADES = 5


def pfirrmann_grades(data_dir: Path) -> dict[tuple[int, int], int]:
    """Position on the scale, 0–4, of every graded disc by (patient, index from the sacrum).

    Raises
    ------
    StudyError
        There is no table, or it has a grade outside I–V.
    """
    grades = {key: one["pfirrmann"] - 1 for key, one in spider_gradings(data_dir).items()}
    wrong = next((key for key, grade in grades.items() if not 0 <= grade < GRADES), None)
    if wrong is not None:
        raise StudyError(
            f"radiological_gradings.csv gives patient {wrong[0]}, disc {wrong[1]} the Pfirrmann grade "
            f"{grades[wrong] + 1}; it must be 1 to 5."
        )
    return grades


def network_table(path: Path, inputs: str = "all") -> FeatureTable:
    """The image networks' logits on discs that they had not seen, as ``discgrader train spider`` keeps them.

    Parameters
    ----------
    inputs : str
        The images shown to the networks: ``all``, ``T2``, ``T1``, ``T2_SPACE`` or ``T1+T2``.

    Raises
    ------
    UsageError
        There is no such file, or it is no ``held_out.npz``.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"There is no file {path}; give the held_out.npz of a finished 'discgrader train spider'.")
    try:
        with np.load(path, allow_pickle=False) as stored:
            patients, indices = stored[f"{inputs}/patients"].astype(int), stored[f"{inputs}/indices"].astype(int)
            logits = stored[f"{inputs}/network/pfirrmann"].astype(float)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} is no held_out.npz of 'discgrader train spider'.") from error
    if logits.shape != (len(patients), GRADES) or indices.shape != patients.shape:
        raise UsageError(f"{path} is no held_out.npz of 'discgrader train spider': its logits do not fit its discs.")
    shifted = logits - logits.max(1, keepdims=True)
    return FeatureTable(
        "network",
        patients,
        indices,
        np.array(["disc"] * len(patients)),
        np.full(len(patients), 2),
        tuple(f"log_probability_{grade + 1}" for grade in range(GRADES)),
        shifted - np.log(np.exp(shifted).sum(1, keepdims=True)),
    )


def scanners(data_dir: Path) -> Mapping[int, str]:
    """Scanner of every patient as maker, model and field strength, from ``images.csv`` or SPIDER's ``overview.csv``.

    Empty where there is neither table, or it does not name scanners.
    """
    root = data_dir / "spider" if (data_dir / "spider").is_dir() else data_dir
    path = next((root / name for name in ("images.csv", "overview.csv") if (root / name).is_file()), None)
    if path is None:
        return {}
    found: dict[int, str] = {}
    for row in read_csv(path, (), UsageError):
        values = {_plain(key): value.strip() for key, value in row.items()}
        patient = _patient(values)
        name = " ".join(
            one
            for one in (
                _value(values, "manufacturer"),
                _value(values, "model", "manufacturermodelname", "manufacturersmodelname"),
                _field(values),
            )
            if one
        )
        if patient is not None and name:
            found.setdefault(patient, name)
    return found


def _plain(name: str) -> str:
    return "".join(one for one in name.lower() if one.isalnum())


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
