"""Unlike images separated from usual ones: what a pack's network sees of both, fitted, and measured by patients that
were left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from discgrader.grading.crop_system import CropNetworks
from discgrader.grading.placement import StudyContext, StudyViews
from discgrader.grading.typical import GROUPS, Typical, typical_features
from discgrader.grading.view_system import ViewSystem, middle_slices, network_input, pictures_of
from discgrader.training.cohorts import Patient
from discgrader.training.loop import Optimization, steps_from, train
from discgrader.training.metrics import auroc
from discgrader.training.typical.changes import CHANGES, DiscInStudy, near

USUAL = "usual"

Seen = Mapping[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Example:
    """What is seen of one picture of a disc; ``kind`` is `USUAL`, a change, or what else it is; ``source`` where it is
    from."""

    kind: str
    patient: str
    source: str
    seen: Seen


class FeatureReader(Protocol):
    """What a pack's network sees of a disc."""

    def alone(self, shown: DiscInStudy) -> DiscInStudy | None:
        """The disc with no more of its study than is needed to see it; None where it cannot be seen."""

    def __call__(self, shown: DiscInStudy) -> Seen | None: ...


class CropFeatureReader:
    """What a pack of disc classifiers sees, by its first network, of each contrast's crops: their mean."""

    def __init__(self, networks: CropNetworks):
        self.networks = networks

    def alone(self, shown: DiscInStudy) -> DiscInStudy:
        """The disc with all that is read of its study."""
        return shown

    def __call__(self, shown: DiscInStudy) -> Seen | None:
        seen = self.networks.see(StudyContext(shown.study, shown.localization), shown.disc)
        if seen is None:
            return None
        network = self.networks.networks[0]
        with torch.inference_mode():
            maps = network.maps(seen.crops, seen.roles)
            return typical_features(maps, network.crop_features(maps), seen.crops[:, :1], seen.crops[:, 1:])


class ViewFeatureReader:
    """What a system that looks through views sees of the view nearest to the disc's middle."""

    def __init__(self, system: ViewSystem):
        self.system = system

    def alone(self, shown: DiscInStudy) -> DiscInStudy | None:
        """The disc with no more of its study than the look at it takes; None where it cannot be looked at."""
        views = StudyViews(shown.study, shown.localization).of(shown.disc, self.system.specs, self.system.pixels)
        if isinstance(views, str):
            return None
        used = {view.series.name for view in views[0]}
        series = tuple(series for series in shown.study.series if series.name in used)
        found = replace(shown.localization, series_name=series[0].name, discs=(shown.disc,))
        return near(replace(shown, study=replace(shown.study, series=series), localization=found))

    def __call__(self, shown: DiscInStudy) -> Seen | None:
        views = StudyViews(shown.study, shown.localization).of(shown.disc, self.system.specs, self.system.pixels)
        if isinstance(views, str):
            return None
        pictures = torch.from_numpy(pictures_of(views[:1]))
        with torch.inference_mode():
            maps = self.system.network.maps(network_input(pictures))
            return typical_features(maps, self.system.network.answers(maps)[2], middle_slices(pictures))


def examples(
    patient: Patient, reader: FeatureReader, usual: str, count: int, changed: int, rng: np.random.Generator
) -> Iterator[Example]:
    """What is seen of some discs of a patient's studies.

    Parameters
    ----------
    usual : str
        What they are: `USUAL`, or another kind, of which nothing is changed.
    count, changed : int
        How many discs of each study are seen as they are, and how many with a change, each with another.
    """
    for number, (study, found) in enumerate(patient.studies):
        shown = [
            example for disc in found.discs if (example := reader.alone(DiscInStudy(study, found, disc))) is not None
        ]
        others = [
            other
            for place, other in enumerate(patient.studies)
            if place != number and {other[0].series[0].role, study.series[0].role} == {"T1", "T2"}
        ]
        for place in rng.permutation(len(shown))[:count]:
            yield from _example(shown[place], reader, usual, patient)
        if usual != USUAL:
            continue
        kinds = rng.permutation(list(CHANGES))[:changed] if shown else ()
        for kind in kinds:
            example = shown[int(rng.integers(len(shown)))]
            other = others[0] if others else None
            if other is not None:
                same = [disc for disc in other[1].discs if disc.index_from_sacrum == example.disc.index_from_sacrum]
                example = replace(example, other=DiscInStudy(*other, same[0]) if same else None)
            altered = CHANGES[str(kind)](example, rng)
            if altered is not None:
                yield from _example(altered, reader, str(kind), patient)


