"""What a MRML scene holds of a study, as a result again, and as files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.identity import Identity
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.disc import Disc, Localization
from discgrader.mrml.dicom_source import identity_of
from discgrader.mrml.node_cache import NodeCache
from discgrader.mrml.nodes import attribute, study_nodes
from discgrader.mrml.stored import reading_in_scene
from discgrader.mrml.volumes import slices_reversed, volume_from_node
from discgrader.packs.pack import default_packs
from discgrader.pipeline.output import default_writers, write_output
from discgrader.progress import Progress
from discgrader.reading.files import save_reading, write_readings_csv
from discgrader.reading.nobody import without_identity
from discgrader.reading.record import DiscReading, Reading
from discgrader.reading.results import discs_now, findings, localization_of, name_certainty, new_labels, open_doubts
from discgrader.report.language import nearest_language
from discgrader.report.tables import examination_from_json, left_out_from_json


def studies_in_scene(scene) -> tuple[str, ...]:
    """Names of the studies that the scene holds a result of."""
    return _studies(scene, "provenance")


def studies_with_discs(scene) -> tuple[str, ...]:
    """Names of the studies that the scene holds boxes or a result of."""
    return _studies(scene, "roi", "provenance")


def one_study(scene, study: str | None = None) -> str:
    """The study that is meant: the named one, or the only one whose discs the scene holds.

    Raises
    ------
    UsageError
        When there is none such, or several and none is named.
    """
    studies = studies_with_discs(scene)
    if not studies:
        raise UsageError("The scene contains no DiscGrader results; find discs or grade a study first.")
    if study is None and len(studies) > 1:
        raise UsageError(f"The scene contains results for {', '.join(studies)}; specify the study.")
    if study is not None and study not in studies:
        raise UsageError(f"The scene contains no results for {study}; it contains results for {', '.join(studies)}.")
    return study or studies[0]


def _studies(scene, *kinds: str) -> tuple[str, ...]:
    nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    found = (attribute(node, "Study") for node in nodes if attribute(node, "Kind") in kinds)
    return tuple(dict.fromkeys(name for name in found if name))


def result_from_scene(scene, study: str | None = None) -> StudyResult:
    """The result of a study in a scene, its boxes as they stand now.

    All warnings come back as the result's own, what was not graded with each disc; of scenes of older versions that is
    among the warnings too, and left-handed series come back with their slices in reverse order.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : str, optional
        Which one, where the scene holds several.

    Raises
    ------
    UsageError
        When the scene holds no result, or several and none is named.
    """
    studies = studies_in_scene(scene)
    if study is None and len(studies) == 1:
        study = studies[0]
    if study is None or study not in studies:
        known = f"it contains results for {', '.join(studies)}" if studies else "grade a study first"
        raise UsageError(f"The scene contains no results for {study}; {known}." if study else _none_named(studies))
    return result_of_reading(scene, reading_in_scene(scene, study))


def result_of_reading(scene, reading: Reading) -> StudyResult:
    """A reading's study as a result, with the pictures that the scene holds of it."""
    study = _study(reading, _described(scene, reading, _series))
    localization = localization_in(scene, reading, NodeCache(scene))
    if reading.examined is None or localization is None:
        raise UsageError(f"The study {reading.study} has not been graded yet; grade it first.")
    probability, alternatives = name_certainty(reading)
    examined: Any = reading.examined
    told = tuple(str(warning) for warning in examined["warnings"])
    maps, map_series = _saliency(scene, study)
    return StudyResult(
        study=study,
        localization=replace(
            localization,
            warnings=findings(reading),
            name_doubts=open_doubts(reading),
            name_probability=probability,
            name_alternatives=alternatives,
        ),
        discs=tuple(_graded(disc, now) for disc, now in discs_now(reading)),
        saliency=maps,
        saliency_series=map_series,
        warnings=tuple(warning for warning in told if reading.named is None or warning not in localization.name_doubts),
        software=examined["software"] or {},
    )


def localization_in(scene, reading: Reading, cache: NodeCache) -> Localization | None:
    """The discs of a reading with the segmentation that the scene holds of them; None without any."""
    segmentations = study_nodes(scene, reading.study, "segmentation")
    if not segmentations or not reading.present:
        return None
    return localization_of(reading, cache.segmentation(segmentations[0], new_labels(reading)))


def study_of(scene, reading: Reading, cache: NodeCache) -> Study:
    """The series that a study was graded from, as they are in the scene now, ready to be graded anew.

    Raises
    ------
    UsageError
        When it has not been graded, or one of its series is gone.
    """
    return _study(reading, _described(scene, reading, cache.described))


