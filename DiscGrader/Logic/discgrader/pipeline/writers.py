"""What writes each kind of file of a result."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from discgrader.grading.results import StudyResult
from discgrader.imaging.files import write_volume
from discgrader.jobs.threads import in_threads
from discgrader.packs.pack import Pack
from discgrader.pipeline.output import GRADES, Writer
from discgrader.progress import Progress


def default_writers(packs: Sequence[Pack] = ()) -> Mapping[str, Writer]:
    """The writers of all files that every result has, by what they write."""
    return {
        "tables": write_tables,
        "segmentation": write_segmentation,
        "ROI boxes": write_boxes,
        "saliency": write_saliency,
        "report": _ReportWriter(packs),
    }


def write_tables(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``grades.json`` and ``grades.csv``."""
    from discgrader.report.tables import grades_json, grades_rows, write_grades_csv, write_grades_json

    write_grades_json(result, folder / GRADES)
    write_grades_csv(grades_rows(grades_json(result)), folder / "grades.csv")


def write_segmentation(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``segmentation.nii.gz``."""
    write_volume(result.localization.segmentation, folder / "segmentation.nii.gz")


def write_boxes(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``rois/<level>.mrk.json``, each in the color of the disc's main grade."""
    from discgrader.report.rois import write_rois
    from discgrader.report.words import definition, main_grade

    rois = folder / "rois"
    rois.mkdir()
    main = {one.disc.level: main_grade(one) for one in result.discs}
    colors = {level: definition(grade, grade.grade).rgb for level, grade in main.items() if grade is not None}
    write_rois(rois, [one.disc for one in result.discs], colors)


def write_saliency(result: StudyResult, folder: Path, progress: Progress) -> None:
    """``saliency/<level>_<system>_<task>.nii.gz``."""
    if not result.saliency:
        return
    maps = folder / "saliency"
    maps.mkdir()

    def write(key: tuple[str, str, str]) -> str:
        name = "_".join(key)
        write_volume(result.saliency[key], maps / f"{name}.nii.gz")
        return name

    for number, name in enumerate(in_threads(write, list(result.saliency)), 1):
        progress.report("Writing", number / len(result.saliency), name)


class _ReportWriter:
    """``report.html``, with the cards of the packs."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = tuple(packs)

    def __call__(self, result: StudyResult, folder: Path, progress: Progress) -> None:
        from discgrader.report.background import pack_card
        from discgrader.report.html import write_report

        write_report(result, folder / "report.html", pack_cards=[pack_card(pack) for pack in self._packs])
