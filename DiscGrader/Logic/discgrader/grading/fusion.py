"""The Pfirrmann grade from three sides: image networks, measured evidence of the whole spine, and radiomics.

Each side gives a chance for every grade; their weighted geometric mean, calibrated, is the grade. Evidence and
radiomics are read by forests; radiomics is that of the disc's middle sagittal slice on T2 (else T2 SPACE).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from discgrader.checked import Count, Within, checked
from discgrader.errors import PackError, UsageError
from discgrader.grading.contributions import Push
from discgrader.grading.evidence import MEASURES
from discgrader.grading.feature_words import in_words
from discgrader.grading.study_rows import INDEX, evidence_columns
from discgrader.packs.forest import Forest
from discgrader.packs.pack import Pack
from discgrader.packs.weights import load_json, load_tensors

if TYPE_CHECKING:
    from discgrader.radiomics.extractor import RadiomicsExtractor
    from discgrader.radiomics.parameters import Parameters

DESCRIPTION = "fusion.json"
SIDES = ("network", "evidence", "radiomics")
SLICE_ROLES = ("T2", "T2_SPACE")
"""Roles whose slices serve for radiomics, the first one there."""

_LEAST = 1e-4

_Weight = Annotated[float, Within(0, 1e6)]


@dataclass(frozen=True)
class _Columns:
    evidence: Annotated[tuple[str, ...], Count(1, 10_000)]
    radiomics: Annotated[tuple[str, ...], Count(1, 10_000)]


@dataclass(frozen=True)
class _Weights:
    network: _Weight
    evidence: _Weight
    radiomics: _Weight


@dataclass(frozen=True)
class _Described:
    columns: _Columns
    weights: _Weights
    bias: Annotated[tuple[Annotated[float, Within(-1e6, 1e6)], ...], Count(2, 64)]
    roles: Annotated[tuple[str, ...], Count(1, 64)]


@dataclass(frozen=True, eq=False)
class Fusion:
    """The model.

    Parameters
    ----------
    evidence, radiomics : Forest
        Of the rows of `discgrader.grading.study_rows`, and of features named as the extractor names them.
    weights : mapping of str to float
        Of each of `SIDES` in the sum of logarithms.
    bias : ndarray, shape (grades,)
        Added to the sum.
    roles : tuple of str
        Order of the roles in a row of evidence.
    """

    evidence: Forest
    radiomics: Forest
    weights: Mapping[str, float]
    bias: np.ndarray
    roles: tuple[str, ...]

    def extractor(self) -> "RadiomicsExtractor":
        """Computes the features that the forest asks for, and no others."""
        from discgrader.radiomics.cache import FilterCache
        from discgrader.radiomics.extractor import RadiomicsExtractor

        return RadiomicsExtractor(
            parameters_of(self.radiomics.columns), FilterCache(limit_bytes=0, threads=1), threads=1
        )

    def logits(self, network: np.ndarray, evidence_row: np.ndarray, radiomics_row: np.ndarray) -> np.ndarray:
        """Logits of the grades of one disc; a side that saw nothing of it leaves its weight to the others.

        Parameters
        ----------
        network : ndarray, shape (grades,)
            The image networks' logits.
        evidence_row, radiomics_row : ndarray
            As the forests' columns; NaN where missing.
        """
        shifted = network - network.max()
        sides = {"network": shifted - np.log(np.exp(shifted).sum())}
        if np.isfinite(evidence_row[1:]).any():
            sides["evidence"] = log_chance(self.evidence.predict(evidence_row[None])[0])
        if np.isfinite(radiomics_row).any():
            sides["radiomics"] = log_chance(self.radiomics.predict(radiomics_row[None])[0])
        return fused(sides, self.weights) + self.bias

    def pushes(self, evidence_row: np.ndarray, radiomics_row: np.ndarray, most: int) -> tuple[Push, ...]:
        """The values that moved the expected grade most, of both forests, each by its side's weight; no missing
        ones."""
        found: list[Push] = []
        for side, forest, row in (
            ("evidence", self.evidence, evidence_row),
            ("radiomics", self.radiomics, radiomics_row),
        ):
            if not np.isfinite(row[1 if side == "evidence" else 0 :]).any():
                continue
            share = self.weights[side] / max(sum(self.weights.values()), 1e-9)
            steps = forest.contributions(row) @ np.arange(forest.chance.shape[1]) * share
            found += [
                _push(name, float(value), float(step))
                for name, value, step in zip(forest.columns, row, steps)
                if np.isfinite(value)
            ]
        total = sum(abs(one.steps) for one in found)
        strongest = sorted(found, key=lambda one: -abs(one.steps))[:most]
        return tuple(one for one in strongest if abs(one.steps) > 0.02 * total > 0)


def log_chance(chance: np.ndarray) -> np.ndarray:
    """Logarithm of chances, none of them counted as impossible."""
    return np.log(np.clip(chance, _LEAST, 1))


def fused(sides: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Weighted sum of the sides' logarithms; the weights of sides that are missing go to those that are there."""
    there = sum(weights[name] for name in sides)
    if there <= 0:
        return sides["network"] * sum(weights.values())
    scale = sum(weights.values()) / there
    return sum(weights[name] * scale * one for name, one in sides.items())


