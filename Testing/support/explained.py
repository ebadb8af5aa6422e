"""Saliency of one disc as whole volumes."""

from discgrader.grading.grader import Grader
from discgrader.grading.results import DiscResult
from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization


def explained(
    grader: Grader, study: Study, localization: Localization, result: DiscResult
) -> dict[tuple[str, str], tuple[str, Volume]]:
    """By (system, task) the name of a series, and the map in its geometry."""
    [maps] = grader.explain(study, localization, [result])
    return {key: (series, part.volume()) for key, (series, part) in maps.items()}
