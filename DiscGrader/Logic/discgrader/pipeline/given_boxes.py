"""A localization whose ROI boxes a reader has corrected."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.levels import LADDER, LEVELS, common_ladder, is_level, ladder_of, order_of, place_of_lowest
from discgrader.pipeline.settings import Settings

NOT_FOUND = "No disc was found in this ROI box; its position and measurements are those of the box."


def with_boxes(
    localization: Localization,
    boxes: Mapping[str, RoiBox],
    settings: Settings = Settings(),
    *,
    names_given: bool = False,
) -> Localization:
    """The localization with exactly these boxes, one disc for each.

    A box belongs to the found disc whose centre lies inside it, whatever either is called, for renaming is a
    correction, too; the disc takes the box's name and moves and turns along with it. A box without such a disc becomes
    a disc of its own, with a warning.

    Parameters
    ----------
    localization : Localization
        What was found.
    boxes : mapping of str to RoiBox
        Corrected boxes by level.
    settings : Settings
        How far the boxes reach above and below their discs, and the level of the lowest disc, which the boxes are
        counted from where no disc was found; where that is not known, they are counted as in ordinary anatomy.
    names_given : bool
        Whether somebody gave these names: doubts about those that were found are settled then, and a warning says
        where the names are from, and what the discs were found to be where that is something else.

    Raises
    ------
    UsageError
        When there is no box, or a box is called by what is no level.
    """
    if not boxes:
        raise UsageError("The ROI boxes that were given are empty; save the boxes of the discs as markups first.")
    unknown = [level for level in boxes if not is_level(level)]
    if unknown:
        raise UsageError(f"The ROI box {unknown[0]!r} is not named after a level; name it one of {', '.join(LADDER)}.")
    ladder = common_ladder(boxes)
    matched = _matched(localization, boxes)
    lowest = _lowest_position(localization, settings.lowest_disc or LEVELS[0])
    discs = [
        replace(matched[level].moved_to(box), level=level)
        if level in matched
        else Disc.of_box(box, level, max(ladder.index(level) - lowest + 1, 1), settings.margin_mm, NOT_FOUND)
        for level, box in boxes.items()
    ]
    discs.sort(key=lambda disc: order_of(disc.level))
    if names_given:
        settled = localization.name_doubts
        localization = _settled(localization, {level: disc.level for level, disc in matched.items()})
        discs = [replace(disc, warnings=_without(disc.warnings, settled)) for disc in discs]
    return replace(localization, discs=tuple(discs))


def _settled(localization: Localization, found: Mapping[str, str]) -> Localization:
    """Without doubts about names, which the boxes give; ``found`` says by box what each disc was called."""
    others = [f"{level} ({was} when located)" for level, was in found.items() if was != level]
    note = ""
    if others:
        note = (
            "The discs are named after their ROI boxes, which differs from the names given automatically: "
            f"{', '.join(others)}."
        )
    elif localization.name_doubts:
        note = "The discs are named after their ROI boxes, which settles the doubt about their names."
    rest = _without(localization.warnings, localization.name_doubts)
    return replace(
        localization,
        warnings=(*rest, note) if note else rest,
        name_doubts=(),
        name_probability=1.0,
        name_alternatives={},
    )


def _without(warnings: tuple[str, ...], settled: Collection[str]) -> tuple[str, ...]:
    return tuple(warning for warning in warnings if warning not in settled)


def localization_from_boxes(
    study: Study, boxes: Mapping[str, RoiBox], settings: Settings = Settings(), warnings: tuple[str, ...] = ()
) -> Localization:
    """The localization of a study whose discs nobody looked for, or found: exactly these boxes, nothing segmented.

    They are counted as `with_boxes` counts them.

    Raises
    ------
    UsageError
        As `with_boxes`.
    """
    series = next((series for series in study.series if series.role == "T2"), study.series[0])
    nothing = Volume(np.zeros(series.volume.array.shape, np.uint16), series.volume.affine_lps)
    return with_boxes(Localization(series.name, nothing, (), warnings), boxes, settings)


def _matched(localization: Localization, boxes: Mapping[str, RoiBox]) -> dict[str, Disc]:
    """The found disc of each box that has one, the closest pairs first."""
    pairs = [
        (float(np.linalg.norm(disc.center_lps_mm - box.center_lps_mm)), number, level)
        for level, box in boxes.items()
        for number, disc in enumerate(localization.discs)
        if box.contains(disc.center_lps_mm)
    ]
    matched: dict[str, Disc] = {}
    taken: set[int] = set()
    for _, number, level in sorted(pairs):
        if level not in matched and number not in taken:
            matched[level] = localization.discs[number]
            taken.add(number)
    return matched


def _lowest_position(localization: Localization, otherwise: str) -> int:
    """Place on the ladder of the disc that has index 1."""
    known = [disc for disc in localization.discs if is_level(disc.level)]
    if known:
        return ladder_of([disc.level for disc in known]).index(known[0].level) - known[0].index_from_sacrum + 1
    return place_of_lowest(otherwise)[1]
