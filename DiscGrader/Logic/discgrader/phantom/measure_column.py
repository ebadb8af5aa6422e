"""Grades of discs, endplates and marrow measured on the geometry of the digital spine.

As in ``measure``, nothing here looks at what was asked for; of the parameters only the healthy height is used, which a
reader takes from the neighbors.
"""

import numpy as np

from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.contrast import SEQUENCES
from discgrader.phantom.level import Level
from discgrader.phantom.measure import EDGE_MM, Section, section
from discgrader.phantom.skeleton import BodyShape
from discgrader.phantom.tissues import Structure, Tissue

STEP_MM = 0.4
SIGNAL_OF_GRADE = (0.442, 0.312, 0.192)
"""Least mean T2 signal of the nucleus, as a share of the fluid's, at Pfirrmann grades I, II and III."""
CORE_PLANES_MM = (-9.0, -4.5, 0.0, 4.5, 9.0)
"""Sagittal planes, by their distance from the disc's middle, whose mean the nucleus' unevenness hardly moves."""
COLLAPSED_SHARE = 0.7
NARROWED_SHARE = 0.91
"""Height, as measured at the front and back thirds, below which a disc space is collapsed or narrowed; the bowls of the
endplates add a tenth to what the rims leave."""
BULGE_MM = 1.15
"""Measured of a rendered disc, more is a bulge. Set by what the phantom draws with and without one."""

SLIP_MM = 2.0
"""Measured of a rendered spine, more is a slip; the phantom draws 4 mm or more."""

RIM_MM = 4.0
"""How far beyond the disc's surface its endplate's marrow is sampled."""

CHANGED = 0.2
"""Share of the samples that are changed marrow; less is the edge of something else."""

DEFECT_MM = 2.0
"""Measured depth of a hollow in an endplate, more is a defect; the phantom draws 2.4 mm or more."""


def mid_sagittal(anatomy: Anatomy, level: Level, x: float = 0.0) -> Section:
    """The sagittal plane of the disc ``x`` mm left of its middle; columns run to the back, rows upwards."""
    disc = level.disc
    first = np.arange(-disc.half_depth_mm - 6.0, disc.half_depth_mm + 6.0, STEP_MM)
    second = np.arange(-16.0, 16.0, STEP_MM)
    along, up = np.meshgrid(first, second)
    points = disc.frame.to_lps(np.stack([np.full_like(up, x), along, up], axis=-1).reshape(-1, 3))
    return section(anatomy, first, second, points)


def height_share(anatomy: Anatomy, level: Level) -> float:
    """Height of the disc at its front and back thirds as a share of the healthy one, endplate bowls left aside."""
    plane = mid_sagittal(anatomy, level)
    rows = (plane.structure == Structure.DISC).sum(axis=0) * STEP_MM
    reach = np.abs(plane.first) / level.disc.half_depth_mm
    return float(np.mean(rows[(reach > 0.6) & (reach < 0.85)])) / level.parameters.healthy_height_mm


def nucleus_signal(anatomy: Anatomy, level: Level) -> float:
    """Mean T2 signal of the disc's core as a share of the fluid's."""
    signals = SEQUENCES["T2"].signals()
    core = []
    for x in CORE_PLANES_MM:
        plane = mid_sagittal(anatomy, level, x)
        inner = (plane.structure == Structure.DISC) & (np.abs(plane.first) < 0.4 * level.disc.half_depth_mm)
        core.append(np.tensordot(signals, plane.fractions, 1)[inner])
    return float(np.concatenate(core).mean() / signals[Tissue.CSF])


def pfirrmann(anatomy: Anatomy, level: Level) -> int:
    """Pfirrmann's grade (Spine 2001;26:1873-1878): signal of the nucleus tells I to IV, a collapsed space V."""
    if height_share(anatomy, level) < COLLAPSED_SHARE:
        return 5
    signal = nucleus_signal(anatomy, level)
    return 1 + sum(signal < least for least in SIGNAL_OF_GRADE)


def narrowing(anatomy: Anatomy, level: Level) -> bool:
    """Whether the disc space is narrowed."""
    return height_share(anatomy, level) < NARROWED_SHARE


def bulge_mm(anatomy: Anatomy, level: Level) -> float:
    """How far the disc stands out beyond the bodies' edges, median of the circumference, mm.

    A bulge is disc beyond the edges of the ring apophyses throughout the circumference (Fardon et al., Spine J
    2014;14:2525-2545); osteophytes do not count as edges.
    """
    disc = level.disc
    angles = np.radians(np.arange(0.0, 360.0, 10.0))
    reach = np.arange(0.5, 1.35, 0.005)
    across = np.outer(reach, np.cos(angles)) * disc.half_width_mm
    along = np.outer(reach, np.sin(angles)) * disc.half_depth_mm
    ends = [_last(anatomy, level, across, along, np.zeros_like(across), Structure.DISC)]
    for body, toward in ((disc.above, 1), (disc.below, -1)):
        rim = toward * (level.parameters.height_mm / 2 + RIM_MM)
        # The plane follows the body's own endplate where the disc is wedged.
        lean = np.tan(np.arcsin(np.clip(disc.frame.axes_lps[:, 2] @ body.frame.axes_lps[:, 1], -1, 1)))
        endplate = lean + toward * body.wedge_tan
        ends.append(_last(anatomy, level, across, along, rim - endplate * along, Structure.BODY))
    out = ends[0] - np.maximum(ends[1], ends[2])
    mm = np.hypot(np.cos(angles) * disc.half_width_mm, np.sin(angles) * disc.half_depth_mm)
    return float(np.median(out * mm))


