"""Shape features of a region: of its surface mesh and the places of its voxels, and of its outline within one slice.

The mesh is that of marching cubes (Lorensen and Cline, Computer Graphics 1987, 21:163-169): between eight voxel
centers, of which some are inside, the surface is made of the triangles that the table names. It is the table of
pyradiomics (BSD 3-clause), since where four or more edges are cut there are several ways to lay triangles through
them, whose areas differ.
"""

import contextlib
from functools import cache

import numpy as np
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import cdist

CORNERS = np.array([(0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)])
"""The corners of a cube (k, j, i); corner n is bit n of the cube's number."""

EDGE_MIDDLES = np.array(
    [
        *[(0, 0, 0.5), (0, 0.5, 1), (0, 1, 0.5), (0, 0.5, 0), (1, 0, 0.5), (1, 0.5, 1), (1, 1, 0.5), (1, 0.5, 0)],
        *[(0.5, 0, 0), (0.5, 0, 1), (0.5, 1, 1), (0.5, 1, 0)],
    ]
)
"""Where the surface cuts each of the twelve edges of a cube (k, j, i)."""

# One word for each of the 128 numbers without corner 7: three hexadecimal digits a triangle, the edges that it touches.
_TRIANGLES = """
- 083 190 183198 12a 08312a 92a029 2832a8a98 b23 b2008b 190b23 b2119b98b 3a1ba3 a1008a8ba 9033b9ba9 98aba8 478 043473
190478 194147173 12a478 34730412a 92a902478 2a9297273479 478b23 b47b24204 190478b23 47b94bb29192 3a1ba3478
ba114b10447b 4789033b9ba9 47b4b99ba 954 954083 054015 854835315 12a954 08312a954 2a5542240 2a5325354834 954b23
b2008b954 054015b23 215258b28548 3a1ba3954 549a1008a8ba 54050ba5bb03 548a58ba8 789579 309539357 780017715 157173
78957912a 12a309395357 0288258572a5 2a5253357 579789b23 579972209b27 b23018178157 21b17b157 7895793a1ba3
5705097b0a10ba0 ba003ba50078570 ba557b 65a 08365a 19065a 18319865a 165126 165126083 965906026 598582526832 b2365a
b2008b65a 190b2365a b2119b98b65a 63b653513 08b0b50515b6 63b036065059 65969bb98 47865a 04347365a 19047865a 19414717365a
478165126 043473165126 478965906026 739479329596269 b2347865a b47b2420465a 190b2347865a 47b94bb2919265a 47863b653513
51b5b610b47b04b 47863b036065059 65969b4797b9 a4964a a4964a083 01aa60640 18316886461a 149124264 149124264083 024426
832824426 b23a4964a b2008ba4964a b2301aa60640 64161a148b2118b 964369139b63 18b081b61149641 63b036640 86468b 67a78a89a
67a0a709a073 67a1a7178018 67a1a7173 126168189678 269129679309739 078706602 273267 b2367a78a89a 207b2709767a9a7
67a1a7178018b23 b2117ba61167 896678169b63136 09167b 07870603bb60 67b
""".split()


