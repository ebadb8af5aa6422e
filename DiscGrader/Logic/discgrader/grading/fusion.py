"""The Pfirrmann grade from three sides: image networks, measured evidence of the whole spine, and radiomics.

Each side gives a probability for every grade; their weighted geometric mean, calibrated, is the grade. Evidence and
radiomics are read by forests; radiomics is that of the disc's middle sagittal slice on T2 (else T2 SPACE).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np

from discgrader.checked import Count, Within, checked
from discgrader.errors import PackError, UsageError
from discgrader.grading.contributions import Contribution, TreeQuery, contributions
from discgrader.grading.evidence_rows import evidence_columns, evidence_rows, log_probabilities, measures_on
from discgrader.grading.placement import Source, StudyContext, moved
from discgrader.localize.disc import Disc
from discgrader.packs.pack import Pack
from discgrader.packs.trees import Trees, forest_of_tensors
from discgrader.packs.weights import load_json, load_tensors

if TYPE_CHECKING:
    from discgrader.radiomics.extractor import RadiomicsExtractor
    from discgrader.radiomics.parameters import Parameters

DESCRIPTION = "fusion.json"
SIDES = ("network", "evidence", "radiomics")
SLICE_ROLES = ("T2", "T2_SPACE")
"""Roles whose slices serve for radiomics, the first one there."""

_LEAST_SHARE = 0.02
"""A value with less of the sum of all contributions is not worth a word."""

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
class Side:
    """A forest and what it is asked with."""

    forest: Trees
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Fusion:
    """The model.

    Parameters
    ----------
    evidence, radiomics : Side
        Of the rows of `discgrader.grading.evidence_rows`, and of features named as the extractor names them.
    weights : mapping of str to float
        Of each of `SIDES` in the sum of logarithms.
    bias : ndarray, shape (grades,)
        Added to the sum.
    roles : tuple of str
        Order of the roles in a row of evidence.
    """

    evidence: Side
    radiomics: Side
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
            sides["evidence"] = log_probabilities(self.evidence.forest.predict(evidence_row[None])[0])
        if np.isfinite(radiomics_row).any():
            sides["radiomics"] = log_probabilities(self.radiomics.forest.predict(radiomics_row[None])[0])
        return fused(sides, self.weights) + self.bias

    def contributions(
        self, evidence_row: np.ndarray, radiomics_row: np.ndarray, role: str = SLICE_ROLES[0]
    ) -> tuple[Contribution, ...]:
        """The values that moved the expected grade most, of both forests, each by its side's weight; ``role`` is that
        of the series whose slice radiomics is of."""
        features = [f"{role}:slice:{feature}" for feature in self.radiomics.columns]
        queries = (
            ("evidence", self.evidence, self.evidence.columns, evidence_row, evidence_row[1:]),
            ("radiomics", self.radiomics, features, radiomics_row, radiomics_row),
        )
        total = max(sum(self.weights.values()), 1e-9)
        return contributions(
            [
                TreeQuery(side.forest, row, columns, self.weights[name] / total)
                for name, side, columns, row, measured in queries
                if np.isfinite(measured).any()
            ],
            _LEAST_SHARE,
        )


class FusedStudy:
    """Grades the discs of one study by a fusion model; rows that several discs share are made once.

    Parameters
    ----------
    fusion : Fusion
    study : StudyContext
        Its discs beside the named ones count as neighbors.
    sources : sequence of Source
        The series to grade on.
    """

    def __init__(self, fusion: Fusion, study: StudyContext, sources: Sequence[Source]):
        self._fusion = fusion
        self._segmentation = study.localization.segmentation
        self._source = next((source for role in SLICE_ROLES for source in sources if source.role == role), None)
        self._extractor = fusion.extractor()
        self._evidence = evidence_rows(
            {
                disc.index_from_sacrum: measures_on(disc, sources, self._segmentation, study.cache)
                for disc in study.discs
            },
            fusion.roles,
        )

    def grade(self, network: np.ndarray, disc: Disc) -> tuple[np.ndarray, tuple[Contribution, ...]]:
        """Logits of the grades, shape (grades,), from those of the image networks; and what moved the grade."""
        evidence, radiomics = self._evidence[disc.index_from_sacrum], self._radiomics(disc)
        role = SLICE_ROLES[0] if self._source is None else self._source.role
        moved_by = self._fusion.contributions(evidence, radiomics, role)
        return self._fusion.logits(network, evidence, radiomics), moved_by

    def _radiomics(self, disc: Disc) -> np.ndarray:
        from discgrader.grading.slice_radiomics import patch, slice_features

        columns, source = self._fusion.radiomics.columns, self._source
        if source is None:
            return np.full(len(columns), np.nan)
        box = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + source.shift_lps_mm)
        labels = moved(self._segmentation, source.shift_lps_mm)
        values = slice_features(
            self._extractor, *patch(source.series.volume, labels, box, disc.index_from_sacrum, source.reference)
        )
        found = dict(zip(self._extractor.parameters.feature_names(), values))
        return np.array([found.get(name, np.nan) for name in columns])


def fused(sides: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Weighted sum of the sides' logarithms; the weights of sides that are missing go to those that are there."""
    there = sum(weights[name] for name in sides)
    if there <= 0:
        return sides["network"] * sum(weights.values())
    scale = sum(weights.values()) / there
    return sum(weights[name] * scale * logits for name, logits in sides.items())


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
            f"Pack {pack.name}: its fusion model is damaged: {DESCRIPTION}",
            PackError,
        )
        columns = {"evidence": described.columns.evidence, "radiomics": described.columns.radiomics}
        sides = {
            side: Side(
                forest_of_tensors(
                    len(columns[side]),
                    {name: tensor.numpy() for name, tensor in load_tensors(pack, f"forest_{side}.safetensors").items()},
                ),
                columns[side],
            )
            for side in SIDES[1:]
        }
        weights = {side: float(getattr(described.weights, side)) for side in SIDES}
        bias = np.array(described.bias, float)
        if any(side.forest.grades != len(bias) for side in sides.values()):
            raise ValueError("its forests grade on a different scale")
        if columns["evidence"] != evidence_columns(described.roles):
            raise ValueError("its evidence is measured differently in this version")
        parameters_of(columns["radiomics"])
        return Fusion(sides["evidence"], sides["radiomics"], weights, bias, described.roles)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise PackError(f"Pack {pack.name}: its fusion model is damaged ({error}); reinstall the pack.") from error


def fusion_files(fusion: Fusion) -> dict[str, bytes]:
    """The files that hold a fusion model in a pack."""
    import safetensors.numpy

    described = {
        "columns": {"evidence": list(fusion.evidence.columns), "radiomics": list(fusion.radiomics.columns)},
        "weights": dict(fusion.weights),
        "bias": [float(value) for value in fusion.bias],
        "roles": list(fusion.roles),
    }
    return {DESCRIPTION: json.dumps(described, indent=1).encode()} | {
        f"forest_{side}.safetensors": safetensors.numpy.save(
            {name: np.ascontiguousarray(tensor) for name, tensor in forest.tensors().items()}
        )
        for side, forest in (("evidence", fusion.evidence.forest), ("radiomics", fusion.radiomics.forest))
    }
