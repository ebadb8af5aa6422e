"""A study read from wherever it lies: one file, a DICOM folder, or a folder of files."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.imaging.dicom import DicomSeries, DicomStudy, read_dicom
from discgrader.imaging.dicom_headers import is_dicom, study_instance_uid
from discgrader.imaging.dixon_parts import with_dixon_parts
from discgrader.imaging.files import VOLUME_ENDINGS, ending, read_volume, stem
from discgrader.imaging.identity import Identity
from discgrader.imaging.recognize import Finding, can_serve, parse_role, plane_of, recognize
from discgrader.imaging.study import Examination, LeftOut, Series, Study, listed
from discgrader.imaging.volume import Volume
from discgrader.plain_names import printable
from discgrader.progress import Progress

MAX_FILES = 40
"""A folder of more volume files than this is taken for many studies rather than one."""

_MASK_NAME = re.compile(r"(?i)(?:^|[_\-. ])(?:mask|seg|label)[a-z]*(?:$|[_\-. \d])")
_MASK_VALUES = 32
"""An image with no more whole-number values than this may be a label map. A round number."""

_DICOM_ENDINGS = (".dcm", ".dicom", ".ima")

Roles = Mapping[str, str] | str | None


@dataclass(frozen=True, eq=False)
class _Found:
    """A picture on its way to becoming a series."""

    name: str
    volume: Volume
    source: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    identity: Identity | None = None
    header: Mapping[str, object] = field(default_factory=dict)
    files: tuple[Path | None, ...] = ()


@dataclass(frozen=True, eq=False)
class _Content:
    """What a file or folder holds."""

    found: list[_Found]
    warnings: list[str]
    left_out: list[LeftOut] = field(default_factory=list)
    examination: Examination | None = None


def read_study(path: Path | str, *, roles: Roles = None, progress: Progress | None = None) -> Study:
    """Read all series of one examination.

    Parameters
    ----------
    path : Path or str
        A volume file (NIfTI, NRRD, MetaImage), a DICOM file, or a folder with any of these, read with all of its
        subfolders. Masks, hidden files and files of other kinds are passed over; what could have been a picture is
        named in the study's warnings.
    roles : mapping of str to str, or str
        What series serve as, where the reader of the pictures knows better: name of the series (or of its file) to
        role such as ``"T2"`` or ``"AX_T2"``; a single role for a study of one series.
    progress : Progress, optional
        Notified of each file.

    Returns
    -------
    Study
        Named by the file's stem or the folder. Series names are unique.

    Raises
    ------
    StudyError
        When nothing can be read, the folder holds several patients, or a role does not fit the plane of its series.
    UsageError
        When a role or a series named in ``roles`` does not exist.
    """
    path, progress = Path(path), progress or Progress()
    _check_roles(roles)
    if not path.exists():
        raise StudyError(f"There is no file or folder {path}; check the path.")
    if path.is_dir():
        name = path.resolve().name
        content = _read_folder(path, progress)
    else:
        name = stem(path)
        content = _read_file(path, progress)
    found = _unique_names(content.found)
    chosen = _roles_of(found, roles)
    series = tuple(_recognized(found, chosen, progress))
    series = with_dixon_parts(series, [role is not None for role in chosen], [entry.header for entry in found])
    progress.report("reading", 1.0, f"{len(series)} series")
    left_out = tuple(LeftOut(printable(entry.name), printable(entry.reason)) for entry in content.left_out)
    return Study(printable(name), series, tuple(map(printable, content.warnings)), left_out, content.examination)


def find_studies(folder: Path | str, progress: Progress = Progress()) -> list[tuple[str, Path]]:
    """The studies in a folder, as (name, path), sorted by name.

    Every volume file directly in the folder is a study of its own, named by its stem, and every subfolder with
    pictures is one, named by the folder. Loose DICOM files are put together by their StudyInstanceUID: one that has
    an examination to itself is a study named by its stem; several of one examination make the folder itself a study,
    which is possible only when there is nothing else in it. Studies of the same name are distinguished by their ending
    or a number.

    Raises
    ------
    StudyError
        When the folder is missing or holds no study, or when loose DICOM slices lie beside other studies.
    Cancelled
        When the progress says stop.
    """
    folder = Path(folder)
    entries = _entries(folder)
    studies: list[tuple[str, Path]] = []
    loose: dict[str, list[Path]] = {}
    for entry in entries:
        progress.check()
        if entry.is_dir():
            unread: list[LeftOut] = []
            # A folder that cannot be looked at may well be a study; reading it says what is wrong.
            if any(ending(file) or is_dicom(file) for file in _files_below(entry, unread)) or unread:
                studies.append((entry.name, entry))
        elif ending(entry):
            if not _MASK_NAME.search(stem(entry)):
                studies.append((stem(entry), entry))
        elif is_dicom(entry):
            loose.setdefault(study_instance_uid(entry), []).append(entry)
    several = [files for files in loose.values() if len(files) > 1]
    if several and (studies or len(loose) > 1):
        raise StudyError(
            f"{folder} contains loose DICOM slices beside other studies; put each examination into its own folder."
        )
    if several:
        return [(folder.resolve().name, folder)]
    studies += [(stem(files[0]), files[0]) for files in loose.values()]
    if not studies:
        raise StudyError(f"{folder} contains no study; give a folder of NIfTI, NRRD, MetaImage or DICOM studies.")
    return _distinct(sorted(studies, key=lambda study: (study[0], study[1].name)))


def _distinct(studies: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """The studies with the ending, then a number, added to names that occur twice (ignoring case)."""
    taken: set[str] = set()
    names = [printable(name).lower() for name, _ in studies]
    distinct = []
    for name, path in studies:
        name = printable(name)
        if names.count(name.lower()) > 1 and path.is_file():
            name = name + "_" + path.name[len(stem(path)) :].strip(".").replace(".", "_")
        candidate, number = name, 2
        while candidate.lower() in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate.lower())
        distinct.append((candidate, path))
    return distinct


def _entries(folder: Path) -> list[Path]:
    """What lies directly in a folder, hidden entries left out, in alphabetical order."""
    if not folder.is_dir():
        raise StudyError(f"There is no folder {folder}; check the path.")
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".") and _is_ordinary(entry))
    except OSError as error:
        raise StudyError(f"The folder {folder} cannot be opened ({error.strerror}).") from error


def _is_ordinary(path: Path) -> bool:
    """Whether it is a file or a folder; opening a pipe, socket or device may block for ever."""
    return os.path.isfile(path) or os.path.isdir(path)


def _files_below(folder: Path, unread: list[LeftOut] | None = None) -> list[Path]:
    """All regular files in a folder and its subfolders, in alphabetical order.

    Hidden ones are left out, and subfolders named ``masks``, where SPIDER and the phantom keep their masks. What cannot
    be looked at is added to ``unread``.
    """
    unread = [] if unread is None else unread
    files: list[Path] = []

    def refused(error: OSError) -> None:
        unread.append(LeftOut(f"the folder {Path(error.filename).name}", f"cannot be opened ({error.strerror})"))

    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "masks")
        found = [Path(root) / name for name in sorted(names) if not name.startswith(".")]
        files += [file for file in found if os.path.isfile(file)]
        unread += [LeftOut(file.name, "not a regular file") for file in found if not os.path.isfile(file)]
    return files


def _read_file(path: Path, progress: Progress) -> _Content:
    if not path.is_file():
        raise StudyError(f"{path} is not a regular file; give a file, or copy its contents into one.")
    if ending(path):
        progress.report("reading", 0.0, path.name)
        volume, warnings = read_volume(path, progress)
        return _Content([_Found(stem(path), volume, (path,), warnings)], [])
    if is_dicom(path):
        return _of_dicom(read_dicom([path], path.name, progress))
    raise StudyError(
        f"{path.name} is not an image that can be read; give NIfTI ({', '.join(VOLUME_ENDINGS[:2])}), NRRD "
        "(.nrrd, .nhdr), MetaImage (.mha, .mhd) or DICOM."
    )


def _of_dicom(study: DicomStudy) -> _Content:
    return _Content(_from_dicom(study.series), list(study.warnings), list(study.left_out), study.examination)


def _read_folder(path: Path, progress: Progress) -> _Content:
    _entries(path)
    left_out: list[LeftOut] = []
    files = _files_below(path, left_out)
    if not files:
        sentences = [entry.sentence for entry in left_out]
        raise StudyError(
            " ".join([f"The folder {path} is empty; give a folder with the series of an examination.", *sentences])
        )
    volumes = [file for file in files if ending(file)]
    masks = [file for file in volumes if _MASK_NAME.search(stem(file))]
    volumes = [file for file in volumes if file not in masks]
    dicom = [file for file in files if not ending(file) and is_dicom(file)]
    if len(volumes) > MAX_FILES:
        raise StudyError(
            f"{path} contains {len(volumes)} volumes, too many for one examination; grade them as a batch of studies."
        )
    left_out += [LeftOut(listed(masks), "a mask, judging by its name")] if masks else []
    found, errors = _read_volumes(volumes, progress.part(0.0, 0.5 if dicom else 1.0))
    found, look_alikes = _without_label_maps(found)
    left_out += [LeftOut(name, "it looks like a mask") for name in look_alikes]
    content = _Content([], [])
    if dicom:
        try:
            content = _of_dicom(read_dicom(dicom, path.name, progress.part(0.5 if volumes else 0.0, 1.0)))
        except StudyError as error:
            errors.append((path.name, error))
    found += content.found
    if not found:
        if len(errors) == 1:
            raise errors[0][1]
        reasons = " ".join(str(error) for _, error in errors[:3])
        raise StudyError(f"{path} contains no readable image; give a folder with MR series. {reasons}".strip())
    left_out += [LeftOut(name, str(error).rstrip(".")) for name, error in errors]
    warnings = [entry.sentence for entry in left_out]
    no_dicom = [
        file for file in files if not ending(file) and file not in dicom and file.suffix.lower() in _DICOM_ENDINGS
    ]
    if no_dicom:
        left_out.append(LeftOut(listed(no_dicom), "empty or not DICOM"))
        warnings.append(left_out[-1].sentence)
    return _Content(found, [*content.warnings, *warnings], [*content.left_out, *left_out], content.examination)


def _read_volumes(files: list[Path], progress: Progress) -> tuple[list[_Found], list[tuple[str, StudyError]]]:
    found, errors = [], []
    for number, file in enumerate(files):
        progress.report("reading", number / len(files), file.name)
        try:
            volume, warnings = read_volume(file, progress)
        except StudyError as error:
            errors.append((file.name, error))
        else:
            found.append(_Found(stem(file), volume, (file,), warnings))
    return found, errors


def _without_label_maps(found: list[_Found]) -> tuple[list[_Found], list[str]]:
    """What is left, and the names of those that go with another file and hold labels rather than a picture."""
    masks = [
        entry
        for entry in found
        if any(entry.name.startswith(other.name) and entry is not other for other in found)
        and entry.volume.array.dtype.kind in "iu"
        and np.mean(entry.volume.array == 0) > 0.5
        and len(np.unique(entry.volume.array)) <= _MASK_VALUES
    ]
    return [entry for entry in found if entry not in masks], [entry.source[0].name for entry in masks]


def _from_dicom(series: Sequence[DicomSeries]) -> list[_Found]:
    return [
        _Found(each.name, each.volume, each.source, each.warnings, each.identity, each.header, each.files)
        for each in series
    ]


def _unique_names(found: list[_Found]) -> list[_Found]:
    taken: set[str] = set()
    unique = []
    for entry in found:
        own = printable(entry.name)
        name, number = own, 2
        while name in taken:
            name, number = f"{own}_{number}", number + 1
        taken.add(name)
        unique.append(replace(entry, name=name))
    return unique


def _check_roles(roles: Roles) -> None:
    for role in [roles] if isinstance(roles, str) else (roles or {}).values():
        parse_role(role)


def _roles_of(found: list[_Found], roles: Roles) -> list[str | None]:
    """The role given by hand to each picture, or None."""
    if roles is None:
        return [None] * len(found)
    if isinstance(roles, str):
        if len(found) > 1:
            raise UsageError(f"The study has {len(found)} series; say which of them is the {roles} (NAME={roles}).")
        return [roles]
    chosen: dict[int, str] = {}
    for name, role in roles.items():
        matches = [
            number
            for number, entry in enumerate(found)
            if name == entry.name or any(name in (file.name, stem(file), str(file)) for file in entry.source)
        ]
        if not matches:
            raise UsageError(f"The study has no series {name}; it has {', '.join(entry.name for entry in found)}.")
        for number in matches:
            chosen[number] = role
    return [chosen.get(number) for number in range(len(found))]


def _recognized(found: Sequence[_Found], roles: Sequence[str | None], progress: Progress) -> Iterator[Series]:
    """Each picture as a series; looking at pictures takes a moment each, and may be stopped between them."""
    for entry, role in zip(found, roles, strict=True):
        progress.check()
        yield _series(entry, role)


def _series(found: _Found, role: str | None) -> Series:
    plane = plane_of(found.volume)
    if role is None:
        finding = recognize(found.name, found.volume, found.header, plane)
    else:
        wanted, contrast = parse_role(role)
        if not can_serve(found.volume, wanted):
            raise StudyError(
                f"{found.name} is {plane.value}, so it cannot serve as {role}, which is {wanted.value}; "
                "choose a role for its plane or correct the directions in its header."
            )
        plane, finding = wanted, Finding(contrast, "set by the user")
    return Series(
        found.name,
        found.volume,
        plane,
        finding.contrast,
        finding.reason,
        found.source,
        tuple(map(printable, found.warnings)),
        found.identity,
        finding.probability,
        finding.traits,
        found.header,
        found.files,
    ).warned(*(printable(f"{found.name}: {warning}") for warning in finding.warnings))
