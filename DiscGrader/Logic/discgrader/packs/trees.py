"""Ensembles of decision trees as arrays, evaluated in numpy: boosted trees of LightGBM and forests of scikit-learn.

The libraries are needed to grow trees, not to ask them: importing LightGBM takes most of a second, because it brings
pandas and scikit-learn along, and a few hundred small trees for the few discs of a study need neither. Boosted trees
are read from LightGBM 4's text format (``version=v4``), its rules for missing values are those of
``Tree::NumericalDecision`` in its source; forests are kept as tensors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

_CATEGORICAL, _DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 1, 2, 4, 8
"""Bits of ``decision_type`` in LightGBM's text format: categorical, default left, and how missing values are
written."""

_ZERO = 1e-35
"""LightGBM's kZeroThreshold: smaller values count as zero."""

_MOST_FEATURES, _MOST_OUTPUTS = 100_000, 1000
"""Far above any pack (1218 features and some, 5 grades); a damaged file states more. Round numbers."""


class Link(StrEnum):
    """How the values of the leaves that a row ends in become probabilities."""

    BINARY = "binary"
    """The logistic function of their sum: of the second of two grades."""

    MULTICLASS = "multiclass"
    """The softmax of their sums."""

    MEAN = "mean"
    """Their mean: leaves hold shares of each grade."""


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees one behind the other, their nodes numbered through.

    Parameters
    ----------
    link : Link
    features : int
        How many values a row has.
    root : ndarray of int, shape (trees,)
        First node of every tree.
    feature : ndarray of int, shape (nodes,)
        Which value a split asks for; -1 at a leaf.
    threshold : ndarray, shape (nodes,)
        Values up to it go left.
    left, right : ndarray of int, shape (nodes,)
        The nodes that follow.
    missing_left : ndarray of bool, shape (nodes,)
        Where a missing value goes.
    value : ndarray, shape (nodes, outputs)
        What a leaf says, and what a split would say if it were one: the mean over the training rows that reach it.
    nan_is_missing, zero_is_missing : ndarray of bool, shape (nodes,)
        What counts as missing; a NaN that does not counts as 0.
    steepness : float
        Of the logistic function.
    single : bool
        Whether a row is compared in single precision, as scikit-learn does.

    Raises
    ------
    ValueError
        A split leads out of the trees, in a circle, or asks for a value that there is not.
    """

    link: Link
    features: int
    root: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing_left: np.ndarray
    value: np.ndarray
    nan_is_missing: np.ndarray
    zero_is_missing: np.ndarray
    steepness: float = 1.0
    single: bool = False

    def __post_init__(self) -> None:
        own = np.arange(len(self.feature))
        inner = self.feature >= 0
        for following in (self.left[inner], self.right[inner]):
            if np.any(following <= own[inner]) or np.any(following >= len(own)):
                raise ValueError("a split points to a node that does not exist")
        if np.any(self.feature >= self.features) or np.any(self.feature < -1):
            raise ValueError("a split uses a feature that does not exist")
        if np.any(self.root < 0) or np.any(self.root >= len(own)) or not np.isfinite(self.value).all():
            raise ValueError("a tree has no root or a leaf has no value")

    @property
    def grades(self) -> int:
        """How many grades they tell apart."""
        return 2 if self.link is Link.BINARY else self.value.shape[1]

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Probability of each grade, shape (rows, grades), of rows (rows, features) in which NaN is missing.

        Of boosted trees as LightGBM's ``Booster.predict`` gives it, of a forest as scikit-learn's ``predict_proba``.
        """
        rows = np.asarray(rows, np.float32 if self.single else float)
        leaves = [self.value[self._leaves(row)] for row in rows]
        if self.link is Link.MEAN:
            return np.stack([values.mean(0) for values in leaves])
        scores = np.stack([values.sum(0) for values in leaves])
        if self.link is Link.BINARY:
            second = 1.0 / (1.0 + np.exp(-self.steepness * scores[:, 0]))
            return np.stack([1 - second, second], 1)
        shifted = np.exp(scores - scores.max(1, keepdims=True))
        return shifted / shifted.sum(1, keepdims=True)

    def without_last(self, value: float) -> "Trees":
        """The same trees where the last value of a row is always this one: they ask for it no more.

        What pointed to a split on it points to the node that such a row comes to behind it.
        """
        asked = self.feature == self.features - 1
        behind = np.arange(len(self.feature))
        for node in np.flatnonzero(asked)[::-1]:
            behind[node] = behind[self.left[node] if value <= self.threshold[node] else self.right[node]]
        return replace(
            self,
            features=self.features - 1,
            root=behind[self.root],
            feature=np.where(asked, -1, self.feature),
            left=behind[self.left],
            right=behind[self.right],
        )

    def moved(self, row: np.ndarray) -> np.ndarray:
        """By how much each value of one row moved the expected grade, to the first order, shape (features,).

        At every split on the row's way down, the change of the mean that is expected belongs to the value asked for
        (Saabas 2014). The scores of boosted trees become grades by their derivative at this row.
        """
        outputs = self.contributions(row)
        if self.link is Link.MEAN:
            return outputs.T @ np.arange(self.grades)
        probabilities = self.predict(np.asarray(row)[None])[0]
        if self.link is Link.BINARY:
            return outputs[0] * probabilities[1] * (1 - probabilities[1])
        places = np.arange(self.grades)
        return (probabilities * (places - float(probabilities @ places))) @ outputs

    def contributions(self, row: np.ndarray) -> np.ndarray:
        """How much each value of one row moved each output, raw scores of boosted trees or shares of a forest, shape
        (outputs, features). The sum over the values is the output less that of a row of which nothing is known.
        """
        row = np.asarray(row, np.float32 if self.single else float)
        result = np.zeros((self.features, self.value.shape[1]))
        node = self.root.copy()
        while (going := self.feature[node] >= 0).any():
            at = node[going]
            following = self._next(row, at)
            np.add.at(result, self.feature[at], self.value[following] - self.value[at])
            node[going] = following
        return (result / len(self.root) if self.link is Link.MEAN else result).T

    def _leaves(self, row: np.ndarray) -> np.ndarray:
        """The leaf that the row ends in, tree by tree."""
        node = self.root.copy()
        while (going := self.feature[node] >= 0).any():
            node[going] = self._next(row, node[going])
        return node

    def _next(self, row: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The nodes that follow these splits for a row."""
        value = row[self.feature[at]]
        unknown = np.isnan(value)
        value = np.where(unknown & ~self.nan_is_missing[at], 0.0, value)
        missing = unknown & self.nan_is_missing[at]
        missing |= self.zero_is_missing[at] & (np.abs(value) <= _ZERO)
        goes_left = np.where(missing, self.missing_left[at], value <= self.threshold[at])
        return np.where(goes_left, self.left[at], self.right[at])

    def tensors(self) -> dict[str, np.ndarray]:
        """A forest for a safetensors file; `forest_of_tensors` reads it."""
        return {
            "root": self.root.astype(np.int32),
            "feature": self.feature.astype(np.int32),
            "threshold": self.threshold,
            "left": self.left.astype(np.int32),
            "right": self.right.astype(np.int32),
            "missing_left": self.missing_left.astype(np.uint8),
            "chance": self.value.astype(np.float16),
        }


def forest(
    features: int,
    root: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    missing_left: np.ndarray,
    shares: np.ndarray,
) -> Trees:
    """A forest whose leaves hold the ``shares`` of each grade, shape (nodes, grades); parameters as of `Trees`.

    Raises
    ------
    ValueError
        As `Trees`.
    """
    nan, zero = np.ones(len(feature), bool), np.zeros(len(feature), bool)
    return Trees(
        Link.MEAN, features, root, feature, threshold, left, right, missing_left, shares, nan, zero, single=True
    )


def forest_of_tensors(features: int, tensors: Mapping[str, np.ndarray]) -> Trees:
    """The forest of a safetensors file.

    Raises
    ------
    ValueError, KeyError
        It is none.
    """
    whole = {name: np.asarray(tensors[name]).astype(int) for name in ("root", "feature", "left", "right")}
    flat = [*whole.values(), *(np.asarray(tensors[name]) for name in ("threshold", "missing_left"))]
    if any(values.ndim != 1 for values in flat) or not len(whole["root"]):
        raise ValueError("its fields are not lists, or there is no tree")
    nodes = len(whole["feature"])
    shares, threshold = np.asarray(tensors["chance"], float), np.asarray(tensors["threshold"], float)
    missing = np.asarray(tensors["missing_left"]).astype(bool)
    parts = (whole["left"], whole["right"], threshold, missing, shares)
    if any(len(values) != nodes for values in parts) or shares.ndim != 2:
        raise ValueError("its fields differ in length")
    return forest(features, threshold=threshold, missing_left=missing, shares=shares, **whole)


def parse_trees(text: str) -> Trees:
    """The trees of a LightGBM model file.

    Raises
    ------
    ValueError
        When the text is no such model, or one of a kind that is not known here (other objectives than ``binary`` and
        ``multiclass``, categorical splits, linear leaves, averaged forests).
    """
    head, *blocks = list(_blocks(text.split("end of trees")[0].splitlines()))
    objective, *settings = head.get("objective", "").split()
    options = dict(setting.split(":", 1) for setting in settings if ":" in setting)
    if objective not in (Link.BINARY, Link.MULTICLASS) or "average_output" in head or not blocks:
        raise ValueError(f"trees of the objective '{objective}' are not supported")
    outputs = _within(int(head["num_tree_per_iteration"]), _MOST_OUTPUTS, "num_tree_per_iteration")
    if len(blocks) % outputs:
        raise ValueError("the last boosting round is incomplete")
    if any(block.get("num_cat", "0") != "0" or block.get("is_linear", "0") != "0" for block in blocks):
        raise ValueError("categorical splits and linear leaves are not supported")
    features = _within(int(head["max_feature_idx"]) + 1, _MOST_FEATURES, "max_feature_idx")
    link, steepness = Link(objective), _sigmoid_slope(options.get("sigmoid", "1"))
    return _joined([_tree(block) for block in blocks], link, outputs, features, steepness)


def _joined(trees: Sequence[dict[str, np.ndarray]], link: Link, outputs: int, features: int, steepness: float) -> Trees:
    """Trees of LightGBM one behind the other; tree ``t`` adds to score ``t % outputs``."""
    sizes = [len(tree["feature"]) for tree in trees]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    value = np.zeros((sum(sizes), outputs))
    for number, (start, tree) in enumerate(zip(starts, trees, strict=True)):
        value[start : start + len(tree["value"]), number % outputs] = tree["value"]
    kind = np.concatenate([tree["kind"] for tree in trees])
    if np.any(kind & _CATEGORICAL):
        raise ValueError("a split or leaf is of an unknown kind")
    left, right = (
        np.concatenate([tree[side] + start for start, tree in zip(starts, trees, strict=True)])
        for side in ("left", "right")
    )
    return Trees(
        link,
        features,
        starts,
        np.concatenate([tree["feature"] for tree in trees]),
        np.concatenate([tree["threshold"] for tree in trees]),
        left,
        right,
        (kind & _DEFAULT_LEFT) > 0,
        value,
        (kind & _MISSING_NAN) > 0,
        (kind & _MISSING_ZERO) > 0,
        steepness,
    )


def _tree(block: Mapping[str, str]) -> dict[str, np.ndarray]:
    """One tree, its splits first, then its leaves; in LightGBM a negative child is leaf ``-1 - child``."""
    # No more leaves than the text has values for, before memory is taken for them.
    leaves = _within(int(block["num_leaves"]), len(block.get("leaf_value", "")), "num_leaves")
    splits = leaves - 1
    feature = _row(block, "split_feature", splits, int)
    if np.any(feature < 0):
        raise ValueError("a split uses a feature that does not exist")
    threshold = _row(block, "threshold", splits, float)
    if np.isnan(threshold).any():
        raise ValueError("a split or leaf is of an unknown kind")
    children = {}
    for side in ("left", "right"):
        child = _row(block, f"{side}_child", splits, int)
        if np.any(child >= splits) or np.any(-1 - child >= leaves):
            raise ValueError("a split points to a node that does not exist")
        children[side] = np.concatenate([np.where(child < 0, splits - 1 - child, child), np.zeros(leaves, int)])
    rest = np.zeros(leaves)
    return children | {
        "feature": np.concatenate([feature, np.full(leaves, -1)]),
        "threshold": np.concatenate([threshold, rest]),
        "kind": np.concatenate([_row(block, "decision_type", splits, int), rest.astype(int)]),
        "value": np.concatenate(
            [_row(block, "internal_value", splits, float), _row(block, "leaf_value", leaves, float)]
        ),
    }


def _row(block: Mapping[str, str], name: str, width: int, kind: type) -> np.ndarray:
    """The values of an entry; a tree that never splits has entries for a split all the same."""
    values = block.get(name, "").split() if width else []
    if len(values) > width:
        raise ValueError(f"{name} has more entries than there are leaves")
    found = np.zeros(width, kind)
    found[: len(values)] = [kind(value) for value in values]
    return found


def _within(value: int, most: int, what: str) -> int:
    if not 1 <= value <= most:
        raise ValueError(f"{what} is {value}")
    return value


def _sigmoid_slope(text: str) -> float:
    value = float(text)
    if not 1e-6 <= value <= 1e6:
        raise ValueError(f"sigmoid is {text}")
    return value


def _blocks(lines: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """What stands before the first tree, then each tree, as names and values."""
    block: dict[str, str] = {}
    for line in lines:
        if line.startswith("Tree="):
            yield block
            block = {}
        name, _, value = line.partition("=")
        block[name.strip()] = value.strip()
    yield block
