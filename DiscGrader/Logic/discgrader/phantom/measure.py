"""Grades measured on the geometry of the digital spine, as a reader measures them on a picture.

Nothing here looks at what was asked for: each function samples the structures that were built and applies the scale's
definition to them. Of the parameters only the healthy measures are used that a definition compares with.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.level import CONTACT_MM, DEVIATION_MM, FLATTENED, ROOT_MM, Level
from discgrader.phantom.organs.facets import ANGLE_DEG, LENGTH_MM, SPACE_MM, THICK_MM
from discgrader.phantom.organs.foramina import GANGLION_MM, Foramina
from discgrader.phantom.tissues import Structure, Tissue

STEP_MM = 0.25
EDGE_MM = 0.1
FAT_LOST_MM = 0.5
ROOT_COLLAPSED = 0.65
DEEP_SAC = 0.58
"""Least depth of a sac whose front space is open, as a share of the healthy depth."""
OF_HERNIATION = (Structure.HERNIATION, Structure.CALCIFICATION)
DISC_MATERIAL = (Structure.DISC, *OF_HERNIATION)


@dataclass(frozen=True, eq=False)
class Section:
    """Structures on a plane.

    Parameters
    ----------
    first, second : ndarray of float
        Mm along the columns and along the rows.
    structure : ndarray, shape (rows, columns)
        `Structure` of each point.
    fractions : ndarray, shape (tissues, rows, columns)
        Share of each tissue.
    """

    first: np.ndarray
    second: np.ndarray
    structure: np.ndarray
    fractions: np.ndarray

    def where(self, *structures: Structure) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates of the points in any of these structures."""
        rows, columns = np.nonzero(np.isin(self.structure, structures))
        return self.first[columns], self.second[rows]


@dataclass(frozen=True)
class MeasuredHerniation:
    """A herniation as measured.

    Parameters
    ----------
    size : int
        MSU size; 0 for none.
    zone : str
        MSU zone, or ``none``.
    side : str
        ``left``, ``right`` or ``none``; where zone A is left in zone AB, B and C.
    reach : float
        Share of the way from the non-herniated disc to the intra-facet line.
    box_mm : tuple of float
        Left, right, front and back end on the slice of its largest reach, in the disc's coordinates.
    level_mm : float
        Height of that slice above the disc's middle.
    """

    size: int
    zone: str
    side: str
    reach: float
    box_mm: tuple[float, float, float, float]
    level_mm: float


def disc_plane(
    anatomy: Anatomy,
    level: Level,
    up_mm: float = 0.0,
    half_width_mm: float = 26.0,
    front_mm: float = 4.0,
    step_mm: float = STEP_MM,
) -> Section:
    """The plane of the disc, or one ``up_mm`` above it, from in front of the disc's back to behind the joints."""
    first = np.arange(-half_width_mm, half_width_mm, step_mm)
    second = np.arange(level.disc.half_depth_mm - front_mm, level.disc.half_depth_mm + 30.0, step_mm)
    x, y = np.meshgrid(first, second)
    points = level.disc.frame.to_lps(np.stack([x, y, np.full_like(x, up_mm)], axis=-1).reshape(-1, 3))
    return section(anatomy, first, second, points)


def section(anatomy: Anatomy, first: np.ndarray, second: np.ndarray, points: np.ndarray) -> Section:
    """Structures at LPS points, row by row, of a plane with these axes."""
    sample = anatomy.sample(points, edge_mm=EDGE_MM)
    shape = (len(second), len(first))
    return Section(first, second, sample.structure.reshape(shape), sample.fractions.reshape(-1, *shape))


def facet_line(plane: Section) -> tuple[float, float]:
    """Half the distance between the medial margins of the facet joints, and y of the line between them, mm."""
    x, y = plane.where(Structure.JOINT_SPACE)
    ends = []
    for side in (-1, 1):
        own_side = x * side > 0
        # Joints open towards the canal in front of and medial to themselves.
        nearest = np.argsort(np.abs(x[own_side]) + y[own_side])[:12]
        ends.append((np.abs(x[own_side][nearest]).mean(), y[own_side][nearest].mean()))
    return tuple(np.mean(ends, axis=0))


def disc_margin(plane: Section) -> np.ndarray:
    """Y at which the disc without its herniation ends, for each column of the plane; NaN where there is none."""
    disc = plane.structure == Structure.DISC
    last = len(plane.second) - 1 - np.argmax(disc[::-1], axis=0)
    return np.where(disc.any(axis=0), plane.second[last], np.nan)