def parameters_of(columns: Sequence[str]) -> "Parameters":
    """The radiomics parameters that give these features and no more classes or images than they need.

    Parameters
    ----------
    columns : sequence of str
        Such as ``wavelet-LL_glcm_Contrast``.
    """
    from discgrader.grading.slice_radiomics import SETTINGS
    from discgrader.radiomics.parameters import Parameters

    classes: dict[str, list[str]] = {}
    for name in columns:
        _, kind, feature = name.split("_", 2)
        own = classes.setdefault(kind, [])
        if feature not in own:
            own.append(feature)
    images = {"Wavelet": {}} if any(name.startswith("wavelet-") for name in columns) else {}
    if any(name.startswith("original") and "_shape2D_" not in name for name in columns) or not images:
        images = {"Original": {}} | images
    return Parameters.from_mapping({"imageType": images, "featureClass": classes, "setting": dict(SETTINGS)})


def is_fusion_file(file: str) -> bool:
    """Whether a pack's file belongs to its fusion model."""
    return file == DESCRIPTION or file.startswith("forest_")


def load_fusion(pack: Pack) -> Fusion | None:
    """The fusion model of a pack; None where it has none.

    Raises
    ------
    PackError
        Its files do not fit together.
    """
    if DESCRIPTION not in pack.files:
        return None
    try:
        described = checked(
            load_json(pack, DESCRIPTION),
            _Described,
            f"Pack {pack.name}: its fusion model is broken: {DESCRIPTION}",
            PackError,
        )
        columns = {"evidence": described.columns.evidence, "radiomics": described.columns.radiomics}
        forests = {
            side: Forest.from_tensors(
                columns[side],
                {name: one.numpy() for name, one in load_tensors(pack, f"forest_{side}.safetensors").items()},
            )
            for side in SIDES[1:]
        }
        weights = {side: float(getattr(described.weights, side)) for side in SIDES}
        bias = np.array(described.bias, float)
        if any(forest.chance.shape[1] != len(bias) for forest in forests.values()):
            raise ValueError("its forests grade on another scale")
        if columns["evidence"] != evidence_columns(described.roles):
            raise ValueError("its evidence is measured otherwise here")
        parameters_of(columns["radiomics"])
        return Fusion(forests["evidence"], forests["radiomics"], weights, bias, described.roles)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise PackError(f"Pack {pack.name}: its fusion model is broken ({error}); install the pack anew.") from error


def fusion_files(fusion: Fusion) -> dict[str, bytes]:
    """The files that hold a fusion model in a pack."""
    import safetensors.numpy

    described = {
        "columns": {"evidence": list(fusion.evidence.columns), "radiomics": list(fusion.radiomics.columns)},
        "weights": dict(fusion.weights),
        "bias": [float(one) for one in fusion.bias],
        "roles": list(fusion.roles),
    }
    forests = {"evidence": fusion.evidence, "radiomics": fusion.radiomics}
    return {DESCRIPTION: json.dumps(described, indent=1).encode()} | {
        f"forest_{side}.safetensors": safetensors.numpy.save(
            {name: np.ascontiguousarray(one) for name, one in forest.tensors().items()}
        )
        for side, forest in forests.items()
    }


def _push(column: str, value: float, steps: float) -> Push:
    if column == INDEX:
        return Push("index_from_sacrum", "", "Disc, counted from the sacrum", "", value, steps)
    if ":" not in column:
        words = in_words(f"T2:slice:{column}").removeprefix("T2: ")
        return Push(column, "T2", words[:1].upper() + words[1:], "", value, steps)
    role, _, feature = column.split(":", 2)
    measure = MEASURES[feature.rsplit("@", 1)[-1]]
    words = in_words(column).split(": ", 1)[-1]
    return Push(feature, role, words[:1].upper() + words[1:], measure.unit, value, steps)
