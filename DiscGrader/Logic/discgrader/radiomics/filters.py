"""Filtered images of a sequence, computed for a box of it and equal there to those of the whole sequence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.radiomics.box import Box, Index, index_of
from discgrader.radiomics.parameters import ImageType
from discgrader.radiomics.settings import Settings

_LEAST_LOG_SIZE = 4
"""ITK's recursive Gaussian needs four pixels along each axis."""

_REACH_SIGMAS = 24.0
"""How far a recursive Gaussian sees: its response falls by exp(-1.37) a sigma (Deriche's slowest pole), so that what
lies farther off counts less than 1e-13, a millionth of the last bit of a value in single precision."""


@dataclass(frozen=True)
class Hole:
    """Why there is no image, and so no features of it."""

    reason: str


Work = Callable[[], "dict[str, np.ndarray | Hole]"]
"""Makes one or more images, by name."""


def filter_work(volume: Volume, image_type: ImageType, box: Box) -> Iterator[Work]:
    """The pieces of work, each independent, that make all images of a type, cut to the box.

    Parameters
    ----------
    volume : Volume
        The sequence, normalized and resampled.
    image_type : ImageType
    box : Box
    """
    settings = image_type.settings
    if image_type.name == "LoG":
        for name, sigma in zip(image_type.image_names(), settings.sigma, strict=True):
            yield partial(_named_laplacian, name, volume, sigma, box)
    elif image_type.name == "Wavelet":
        yield lambda: dict(zip(image_type.image_names(), wavelet_bands(volume.array, settings, box), strict=True))
    else:
        make = _POINTWISE[image_type.name]
        yield lambda: {image_type.image_names()[0]: np.ascontiguousarray(make(volume, settings)[box.slices()])}


def _named_laplacian(name: str, volume: Volume, sigma_mm: float, box: Box) -> dict[str, np.ndarray | Hole]:
    return {name: laplacian_of_gaussian(volume, sigma_mm, box)}


def laplacian_of_gaussian(volume: Volume, sigma_mm: float, box: Box) -> np.ndarray | Hole:
    """Laplacian of Gaussian, normalized across scales, by ITK's recursive filters, float32.

    The filter is a chain of one-dimensional ones; after each the lines that the box does not need are left out, which
    changes no bit of the others, as are voxels farther away than the filter sees. Order and precision of the chain are
    those of ITK's LaplacianRecursiveGaussianImageFilter.
    """
    import SimpleITK as sitk

    size, spacing = np.array(volume.size), volume.spacing_mm
    if size.min() < _LEAST_LOG_SIZE:
        return Hole(
            f"a Laplacian of Gaussian needs {_LEAST_LOG_SIZE} voxels along each axis, the image has "
            f"{' x '.join(map(str, size))}"
        )
    needed = np.ceil(sigma_mm / spacing).astype(int) + 1
    if np.any(size < needed):
        return Hole(
            f"a Laplacian of Gaussian of {sigma_mm:g} mm needs {' x '.join(map(str, needed))} voxels, the "
            f"image has {' x '.join(map(str, size))}"
        )
    reach = np.maximum(np.ceil(_REACH_SIGMAS * sigma_mm / spacing[::-1]), _LEAST_LOG_SIZE)
    seen = box.grown(reach, volume.array.shape)
    image = sitk.GetImageFromArray(volume.array[seen.slices()])
    image.SetSpacing([float(length) for length in spacing])
    box = box.moved(seen.low)
    total = np.zeros(box.shape, np.float32)
    for direction in range(3):
        chain = [(direction, 2), *((other, 0) for other in range(3) if other != direction)]
        filtered: Any = image
        for axis, order in chain:
            filtered = sitk.RecursiveGaussian(filtered, sigma_mm, True, order, axis)
            filtered = _cut_axis(filtered, axis, box)
        # ITK adds in double precision and keeps the sum in single.
        inverse = np.float64(1 / spacing[direction] ** 2)
        total = (total + sitk.GetArrayViewFromImage(filtered) * inverse).astype(np.float32)
    return total


