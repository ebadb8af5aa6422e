"""What Slicer knows of the DICOM files that a volume was loaded from: by the attribute ``DICOM.instanceUIDs`` of its
node, the subject hierarchy, and, as long as the files are known to it, the DICOM database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from pydicom.datadict import dictionary_VM, dictionary_VR
from pydicom.tag import Tag

from discgrader.checked import parse_json
from discgrader.errors import DiscGraderError, UsageError
from discgrader.imaging.dicom_examinations import iso_date
from discgrader.imaging.dicom_headers import read_headers
from discgrader.imaging.identity import PERSON, Identity, Instance
from discgrader.imaging.study import Examination
from discgrader.imaging.volume import LPS_TO_RAS
from discgrader.mrml.nodes import attribute, matrix_from_vtk, set_attributes
from discgrader.progress import Progress

UIDS = "DICOM.instanceUIDs"

MR = "MR"

_TELLING = (
    "SeriesDescription",
    "ProtocolName",
    "ImageType",
    "MRAcquisitionType",
    "ContrastBolusAgent",
    "ScanningSequence",
    "ScanOptions",
    "SequenceName",
    "PulseSequenceName",
    "EchoPulseSequence",
    "InversionRecovery",
    "SpectrallySelectedSuppression",
    "AcquisitionContrast",
    "EchoTime",
    "RepetitionTime",
    "InversionTime",
    "DiffusionBValue",
)
"""The attributes that tell a contrast. For each that it does not keep, the database opens the file."""

_NO_NAME = "No name"
"""What Slicer calls a patient whose files state no name."""

_MOVED_MM = 0.01
"""A volume whose matrix differs by more from that at which its identity was kept was moved since; files keep more
digits."""

_OFF_SLICE = 0.25
"""Share of the distance between slices by which an instance may lie beside one and still hold it: files state places in
six digits, and a volume's own slices are never nearer to each other than 1."""


def identity_of(node) -> Identity | None:
    """Whose and which DICOM pictures a volume node holds; None where nothing tells, as of one that was read from NIfTI.

    What was kept with the node counts first, so that a scene that is opened elsewhere still knows. A volume that lies
    under a transform, or elsewhere than its files say, is in no frame of reference of DICOM's.

    Raises
    ------
    UsageError
        When what was kept is damaged.
    """
    kept = attribute(node, "Identity")
    what = f"The identity of {node.GetName()}"
    found = _of_slicer(node) if kept is None else Identity.from_json(parse_json(kept, what, UsageError), what)
    if found is None:
        return None
    if len(found.instances) != _slices(node):
        found = replace(found, instances=())
    kept_at = attribute(node, "IdentityPlace")
    moved = kept_at is not None and not np.allclose(json.loads(kept_at), _own_place(node), rtol=0.0, atol=_MOVED_MM)
    return replace(found, frame_of_reference_uid="") if moved or node.GetParentTransformNode() is not None else found


def keep_identity(node, identity: Identity | None = None) -> None:
    """Have a volume node, and so the scene's file, keep its identity: this one, or what Slicer knows of it now; what is
    kept already stays."""
    if attribute(node, "Identity") is None:
        identity = identity or _of_slicer(node)
        if identity is not None:
            text = json.dumps(identity.to_json(), ensure_ascii=False)
            set_attributes(node, Identity=text, IdentityPlace=json.dumps(_own_place(node).tolist()))


def header_of(node) -> dict[str, object]:
    """What DICOM states of how a volume was taken, by keyword, where the database knows its files."""
    told: dict[str, object] = {}
    for keyword in _TELLING:
        value = _value(node, keyword)
        if dictionary_VM(keyword) != "1" and value:
            told[keyword] = value.split("\\")
        elif dictionary_VR(keyword) not in ("DS", "FD") and value:
            told[keyword] = value
        elif (number := _number(value)) is not None:
            told[keyword] = number
    return told


def modality(node) -> str:
    """What made a volume, such as ``MR`` or ``CT``; empty where nothing is known."""
    return _filed(node, "", slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMSeriesModalityAttributeName())


def series_uid(node) -> str:
    """SeriesInstanceUID of a volume, as the subject hierarchy knows it; empty where it does not."""
    hierarchy, item = _place(node)
    return hierarchy.GetItemUID(item, slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName()) if item else ""


