"""The image networks of a pack on patients that they had not seen, so that an evaluation needs no state of a training.

A pack of cross-validated networks says which patients each of them was not shown (``folds.json``). A patient whom one
network has not seen is judged by that one, a patient whom none has seen by all together, as when a study is graded.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import log_softmax

from discgrader.errors import PackError, UsageError
from discgrader.grading.crop_system import NETWORK_PREFIX
from discgrader.grading.systems import scale_of
from discgrader.grading.view import ViewShape
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack, default_packs
from discgrader.packs.weights import load_json, load_tensors
from discgrader.training.discs import GradedDisc, TrainingDisc, by_disc, discs_of
from discgrader.training.grader import GraderRecipe, predict
from discgrader.training.grader_recipe import FOLDS_FILE
from discgrader.training.grader_tasks import INPUTS, ROLES
from discgrader.training.tabular.families import FoundImage
from discgrader.training.tabular.table import FeatureTable

TASK = "pfirrmann"


def _grades() -> int:
    return len(scale_of(TASK, TASK).values)


def _columns() -> tuple[str, ...]:
    return tuple(f"log_probability_{grade + 1}" for grade in range(_grades()))


def read_folds(pack: Pack) -> dict[int, int]:
    """The number of the network of a pack that was not shown a patient, by patient.

    Raises
    ------
    PackError
        The pack does not say, or names networks that it does not have.
    """
    if FOLDS_FILE not in pack.files:
        raise PackError(
            f"Pack {pack.name} does not say which patients its networks were not trained on ({FOLDS_FILE}), "
            "so they cannot be evaluated on their training data."
        )
    stored: Any = load_json(pack, FOLDS_FILE)
    try:
        found: dict[int, int] = {}
        for name, patients in stored["patients_not_shown"].items():
            if f"{name}.safetensors" not in pack.files:
                raise ValueError(f"there is no {name}")
            found |= dict.fromkeys(map(int, patients), int(name.removeprefix(f"{NETWORK_PREFIX}_")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackError(f"Pack {pack.name}: {FOLDS_FILE} is damaged ({error}); reinstall the pack.") from error
    return found


@dataclass(frozen=True, eq=False)
class HeldOutNetworks:
    """A family of features: what the networks make of each disc, as logarithms of the grades' probabilities.

    Its rows are one a disc and set of `INPUTS`, whose name stands in the place of the sequence.
    """

    pack: Pack
    folds: Mapping[int, int]
    networks: Sequence[torch.nn.Module]
    recipe: GraderRecipe
    name: str = "network"

    @classmethod
    def of(cls, pack: Pack) -> "HeldOutNetworks":
        """The networks of a pack.

        Raises
        ------
        PackError
            As `read_folds`, or its networks do not grade as the recipe ``spider`` trains them to.
        """
        folds = read_folds(pack)
        networks = []
        try:
            crop: Any = pack.input["crop"]
            architecture: Any = pack.architecture
            recipe = replace(GraderRecipe(), shape=ViewShape(crop["rows"], crop["columns"], crop["pixel_mm"]))
            if tuple(architecture["roles"]) != ROLES or architecture["tasks"][TASK] != _grades():
                raise ValueError(f"they do not grade {TASK} on {', '.join(ROLES)}")
            for number in range(sum(file.startswith(f"{NETWORK_PREFIX}_") for file in pack.files)):
                network = build_network(pack.architecture)
                network.load_state_dict(load_tensors(pack, f"{NETWORK_PREFIX}_{number}.safetensors"))
                networks.append(network.eval().to(memory_format=torch.channels_last))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise PackError(f"Pack {pack.name} contains no networks of the recipe spider ({error}).") from error
        return cls(pack, folds, networks, recipe)

    @property
    def settings(self) -> str:
        """The weights and folds that decide the values."""
        return json.dumps(
            [
                sha256
                for file, sha256 in sorted(self.pack.files.items())
                if file.startswith(f"{NETWORK_PREFIX}_") or file == FOLDS_FILE
            ]
        )

    def table(self, found: Sequence[FoundImage]) -> FeatureTable:
        """Rows of one patient, whose images these are."""
        discs = [disc for image in found for disc in discs_of(image.image.patient, image.series, image.localization)]
        grouped = by_disc(discs)
        keys, rows, inputs = [], [], []
        for name, roles in INPUTS.items():
            shown = {key: images for key, images in grouped.items() if any(image.role in roles for image in images)}
            if shown:
                keys += shown
                rows.append(self._log_probabilities(shown, roles))
                inputs += [name] * len(shown)
        patients, indices = (np.array(column, int) for column in zip(*keys)) if keys else (np.zeros(0, int),) * 2
        stacked = any(image.dimensions == 3 for image in found)
        return FeatureTable(
            self.name,
            patients,
            indices,
            np.array(inputs, "<U8"),
            np.full(len(keys), 3 if stacked else 2),
            _columns(),
            np.concatenate(rows) if rows else np.zeros((0, _grades())),
        )

    def _log_probabilities(
        self, shown: Mapping[tuple[int, int], Sequence[TrainingDisc]], roles: Sequence[str]
    ) -> np.ndarray:
        patient = next(iter(shown))[0]
        own = self.folds.get(patient)
        networks = self.networks if own is None else [self.networks[own]]
        discs = [GradedDisc(*key, tuple(images), {}) for key, images in shown.items()]
        given = [predict(network, self.recipe, discs, roles)[TASK] for network in networks]
        return log_softmax(np.mean(given, 0).astype(float), axis=1)


def asked_about(table: FeatureTable, inputs: str = "all") -> FeatureTable:
    """The rows of one set of `INPUTS`, as belonging to the disc and to no sequence."""
    here = table.sequences == inputs
    return replace(
        table,
        patients=table.patients[here],
        indices=table.indices[here],
        values=table.values[here],
        sequences=np.array(["disc"] * int(here.sum()), "<U8"),
        dimensions=table.dimensions[here],
    )


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
        raise UsageError(f"{path} is not a held_out.npz of 'discgrader train spider'.") from error
    if logits.shape != (len(patients), _grades()) or indices.shape != patients.shape:
        raise UsageError(
            f"{path} is not a held_out.npz of 'discgrader train spider': its logits do not match its discs."
        )
    return FeatureTable(
        "network",
        patients,
        indices,
        np.array(["disc"] * len(patients)),
        np.full(len(patients), 2),
        _columns(),
        log_softmax(logits, axis=1),
    )


def installed_networks() -> Pack:
    """The installed pack that grades Pfirrmann by image networks.

    Raises
    ------
    PackError
        There is none.
    """
    found = [pack for pack in default_packs() if pack.system == "pfirrmann"]
    if not found:
        raise PackError(
            "No pack of the system pfirrmann is installed; train one first, with 'discgrader train spider'."
        )
    return found[-1]
