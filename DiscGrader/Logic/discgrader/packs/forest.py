"""Forests of decision trees as tensors, evaluated in numpy: scikit-learn is needed to grow them, not to ask them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees one behind the other, their nodes numbered through.

    Parameters
    ----------
    columns : tuple of str
        What the values of a row are.
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
    chance : ndarray, shape (nodes, grades)
        Share of each grade among the training rows that reached the node.
    """

    columns: tuple[str, ...]
    root: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing_left: np.ndarray
    chance: np.ndarray

    def __post_init__(self) -> None:
        """Refuse splits that lead out of the forest, in a circle, or ask for a value that there is not."""
        own = np.arange(len(self.feature))
        inner = self.feature >= 0
        for following in (self.left[inner], self.right[inner]):
            if np.any(following <= own[inner]) or np.any(following >= len(own)):
                raise ValueError("a split leads nowhere")
        if np.any(self.feature >= len(self.columns)) or np.any(self.feature < -1):
            raise ValueError("a split asks for a value that is missing")
        if np.any(self.root < 0) or np.any(self.root >= len(own)) or not np.isfinite(self.chance).all():
            raise ValueError("a tree begins nowhere or a leaf has no chance")

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Mean chance of each grade over the trees, shape (rows, grades), of rows (rows, columns) with NaN as
        missing."""
        # scikit-learn compares single-precision values with its thresholds.
        return np.stack([self.chance[self._leaves(row)].mean(0) for row in np.asarray(rows, np.float32)])

    def contributions(self, row: np.ndarray) -> np.ndarray:
        """How much each value of one row moved the chance of each grade, shape (columns, grades).

        The change of the mean chance at every split on the way down belongs to the value asked for (Saabas 2014).
        """
        row = np.asarray(row, np.float32)
        result = np.zeros((len(self.columns), self.chance.shape[1]))
        node = self.root.copy()
        while (going := self.feature[node] >= 0).any():
            at = node[going]
            following = self._next(row, at)
            np.add.at(result, self.feature[at], self.chance[following] - self.chance[at])
            node[going] = following
        return result / len(self.root)

    def _leaves(self, row: np.ndarray) -> np.ndarray:
        node = self.root.copy()
        while (going := self.feature[node] >= 0).any():
            node[going] = self._next(row, node[going])
        return node

    def _next(self, row: np.ndarray, at: np.ndarray) -> np.ndarray:
        value = row[self.feature[at]]
        goes_left = np.where(np.isnan(value), self.missing_left[at], value <= self.threshold[at])
        return np.where(goes_left, self.left[at], self.right[at])

    def tensors(self) -> dict[str, np.ndarray]:
        """Everything but the columns' names, for a safetensors file."""
        return {
            "root": self.root.astype(np.int32),
            "feature": self.feature.astype(np.int32),
            "threshold": self.threshold,
            "left": self.left.astype(np.int32),
            "right": self.right.astype(np.int32),
            "missing_left": self.missing_left.astype(np.uint8),
            "chance": self.chance.astype(np.float16),
        }

    @classmethod
    def from_tensors(cls, columns: tuple[str, ...], tensors: Mapping[str, np.ndarray]) -> "Forest":
        """The forest of a safetensors file.

        Raises
        ------
        ValueError, KeyError
            It is none.
        """
        whole = {name: np.asarray(tensors[name]).astype(int) for name in ("root", "feature", "left", "right")}
        flat = [*whole.values(), *(np.asarray(tensors[name]) for name in ("threshold", "missing_left"))]
        if any(one.ndim != 1 for one in flat) or not len(whole["root"]):
            raise ValueError("its parts are no lists, or there is no tree")
        nodes = len(whole["feature"])
        chance, threshold = np.asarray(tensors["chance"], float), np.asarray(tensors["threshold"], float)
        missing = np.asarray(tensors["missing_left"]).astype(bool)
        if (
            any(len(one) != nodes for one in (whole["left"], whole["right"], threshold, missing, chance))
            or chance.ndim != 2
        ):
            raise ValueError("its parts are of different sizes")
        return cls(columns, threshold=threshold, missing_left=missing, chance=chance, **whole)
