"""A grading that failed when some discs had their grades: the scene keeps these."""

from collections.abc import Generator, Mapping, Sequence

from discgrader.grading.results import DiscResult, StudyResult
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.mrml.regraded import put_grades
from discgrader.mrml.scene import populating, study_nodes
from discgrader.pipeline.engine import software_versions


def keeping(
    scene,
    study: Study,
    found: Localization,
    graded: Sequence[DiscResult],
    volume_nodes: Mapping[str, object],
    roi_nodes: Mapping[str, object],
    error: Exception,
    margin_mm: float = DEFAULT_MARGIN_MM,
) -> Generator[None, None, None]:
    """Put what was graded into the scene, step by step; of other discs it keeps what it has.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : Study
        Whose volumes are all in the scene.
    found : Localization
        All discs that were to be graded.
    graded : sequence of DiscResult
        Those that were.
    volume_nodes, roi_nodes :
        As for `populating`.
    error : Exception
        Why the others were not.
    margin_mm : float
        Of the boxes, where they are new.
    """
    if study_nodes(scene, study.name, "provenance"):
        for one in graded:
            put_grades(scene, study.name, one)
            yield
        return
    known = {one.disc.level: one for one in graded}
    discs = tuple(known.get(disc.level, DiscResult(disc, ())) for disc in found.discs)
    result = StudyResult(
        study, found, discs, warnings=(f"Grading did not come to its end. {error}",), software=dict(software_versions())
    )
    present = {level: node for level, node in roi_nodes.items() if scene.IsNodePresent(node)}
    yield from populating(scene, result, volume_nodes=volume_nodes, roi_nodes=present, margin_mm=margin_mm)
