"""The canal as measured: graded by limits from the literature, and evidence of the grades of other systems."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from discgrader.canal.limits import AREA_MM2, DEPTH_MM, grade_probabilities
from discgrader.canal.outline import CanalNetworks
from discgrader.canal.sagittal import LabelShares
from discgrader.explain.layer_cam import into_volume
from discgrader.grading.canal_definitions import CANAL_MEASURES
from discgrader.grading.canal_measurement import MeasuredCanal, Outlined, measure_canal
from discgrader.grading.canal_measures import Errors, canal_evidence, error_of, values_of
from discgrader.grading.not_graded import NO_CANAL
from discgrader.grading.placement import StudyContext
from discgrader.grading.results import Grade
from discgrader.grading.system import Answer, Maps, NotGraded, Seen, TaskAnswer
from discgrader.grading.systems import System, find_system
from discgrader.grading.view import slice_evidence
from discgrader.imaging.study import Plane
from discgrader.imaging.volume_part import VolumePart
from discgrader.localize.disc import Disc
from discgrader.packs.pack import Pack
from discgrader.progress import Progress

AREA, DEPTH = "sac_area_mm2", "sac_depth_mm"

ERROR = "error"
"""Entry of a pack's figures with the error of each measure."""

SD_OF_MEAN_ERROR = float(np.sqrt(np.pi / 2))
"""Standard deviation of a normal error whose mean distance is 1."""

FROM_DEPTH = (
    "The area of the thecal sac was not measured ({reason}); the grade is that of its depth on sagittal slices."
)


class SeenCanal(Seen):
    """A disc whose canal was measured; its view is the axial one on which the sac was outlined."""


class CanalSystem:
    """Grades by what was measured; see `discgrader.grading.system.GradingSystem`.

    Parameters
    ----------
    pack : Pack
    device : str

    Raises
    ------
    PackError
        The pack's weights do not fit the networks that it describes.
    """

    explains = True

    def __init__(self, pack: Pack, device: str = "cpu") -> None:
        self.pack = pack
        self.key: Hashable = pack.sha256
        self.system: System = find_system(pack.system)
        self.networks = CanalNetworks(pack, device)
        self.errors: Errors = pack.metrics.get(ERROR, {})

    def prepare(self, study: StudyContext) -> str:
        """Read what all discs need; why nothing can be measured, or nothing."""
        if study.is_segmented:
            study.once("canal labels", lambda: LabelShares.of(study.localization.segmentation))
        return "" if any(one.plane in (Plane.AXIAL, Plane.SAGITTAL) for one in study.study.series) else NO_CANAL

    def measured(self, study: StudyContext, disc: Disc) -> MeasuredCanal:
        """What was measured at a disc; remembered with the study."""
        return study.once(("canal", self.key, disc), lambda: measure_canal(study, disc, self.networks))

    def evidence(self, study: StudyContext, disc: Disc, names: Sequence[str]) -> dict[str, object]:
        """Those of some measures that were taken at a disc, as the evidence of a grade."""
        wanted = [name for name in names if name in CANAL_MEASURES]
        return canal_evidence(self.measured(study, disc), wanted, self.errors) if wanted else {}

    def see(self, study: StudyContext, disc: Disc, threads: int = 1) -> SeenCanal | NotGraded:
        measured = self.measured(study, disc)
        values = values_of(measured)
        if AREA not in values and DEPTH not in values:
            return NotGraded(measured.not_axial or NO_CANAL)
        return SeenCanal(disc, () if measured.outlined is None else ((measured.outlined.view,),))

    def answer(self, study: StudyContext, seen: Seen, progress: Progress = Progress(), threads: int = 1) -> Answer:
        measured = self.measured(study, seen.disc)
        values = values_of(measured)
        basis, limits = (AREA, AREA_MM2) if AREA in values else (DEPTH, DEPTH_MM)
        deviation = SD_OF_MEAN_ERROR * (error_of(basis, values[basis], self.errors) or 0.0)
        [task] = self.system.tasks
        views = [] if measured.outlined is None else [measured.outlined.view]
        doubts = [note for view in views for note in view.notes]
        if basis == DEPTH and measured.not_axial:
            doubts.append(FROM_DEPTH.format(reason=measured.not_axial))
        return Answer(
            {
                task.name: TaskAnswer(
                    grade_probabilities(values[basis], deviation, limits),
                    evidence=slice_evidence(views) if basis == AREA else {},
                    warnings=tuple(dict.fromkeys(doubts)),
                )
            }
        )

    def saliency(self, study: StudyContext, seen: Seen, grades: Sequence[Grade]) -> Maps:
        """The outline of the sac, on the slice on which it was measured."""
        outlined = self.measured(study, seen.disc).outlined
        if outlined is None:
            return {}
        shown = _in_series(outlined)
        return {(grade.system, grade.task): shown for grade in grades}


def _in_series(outlined: Outlined) -> tuple[str, VolumePart]:
    view = outlined.view
    [part] = into_volume(
        [outlined.sac[None]], view.frame, [view.across_mm], (view.field_mm, view.field_mm), view.series.volume
    )
    return view.series.name, part


def with_evidence(system: CanalSystem, study: StudyContext, disc: Disc, grades: Sequence[Grade]) -> list[Grade]:
    """Grades of a disc with what was measured of the canal and speaks for their tasks."""
    return [
        replace(grade, evidence={**grade.evidence, **system.evidence(study, disc, _names(grade))}) for grade in grades
    ]


def _names(grade: Grade) -> tuple[str, ...]:
    return find_system(grade.system).task(grade.task).evidence
