"""Makes the scenes and readings in ``reference/saved/VERSION/``: a small digital study that a reader has corrected.

They are made once by each version whose files must be opened for good, and never made anew by a later one::

    PYTHONPATH=Testing:Testing/support python Testing/support/saved_studies.py

Only what scripts may call of the module is used, so that this runs on other versions, too.
"""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from discgrader import __version__
from discgrader.grading.systems import scale_of
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.imaging.volume_part import VolumePart
from discgrader.phantom.study import make_study
from discgrader.phantom.truth_engine import TruthEngine
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress
from discgrader.reading.commands import AcceptGrade, AcceptLevel
from discgrader.reading.disc_commands import DeleteDisc, SetLowest, SetMargin
from places import REFERENCE
from vtk.util import numpy_support

SAVED = REFERENCE / "saved"
PFIRRMANN = ("pfirrmann", "pfirrmann")
COARSER = 4
"""Every so many-th voxel of the digital study is kept in each slice, so that the files are small."""

MOVED_MM = 1.5
"""Boxes farther from where they were found are graded one grade higher, so that moving one changes its grade."""


class SmallEngine(TruthEngine):
    """The truth about a phantom, with a saliency map of each Pfirrmann grade and a herniation at L4-L5."""

    def __init__(self, phantom) -> None:
        super().__init__(phantom)
        self._found = {disc.index_from_sacrum: disc.roi.center_lps_mm for disc in phantom.discs}

    def grade(self, study, settings, *, localization, graded, explained, **choices):
        result = super().grade(
            study, settings, localization=localization, graded=lambda _result: None, explained=None, **choices
        )
        discs = tuple(self._seen(disc) for disc in result.discs)
        for one in discs:
            graded(one)
        series = study.series[0]
        maps = (
            {(disc.disc.level, *PFIRRMANN): _map(disc.disc, series.volume) for disc in discs}
            if settings.saliency
            else {}
        )
        for (level, system, task), one in maps.items():
            explained(level, {(system, task): (series.name, VolumePart.of(one))})
        return replace(result, discs=discs, saliency=maps, saliency_series=dict.fromkeys(maps, series.name))

    def _seen(self, result):
        disc = result.disc
        found = self._found.get(disc.index_from_sacrum, disc.roi.center_lps_mm)
        away = float(np.linalg.norm(disc.roi.center_lps_mm - found))
        grades = [_graded_anew(grade, away) for grade in result.grades]
        if disc.index_from_sacrum == 2:
            grades = [_with_herniation(grade, disc) for grade in grades]
        return replace(result, grades=tuple(grades), not_graded={"scs": "there is no axial T2"})


def _graded_anew(grade, away_mm: float):
    if (grade.system, grade.task) != PFIRRMANN:
        return grade
    value = str(min(int(grade.grade) + (away_mm > MOVED_MM), 5))
    rest = 0.25 / 4
    probabilities = {one: 0.75 if one == value else rest for one in scale_of(*PFIRRMANN).values}
    label = scale_of(*PFIRRMANN).label_of(value)
    return replace(grade, grade=value, label=label, probabilities=probabilities, warnings=("Made up.",))


def _with_herniation(grade, disc):
    if (grade.system, grade.task) != ("msu", "size"):
        return grade
    place = disc.roi.center_lps_mm + disc.roi.axes_lps @ [3.0, 8.0, 0.0]
    box = {
        "title": "Herniation, width × depth",
        "value": "12 × 5 mm",
        "center_ras_mm": [round(float(one), 3) for one in lps_to_ras(place)],
        "axes_ras": [[round(float(one), 6) for one in lps_to_ras(axis)] for axis in disc.roi.axes_lps.T],
        "size_mm": [12.0, 5.0, 4.0],
        "series": "phantom T2",
    }
    return replace(grade, evidence={"herniation_box": box})


def _map(disc, geometry: Volume) -> Volume:
    size = geometry.array.shape
    k, j, i = np.meshgrid(*(np.arange(n) for n in size), indexing="ij")
    points = np.stack([i, j, k], -1) @ geometry.affine_lps[:3, :3].T + geometry.affine_lps[:3, 3]
    inside = disc.roi.contains(points)
    values = np.zeros(size, np.float32)
    values[inside] = np.exp(-((disc.roi.to_local(points[inside]) / (15.0, 12.0, 8.0)) ** 2).sum(-1)).round(2)
    return geometry.with_array(values)


