"""One box of a graded study: what grading it anew needs of the scene, and how the scene takes in what comes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from discgrader.errors import UsageError
from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.localize.box import is_outside
from discgrader.localize.disc import Localization
from discgrader.mrml import hierarchy
from discgrader.mrml.colors import disc_color
from discgrader.mrml.held_series import HeldSeries
from discgrader.mrml.labels import live_text
from discgrader.mrml.nodes import attribute, color_roi, roi_from_node, set_attributes
from discgrader.mrml.readback import localization_from_scene
from discgrader.mrml.scene import describe_roi, put_map, study_nodes
from discgrader.mrml.tables import table_to_node
from discgrader.pipeline.engine import Maps
from discgrader.pipeline.settings import Settings
from discgrader.report.tables import examination_from_json, grades_columns, grades_rows, left_out_from_json, with_discs


@dataclass(frozen=True, eq=False)
class Regrading:
    """What a box is to be graded anew by.

    Parameters
    ----------
    study : Study
        The graded series, as they are now.
    localization : Localization
        All boxes as they stand now.
    level : str
        Of the box.
    systems : tuple of str or None
        Those that have graded it or were asked to, or else the study's other boxes; None where nothing says.
    saliency : bool
        Whether the study's grades are explained.
    nodes : tuple of vtkMRMLNode
        The series' volumes, which must stay in the scene meanwhile.
    """

    study: Study
    localization: Localization
    level: str
    settings: Settings
    nodes: tuple[object, ...]


def regrading_of(scene, roi_node, held: HeldSeries) -> Regrading:
    """What grading the disc of this box anew needs.

    Raises
    ------
    UsageError
        When the box is none of DiscGrader's, or its study has not been graded, or one of its series is gone, or the box
        lies outside all of them.
    """
    name, level = attribute(roi_node, "Study"), attribute(roi_node, "Level")
    provenance = study_nodes(scene, name, "provenance") if name else []
    if not provenance or level is None:
        raise UsageError(f"The study of the box {roi_node.GetName()} has not been graded yet; grade it first.")
    document = json.loads(provenance[0].GetText())
    nodes = {attribute(node, "Series"): node for node in study_nodes(scene, name, "series")}
    gone = [one["name"] for one in document["series"] if one["name"] not in nodes]
    if gone:
        raise UsageError(f"The series {gone[0]} is no longer in the scene; load it again and grade anew.")
    series = tuple(held.described(nodes[one["name"]], one) for one in document["series"])
    if is_outside(roi_from_node(roi_node), [one.volume for one in series]):
        raise UsageError(f"The box of {level} lies outside the picture; move it back onto its disc, or delete it.")
    localization = localization_from_scene(scene, name, held)
    # All that the study was graded by: under its old name, a system may not have been for the disc.
    own = [
        system
        for one in sorted(document["discs"], key=lambda one: one["level"] != level)
        for system in _systems_of(one)
    ]
    return Regrading(
        study=Study(name, series, (), left_out_from_json(document), examination_from_json(document.get("examination"))),
        localization=localization,
        level=level,
        settings=Settings(
            systems=tuple(dict.fromkeys(own)) or None, saliency=bool(study_nodes(scene, name, "saliency"))
        ),
        nodes=tuple(nodes.values()),
    )


def _systems_of(described: Mapping) -> list[str]:
    return [*(grade["system"] for grade in described["grades"]), *described.get("not_graded", ())]


def put_grades(scene, study: str, result: DiscResult) -> None:
    """Have the scene say the grades of one disc: its box, its rows of the table and grades.json.

    Raises
    ------
    UsageError
        When the study is no longer in the scene.
    """
    table, provenance = (next(iter(study_nodes(scene, study, kind)), None) for kind in ("table", "provenance"))
    if table is None or provenance is None:
        raise UsageError(f"The grades of {study} are no longer in the scene; grade it anew.")
    for node in study_nodes(scene, study, "roi"):
        if attribute(node, "Level") == result.disc.level:
            color_roi(node, disc_color(result))
            describe_roi(node, result)
            set_attributes(node, Live=live_text(result.grades))
    document = json.loads(provenance.GetText())
    described = result.to_json(rounded=True)
    others = [one for one in document["discs"] if one["level"] != result.disc.level]
    document = with_discs(document, sorted([*others, described], key=lambda one: one["index_from_sacrum"]))
    provenance.SetText(json.dumps(document, ensure_ascii=False))
    _show_rows(scene, table, document, described)


def put_maps(scene, study: str, level: str, maps: Maps) -> None:
    """Have the scene show these saliency maps of one disc, in place of those that it has of the same grades."""
    known = {
        (attribute(node, "System"), attribute(node, "Task")): node
        for node in study_nodes(scene, study, "saliency")
        if attribute(node, "Level") == level
    }
    table = next(iter(study_nodes(scene, study, "table")), None)
    for (system, task), (series, part) in maps.items():
        node = put_map(scene, study, (level, system, task), part, series, known.get((system, task)))
        if (system, task) not in known:
            hierarchy.file_under(scene, hierarchy.study_item(scene, study, table), "Saliency", [node])


def _show_rows(scene, node, document: Mapping, described: Mapping) -> None:
    """Change the rows of one disc; where these are others than before, make the table anew."""
    table = node.GetTable()
    rows = {(row["system"], row["task"]): row for row in grades_rows({**document, "discs": [described]})}
    places = {}
    for number in range(table.GetNumberOfRows()):
        level, system, task = (table.GetValueByName(number, one).ToString() for one in ("level", "system", "task"))
        if level == described["level"]:
            places[system, task] = number
    columns = {table.GetColumnName(number): number for number in range(table.GetNumberOfColumns())}
    if places.keys() != rows.keys() or any(name not in columns for row in rows.values() for name in row):
        all_rows = grades_rows(document)
        table_to_node(scene, grades_columns(all_rows), all_rows, node.GetName(), node)
        return
    changing = node.StartModify()
    for key, row in rows.items():
        for name, value in row.items():
            text = value if isinstance(value, str) else repr(value)
            if node.GetCellText(places[key], columns[name]) != text:
                node.SetCellText(places[key], columns[name], text)
    node.EndModify(changing)
