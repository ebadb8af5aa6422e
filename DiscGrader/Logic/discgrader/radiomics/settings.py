"""What a parameter file may set, and what values it may give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from discgrader.errors import UsageError

INTERPOLATORS = (
    *("sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian"),
    *("sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc", "sitkLanczosWindowedSinc"),
    "sitkBlackmanWindowedSinc",
)
"""In the order of SimpleITK's own numbers, of which the first is 1."""

WEIGHTINGS = ("manhattan", "euclidean", "infinity", "no_weighting")


@dataclass(frozen=True)
class Settings:
    """The settings of an extraction, with pyradiomics' defaults.

    Parameters
    ----------
    label : int
        Value of the region's voxels in the mask.
    minimum_roi_dimensions : int
        Along how many axes the region must be longer than one voxel.
    minimum_roi_size : int or None
        A region must have more voxels than that.
    geometry_tolerance : float or None
        How far the geometries of image and mask may lie apart, in shares of a voxel; None for 1e-3.
    correct_mask : bool
        Whether a mask of another geometry is resampled (nearest voxel) instead of refused.
    normalize : bool
        Whether the sequence is centered at its mean and divided by its standard deviation.
    normalize_scale : float
        Factor of the normalized values.
    remove_outliers : float or None
        Normalized values beyond so many standard deviations are set to them.
    resampled_pixel_spacing : tuple of 3 float, or None
        Spacing along i, j, k in mm to resample to, 0 for an axis to leave; None for no resampling.
    interpolator : str or None
        SimpleITK's name of the interpolator for the image; None for no resampling.
    pad_distance : int
        By how many new voxels the block around a region is padded when it is resampled. It decides which of two voxels
        is the nearest to a point midway between them, and nothing else: filters see the whole sequence.
    resegment_range : tuple of 1 or 2 float, or None
        Voxels outside of these values are taken from the region.
    resegment_mode : str
        What these are: ``absolute``, ``relative`` to the maximum, or in ``sigma`` around the mean.
    resegment_shape : bool
        Whether shape is that of the reduced region, too.
    bin_width : float
        Width of a gray level.
    bin_count : int or None
        Number of gray levels, in place of their width.
    voxel_array_shift : float
        Added to the values before their squares are summed.
    force_2d : bool
        Whether texture is looked for in slices only.
    force_2d_dimension : int
        The axis across these slices: 0 for k, 1 for j, 2 for i.
    distances : tuple of int
        Distances of the neighbors of GLCM, GLDM and NGTDM, in voxels (largest coordinate difference).
    symmetrical_glcm : bool
        Whether pairs count both ways.
    weighting_norm : str or None
        How directions are weighted when their matrices are summed; None when features are averaged over them instead.
    gldm_a : int
        Largest difference of gray levels of dependent voxels.
    sigma : tuple of float
        Widths of the Laplacian of Gaussian in mm.
    wavelet : str
        Name of the wavelet in PyWavelets.
    level, start_level : int
        How many levels of decomposition give images, and how many are passed over before.
    gradient_use_spacing : bool
        Whether gradients are per mm instead of per voxel.
    """

    label: int = 1
    minimum_roi_dimensions: int = 2
    minimum_roi_size: int | None = None
    geometry_tolerance: float | None = None
    correct_mask: bool = False
    normalize: bool = False
    normalize_scale: float = 1
    remove_outliers: float | None = None
    resampled_pixel_spacing: tuple[float, ...] | None = None
    interpolator: str | None = "sitkBSpline"
    pad_distance: int = 5
    resegment_range: tuple[float, ...] | None = None
    resegment_mode: str = "absolute"
    resegment_shape: bool = False
    bin_width: float = 25
    bin_count: int | None = None
    voxel_array_shift: float = 0
    force_2d: bool = False
    force_2d_dimension: int = 0
    distances: tuple[int, ...] = (1,)
    symmetrical_glcm: bool = True
    weighting_norm: str | None = None
    gldm_a: int = 0
    sigma: tuple[float, ...] = ()
    wavelet: str = "coif1"
    level: int = 1
    start_level: int = 0
    gradient_use_spacing: bool = True

    def changed(self, given: Mapping[str, object], where: str) -> "Settings":
        """These settings with those of a parameter file's mapping in place.

        Raises
        ------
        UsageError
            When one is unknown or its value is none that it may have; ``where`` tells the user in which section.
        """
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name not in _READERS:
                known = ", ".join(sorted(_READERS))
                raise UsageError(f"{where} names the unknown setting {name!r}; the settings are {known}.")
            field, read = _READERS[name]
            if value is None and name not in _NULLS:
                continue
            try:
                value = _NULLS[name] if value is None else read(value)
            except (TypeError, ValueError) as error:
                raise UsageError(f"{where} sets {name} to {value!r}; it must be {error}.") from error
            if field is not None:
                values[field] = value
        return replace(self, **values)


