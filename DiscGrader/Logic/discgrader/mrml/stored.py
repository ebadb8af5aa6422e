"""The reading that a scene holds of a study: as text in one node, or, in scenes of version 0.1.0, in many places."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.disc import Disc
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.mrml.nodes import MADE, READING, attribute, number_of, roi_from_node, study_nodes
from discgrader.reading.commands import Command, Together
from discgrader.reading.disc_commands import DeleteDisc, MoveBox
from discgrader.reading.files import reading_from_json, reading_to_json
from discgrader.reading.record import DiscReading, Found, Reading, now
from discgrader.reading.results import reading_of_grades
from discgrader.reading.same_disc import SAME_DISC_MM
from discgrader.report.tables import not_graded_of


def reading_to_text(reading: Reading) -> str:
    """A reading as the text of a node."""
    return json.dumps(reading_to_json(reading), ensure_ascii=False)


def reading_of_text(text: str, study: str) -> Reading:
    """The opposite of `reading_to_text`.

    Raises
    ------
    UsageError
        When it is no reading, or broken.
    """
    return reading_from_json(_parsed(text), Path(f"the reading of {study} in the scene"))


def stored_reading(scene, study: str) -> tuple[Reading, dict[int, object]]:
    """The reading of a study as it was left in a scene, and its discs' boxes by number, which may have been moved
    since.

    Raises
    ------
    UsageError
        When the scene has no disc and no reading of the study, or its reading is broken.
    """
    texts, nodes = study_nodes(scene, study, READING), study_nodes(scene, study, "roi")
    if not texts and not nodes:
        raise UsageError(f"The scene contains no discs of {study}; find its discs or grade it first.")
    reading = reading_of_text(texts[0].GetText(), study) if texts else _of_nodes(study, nodes)
    boxes = _recognized(reading, nodes)
    if reading.found is None:
        reading = _completed(scene, reading, boxes, has_grades=bool(texts))
    return reading, boxes


def reading_in_scene(scene, study: str) -> Reading:
    """The reading of a study with its boxes as they stand in the scene now; errors as `stored_reading`."""
    reading, boxes = stored_reading(scene, study)
    edits = edits_of(reading, boxes)
    return reading if edits is None else reading.apply(edits)


def edits_of(reading: Reading, boxes: Mapping[int, object]) -> Command | None:
    """What was done to a study's boxes by others than DiscGrader, as one command; None where nothing was."""
    commands: list[Command] = []
    for disc in reading.present:
        node = boxes.get(disc.number)
        if node is None:
            commands.append(DeleteDisc(disc.level))
        elif not (box := roi_from_node(node)).is_same(disc.box):
            commands.append(MoveBox(disc.level, box))
    if not commands:
        return None
    return commands[0] if len(commands) == 1 else Together("edit boxes", tuple(commands))


def _recognized(reading: Reading, nodes: list) -> dict[int, object]:
    """The box of each disc: by its number, or else by where it is, or by its name. A box that somebody copied is no
    disc's."""
    boxes: dict[int, object] = {}
    left = {disc.number: disc for disc in reading.present}
    for node in nodes:
        number = number_of(node)
        if number in left:
            boxes[number] = node
            del left[number]
    for node in nodes:
        if number_of(node) is not None:
            continue
        place = roi_from_node(node).center_lps_mm
        away = {number: float(np.linalg.norm(place - disc.box.center_lps_mm)) for number, disc in left.items()}
        nearest = min(away, key=lambda number: away[number], default=None)
        if nearest is not None and away[nearest] > SAME_DISC_MM:
            level = attribute(node, "Level")
            nearest = next((number for number, disc in left.items() if disc.level == level), None)
        if nearest is not None:
            boxes[nearest] = node
            del left[nearest]
    return boxes


# What version 0.1.0 kept at nodes: facts on discs at their boxes, findings at the segmentation, grades in grades.json.


