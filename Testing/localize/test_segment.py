"""Which part of which slice the segmentation network looks at, and what is made of it."""

import numpy as np
import pytest
import torch
from blocky_spine import blocky_spine
from discgrader.imaging.volume import Volume
from discgrader.localize import segment
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.segment import DISC, Segmenter


class BandNetwork(torch.nn.Module):
    """Knows the classes 0 to 3 by four bands of intensity, and notes the size of every picture that it is shown."""

    multiple = 8

    def __init__(self, bands):
        super().__init__()
        self.bands = torch.tensor(bands)
        self.shown = []

    def forward(self, picture):
        self.shown.append(tuple(picture.shape[2:]))
        return -100.0 * (picture - self.bands[None, :, None, None]).abs()


@pytest.fixture
def unstandardized(monkeypatch):
    """The network sees the intensities as they are."""
    monkeypatch.setattr(segment, "standardize", lambda pixels: pixels)


def segmenter():
    """A segmenter, and all sizes that its network is shown."""
    network = BandNetwork([0.0, 1.0, 2.0, 3.0])
    return Segmenter(network, 1.0), network.shown


@pytest.mark.parametrize("tilt", [0.0, 20.0])
def test_slices_beside_the_middle_are_looked_at_where_the_spine_is(unstandardized, tilt):
    spine = blocky_spine(tilt_deg=tilt, slices=12)
    looks, shown = segmenter()
    found = looks(spine.classes)
    expected = sagittal_frames(spine.classes).volume.array
    assert (found.labels() == expected).mean() > 0.999
    widths = sorted(width for _, width in shown)
    assert len(widths) == 12
    assert widths[-3:] == [max(widths)] * 3
    assert max(widths[:-3]) < (0.75 if tilt == 0 else 0.95) * max(widths)


def test_all_of_each_slice_is_looked_at_where_the_window_would_cut_a_disc(unstandardized):
    """The uppermost disc lies far in front of the others, and is not seen on the slices that are looked at first."""
    array = np.zeros((12, 300, 250), np.float32)
    for top in (60, 120, 180, 240):
        array[:, top : top + 40, 100:140] = 1
        array[:, top - 8 : top, 100:140] = 2
    array[9:11, 20:28, 40:125] = 2
    affine = np.array([[0, 0, 4.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1]])
    looks, shown = segmenter()
    found = looks(Volume(array, affine)).labels()
    assert (found[9, 20:28, 40:125] == DISC).all()
    assert len(shown) == 12 + 2


def test_a_volume_without_a_spine_in_its_middle_is_looked_at_everywhere(unstandardized):
    array = np.zeros((12, 300, 250), np.float32)
    array[0, 60:260, 100:140] = 1
    affine = np.array([[0, 0, 4.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1]])
    looks, shown = segmenter()
    assert (looks(Volume(array, affine)).labels() == array).all()
    assert {width for _, width in shown} == {256}


@pytest.mark.parametrize(("slice_mm", "looked_at"), [(4.0, 13), (0.9, 7), (0.5, 4)])
def test_thin_slices_are_looked_at_in_steps_and_filled_between(unstandardized, slice_mm, looked_at):
    spine = blocky_spine(slices=13, slice_mm=slice_mm)
    looks, shown = segmenter()
    found = looks(spine.classes)
    assert len(shown) == looked_at
    assert np.allclose(found.probabilities.sum(0), 1.0, atol=1e-5)
    assert (found.labels() == sagittal_frames(spine.classes).volume.array).mean() > 0.999


def test_where_another_series_has_the_spine_narrows_what_is_looked_at(unstandardized):
    spine = blocky_spine(slices=1)
    looks, shown = segmenter()
    near = spine.centers_lps_mm + [[0.0, 30.0, 0.0]]
    found = looks(spine.classes, near_lps_mm=np.concatenate([spine.centers_lps_mm, near]))
    discs = sagittal_frames(spine.classes).volume.array == DISC
    assert (found.labels()[discs] == DISC).all()
    assert shown[0][1] < 0.5 * sagittal_frames(spine.classes).volume.array.shape[2]
    # Of a point outside the picture nothing is made.
    looks(spine.classes, near_lps_mm=near + [[0.0, 900.0, 0.0]])
    assert shown[1][1] >= sagittal_frames(spine.classes).volume.array.shape[2]


def test_discs_that_lie_to_one_side_of_the_first_slices_are_found(unstandardized):
    """The first slices show vertebrae alone; discs are on the last ones."""
    array = np.zeros((30, 300, 250), np.float32)
    array[:, 60:260, 100:140] = 1
    array[26:, 100:108, 100:140] = 2
    affine = np.array([[0, 0, 4.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1]])
    found = segmenter()[0](Volume(array, affine)).labels()
    assert (found[26:, 100:108, 100:140] == DISC).all()


def test_a_wide_volume_is_looked_at_no_further_than_its_discs_reach(unstandardized):
    array = np.zeros((30, 300, 250), np.float32)
    array[:, 60:260, 100:140] = 1
    array[9:21, 100:108, 100:140] = 2
    affine = np.array([[0, 0, 4.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1]])
    looks, shown = segmenter()
    found = looks(Volume(array, affine)).labels()
    assert (found[9:21, 100:108, 100:140] == DISC).all()
    assert len(shown) < 24