def _example(shown: DiscInStudy, reader: FeatureReader, kind: str, patient: Patient) -> Iterator[Example]:
    seen = reader(shown)
    if seen is not None:
        yield Example(
            kind, patient.name, patient.source, {group: values.mean(0, keepdim=True) for group, values in seen.items()}
        )


def save(path: Path, some: Sequence[Example]) -> None:
    """Keep examples in a file."""
    np.savez_compressed(
        path,
        kinds=[example.kind for example in some],
        patients=[example.patient for example in some],
        sources=[example.source for example in some],
        **{group: torch.cat([example.seen[group] for example in some]).numpy() for group in GROUPS},
    )


def load(path: Path) -> list[Example]:
    """The examples again."""
    with np.load(path) as kept:
        seen = {group: torch.from_numpy(kept[group]) for group in GROUPS}
        return [
            Example(str(kind), str(patient), str(source), {group: seen[group][place][None] for group in GROUPS})
            for place, (kind, patient, source) in enumerate(
                zip(kept["kinds"], kept["patients"], kept["sources"], strict=True)
            )
        ]


AXES: Mapping[str, int] = {"early": 16, "late": 24, "picture": 32}
HIDDEN, STEPS, RATE, DECAY = 32, 600, 0.01, 1e-3
NOT_WARNED = 0.95
"""Share of usual discs on which nothing is said, at least."""

_MORE_NOT_WARNED, _FEWER_DETECTED = (0.985, 0.98, 0.97, 0.96), 0.002
"""Greater shares that are tried, since studies that nothing was fitted to are a little further away; and by how much
the share of unlike pictures that is warned of may fall for that."""

_BEYOND = 0.998, 0.3
"""Quantile of single distances of usual discs, and what is added to its logarithm, beyond which they count by
themselves."""


def fit(some: Sequence[Example], seed: int = 0) -> Typical:
    """From usual examples and others; the limit is still that of a probability of 0.5."""
    usual = [example for example in some if example.kind == USUAL]
    means, scales, axes = {}, {}, {}
    for group in GROUPS:
        seen = torch.cat([example.seen[group] for example in usual])
        means[group], scales[group] = seen.mean(0), seen.std(0).clamp(min=1e-3)
        away = (seen - means[group]) / scales[group]
        _, spread, directions = torch.linalg.svd(away, full_matrices=False)
        count = min(AXES[group], len(spread))
        axes[group] = directions[:count].T / (spread[:count].clamp(min=1e-6) / len(seen) ** 0.5)
    torch.manual_seed(seed)
    width = sum(axis.shape[1] for axis in axes.values()) + 2 * len(GROUPS)
    inner, outer = torch.nn.Linear(width, HIDDEN), torch.nn.Linear(HIDDEN, 1)
    typical = Typical(
        means,
        scales,
        axes,
        [(inner.weight, inner.bias), (outer.weight, outer.bias)],
        0.0,
        torch.full((2 * len(GROUPS),), float("inf")),
    )
    places, distances = typical.coordinates(_seen(some))
    inputs = torch.cat([places / 2, distances], 1)
    unlike = torch.tensor([float(example.kind != USUAL) for example in some])
    layers = [
        (layer.weight.detach(), layer.bias.detach()) for layer in _learn(inner, outer, inputs, unlike, _weights(some))
    ]
    farthest = torch.quantile(distances[[example.kind == USUAL for example in some]], _BEYOND[0], dim=0) + _BEYOND[1]
    return Typical(means, scales, axes, layers, 0.0, farthest)


