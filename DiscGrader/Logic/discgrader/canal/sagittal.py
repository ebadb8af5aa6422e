"""Widths of canal and thecal sac, overhang of the disc and disc height index, on a sagittal section through labels.

All lengths are taken in the plane through the middle of the thecal sac, in mm. Definitions:

- **Sac width**: depth of the sac, square to its own course, the least within the height of the disc; radiologists call
  it the anteroposterior diameter of the dural sac (Steurer et al., BMC Musculoskelet Disord 2011;12:175).
- **Bony canal width**: from the back of the vertebra above to the front of its arch, square to the canal, the least
  where both are seen (Verbiest, J Bone Joint Surg Br 1954;36:230-237).
- **Overhang**: how far disc material reaches behind the line between the posterior margins of the vertebrae above and
  below; its **share** is of the way from that line to the back of the sac.
- **Disc height index**: mean of the heights in front, middle and back of the disc over the mean height of the
  neighboring vertebrae (after Masuda et al., Spine 2005;30:5-14).
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from discgrader.imaging.resample import sample
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc
from discgrader.localize.labels import Label, disc_label

PIXEL_MM = 0.5
"""Edge of the pixels of a section through labels; a round number below the resolution of any series."""

HALF_HEIGHT_MM, HALF_DEPTH_MM = 44.0, 45.0
"""Half the section: a whole vertebra above and below, and the canal with the arches behind it."""

ACROSS_MM = tuple(float(offset) for offset in range(-8, 9, 2))
"""How far beside the middle of a disc's box the middle of the sac is looked for."""

COURSE_MM = 12.0
"""Half the height over which the sac's course is fitted; a round number."""

RUN_MM = 3.0
"""Height over which widths are averaged before the least is taken, so that no single row tells."""

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Section:
    """Shares of what lies on a sagittal plane, each of shape (rows, columns), 0-1.

    Rows run towards the head, columns towards the back, both in steps of ``pixel_mm``; ``disc`` is that of the level
    alone.
    """

    sac: np.ndarray
    vertebra: np.ndarray
    disc: np.ndarray
    pixel_mm: float = PIXEL_MM

    @property
    def up_mm(self) -> np.ndarray:
        """Height of each row above the middle of the section."""
        return (np.arange(self.sac.shape[0]) - (self.sac.shape[0] - 1) / 2) * self.pixel_mm

    @property
    def back_mm(self) -> np.ndarray:
        """Place of each column behind the middle of the section."""
        return (np.arange(self.sac.shape[1]) - (self.sac.shape[1] - 1) / 2) * self.pixel_mm


@dataclass(frozen=True)
class SagittalMeasures:
    """See the module; NaN where a measure cannot be taken. Lengths in mm, shares of 1."""

    sac_width_mm: float = NAN
    canal_width_mm: float = NAN
    overhang_mm: float = NAN
    overhang_share: float = NAN
    height_index: float = NAN


def section_points(disc: Disc, across_mm: float) -> np.ndarray:
    """LPS mm of the pixels of a section, shape (rows, columns, 3), ``across_mm`` left of the middle of a disc's box."""
    up = np.arange(-HALF_HEIGHT_MM, HALF_HEIGHT_MM + PIXEL_MM / 2, PIXEL_MM)
    back = np.arange(-HALF_DEPTH_MM, HALF_DEPTH_MM + PIXEL_MM / 2, PIXEL_MM)
    axes = disc.roi.axes_lps
    center = disc.roi.center_lps_mm + across_mm * axes[:, 0]
    # The disc's own height, for that of a box somebody drew may lie beside it.
    center = center + ((disc.center_lps_mm - disc.roi.center_lps_mm) @ axes[:, 2]) * axes[:, 2]
    return center + back[None, :, None] * axes[:, 1] + up[:, None, None] * axes[:, 2]


@dataclass(frozen=True, eq=False)
class LabelShares:
    """Labels of a study (`discgrader.localize.labels`) as shares that can be sampled between voxels."""

    segmentation: Volume
    sac: Volume
    vertebra: Volume

    @classmethod
    def of(cls, segmentation: Volume) -> "LabelShares":
        """Those of a segmentation, whose canal is the thecal sac."""
        return cls(segmentation, *(_share(segmentation, label) for label in (Label.CANAL, Label.VERTEBRA)))

    def section(self, disc: Disc, across_mm: float) -> Section:
        """The section ``across_mm`` left of the middle of a disc's box."""
        points = section_points(disc, across_mm)
        body = sample(self.segmentation, points, order=0) == disc_label(disc.index_from_sacrum)
        return Section(sample(self.sac, points), sample(self.vertebra, points), body.astype(np.float32))


