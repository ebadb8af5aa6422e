"""Discs of a study: segmented, cut out, measured, named and boxed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from discgrader.errors import PackError, StudyError
from discgrader.imaging.ranking import place_of, ranked
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.localize.axial_only import axial_t2, blocks_below, is_shown, sagittal_from_axial, with_axial_doubts
from discgrader.localize.box import roi_box
from discgrader.localize.candidates import Candidate, find_candidates
from discgrader.localize.disc import Disc, Localization
from discgrader.localize.frames import sagittal_frames
from discgrader.localize.islands import without_islands
from discgrader.localize.labels import Label, disc_label
from discgrader.localize.level_predictor import LevelPredictor
from discgrader.localize.lowest_disc import LowestDisc, OtherRow, estimate_lowest_disc
from discgrader.localize.margin import DEFAULT_MARGIN_MM
from discgrader.localize.naming import SHORTEST_STEP_MM, NamedCandidate, name_candidates, row_of
from discgrader.localize.plausible import (
    UPSIDE_DOWN,
    doubts_of_row,
    is_turned,
    may_be_turned,
    scale_doubt,
    turned_back,
    turned_over,
)
from discgrader.localize.segment import CANAL, CLASSES, DISC, VERTEBRA, Segmentation, Segmenter
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack
from discgrader.packs.weights import fill_network
from discgrader.progress import Progress

PREFERRED_ROLES = ("T2", "T2_SPACE", "T1", "STIR", "T1_FS", "unknown", "other")
"""Sagittal series in the order in which discs are looked for on them."""

FAMILIAR = (Contrast.T1, Contrast.T2, Contrast.T2_SPACE)
"""Contrasts that the networks which tell levels learned on."""

REACH_MM, REGISTER_MM, SAME_PLACE_MM = 15.0, 4.0, 2.0
"""Largest motion between series that is followed, rest that is tolerated after it, and motion that is none."""


class Localizer:
    """Finds and names the discs of a study.

    Parameters
    ----------
    pack : Pack
        Of the system ``localizer``.
    device : str
        Where the network runs, as PyTorch names it.
    """

    def __init__(self, pack: Pack, device: str = "cpu"):
        network = build_network(pack.architecture)
        if pack.architecture.get("kind") != "unet" or pack.architecture.get("outputs") != len(CLASSES):
            raise PackError(
                f"Pack {pack.name}: its network does not segment vertebra, disc and canal; reinstall the pack."
            )
        fill_network(network, pack, next(iter(pack.files)))
        self._segmenter = Segmenter(network.fused(), float(pack.input["pixel_mm"]), device)
        self._levels = LevelPredictor.of_pack(pack, device)

    @classmethod
    def of_network(cls, network: torch.nn.Module, pixel_mm: float) -> "Localizer":
        """A localizer around a network that is not packed yet, as while training."""
        localizer = cls.__new__(cls)
        localizer._segmenter = Segmenter(network, pixel_mm)
        localizer._levels = None
        return localizer

    def localize(
        self,
        study: Study,
        *,
        margin_mm: float = DEFAULT_MARGIN_MM,
        lowest_disc: str | None = None,
        progress: Progress | None = None,
    ) -> Localization:
        """Find the discs on the study's best sagittal series; where it has none, on its axial T2.

        Parameters
        ----------
        margin_mm : float
            How far the ROI boxes reach beyond the endplates.
        lowest_disc : str, optional
            The level of the lowest disc in view, where the user knows better.

        Raises
        ------
        StudyError
            There is neither a sagittal series nor an axial T2 dense enough, or no disc in any of them.
        UsageError
            The margin or the level does not exist.
        """
        progress = progress or Progress()
        candidates = sagittal_series(study)
        if not candidates:
            return self._localize_axial(study, margin_mm, lowest_disc, progress)
        for position, series in enumerate(candidates):
            share = progress.part(position / len(candidates), (position + 1) / len(candidates))
            seen = self._seen(series.volume, share)
            if seen.row:
                found, others = self._named_by_all(series, seen, _sagittal(study), margin_mm, lowest_disc)
                shifts = {other.series: other.shift_lps_mm for other in others if other.shift_lps_mm is not None}
                return replace(found, shifts_lps_mm={series.name: np.zeros(3), **shifts})
        raise StudyError(
            f"No lumbar disc was found in {study.name}; check that it is a sagittal MRI of the lumbar spine."
        )

    def localize_series(
        self,
        series: Series,
        *,
        margin_mm: float = DEFAULT_MARGIN_MM,
        lowest_disc: str | None = None,
        progress: Progress | None = None,
    ) -> Localization:
        """Find the discs on one series; without a disc when there is none."""
        return self._named(series, self._seen(series.volume, progress), (), margin_mm, lowest_disc)

    def _seen(self, volume: Volume, progress: Progress | None) -> "_Segmented":
        """What a sagittal volume shows, turned over where it is upside down."""
        segmentation = self._segmenter(volume, progress)
        candidates, labels = find_candidates(segmentation)
        row = row_of(candidates)
        turned = may_be_turned(row) and self._is_turned(volume, row)
        if turned:
            segmentation = self._segmenter(turned_over(volume), progress)
            candidates, labels = find_candidates(segmentation)
            row = row_of(candidates)
        return _Segmented(segmentation, candidates, labels, row, turned)

    def _named_by_all(
        self,
        series: Series,
        seen: "_Segmented",
        candidates: Sequence[Series],
        margin_mm: float,
        lowest_disc: str | None,
    ) -> tuple[Localization, list[OtherRow]]:
        """The discs of a series, and what all other sagittal series, which help to name them, show of them."""
        others = [other for other in candidates if other is not series]
        if seen.turned:
            # Others lie in the patient's coordinates, and the row does not: they only follow.
            found = self._named(series, seen, (), margin_mm, lowest_disc)
            corners = np.concatenate([disc.roi.corners_lps() for disc in found.discs])
            return found, self._others(np.array([disc.center_lps_mm for disc in found.discs]), corners, others)
        centers = np.array([candidate.center_lps_mm for candidate in seen.row])
        corners = np.concatenate([roi_box(candidate).corners_lps() for candidate in seen.row])
        rows = self._others(centers, corners, others, seen.row)
        return self._named(series, seen, rows, margin_mm, lowest_disc), rows

    def _named(
        self, series: Series, seen: "_Segmented", others: Sequence[OtherRow], margin_mm: float, lowest_disc: str | None
    ) -> Localization:
        """The discs of a series, named by what it and others show of them."""
        estimate = None
        if self._levels is not None and seen.row:
            own = self._levels(seen.segmentation, seen.row)
            estimate = estimate_lowest_disc(seen.row, own, others, self._levels.weights)
        found = _localization(series.name, seen, series.volume, margin_mm, lowest_disc, estimate=estimate)
        if not seen.turned:
            return found
        discs = tuple(turned_back(disc, series.volume) for disc in found.discs)
        warnings = (UPSIDE_DOWN.format(series=title_of(series)), *found.warnings)
        return replace(found, discs=discs, segmentation=turned_over(found.segmentation), warnings=warnings)

    def _localize_axial(
        self, study: Study, margin_mm: float, lowest_disc: str | None, progress: Progress
    ) -> Localization:
        """Find the discs that axial T2 series show, on the sagittal picture that these make together."""
        shown = axial_t2(study)
        picture = sagittal_from_axial(shown)
        segmentation = self._segmenter(picture, progress)
        every, labels = find_candidates(segmentation)
        candidates = [candidate for candidate in every if is_shown(candidate.center_lps_mm, shown)]
        seen = _Segmented(segmentation, candidates, labels, row_of(candidates))
        found = _localization(shown[0].name, seen, picture, margin_mm, lowest_disc, below=blocks_below(seen.row, shown))
        if not found.discs:
            raise StudyError(f"No lumbar disc was found on the axial T2 of {study.name}; add a sagittal series.")
        return with_axial_doubts(found, study, shown, counted=lowest_disc is None)

    def _is_turned(self, volume: Volume, row: Sequence[Candidate]) -> bool:
        """Whether the slices through the middle of a row of discs show a better spine when they are turned over."""
        thin = _middle_slices(volume, np.mean([candidate.center_lps_mm for candidate in row], axis=0))
        return thin is not None and is_turned(row, row_of(find_candidates(self._segmenter(turned_over(thin)))[0]))

    def _others(
        self, centers: np.ndarray, corners: np.ndarray, others: Sequence[Series], row: Sequence[Candidate] = ()
    ) -> list[OtherRow]:
        """What each other sagittal series shows in its middle, and how far discs with these centers and corners of
        boxes, in LPS mm, lie from there on it; those that do not show the middle of these discs are left out.

        Where ``row`` is given, series that reach beyond it are looked at over their whole width.
        """
        rows = []
        for series in others:
            thin = _middle_slices(series.volume, centers.mean(0), 0)
            if thin is None:
                continue
            wide = bool(row) and _reaches_beyond(thin, row)
            segmentation = self._segmenter(thin, near_lps_mm=None if wide else corners)
            there = row_of(find_candidates(segmentation)[0])
            if not there:
                continue
            estimate = None if self._levels is None else self._levels(segmentation, there)
            shift = common_shift(centers, np.array([candidate.center_lps_mm for candidate in there]))
            rows.append(OtherRow(series.name, there, estimate, shift, series.contrast in FAMILIAR, title_of(series)))
        return rows


@dataclass(frozen=True, eq=False)
class _Segmented:
    """What was made out on a sagittal volume: its candidates, the label of each pixel's, and the row that they make."""

    segmentation: Segmentation
    candidates: Sequence[Candidate]
    labels: np.ndarray
    row: Sequence[Candidate]
    turned: bool = False


