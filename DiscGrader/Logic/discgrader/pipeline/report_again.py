"""The report of a result, written anew: with what a reader decided since, or in another language."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.checked import checked
from discgrader.errors import StudyError, UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Study
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.disc import Localization
from discgrader.packs.pack import Pack
from discgrader.pipeline.output import GRADES, Writer, default_writers, rewrite_output
from discgrader.progress import Progress
from discgrader.reading.files import load_reading, save_reading, write_readings_csv
from discgrader.reading.nobody import without_identity
from discgrader.reading.record import Found, Reading
from discgrader.reading.results import discs_now, findings, localization_of, name_certainty, new_labels, open_doubts
from discgrader.report.language import find_language
from discgrader.report.tables import examination_from_json, left_out_from_json, read_grades_json

READING = "reading.json"
"""What a reading is called in the folder of a result."""


def report_again(
    out: Path,
    packs: tuple[Pack, ...],
    *,
    reading_path: Path | None = None,
    study_path: Path | None = None,
    language: str = "en",
    identity: bool = True,
    overwrite: bool = False,
    progress: Progress = Progress(),
) -> Reading | None:
    """Write report, tables, boxes and reading of a result anew; nothing is graded.

    Parameters
    ----------
    out : Path
        The folder that ``discgrader grade`` wrote.
    packs : tuple of Pack
        Whose cards the report shows.
    reading_path : Path, optional
        A saved reading of the study; by default the one that the folder holds, or none.
    study_path : Path, optional
        Where the pictures lie; by default where they lay when it was graded.
    language : str
    identity : bool
        Whether what is written tells whose pictures they are; what was left out once does not come back.
    overwrite : bool
        Whether to replace files that were changed since.
    progress : Progress
        Notified of each stage, and may stop the work; the folder is left as it was then.

    Returns
    -------
    Reading or None
        The reading that stands in the report.

    Raises
    ------
    UsageError, StudyError, OutputError
        When result, reading and study do not belong together, or cannot be read or written.
    """
    find_language(language)
    document = read_grades_json(out / GRADES)
    identity = identity and document.get("settings", {}).get("identity", True)
    if not identity:
        _refuse_scene(out)
    reading = _reading(out, document, reading_path)
    path = _study_path(out, document, study_path)
    progress.report("Reading", 0.0, path.name)
    study = _study(path, document, progress.part(0.0, 0.3))
    result = _result(out, document, study, reading, progress.part(0.3, 0.6))
    shown = tuple(pack for pack in packs if pack.name in _pack_names(document))
    if not identity:
        result, reading = result.without_identity, None if reading is None else without_identity(reading)
    writers: dict[str, Writer] = dict(default_writers(shown, reading, language))
    if reading is not None:
        kept = reading
        writers["reading"] = lambda _result, folder, _progress: _write_reading(kept, folder)
    settings: dict[str, object] = {"language": language}
    if not identity:
        settings |= {"identity": False, "study": None, "rois": None}
    rewrite_output(out, result, writers, settings=settings, overwrite=overwrite, progress=progress.part(0.6, 1.0))
    return reading


def _refuse_scene(out: Path) -> None:
    """A scene is not written anew, and may tell whose study it is."""
    scene = out / "study.mrb"
    if scene.is_file():
        raise UsageError(
            f"{scene} may tell whose study it is, and is not written anew; move it elsewhere, or grade the study again "
            "with --no-identity."
        )


def _reading(out: Path, document: Mapping, path: Path | None) -> Reading | None:
    """The reading that was named, or that the folder holds."""
    if path is None and not (out / READING).is_file():
        return None
    path = path or out / READING
    reading = load_reading(path)
    if reading.study != document["study"]:
        raise UsageError(
            f"{path} is a reading of the study {reading.study}, and {out} has the results of {document['study']}; "
            "choose the reading of this study."
        )
    found, graded = {disc.found_level for disc in reading.discs} - {None}, {one["level"] for one in document["discs"]}
    if not found & graded:
        raise UsageError(f"{path} reads none of the discs of {out}; choose the reading of this result.")
    return reading


def _study_path(out: Path, document: Mapping, given: Path | None) -> Path:
    """Where the pictures lie."""
    stated = document.get("settings", {}).get("study")
    path = given or (out / stated if isinstance(stated, str) and stated else None)
    if path is None or not path.exists():
        where = "is not known" if path is None else f"is no longer at {path}" if given is None else f"is not at {path}"
        raise UsageError(f"The study that {out} was graded from {where}; name it with --study.")
    return path


def _study(path: Path, document: Mapping, progress: Progress) -> Study:
    """The series that were graded."""
    settings = document.get("settings", {})
    read = read_study(path, roles=settings.get("roles"), progress=progress)
    by_name = {series.name: series for series in read.series}
    for stated in document["series"]:
        series = by_name.get(stated["name"])
        if series is None or list(series.volume.size) != list(stated["size"]):
            raise StudyError(
                f"{path} has no series {stated['name']} of {' x '.join(map(str, stated['size']))} voxels, which the "
                "results were graded from; name the study of these results with --study."
            )
    names = [stated["name"] for stated in document["series"]]
    return Study(
        document["study"],
        tuple(by_name[name] for name in names),
        (),
        left_out_from_json(document),
        examination_from_json(document.get("examination")),
    )


def _result(
    out: Path, document: Mapping[str, Any], study: Study, reading: Reading | None, progress: Progress
) -> StudyResult:
    """The result as it stands now: the reader's names and boxes, the packs' grades."""
    progress.report("Reading", 0.0, "segmentation")
    segmentation, _warnings = read_volume(out / "segmentation.nii.gz", progress)
    levels = {one["level"]: one["level"] for one in document["discs"]}
    told = tuple(document["warnings"])
    if reading is not None and reading.found is not None:
        localization = localization_of(reading, _relabeled(segmentation, new_labels(reading)))
        if localization is None:
            raise UsageError(f"The reading of {reading.study} has no discs left; there is nothing to report.")
        probability, alternatives = name_certainty(reading)
        doubts = open_doubts(reading)
        localization = replace(
            localization,
            warnings=findings(reading),
            name_doubts=doubts,
            name_probability=probability,
            name_alternatives=alternatives,
        )
        settled = set(reading.found.name_doubts) - set(doubts)
        told = tuple(warning for warning in told if warning not in settled)
        discs = tuple(
            DiscResult(now, disc.grading.grades, disc.grading.not_graded) if disc.grading else DiscResult(now, ())
            for disc, now in discs_now(reading)
        )
        levels = {disc.found_level: disc.level for disc in reading.present if disc.found_level is not None}
    else:
        discs = tuple(checked(document["discs"], tuple[DiscResult, ...], str(out / GRADES), UsageError))
        localization = _localization(out, document, segmentation, discs)
    maps, series = _saliency(out, document, levels, progress)
    repeated = set(StudyResult(study, localization, discs).not_graded)
    return StudyResult(
        study=study,
        localization=localization,
        discs=discs,
        saliency=maps,
        saliency_series=series,
        warnings=tuple(warning for warning in told if warning not in repeated),
        software=document.get("software", {}),
    )


def _localization(
    out: Path, document: Mapping[str, Any], segmentation: Volume, discs: tuple[DiscResult, ...]
) -> Localization:
    stated = document.get("report_from", {}).get("found")
    if stated is None:
        raise UsageError(
            f"{out} was written by an older version of DiscGrader, which kept too little for another report; grade the "
            "study again, or name its reading with --reading."
        )
    found = checked(stated, Found, str(out / GRADES), UsageError)
    return Localization(
        series_name=found.series_name,
        segmentation=segmentation,
        discs=tuple(graded.disc for graded in discs),
        warnings=found.warnings,
        name_doubts=found.name_doubts,
        misfits=found.misfits,
        name_probability=found.name_probability,
        name_alternatives=found.name_alternatives,
        shifts_lps_mm={name: np.array(shift, float) for name, shift in found.shifts_lps_mm.items()},
    )


def _relabeled(segmentation: Volume, labels: Mapping[int, int]) -> Volume:
    """The segmentation with other values for its discs, as where a disc was added below them."""
    array = segmentation.array.copy()
    for old, new in labels.items():
        array[segmentation.array == old] = new
    return segmentation.with_array(array)


def _saliency(
    out: Path, document: Mapping, levels: Mapping[str, str], progress: Progress
) -> tuple[CompactMaps, dict[tuple[str, str, str], str]]:
    """The maps of the discs that there still are, under the names that these have now."""
    stated = document.get("report_from", {}).get("saliency_series", {})
    maps, series = CompactMaps(), {}
    wanted = [
        (one["level"], grade["system"], grade["task"])
        for one in document["discs"]
        if one["level"] in levels
        for grade in one["grades"]
    ]
    for number, (level, system, task) in enumerate(wanted):
        path = out / "saliency" / f"{level}_{system}_{task}.nii.gz"
        name = stated.get(f"{level}_{system}_{task}")
        if name is None or not path.is_file():
            continue
        progress.report("Reading", number / len(wanted), path.name)
        key = (levels[level], system, task)
        maps.add(key, read_volume(path, progress)[0])
        series[key] = name
    return maps, series


def _pack_names(document: Mapping) -> set[str]:
    listed = {pack["name"] for pack in document.get("settings", {}).get("packs", ())}
    return listed | {grade["pack"] for disc in document["discs"] for grade in disc["grades"]}


def _write_reading(reading: Reading, folder: Path) -> None:
    save_reading(reading, folder / READING)
    write_readings_csv([reading], folder / "reading.csv")
