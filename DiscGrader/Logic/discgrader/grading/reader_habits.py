"""Grades as the readers of one of a pack's data sets give them.

Two readers who see the same disc draw the lines between grades in different places: those of Sudirman's lumbar set
call most discs II where SPIDER's call them I or III. A pack that learned from several data sets gives the grades of
the first one's readers, and states for each of the others a temperature and a bias upon the logarithms of the
probabilities, fitted to discs that it had not seen (vector scaling, Guo et al., ICML 2017).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.calibration import recalibrated
from discgrader.grading.calls import default_calls, positions
from discgrader.grading.results import DiscResult, Grade
from discgrader.grading.sums import with_sums
from discgrader.grading.systems import System, find_system
from discgrader.packs.description import Recalibration
from discgrader.packs.pack import Pack


def known_readers(packs: Iterable[Pack]) -> tuple[str, ...]:
    """Whose habits these packs know beside their own, by name."""
    return tuple(sorted({name for pack in packs for name in pack.readers}))


def check_reader(reader: str, packs: Iterable[Pack]) -> None:
    """Refuse readers whose habits no pack knows.

    Raises
    ------
    UsageError
        Naming those that are known.
    """
    known = known_readers(packs)
    if reader and reader not in known:
        choice = f"choose one of {', '.join(known)}" if known else "none of the packs knows another's than its own"
        raise UsageError(f"No pack knows how the readers of {reader!r} grade; {choice}.")


def as_read_by(result: DiscResult, reader: str, packs: Mapping[str, Pack]) -> DiscResult:
    """A disc's grades as a data set's readers give them; those of packs that do not know them stay.

    Parameters
    ----------
    result : DiscResult
    reader : str
        As in the packs' ``readers``; empty for the packs' own.
    packs : mapping of str to Pack
        By system.
    """
    grades = {(grade.system, grade.task): grade for grade in result.grades}
    for name, pack in packs.items():
        habits = pack.readers.get(reader)
        own = {task: grade for (system, task), grade in grades.items() if system == name}
        if habits and own and all(grade.pack_sha256 == pack.sha256 for grade in own.values()):
            grades |= {(name, task): grade for task, grade in _changed(pack, own, habits, reader).items()}
    return replace(result, grades=tuple(grades.values()))


def _changed(
    pack: Pack, grades: Mapping[str, Grade], habits: Mapping[str, Recalibration], reader: str
) -> dict[str, Grade]:
    system = find_system(pack.system)
    shares = _shares(system, grades, habits)
    given = positions(system, shares, default_calls(pack))
    touched = {task for task in grades if task in habits or _summed(system, task) in habits}
    return {
        task: replace(
            grade,
            grade=[*grade.probabilities][given[task]],
            label=system.scale(task).labels[given[task]],
            probabilities=dict(zip(grade.probabilities, map(float, shares[task]), strict=True)),
            read_as=reader if task in touched else grade.read_as,
        )
        for task, grade in grades.items()
    }


def _shares(system: System, grades: Mapping[str, Grade], habits: Mapping[str, Recalibration]) -> dict[str, np.ndarray]:
    shares = {task: np.array([*grade.probabilities.values()]) for task, grade in grades.items()}
    found = {task: own for task, own in shares.items() if _summed(system, task) not in habits}
    for task, habit in habits.items():
        if task in found:
            found[task] = recalibrated(found[task], habit.temperature, habit.bias)
    # A sum whose summands are not there stays what it was.
    return {**shares, **with_sums(system, found)}


def _summed(system: System, task: str) -> str:
    """The task that another one sums; empty where it sums none."""
    sums = system.task(task).sums
    return "" if sums is None else sums.task
