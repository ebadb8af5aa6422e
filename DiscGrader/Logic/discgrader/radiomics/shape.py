"""Shape features of a region, of its surface mesh and of the places of its voxels."""

import contextlib

import numpy as np
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import cdist

from discgrader.radiomics.marching_cubes import CORNERS, triangles


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