def _last(
    anatomy: Anatomy, level: Level, across: np.ndarray, along: np.ndarray, up: np.ndarray, structure: Structure
) -> np.ndarray:
    """Share of the disc's own outline at which a structure ends in each direction (columns)."""
    points = level.disc.frame.to_lps(np.stack([across, along, up], axis=-1).reshape(-1, 3))
    there = anatomy.sample(points, EDGE_MM).structure.reshape(across.shape) == structure
    last = len(across) - 1 - np.argmax(there[::-1], axis=0)
    return 0.5 + 0.005 * last


def bulging(anatomy: Anatomy, level: Level) -> bool:
    """Whether the disc bulges."""
    return bulge_mm(anatomy, level) >= BULGE_MM


def modic(anatomy: Anatomy, level: Level) -> int:
    """Modic's type (Radiology 1988;166:193-199) of the marrow within 5 mm of the endplates: edema, fat or sclerosis."""
    worst = {1: 0.0, 2: 0.0, 3: 0.0}
    for body, toward in ((level.disc.above, -1), (level.disc.below, 1)):
        beside, far = _marrow(anatomy, body, toward, (2.0, 4.5)), _marrow(anatomy, body, toward, (13.0, 15.0))
        gain = {
            1: beside[Tissue.EDEMA] - far[Tissue.EDEMA],
            2: beside[Tissue.MARROW_FAT] - far[Tissue.MARROW_FAT],
            3: beside[Tissue.CORTEX] - far[Tissue.CORTEX],
        }
        for kind, shares in gain.items():
            worst[kind] = max(worst[kind], float(shares[0]), float(shares[1]))
    kind = max(worst, key=worst.__getitem__)
    return kind if worst[kind] > CHANGED else 0


def _marrow(anatomy: Anatomy, body: BodyShape, toward: int, depth_mm: tuple[float, float]) -> np.ndarray:
    """Mean tissue fractions in the front and the back half of a body, so deep to an endplate, shape (tissues, 2)."""
    reach = np.linspace(-0.75, 0.75, 41) * body.half_depth_mm
    middle = np.stack([np.zeros_like(reach), reach, np.zeros_like(reach)], axis=-1)
    rho, _ = body.radius(middle)
    edge = body.top(middle, rho) if toward > 0 else -body.bottom(middle, rho)
    along, deep = np.meshgrid(reach, np.linspace(*depth_mm, 6))
    up = toward * (edge - deep)
    points = body.frame.to_lps(np.stack([np.zeros_like(up), along, up], axis=-1).reshape(-1, 3))
    fractions = anatomy.sample(points, EDGE_MM).fractions.reshape(-1, *along.shape)
    return np.stack([fractions[:, :, :18].mean(axis=(1, 2)), fractions[:, :, 23:].mean(axis=(1, 2))], axis=1)


def endplate_defects(anatomy: Anatomy, level: Level) -> tuple[bool, bool]:
    """Whether the endplate below and the one above the disc have defects: disc deeper than the endplate's own bowl."""
    found = [0.0, 0.0]
    for x in (-4.0, -2.0, 0.0, 2.0, 4.0):
        plane = mid_sagittal(anatomy, level, x)
        disc = plane.structure == Structure.DISC
        inside = np.flatnonzero((np.abs(plane.first) < 0.8 * level.disc.half_depth_mm) & disc.any(axis=0))
        along = plane.first[inside]
        upper = plane.second[len(plane.second) - 1 - np.argmax(disc[::-1, inside], axis=0)]
        lower = plane.second[np.argmax(disc[:, inside], axis=0)]
        for which, edge in enumerate((-lower, upper)):
            found[which] = max(found[which], _deepest(along, edge))
    return found[0] > DEFECT_MM, found[1] > DEFECT_MM


def _deepest(along: np.ndarray, edge: np.ndarray) -> float:
    """How far an endplate lies beyond the bowl that most of it follows, mm."""
    keep = np.ones(len(along), bool)
    for _ in range(4):
        rest = edge - np.polyval(np.polyfit(along[keep], edge[keep], 2), along)
        keep = rest < 0.5
    return float(np.max(rest))


def slip_mm(anatomy: Anatomy, level: Level) -> float:
    """How far the upper body's back edge lies in front of the lower's, along the disc, mm (as Meyerding measures)."""
    plane = mid_sagittal(anatomy, level)
    body = np.isin(plane.structure, (Structure.BODY, Structure.OSTEOPHYTE))
    backs = []
    for up in (plane.second, -plane.second):
        deep = up - level.parameters.height_mm / 2
        near = body[(deep > 3.0) & (deep < 7.0)]
        backs.append(float(np.median([plane.first[np.flatnonzero(row)[-1]] for row in near if row.any()])))
    return backs[1] - backs[0]


def spondylolisthesis(anatomy: Anatomy, level: Level) -> bool:
    """Whether the upper vertebra has slipped."""
    return slip_mm(anatomy, level) > SLIP_MM
