"""The spine of blocks with its axial series in three blocks, and an engine that reads one made-up grade from these."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from block_engine import BlockEngine
from discgrader.grading.axial import axial_cut
from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from fake_engine import file_of, write_blocks
from synthetic_result import synthetic_localization, synthetic_study

BLOCKS = {"ax_t2_low": ("L5-S1",), "ax_t2_middle": ("L4-L5", "L3-L4"), "ax_t2_high": ("L2-L3", "L1-L2")}
"""Which discs each block is angled along."""

ON_AXIAL = ("spider", "bulging")
"""The grade that is read from the axial blocks."""


def block(levels: tuple[str, ...]) -> Volume:
    """An axial stack of 4 mm slices along these discs, of what the sagittal T2 shows there."""
    boxes = [disc.roi for disc in synthetic_localization().discs if disc.level in levels]
    axes, first, last = boxes[0].axes_lps, boxes[0].center_lps_mm, boxes[-1].center_lps_mm
    size = np.array([60, 90, 7 + int(np.ceil(np.linalg.norm(last - first) / 4.0))])
    affine = np.eye(4)
    affine[:3, :3] = axes * [1.0, 1.0, 4.0]
    affine[:3, 3] = (first + last) / 2 - affine[:3, :3] @ ((size - 1) / 2)
    k, j, i = np.meshgrid(*(np.arange(count) for count in size[::-1]), indexing="ij")
    points = np.stack([i, j, k], -1) @ affine[:3, :3].T + affine[:3, 3]
    picture = sample(synthetic_study().series[0].volume, points, order=1, cval=60.0)
    return Volume(np.rint(picture).astype(np.int16), affine)


def write_block_study(folder: Path, names=tuple(BLOCKS)) -> Path:
    """Sagittal T2 and T1 and these axial blocks as NIfTI; the folder."""
    write_blocks(folder)
    for name in names:
        (folder / f"{name}.nii.gz").write_bytes(_file_of_block(name))
    return folder


@cache
def _file_of_block(name: str) -> bytes:
    return file_of(block(BLOCKS[name]))


class AxialBlockEngine(BlockEngine):
    """As `BlockEngine`, with a map of `ON_AXIAL` besides, on one slice of the axial block that shows the disc best."""

    def grade(self, study, settings, *, localization, graded, explained, **options):
        axial = [series for series in study.series if series.role == "AX_T2"]
        result = super().grade(
            study,
            settings,
            localization=localization,
            graded=lambda one: graded(told(one, axial)),
            explained=explained,
            **options,
        )
        result = replace(result, discs=tuple(told(disc, axial) for disc in result.discs))
        maps, series = dict(result.saliency), dict(result.saliency_series)
        for disc in localization.discs:
            key = (disc.level, *ON_AXIAL)
            cut = axial_cut(disc, axial) if axial else ""
            if settings.saliency and not isinstance(cut, str):
                maps[key], series[key] = bump(cut.series.volume, cut.indices[-1], disc), cut.series.name
                explained(disc.level, {ON_AXIAL: (series[key], VolumePart.of(maps[key]))})
        return replace(result, saliency=maps, saliency_series=series)


def told(result, axial):
    """A disc's grades, `ON_AXIAL` with the slice that it was read from."""
    cut = axial_cut(result.disc, axial) if axial else ""
    if isinstance(cut, str):
        return result
    count = cut.series.volume.size[slice_axis_of(cut.series.volume, Plane.AXIAL)]
    evidence = {"slice": {"value": f"{cut.indices[-1] + 1} of {count}", "series": cut.series.name}}
    grades = [
        replace(grade, evidence=evidence) if (grade.system, grade.task) == ON_AXIAL else grade
        for grade in result.grades
    ]
    return replace(result, grades=tuple(grades))


def bump(volume: Volume, number: int, disc) -> Volume:
    """A map on one slice of a volume, highest at the disc's middle."""
    axis = slice_axis_of(volume, Plane.AXIAL)
    k, j, i = np.meshgrid(*(np.arange(count) for count in volume.array.shape), indexing="ij")
    index = np.stack([i, j, k], -1)
    away = volume.index_to_lps(index) - disc.roi.center_lps_mm
    along = away @ volume.directions[:, axis]
    flat = np.linalg.norm(away - along[..., None] * volume.directions[:, axis], axis=-1)
    values = np.where(index[..., axis] == number, np.clip(1 - flat / 20, 0, 1), 0)
    return Volume(values.astype(np.float32), volume.affine_lps)
