"""The discs of one study graded by a fusion model; what several discs share is measured once."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from discgrader.grading.contributions import MOST, Push
from discgrader.grading.disc_memory import DiscMemory
from discgrader.grading.evidence import measure_disc
from discgrader.grading.fusion import SLICE_ROLES, Fusion
from discgrader.grading.study_rows import evidence_rows
from discgrader.grading.views import Source, moved
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc, Localization


class FusedStudy:
    """Grades the discs of one study by a fusion model; rows that several discs share are made once.

    Parameters
    ----------
    fusion : Fusion
    sources : sequence of Source
    localization : Localization
        Its ``others`` count as neighbors.
    memory : DiscMemory
        What was measured of these discs before.
    """

    def __init__(self, fusion: Fusion, sources: Sequence[Source], localization: Localization, memory: DiscMemory):
        self._fusion = fusion
        self._localization = localization
        self._source = next((one for role in SLICE_ROLES for one in sources if one.role == role), None)
        self._extractor = fusion.extractor()
        discs = (*localization.discs, *localization.others)
        self._evidence = evidence_rows(
            {disc.index_from_sacrum: measures_on(disc, sources, localization, memory) for disc in discs}, fusion.roles
        )

    def grade(self, network: np.ndarray, disc: Disc) -> tuple[np.ndarray, tuple[Push, ...]]:
        """Logits of the five grades, shape (grades,), from those of the image networks; and what pushed the grade."""
        evidence = self._evidence[disc.index_from_sacrum]
        radiomics = self._radiomics(disc)
        return self._fusion.logits(network, evidence, radiomics), self._fusion.pushes(evidence, radiomics, MOST)

    def _radiomics(self, disc: Disc) -> np.ndarray:
        from discgrader.grading.slice_radiomics import patch, slice_features

        columns = self._fusion.radiomics.columns
        source = self._source
        if source is None:
            return np.full(len(columns), np.nan)
        box = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + source.shift_lps_mm)
        labels = moved(self._localization.segmentation, source.shift_lps_mm)
        values = slice_features(
            self._extractor, *patch(source.series.volume, labels, box, disc.index_from_sacrum, source.reference)
        )
        found = dict(zip(self._extractor.parameters.feature_names(), values))
        return np.array([found.get(name, np.nan) for name in columns])


def measures_on(
    disc: Disc, sources: Sequence[Source], localization: Localization, memory: DiscMemory
) -> dict[str, dict[str, float]]:
    """Measures of a disc by role; series that are out of register are read where they show the disc."""
    return {
        source.role: memory.get(
            "measures",
            disc,
            localization.segmentation,
            source.series.volume,
            source.shift_lps_mm.tobytes(),
            partial(_measure, disc, source, localization.segmentation),
        )
        for source in sources
    }


def _measure(disc: Disc, source: Source, segmentation: Volume) -> dict[str, float]:
    series = source.series
    if np.any(source.shift_lps_mm):
        volume = series.volume
        affine = volume.affine_lps.copy()
        affine[:3, 3] -= source.shift_lps_mm
        series = replace(series, volume=type(volume)(volume.array, affine))
    return measure_disc(series, segmentation, disc)