def _reaches_beyond(volume: Volume, row: Sequence[Candidate]) -> bool:
    """Whether a picture goes on so far above or below a row that it may show further discs."""
    index = volume.lps_to_index(np.array([row[0].center_lps_mm, row[-1].center_lps_mm]))
    below = (volume.size[1] - 1 - index[0, 1]) * volume.spacing_mm[1] - row[0].room_below_mm
    above = index[1, 1] * volume.spacing_mm[1] - row[-1].room_above_mm
    return max(below, above) > SHORTEST_STEP_MM


def _localization(
    series: str,
    seen: _Segmented,
    volume: Volume,
    margin_mm: float,
    lowest_disc: str | None,
    below: int | None = None,
    estimate: LowestDisc | None = None,
) -> Localization:
    """The discs that candidates on a volume are, named and boxed, with what is doubtful about them."""
    naming = name_candidates(seen.candidates, lowest_disc, below, estimate)
    discs = tuple(disc_of(disc, margin_mm) for disc in naming.discs)
    warnings = (*naming.warnings, *filter(None, [scale_doubt(seen.row)]))
    # On the picture that axial slices make together there is no more below the lowest of them; and another series may
    # show what is.
    counted = lowest_disc is None and below is None and (estimate is None or estimate.shown_by is None)
    misfits = doubts_of_row([disc.candidate for disc in naming.discs], counted=counted)
    return Localization(
        series,
        without_islands(label_volume(seen.segmentation, naming.discs, seen.labels, volume), discs),
        discs,
        warnings,
        name_doubts=naming.doubts,
        name_probability=naming.probability,
        name_alternatives=naming.alternatives,
        misfits=misfits,
    )