@cache
def triangles() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All triangles of all 256 cube numbers.

    Returns
    -------
    corners : ndarray, shape (T, 3, 3)
        Corners (k, j, i) of each triangle, in voxels.
    number : ndarray of int, shape (T,)
        The cube number that it belongs to.
    sense : ndarray, shape (T,)
        1 where its corners run such that the normal points out of the region, -1 where it points into it.
    """
    corners, numbers = [], []
    for number, word in enumerate(_TRIANGLES):
        for start in range(0, len(word) - 2, 3):
            corners.append([EDGE_MIDDLES[int(digit, 16)] for digit in word[start : start + 3]])
            numbers.append(number)
    half, number = np.array(corners), np.array(numbers)
    # A cube with inside and outside exchanged has the same surface, turned round.
    sense = np.repeat([1.0, -1.0], len(half))
    return np.concatenate([half, half]), np.concatenate([number, 255 - number]), sense


def shape_features(mask: np.ndarray, spacing_mm: np.ndarray) -> dict[str, float]:
    """All shape features by name; formulas in `discgrader.radiomics.catalog`.

    Parameters
    ----------
    mask : ndarray of bool, shape (K, J, I)
    spacing_mm : ndarray, shape (3,)
        Size of a voxel along k, j, i.
    """
    padded = np.pad(mask, 1)
    volume, area = _mesh_volume_and_area(padded, spacing_mm)
    least, minor, major = axis_variances(mask, spacing_mm)
    vertices = _mesh_vertices(padded)
    sphere = (36 * np.pi * volume**2) ** (1 / 3)
    in_slice, in_column, in_row = (_largest_in_planes(vertices, spacing_mm, axis) for axis in range(3))
    return {
        "Compactness1": volume / np.sqrt(np.pi * area**3),
        "Compactness2": 36 * np.pi * volume**2 / area**3,
        "Elongation": np.sqrt(minor / major),
        "Flatness": np.sqrt(least / major),
        "LeastAxisLength": 4 * np.sqrt(least),
        "MajorAxisLength": 4 * np.sqrt(major),
        "Maximum2DDiameterColumn": in_column,
        "Maximum2DDiameterRow": in_row,
        "Maximum2DDiameterSlice": in_slice,
        "Maximum3DDiameter": _largest_distance(_extremes(vertices) * spacing_mm),
        "MeshVolume": volume,
        "MinorAxisLength": 4 * np.sqrt(minor),
        "SphericalDisproportion": area / sphere,
        "Sphericity": sphere / area,
        "SurfaceArea": area,
        "SurfaceVolumeRatio": area / volume,
        "VoxelVolume": float(mask.sum() * np.prod(spacing_mm)),
    }


def axis_variances(mask: np.ndarray, spacing_mm: np.ndarray) -> np.ndarray:
    """Variances in mm² of the voxel centers along their principal axes, ascending, shape (dimensions,)."""
    places = np.argwhere(mask) * spacing_mm
    places -= places.mean(axis=0)
    variances = np.linalg.eigvalsh(places.T @ places / len(places))
    # A flat region has a variance of 0, which rounding may turn into slightly less.
    return np.maximum(variances, 0.0)


def _mesh_volume_and_area(padded: np.ndarray, spacing_mm: np.ndarray) -> tuple[float, float]:
    """Volume in mm³ and area in mm² of the mesh around the voxels of a mask that has a margin of one voxel."""
    shape = np.array(padded.shape) - 1
    number = np.zeros(tuple(shape), np.uint8)
    for bit, corner in enumerate(CORNERS):
        part = padded[tuple(slice(low, low + size) for low, size in zip(corner, shape, strict=True))]
        number |= part.astype(np.uint8) << bit
    places = np.argwhere((number > 0) & (number < 255))
    numbers = number[tuple(places.T)]
    areas, moments, normals = _cube_measures(spacing_mm)
    # The volume under a triangle as seen from the origin, split into what depends on the cube's number and its place.
    under = moments[numbers] + np.einsum("ij,ij->i", places * spacing_mm, normals[numbers])
    return float(under.sum() / 6), float(areas[numbers].sum())


def _cube_measures(spacing_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each cube number the area, shape (256,), the sums of a . (b x c), shape (256,), and of normals, (256, 3)."""
    corners, number, sense = triangles()
    a, b, c = np.moveaxis(corners * spacing_mm, 1, 0)
    area = np.linalg.norm(np.cross(a - c, b - c), axis=1) / 2
    across = np.cross(a, b)
    moment = sense * np.sum(across * c, axis=1)
    normal = sense[:, None] * (across + np.cross(b, c) + np.cross(c, a))
    normals = [np.bincount(number, normal[:, axis], 256) for axis in range(3)]
    return np.bincount(number, area, 256), np.bincount(number, moment, 256), np.stack(normals, axis=1)


def _mesh_vertices(padded: np.ndarray) -> np.ndarray:
    """Twice the indices (k, j, i) of the mesh's vertices, whole numbers, shape (V, 3)."""
    found = []
    for axis in range(3):
        cut = np.argwhere(np.diff(padded.astype(np.int8), axis=axis)) * 2
        cut[:, axis] += 1
        found.append(cut)
    return np.concatenate(found)


def _extremes(vertices: np.ndarray) -> np.ndarray:
    """Of the vertices on each line along i the outermost two, in voxels; no others can be farthest apart."""
    order = np.lexsort(vertices.T[::-1])
    ordered = vertices[order]
    new_line = np.any(np.diff(ordered[:, :2], axis=0), axis=1)
    first = np.concatenate([[True], new_line])
    last = np.concatenate([new_line, [True]])
    return ordered[first | last] / 2


def _largest_in_planes(vertices: np.ndarray, spacing_mm: np.ndarray, axis: int) -> float:
    """The largest distance in mm of two vertices that lie in one plane across an axis."""
    others = [other for other in range(3) if other != axis]
    ordered = vertices[np.lexsort((vertices[:, others[1]], vertices[:, others[0]], vertices[:, axis]))]
    new_line = np.any(np.diff(ordered[:, [axis, others[0]]], axis=0), axis=1)
    outermost = np.concatenate([[True], new_line]) | np.concatenate([new_line, [True]])
    ordered = ordered[outermost]
    starts = np.flatnonzero(np.diff(ordered[:, axis], prepend=-1))
    points = ordered[:, others] / 2 * spacing_mm[others]
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    bound = np.linalg.norm(high - low, axis=1)
    planes = np.split(points, starts[1:])
    largest = 0.0
    for number in np.argsort(-bound):
        if bound[number] <= largest:
            break
        largest = max(largest, float(cdist(planes[number], planes[number]).max()))
    return largest


def _largest_distance(points: np.ndarray) -> float:
    """The largest distance of two of the points, shape (P, D)."""
    # Flat or few points have no hull, and few enough pairs to try all.
    with contextlib.suppress(QhullError):
        points = points[ConvexHull(points).vertices]
    return float(cdist(points, points).max())


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
