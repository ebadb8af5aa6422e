"""A study of the scene as files: results, report and reading in one folder."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from discgrader.grading.systems import find_task, scale_of
from discgrader.mrml.readback import result_of_reading
from discgrader.packs.pack import default_packs
from discgrader.pipeline.output import default_writers, write_output
from discgrader.progress import Progress
from discgrader.reading.files import save_reading, write_readings_csv
from discgrader.reading.record import OVERRIDDEN, Reading


def report_export(scene, reading: Reading, folder: Path) -> Callable[[Progress], Path]:
    """What writes the folder, to be called in any thread; the scene is read here and now.

    The folder holds what ``discgrader grade`` writes, and ``reading.json`` and ``reading.csv``. The report says of
    every grade that the reader has overridden, by what and why.

    Raises
    ------
    UsageError
        As `result_of_reading`.
    """
    result = result_of_reading(scene, reading)
    result = replace(result, warnings=(*result.warnings, *overrides_in_words(reading)))

    def write(progress: Progress) -> Path:
        writers = dict(default_writers(default_packs()))
        writers["reading"] = lambda _result, to, _progress: _write_reading(reading, to)
        write_output(result, folder, writers, progress=progress)
        return folder

    return write


def overrides_in_words(reading: Reading) -> tuple[str, ...]:
    """A sentence for each grade that the reader has overridden."""
    lines = []
    for disc in reading.present:
        for system, task in disc.tasks:
            said, ai, scale = disc.decision(system, task), disc.ai_grade(system, task), scale_of(system, task)
            if said is None or disc.status(system, task) != OVERRIDDEN:
                continue
            line = f"{disc.level} {find_task(system, task).title}: {said.reader} says {scale.label_of(said.grade)}"
            line += f", the AI says {ai.label}" if ai is not None else ""
            lines.append(f"{line} ({said.reason})." if said.reason else f"{line}.")
    return tuple(lines)


def _write_reading(reading: Reading, folder: Path) -> None:
    save_reading(reading, folder / "reading.json")
    write_readings_csv([reading], folder / "reading.csv")
