"""An engine that answers with the truth about a phantom, so that all around it can be tested without a network."""

from collections.abc import Callable, Sequence

from discgrader import __version__
from discgrader.grading.results import DiscResult, Grade, StudyResult
from discgrader.grading.systems import scale_of
from discgrader.imaging.study import Study
from discgrader.localize.disc import Disc, Localization
from discgrader.phantom.study import PhantomStudy
from discgrader.phantom.truth import PhantomDisc
from discgrader.pipeline.settings import Settings
from discgrader.progress import Progress

PACK = "phantom-truth"


class TruthEngine:
    """Stands in for `discgrader.pipeline.engine.Engine` where only the phantom is read.

    Parameters
    ----------
    phantom : PhantomStudy
        With a sagittal T2 series.
    """

    def __init__(self, phantom: PhantomStudy) -> None:
        self._phantom = phantom

    def localize(self, study: Study, settings: Settings, *, progress: Progress) -> Localization:
        """The phantom's discs; their boxes keep the margin that they were drawn with."""
        progress.report("Finding discs", 0.5)
        labels = next(iter(self._phantom.labels.values()))
        return Localization(study.series[0].name, labels, tuple(_disc(disc) for disc in self._phantom.discs))

    def grade(
        self,
        study: Study,
        settings: Settings,
        *,
        localization: Localization,
        progress: Progress,
        graded: Callable[[DiscResult], None],
        explained: Callable[..., None] | None,
    ) -> StudyResult:
        """The phantom's grades for the discs of a localization, by their index; no saliency."""
        truth, results = {disc.index_from_sacrum: disc for disc in self._phantom.discs}, []
        for number, disc in enumerate(localization.discs):
            progress.report("Grading", number / len(localization.discs), disc.level)
            results.append(DiscResult(disc, _grades(truth[disc.index_from_sacrum], settings.systems)))
            graded(results[-1])
        return StudyResult(study, localization, tuple(results), {}, {}, (), {"discgrader": __version__})


def _disc(disc: PhantomDisc) -> Disc:
    return Disc(
        disc.index_from_sacrum, disc.level, disc.center_lps_mm, disc.height_mm, disc.depth_mm, disc.width_mm, disc.roi
    )


def _grades(truth: PhantomDisc, systems: Sequence[str] | None) -> tuple[Grade, ...]:
    return tuple(
        _grade(system, task, grade)
        for (system, task), grade in truth.grades.items()
        if systems is None or system in systems
    )


def _grade(system: str, task: str, grade: str) -> Grade:
    scale = scale_of(system, task)
    return Grade(
        system, task, grade, scale.label_of(grade), {value: float(value == grade) for value in scale.values}, {},
        PACK, __version__, "0" * 64, "nothing: the ground truth of the digital spine", synthetic=True,
    )  # fmt: skip
