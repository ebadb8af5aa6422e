"""Disc crops as files, for looking at and for training elsewhere: 224 × 224 PNG and NIfTI, oriented to the ROI box."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import OutputError, StudyError, UsageError
from discgrader.folders import atomic_folder, check_folder
from discgrader.grading.placement import StudyViews
from discgrader.grading.systems import system_views
from discgrader.grading.view import pictured, seen
from discgrader.imaging.files import write_volume
from discgrader.imaging.resample import grid, sample
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.progress import Progress

PIXELS = 224
"""Edge of a crop's picture, as ImageNet's networks take them."""

INDEX = "crops.csv"
COLUMNS = (
    *("study", "level", "index_from_sacrum", "series", "role", "png", "nifti"),
    *("pixel_mm", "window_low", "window_high", "seen"),
)

_LEAST_SEEN = 0.5
"""A crop that lies outside the image by more than half shows too little of its disc. A round number."""

_WINDOW_PERCENTILES = (0.5, 99.5)
"""What becomes black and white in pictures: all but a few dark and bright pixels."""

# Which of the box's axes (0 across, 1 along, 2 up) a picture's rows and columns follow, and which way: as a
# radiologist looks at that plane, the patient's right or front on the left, head or front on top.
_VIEWS = {Plane.SAGITTAL: ((2, -1), (1, 1)), Plane.AXIAL: ((1, 1), (0, 1)), Plane.CORONAL: ((2, -1), (0, 1))}


@dataclass(frozen=True, eq=False)
class DiscPicture:
    """The crop of one disc on one series.

    Parameters
    ----------
    series : Series
    disc : Disc
    values : ndarray, shape (pixels, pixels)
        Intensities on the plane through the middle of the ROI box, not a number outside of the series.
    pixel_mm : float
        Edge of the square pixels.
    """

    series: Series
    disc: Disc
    values: np.ndarray
    pixel_mm: float

    @property
    def seen(self) -> float:
        """Share of the picture that lies inside the series."""
        return float(np.isfinite(self.values).mean())


def disc_picture(series: Series, disc: Disc, pixels: int = PIXELS) -> DiscPicture:
    """Cut the plane of the series' orientation through the middle of the disc's ROI box, as large as the box."""
    views = _VIEWS[series.plane]
    axes = np.stack([sign * disc.roi.axes_lps[:, axis] for axis, sign in views], axis=1)
    pixel_mm = float(max(disc.roi.size_mm[axis] for axis, _ in views)) / pixels
    points = grid(disc.roi.center_lps_mm, axes, (pixels, pixels), pixel_mm)
    return DiscPicture(series, disc, sample(series.volume, points, order=1, cval=np.nan), pixel_mm)


def gray_levels(pictures: Sequence[DiscPicture]) -> tuple[float, float]:
    """What is black and what is white on all pictures of a series, so that the discs' signal can be compared."""
    shown = np.concatenate([picture.values[np.isfinite(picture.values)] for picture in pictures])
    low, high = np.percentile(shown, _WINDOW_PERCENTILES) if shown.size else (0.0, 1.0)
    return float(low), float(high)


def in_gray(picture: DiscPicture, low: float, high: float) -> np.ndarray:
    """The picture in gray, uint8, black at ``low`` and outside of the series, white at ``high``."""
    gray = np.nan_to_num((picture.values - low) / max(high - low, 1e-6), nan=0.0)
    return np.round(np.clip(gray, 0, 1) * 255).astype(np.uint8)


def box_volume(volume: Volume, box: RoiBox) -> Volume:
    """What the volume shows inside the box, on the box's own axes (i across, j along, k up), no signal outside of it.

    Along each axis the voxels are as large as those of the volume in that direction.
    """
    aligned = np.abs(volume.directions.T @ box.axes_lps).argmax(axis=0)
    spacing = np.minimum(volume.spacing_mm[aligned], box.size_mm)
    count = np.maximum(np.round(box.size_mm / spacing).astype(int), 1)
    points = grid(box.center_lps_mm, box.axes_lps[:, ::-1], tuple(count[::-1]), spacing[::-1])
    affine = np.eye(4)
    affine[:3, :3] = box.axes_lps * spacing
    affine[:3, 3] = points[0, 0, 0]
    return Volume(sample(volume, points, order=1, cval=volume.no_signal), affine)


def check_crops(out: Path, *, overwrite: bool = False) -> None:
    """Say before the work begins whether crops could be written to ``out``.

    Raises
    ------
    OutputError
        As `write_crops`.
    """
    check_folder(out, may_replace=lambda old: _may_replace(old, overwrite))


