"""What a second round of training is told of slices without masks."""

import numpy as np
import pytest
from blocky_spine import DEPTH_MM, STEP_MM, blocky_spine
from discgrader.localize.segment import DISC, VERTEBRA
from discgrader.training.true_discs import clean_labels

BELOW_MM = 110.0


def with_sacrum():
    """A spine whose lowest disc is S1-S2, with S2 below it; rows run towards the foot."""
    spine = blocky_spine(discs=7, slices=1, below_mm=BELOW_MM)
    array, volume = spine.classes.array, spine.classes
    k, j, i = np.indices(array.shape)
    points = volume.index_to_lps(np.stack([i, j, k], -1).reshape(-1, 3)).reshape(*array.shape, 3)
    local = points - spine.centers_lps_mm[0]
    array[(array == 0) & (np.abs(local[..., 1]) <= DEPTH_MM / 2) & (local[..., 2] < 0) & (local[..., 2] > -30)] = (
        VERTEBRA
    )
    # Spinous process of L5, behind the canal and at the height of L5-S1.
    behind = (local[..., 1] > 45) & (local[..., 1] < 60) & (np.abs(local[..., 2] - STEP_MM + 4) < 8)
    array[behind] = VERTEBRA
    return spine, local, behind


def test_sacrum_and_remnants_below_disc_1_are_no_labels():
    spine, local, behind = with_sacrum()
    labels, discs = clean_labels(spine.segmentation(), spine.centers_lps_mm[1] + [0, 2, 1], ())
    assert [disc.index_from_sacrum for disc in discs] == [1, 2, 3, 4, 5, 6]
    assert discs[0].level == "L5-S1"
    assert np.allclose(discs[0].center_lps_mm, spine.centers_lps_mm[1], atol=1.0)
    # Frames of a volume in the common attitude are the volume's own slices.
    low = local[..., 2] < STEP_MM - 6
    assert not np.isin(labels, [DISC, VERTEBRA])[low & ~behind].any()
    assert (labels[behind] == VERTEBRA).all()
    assert np.array_equal(labels[local[..., 2] > STEP_MM + 6], spine.classes.array[local[..., 2] > STEP_MM + 6])


def test_the_other_picture_of_the_patient_tells_which_disc_is_the_first():
    spine, _, _ = with_sacrum()
    _, discs = clean_labels(spine.segmentation(), spine.centers_lps_mm[1], ())
    _labels, same = clean_labels(spine.segmentation(), None, discs)
    assert [disc.index_from_sacrum for disc in same] == [1, 2, 3, 4, 5, 6]
    assert clean_labels(spine.segmentation(), None, ()) is None


@pytest.mark.parametrize(
    "spine",
    [blocky_spine(discs=4, slices=1), blocky_spine(discs=7, slices=1, without=(4,))],
    ids=["too few discs", "gap"],
)
def test_doubtful_slices_are_left_out(spine):
    assert clean_labels(spine.segmentation(), spine.centers_lps_mm[0], ()) is None
