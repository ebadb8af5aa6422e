"""Grades of two sources on the same discs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.reading.files import is_reading, read_json, reading_from_json
from discgrader.reading.record import DiscReading, Reading
from discgrader.reading.results import reading_of_grades

READER, AI = "reader", "ai"


@dataclass(frozen=True)
class Source:
    """One side of a comparison.

    Parameters
    ----------
    name : str
        As the user gave it.
    voice : str
        `READER`: what readers decided; `AI`: what packs said.
    readings : mapping of study to Reading
    """

    name: str
    voice: str
    readings: Mapping[str, Reading]

    def of_ai(self) -> "Source":
        """What packs said in these readings."""
        return Source(f"the AI in {self.name}", AI, self.readings)

    def grade(self, disc: DiscReading, system: str, task: str) -> str | None:
        """This side's grade, or None where it gave none."""
        if self.voice == READER:
            return disc.reader_grade(system, task)
        ai = disc.ai_grade(system, task)
        return None if ai is None else ai.grade

    def level(self, disc: DiscReading) -> str:
        """This side's name of a disc."""
        return disc.level if self.voice == READER else disc.found_level or disc.level


@dataclass(frozen=True)
class Pair:
    """Two grades of one disc, and the level that each side names it by."""

    study: str
    level_a: str
    level_b: str
    system: str
    task: str
    grade_a: str
    grade_b: str


@dataclass(frozen=True)
class Pairing:
    """What two sources have in common.

    Parameters
    ----------
    pairs : tuple of Pair
    studies, discs : int
        That both have.
    named_differently : int
        Discs of them that bear another level in each.
    only_a, only_b : int
        Discs of common studies that one side alone has.
    studies_only_a, studies_only_b : tuple of str
        Studies that one side alone has.
    """

    pairs: tuple[Pair, ...]
    studies: int
    discs: int
    named_differently: int
    only_a: int
    only_b: int
    studies_only_a: tuple[str, ...]
    studies_only_b: tuple[str, ...]


def load_source(path: Path) -> Source:
    """The readings, or the ``grades.json``, that a file is or a folder and its subfolders hold.

    A folder is searched for ``*.json`` in itself, and for ``*.reading.json`` and ``grades.json`` in its subfolders, as
    ``batch`` makes them. Where there are readings, grades.json beside them are left aside.

    Raises
    ------
    UsageError
        When there is neither, a file is broken, or a study comes twice.
    """
    path = Path(path)
    if not path.exists():
        raise UsageError(f"{path} does not exist; give a reading, a grades.json or a folder of these.")
    found = [(file, read_json(file)) for file in _files(path)]
    for one, document in found:
        if not is_reading(document) and not _is_grades(document):
            raise UsageError(f"{one} is neither a reading nor a grades.json; remove it, or give another file.")
    readings = [(one, reading_from_json(document, one)) for one, document in found if is_reading(document)]
    if readings:
        return Source(str(path), READER, _by_study(readings))
    return Source(str(path), AI, _by_study([(one, _of_grades(document, one)) for one, document in found]))


def pair(a: Source, b: Source) -> Pairing:
    """The grades that both sides gave, disc by disc.

    Discs are the same where the middle of one's box lies in the other's, whatever either side calls them, so that a
    wrong count of one side does not pass for disagreement on every grade.

    Raises
    ------
    UsageError
        When the two have no study, or no graded disc, in common.
    """
    common = [study for study in a.readings if study in b.readings]
    if not common:
        raise UsageError(
            f"{a.name} and {b.name} have no study in common ({_some(a.readings)} and {_some(b.readings)}); "
            "give readings of the same studies."
        )
    pairs, discs, renamed, only_a, only_b = [], 0, 0, 0, 0
    for study in common:
        ones, others = a.readings[study].present, b.readings[study].present
        same = _same_discs(ones, others)
        discs += len(same)
        only_a += len(ones) - len(same)
        only_b += len(others) - len(same)
        for one, other in same:
            level_a, level_b = a.level(one), b.level(other)
            renamed += level_a != level_b
            for system, task in one.tasks:
                grade_a, grade_b = a.grade(one, system, task), b.grade(other, system, task)
                if grade_a is not None and grade_b is not None:
                    pairs.append(Pair(study, level_a, level_b, system, task, grade_a, grade_b))
    if not pairs:
        raise UsageError(
            f"{a.name} and {b.name} have no graded disc in common; unread grades do not count: "
            "accept or override them first."
        )
    only = [tuple(study for study in x.readings if study not in y.readings) for x, y in ((a, b), (b, a))]
    return Pairing(tuple(pairs), len(common), discs, renamed, only_a, only_b, *only)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    own = [file for file in path.glob("*.json") if not file.name.startswith(".")]
    below = [file for pattern in ("*/*.reading.json", "*/grades.json") for file in path.glob(pattern)]
    if not own and not below:
        raise UsageError(f"{path} contains neither a reading nor a grades.json; give another folder.")
    return sorted(own) + sorted(file for file in below if not file.parent.name.startswith("."))


def _is_grades(document: object) -> bool:
    return isinstance(document, Mapping) and isinstance(document.get("study"), str) and "discs" in document


def _of_grades(document: object, path: Path) -> Reading:
    try:
        return reading_of_grades(document, "none")
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _by_study(found: list[tuple[Path, Reading]]) -> dict[str, Reading]:
    by_study: dict[str, tuple[Path, Reading]] = {}
    for path, reading in found:
        if reading.study in by_study:
            raise UsageError(
                f"{by_study[reading.study][0]} and {path} are both of the study {reading.study}; give only one of them."
            )
        by_study[reading.study] = (path, reading)
    return {study: reading for study, (_, reading) in by_study.items()}


def _same_discs(
    ones: tuple[DiscReading, ...], others: tuple[DiscReading, ...]
) -> list[tuple[DiscReading, DiscReading]]:
    """Discs at one place, the closest first."""
    near = []
    for i, one in enumerate(ones):
        for j, other in enumerate(others):
            apart = float(np.linalg.norm(np.subtract(one.box.center_lps_mm, other.box.center_lps_mm)))
            if one.box.contains(other.box.center_lps_mm) or other.box.contains(one.box.center_lps_mm):
                near.append((apart, i, j))
    same: dict[int, int] = {}
    for _, i, j in sorted(near):
        if i not in same and j not in same.values():
            same[i] = j
    return [(ones[i], others[same[i]]) for i in sorted(same)]


def _some(studies: Mapping[str, Reading]) -> str:
    names = list(studies)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