def common_shift(discs: Sequence[Disc] | np.ndarray, centers: np.ndarray) -> np.ndarray | None:
    """The one shift within the sagittal plane that brings discs onto other centres.

    Parameters
    ----------
    discs : sequence of Disc, or ndarray of shape (m, 3)
        Or their centres in LPS mm.
    centers : ndarray, shape (n, 3)
        LPS mm of disc centres on another series.

    Returns
    -------
    ndarray, shape (3,), or None
        LPS mm, its part across the sagittal plane 0, and 0 altogether where it is within what two readings of one
        disc differ by; None where half of the discs or more have no counterpart within `REGISTER_MM` after it.
    """
    if len(discs) == 0 or len(centers) == 0:
        return None
    own = np.array([disc.center_lps_mm if isinstance(disc, Disc) else disc for disc in discs])[:, 1:]
    others = centers[:, 1:]
    nearest = others[np.linalg.norm(own[:, None] - others[None], axis=2).argmin(1)] - own
    reached = np.linalg.norm(nearest, axis=1) < REACH_MM
    if not reached.any():
        return None
    shift = np.median(nearest[reached], axis=0)
    rest = np.linalg.norm(nearest - shift, axis=1)
    if (rest < REGISTER_MM).mean() <= 0.5:
        return None
    return np.array([0.0, *shift]) if np.linalg.norm(shift) > SAME_PLACE_MM else np.zeros(3)


