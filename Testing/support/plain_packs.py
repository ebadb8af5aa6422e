"""Packs of made-up weights, written without PyTorch, for tests of everything that reads them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy
from discgrader.packs.pack import Pack, TrainedOn, write_pack

TENSORS = {
    "conv.weight": np.linspace(-2.0, 3.0, 4 * 3 * 3 * 3, dtype=np.float32).reshape(4, 3, 3, 3),
    "bn.running_var": np.array([1e-7, 1.0, 2.0, 70000.0], np.float32),
    "bn.num_batches_tracked": np.array(12),
}


def made_pack(folder: Path, **changes: object) -> Pack:
    values = {
        "name": "spider-net",
        "version": "1.0.0",
        "system": "spider",
        "tasks": {"narrowing": {"scale": "narrowing", "grades": ["0", "1"]}},
        "input": {"plane": "sagittal", "contrasts": ["T2"]},
        "architecture": {"name": "resnet18"},
        "files": {"weights.safetensors": safetensors.numpy.save(TENSORS), "calibration.json": b'{"temperature": 1.2}'},
        "trained_on": TRAINED_ON,
    }
    return write_pack(folder, **(values | changes))


def redescribed(folder: Path, **changes: object) -> None:
    """Change fields of a pack.json; None takes one away."""
    described = json.loads((folder / "pack.json").read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in described.items() if value is not None}
    (folder / "pack.json").write_text(json.dumps(kept), encoding="utf-8")


def put_file(folder: Path, file: str, content: bytes) -> None:
    """Add a file to a pack, with its right hash."""
    (folder / file).write_bytes(content)
    files = json.loads((folder / "pack.json").read_text(encoding="utf-8"))["files"]
    redescribed(folder, files=files | {file: hashlib.sha256(content).hexdigest()})


TRAINED_ON = TrainedOn(
    data_set="SPIDER",
    license="CC BY 4.0",
    patients=140,
    discs=980,
    recipe="spider",
    seed=7,
    synthetic=False,
    statement="Trained on 140 patients of SPIDER (CC BY 4.0).",
)


def rewritten(folder: Path, pack: Pack, files: Mapping[str, bytes], **changes: object) -> Pack:
    """A pack with other files than one that there is, and whatever else is to differ."""
    kept = {name: getattr(pack, name) for name in ("version", "system", "tasks", "input", "architecture", "trained_on")}
    return write_pack(folder, **({"name": folder.name} | kept | changes), files=files)
