"""DICOM series as volumes: slices sorted, separated, checked and stacked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.ndimage import shift as shift_picture

from discgrader.errors import StudyError
from discgrader.imaging.dicom_examinations import Examined, check_one_patient, examinations, newest
from discgrader.imaging.dicom_headers import HEADER, Slice, read_headers
from discgrader.imaging.dicom_kind import may_not_be_mr
from discgrader.imaging.dicom_mirrored import with_same_orientation
from discgrader.imaging.dicom_order import Unstackable
from discgrader.imaging.dicom_pixels import DamagedPixels, read_pixels
from discgrader.imaging.dicom_series import by_series, series_description, without_doubles
from discgrader.imaging.dicom_split import Part, split_series
from discgrader.imaging.dicom_stacks import Stack, stack_up
from discgrader.imaging.dicom_unlinked import check_linked
from discgrader.imaging.dicom_values import named, text_of
from discgrader.imaging.files import clean
from discgrader.imaging.identity import PERSON, Identity, Instance
from discgrader.imaging.study import Examination, LeftOut, listed
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress

_QUIET = "no image"
"""Files of this kind are left out without a warning."""

_FEW_SLOPES = 0.25
"""So large a share of slices may be scaled otherwise than the rest for this to be a slip rather than how a scanner
works."""


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
    identity : Identity
    header : mapping of str to object
        What most of its slices state, by DICOM keyword.
    files : tuple of Path or None
        The file of each slice; None for one that was missing and was filled in.
    """

    name: str
    volume: Volume
    source: tuple[Path, ...]
    warnings: tuple[str, ...]
    identity: Identity
    header: Mapping[str, object]
    files: tuple[Path | None, ...]


@dataclass(frozen=True, eq=False)
class DicomStudy:
    """The series of one examination, and what was not read of what lay beside them.

    Parameters
    ----------
    series : tuple of DicomSeries
    examination : Examination
    left_out : tuple of LeftOut
    warnings : tuple of str
        Warnings for the user, and why one examination was taken of several.
    """

    series: tuple[DicomSeries, ...]
    examination: Examination
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]


def read_dicom(files: Sequence[Path], what: str, progress: Progress) -> DicomStudy:
    """All MR series of one examination among DICOM files, and what was left out.

    A SeriesInstanceUID may become several series: by picture size, by orientation (scouts in three planes, axial
    blocks angled to each disc), by place in the plane (stations of a spine), by gaps wider than a few slices, by
    contrast, and by echo, time or kind of picture where several share a position.

    Raises
    ------
    StudyError
        When there is no MR series, when the files are of several patients, when it is not clear which of several
        examinations is the newest, or whether they are of one, or when no series can be decoded.
    """
    slices, left_out = read_headers(files, progress.part(0.0, 0.4))
    check_one_patient(slices)
    found = examinations(slices)
    chosen = found[0] if len(found) == 1 else newest(found)
    older = [examined for examined in found if examined is not chosen]
    left_out += [missing for examined in older for missing in _earlier(examined, chosen)]
    series, refused = _read_all(chosen.slices, progress.part(0.4, 1.0))
    left_out += refused
    if not series:
        reasons = " ".join(entry.sentence for entry in left_out[:3])
        raise StudyError(f"No series of {what} can be read; export them again. {reasons}")
    check_linked(what, chosen.slices, series)
    warnings = [*_of_examinations(what, chosen, older), *_of_kind(series)]
    warnings += [entry.sentence for entry in left_out if not entry.reason.startswith(_QUIET)]
    return DicomStudy(tuple(_with_copies_named(series)), chosen.examination, tuple(left_out), tuple(warnings))


def _earlier(one: Examined, chosen: Examined) -> list[LeftOut]:
    return [
        LeftOut(
            listed([each.path for each in group], series_description(group)),
            f"from another examination, {one.examination.beside([chosen.examination])}",
        )
        for group in by_series(one.slices)
    ]


def _of_examinations(what: str, chosen: Examined, older: Sequence[Examined]) -> list[str]:
    if not older:
        uids = {text_of(slice_.header.get("StudyInstanceUID")) for slice_ in chosen.slices}
        notes_on_pixels = f"{what} has {len(uids)} study UIDs ({named('StudyInstanceUID')})"
        several = f"{notes_on_pixels} that belong to one examination by their dates and positions."
        return [several] if len(uids) > 1 else []
    every = [examined.examination for examined in (chosen, *older)]
    read, *others = [examination.beside(every) for examination in every]
    return [
        f"{what} contains {len(every)} examinations; only the newest was read, {read}, and not {'; '.join(others)}."
    ]