def _number(value: object, low: float, what: str, *, whole: bool, strict: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise TypeError(what)
    if not (value > low if strict else value >= low) or value == float("inf"):
        raise ValueError(what)
    return value


def _above(low: float, *, whole: bool = False) -> Callable[[object], float]:
    what = f"a {'whole ' if whole else ''}number above {low:g}"
    return lambda value: _number(value, low, what, whole=whole, strict=True)


def _from(low: float, *, whole: bool = True) -> Callable[[object], float]:
    what = f"a {'whole ' if whole else ''}number from {low:g}"
    return lambda value: _number(value, low, what, whole=whole, strict=False)


def _any_number(value: object) -> float:
    return _number(value, float("-inf"), "a number", whole=False, strict=True)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _one_of(*names: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return value

    return read


def _or_none(read: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else read(value)


def _within(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _sequence(
    read: Callable[[object], object], counts: tuple[int, ...] | None = None, at_least: int = 0
) -> Callable[[object], tuple]:
    def read_all(value: object) -> tuple:
        if not isinstance(value, list | tuple):
            raise TypeError("a list in square brackets")
        if len(value) < at_least:
            raise ValueError(f"a list of at least {at_least}")
        if counts and len(value) not in counts:
            raise ValueError(f"a list of {' or '.join(map(str, counts))}")
        try:
            return tuple(read(item) for item in value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"a list in which each entry is {error}") from error

    return read_all


def _interpolator(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= len(INTERPOLATORS):
        return INTERPOLATORS[value - 1]
    return _one_of(*INTERPOLATORS)(value)


def _wavelet(value: object) -> str:
    from pywt import wavelist

    return _one_of(*wavelist(kind="discrete"))(value)


_READERS: dict[str, tuple[str | None, Callable[[object], object]]] = {
    "label": ("label", _above(0, whole=True)),
    "minimumROIDimensions": ("minimum_roi_dimensions", _within(1, 3)),
    "minimumROISize": ("minimum_roi_size", _or_none(_above(0, whole=True))),
    "geometryTolerance": ("geometry_tolerance", _or_none(_above(0))),
    "correctMask": ("correct_mask", _boolean),
    "normalize": ("normalize", _boolean),
    "normalizeScale": ("normalize_scale", _above(0)),
    "removeOutliers": ("remove_outliers", _or_none(_above(0))),
    "resampledPixelSpacing": ("resampled_pixel_spacing", _or_none(_sequence(_from(0, whole=False), (3,)))),
    "interpolator": ("interpolator", _interpolator),
    "resegmentRange": ("resegment_range", _or_none(_sequence(_any_number, (1, 2)))),
    "resegmentMode": ("resegment_mode", _one_of("absolute", "relative", "sigma")),
    "resegmentShape": ("resegment_shape", _boolean),
    "binWidth": ("bin_width", _above(0)),
    "binCount": ("bin_count", _or_none(_above(0, whole=True))),
    "voxelArrayShift": ("voxel_array_shift", _any_number),
    "force2D": ("force_2d", _boolean),
    "force2Ddimension": ("force_2d_dimension", _within(0, 2)),
    "distances": ("distances", _sequence(_above(0, whole=True), at_least=1)),
    "symmetricalGLCM": ("symmetrical_glcm", _boolean),
    "weightingNorm": ("weighting_norm", _or_none(_one_of(*WEIGHTINGS))),
    "gldm_a": ("gldm_a", _from(0)),
    "sigma": ("sigma", _sequence(_above(0))),
    "wavelet": ("wavelet", _wavelet),
    "level": ("level", _above(0, whole=True)),
    "start_level": ("start_level", _from(0)),
    "gradientUseSpacing": ("gradient_use_spacing", _boolean),
    # These decide nothing here: filters see the whole sequence whatever is cropped, rows hold no diagnostics, masks
    # hold one channel, and only pyradiomics makes LBP images.
    "padDistance": ("pad_distance", _from(0)),
    "preCrop": (None, _boolean),
    "additionalInfo": (None, _boolean),
    "label_channel": (None, _from(0)),
    "lbp2DRadius": (None, _above(0)),
    "lbp2DSamples": (None, _from(1)),
    "lbp2DMethod": (None, _one_of("default", "ror", "uniform", "var")),
    "lbp3DLevels": (None, _from(1)),
    "lbp3DIcosphereRadius": (None, _above(0)),
    "lbp3DIcosphereSubdivision": (None, _from(0)),
}
"""pyradiomics' name of each setting: which field of `Settings` it is, and what reads its value."""

_NULLS: dict[str, object] = {"interpolator": None, "symmetricalGLCM": False}
"""Settings for which a null means something to pyradiomics, and what; of the others it is as good as no entry."""
