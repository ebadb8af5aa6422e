"""What networks are fitted by: losses of segmentations, grades, boxes and shares of tissue."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot, smooth_l1_loss

UNKNOWN = -1
"""In the place of a grade that was not given."""

IGNORE = 255
"""Label of pixels that do not count."""


def segmentation_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy plus soft Dice over the classes above 0; pixels labeled `IGNORE` do not count.

    Parameters
    ----------
    logits : Tensor, shape (batch, classes, rows, columns)
    labels : Tensor of int, shape (batch, rows, columns)
    """
    known = labels != IGNORE
    target = torch.where(known, labels, 0)
    entropy = cross_entropy(logits, target, reduction="none")[known].mean()
    share = logits.softmax(1) * known[:, None]
    truth = one_hot(target, logits.shape[1]).permute(0, 3, 1, 2) * known[:, None]
    overlap = (share * truth).sum((0, 2, 3))
    dice = (2 * overlap + 1) / ((share + truth).sum((0, 2, 3)) + 1)
    return entropy + 1 - dice[1:].mean()


def tissue_loss(logits: torch.Tensor, shares: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Cross entropy with shares of tissue.

    Parameters
    ----------
    logits : Tensor, shape (batch, tissues + 1, rows, columns)
        The last is for what is none of the tissues.
    shares : Tensor, shape (batch, tissues, rows, columns)
    weights : Tensor, shape (tissues + 1,)
        How much each counts.
    """
    every = torch.cat([shares, (1 - shares.sum(1, keepdim=True)).clamp(0)], 1)
    return -(every * torch.log_softmax(logits, 1) * weights[None, :, None, None]).sum(1).mean()


def soft_targets(grades: torch.Tensor, count: int, neighbor_share: float) -> torch.Tensor:
    """Target probabilities (discs, count): most on the true grade, ``neighbor_share`` on the grades beside it."""
    target = one_hot(grades, count).float()
    if neighbor_share == 0:
        return target
    beside = torch.zeros_like(target)
    beside[:, 1:] += target[:, :-1]
    beside[:, :-1] += target[:, 1:]
    beside = beside / beside.sum(1, keepdim=True)
    return (1 - neighbor_share) * target + neighbor_share * beside


def grade_loss(
    logits: torch.Tensor,
    grades: torch.Tensor,
    neighbor_share: float = 0.0,
    *,
    cumulative: bool = False,
    weight: torch.Tensor | None = None,
) -> torch.Tensor:
    """Cross entropy with soft targets; discs without a grade do not count.

    Parameters
    ----------
    logits : Tensor, shape (discs, count)
    grades : Tensor of int, shape (discs,)
        `UNKNOWN` where there is none.
    neighbor_share : float
        As of `soft_targets`.
    cumulative : bool
        Whether to add the squared distance of cumulative probabilities, for grades that have an order.
    weight : Tensor, shape (count,), optional
        How much discs of each grade count, as of `grade_weights`.
    """
    known = grades != UNKNOWN
    if not known.any():
        return logits.sum() * 0
    logits, grades = logits[known].float(), grades[known]
    target = soft_targets(grades, logits.shape[1], neighbor_share)
    loss = -(target * logits.log_softmax(1)).sum(1)
    if weight is not None:
        own = weight[grades]
        loss = (loss * own).sum() / own.sum()
    else:
        loss = loss.mean()
    return loss + ((logits.softmax(1) - target).cumsum(1) ** 2).sum(1).mean() if cumulative else loss


def grade_weights(grades: np.ndarray, count: int, balance: float) -> torch.Tensor:
    """Weight of each grade: its frequency to the power -``balance``, with a mean of 1 over the graded discs."""
    seen = np.bincount(grades[grades != UNKNOWN], minlength=count)
    weight = np.maximum(seen, 1.0) ** -balance
    return torch.from_numpy(weight * seen.sum() / max((weight * seen).sum(), 1e-9)).float()


def box_loss(given: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Distance of edges and lack of overlap (Rezatofighi et al., CVPR 2019, without the enclosing box).

    Parameters
    ----------
    given, true : Tensor, shape (boxes, 4)
        First column, first row, last column, last row, as shares of the view; NaN in ``true`` where there is no box.
    """
    known = torch.isfinite(true).all(1)
    if not known.any():
        return given.sum() * 0
    given, true = given[known], true[known]
    low, high = torch.maximum(given[:, :2], true[:, :2]), torch.minimum(given[:, 2:], true[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    areas = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(1) for box in (given, true)]
    overlap = shared / (areas[0] + areas[1] - shared).clamp(min=1e-6)
    return 20 * smooth_l1_loss(given, true, beta=0.05) + (1 - overlap).mean()
