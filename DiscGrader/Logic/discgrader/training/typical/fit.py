"""Unlike pictures told from usual ones: fitted, and measured by patients that were left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from discgrader.grading.typical import GROUPS, Typical
from discgrader.training.loop import Optimization, steps_from, train
from discgrader.training.metrics import auroc
from discgrader.training.typical.examples import USUAL, Example

AXES: Mapping[str, int] = {"early": 16, "late": 24, "picture": 32}
HIDDEN, STEPS, RATE, DECAY = 32, 600, 0.01, 1e-3
SILENT = 0.95
"""Share of usual discs on which nothing is said, at least."""

_MORE_SILENT, _FEWER_TOLD = (0.985, 0.98, 0.97, 0.96), 0.002
"""Greater shares that are tried, since studies that nothing was fitted to are a little further away; and by how much
the share of unlike pictures that is told may fall for that."""

_BEYOND = 0.998, 0.3
"""Quantile of single distances of usual discs, and what is added to its logarithm, beyond which they count by
themselves."""


def fit(some: Sequence[Example], seed: int = 0) -> Typical:
    """From usual examples and others; the limit is still that of even chances."""
    usual = [one for one in some if one.kind == USUAL]
    means, scales, axes = {}, {}, {}
    for group in GROUPS:
        seen = torch.cat([one.seen[group] for one in usual])
        means[group], scales[group] = seen.mean(0), seen.std(0).clamp(min=1e-3)
        away = (seen - means[group]) / scales[group]
        _, spread, directions = torch.linalg.svd(away, full_matrices=False)
        count = min(AXES[group], len(spread))
        axes[group] = directions[:count].T / (spread[:count].clamp(min=1e-6) / len(seen) ** 0.5)
    torch.manual_seed(seed)
    width = sum(one.shape[1] for one in axes.values()) + 2 * len(GROUPS)
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
    unlike = torch.tensor([float(one.kind != USUAL) for one in some])
    layers = [
        (layer.weight.detach(), layer.bias.detach()) for layer in _learn(inner, outer, inputs, unlike, _weights(some))
    ]
    farthest = torch.quantile(distances[[one.kind == USUAL for one in some]], _BEYOND[0], dim=0) + _BEYOND[1]
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
    kinds = [one.kind for one in some]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    unlike = max(1, len(counts) - 1)
    return torch.tensor([len(some) / 2 / counts[kind] / (1 if kind == USUAL else unlike) for kind in kinds])


def _seen(some: Sequence[Example]) -> dict[str, torch.Tensor]:
    return {group: torch.cat([one.seen[group] for one in some]) for group in GROUPS}


def folds_of(some: Sequence[Example], folds: int, seed: int = 0) -> np.ndarray:
    """The fold of each example, by patient."""
    patients = sorted({one.patient for one in some})
    order = np.random.default_rng(seed).permutation(len(patients))
    fold = {patient: int(place) % folds for patient, place in zip(patients, order, strict=True)}
    return np.array([fold[one.patient] for one in some])


def left_out_scores(some: Sequence[Example], folds: int = 5, without: str | None = None) -> np.ndarray:
    """Scores of examples by what was fitted to the other folds' patients; ``without`` names a kind that is not
    learned."""
    fold, scores = folds_of(some, folds), np.zeros(len(some))
    for one in range(folds):
        inside = np.nonzero(fold == one)[0]
        learned = [example for place, example in enumerate(some) if fold[place] != one and example.kind != without]
        if len(inside):
            scores[inside] = fit(learned).scores(_seen([some[place] for place in inside])).numpy()
    return scores


def limit_of(scores: np.ndarray, usual: np.ndarray) -> float:
    """The score that `SILENT` of the usual discs do not reach, or more of them where that costs nothing."""
    lowest, *further = (float(np.quantile(scores[usual], share, method="higher")) for share in (SILENT, *_MORE_SILENT))
    told = np.mean(scores[~usual] > lowest) if not usual.all() else 0.0
    return next((limit for limit in further if np.mean(scores[~usual] > limit) >= told - _FEWER_TOLD), lowest)


def table(some: Sequence[Example], scores: np.ndarray, limit: float) -> dict[str, dict[str, float]]:
    """For each kind: how many, the AUROC against the usual, and the share that is warned of."""
    kinds = np.array([one.kind for one in some])
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
    for source in sorted({one.source for one in some if one.kind == USUAL}):
        own = scores[[one.kind == USUAL and one.source == source for one in some]]
        rows[f"{USUAL}, {source}"] = {"pictures": len(own), "warned": float((own > limit).mean())}
    return rows
