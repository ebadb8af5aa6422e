"""What is measured of the canal at a disc: which slices are looked at, and what of them is believed."""

from dataclasses import dataclass, replace

import numpy as np

from discgrader.canal.axial import NO_SAC, AxialMeasures, Implausible, measure_axial, sac_outline
from discgrader.canal.outline import FIELD_MM, GROUPS, PIXEL_MM, PIXELS, CanalNetworks
from discgrader.canal.sagittal import NAN, LabelShares, SagittalMeasures, measure_sagittal
from discgrader.grading.placement import StudyContext
from discgrader.grading.view import View, ViewSpec, pictured
from discgrader.imaging.study import Plane
from discgrader.localize.disc import Disc

AXIAL = ViewSpec("axial", Plane.AXIAL, FIELD_MM, (0.0,), every_slice=True)

MOST_APART_MM = 4.0
"""Where the depth of a sac on axial and on sagittal slices differ by more, the sagittal one is not told: on digital
spines the axial one errs by less. A round number."""

CSF, NERVES = GROUPS.index("csf"), GROUPS.index("nerves")


@dataclass(frozen=True, eq=False)
class Outlined:
    """A slice and the probability of the sac on it, shape (rows, columns)."""

    view: View
    sac: np.ndarray


@dataclass(frozen=True, eq=False)
class MeasuredCanal:
    """What was measured at a disc.

    Parameters
    ----------
    axial : AxialMeasures or None
        Of the slice on which the sac is smallest.
    not_axial : str
        Why there are none, in words that follow "not measured:".
    sagittal : SagittalMeasures
        NaN where something cannot be measured.
    outlined : Outlined or None
        The axial slice that was measured.
    sagittal_series : str
        Name of the series whose segmentation sagittal measures were taken on.
    """

    axial: AxialMeasures | None
    not_axial: str
    sagittal: SagittalMeasures
    outlined: Outlined | None = None
    sagittal_series: str = ""


def measure_canal(study: StudyContext, disc: Disc, networks: CanalNetworks) -> MeasuredCanal:
    """All that can be measured of the canal at a disc."""
    axial, not_axial, outlined = _axial(study, disc, networks)
    sagittal = SagittalMeasures()
    if study.is_segmented:
        labels = study.once("canal labels", lambda: LabelShares.of(study.localization.segmentation))
        sagittal = measure_sagittal(labels, disc)
    if axial is not None and abs(axial.depth_mm - sagittal.sac_width_mm) > MOST_APART_MM:
        sagittal = replace(sagittal, sac_width_mm=NAN, overhang_share=NAN)
    return MeasuredCanal(axial, not_axial, sagittal, outlined, study.localization.series_name)


def _axial(
    study: StudyContext, disc: Disc, networks: CanalNetworks
) -> tuple[AxialMeasures | None, str, Outlined | None]:
    """The smallest sac of the slices of a disc; or why none is measured."""
    samples = study.views.of(disc, (AXIAL,), PIXELS)
    if isinstance(samples, str):
        return None, samples, None
    views = [views[0] for views in samples]
    pictures = np.stack([pictured(view.values())[0] for view in views])
    shares = networks.shares(Plane.AXIAL, pictures)
    found = [measure_axial(one[CSF], one[NERVES], PIXEL_MM) for one in shares]
    measured = [(one.area_mm2, number) for number, one in enumerate(found) if isinstance(one, AxialMeasures)]
    if not measured:
        first = found[0]
        return None, first.reason if isinstance(first, Implausible) else NO_SAC.reason, None
    number = min(measured)[1]
    chosen = found[number]
    assert isinstance(chosen, AxialMeasures)
    return chosen, "", Outlined(views[number], _outlined(shares[number]))


def _outlined(shares: np.ndarray) -> np.ndarray:
    sac = shares[CSF] + shares[NERVES]
    return np.where(sac_outline(sac), sac, 0).astype(np.float32)