def _share(segmentation: Volume, label: int) -> Volume:
    return Volume((segmentation.array == label).astype(np.float32), segmentation.affine_lps)


def measure_sagittal(labels: LabelShares, disc: Disc) -> SagittalMeasures:
    """The sagittal measures of a disc."""
    return measure_sections([labels.section(disc, across) for across in ACROSS_MM])


def measure_sections(sections: list[Section]) -> SagittalMeasures:
    """The measures on the one of several parallel sections that runs through the middle of the sac: where most of it is
    seen around the disc."""
    near = np.abs(sections[0].up_mm) <= COURSE_MM
    most = max(sections, key=lambda section: float(section.sac[near].sum()))
    return measure_section(most)


def measure_section(section: Section) -> SagittalMeasures:
    """The measures on one section."""
    sac, body = _largest(section.sac), section.disc > 0.5
    height_mm, index = _heights(section, body)
    if not sac.any() or not body.any():
        return SagittalMeasures(height_index=index)
    front, back, width = _course(section, sac)
    cosine = _cosine(section, (front + back) / 2)
    middle = float(np.average(section.up_mm, weights=body.sum(axis=1)))
    level = np.abs(section.up_mm - middle) <= max(height_mm, 4.0) / 2 + RUN_MM / 2
    overhang, share = _overhang(section, body, back, middle, height_mm)
    return SagittalMeasures(
        sac_width_mm=_least(section, np.where(level, width, NAN)) * cosine,
        canal_width_mm=_bony(section, front, back, middle, height_mm) * cosine,
        overhang_mm=overhang,
        overhang_share=share,
        height_index=index,
    )


def _largest(shares: np.ndarray) -> np.ndarray:
    """The largest connected part, with its soft edge."""
    parts, count = ndimage.label(shares > 0.5)
    if not count:
        return np.zeros_like(shares)
    sizes = np.bincount(parts.ravel())[1:]
    return np.where(ndimage.binary_dilation(parts == 1 + int(sizes.argmax()), iterations=2), shares, 0)


