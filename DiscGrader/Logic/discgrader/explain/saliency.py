"""Saliency: which part of the picture a grade was read from.

Layer-CAM (Jiang et al., IEEE TIP 2021;30:5875): the feature maps of the first stage, each weighted place by place by
the positive gradient of the given grade's log odds, summed, smoothed, and averaged over some of the pack's networks. Of
the stages and weightings tried on SPIDER crops, these lie on the disc most; deeper ones show the grid of their own
strides.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter, map_coordinates

from discgrader.grading.grader import Grader, LoadedPack
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.view import ViewShape
from discgrader.grading.views import View
from discgrader.grading.window_pack import WindowPack, WindowReading
from discgrader.grading.windows import Window
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart
from discgrader.jobs.threads import side_by_side
from discgrader.localize.disc import Localization

Explained = tuple[str, Volume]

SMOOTHING_MM = 3.0

NETWORKS = 2
"""Of a pack's networks, which were trained alike, so many are asked where they looked: the others cost time only."""

_Target = tuple[str, tuple[int, ...]]
"""Name of a head and positions of the logits that speak for a grade."""


def explain(
    grader: Grader, study: Study, localization: Localization, result: DiscResult
) -> Mapping[tuple[str, str], Explained]:
    """Saliency maps of all grades of one disc.

    Returns
    -------
    mapping of (system, task) to (series name, Volume)
        Each map lies in the geometry of the series named, the one that the grade leans on first: T2, else T2 SPACE,
        else T1. float32 in 0–1, the largest value 1, zero outside the disc's crop.
    """
    [maps] = explain_all(grader, study, localization, [result])
    return {key: (series, part.volume()) for key, (series, part) in maps.items()}


def explain_all(
    grader: Grader, study: Study, localization: Localization, results: Sequence[DiscResult]
) -> Iterator[Mapping[tuple[str, str], tuple[str, VolumePart]]]:
    """Saliency maps of all grades, disc after disc as `explain` gives them, of each the part that is not zero.

    Grades that no image network gave have none.
    """

    def explained(result: DiscResult) -> dict[tuple[str, str], tuple[str, VolumePart]]:
        maps: dict[tuple[str, str], tuple[str, VolumePart]] = {}
        systems: dict[tuple[str, ...], list[str]] = {}
        for system in dict.fromkeys(grade.system for grade in result.grades if grader.reads_pictures(grade.system)):
            if system in grader.windowed.systems:
                reading = grader.windowed[system].reading(grader.windowed.windows(study, localization), result.disc)
                if not isinstance(reading, str):
                    maps.update(_seen_through_windows(grader.windowed[system], reading, result.grades))
                continue
            systems.setdefault(grader.loaded(system).key, []).append(system)
        for sharing in systems.values():
            grades = [grade for grade in result.grades if grade.system in sharing]
            maps |= _explained(grader, grader.views(study, localization, sharing[0]).of(result.disc), grades)
        return maps

    # Views are found before threads begin, which would otherwise each look for them.
    for system in {
        grade.system for result in results for grade in result.grades if grader.reads_pictures(grade.system)
    }:
        if system in grader.windowed.systems:
            grader.windowed.windows(study, localization)
        else:
            grader.views(study, localization, system)
    return side_by_side(explained, results, grader.device)


def _explained(
    grader: Grader, views: Sequence[View], grades: Sequence[Grade]
) -> dict[tuple[str, str], tuple[str, VolumePart]]:
    """Maps of grades that the same networks gave."""
    pack = grader.loaded(grades[0].system)
    if not views:
        return {}
    shown = _shown(views)
    on_crops = _crop_maps(grader, pack, views, shown, list(dict.fromkeys(map(_target, grades))))
    series = shown[0].series
    in_volume = dict(zip(on_crops, into_volume(list(on_crops.values()), shown, series.volume, pack.shape), strict=True))
    return {(grade.system, grade.task): (series.name, in_volume[_target(grade)]) for grade in grades}


