"""What the user has chosen, kept in the scene: volumes, margin, systems, how the views show it, the chosen cell.

Names are as Slicer has them, for scenes keep them; see ``slicer.parameterNodeWrapper``.
"""

from typing import Annotated

import slicer
from slicer import vtkMRMLScalarVolumeNode
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper, parameterPack

from discgrader.grading.operating_point import ALL_TASKS
from discgrader.localize.margin import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM
from discgrader.pipeline.settings import Settings


@parameterPack
class SeriesParameters:
    """The volumes that serve as T2, T1 and T2_SPACE.

    axialT2 - The first of those that serve as AX_T2, which is all that scenes of older versions have; the wrapper's
    ``axialVolumes`` has them all.
    seen - IDs of volumes that were offered a role once, so that no choice of the user's is ever changed.
    """

    t2: vtkMRMLScalarVolumeNode
    t1: vtkMRMLScalarVolumeNode
    t2Space: vtkMRMLScalarVolumeNode
    axialT2: vtkMRMLScalarVolumeNode
    seen: list[str]


@parameterPack
class BoxParameters:
    """marginMm - How far a box reaches above and below its disc."""

    marginMm: Annotated[float, WithinRange(*MARGIN_RANGE_MM)] = DEFAULT_MARGIN_MM


@parameterPack
class GradingParameters:
    """What is graded and has a column.

    saliency - Whether each grade is explained by a saliency map.
    systemsOff - Systems that are neither graded nor shown.
    hiddenTasks - Tasks that are not shown, as ``system/task``.
    """

    saliency: bool = True
    systemsOff: list[str]
    hiddenTasks: list[str]


@parameterPack
class DisplayParameters:
    """How the views show the chosen grade.

    labelTask - Whose grade stands beside each disc, as ``system/task``.
    boxes, outlines - Whether boxes and the segmentation are drawn.
    clean - Whether nothing lies over the picture for now.
    """

    saliency: bool = True
    saliencyOpacity: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    saliencyThreshold: Annotated[float, WithinRange(0.0, 1.0)] = 0.3
    axialInDiscPlane: bool = False
    labels: bool = True
    labelTask: str = "pfirrmann/pfirrmann"
    boxes: bool = True
    outlines: bool = True
    clean: bool = False


@parameterPack
class CellParameters:
    """The chosen cell of the table; all empty where none is.

    level - What the chosen disc is called; the disc itself is the wrapper's ``chosenDisc``.
    """

    level: str
    system: str
    task: str


@parameterNodeWrapper
class DiscGraderParameterNode:
    """What the user has chosen, kept in the scene.

    reader - Who reads; empty for the name that the user is logged in by.
    axialVolumes - The volumes that serve as AX_T2: one stack, or a block for each disc or two.
    answers - What the user has said of volumes that nothing tells what they are, each ``ID=ROLE``.
    fatSuppressed - A sagittal STIR or fat-suppressed T1, on which discs are found where there is no other sagittal
        series.
    fatSuppressedRole - Which of the two it is.
    chosenDisc - The number of the chosen disc, which stays when names are shifted; 0 where none is chosen, and in
        scenes of older versions, which have the name alone.
    chosenStudy - Whose disc it is.
    tableLayout - What the table of grades has columns of: ``summary``, ``system`` or ``all``; empty for what suits its
        size.
    presentation - Whether table, details and labels are large enough for the back row.
    calls - How findings are called: ``youden``, ``sensitivity:0.9`` or ``likeliest``; empty for as each pack states it.
    withoutIdentity - Whether reports and their files leave out whose study it is.
    """

    series: SeriesParameters
    boxes: BoxParameters
    grading: GradingParameters
    display: DisplayParameters
    chosen: CellParameters
    reader: str
    axialVolumes: list[vtkMRMLScalarVolumeNode]
    answers: list[str]
    fatSuppressed: vtkMRMLScalarVolumeNode
    fatSuppressedRole: str
    chosenDisc: int
    chosenStudy: str
    tableLayout: str
    presentation: bool = False
    withoutIdentity: bool = False
    calls: str

    def volumes(self):
        """The chosen volumes by role; of AX_T2 a list of them."""
        series = self.series
        chosen = {"T2": series.t2, "T1": series.t1, "T2_SPACE": series.t2Space}
        if self.fatSuppressed is not None and not any(chosen.values()):
            chosen = {self.fatSuppressedRole: self.fatSuppressed}
        chosen["AX_T2"] = self.axialNodes() or None
        return {role: node for role, node in chosen.items() if node is not None}

    def settings(self, systems):
        """What the user has chosen, as `discgrader.pipeline.settings.Settings`.

        Parameters
        ----------
        systems : iterable of str
            Those that there are packs of; the ones that are switched off are left out.
        """
        return Settings(
            systems=[name for name in systems if name not in self.grading.systemsOff],
            margin_mm=self.boxes.marginMm,
            saliency=self.grading.saliency,
            calls=self.callRules(),
        )

    def callRules(self):
        """How findings are called, as `discgrader.pipeline.settings.Settings` has it."""
        return {ALL_TASKS: self.calls} if self.calls else {}

    def axialNodes(self):
        """The volumes that serve as AX_T2, without those that are no longer in the scene."""
        several = [node for node in self.axialVolumes if _is_in_scene(node)]
        first = self.series.axialT2
        return several or ([first] if _is_in_scene(first) else [])

    def setAxialNodes(self, nodes):
        """Have these volumes serve as AX_T2."""
        with slicer.util.NodeModify(self.parameterNode):
            self.axialVolumes = list(nodes)
            self.series.axialT2 = next(iter(nodes), None)


def add_missing_parameters(node):
    """Give a parameter node of an older version the defaults of what it did not know.

    Slicer looks only whether the first member of a pack is there. Of the others a missing number is an error when it
    is read, and a missing truth value is false.
    """
    defaults = slicer.vtkMRMLScriptedModuleNode()
    DiscGraderParameterNode(defaults)
    with slicer.util.NodeModify(node):
        for name in defaults.GetParameterNames():
            if not node.HasParameter(name):
                node.SetParameter(name, defaults.GetParameter(name))


def _is_in_scene(node):
    return node is not None and node.GetScene() is not None