def coarser(volume: Volume) -> Volume:
    """Every `COARSER`-th voxel of each slice."""
    affine = volume.affine_lps @ np.diag([COARSER, COARSER, 1.0, 1.0])
    return Volume(np.ascontiguousarray(volume.array[:, ::COARSER, ::COARSER]), affine)


def small_phantom(seed: int):
    """A digital spine with every Pfirrmann grade, on five coarse sagittal T2 slices."""
    findings = {"L5-S1": 5, "L4-L5": 4, "L3-L4": 3, "L2-L3": 2, "L1-L2": 1}
    phantom = make_study(seed, findings, series=("T2",), middle_slices=5)
    series = tuple(replace(series, volume=coarser(series.volume)) for series in phantom.study.series)
    labels = {name: coarser(volume) for name, volume in phantom.labels.items()}
    return replace(phantom, study=replace(phantom.study, series=series), labels=labels)


def state_of(scene) -> dict:
    """All that a scene shows of its studies, by the nodes' own attributes, in JSON's types."""
    nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    own = [node for node in nodes if node.GetAttribute("DiscGrader.Kind")]
    shown: dict = {}
    for node in own:
        kind, study = node.GetAttribute("DiscGrader.Kind"), node.GetAttribute("DiscGrader.Study")
        if kind in _SHOWN:
            of_kind = shown.setdefault(study, {}).setdefault(kind, {})
            name = node.GetName() if node.GetName() not in of_kind else f"{node.GetName()} (another)"
            of_kind[name] = _SHOWN[kind](node)
    return json.loads(json.dumps(shown))


def _roi(node) -> dict:
    matrix = node.GetObjectToWorldMatrix()
    return {
        "matrix": [round(matrix.GetElement(row, column), 3) + 0.0 for row in range(3) for column in range(4)],
        "size_mm": [round(one, 3) for one in node.GetSize()],
        "color": [round(one, 4) for one in node.GetDisplayNode().GetSelectedColor()],
        "description": node.GetDescription(),
    }


def _map_node(node) -> dict:
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    values = numpy_support.vtk_to_numpy(node.GetImageData().GetPointData().GetScalars())
    return {"bounds_mm": [round(bound, 2) + 0.0 for bound in bounds], "sum": round(float(values.sum()), 3)}


def _table(node) -> list[dict[str, str]]:
    table = node.GetTable()
    names = [table.GetColumnName(number) for number in range(table.GetNumberOfColumns())]
    rows = range(table.GetNumberOfRows())
    return [{name: table.GetValueByName(row, name).ToString() for name in names} for row in rows]


def _segments(node) -> dict:
    segments = [node.GetSegmentation().GetNthSegment(n) for n in range(node.GetSegmentation().GetNumberOfSegments())]
    return {
        str(segment.GetLabelValue()): [segment.GetName(), [round(c, 4) for c in segment.GetColor()]]
        for segment in segments
    }


def _curve(node) -> list:
    points = []
    for number in range(node.GetNumberOfControlPoints()):
        point = [0.0, 0.0, 0.0]
        node.GetNthControlPointPositionWorld(number, point)
        points.append([round(one, 2) + 0.0 for one in point])
    return points


_SHOWN = {
    "roi": _roi,
    "saliency": _map_node,
    "table": _table,
    "segmentation": _segments,
    "herniation": _curve,
    "provenance": lambda node: json.loads(node.GetText()),
    "reading": lambda node: json.loads(node.GetText()),
}


