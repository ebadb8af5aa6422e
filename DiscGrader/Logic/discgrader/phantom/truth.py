"""What is true of the discs of a digital spine: places, measures, and grades on every scale."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.localize.box import RoiBox
from discgrader.localize.labels import disc_label
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.level import Level
from discgrader.phantom.skeleton import DiscShape

THICK_FLAVUM_MM = 4.0
"""The limit of the scale ``ligamentum_flavum_thickening``."""

CANAL_BEHIND_MM = 22.0
"""What a box takes in of the canal behind its disc."""


@dataclass(frozen=True, eq=False)
class PhantomDisc:
    """What is true of one disc in view.

    Parameters
    ----------
    level : str
        Such as ``L4-L5``.
    index_from_sacrum : int
        1 = L5-S1.
    center_lps_mm, normal_lps : ndarray, shape (3,)
        Its middle, and the unit normal of its plane, towards the head.
    height_mm, depth_mm, width_mm : float
        Mean height between the endplates in the mid-sagittal section, front to back, side to side.
    roi : RoiBox
        The box that its grades belong to.
    grade : int
        Pfirrmann grade 1–5.
    bulging, narrowing : bool
        As a reader would call it.
    grades : mapping of (str, str) to str
        Grade by system and task, as written in files.
    details : mapping of str to object
        What no task asks for: side, millimetres, and grades finer than the tasks'.
    herniation_box : RoiBox or None
        The smallest box, aligned with the disc, around what has left the disc space; without its fragment.
    """

    level: str
    index_from_sacrum: int
    center_lps_mm: np.ndarray
    normal_lps: np.ndarray
    height_mm: float
    depth_mm: float
    width_mm: float
    roi: RoiBox
    grade: int
    bulging: bool
    narrowing: bool
    grades: Mapping[tuple[str, str], str]
    details: Mapping[str, object]
    herniation_box: RoiBox | None


def disc_truth(anatomy: Anatomy, level: Level) -> PhantomDisc:
    """The truth about the disc of this level."""
    shape, disc = level.disc, level.parameters
    center, height = _section(anatomy, shape)
    depth, width = 2 * (shape.half_depth_mm + disc.bulge_mm), 2 * (shape.half_width_mm + disc.bulge_mm)
    middle = center + shape.frame.axes_lps[:, 1] * CANAL_BEHIND_MM / 2
    roi = RoiBox.around(middle, shape.frame.axes_lps, width, depth + CANAL_BEHIND_MM, height, DEFAULT_MARGIN_MM)
    return PhantomDisc(
        level=disc.level,
        index_from_sacrum=disc.index_from_sacrum,
        center_lps_mm=center,
        normal_lps=shape.frame.axes_lps[:, 2],
        height_mm=height,
        depth_mm=depth,
        width_mm=width,
        roi=roi,
        grade=disc.grade,
        bulging=disc.bulging,
        narrowing=disc.narrowing,
        grades=_grades(level),
        details=_details(level),
        herniation_box=_herniation_box(level),
    )


def _grades(level: Level) -> dict[tuple[str, str], str]:
    """Grades on the scales of all systems (see ``grading.systems``)."""
    disc, found = level.parameters, level.parameters.herniation
    size = found.size if found else 0
    below, above = disc.endplate_defects
    right_facet, left_facet = (int(facet > 0) for facet in disc.facets)
    right_foramen, left_foramen = disc.foramina
    given: dict[tuple[str, str], object] = {
        ("pfirrmann", "pfirrmann"): disc.grade,
        ("pfirrmann", "high_grade"): int(disc.grade >= 4),
        ("spider", "bulging"): int(disc.bulging),
        ("spider", "narrowing"): int(disc.narrowing),
        ("spider", "herniation"): int(size > 0),
        ("spider", "spondylolisthesis"): int(disc.slip_mm > 0),
        ("spider", "upper_endplate"): int(above is not None),
        ("spider", "lower_endplate"): int(below is not None),
        ("spider", "modic"): disc.modic,
        ("calcification", "calcification"): int(bool(found and found.calcified)),
        ("axial-multitask", "herniation"): size,
        ("axial-multitask", "central_stenosis"): level.stenosis,
        ("axial-multitask", "nerve_root"): max(level.root_grades),
        ("msu", "size"): size,
        ("msu", "zone"): found.zone if found else "none",
        ("deepspine", "central_stenosis"): level.stenosis,
        ("deepspine", "left_foraminal_stenosis"): left_foramen,
        ("deepspine", "right_foraminal_stenosis"): right_foramen,
        ("deepspine", "disc_bulge"): int(disc.bulging),
        ("deepspine", "disc_osteophyte_complex"): int(disc.osteophyte_mm > 0),
        ("deepspine", "left_facet_arthropathy"): left_facet,
        ("deepspine", "right_facet_arthropathy"): right_facet,
        ("deepspine", "ligamentum_flavum_thickening"): int(disc.flavum_mm > THICK_FLAVUM_MM),
        ("deepspine", "epidural_lipomatosis"): int(disc.lipomatosis > 0),
    }
    return {key: str(value) for key, value in given.items()}


def _details(level: Level) -> dict[str, object]:
    disc, found = level.parameters, level.parameters.herniation
    return {
        "height_share": round(disc.height_share, 3),
        "bulge_mm": round(disc.bulge_mm, 2),
        "herniation_side": ("left" if found.side > 0 else "right")
        if found is not None and found.zone != "A"
        else "none",
        "herniation_reach": round(found.reach, 3) if found else 0.0,
        "migration_mm": found.migration_mm if found else 0.0,
        "sequestered": bool(found and found.sequestered),
        "right_nerve_root": level.root_grades[0],
        "left_nerve_root": level.root_grades[1],
        "right_facet_weishaupt": disc.facets[0],
        "left_facet_weishaupt": disc.facets[1],
        "ligamentum_flavum_mm": round(disc.flavum_mm, 2),
        "lipomatosis_borre": disc.lipomatosis,
        "osteophyte_mm": round(disc.osteophyte_mm, 2),
        "slip_mm": round(disc.slip_mm, 2),
        "fused": disc.fused,
    }


def _herniation_box(level: Level) -> RoiBox | None:
    lobes = level.displaced.herniation
    if not lobes:
        return None
    low = np.min([np.subtract(lobe.center_mm, lobe.half_mm) for lobe in lobes], axis=0)
    high = np.max([np.add(lobe.center_mm, lobe.half_mm) for lobe in lobes], axis=0)
    low[1] = max(low[1], level.displaced.wall_y_mm)
    frame = level.disc.frame
    return RoiBox(frame.to_lps((low + high) / 2), frame.axes_lps, high - low)


def _section(anatomy: Anatomy, shape: DiscShape) -> tuple[np.ndarray, float]:
    """Middle (LPS mm) and mean height (mm) of the disc's mid-sagittal section, herniation left aside.

    The middle lies in front of that of the disc's frame where the disc is wedged.
    """
    step = 0.4
    reach = shape.half_depth_mm + shape.parameters.bulge_mm + 1.0
    along, up = np.meshgrid(np.arange(-28.0, reach, step), np.arange(-13.0, 13.0, step))
    points = shape.frame.to_lps(np.stack([np.zeros_like(up), along, up], axis=-1).reshape(-1, 3))
    inside = anatomy.sample(points).label == disc_label(shape.parameters.index_from_sacrum)
    columns = inside.reshape(up.shape).sum(axis=0)
    return points[inside].mean(axis=0), float(columns[columns > 0].mean() * step)
