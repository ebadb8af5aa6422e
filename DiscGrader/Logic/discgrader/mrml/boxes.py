"""Boxes of discs that a reader adds, or has fitted again, in a scene."""

from collections.abc import Sequence

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.volume import lps_to_ras
from discgrader.localize.box import RoiBox
from discgrader.localize.box_at_point import box_between, segmented_box
from discgrader.localize.disc import Localization
from discgrader.localize.levels import LADDER, common_ladder, next_above, order_of
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.reading.record import DiscReading

_WITHOUT_TORCH = "Fitting a box requires PyTorch, which is not installed; adjust the box by hand."


def new_box(point_ras, known: Localization | None, present: Sequence[DiscReading]) -> tuple[RoiBox, float]:
    """The box of a disc near a point, and its margin.

    It is fitted to a disc that is segmented there and has no box, or else lies between the vertebrae beside it, or as
    the neighboring discs let expect.

    Raises
    ------
    UsageError
        When the study has no disc, or one at this point.
    """
    place = lps_to_ras(np.array(point_ras, float))
    if place.shape != (3,) or not np.isfinite(place).all():
        raise UsageError("A point needs three finite RAS coordinates in mm.")
    if known is None:
        raise UsageError("The study has no discs yet; find the discs first.")
    margin_mm = usual_margin(present)
    margins = {disc.level: disc.margin_mm or margin_mm for disc in present}
    discs = sorted(known.discs, key=lambda disc: order_of(disc.level))
    heights = [disc.roi.disc_height_mm(margins.get(disc.level, margin_mm), disc.height_mm) for disc in discs]
    expected = box_between(known.segmentation, place, discs, margin_mm, heights)
    try:
        found = segmented_box(known.segmentation, expected.center_lps_mm, expected.axes_lps[:, 2], margin_mm)
    except ImportError:
        found = None
    boxed = found is not None and any(disc.roi.contains(found.center_lps_mm) for disc in discs)
    return (expected if found is None or boxed else found), margin_mm


def fitted_box(known: Localization | None, disc: DiscReading) -> tuple[RoiBox, float]:
    """The box around the disc that is segmented where a disc's box is now, and its margin.

    Raises
    ------
    UsageError
        When no disc is segmented there, or PyTorch is missing.
    """
    here = None if known is None else next((other for other in known.discs if other.level == disc.level), None)
    margin_mm = DEFAULT_MARGIN_MM if disc.margin_mm is None else disc.margin_mm
    found = None
    if known is not None and here is not None:
        try:
            found = segmented_box(known.segmentation, here.center_lps_mm, here.roi.axes_lps[:, 2], margin_mm)
        except ImportError as error:
            raise UsageError(_WITHOUT_TORCH) from error
    if found is None:
        raise UsageError(
            f"No segmented disc lies in the {disc.level} box; move the box onto a disc, or adjust it by hand."
        )
    return found, margin_mm


def usual_margin(present: Sequence[DiscReading]) -> float:
    """The margin that most boxes have."""
    margins = [disc.margin_mm for disc in present if disc.margin_mm is not None]
    return max(set(margins), key=margins.count) if margins else DEFAULT_MARGIN_MM


def next_level(roi: RoiBox, present: Sequence[DiscReading]) -> str:
    """What a new disc's place in the row asks it to be called.

    Above the disc below it: one level higher, whether that name is free or not. Below all discs: one level lower, where
    there is such a level.
    """
    ordered = sorted(present, key=lambda disc: order_of(disc.level))
    below = [disc for disc in ordered if float((roi.center_lps_mm - disc.box.center_lps_mm) @ roi.axes_lps[:, 2]) > 0]
    levels = [disc.level for disc in ordered]
    if below:
        return next_above(below[-1].level, levels)
    ladder = common_ladder(levels)
    return ladder[max(ladder.index(levels[0]) - 1, 0)] if ordered else LADDER[1]