def _learn(
    inner: torch.nn.Linear, outer: torch.nn.Linear, inputs: torch.Tensor, unlike: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.nn.Linear, torch.nn.Linear]:
    def loss_of(_step: int) -> torch.Tensor:
        score = layers(inputs)[:, 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(score, unlike, weights)

    layers = torch.nn.Sequential(torch.nn.Dropout(0.1), inner, torch.nn.ReLU(), torch.nn.Dropout(0.2), outer)
    how = Optimization(STEPS, RATE, DECAY, average_decay=0.0, clipped_norm=None, schedule="constant")
    fitted = train(layers, how, lambda first: steps_from(first, loss_of))
    return fitted[1], fitted[4]


def _weights(some: Sequence[Example]) -> torch.Tensor:
    """Every kind weighs as much as the others, all unlike ones together as much as the usual."""
    kinds = [example.kind for example in some]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    unlike = max(1, len(counts) - 1)
    return torch.tensor([len(some) / 2 / counts[kind] / (1 if kind == USUAL else unlike) for kind in kinds])


def _seen(some: Sequence[Example]) -> dict[str, torch.Tensor]:
    return {group: torch.cat([example.seen[group] for example in some]) for group in GROUPS}


def folds_of(some: Sequence[Example], folds: int, seed: int = 0) -> np.ndarray:
    """The fold of each example, by patient."""
    patients = sorted({example.patient for example in some})
    order = np.random.default_rng(seed).permutation(len(patients))
    fold = {patient: int(place) % folds for patient, place in zip(patients, order, strict=True)}
    return np.array([fold[example.patient] for example in some])


def left_out_scores(some: Sequence[Example], folds: int = 5, without: str | None = None) -> np.ndarray:
    """Scores of examples by what was fitted to the other folds' patients; ``without`` names a kind that is not
    learned."""
    fold, scores = folds_of(some, folds), np.zeros(len(some))
    for held_out in range(folds):
        inside = np.nonzero(fold == held_out)[0]
        learned = [example for place, example in enumerate(some) if fold[place] != held_out and example.kind != without]
        if len(inside):
            scores[inside] = fit(learned).scores(_seen([some[int(place)] for place in inside])).numpy()
    return scores


def limit_of(scores: np.ndarray, usual: np.ndarray) -> float:
    """The score that `NOT_WARNED` of the usual discs do not reach, or more of them where that costs nothing."""
    lowest, *further = (
        float(np.quantile(scores[usual], share, method="higher")) for share in (NOT_WARNED, *_MORE_NOT_WARNED)
    )
    warned = np.mean(scores[~usual] > lowest) if not usual.all() else 0.0
    return next((limit for limit in further if np.mean(scores[~usual] > limit) >= warned - _FEWER_DETECTED), lowest)


def table(some: Sequence[Example], scores: np.ndarray, limit: float) -> dict[str, dict[str, float]]:
    """For each kind: how many, the AUROC against the usual, and the share that is warned of."""
    kinds = np.array([example.kind for example in some])
    usual = scores[kinds == USUAL]
    rows = {}
    for kind in (USUAL, *sorted(set(kinds) - {USUAL})):
        own = scores[kinds == kind]
        rows[kind] = {"pictures": len(own), "warned": float((own > limit).mean())}
        if kind != USUAL:
            rows[kind]["auroc"] = auroc(np.r_[np.zeros(len(usual), bool), np.ones(len(own), bool)], np.r_[usual, own])
    every = kinds != USUAL
    if every.any():
        rows["all"] = {
            "pictures": int(every.sum()),
            "warned": float((scores[every] > limit).mean()),
            "auroc": auroc(every, scores),
        }
    for source in sorted({example.source for example in some if example.kind == USUAL}):
        own = scores[[example.kind == USUAL and example.source == source for example in some]]
        rows[f"{USUAL}, {source}"] = {"pictures": len(own), "warned": float((own > limit).mean())}
    return rows