def examination_of(node) -> Examination | None:
    """The examination of the DICOM study that a node lies in; None where the hierarchy knows no date and no
    identifier."""
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    date, time, uid, description = (
        _filed(node, constants.GetDICOMLevelStudy(), name)
        for name in (
            constants.GetDICOMStudyDateAttributeName(),
            constants.GetDICOMStudyTimeAttributeName(),
            constants.GetDICOMStudyInstanceUIDAttributeName(),
            constants.GetDICOMStudyDescriptionAttributeName(),
        )
    )
    if not iso_date(date) and not uid:
        return None
    digits = time.replace(":", "")[:6]
    known = len(digits) == 6 and digits.isdecimal()
    clock = ":".join(digits[start : start + 2] for start in (0, 2, 4)) if known else ""
    return Examination(iso_date(date), clock, uid, description, _value(node, "AccessionNumber"))


def instance_uids(node) -> list[str]:
    """The SOPInstanceUIDs of a volume node as Slicer wrote them, in the order of its slices."""
    return (node.GetAttribute(UIDS) or "").split()


def files_of(node) -> tuple[Path, ...]:
    """The DICOM files of a volume: by its instances; where these are not known one by one, those of its series."""
    database = _database()
    if database is None:
        return ()
    uids = instance_uids(node)
    files = list(dict.fromkeys(filter(None, (database.fileForInstance(uid) for uid in uids))))
    series = series_uid(node)
    of_others = series and any(database.fileValue(file, _tag("SeriesInstanceUID")).strip() != series for file in files)
    if series and (len(files) < len(uids) or of_others):
        # Instance UIDs that repeat from series to series lead to another series' files.
        files = list(database.filesForSeries(series))
    elif len(files) < len(uids):
        return ()
    return tuple(map(Path, files))


def off_grid_mm(node) -> float:
    """How far a volume's slices lie from an even grid, as their files have it; 0 where that is not known.

    A slice of another direction counts as far as its ends lie from where the first one's direction would have them.
    """
    places, directions = _places(node)
    if len(places) < 2:
        return 0.0
    turned = float(np.abs(directions - directions[0]).max()) * 100.0
    normal = np.cross(directions[0, :3], directions[0, 3:])
    places = places[np.argsort(places @ normal, kind="stable")]
    share = np.linspace(0.0, 1.0, len(places))[:, None]
    even = places[0] + share * (places[-1] - places[0])
    return max(turned, float(np.linalg.norm(places - even, axis=1).max()))


def _place(node) -> tuple[Any, int]:
    """The subject hierarchy, and a node's item in it; 0 where it has none."""
    if node.GetScene() is None:
        return None, 0
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    return hierarchy, hierarchy.GetItemByDataNode(node)


def _filed(node, level: str, name: str) -> str:
    """An attribute of the patient or study (``level``) that a node is filed under, of itself where this is empty."""
    hierarchy, item = _place(node)
    if item and level:
        item = hierarchy.GetItemAncestorAtLevel(item, level)
    return (hierarchy.GetItemAttribute(item, name) or "").strip() if item else ""


def _database():
    database = getattr(slicer, "dicomDatabase", None)
    return database if database is not None and database.isOpen else None


def _value(node, keyword: str) -> str:
    """What the first of a volume's files states; empty where the database does not know it."""
    database, uids, series = _database(), instance_uids(node), series_uid(node)
    if database is None or not uids:
        return ""
    if series and (database.instanceValue(uids[0], _tag("SeriesInstanceUID")) or series).strip() != series:
        # The instance's UID is another series', too.
        files = database.filesForSeries(series)
        return (database.fileValue(files[0], _tag(keyword)) or "").strip() if files else ""
    return (database.instanceValue(uids[0], _tag(keyword)) or "").strip()


def _tag(keyword: str) -> str:
    """As the database wants it, such as ``0020,0032``."""
    tag = Tag(keyword)
    return f"{tag.group:04x},{tag.element:04x}"


def _of_slicer(node) -> Identity | None:
    uids, series = instance_uids(node), series_uid(node)
    if not uids:
        return None
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    study = _filed(node, constants.GetDICOMLevelStudy(), constants.GetDICOMStudyInstanceUIDAttributeName())
    instances, moved = _instances(node, uids)
    return Identity(
        _value(node, "PatientID") or _filed_number(node, study),
        _value(node, "StudyInstanceUID") or study,
        series or _value(node, "SeriesInstanceUID"),
        "" if moved else _value(node, "FrameOfReferenceUID"),
        _value(node, "SOPClassUID"),
        instances,
        *_person(node),
    )


