"""Vertebrae, discs and spinal canal segmented on sagittal slices by a network."""

from dataclasses import dataclass

import numpy as np
import torch

from discgrader.localize.frames import SagittalFrames, rescale_frames, sagittal_frames, standardize
from discgrader.progress import Progress

VERTEBRA, DISC, CANAL = 1, 2, 3
CLASSES = ("background", "vertebra", "disc", "canal")


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Class probabilities on the sagittal slices of a volume.

    Parameters
    ----------
    frames : SagittalFrames
        The volume in the common attitude.
    probabilities : ndarray, shape (4, slices, rows, columns), float32
        Of background, vertebra, disc and canal, on the square pixels that the network works on.
    pixel_mm : tuple of float
        Distance between these pixels' rows and columns in mm.
    """

    frames: SagittalFrames
    probabilities: np.ndarray
    pixel_mm: tuple[float, float]

    def labels(self) -> np.ndarray:
        """The most probable class at every voxel of ``frames``, uint8, shape (slices, rows, columns)."""
        size = self.frames.volume.array.shape[1:]
        labels = np.empty(self.frames.volume.array.shape, np.uint8)
        for index in range(len(labels)):
            one = torch.from_numpy(self.probabilities[:, index])[None]
            fine = torch.nn.functional.interpolate(one, size=size, mode="bilinear")[0].numpy()
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

    def __init__(self, network: torch.nn.Module, pixel_mm: float, device: str = "cpu"):
        self._network = network.eval().to(device, memory_format=torch.channels_last)
        self._pixel_mm = pixel_mm
        self._device = device

    def __call__(self, volume, progress: Progress | None = None) -> Segmentation:
        """Segment every sagittal slice of ``volume`` (a `Volume` in any orientation)."""
        progress = progress or Progress()
        frames = sagittal_frames(volume)
        column_mm, row_mm, _ = frames.volume.spacing_mm
        pixels = torch.from_numpy(np.ascontiguousarray(frames.volume.array, np.float32))
        pixels = standardize(rescale_frames(pixels, (row_mm, column_mm), self._pixel_mm))
        rows, columns = pixels.shape[1:]
        multiple = self._network.multiple
        padded = torch.nn.functional.pad(pixels, (0, -columns % multiple, 0, -rows % multiple),
                                         value=float(pixels.min()))
        probabilities = []
        with torch.inference_mode():
            for index in range(len(padded)):
                progress.report("Finding discs", index / len(padded))
                batch = padded[None, None, index].to(self._device, memory_format=torch.channels_last)
                logits = self._network(batch).float()[0, :, :rows, :columns]
                probabilities.append(logits.softmax(0).cpu())
        height, width = frames.volume.array.shape[1:]
        return Segmentation(frames, torch.stack(probabilities, 1).numpy(),
                            (height * row_mm / rows, width * column_mm / columns))