def herniation(anatomy: Anatomy, level: Level) -> MeasuredHerniation:
    """Size and zone after Mysliwiec et al., Eur Spine J 2010;19:1087-1093, on the slice of the largest reach."""
    middle = disc_plane(anatomy, level)
    half_width, line = facet_line(middle)
    margin = disc_margin(middle)
    best = MeasuredHerniation(0, "none", "none", 0.0, (0.0, 0.0, 0.0, 0.0), 0.0)
    for up in np.arange(-6.0, 6.1, 1.5):
        plane = middle if up == 0 else disc_plane(anatomy, level, float(up))
        there = np.isin(plane.structure, OF_HERNIATION)
        if not there.any():
            continue
        back = plane.second[len(plane.second) - 1 - np.argmax(there[::-1], axis=0)]
        share = np.where(there.any(axis=0), (back - margin) / (line - margin), np.nan)
        reach = float(np.nanmax(share))
        if np.isnan(reach) or reach <= best.reach:
            continue
        # The tip is flat on top: its middle is that of all that lies nearly as far back.
        far = np.where(there.any(axis=0), back, -np.inf)
        tip = float(np.mean(plane.first[far > far.max() - 0.5]))
        x, y = plane.where(*OF_HERNIATION)
        size = 1 if reach <= 0.5 else 2 if reach <= 1.0 else 3
        zone = _zone(abs(tip) / half_width)
        side = "none" if zone == "A" else "left" if tip > 0 else "right"
        best = MeasuredHerniation(size, zone, side, reach, (x.min(), x.max(), y.min(), y.max()), float(up))
    return best


def _zone(share: float) -> str:
    """Zone by the distance from the midline as a share of the half distance between the joints."""
    return "A" if share < 0.42 else "AB" if share <= 0.58 else "B" if share <= 1.0 else "C"


def sequestered(anatomy: Anatomy, level: Level) -> bool:
    """Whether some herniated material does not touch the disc or the rest of the herniation."""
    step = 0.7
    axes = np.arange(-16.0, 16.0, step), np.arange(-6.0, 22.0, step), np.arange(-34.0, 34.0, step)
    x, y, up = np.meshgrid(*axes, indexing="ij")
    local = np.stack([x, y + level.disc.half_depth_mm, up], axis=-1).reshape(-1, 3)
    found = anatomy.sample(level.disc.frame.to_lps(local), EDGE_MM).structure.reshape(x.shape)
    label, count = ndimage.label(np.isin(found, DISC_MATERIAL), np.ones((3, 3, 3)))
    disc = set(np.unique(label[found == Structure.DISC]).tolist())
    loose = [k for k in range(1, count + 1) if k not in disc and np.count_nonzero(label == k) > 20]
    return any(np.isin(found[label == k], OF_HERNIATION).all() for k in loose)


def central_stenosis(anatomy: Anatomy, level: Level) -> int | None:
    """Lee's grade (Lee et al., Skeletal Radiol 2011;40:1033-1039) on the plane of the disc; None beside the cord."""
    plane = disc_plane(anatomy, level, half_width_mm=13.0, step_mm=0.2)
    sac = np.isin(plane.structure, (Structure.SAC, Structure.CAUDA_ROOT, Structure.CORD))
    root = plane.structure == Structure.CAUDA_ROOT
    if np.any(plane.structure == Structure.CORD) or not root.any():
        return None
    if root.sum() > 0.6 * sac.sum():
        return 3
    # The space in front of the roots is open when hardly any root lies in the front part of the sac. That roots lie
    # close together behind it is the rule in a patient on the back.
    first = np.argmax(sac, axis=0)
    depth = np.maximum(sac.sum(axis=0), 1)
    rows = np.arange(len(plane.second))[:, None]
    columns = np.flatnonzero(sac.any(axis=0))
    middle, half = (columns[0] + columns[-1]) / 2, (columns[-1] - columns[0]) / 2
    central = np.abs(np.arange(len(plane.first)) - middle) < 0.6 * half
    ahead = ((rows - first) < 0.4 * depth) & central
    deep = np.median(depth[central]) * 0.2 > DEEP_SAC * 2 * level.radius_mm
    if deep and (root & ahead).sum() <= 0.1 * root.sum():
        return 0
    label, count = ndimage.label(root)
    areas = ndimage.sum_labels(root, label, range(1, count + 1))
    return 2 if areas.max() > 0.24 * areas.sum() else 1


def nerve_root(anatomy: Anatomy, level: Level, side: str) -> int:
    """Grade of compromise (Pfirrmann et al., Radiology 2004;230:583-588) of the root in the lateral recess."""
    plane = disc_plane(anatomy, level, half_width_mm=20.0)
    sign = 1 if side == "left" else -1
    x, y = plane.where(Structure.PASSING_ROOT)
    own_side = x * sign > 0
    x, y = x[own_side], y[own_side]
    if len(x) == 0:
        return 3
    disc = np.isin(plane.structure, DISC_MATERIAL)
    rows = np.clip(np.searchsorted(plane.second, y), 0, len(plane.second) - 1)
    columns = np.clip(np.searchsorted(plane.first, x), 0, len(plane.first) - 1)
    gap = float((ndimage.distance_transform_edt(~disc) * STEP_MM)[rows, columns].min()) - STEP_MM
    flat = (np.ptp(y) + STEP_MM) / (2 * ROOT_MM)
    moved = float(np.mean(y)) - level.rest_y()
    if gap > CONTACT_MM:
        return 0
    return 3 if flat < FLATTENED else 2 if moved > DEVIATION_MM else 1