def _seen_through_windows(
    pack: WindowPack, reading: WindowReading, grades: Sequence[Grade]
) -> dict[tuple[str, str], tuple[str, VolumePart]]:
    """Maps of a pack's grades of one disc, each on the look that it was given by.

    Of several series that a look has, the map lies on the one that speaks most for the grade.
    """
    found = {}
    maps_of: dict[int, tuple[torch.Tensor, dict[str, torch.Tensor]]] = {}
    for grade in (one for one in grades if one.system == pack.pack.system):
        look = reading.chosen[grade.task]
        if look not in maps_of:
            with torch.no_grad():
                maps = pack.network.maps(reading.inputs[look : look + 1])
            # A copy, since what was made without gradients cannot have any.
            maps = maps.clone().requires_grad_(True)
            with torch.enable_grad():
                maps_of[look] = maps, pack.network.logits(maps)[0]
        maps, logits = maps_of[look]
        position = list(grade.probabilities).index(grade.grade)
        gradient = torch.autograd.grad(_score(logits[grade.task], (position,)), maps, retain_graph=True)[0]
        cams = (gradient.clamp(min=0) * maps.detach()).sum(1).clamp(min=0).cpu().numpy()
        found[grade.system, grade.task] = _in_series(reading.looks[look], cams, pack.pixels)
    return found


def _in_series(windows: Sequence[Window], cams: np.ndarray, pixels: int) -> tuple[str, VolumePart]:
    """The maps of the windows, shape (windows, rows, columns), of the series that has most of them, in its volume."""
    weight: dict[str, float] = {}
    for window, cam in zip(windows, cams, strict=True):
        weight[window.series.name] = weight.get(window.series.name, 0.0) + float(cam.sum())
    name = max(weight, key=lambda one: weight[one])
    chosen = [number for number, window in enumerate(windows) if window.series.name == name]
    first = windows[chosen[0]]
    shape = first.spec.shape(pixels)
    [part] = into_volume(
        [_smooth(cams[chosen], shape)], [windows[number] for number in chosen], first.series.volume, shape
    )
    return name, part


def _shown(views: Sequence[View]) -> list[View]:
    for role in ("T2", "T2_SPACE", "T1"):
        found = [view for view in views if view.crop.role == role]
        if found:
            return found
    return list(views)


def _target(grade: Grade) -> _Target:
    """Name of the head, and positions of the logits that speak for this grade."""
    if grade.task == "high_grade":
        return "pfirrmann", (3, 4) if grade.grade == "1" else (0, 1, 2)
    return grade.task, (list(grade.probabilities).index(grade.grade),)


def _score(logits: torch.Tensor, positions: Sequence[int]) -> torch.Tensor:
    """Logarithm of the odds for these grades against all others, summed over the rows of ``logits``."""
    others = [column for column in range(logits.shape[1]) if column not in positions]
    return (logits[:, list(positions)].logsumexp(1) - logits[:, others].logsumexp(1)).sum()


def _crop_maps(
    grader: Grader, pack: LoadedPack, views: Sequence[View], shown: Sequence[View], targets: Sequence[_Target]
) -> dict[_Target, np.ndarray]:
    """Maps of each target on the shown views, shape (shown, rows / 4, columns / 4), not scaled yet.

    What does not depend on the target, the way up to the maps and the views that are not shown, is computed once.
    """
    crops, role = grader.inputs(pack, views)
    disc = torch.zeros(len(views), dtype=torch.long, device=crops.device)
    chosen = [views.index(view) for view in shown]
    others = [number for number in range(len(views)) if number not in chosen]
    order = role[chosen + others]
    totals: dict[_Target, torch.Tensor] = {}
    for network in pack.networks[:NETWORKS]:
        with torch.no_grad():
            all_maps = network.maps(crops, role)
            beside = network.crop_features(all_maps[others]) if others else None
        maps = all_maps[chosen].clone().requires_grad_(True)
        with torch.enable_grad():
            per_crop = network.crop_features(maps)
            if beside is not None:
                per_crop = torch.cat([per_crop, beside])
            features = network.join(per_crop, order, disc, 1)
            for target in targets:
                task, positions = target
                score = _score(network.heads[task](features), positions)
                gradient = torch.autograd.grad(score, maps, retain_graph=True)[0]
                cam = (gradient.clamp(min=0) * maps.detach()).sum(1).clamp(min=0)
                totals[target] = totals.get(target, 0.0) + cam / cam.max().clamp(min=1e-12)
    return {target: _smooth(total.cpu().numpy(), pack.shape) for target, total in totals.items()}


