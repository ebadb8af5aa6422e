"""Vertebrae, discs and spinal canal segmented on sagittal slices by a network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.jobs.threads import side_by_side
from discgrader.localize.frames import SagittalFrames, rescale_frames, sagittal_frames, standardize
from discgrader.progress import Progress

if TYPE_CHECKING:
    # Loaded where something is computed with it: what asks only for the classes does without.
    import torch

BACKGROUND, VERTEBRA, DISC, CANAL = 0, 1, 2, 3
"""Classes of the network, in the order of its outputs."""

CLASSES = ("background", "vertebra", "disc", "canal")

SCOUT_SHARES = (0.5, 0.3, 0.7)
"""Where from side to side the slices lie that are looked at over their whole width, to see where the spine is."""

BESIDE_SPINE_MM = 12.0
"""How far in front of and behind the spine of these slices the others are looked at."""

NEAR_MM = 20.0
"""How far the spine may lie from where another series has it, front to back."""

SEGMENT_EVERY_MM = 2.0
"""Slices closer together than half of this show so nearly the same that every second one, or fewer, will do."""

BEYOND_SPINE_MM = 8.0
"""Where so much from side to side shows hardly any disc, the spine has ended."""

HARDLY_ANY = 0.1
"""Share of the largest area of disc on a slice; one disc of eight that lies further to the side is more."""

SMALLEST_SPINE_MM2 = 1500.0
"""With less vertebra, disc and canal on them, these slices do not tell where the spine is."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Class probabilities on the sagittal slices of a volume.

    Parameters
    ----------
    frames : SagittalFrames
        The volume in the common attitude.
    probabilities : ndarray, shape (4, slices, rows, columns), float32
        Of background, vertebra, disc and canal, on the square pixels that the network works on. Background is certain
        where the network did not look, beside the spine; thin slices that it passed over are filled linearly.
    pixel_mm : tuple of float
        Distance between these pixels' rows and columns in mm.
    """

    frames: SagittalFrames
    probabilities: np.ndarray
    pixel_mm: tuple[float, float]

    def labels(self) -> np.ndarray:
        """The most probable class at every voxel of ``frames``, uint8, shape (slices, rows, columns)."""
        import torch

        size = self.frames.volume.array.shape[1:]
        labels = np.empty(self.frames.volume.array.shape, np.uint8)
        for index in range(len(labels)):
            classes = torch.from_numpy(self.probabilities[:, index])[None]
            fine = torch.nn.functional.interpolate(classes, size=size, mode="bilinear")[0].numpy()
            labels[index] = most_probable(fine)
        return labels


def most_probable(probabilities: np.ndarray) -> np.ndarray:
    """Class of the largest probability along the first axis, uint8; for few classes much faster than argmax."""
    best, label = probabilities[0].copy(), np.zeros(probabilities.shape[1:], np.uint8)
    for value in range(1, len(probabilities)):
        larger = probabilities[value] > best
        label[larger] = value
        np.maximum(best, probabilities[value], out=best)
    return label


class Segmenter:
    """Runs a segmentation network on the sagittal slices of a volume.

    Parameters
    ----------
    network : UNet
        From (batch, 1, rows, columns) standardized intensities to (batch, 4, rows, columns) logits.
    pixel_mm : float
        Edge of the square pixels that the network was trained on.
    """

    def __init__(self, network: "torch.nn.Module", pixel_mm: float, device: str = "cpu"):
        import torch

        self._network = network.eval().to(device, memory_format=torch.channels_last)
        self._pixel_mm = pixel_mm
        self._device = device

    def __call__(
        self, volume: Volume, progress: Progress | None = None, near_lps_mm: np.ndarray | None = None
    ) -> Segmentation:
        """Segment the sagittal slices of a volume in any orientation.

        Three slices are looked at over their whole width; they tell where on the others the spine is. From these on
        towards either side the others are looked at until the spine ends; of slices closer than `SEGMENT_EVERY_MM` only
        some.

        Parameters
        ----------
        near_lps_mm : ndarray, shape (n, 3), optional
            Where the spine is in LPS mm, as known from another series: no further than `NEAR_MM` in front of the
            foremost and behind the hindmost of these points.
        """
        partial = _PartialSegmentation(
            sagittal_frames(volume), self._pixel_mm, self._probabilities, str(self._device), progress or Progress()
        )
        first = partial.everywhere if near_lps_mm is None else partial.columns_near(near_lps_mm)
        partial.at(partial.scouts, first)
        window = _window(partial.probabilities[:, partial.scouts], partial.pixel_mm)
        if window is None:
            partial.at(partial.rest, partial.everywhere)
        else:
            partial.segment_outwards(window)
            seen = sorted(partial.seen - set(partial.scouts))
            cut = _are_cut(partial.probabilities[:, seen], window)
            partial.at([index for index, is_cut in zip(seen, cut, strict=True) if is_cut], partial.everywhere)
        return partial.segmentation()

    def _probabilities(self, pixels: "torch.Tensor") -> np.ndarray:
        """Class probabilities, shape (4, rows, columns), of standardized pixels, shape (rows, columns)."""
        import torch

        rows, columns = pixels.shape
        multiple = self._network.multiple
        padded = torch.nn.functional.pad(
            pixels, (0, -columns % multiple, 0, -rows % multiple), value=float(pixels.min())
        )
        with torch.inference_mode():
            batch = padded[None, None].to(self._device, memory_format=torch.channels_last)
            return self._network(batch).float()[0, :, :rows, :columns].softmax(0).cpu().numpy()


class _PartialSegmentation:
    """A volume whose sagittal slices are looked at bit by bit, and what was seen so far.

    Parameters
    ----------
    frames : SagittalFrames
    pixel_mm : float
        Edge of the square pixels that the network was trained on.
    see : callable
        Class probabilities, shape (4, rows, columns), of standardized pixels, shape (rows, columns).
    device : str
    progress : Progress
    """

    def __init__(
        self,
        frames: SagittalFrames,
        pixel_mm: float,
        see: "Callable[[torch.Tensor], np.ndarray]",
        device: str,
        progress: Progress,
    ):
        self._frames, self._trained_mm, self._see, self._device = frames, pixel_mm, see, device
        self._progress = progress
        self._column_mm, self._row_mm, slice_mm = frames.volume.spacing_mm
        count, height, width = frames.volume.array.shape
        self._step_mm = _step(slice_mm) * slice_mm
        self._prepared: dict[int, torch.Tensor] = {}
        spread = _spread(count, slice_mm)
        self.scouts = sorted({spread[round(share * (len(spread) - 1))] for share in SCOUT_SHARES})
        self.rest = [index for index in spread if index not in self.scouts]
        self.seen: set[int] = set()
        rows, columns = self._pixels(self.scouts[0]).shape
        self.pixel_mm = (height * self._row_mm / rows, width * self._column_mm / columns)
        self.everywhere = slice(0, columns)
        self.probabilities = np.zeros((len(CLASSES), count, rows, columns), np.float32)
        self.probabilities[BACKGROUND] = 1.0

    def _pixels(self, index: int) -> "torch.Tensor":
        """Standardized pixels of a slice, shape (rows, columns)."""
        import torch

        if index not in self._prepared:
            pixels = torch.from_numpy(np.ascontiguousarray(self._frames.volume.array[index : index + 1], np.float32))
            scaled = rescale_frames(pixels, (self._row_mm, self._column_mm), self._trained_mm)
            self._prepared[index] = standardize(scaled)[0]
        return self._prepared[index]

    def columns_near(self, points_lps: np.ndarray) -> slice:
        """The columns within `NEAR_MM` of these points, front to back; all where that is none."""
        return _columns_near(points_lps, self._frames.volume, self.pixel_mm, self.everywhere.stop)

    def at(self, indices: Sequence[int], window: slice) -> None:
        """Look at these slices, in these columns of them."""
        found = side_by_side(lambda index: self._see(self._pixels(index)[:, window]), indices, self._device)
        for index, found_here in zip(indices, found, strict=True):
            self.probabilities[:, index, :, window] = found_here
            self.seen.add(index)
            self._progress.report("Finding discs", len(self.seen) / (len(self.scouts) + len(self.rest)))

    def segment_outwards(self, window: slice) -> None:
        """Look at the other slices, from the middle on, on each side until hardly any disc is seen; at all of them
        where the first ones show none, for the spine then lies to one side."""
        middle = self.scouts[len(self.scouts) // 2]
        sides = [
            [index for index in self.rest if index > middle],
            [index for index in self.rest if index < middle][::-1],
        ]
        beyond = max(1, round(BEYOND_SPINE_MM / self._step_mm))
        most = self._disc_pixels(self.scouts).max()
        while any(sides):
            at_once = [side[:beyond] for side in sides]
            self.at([index for some in at_once for index in some], window)
            sides = [
                side[beyond:] if some and (self._disc_pixels(some) >= HARDLY_ANY * most).any() else []
                for side, some in zip(sides, at_once, strict=True)
            ]

    def _disc_pixels(self, indices: Sequence[int]) -> np.ndarray:
        """How many pixels of these slices are disc."""
        return (self.probabilities[DISC, indices] > 0.5).sum((1, 2))

    def segmentation(self) -> Segmentation:
        """What was seen; slices that were passed over between others are filled."""
        _fill_between(self.probabilities, sorted(self.seen))
        return Segmentation(self._frames, self.probabilities, self.pixel_mm)


def _window(probabilities: np.ndarray, pixel_mm: tuple[float, float]) -> slice | None:
    """The columns in which the spine lies on slices with these class probabilities; None where hardly any is seen."""
    columns = probabilities.shape[-1]
    spine = probabilities[BACKGROUND] < 0.5
    if spine.sum() * pixel_mm[0] * pixel_mm[1] < SMALLEST_SPINE_MM2:
        return None
    # A few stray pixels are no spine.
    seen = np.nonzero(spine.any(0).sum(0) * pixel_mm[0] > 3.0)[0]
    margin = round(BESIDE_SPINE_MM / pixel_mm[1])
    return slice(max(0, int(seen[0]) - margin), min(columns, int(seen[-1]) + 1 + margin))


def _columns_near(points_lps: np.ndarray, volume: Volume, pixel_mm: tuple[float, float], columns: int) -> slice:
    """The columns of the network's pixels within `NEAR_MM` of these points, front to back; all where that is none."""
    along = volume.lps_to_index(points_lps)[:, 0] * columns / volume.array.shape[2]
    low, high = (int(along.min() - NEAR_MM / pixel_mm[1]), int(along.max() + NEAR_MM / pixel_mm[1]))
    window = slice(max(0, low), min(columns, high))
    return window if window.stop - window.start > NEAR_MM / pixel_mm[1] else slice(0, columns)


def _are_cut(probabilities: np.ndarray, window: slice) -> np.ndarray:
    """Whether disc or canal reaches a side of the window that is not a side of the picture, for each slice."""
    inner = [window.start] * (window.start > 0) + [window.stop - 1] * (window.stop < probabilities.shape[-1])
    return (probabilities[DISC, ..., inner] + probabilities[CANAL, ..., inner] > 0.5).any((0, 2))


def _spread(count: int, slice_mm: float) -> list[int]:
    """Slices to segment, first and last included: all thick ones, of thin ones those `SEGMENT_EVERY_MM` apart."""
    return sorted({*range(0, count, _step(slice_mm)), count - 1})


def _step(slice_mm: float) -> int:
    """Every how many slices one is looked at."""
    return max(1, int(SEGMENT_EVERY_MM / slice_mm))


def _fill_between(probabilities: np.ndarray, segmented: Sequence[int]) -> None:
    """Class probabilities of the slices that were not looked at, linearly from those on either side, in place."""
    for low, high in pairwise(segmented):
        for index in range(low + 1, high):
            share = np.float32((index - low) / (high - low))
            probabilities[:, index] = (1 - share) * probabilities[:, low] + share * probabilities[:, high]
