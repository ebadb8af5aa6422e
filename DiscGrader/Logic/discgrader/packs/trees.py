"""Gradient-boosted trees read from LightGBM's text format and evaluated in numpy.

Importing LightGBM takes most of a second, because it brings pandas and scikit-learn along; a few hundred small trees
for the few discs of a study need neither. The format is that of LightGBM 4 (``version=v4``), its rules for missing
values those of ``Tree::NumericalDecision`` in its source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_CATEGORICAL, _DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 1, 2, 4, 8
_ZERO = 1e-35
_MOST_FEATURES, _MOST_OUTPUTS = 100_000, 1000


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees of one model, each padded to the size of the largest.

    Parameters
    ----------
    objective : str
        ``binary`` or ``multiclass``.
    outputs : int
        Raw scores of a row: 1 for binary, else one a class; tree ``t`` adds to score ``t % outputs``.
    sigmoid : float
        Steepness of the binary model's link.
    feature, threshold, kind, left, right : ndarray, shape (trees, nodes)
        Of every split: its number, what it is compared with, LightGBM's ``decision_type``, and the node that follows;
        a negative one is leaf ``-1 - node``.
    leaf : ndarray, shape (trees, leaves)
        What each leaf adds.
    inner : ndarray, shape (trees, nodes)
        What each split would add if it were a leaf: the mean over the training rows that reach it.
    features : int
        How many values a row has.
    """

    objective: str
    outputs: int
    sigmoid: float
    feature: np.ndarray
    threshold: np.ndarray
    kind: np.ndarray
    left: np.ndarray
    right: np.ndarray
    leaf: np.ndarray
    inner: np.ndarray
    features: int

    def predict(self, rows: np.ndarray, num_threads: int = 1) -> np.ndarray:
        """Probabilities as LightGBM's ``Booster.predict`` gives them.

        Parameters
        ----------
        rows : ndarray, shape (n, features)
            NaN where a value is missing.
        num_threads : int
            Taken so that a ``Booster`` may stand in; one thread is enough.

        Returns
        -------
        ndarray
            Shape (n,), the probability of 1, for a binary model; shape (n, classes) else.
        """
        rows = np.asarray(rows, float)
        trees = np.arange(len(self.leaf))
        scores = np.empty((len(rows), self.outputs))
        for number, row in enumerate(rows):
            added = self.leaf[trees, -1 - self._leaves(row, trees)]
            scores[number] = added.reshape(-1, self.outputs).sum(0)
        if self.objective == "binary":
            return 1.0 / (1.0 + np.exp(-self.sigmoid * scores[:, 0]))
        shifted = np.exp(scores - scores.max(1, keepdims=True))
        return shifted / shifted.sum(1, keepdims=True)

    def contributions(self, row: np.ndarray) -> np.ndarray:
        """How much each value of one row moved each raw score, shape (outputs, features).

        At every split on the row's way down, the change of the mean that is expected belongs to the value asked for
        (Saabas 2014); the sum over the values is the raw score less that of a row of which nothing is known.
        """
        trees = np.arange(len(self.leaf))
        result = np.zeros((self.outputs, self.features))
        node = np.where(self.left[:, 0] == self.right[:, 0], self.left[:, 0], 0)
        while (going := node >= 0).any():
            tree, at = trees[going], node[going]
            following = self._next(row, tree, at)
            inside = following >= 0
            reached = np.where(
                inside, self.inner[tree, np.maximum(following, 0)], self.leaf[tree, np.maximum(-1 - following, 0)]
            )
            np.add.at(result, (tree % self.outputs, self.feature[tree, at]), reached - self.inner[tree, at])
            node[going] = following
        return result

    def _leaves(self, row: np.ndarray, trees: np.ndarray) -> np.ndarray:
        """The negative node that the row ends in, tree by tree."""
        # A tree that never splits is its first leaf.
        node = np.where(self.left[:, 0] == self.right[:, 0], self.left[:, 0], 0)
        while (going := node >= 0).any():
            node[going] = self._next(row, trees[going], node[going])
        return node

    def _next(self, row: np.ndarray, tree: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The node that follows each split ``at`` of a tree for this row."""
        kind, value = self.kind[tree, at], row[self.feature[tree, at]]
        unknown = np.isnan(value)
        value = np.where(unknown & ((kind & _MISSING_NAN) == 0), 0.0, value)
        missing = ((kind & _MISSING_NAN) > 0) & unknown
        missing |= ((kind & _MISSING_ZERO) > 0) & (np.abs(value) <= _ZERO)
        go_left = np.where(missing, (kind & _DEFAULT_LEFT) > 0, value <= self.threshold[tree, at])
        return np.where(go_left, self.left[tree, at], self.right[tree, at])


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
    options = dict(one.split(":", 1) for one in settings if ":" in one)
    if objective not in ("binary", "multiclass") or "average_output" in head or not blocks:
        raise ValueError(f"trees of the objective '{objective}' are not known")
    outputs = _within(int(head["num_tree_per_iteration"]), _MOST_OUTPUTS, "num_tree_per_iteration")
    if len(blocks) % outputs:
        raise ValueError("the last round of trees is not whole")
    if any(one.get("num_cat", "0") != "0" or one.get("is_linear", "0") != "0" for one in blocks):
        raise ValueError("categorical splits and linear leaves are not known")
    features = _within(int(head["max_feature_idx"]) + 1, _MOST_FEATURES, "max_feature_idx")
    # No more leaves than the text has values for, before memory is taken for them.
    leaves = max(_within(int(one["num_leaves"]), len(one.get("leaf_value", "")), "num_leaves") for one in blocks)
    nodes = max(leaves - 1, 1)
    trees = Trees(
        objective,
        outputs,
        _steepness(options.get("sigmoid", "1")),
        _table(blocks, "split_feature", nodes, int),
        _table(blocks, "threshold", nodes, float),
        _table(blocks, "decision_type", nodes, int),
        _table(blocks, "left_child", nodes, int, -1),
        _table(blocks, "right_child", nodes, int, -1),
        _table(blocks, "leaf_value", leaves, float),
        _table(blocks, "internal_value", nodes, float),
        features,
    )
    _check(trees, features, [int(one["num_leaves"]) for one in blocks])
    return trees


def _within(value: int, most: int, what: str) -> int:
    if not 1 <= value <= most:
        raise ValueError(f"{what} is {value}")
    return value


def _steepness(text: str) -> float:
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


def _table(blocks: Sequence[Mapping[str, str]], name: str, width: int, kind: type, rest: float = 0) -> np.ndarray:
    table = np.full((len(blocks), width), rest, kind)
    for row, block in zip(table, blocks, strict=True):
        values = block.get(name, "").split()
        if len(values) > width:
            raise ValueError(f"{name} has more entries than there are leaves")
        row[: len(values)] = [kind(value) for value in values]
    return table


def _check(trees: Trees, features: int, leaves: Sequence[int]) -> None:
    """Refuse splits that lead out of their tree, or in a circle, or that ask for a feature that there is not."""
    own = np.arange(trees.left.shape[1])
    for children in (trees.left, trees.right):
        if np.any((children >= 0) & (children <= own)) or np.any(children >= np.array(leaves)[:, None] - 1):
            raise ValueError("a split leads nowhere")
        if np.any(-1 - children >= np.array(leaves)[:, None]):
            raise ValueError("a split leads to a leaf that is missing")
    if np.any(trees.feature < 0) or np.any(trees.feature >= features):
        raise ValueError("a split asks for a feature that is missing")
    finite = np.isfinite(trees.leaf).all() and np.isfinite(trees.inner).all() and not np.isnan(trees.threshold).any()
    if np.any(trees.kind & _CATEGORICAL) or not finite:
        raise ValueError("a split or leaf is of an unknown kind")
