"""What a MRML scene holds of a study, as a result again."""

import json
from dataclasses import replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import CompactMaps
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.labels import disc_label
from discgrader.mrml.held_series import HeldSeries
from discgrader.mrml.nodes import attribute, disc_from_node, volume_from_node
from discgrader.mrml.scene import study_nodes
from discgrader.report.tables import examination_from_json, left_out_from_json, not_graded_of


def studies_in_scene(scene) -> tuple[str, ...]:
    """Names of the studies that the scene holds a result of."""
    texts = [
        scene.GetNthNodeByClass(number, "vtkMRMLTextNode")
        for number in range(scene.GetNumberOfNodesByClass("vtkMRMLTextNode"))
    ]
    return tuple(attribute(node, "Study") for node in texts if attribute(node, "Kind") == "provenance")


def studies_with_discs(scene) -> tuple[str, ...]:
    """Names of the studies that the scene holds boxes or a result of."""
    found = [
        attribute(scene.GetNthNode(number), "Study")
        for number in range(scene.GetNumberOfNodes())
        if attribute(scene.GetNthNode(number), "Kind") in ("roi", "provenance")
    ]
    return tuple(dict.fromkeys(name for name in found if name))


def result_from_scene(scene, study: str | None = None) -> StudyResult:
    """The result of a study that `populate_scene` put into a scene, its boxes as they stand now.

    Left-handed series come back with their slices in reverse order. All warnings come back as the result's own, what
    was not graded with each disc; of scenes of older versions that is among the warnings too.

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
    if study not in studies:
        known = f"it holds {', '.join(studies)}" if studies else "grade a study first"
        raise UsageError(f"The scene holds no result of {study}; {known}." if study else _none_named(studies))
    document = json.loads(study_nodes(scene, study, "provenance")[0].GetText())
    series = tuple(_series(scene, study, described) for described in document["series"])
    settled, names = settled_in_scene(scene, study), names_in_scene(scene, study)
    localization = localization_from_scene(scene, study)
    localization = replace(
        localization,
        warnings=findings_in_scene(scene, study),
        name_doubts=tuple(one for one in localization.name_doubts if one not in settled),
        name_probability=names["probability"],
        name_alternatives=names["alternatives"],
    )
    known = {described["level"]: described for described in document["discs"]}
    told_by_discs = not_graded_of(document)
    maps, map_series = _saliency(scene, study, series)
    return StudyResult(
        study=Study(
            study, series, (), left_out_from_json(document), examination_from_json(document.get("examination"))
        ),
        localization=localization,
        discs=tuple(_disc_result(disc, known.get(disc.level, {})) for disc in localization.discs),
        saliency=maps,
        saliency_series=map_series,
        warnings=tuple(one for one in document["warnings"] if one not in told_by_discs),
        software=document["software"],
    )


def localization_from_scene(scene, study: str, held: HeldSeries | None = None) -> Localization | None:
    """The discs of a study that `put_localization` put into a scene, their boxes as they stand now; None without
    any."""
    segmentations = study_nodes(scene, study, "segmentation")
    boxes = study_nodes(scene, study, "roi")
    discs = [disc_from_node(node) for node in boxes]
    if not segmentations or not discs:
        return None
    labels = {
        int(attribute(node, "Label")): disc_label(disc.index_from_sacrum)
        for node, disc in zip(boxes, discs, strict=True)
        if attribute(node, "Label")
    }
    discs.sort(key=lambda disc: disc.index_from_sacrum)
    segmentation = segmentations[0]
    facts = _found(segmentation)
    return Localization(
        series_name=attribute(segmentation, "Series"),
        segmentation=(held or HeldSeries(scene)).segmentation(segmentation, labels),
        discs=tuple(discs),
        warnings=tuple(facts.get("warnings", ())),
        name_doubts=tuple(facts.get("name_doubts", ())),
        misfits=tuple(facts.get("misfits", ())),
        grade_anyway=bool(attribute(segmentation, "GradeAnyway")),
        name_probability=facts.get("name_probability"),
        name_alternatives=facts.get("name_alternatives", {}),
        shifts_lps_mm={name: np.array(shift, float) for name, shift in facts.get("shifts_lps_mm", {}).items()},
    )


def findings_in_scene(scene, study: str) -> tuple[str, ...]:
    """What was doubtful about a study as a whole when its discs were found, and no reader has settled since."""
    settled = settled_in_scene(scene, study)
    return tuple(one for one in _fact(scene, study, "warnings") if one not in settled)


def misfits_in_scene(scene, study: str) -> tuple[str, ...]:
    """Why a study is hardly a lumbar spine on MR; see `Localization`."""
    return _fact(scene, study, "misfits")


def name_doubts_in_scene(scene, study: str) -> tuple[str, ...]:
    """What was doubtful about the names of a study's discs when they were found; see `Localization`."""
    return _fact(scene, study, "name_doubts")