def _of_kind(series: Sequence[DicomSeries]) -> list[str]:
    return [
        (f"Nothing in the header of {each.name} says that it is MR ({named('Modality')}); it was assumed to be MR.")
        for each in series
        if may_not_be_mr(each.header)
    ]


def _read_all(slices: Sequence[Slice], progress: Progress) -> tuple[list[DicomSeries], list[LeftOut]]:
    found: list[DicomSeries] = []
    left_out: list[LeftOut] = []
    done = 0
    for group in by_series(slices):
        listener = progress.part(done / len(slices), (done + len(group)) / len(slices))
        done += len(group)
        series, missing = _read_series(group, listener)
        found += series
        left_out += missing
    return found, left_out


def _read_series(slices: list[Slice], progress: Progress) -> tuple[list[DicomSeries], list[LeftOut]]:
    """What one SeriesInstanceUID holds, whatever is wrong with parts of it."""
    name = series_description(slices)
    found: list[DicomSeries] = []
    left_out: list[LeftOut] = []
    try:
        pictures, notes, left_out = _pictures(name, slices, progress)
        readable, pictures, turned = with_same_orientation(
            [slice_ for slice_ in slices if id(slice_) in pictures], pictures
        )
        if turned:
            count = "1 slice" if len(turned) == 1 else f"{len(turned)} slices"
            notes += (
                (
                    f"{count} of {name} are stored mirrored relative to the others "
                    f"({named('ImageOrientationPatient')}) and were flipped to match; no position was changed."
                ),
            )
        readable, doubles = without_doubles(readable, pictures)
        if doubles:
            left_out.append(
                LeftOut(_slices(name, doubles), "duplicate: another slice has the same image at the same position")
            )
            notes += (
                (
                    f"{len(doubles)} slices of {name} are duplicates at the position of another slice; they were left "
                    "out."
                ),
            )
        parts, refused = split_series(readable, pictures) if readable else ([], [])
    except Unstackable as error:
        return [], [*left_out, LeftOut(name, str(error))]
    except StudyError as error:
        return [], [LeftOut(_slices(name, slices), str(error).rstrip("."))]
    left_out += [LeftOut(_slices(series_description(group), group), reason) for group, reason in refused]
    for part in parts:
        called = series_description(part.slices)
        title = " ".join((called, *(word for word in part.words if word != called)))
        try:
            series, odd = _stacked(title, part, pictures, notes)
        except (Unstackable, StudyError) as error:
            left_out.append(LeftOut(title, str(error).rstrip(".")))
            continue
        found += series
        left_out += [LeftOut(_slices(title, [slice_]), reason) for slice_, reason in odd]
    return found, left_out


def _slices(name: str, slices: Sequence[Slice]) -> str:
    return listed(list(dict.fromkeys(slice_.path for slice_ in slices)), name)


def _stacked(
    name: str, part: Part, pictures: Mapping[int, np.ndarray], notes: tuple[str, ...]
) -> tuple[list[DicomSeries], list[tuple[Slice, str]]]:
    stacks, more, lone = stack_up(name, part.slices)
    odd = [*part.odd, *lone]
    notes_on_slices = [
        f"A slice of {name} was left out: image {slice_.instance} ({slice_.path.name}) {reason}."
        for slice_, reason in odd
    ]
    series = []
    for number, stack in enumerate(stacks, 1):
        title = name if len(stacks) == 1 else f"{name} part {number}"
        volume, warnings = _volume(title, stack, pictures)
        series.append(
            DicomSeries(
                title,
                volume,
                tuple(dict.fromkeys(slice_.path for slice_ in stack.slices if slice_ is not None)),
                (*notes, *more, *notes_on_slices, *stack.warnings, *warnings),
                _identity(stack),
                _header(stack),
                tuple(None if slice_ is None else slice_.path for slice_ in stack.slices),
            )
        )
    return series, odd


def _pictures(
    name: str, slices: list[Slice], progress: Progress
) -> tuple[dict[int, np.ndarray], tuple[str, ...], list[LeftOut]]:
    """Real values of each slice's picture by ``id`` of the slice, what to say of them, and files that cannot be
    read."""
    by_file: dict[Path, list[Slice]] = {}
    for slice_ in slices:
        by_file.setdefault(slice_.path, []).append(slice_)
    notes_on_slopes = _slopes(name, slices)
    rescaled = any((slice_.slope, slice_.intercept) != (1.0, 0.0) for slice_ in slices)
    pictures: dict[int, np.ndarray] = {}
    damaged: dict[str, list[Path]] = {}
    notes: dict[str, None] = {}
    for number, (path, group) in enumerate(by_file.items()):
        progress.report("reading", number / len(by_file), f"{name}: {path.name}")
        try:
            pixels, odd = read_pixels(path, [slice_.frame for slice_ in group])
        except DamagedPixels as error:
            damaged.setdefault(str(error), []).append(path)
            continue
        notes |= dict.fromkeys(odd)
        for slice_, picture in zip(group, pixels):
            pictures[id(slice_)] = (
                (picture * slice_.slope + slice_.intercept).astype(np.float32) if rescaled else picture
            )
    left_out = [LeftOut(listed(paths, name), reason) for reason, paths in damaged.items()]
    notes_on_pixels = [*notes_on_slopes, *(f"Of {name}, {note}." for note in notes)]
    notes_on_pixels += [f"Of {name}, {listed(paths)} could not be read: {reason}." for reason, paths in damaged.items()]
    return pictures, tuple(notes_on_pixels), left_out


