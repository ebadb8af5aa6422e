"""Islands in the belly are no spine; what lies beside, behind, above and below the discs is."""

import numpy as np
import pytest
from discgrader.localize.islands import without_islands
from discgrader.localize.labels import Label
from synthetic_result import synthetic_localization


def with_island(found, away_mm, level=1, half=1):
    """The label map with a few more voxels of vertebra, so far from the middle of a disc along its axes."""
    disc = found.discs[level]
    point = disc.center_lps_mm + disc.roi.axes_lps @ np.array(away_mm, float)
    index = np.round(found.segmentation.lps_to_index(point)).astype(int)
    low = np.clip(index - half, 0, np.array(found.segmentation.size) - 1)
    high = np.clip(index + 1 + half, 1, np.array(found.segmentation.size))
    array = found.segmentation.array.copy()
    part = array[low[2] : high[2], low[1] : high[1], low[0] : high[0]]
    assert part.size and not part.any(), "there is something already"
    part[...] = Label.VERTEBRA
    return found.segmentation.with_array(array)


@pytest.mark.parametrize("left_handed", [False, True])
def test_islands_before_the_spine_are_taken_out_and_nothing_else(left_handed):
    found = synthetic_localization(left_handed)
    front = found.segmentation.lps_to_index(found.discs[1].center_lps_mm - 46.0 * found.discs[1].roi.axes_lps[:, 1])
    if not all(0 <= place < size for place, size in zip(front, found.segmentation.size, strict=True)):
        pytest.fail("the spine of blocks has no room before it")
    cleaned = without_islands(with_island(found, (0.0, -46.0, 0.0)), found.discs)
    assert (
        np.array_equal(cleaned.array, found.segmentation.array)
        and cleaned.array.dtype == found.segmentation.array.dtype
    )
    speck = with_island(found, (0.0, -28.0, 0.0), half=0)
    assert np.array_equal(without_islands(speck, found.discs).array, found.segmentation.array)
    for away_mm in ((0.0, -34.0, 0.0), (0.0, 45.0, 0.0)):
        kept = with_island(found, away_mm, half=2)
        assert without_islands(kept, found.discs) is kept


def test_a_map_without_discs_or_islands_is_left_as_it_is():
    found = synthetic_localization()
    assert without_islands(found.segmentation, found.discs) is found.segmentation
    assert without_islands(found.segmentation, ()) is found.segmentation
