"""DICOM series as volumes: slices sorted, separated, checked and stacked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import shift as shift_picture

from discgrader.errors import StudyError
from discgrader.imaging.dicom_headers import IDENTITY, Slice, read_headers
from discgrader.imaging.dicom_pixels import DamagedPixels, read_pixels
from discgrader.imaging.dicom_stacks import Stack, separate, stack_up
from discgrader.imaging.files import clean
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress


@dataclass(frozen=True, eq=False)
class DicomSeries:
    """One series: slices of one contrast that lie parallel at even distances.

    Parameters
    ----------
    name : str
        The series' description, with what tells it from others of the same SeriesInstanceUID.
    volume : Volume
        Right-handed, slices along k.
    source : tuple of Path
        The files, in slice order, each once.
    warnings : tuple of str
        What was odd about it.
    identity : dict
        DICOM keyword to value; ``SOPInstanceUIDs`` and ``FrameNumbers`` (from 1) in slice order, empty and 0 for a
        slice that was missing.
    """

    name: str
    volume: Volume
    source: tuple[Path, ...]
    warnings: tuple[str, ...]
    identity: dict


def read_dicom(files: Sequence[Path], what: str, progress: Progress) -> tuple[list[DicomSeries], tuple[str, ...]]:
    """All MR series among DICOM files, and what was passed over.

    A SeriesInstanceUID may become several series: by picture size, by orientation (scouts in three planes, axial
    blocks angled to each disc), by gaps wider than a few slices, and by echo, time or kind of picture where several
    share a position.

    Raises
    ------
    StudyError
        When there is no MR series, when the files are of several patients, or when no series can be decoded.
    """
    slices, warnings = read_headers(files, progress.part(0.0, 0.4))
    studies = {one.header.get("StudyInstanceUID") for one in slices}
    if len(studies) > 1:
        warnings.append(f"{what} holds series of {len(studies)} examinations; all of them were read.")
    by_series: dict[str, list[Slice]] = {}
    for one in slices:
        by_series.setdefault(str(one.header.get("SeriesInstanceUID", "")), []).append(one)
    order = sorted(by_series.values(), key=lambda ones: (_number(ones[0]), str(ones[0].path)))
    found: list[DicomSeries] = []
    errors: list[StudyError] = []
    done = 0
    for ones in order:
        for suffix, group in separate(ones):
            name = " ".join(filter(None, [_description(ones[0]), suffix]))
            listener = progress.part(0.4 + 0.6 * done / len(slices), 0.4 + 0.6 * (done + len(group)) / len(slices))
            done += len(group)
            try:
                found += _read_group(name, group, listener)
            except StudyError as error:
                errors.append(error)
    if not found:
        raise errors[0] if len(errors) == 1 else StudyError(" ".join(str(error) for error in errors))
    return found, (*warnings, *(f"Passed over: {error}" for error in errors))


def _number(one: Slice) -> int:
    number = one.header.get("SeriesNumber", 0)
    return number if isinstance(number, int) else 0


def _description(one: Slice) -> str:
    for keyword in ("SeriesDescription", "ProtocolName"):
        if str(one.header.get(keyword, "")).strip():
            return str(one.header[keyword]).strip()
    return f"series {_number(one)}"


def _read_group(name: str, slices: list[Slice], progress: Progress) -> list[DicomSeries]:
    pictures, warnings = _pictures(name, slices, progress)
    stacks, more = stack_up(name, [one for one in slices if id(one) in pictures])
    series = []
    for number, stack in enumerate(stacks, 1):
        title = name if len(stacks) == 1 else f"{name} part {number}"
        volume, odd = _volume(title, stack, pictures)
        series.append(DicomSeries(
            title, volume, tuple(dict.fromkeys(one.path for one in stack.slices if one is not None)),
            (*warnings, *more, *stack.warnings, *odd), _identity(stack),
        ))
    return series


def _pictures(name: str, slices: list[Slice], progress: Progress) -> tuple[dict[int, np.ndarray], list[str]]:
    """Real values of each slice's picture by ``id`` of the slice, and warnings about those that cannot be read."""
    by_file: dict[Path, list[Slice]] = {}
    for one in slices:
        by_file.setdefault(one.path, []).append(one)
    rescaled = any((one.slope, one.intercept) != (1.0, 0.0) for one in slices)
    pictures: dict[int, np.ndarray] = {}
    damaged: list[str] = []
    for number, (path, ones) in enumerate(by_file.items()):
        progress.report("reading", number / len(by_file), f"{name}: {path.name}")
        try:
            pixels = read_pixels(path, [one.frame for one in ones])
        except DamagedPixels:
            damaged.append(path.name)
            continue
        for one, picture in zip(ones, pixels):
            pictures[id(one)] = (picture * one.slope + one.intercept).astype(np.float32) if rescaled else picture
    if not pictures:
        raise StudyError(f"The pixels of {name} are cut off or damaged; copy or export the series again.")
    if not damaged:
        return pictures, []
    listed = ", ".join(damaged[:5]) + (" …" if len(damaged) > 5 else "")
    return pictures, [f"{len(damaged)} files of {name} are cut off or damaged and were left out: {listed}."]


def _volume(name: str, stack: Stack, pictures: dict[int, np.ndarray]) -> tuple[Volume, tuple[str, ...]]:
    layers = [None if one is None else pictures[id(one)] for one in stack.slices]
    dtype = np.result_type(*[layer.dtype for layer in layers if layer is not None])
    if stack.shifts_px is not None:
        dtype = np.dtype(np.float32)
        layers = [
            layer if layer is None else shift_picture(layer.astype(dtype), offset, order=1, mode="nearest")
            for layer, offset in zip(layers, stack.shifts_px)
        ]
    known = [number for number, layer in enumerate(layers) if layer is not None]
    array = np.empty((len(layers), *layers[known[0]].shape), dtype)
    for number in range(len(layers)):
        below = max(k for k in known if k <= number)
        above = min(k for k in known if k >= number)
        if below == above:
            array[number] = layers[number]
            continue
        weight = (number - below) / (above - below)
        between = (1 - weight) * layers[below].astype(float) + weight * layers[above].astype(float)
        array[number] = between if dtype.kind == "f" else np.rint(between)
    return clean(Volume(array, stack.affine), name)


def _identity(stack: Stack) -> dict:
    known = [one for one in stack.slices if one is not None]
    identity = {keyword: known[0].header[keyword] for keyword in IDENTITY if keyword in known[0].header}

    def of_each(get: Callable[[Slice], object], missing: object) -> list:
        return [missing if one is None else get(one) for one in stack.slices]

    identity["SOPInstanceUIDs"] = of_each(lambda one: str(one.header.get("SOPInstanceUID", "")), "")
    identity["FrameNumbers"] = of_each(lambda one: one.frame + 1, 0)
    return identity
