"""What a person calls a series: ``sagittal T2 'sag_t2' (15 slices)``."""

from discgrader.imaging.flat_picture import slice_axis_of
from discgrader.imaging.study import Contrast, Series

_NAMES = {
    Contrast.T1_FS: "T1 with fat suppression",
    Contrast.T2_SPACE: "T2 SPACE",
    Contrast.STIR: "STIR or fat-suppressed T2",
    Contrast.OTHER: "series",
    Contrast.UNKNOWN: "series of unknown contrast",
}


def title_of(series: Series) -> str:
    """A series in words that stand in a sentence: plane, contrast, name and number of slices."""
    return f"{kind_of(series)} '{series.name}' ({in_slices(slice_count(series))})"


def kind_of(series: Series) -> str:
    """Plane and contrast of a series, such as ``sagittal T2``."""
    return f"{series.plane} {contrast_name(series.contrast)}"


def contrast_name(contrast: Contrast) -> str:
    """A contrast as it is called in front of a series' name."""
    return _NAMES.get(contrast, str(contrast))


def slice_count(series: Series) -> int:
    """How many slices a series has, across its plane."""
    return series.volume.size[slice_axis_of(series.volume, series.plane)]


def in_slices(count: int) -> str:
    """A number of slices in words."""
    return "1 slice" if count == 1 else f"{count} slices"