def _course(section: Section, sac: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Front, back and depth of the sac in each row, mm behind the middle of the section; NaN where there is none."""
    depth = sac.sum(axis=1) * section.pixel_mm
    seen = depth > 1.0
    middle = np.where(seen, (sac * section.back_mm).sum(axis=1) / np.maximum(sac.sum(axis=1), 1e-6), NAN)
    depth = np.where(seen, depth, NAN)
    return middle - depth / 2, middle + depth / 2, depth


def _cosine(section: Section, middle: np.ndarray) -> float:
    """Of the angle between the sac's course at the disc and the section's rows' normal."""
    fitted = np.isfinite(middle) & (np.abs(section.up_mm) <= COURSE_MM)
    if fitted.sum() < COURSE_MM / section.pixel_mm:
        return NAN
    slope = np.polyfit(section.up_mm[fitted], middle[fitted], 1)[0]
    return float(1 / np.hypot(1, slope))


def _least(section: Section, widths: np.ndarray) -> float:
    """The least of the running means over `RUN_MM` of the rows that have a width."""
    rows = round(RUN_MM / section.pixel_mm)
    seen = widths[np.isfinite(widths)]
    return float(np.convolve(seen, np.full(rows, 1 / rows), "valid").min()) if len(seen) >= rows else NAN


def _bony(section: Section, front: np.ndarray, back: np.ndarray, middle: float, height_mm: float) -> float:
    """From the vertebra above to its arch, along the rows."""
    bone, columns = section.vertebra > 0.5, section.back_mm
    above = (section.up_mm > middle + height_mm / 2) & (section.up_mm < middle + height_mm / 2 + 25.0)
    gaps = np.full(len(above), NAN)
    for row in np.flatnonzero(above & np.isfinite(front)):
        before = columns[bone[row] & (columns < front[row] + 2.0)]
        behind = columns[bone[row] & (columns > back[row] - 2.0)]
        # An arch lies close behind the sac; farther back are the tips of spinous processes.
        if len(before) and len(behind) and before[-1] > front[row] - 8.0 and behind[0] < back[row] + 8.0:
            gaps[row] = behind[0] - before[-1] - section.pixel_mm
    return _least(section, gaps)


def _overhang(
    section: Section, body: np.ndarray, back: np.ndarray, middle: float, height_mm: float
) -> tuple[float, float]:
    """How far the disc reaches behind its vertebrae, mm, and as a share of the way to the back of the sac."""
    margins = [_margin(section, body, middle + side * height_mm / 2, side, front_of=back) for side in (1.0, -1.0)]
    known = [margin for margin in margins if margin is not None]
    if not known:
        return NAN, NAN
    places = np.array(known)
    line = np.interp(section.up_mm, *places[np.argsort(places[:, 0])].T)
    rows = np.flatnonzero(body.any(axis=1) & np.isfinite(back))
    if not len(rows):
        return NAN, NAN
    last = section.back_mm[body.shape[1] - 1 - np.argmax(body[rows, ::-1], axis=1)] + section.pixel_mm / 2
    out = ndimage.uniform_filter1d(last - line[rows], 3, mode="nearest")
    row = int(out.argmax())
    overhang = max(float(out[row]), 0.0)
    room = float(back[rows[row]] - line[rows[row]])
    return overhang, min(overhang / room, 1.0) if room > 3.0 else NAN


def _margin(
    section: Section, body: np.ndarray, edge_mm: float, side: float, front_of: np.ndarray
) -> tuple[float, float] | None:
    """Height and place of the posterior margin of a vertebra near its endplate: the median of some rows."""
    away = (section.up_mm - edge_mm) * side
    columns = section.back_mm
    limit = np.where(np.isfinite(front_of), front_of, columns[-1])
    ends = []
    for row in np.flatnonzero((away > 2.0) & (away < 9.0)):
        bone = columns[(section.vertebra[row] > 0.5) & (columns < limit[row])]
        # A body is deep; what is not is an arch or an osteophyte alone.
        if len(bone) * section.pixel_mm > 12.0:
            ends.append((section.up_mm[row], bone[-1] + section.pixel_mm / 2))
    return tuple(np.median(ends, axis=0)) if len(ends) >= 5 else None


def _heights(section: Section, body: np.ndarray) -> tuple[float, float]:
    """Mean height of the disc in mm, and its height index; NaN where the vertebrae do not tell it."""
    if body.sum() * section.pixel_mm**2 < 20:
        return NAN, NAN
    columns = np.flatnonzero(body.any(axis=0))
    first, last = np.quantile(columns, [0.02, 0.98])
    place = (np.arange(body.shape[1]) - first) / max(last - first, 1)
    heights = section.disc.sum(axis=0) * section.pixel_mm
    # In front, in the middle and behind, away from the rounded ends.
    parts = [float(heights[np.abs(place - at) < 0.1].mean()) for at in (0.2, 0.5, 0.8)]
    mean = float(np.mean(parts))
    vertebrae = [run for side in (1, -1) if (run := _vertebra_mm(section, body, place, side)) > 12.0]
    return mean, mean / float(np.mean(vertebrae)) if vertebrae else NAN


def _vertebra_mm(section: Section, body: np.ndarray, place: np.ndarray, side: int) -> float:
    """Height of the vertebra above (1) or below (-1), median over the middle of the depth; 0 where it is cut off."""
    runs = []
    for column in np.flatnonzero(np.abs(place - 0.5) < 0.25):
        rows = np.flatnonzero(body[:, column])
        if not len(rows):
            continue
        line = section.vertebra[rows[-1] + 1 :, column] if side > 0 else section.vertebra[rows[0] - 1 :: -1, column]
        inside = line > 0.5
        start = int(np.argmax(inside))
        if not inside.any() or start * section.pixel_mm > 4.0:
            continue
        ends = np.flatnonzero(~inside[start:])
        if len(ends):
            runs.append(float(ends[0]) * section.pixel_mm)
    return float(np.median(runs)) if len(runs) >= 8 else 0.0