def foraminal_stenosis(anatomy: Anatomy, level: Level, side: str) -> int:
    """Lee's grade of a foramen (Lee et al., AJR 2010;194:1095-1098) on the sagittal plane through the ganglion."""
    body = level.disc.above
    sign = 1 if side == "left" else -1
    x, y, up = Foramina.center(body)
    first, second = np.arange(-9.0, 9.0, 0.2) + y, np.arange(-11.0, 11.0, 0.2) + up
    along, high = np.meshgrid(first, second)
    points = body.frame.to_lps(np.stack([np.full_like(along, sign * x), along, high], axis=-1).reshape(-1, 3))
    plane = section(anatomy, first, second, points)
    root = plane.structure == Structure.EXITING_ROOT
    if root.sum() * 0.04 < ROOT_COLLAPSED * np.pi * GANGLION_MM**2:
        return 3
    fat = plane.fractions[Tissue.FAT] > 0.5
    row, column = (round(v) for v in ndimage.center_of_mass(root))
    lost = []
    for line, is_root in (
        (fat[row, column:], root[row, column:]),
        (fat[row, column::-1], root[row, column::-1]),
        (fat[row:, column], root[row:, column]),
        (fat[row::-1, column], root[row::-1, column]),
    ):
        start = int(np.argmin(is_root))
        lost.append(line[start : start + 6].sum() * 0.2 < FAT_LOST_MM)
    back, front, above, below = lost
    return 2 if all(lost) else 1 if (back and front) or (above and below) else 0


def facet_arthropathy(anatomy: Anatomy, level: Level, side: str) -> int:
    """Weishaupt's grade (Skeletal Radiol 1999;28:215-219) by joint space and thickness of the processes."""
    angle = np.radians(ANGLE_DEG[level.parameters.index_from_sacrum - 1])
    sign = 1 if side == "left" else -1
    across, along = np.arange(-22.0, 22.0, 0.1), np.arange(6.0, LENGTH_MM - 3.0, 0.5)
    t, q = np.meshgrid(along, across, indexing="ij")
    x = level.joint_x + t * np.sin(angle) + q * np.cos(angle)
    y = level.joint_y + t * np.cos(angle) - q * np.sin(angle)
    points = level.disc.frame.to_lps(np.stack([sign * x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3))
    found = anatomy.sample(points, EDGE_MM).structure.reshape(t.shape)
    space = float(np.mean(np.sum(found == Structure.JOINT_SPACE, axis=1))) * 0.1
    bone = np.isin(found, (Structure.UPPER_ARTICULAR_PROCESS, Structure.LOWER_ARTICULAR_PROCESS))
    thick = float(np.median(np.sum(bone, axis=1))) * 0.1
    if space >= (SPACE_MM[0] + SPACE_MM[1]) / 2 and thick < 2 * THICK_MM + 1.6:
        return 0
    return 1 if thick < 2 * THICK_MM + 3.7 else 2 if thick < 2 * THICK_MM + 8.2 else 3


def flavum_mm(anatomy: Anatomy, level: Level) -> float:
    """Thickness of the ligamenta flava, mean of both sides, square to their surface, mm."""
    plane = disc_plane(anatomy, level, half_width_mm=8.0, step_mm=0.1)
    columns = (np.abs(plane.first) > 3.5) & (np.abs(plane.first) < 5.5)
    return float((plane.structure[:, columns] == Structure.FLAVUM).sum(axis=0).mean()) * 0.1 / 2**0.5


def epidural_lipomatosis(anatomy: Anatomy, level: Level) -> int:
    """Borré's grade (Skeletal Radiol 2003;32:213-217): share of fat in the canal's depth in the midline."""
    plane = disc_plane(anatomy, level, half_width_mm=1.0, step_mm=0.1)
    margin, flavum = disc_margin(plane), plane.structure == Structure.FLAVUM
    wall = plane.second[np.argmax(flavum, axis=0)]
    fat = (
        (plane.structure == Structure.EPIDURAL_FAT) & (plane.second[:, None] > margin) & (plane.second[:, None] < wall)
    )
    share = float(np.mean(fat.sum(axis=0) * 0.1 / (wall - margin)))
    return 0 if share <= 0.405 else 1 if share <= 0.505 else 2 if share < 0.745 else 3
