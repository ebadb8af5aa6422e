"""Whose and which DICOM pictures a series was made of."""

from __future__ import annotations

from dataclasses import dataclass

from discgrader.checked import checked, plain_fields
from discgrader.errors import UsageError

PERSON = ("PatientName", "PatientBirthDate", "PatientSex", "PatientAge")
"""What DICOM states of a patient beside the ID, in the order in which `Identity` has it."""


@dataclass(frozen=True)
class Instance:
    """What holds one slice in DICOM.

    Parameters
    ----------
    uid : str
        SOPInstanceUID; empty where no file holds the slice, or its file states none.
    frame : int
        Which frame of the instance it is, from 1; 0 where that is not known, or no file holds the slice.
    """

    uid: str = ""
    frame: int = 0


@dataclass(frozen=True)
class Identity:
    """Patient, study, series and instances of a series that comes from DICOM. What DICOM does not state is empty.

    Parameters
    ----------
    patient_id : str
        PatientID.
    study_instance_uid, series_instance_uid : str
    frame_of_reference_uid : str
        The coordinates that its places are in; empty, too, where it was moved since.
    sop_class_uid : str
        Of its instances.
    instances : tuple of Instance
        One for each slice of the volume along k; none where it is not known which holds which. UIDs need not be
        unique, for exports may give several instances one.
    patient_name, patient_birth_date, patient_sex, patient_age : str
        As DICOM writes them; `discgrader.imaging.patient.Patient` has them in words.
    """

    patient_id: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    frame_of_reference_uid: str = ""
    sop_class_uid: str = ""
    instances: tuple[Instance, ...] = ()
    patient_name: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    patient_age: str = ""

    def to_json(self) -> dict[str, object]:
        """All of it, in files and in a scene's texts; `from_json` gives an equal identity."""
        return plain_fields(self)

    @classmethod
    def from_json(cls, described: object, what: str = "the identity of a series") -> Identity | None:
        """The opposite of `to_json`; None of None, for a series that has none.

        Raises
        ------
        UsageError
            When a field is of the wrong kind; ``what`` says of which series.
        """
        return None if described is None else checked(described, cls, what, UsageError)