def _filed_number(node, study: str) -> str:
    """The patient's ID by the hierarchy, where Slicer writes one of its own for a patient who has none."""
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    filed = _filed(node, constants.GetDICOMLevelPatient(), constants.GetDICOMPatientIDAttributeName())
    return "" if filed == f"Patient-{study}" else filed


def _person(node) -> tuple[str, str, str, str]:
    """Name, birth date, sex and age of the patient as `PERSON` orders them."""
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    patient = constants.GetDICOMLevelPatient()
    name = _filed(node, patient, constants.GetDICOMPatientNameAttributeName())
    filed = (
        "" if name == _NO_NAME else name,
        _filed(node, patient, constants.GetDICOMPatientBirthDateAttributeName()),
        _filed(node, patient, constants.GetDICOMPatientSexAttributeName()),
        "",
    )
    name, born, sex, age = (_value(node, keyword) or told for keyword, told in zip(PERSON, filed))
    return name, born, sex, age


def _instances(node, uids: Sequence[str]) -> tuple[tuple[Instance, ...], bool]:
    """The instance of each slice of a volume, none where that is not known; and whether it was moved from where its
    files have it.

    Places decide; where these are not known, the order in which Slicer wrote the UIDs does, which is that of the
    slices.
    """
    count = _slices(node)
    several = [Instance(uid, 1) for uid in uids] if len(uids) > 1 or count == 1 else []
    each = several or [Instance(uids[0], frame) for frame in range(1, len(_places(node)[0]) + 1)]
    slices = list(_slices_of_places(node, _places(node)[0]))
    known = [frame for frame in slices if frame is not None]
    if each and len(slices) == len(each) == len(known) == len(set(known)):
        by_slice = dict(zip(known, each))
        return tuple(by_slice.get(number, Instance()) for number in range(count)), False
    if len(uids) == count:
        return tuple(several), bool(slices)
    return tuple(Instance(uids[0]) for _ in range(count)) if len(uids) == 1 else (), bool(slices)


def _slices_of_places(node, places: np.ndarray) -> Iterator[int | None]:
    """Which slice of a volume, from 0, lies at each place, (n, 3) LPS mm; None where none does."""
    index_of = np.linalg.inv(LPS_TO_RAS @ _own_place(node))
    corners = np.array([0, 0, 0]), np.array(node.GetImageData().GetDimensions()) - 1
    for place in places:
        index = index_of[:3, :3] @ place + index_of[:3, 3]
        number = round(float(index[2]))
        # Rows or columns may run the other way in the node, so that the file's first pixel is another corner of it.
        on_corner = all(min(abs(index[axis] - corner[axis]) for corner in corners) < 1.0 for axis in (0, 1))
        inside = 0 <= number <= corners[1][2] and abs(index[2] - number) < _OFF_SLICE
        yield number if on_corner and inside else None


def _own_place(node) -> np.ndarray:
    """Index to RAS mm of a volume node itself, without what it lies under, shape (4, 4)."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix_from_vtk(matrix)


def _slices(node) -> int:
    return 0 if node.GetImageData() is None else int(node.GetImageData().GetDimensions()[2])


def _places(node) -> tuple[np.ndarray, np.ndarray]:
    """Where a volume's instances or frames lie, (slices, 3), and their rows' and columns' directions, (slices, 6);
    empty where that is not known."""
    uids, database = instance_uids(node), _database()
    if database is None or not uids:
        return np.zeros((0, 3)), np.zeros((0, 6))
    if len(uids) == 1 and _slices(node) > 1:
        return _of_frames(database.fileForInstance(uids[0]) or "")
    return _of_instances(database, uids)


def _of_instances(database, uids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    try:
        places, directions = (
            np.array([_numbers(database.instanceValue(uid, _tag(keyword))) for uid in uids])
            for keyword in ("ImagePositionPatient", "ImageOrientationPatient")
        )
    except ValueError:
        return np.zeros((0, 3)), np.zeros((0, 6))
    whole = places.shape == (len(uids), 3) and directions.shape == (len(uids), 6)
    return (places, directions) if whole else (np.zeros((0, 3)), np.zeros((0, 6)))


@lru_cache(maxsize=16)
def _of_frames(file: str) -> tuple[np.ndarray, np.ndarray]:
    """As `_of_instances`, of the frames of one file, which the database does not know."""
    try:
        slices, _left_out = read_headers([Path(file)], Progress()) if file else ([], [])
    except (DiscGraderError, OSError):
        slices = []
    places = np.array([frame.position for frame in slices]).reshape(-1, 3)
    return places, np.array([[*frame.row, *frame.column] for frame in slices]).reshape(-1, 6)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split("\\")]
