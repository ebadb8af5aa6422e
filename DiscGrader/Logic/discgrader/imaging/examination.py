"""Which examination a study is of."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Examination:
    """What DICOM says of an examination.

    Parameters
    ----------
    date : str
        ISO 8601, ``""`` where nothing states it.
    time : str
        Hours, minutes and seconds as ``hh:mm:ss``, ``""`` where nothing states it.
    uid : str
        StudyInstanceUID, ``""`` where there is none.
    description : str
        What the study is called by whoever took it.
    accession : str
        Accession number.
    """

    date: str = ""
    time: str = ""
    uid: str = ""
    description: str = ""
    accession: str = ""

    def beside(self, others: Iterable["Examination"]) -> str:
        """In words that tell it from others: with the time where one of them is of the same day."""
        same_day = any(other.date == self.date and other is not self for other in others)
        return f"{self.date} {self.time}, {self.description}".strip(", ") if same_day and self.time else self.in_words

    @property
    def in_words(self) -> str:
        """Date and description, for people."""
        texts = [text for text in (self.date or "date unknown", self.description) if text]
        return ", ".join(texts)