def _cut_axis(image: Any, axis: int, box: Box) -> Any:
    low, high = box.low[2 - axis], box.high[2 - axis]
    if (low, high) == (0, image.GetSize()[axis]):
        return image
    slices = [slice(None)] * 3
    slices[axis] = slice(low, high)
    return image[tuple(slices)]


def wavelet_bands(array: np.ndarray, settings: Settings, box: Box) -> list[np.ndarray]:
    """Bands of the stationary wavelet transform, details first and the approximation last.

    A band's letters, low or high pass, are for the axes i, j, k in this order. Beyond its ends the sequence is
    continued periodically; an odd number of voxels along an axis is made even by the first one.
    """
    import pywt

    axes = [axis for axis in (2, 1, 0) if not (settings.force_2d and axis == settings.force_2d_dimension)]
    wavelet = pywt.Wavelet(settings.wavelet)
    margin = wavelet.dec_len * (settings.start_level + settings.level)
    part, origin = _periodic_part(array, box, axes, margin)
    inner = box.slices(origin)
    details = []
    for step in range(settings.start_level + settings.level):
        bands = pywt.swtn(part, wavelet, level=1, start_level=0, axes=axes)[0]
        part = bands.pop("a" * len(axes))
        if step >= settings.start_level:
            details.extend(np.ascontiguousarray(bands[name][inner]) for name in sorted(bands))
    return [*details, np.ascontiguousarray(part[inner])]


def _periodic_part(array: np.ndarray, box: Box, axes: list[int], margin: int) -> tuple[np.ndarray, Index]:
    """The box with a margin, of the sequence continued periodically, and the index of its first voxel.

    Along each axis it is even, as the transform needs it; where the margin would reach round, it is all there is.
    """
    origin = [0, 0, 0]
    for axis in range(3):
        size = array.shape[axis]
        if axis not in axes:
            array = np.take(array, np.arange(box.low[axis], box.high[axis]), axis)
            origin[axis] = box.low[axis]
            continue
        period = size + size % 2
        low, high = box.low[axis] - margin, box.high[axis] + margin
        high += (high - low) % 2
        if high - low >= period:
            low, high = 0, period
        index = np.arange(low, high) % period
        array = np.take(array, np.where(index < size, index, 0), axis)
        origin[axis] = low
    return array, index_of(origin)


def _square(volume: Volume, settings: Settings) -> np.ndarray:
    values = volume.array.astype(np.float64)
    return (values / np.sqrt(np.abs(values).max())) ** 2


def _square_root(volume: Volume, settings: Settings) -> np.ndarray:
    values = volume.array.astype(np.float64)
    return np.sign(values) * np.sqrt(np.abs(values) * np.abs(values).max())


def _logarithm(volume: Volume, settings: Settings) -> np.ndarray:
    values = volume.array.astype(np.float64)
    largest = np.abs(values).max()
    values = np.sign(values) * np.log(np.abs(values) + 1)
    return values * (largest / np.abs(values).max())


def _exponential(volume: Volume, settings: Settings) -> np.ndarray:
    values = volume.array.astype(np.float64)
    largest = np.abs(values).max()
    return np.exp(np.log(largest) / largest * values)


def _gradient(volume: Volume, settings: Settings) -> np.ndarray:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing([float(length) for length in volume.spacing_mm])
    return sitk.GetArrayFromImage(sitk.GradientMagnitude(image, settings.gradient_use_spacing))


_POINTWISE: dict[str, Callable[[Volume, Settings], np.ndarray]] = {
    "Original": lambda volume, settings: volume.array,
    "Square": _square,
    "SquareRoot": _square_root,
    "Logarithm": _logarithm,
    "Exponential": _exponential,
    "Gradient": _gradient,
}