def series_nodes(scene, study: str) -> dict[str, object]:
    """The volume nodes of a study's series by the series' names."""
    return {attribute(node, "Series") or "": node for node in study_nodes(scene, study, "series")}


def report_export(
    scene, reading: Reading, folder: Path, language: str = "en", identity: bool = True
) -> Callable[[Progress], Path]:
    """What writes the folder, to be called in any thread; the scene is read here and now.

    The folder holds what ``discgrader grade`` writes, and ``reading.json`` and ``reading.csv``. Report and tables have
    what the reader decided first and what packs say beside it; the report is in the ``language`` of this code, or
    else in English. Without ``identity`` nothing that is written tells whose study it is.

    Raises
    ------
    UsageError
        As `result_of_reading`.
    """
    result = result_of_reading(scene, reading)
    if not identity:
        result, reading = result.without_identity, without_identity(reading)
    read = reading if reading.reader.strip() else None
    wanted = nearest_language(language).code

    def write(progress: Progress) -> Path:
        writers = dict(default_writers(default_packs(), read, wanted))
        writers["reading"] = lambda _result, to, _progress: _write_reading(reading, to)
        write_output(result, folder, writers, progress=progress)
        return folder

    return write


def _described(scene, reading: Reading, make: Callable[[object, Mapping], Series]) -> tuple[Series, ...]:
    """What is made of each series that the study was graded from: of its node, and of what ``grades.json`` says."""
    if reading.examined is None:
        raise UsageError(f"The study {reading.study} has not been graded yet; grade it first.")
    nodes = series_nodes(scene, reading.study)
    described: Any = reading.examined.get("series", ())
    gone = [entry["name"] for entry in described if entry["name"] not in nodes]
    if gone:
        raise UsageError(f"The series '{gone[0]}' is no longer in the scene; load it and grade the study again.")
    return tuple(make(nodes[entry["name"]], entry) for entry in described)


def _study(reading: Reading, series: tuple[Series, ...]) -> Study:
    examined: Any = reading.examined
    examination = examination_from_json(examined.get("examination"))
    return Study(reading.study, series, (), left_out_from_json(examined), examination)


def _series(node, described: Mapping) -> Series:
    return Series(
        name=described["name"],
        volume=volume_from_node(node),
        plane=Plane(described["plane"]),
        contrast=Contrast(described["contrast"]),
        contrast_reason=described["contrast_reason"],
        warnings=tuple(described["warnings"]),
        probability=described.get("contrast_probability"),
        traits=tuple(described.get("traits", ())),
        identity=Identity.from_json(described.get("identity"), described["name"]) or identity_of(node),
    )


def _graded(disc: DiscReading, now: Disc) -> DiscResult:
    return DiscResult(now, disc.grading.grades, disc.grading.not_graded) if disc.grading else DiscResult(now, ())


def _none_named(studies: tuple[str, ...]) -> str:
    if studies:
        return f"The scene contains results for {', '.join(studies)}; specify the study."
    return "The scene contains no DiscGrader results; grade a study first."


def _saliency(scene, study: Study):
    geometry = {series.name: series.volume for series in study.series}
    maps, map_series = CompactMaps(), {}
    for node in study_nodes(scene, study.name, "saliency"):
        level, system, task, series = (attribute(node, name) or "" for name in ("Level", "System", "Task", "Series"))
        key = (level, system, task)
        map_series[key] = series
        maps.add(key, _whole(volume_from_node(node), geometry[map_series[key]]))
    return maps, map_series


def _whole(part: Volume, geometry: Volume) -> Volume:
    """A cropped map in the whole geometry that it was cropped from, whose slices may be in reverse order."""
    if np.linalg.det(part.affine_lps[:3, :3]) * np.linalg.det(geometry.affine_lps[:3, :3]) < 0:
        part = slices_reversed(part)
    start = np.rint(geometry.lps_to_index(part.affine_lps[:3, 3])).astype(int)[::-1]
    array = np.zeros(geometry.array.shape, part.array.dtype)
    array[tuple(slice(a, a + n) for a, n in zip(start, part.array.shape, strict=True))] = part.array
    return Volume(array, geometry.affine_lps)


def _write_reading(reading: Reading, folder: Path) -> None:
    save_reading(reading, folder / "reading.json")
    write_readings_csv([reading], folder / "reading.csv")