class Studies:
    """What is to be saved, made one after another in a scene that begins empty each time."""

    def __init__(self, host, module, folder: Path) -> None:
        self.host, self.module, self.folder = host, module, folder
        self.logic = module.DiscGraderLogic(SmallEngine(small_phantom(1)))
        self.logic.readings.reader = "Dr. Müßig"

    def volumes(self, seed: int, name: str) -> dict:
        """A digital study in the scene, of which the engine knows the truth."""
        from discgrader.mrml.volumes import volume_to_node

        phantom = small_phantom(seed)
        self.logic.jobs.engine = SmallEngine(phantom)
        return {"T2": volume_to_node(self.host.scene, phantom.study.series[0].volume, name)}

    def save(self, name: str) -> None:
        """Write the scene as a bundle, and what it shows beside it."""
        state = state_of(self.host.scene)
        path = self.folder / f"{name}.mrb"
        self.host.scene.WriteToMRB(str(path.absolute()))
        self.write_state(name, state)
        self.logic.forget()
        self.host.scene.Clear(True)

    def write_state(self, name: str, state: dict) -> None:
        """Write what a scene shows."""
        text = json.dumps(state, ensure_ascii=False, sort_keys=True)
        (self.folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def corrected(self) -> None:
        """A study that was read: boxes moved, a disc deleted and one added, names shifted, grades decided."""
        logic = self.logic
        logic.grade(self.volumes(1, "phantom T2"))
        box = logic.readings.node("L4-L5")
        box.SetCenterWorld(*(center(box) + [0.0, 2.0, 1.0]))
        logic.regrade(box)
        logic.setOverride("L5-S1", *PFIRRMANN, "4", "Höhe noch erhalten")
        logic.readings.decide(AcceptGrade("L3-L4", *PFIRRMANN))
        logic.readings.decide(AcceptLevel("L2-L3"))
        logic.readings.node("L1-L2").SetSize(44.0, 60.0, 36.0)
        place = center(logic.readings.node("T12-L1"))
        logic.readings.apply(DeleteDisc("T12-L1"))
        logic.readings.add_disc(place, level="T12-L1")
        logic.setOverride("T12-L1", *PFIRRMANN, "2", "added by hand")
        logic.readings.apply(SetMargin(11.0))
        logic.regrade(logic.readings.node("L4-L5"))
        logic.readings.apply(SetLowest("L4-L5"))
        logic.showGrade("L3-L4", *PFIRRMANN)
        logic.saveReading(self.folder / "corrected.reading.json")
        logic.exportReport(self.folder / "export")
        self.save("corrected")

    def graded(self) -> None:
        """A result as the command line writes it to a scene, which nobody has read yet."""
        from discgrader.mrml.bundle import read_bundle, write_scene

        phantom = small_phantom(1)
        engine = SmallEngine(phantom)
        found = engine.localize(phantom.study, Settings(), progress=Progress())
        found = replace(
            found, warnings=("The names are in doubt.", "Made up."), name_doubts=("The names are in doubt.",)
        )
        result = engine.grade(
            phantom.study,
            Settings(systems=["pfirrmann", "msu"]),
            localization=found,
            progress=Progress(),
            graded=lambda _result: None,
            explained=None,
        )
        write_scene(result, self.folder / "graded.mrb")
        read_bundle(self.host, self.folder / "graded.mrb")
        state = state_of(self.host.scene)
        self.write_state("graded", state)
        self.host.scene.Clear(True)

    def two_studies(self) -> None:
        """Two studies in one scene: discs of one only found, the other graded; a box of each copied by hand."""
        logic = self.logic
        logic.findDiscs(self.volumes(2, "found T2"))
        logic.grade(self.volumes(3, "graded T2"), systems=["pfirrmann"], saliency=False)
        self.copy("graded T2")
        logic.setOverride("L4-L5", *PFIRRMANN, "3", study="graded T2")
        self.copy("found T2", seen=False)
        self.save("two_studies")

    def copy(self, study: str, seen: bool = True) -> None:
        """Copy a box as a user does in the subject hierarchy; unseen, the file holds the copy as Slicer made it."""
        node = self.logic.readings.node("L3-L4", study)
        if not seen:
            self.logic.forget()
        copy = self.host.scene.AddNewNodeByClass(node.GetClassName())
        copy.Copy(node)
        copy.SetName("L3-L4 Copy")
        copy.SetCenterWorld(0.0, 0.0, 0.0)


def center(node) -> np.ndarray:
    """The middle of a box, RAS mm."""
    found = np.zeros(3)
    node.GetCenterWorld(found)
    return found


def main(folder: Path) -> None:
    """Make all files of this version in an empty folder."""
    from desk.install import discgrader_module
    from discgrader.mrml.headless import headless_scene

    folder.mkdir(parents=True)
    host = headless_scene()
    with discgrader_module(host) as module:
        studies = Studies(host, module, folder)
        studies.corrected()
        studies.two_studies()
        studies.graded()
        studies.logic.close()
    (folder / "export" / "grades.json").rename(folder / "corrected.grades.json")
    shutil.rmtree(folder / "export")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAVED / __version__)