def write_crops(
    study: Study,
    localization: Localization,
    out: Path,
    *,
    systems: Sequence[str] = (),
    overwrite: bool = False,
    progress: Progress = Progress(),
) -> int:
    """Write ``<level>_<series>.png`` and ``.nii.gz`` of every disc that a series shows, and ``crops.csv``.

    Gray values are scaled alike for all discs of a series, so that their signal can be compared. With ``systems``,
    their views are written instead; see `write_views`.

    Returns
    -------
    int
        How many crops were written.

    Raises
    ------
    StudyError
        When no series shows a disc.
    OutputError
        When ``out`` cannot be written, or holds other files; crops of before are replaced with ``overwrite``.
    """
    with atomic_folder(out, may_replace=lambda old: _may_replace(old, overwrite)) as folder:
        rows = list(write_views(study, localization, folder, systems, PIXELS))
        names = _file_names(study)
        for number, series in enumerate(study.series if not systems else ()):
            progress.report("Cropping", number / len(study.series), series.name)
            rows.extend(_write_series(study, series, localization, folder, names[number]))
        if not rows:
            raise StudyError(f"No series of {study.name} shows any of its discs; check that they belong together.")
        with open(folder / INDEX, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    progress.report("Cropping", 1.0)
    return len(rows)


def check_view_systems(systems: Sequence[str]) -> None:
    """Refuse systems without views."""
    strange = [system for system in systems if system not in system_views()]
    if strange:
        raise UsageError(f"The system {strange[0]} has no views; choose one of {', '.join(system_views())}.")


def middle_gray(values: np.ndarray) -> np.ndarray:
    """The middle slice of a view's intensities as a gray picture, uint8, its levels those of the whole view."""
    return np.round(pictured(values)[len(values) // 2] * 255).astype(np.uint8)


def write_views(
    study: Study, localization: Localization, folder: Path, systems: Sequence[str], pixels: int
) -> Iterator[dict[str, object]]:
    """Write ``<level>_<system>_<view>.png`` of each view, its middle slice, and give its facts.

    Each axial slice of a level is a picture of its own, numbered from the one nearest to the disc's middle.

    Raises
    ------
    StudyError
        None of the discs can be looked at by one of the systems.
    """
    from PIL import Image

    placed_views = StudyViews(study, localization)
    for system in systems:
        reasons = []
        for disc in localization.discs:
            samples = placed_views.of(disc, system_views()[system], pixels)
            if isinstance(samples, str):
                reasons.append(f"{disc.level}: {samples}")
                continue
            for number, sample_views in enumerate(samples, start=1):
                for view in sample_views:
                    values = view.values()
                    png = f"{disc.level}_{system}_{view.name}{f'_{number}' if len(samples) > 1 else ''}.png"
                    Image.fromarray(middle_gray(values)).save(folder / png)
                    yield {
                        "study": study.name,
                        "level": disc.level,
                        "index_from_sacrum": disc.index_from_sacrum,
                        "series": view.series.name,
                        "role": view.series.role,
                        "png": png,
                        "nifti": "",
                        "pixel_mm": round(view.shape.pixel_mm, 6),
                        "window_low": "",
                        "window_high": "",
                        "seen": round(seen(values), 4),
                    }
        if len(reasons) == len(localization.discs):
            raise StudyError(f"{study.name} shows nothing that {system} could use: {'; '.join(reasons)}.")


def _may_replace(folder: Path, overwrite: bool) -> bool:
    if not (folder / INDEX).is_file():
        return False
    if not overwrite:
        raise OutputError(f"{folder} already contains crops; choose another folder, or replace them with --overwrite.")
    return True


def _write_series(
    study: Study, series: Series, localization: Localization, folder: Path, name: str
) -> Iterator[dict[str, object]]:
    from PIL import Image

    pictures = [disc_picture(series, disc) for disc in localization.discs]
    pictures = [picture for picture in pictures if picture.seen >= _LEAST_SEEN]
    if not pictures:
        return
    low, high = gray_levels(pictures)
    for picture in pictures:
        disc = picture.disc
        png, nifti = f"{disc.level}_{name}.png", f"{disc.level}_{name}.nii.gz"
        Image.fromarray(in_gray(picture, low, high)).save(folder / png)
        write_volume(box_volume(series.volume, disc.roi), folder / nifti)
        values = (study.name, disc.level, disc.index_from_sacrum, series.name, series.role, png, nifti)
        facts = (round(picture.pixel_mm, 6), round(low, 6), round(high, 6), round(picture.seen, 4))
        yield dict(zip(COLUMNS, (*values, *facts), strict=True))


def _file_names(study: Study) -> list[str]:
    """Names of the series that a file may bear, each another even where case does not count."""
    names: list[str] = []
    for series in study.series:
        plain = re.sub(r"[^\w.-]+", "_", series.name).strip("._") or "series"
        name, number = plain, 2
        while name.lower() in (taken.lower() for taken in names):
            name, number = f"{plain}_{number}", number + 1
        names.append(name)
    return names
