"""What takes long to make, kept as files: whole or not at all, and made again where a file is broken or of an older
version."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.folders import atomic_file
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization


def save_arrays(path: Path, arrays: Mapping[str, object]) -> None:
    """Write arrays, and whatever becomes one, to a file (.npz)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, **{name: np.asarray(array) for name, array in arrays.items()})


def load_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """What `save_arrays` wrote; None where nothing was, or the file is broken."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def save_localization(path: Path, localization: Localization | None) -> None:
    """Write the discs that were found on a study, or that none could be looked for."""
    if localization is None:
        return save_arrays(path, {"plain": "null"})
    found = localization.segmentation
    plain = json.dumps(localization.to_json())
    return save_arrays(path, {"plain": plain, "labels": found.array, "affine": found.affine_lps})


def load_localization(path: Path, series_name: str) -> tuple[Localization | None, bool]:
    """What `save_localization` wrote, and whether anything was; of a series that may lie elsewhere by now and is called
    by its file."""
    kept = load_arrays(path)
    try:
        if kept is None or str(kept["plain"]) == "null":
            return None, kept is not None
        found = Localization.from_json(json.loads(str(kept["plain"])), Volume(kept["labels"], kept["affine"]))
    except (KeyError, ValueError, UsageError):
        # By a version that knew less of a disc.
        return None, False
    return replace(found, series_name=series_name, shifts_lps_mm={}), True