def _middle_slices(volume: Volume, center_lps: np.ndarray, beside: int = 1) -> Volume | None:
    """The sagittal slice of a volume nearest to a point, and so many on each side; None where the point is beside."""
    frames = sagittal_frames(volume).volume
    position = float(frames.lps_to_index(center_lps)[2])
    if not -1.5 <= position <= len(frames.array) + 0.5:
        return None
    middle = int(np.clip(round(position), 0, len(frames.array) - 1))
    low, high = max(0, middle - beside), min(len(frames.array), middle + beside + 1)
    affine = frames.affine_lps.copy()
    affine[:3, 3] += low * affine[:3, 2]
    return Volume(frames.array[low:high], affine)


def _sagittal(study: Study) -> list[Series]:
    """All sagittal series, what is no picture to find discs on among them: a localizer shows where the sacrum is."""
    return [series for series in study.series if series.plane is Plane.SAGITTAL]


def sagittal_series(study: Study) -> Sequence[Series]:
    """The study's sagittal series, the one best suited for finding discs first.

    What is known to be no picture of the spine, such as a localizer, and what nobody knows the contrast of, serve only
    where there is nothing else.
    """
    order = {role: position for position, role in enumerate(PREFERRED_ROLES)}
    found = _sagittal(study)
    known = [series for series in found if series.contrast not in (Contrast.UNKNOWN, Contrast.OTHER)]
    return sorted(
        ranked(known or found), key=lambda series: (bool(place_of(series)), order.get(series.role, len(order)))
    )


def disc_of(named: NamedCandidate, margin_mm: float = DEFAULT_MARGIN_MM) -> Disc:
    """The disc that a named candidate is, with its ROI box."""
    candidate = named.candidate
    # An osteophyte or a bulge moves the disc's own middle, an unclear endplate that of the vertebrae: half way is best.
    center = candidate.center_lps_mm + candidate.axes_lps[:, 1] * (candidate.vertebral_middle_mm or 0.0) / 2
    return Disc(
        named.index_from_sacrum,
        named.level,
        center,
        candidate.height_mm,
        candidate.depth_mm,
        candidate.width_mm,
        roi_box(candidate, margin_mm),
        named.warnings,
    )


def label_volume(
    segmentation: Segmentation, named: Sequence[NamedCandidate], labels: np.ndarray, volume: Volume
) -> Volume:
    """The `discgrader.localize.labels` in the series' own geometry, uint16."""
    classes = segmentation.labels()
    result = np.select(
        [classes == VERTEBRA, classes == CANAL], [int(Label.VERTEBRA), int(Label.CANAL)], int(Label.NOTHING)
    ).astype(np.uint16)
    lookup = np.zeros(int(labels.max()) + 1, np.uint16)
    for disc in named:
        lookup[disc.candidate.label] = disc_label(disc.index_from_sacrum)
    coarse = lookup[labels]
    rows = _nearest(classes.shape[1], labels.shape[1])
    columns = _nearest(classes.shape[2], labels.shape[2])
    for index in range(len(classes)):
        disc = classes[index] == DISC
        result[index][disc] = coarse[index][rows][:, columns][disc]
    return Volume(segmentation.frames.restore(result), volume.affine_lps)


def _nearest(fine: int, coarse: int) -> np.ndarray:
    """For every fine index the coarse index that lies over it."""
    return np.minimum(((np.arange(fine) + 0.5) * coarse / fine).astype(int), coarse - 1)