def settled_in_scene(scene, study: str) -> tuple[str, ...]:
    """Those of them that a reader has settled since, by saying what the lowest disc is called."""
    named = any(attribute(one, "Named") for one in study_nodes(scene, study, "segmentation"))
    return name_doubts_in_scene(scene, study) if named else ()


def names_in_scene(scene, study: str) -> dict:
    """How sure the names of a study's discs are, and what else the lowest may be called, as ``grades.json`` says it but
    for the lowest disc itself: certain once a reader has said what it is."""
    segmentations = study_nodes(scene, study, "segmentation")
    if any(attribute(one, "Named") for one in segmentations):
        return {"probability": 1.0, "alternatives": {}}
    facts = _found(segmentations[0]) if segmentations else {}
    return {"probability": facts.get("name_probability"), "alternatives": facts.get("name_alternatives", {})}


def _fact(scene, study: str, name: str) -> tuple[str, ...]:
    segmentations = study_nodes(scene, study, "segmentation")
    return tuple(_found(segmentations[0]).get(name, ())) if segmentations else ()


def _found(segmentation) -> dict:
    return json.loads(attribute(segmentation, "Localization") or "{}")


def _none_named(studies: tuple[str, ...]) -> str:
    if studies:
        return f"The scene holds results of {', '.join(studies)}; say which one is meant."
    return "The scene holds no result of DiscGrader; grade a study first."


def _series(scene, study: str, described: dict) -> Series:
    nodes = study_nodes(scene, study, "series")
    node = next((one for one in nodes if attribute(one, "Series") == described["name"]), None)
    if node is None:
        raise UsageError(f"The series {described['name']} is no longer in the scene; load the scene again.")
    return Series(
        name=described["name"],
        volume=volume_from_node(node),
        plane=Plane(described["plane"]),
        contrast=Contrast(described["contrast"]),
        contrast_reason=described["contrast_reason"],
        warnings=tuple(described["warnings"]),
        probability=described.get("contrast_probability"),
        traits=tuple(described.get("traits", ())),
    )


def _disc_result(disc: Disc, described: dict) -> DiscResult:
    return DiscResult(disc, tuple(map(_grade, described.get("grades", ()))), described.get("not_graded", {}))


def _grade(described: dict) -> Grade:
    return Grade(**{**described, "warnings": tuple(described["warnings"])})


def _saliency(scene, study: str, series: tuple[Series, ...]):
    geometry = {one.name: one.volume for one in series}
    maps, map_series = CompactMaps(), {}
    for node in study_nodes(scene, study, "saliency"):
        key = tuple(attribute(node, name) for name in ("Level", "System", "Task"))
        map_series[key] = attribute(node, "Series")
        maps.add(key, _whole(volume_from_node(node), geometry[map_series[key]]))
    return maps, map_series


def _whole(part: Volume, geometry: Volume) -> Volume:
    """A cropped map in the whole geometry that it was cropped from."""
    start = np.rint(geometry.lps_to_index(part.affine_lps[:3, 3])).astype(int)[::-1]
    array = np.zeros(geometry.array.shape, part.array.dtype)
    array[tuple(slice(a, a + n) for a, n in zip(start, part.array.shape, strict=True))] = part.array
    return Volume(array, geometry.affine_lps)
