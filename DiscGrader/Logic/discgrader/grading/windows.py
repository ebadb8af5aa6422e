"""Windows on a disc: square crops of a few slices each, which networks of whole systems look through.

A window is cut along the disc's box (sagittal) or on the slices as they were taken (axial). Whatever the orientation of
the voxels, its rows run towards the foot or the back, and its columns towards the back or the patient's left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from discgrader.grading.axial import AxialCut, AxialStudy, axial_study, slice_axis, usable_series
from discgrader.grading.mirrored import is_mirrored
from discgrader.grading.not_graded import NO_AXIAL_T2, NO_SAGITTAL_T2
from discgrader.grading.series_choice import sagittal_of_role, with_what_there_is
from discgrader.grading.view import ViewShape, ViewSpec
from discgrader.imaging.resample import sample
from discgrader.imaging.study import Plane, Series, Study
from discgrader.localize.disc import Disc, Localization, RoiBox

LEAST_SEEN = 0.6
"""A window with less of its middle slice inside the picture is not looked through."""

SAGITTAL_ROLES = ("T2", "T2_SPACE")
_LOW, _HIGH = 0.01, 0.995
_BESIDE = ViewSpec("axial", Plane.AXIAL, 72.0)
"""Where an axial series is compared with a sagittal one."""


@dataclass(frozen=True, eq=False)
class Window:
    """A window in its place.

    Parameters
    ----------
    spec : ViewSpec
    series : Series
    frame : RoiBox
        Its middle, and as axes the way through the slices (towards the left, or the head), along the columns (towards
        the back, or the left), and against the rows (towards the head, or the front).
    offsets_mm : tuple of float
        Of its slices along the frame's first axis.
    notes : tuple of str
        What a reader should know of how it was placed.
    """

    spec: ViewSpec
    series: Series
    frame: RoiBox
    offsets_mm: tuple[float, ...]
    notes: tuple[str, ...] = ()

    @property
    def box(self) -> RoiBox:
        """Its frame, as of a crop of a box."""
        return self.frame

    @property
    def across_mm(self) -> float:
        """How far its middle slice lies beside its frame's middle."""
        return self.offsets_mm[len(self.offsets_mm) // 2]

    @property
    def slice_number(self) -> tuple[int, int]:
        """Which slice of an axial series is looked at, from 1, and how many it has."""
        volume = self.series.volume
        axis = slice_axis(volume)
        return round(volume.lps_to_index(self.frame.center_lps_mm)[axis]) + 1, volume.size[axis]

    @property
    def slice_mm(self) -> float:
        """Distance between the slices of an axial series."""
        return float(self.series.volume.spacing_mm[slice_axis(self.series.volume)])

    def values(self, shape: ViewShape) -> np.ndarray:
        """Intensities, shape (slices, rows, columns), float32, NaN outside of the picture.

        Where the series ends beside the middle slice, what is nearest to it stands for what would follow.
        """
        slices = np.stack(
            [
                sample(self.series.volume, shape.points_lps(self.frame, offset), order=1, cval=np.nan)
                for offset in self.offsets_mm
            ]
        )
        middle = len(slices) // 2
        for number in sorted(range(len(slices)), key=lambda one: abs(one - middle)):
            nearer = slices[number + np.sign(middle - number)]
            slices[number] = np.where(np.isfinite(slices[number]), slices[number], nearer)
        return slices


def specs_of(entry: Mapping[str, object]) -> tuple[ViewSpec, ...]:
    """The windows that a pack's entry ``input`` describes; none where its network looks through none."""
    return tuple(
        ViewSpec(one["name"], Plane(one["plane"]), one["field_mm"], tuple(one["offsets_mm"]), one["every_slice"])
        for one in entry.get("windows", ())
    )


def pictured(values: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """Intensities brought to 0–1, float32, 0 outside the picture.

    0 and 1 are the darkest and nearly the brightest of ``reference``, which is the whole unless part of it is given.
    """
    shown = values if reference is None else reference
    shown = shown[np.isfinite(shown)]
    if not shown.size:
        return np.zeros(values.shape, np.float32)
    low, high = np.quantile(shown, [_LOW, _HIGH])
    gray = np.clip((np.nan_to_num(values) - low) / max(high - low, 1e-6), 0, 1)
    return np.where(np.isfinite(values), gray, 0).astype(np.float32)


def slice_evidence(look: Sequence[Window]) -> dict[str, object]:
    """The evidence ``slice`` of a grade that was read from a look: which axial slice that is; empty where it has
    none."""
    axial = next((one for one in look if one.spec.plane is Plane.AXIAL), None)
    if axial is None:
        return {}
    number, count = axial.slice_number
    return {
        "slice": {
            "title": f"Slice of {axial.series.name}",
            "value": f"{number} of {count}",
            "series": axial.series.name,
        }
    }


def seen(values: np.ndarray) -> float:
    """Share of a window's middle slice that lies inside the picture."""
    return float(np.isfinite(values[len(values) // 2]).mean())


@dataclass(frozen=True, eq=False)
class Sagittal:
    """The sagittal series to look at, and how far it shows the discs from where they were found."""

    series: Series
    shift_lps_mm: np.ndarray


class StudyWindows:
    """The windows of a study's discs.

    Parameters
    ----------
    study : Study
    localization : Localization
    """

    def __init__(self, study: Study, localization: Localization):
        self.study = study
        self._sagittal = sagittal_of(study, localization)
        self._axial = axial_of(study, localization, self._sagittal)

    def of(self, disc: Disc, specs: Sequence[ViewSpec]) -> tuple[tuple[Window, ...], ...] | str:
        """For each look at a disc its windows, in the order of ``specs``; or why it cannot be looked at.

        There are several looks where a window takes every slice of the disc, the one nearest to its middle first.
        """
        placed = []
        for spec in specs:
            found = self._place(disc, spec)
            if isinstance(found, str):
                return found
            placed.append(found)
        looks = max(len(one) for one in placed)
        return tuple(tuple(one[min(look, len(one) - 1)] for one in placed) for look in range(looks))

    def _place(self, disc: Disc, spec: ViewSpec) -> tuple[Window, ...] | str:
        if spec.plane is Plane.SAGITTAL:
            if self._sagittal is None:
                return with_what_there_is(NO_SAGITTAL_T2, self.study)
            windows = (sagittal_window(disc.roi, self._sagittal, spec),)
        else:
            cut = self._axial.cuts.get(disc)
            if cut is None:
                return self._axial.missing.get(disc, NO_AXIAL_T2)
            indices = cut.indices if spec.every_slice else cut.indices[:1]
            told = cut.told(disc.level)
            windows = tuple(replace(axial_window(disc.roi, cut, index, spec), notes=told) for index in indices)
        coarse = spec.shape(16)
        shown = tuple(one for one in windows if seen(one.values(coarse)) >= LEAST_SEEN)
        return shown or f"{windows[0].series.name} shows too little around it ({spec.name})"


def sagittal_of(study: Study, localization: Localization) -> Sagittal | None:
    """The sagittal series that windows are cut from: T2 before T2 SPACE, the best one that is in register with the
    discs."""
    for role in SAGITTAL_ROLES:
        for series in sagittal_of_role(study, localization, role)[:1]:
            return Sagittal(series, np.asarray(localization.shifts_lps_mm.get(series.name, np.zeros(3)), float))
    return None


def axial_of(study: Study, localization: Localization, sagittal: Sagittal | None) -> AxialStudy:
    """The axial slices of the discs; none of a series that seems to have left and right exchanged."""
    series, refused = usable_series(study, localization)
    found = axial_study(localization.discs, series, refused)
    if sagittal is None:
        return found
    turned = {}
    for one in dict.fromkeys(cut.series for cut in found.cuts.values()):
        frames = [
            axial_window(disc.roi, cut, cut.indices[0], _BESIDE).frame
            for disc, cut in found.cuts.items()
            if cut.series is one
        ]
        if is_mirrored(one.volume, sagittal.series.volume, frames):
            turned[one] = (
                f"axial T2 {one.name} seems to show left as right, beside {sagittal.series.name}; correct its header"
            )
    if not turned:
        return found
    rest = tuple(one for one in series if one not in turned)
    return axial_study(localization.discs, rest, "; ".join(turned.values()))


def sagittal_window(box: RoiBox, sagittal: Sagittal, spec: ViewSpec) -> Window:
    """The window in the planes of a box that run from head to foot and from front to back."""
    frame = replace(box, center_lps_mm=box.center_lps_mm + sagittal.shift_lps_mm)
    return Window(spec, sagittal.series, frame, spec.offsets_mm)


def axial_window(box: RoiBox, cut: AxialCut, index: int, spec: ViewSpec) -> Window:
    """The window on one axial slice and on those beside it, turned as the box is turned on that slice.

    Where the stack ends, its last slice stands for what would follow.
    """
    volume = cut.series.volume
    axis = slice_axis(volume)
    spacing = float(volume.spacing_mm[axis])
    normal = volume.directions[:, axis]
    step = 1 if normal @ box.axes_lps[:, 2] >= 0 else -1
    up = normal * step
    left = box.axes_lps[:, 0] - up * (box.axes_lps[:, 0] @ up)
    left /= np.linalg.norm(left)
    front = np.cross(left, up)
    place = float(volume.lps_to_index(box.center_lps_mm)[axis])
    center = box.center_lps_mm + normal * (index - place) * spacing
    beside = [int(np.clip(index + step * round(one / spacing), 0, volume.size[axis] - 1)) for one in spec.offsets_mm]
    frame = RoiBox(center, np.stack([up, left, front], axis=1), box.size_mm[[2, 0, 1]])
    return Window(spec, cut.series, frame, tuple((one - index) * step * spacing for one in beside), cut.notes)