def _slopes(name: str, slices: Sequence[Slice]) -> list[str]:
    """What to say where a few slices are scaled by another factor than all the others, or by none that is stated."""
    factors = [slice_.slope for slice_ in slices]
    usual = max(dict.fromkeys(factors), key=factors.count)
    few = [slice_ for slice_, its in zip(slices, factors) if not 0.5 < its / usual < 2]
    if not few or len(few) > _FEW_SLOPES * len(slices):
        return []
    stated = "has a different" if any("RescaleSlope" in slice_.header for slice_ in few) else "has no"
    return [
        (
            f"{_images(few)} of {name} {stated} {named('RescaleSlope')}, unlike the others, which makes it "
            "much brighter or darker."
        )
    ]


def _images(slices: Sequence[Slice]) -> str:
    return f"Image {slices[0].instance}" + (f" and {len(slices) - 1} more" if len(slices) > 1 else "")


def _volume(name: str, stack: Stack, pictures: Mapping[int, np.ndarray]) -> tuple[Volume, tuple[str, ...]]:
    layers = [None if slice_ is None else pictures[id(slice_)] for slice_ in stack.slices]
    dtype = np.result_type(*[layer.dtype for layer in layers if layer is not None])
    if stack.shifts_px is not None:
        dtype = np.dtype(np.float32)
        layers = [
            layer if layer is None else shift_picture(layer.astype(dtype), offset, order=1, mode="nearest")
            for layer, offset in zip(layers, stack.shifts_px)
        ]
    known = {number: layer for number, layer in enumerate(layers) if layer is not None}
    array = np.empty((len(layers), *next(iter(known.values())).shape), dtype)
    for number in range(len(layers)):
        below = max(k for k in known if k <= number)
        above = min(k for k in known if k >= number)
        if below == above:
            array[number] = known[number]
            continue
        weight = (number - below) / (above - below)
        between = (1 - weight) * known[below].astype(float) + weight * known[above].astype(float)
        array[number] = between if dtype.kind == "f" else np.rint(between)
    return clean(Volume(array, stack.affine), name)


def _header(stack: Stack) -> dict[str, object]:
    known = [slice_ for slice_ in stack.slices if slice_ is not None]
    return {keyword: value for keyword in HEADER if (value := _most_stated(known, keyword)) is not None}


def _identity(stack: Stack) -> Identity:
    known = [slice_ for slice_ in stack.slices if slice_ is not None]
    keywords = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPClassUID")
    patient, study, series, frame, sop_class = (text_of(_most_stated(known, keyword)) for keyword in keywords)
    name, born, sex, age = (text_of(_most_stated(known, keyword)) for keyword in PERSON)
    instances = tuple(
        Instance() if slice_ is None else Instance(text_of(slice_.header.get("SOPInstanceUID")), slice_.frame + 1)
        for slice_ in stack.slices
    )
    return Identity(patient, study, series, frame, sop_class, instances, name, born, sex, age)


def _most_stated(slices: Sequence[Slice], keyword: str) -> object:
    """What most slices that state an attribute say, None where none does."""
    stated = [slice_.header[keyword] for slice_ in slices if keyword in slice_.header]
    texts = [text_of(value) for value in stated]
    return stated[texts.index(max(dict.fromkeys(texts), key=texts.count))] if stated else None


def _with_copies_named(series: Sequence[DicomSeries]) -> list[DicomSeries]:
    """The series, with a warning at those that hold the same pictures at the same places as one before."""
    notes_on_slices: list[DicomSeries] = []
    for number, each in enumerate(series):
        first = next((other for other in series[:number] if _is_copy(each.volume, other.volume)), None)
        same = (
            () if first is None else (f"{each.name} contains the same images at the same positions as {first.name}.",)
        )
        notes_on_slices.append(replace(each, warnings=each.warnings + same))
    return notes_on_slices


def _is_copy(one: Volume, other: Volume) -> bool:
    return (
        one.array.shape == other.array.shape
        and np.allclose(one.affine_lps, other.affine_lps, atol=1e-3)
        and np.array_equal(one.array, other.array)
    )
