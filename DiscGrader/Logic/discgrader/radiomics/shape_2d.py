"""Shape features of a region within one slice."""

import numpy as np
from scipy.spatial.distance import cdist

from discgrader.radiomics.shape import axis_variances

_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
"""Of a square of four pixels, in the order of the bits of its case."""

_MIDDLES = np.array([(0, 0.5), (0.5, 1), (1, 0.5), (0.5, 0)])

# For each number of a square, of whose bits each says whether a corner is inside: the edges between which the outline
# runs, two digits a line.
_LINES = ["-", "30", "01", "31", "12", "1230", "02", "32", "23", "20", "0123", "21", "13", "10", "03", "-"]


def shape_2d_features(mask: np.ndarray, spacing_mm: np.ndarray) -> dict[str, float]:
    """All features of shape in a slice by name; formulas in `discgrader.radiomics.catalog`.

    Parameters
    ----------
    mask : ndarray of bool, shape (J, I)
    spacing_mm : ndarray, shape (2,)
        Size of a pixel along j and i.
    """
    area, perimeter = _outline_area_and_length(np.pad(mask, 1), spacing_mm)
    minor, major = axis_variances(mask, spacing_mm)
    sphericity = 2 * np.sqrt(np.pi * area) / perimeter
    vertices = _vertices(np.pad(mask, 1)) * spacing_mm
    return {
        "Elongation": np.sqrt(minor / major),
        "MajorAxisLength": 4 * np.sqrt(major),
        "MaximumDiameter": float(cdist(vertices, vertices).max()),
        "MeshSurface": area,
        "MinorAxisLength": 4 * np.sqrt(minor),
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / area,
        "PixelSurface": float(mask.sum() * np.prod(spacing_mm)),
        "Sphericity": sphericity,
        "SphericalDisproportion": 1 / sphericity,
    }


def _outline_area_and_length(padded: np.ndarray, spacing_mm: np.ndarray) -> tuple[float, float]:
    shape = np.array(padded.shape) - 1
    number = np.zeros(tuple(shape), np.uint8)
    for bit, (row, column) in enumerate(_CORNERS):
        number |= padded[row : row + shape[0], column : column + shape[1]].astype(np.uint8) << bit
    area = length = 0.0
    for case, word in enumerate(_LINES):
        places = np.argwhere(number == case) if word != "-" else np.zeros((0, 2))
        for first, second in zip(word[::2], word[1::2], strict=False):
            a = (places + _MIDDLES[int(first)]) * spacing_mm
            b = (places + _MIDDLES[int(second)]) * spacing_mm
            area += float(np.sum(a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]))
            length += float(np.linalg.norm(a - b, axis=1).sum())
    return area / 2, length


def _vertices(padded: np.ndarray) -> np.ndarray:
    """The outermost vertices of each row, in pixels, shape (V, 2)."""
    found = []
    for axis in range(2):
        cut = np.argwhere(np.diff(padded.astype(np.int8), axis=axis)).astype(float)
        cut[:, axis] += 0.5
        found.append(cut)
    vertices = np.concatenate(found)
    ordered = vertices[np.lexsort((vertices[:, 1], vertices[:, 0]))]
    new_row = np.diff(ordered[:, 0]) > 0
    return ordered[np.concatenate([[True], new_row]) | np.concatenate([new_row, [True]])]