def _smooth(maps: np.ndarray, shape: ViewShape) -> np.ndarray:
    """Maps without detail finer than `SMOOTHING_MM`."""
    cell_mm = shape.columns * shape.pixel_mm / maps.shape[2]
    return gaussian_filter(maps, (0, SMOOTHING_MM / cell_mm, SMOOTHING_MM / cell_mm))


def into_volume(
    maps: Sequence[np.ndarray], views: Sequence[View | Window], volume: Volume, shape: ViewShape
) -> list[VolumePart]:
    """Maps on crops brought into a volume's own geometry.

    Parameters
    ----------
    maps : sequence of ndarray, each of shape (views, rows, columns)
        Coarse maps that each cover all crops.
    views : sequence of View or Window
        Crops of ``volume``, parallel to each other and of one middle.
    shape : ViewShape
        Of the crops.

    Returns
    -------
    list of VolumePart
        One for each of ``maps``, float32 in 0–1: linear between crops, zero outside of them and more than half a slice
        (or half the distance between crops) beside them.
    """
    box = views[0].box
    half = np.array([shape.columns, shape.rows]) * shape.pixel_mm / 2
    order = np.argsort([view.across_mm for view in views])
    offsets = np.array([views[i].across_mm for i in order])
    slice_mm = float(np.abs(volume.spacing_mm @ np.abs(volume.directions.T @ box.axes_lps[:, 0])))
    beside = max(slice_mm, float(np.diff(offsets).max()) if len(offsets) > 1 else 0.0) / 2
    low, high = _index_bounds(volume, box, half, offsets, beside)
    k, j, i = np.meshgrid(*(np.arange(a, b) for a, b in zip(low[::-1], high[::-1], strict=True)), indexing="ij")
    local = box.to_local(volume.index_to_lps(np.stack([i, j, k], -1)))
    inside = (np.abs(local[..., 1]) <= half[0]) & (np.abs(local[..., 2]) <= half[1])
    inside &= (local[..., 0] >= offsets[0] - beside) & (local[..., 0] <= offsets[-1] + beside)
    points = local[inside]
    rows, columns = maps[0].shape[1:]
    row = (half[1] - points[:, 2]) / (2 * half[1]) * rows - 0.5
    column = (points[:, 1] + half[0]) / (2 * half[0]) * columns - 0.5
    plane = np.interp(points[:, 0], offsets, np.arange(len(offsets))) if len(offsets) > 1 else np.zeros(len(points))
    start = tuple(int(first) for first in low[::-1])
    parts = []
    for one in maps:
        values = map_coordinates(one[order].astype(np.float32), [plane, row, column], order=1, mode="nearest")
        if values.size and values.max() > 0:
            values = values / values.max()
        block = np.zeros(inside.shape, np.float32)
        block[inside] = np.clip(values, 0, 1)
        parts.append(VolumePart(block, start, volume.array.shape, volume.affine_lps))
    return parts


def _index_bounds(
    volume: Volume, box, half: np.ndarray, offsets: np.ndarray, beside: float
) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(
        [
            [across, along, up]
            for across in (offsets[0] - beside, offsets[-1] + beside)
            for along in (-half[0], half[0])
            for up in (-half[1], half[1])
        ]
    )
    index = volume.lps_to_index(box.center_lps_mm + corners @ box.axes_lps.T)
    size = np.array(volume.size)
    low = np.clip(np.floor(index.min(0)).astype(int), 0, size)
    return low, np.maximum(low, np.clip(np.ceil(index.max(0)).astype(int) + 1, 0, size))