def _of_nodes(study: str, nodes: list) -> Reading:
    """A reading of boxes alone, which nobody has read yet."""
    found = [(_measured(node), node) for node in nodes]
    found.sort(key=lambda pair: 0 if pair[0] is None else pair[0].index_from_sacrum)
    time = now()
    discs = []
    for number, (_, node) in enumerate(found, 1):
        box, level, margin_mm = roi_from_node(node), attribute(node, "Level") or node.GetName(), _margin_mm(node)
        discs.append(DiscReading(number, level, box, level, margin_mm=margin_mm, found_margin_mm=margin_mm))
    return Reading(study, "", time, time, tuple(discs))


def _completed(scene, reading: Reading, boxes: Mapping[int, object], has_grades: bool) -> Reading:
    """With what the nodes tell of discs and study, and with the grades in grades.json where it has none of its own."""
    discs = tuple(_with_facts(disc, boxes.get(disc.number)) for disc in reading.discs)
    reading = replace(reading, discs=discs, found=_found(scene, reading.study))
    provenance = study_nodes(scene, reading.study, "provenance")
    if not provenance or not provenance[0].GetText():
        return reading
    document = _parsed(provenance[0].GetText())
    if not isinstance(document, dict):
        raise UsageError(f"The grades of {reading.study} in the scene are damaged; grade the study again.")
    told = not_graded_of(document)
    if any("not_graded" not in disc for disc in document["discs"]):
        told = ()
    examined = {name: document.get(name) for name in ("examination", "series", "left_out", "software")}
    examined["left_out"] = examined["left_out"] or []
    examined["warnings"] = [warning for warning in document["warnings"] if warning not in told]
    reading = replace(reading, examined=examined)
    if has_grades:
        return reading
    gradings = {disc.level: disc.gradings for disc in reading_of_grades(document, "nobody").discs}
    graded = tuple(replace(disc, gradings=gradings.get(disc.level, ())) for disc in reading.discs)
    return replace(reading, discs=graded)


def _with_facts(disc: DiscReading, node) -> DiscReading:
    if node is None:
        return disc
    label = attribute(node, "Label")
    return replace(disc, measured=_measured(node), label=int(label) if label else None)


def _measured(node) -> Disc | None:
    """The disc that version 0.1.0 kept with its box, moved and turned along with it."""
    facts = _parsed(attribute(node, "Disc") or "")
    if not isinstance(facts, dict):
        return None
    box = roi_from_node(node)
    return Disc(
        index_from_sacrum=int(facts["index_from_sacrum"]),
        level=facts["level"],
        center_lps_mm=box.center_lps_mm + box.axes_lps @ facts["center_in_box_mm"],
        height_mm=facts["height_mm"],
        depth_mm=facts["depth_mm"],
        width_mm=facts["width_mm"],
        roi=box,
        warnings=tuple(facts["warnings"]),
    )


def _margin_mm(node) -> float | None:
    """The margin that a box was made with; None for a box that somebody drew."""
    text = attribute(node, "Margin")
    return float(text) if text else DEFAULT_MARGIN_MM if attribute(node, "Made") == MADE else None


def _found(scene, study: str) -> Found | None:
    segmentations = study_nodes(scene, study, "segmentation")
    if not segmentations:
        return None
    facts = _parsed(attribute(segmentations[0], "Localization") or "{}")
    facts = facts if isinstance(facts, dict) else {}
    return Found(
        series_name=attribute(segmentations[0], "Series") or "",
        warnings=tuple(facts.get("warnings", ())),
        name_doubts=tuple(facts.get("name_doubts", ())),
        misfits=tuple(facts.get("misfits", ())),
        name_probability=facts.get("name_probability"),
        name_alternatives=facts.get("name_alternatives", {}),
        shifts_lps_mm={name: tuple(shift) for name, shift in facts.get("shifts_lps_mm", {}).items()},
    )


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
