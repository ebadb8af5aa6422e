"""The parameters of a digital lumbar spine, and how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.levels import LEVELS
from discgrader.phantom.disc import DiscParameters
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings, check_levels
from discgrader.phantom.patient import LUMBARIZED, ORDINARY, SACRALIZED, Curve, Patient, known, pulled

VERTEBRAE = ("L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10", "T9")
"""Vertebrae from the sacrum upwards. As everywhere in the project, these names and those of levels count from the
sacrum as if there were five lumbar vertebrae; `counted_names` are those by number."""

BODY_HEIGHT_MM = (28.6, 28.9, 28.8, 28.2, 27.1, 25.4, 23.5, 22.4, 21.3)
BODY_DEPTH_MM = (35.5, 35.5, 35.0, 34.0, 33.0, 32.0, 31.0, 30.0, 29.0)
BODY_WIDTH_MM = (50.0, 48.0, 45.5, 43.0, 41.0, 39.0, 36.5, 34.0, 32.0)
BODY_WEDGE_DEG = (12.0, 5.2, 2.9, 0.6, -0.9, -3.4, -3.8, -4.0, -4.0)
"""Measures from L5 upwards. Depth and width are rounded from what anatomy books and population studies of the lumbar
spine agree on (vertebrae grow from T11 to L3 and widen to L5). Heights and wedges are set so that bodies and the low
discs of `discgrader.phantom.disc` together are as far apart, and as lordotic, as these say: on MRI the dark endplates,
cartilage included, look like bone."""


BACK_POWER, COMPACT_SHARE = (2.3, 3.5), (0.3, 0.9)
"""Least and most of how square backs are, and of compact bone in articular processes; set by eye on axial slices of
patients."""


@dataclass(frozen=True)
class VertebraParameters:
    """One vertebra.

    Parameters
    ----------
    name : str
        Such as ``L5``.
    height_mm, depth_mm, width_mm : float
        Of the body: at mid-depth, front to back, and side to side at the endplates.
    wedge_deg : float
        Angle between its endplates, positive where the front is the taller.
    waist : float
        How far the front is drawn in at mid-height, as a share of half the depth.
    back_power : float
        How square it and the disc below it are behind, as the exponent of their oval: 2 for an ellipse.
    concavity_mm : tuple of float
        Depth of the upper and the lower endplate.
    marrow_fat : float
        Share of the marrow that is fat.
    process_mm, process_tilt_deg, process_side_mm : float
        Length of the spinous process, how far it slopes down, and how far its tip leans to the left.
    vein : float
        How plain the basivertebral vein is, 0 to 1.
    compact : float
        Share of its articular processes that is compact bone.
    lumbar : bool
        Whether it is lumbar and not thoracic.
    sacralized : bool
        Whether its transverse processes are wide and reach the sacrum.
    """

    name: str
    height_mm: float
    depth_mm: float
    width_mm: float
    wedge_deg: float
    waist: float
    back_power: float
    concavity_mm: tuple[float, float]
    marrow_fat: float
    process_mm: float
    process_tilt_deg: float
    process_side_mm: float
    vein: float
    compact: float
    lumbar: bool
    sacralized: bool


@dataclass(frozen=True)
class BodyParameters:
    """What surrounds the spine.

    Parameters
    ----------
    sacral_slope_deg : float
        Tilt of the upper endplate of S1 against the horizontal.
    back_fat_mm, buttock_fat_mm : float
        Fat between fascia and skin at L2 and at S2.
    muscle_fat : float
        Share of fat in the paraspinal muscle.
    sac_radius_mm : float
        Half of the front-to-back diameter of the thecal sac at L3.
    conus_level : float
        Where the spinal cord ends: 0 at the middle of L1, positive downwards in vertebrae.
    front_mm : float
        From the front of L3 to the skin of the belly.
    belly_fat_mm : float
        Thickness of the fat in front of the abdominal wall.
    """

    sacral_slope_deg: float
    back_fat_mm: float
    buttock_fat_mm: float
    muscle_fat: float
    sac_radius_mm: float
    conus_level: float
    front_mm: float
    belly_fat_mm: float


@dataclass(frozen=True)
class SpineParameters:
    """Everything that makes one digital spine what it is.

    Parameters
    ----------
    seed : int
        The patient: what is not given is drawn from it, each organ from a stream of its own.
    vertebrae : tuple of VertebraParameters
        From L5 upwards.
    discs : tuple of DiscParameters
        From L5-S1 upwards; disc i lies below vertebra i.
    body : BodyParameters
        What surrounds the spine.
    patient : Patient
        Whose spine it is; nothing is None but the convex side of a straight spine.
    curve : Curve
        Its lateral bend.
    """

    seed: int
    vertebrae: tuple[VertebraParameters, ...]
    discs: tuple[DiscParameters, ...]
    body: BodyParameters
    patient: Patient
    curve: Curve

    @classmethod
    def draw(
        cls, seed: int, findings: Mapping[str, DiscFindings | int] | None = None, patient: Patient | None = None
    ) -> "SpineParameters":
        """A spine as chance would have it, with what is asked for.

        Parameters
        ----------
        seed : int
            The same seed gives the same spine; two spines of one seed differ only in the discs whose findings differ
            (where a vertebra slips, all that stands on it moves along).
        findings : mapping of level to DiscFindings or int, optional
            What is asked of the discs named; a bare number is a Pfirrmann grade.
        patient : Patient, optional
            What is asked of the person; the rest is drawn. Discs degenerate with age (Cheung et al., Spine 2009;
            Brinjikji et al., AJNR 2015), marrow turns to fat with it (Kugel et al., J Magn Reson Imaging 2001), as
            muscle does (Crawford et al., AJNR 2016), and vertebrae lose height and become more hollow (Twomey and
            Taylor, Clin Orthop 1987). Women are smaller than men.

        Raises
        ------
        UsageError
            If a level does not exist, or cannot have what is asked of it, or the person cannot.
        """
        if seed < 0:
            raise UsageError(f"The seed {seed} is negative; choose 0 or more.")
        wanted = {level: _findings(level, given) for level, given in dict(findings or {}).items()}
        check_levels(wanted)
        patient = patient or Patient()
        whole = patient.complete(seed)
        wanted[LEVELS[0]] = _lowest(wanted.get(LEVELS[0], DiscFindings()), patient, whole)
        person = stream(seed, "person")
        woman = whole.sex == "F"
        scale = (0.965 if woman else 1.035) * (1.0 + 0.04 * float(np.clip(person.standard_normal(), -2, 2)))
        marrow_fat = 0.35 + 0.25 * pulled(person.uniform(), whole.age_rank, 0.6)
        lordosis = person.uniform(0.75, 1.15) + (0.03 if woman else -0.03)
        health = pulled(person.uniform(), whole.age_rank, 0.7)
        return cls(
            seed,
            tuple(_draw_vertebra(seed, i, scale, marrow_fat, whole) for i in range(len(VERTEBRAE))),
            tuple(
                DiscParameters.draw(
                    seed, i, alike(i, known(whole.lumbar)), scale, lordosis, health, wanted.get(level, DiscFindings())
                )
                for i, level in enumerate(LEVELS)
            ),
            _draw_body(seed, scale, lordosis, whole),
            whole,
            Curve.draw(seed, whole),
        )


def counted_names(lumbar: int) -> tuple[str, ...]:
    """Names of the vertebrae from the sacrum upwards where there are so many lumbar ones, such as ``L6`` first."""
    names = [f"L{lumbar - i}" for i in range(lumbar)] + [f"T{12 - i}" for i in range(len(VERTEBRAE))]
    return tuple(names[: len(VERTEBRAE)])


def counted_levels(lumbar: int) -> tuple[str, ...]:
    """Names of the levels from the sacrum upwards by number of vertebrae, such as ``L6-S1``, then ``L5-L6``."""
    names = counted_names(lumbar)
    return tuple(f"{upper}-{lower}" for upper, lower in zip(names, ("S1", *names)))


def alike(index: int, lumbar: int) -> int:
    """Which vertebra (or disc below it) of an ordinary spine this one is built like, 0 for the lowest.

    The lowest is always built like L5; from the one above on, likeness goes by number.
    """
    return 0 if index == 0 else int(np.clip(index + 5 - lumbar, 1, len(VERTEBRAE) - 1))


def _lowest(findings: DiscFindings, patient: Patient, whole: Patient) -> DiscFindings:
    """What the lowest disc has where L5 is sacralized: there is but a rudiment of it, unless a disc was asked for."""
    level = LEVELS[0]
    if findings.fused and patient.transitional in (ORDINARY, LUMBARIZED):
        raise UsageError(
            f"{level}: only a sacralized L5 is fused (transitional={patient.transitional}); change one of the two."
        )
    if patient.transitional == SACRALIZED:
        if findings.fused is False:
            raise UsageError(f"{level}: a sacralized L5 is fused (fused=0); change one of the two.")
        try:
            return replace(findings, fused=True)
        except UsageError as error:
            raise UsageError(f"{level}: {error} L5 is sacralized.") from None
    return (
        replace(findings, fused=True) if whole.transitional == SACRALIZED and findings == DiscFindings() else findings
    )


def _findings(level: str, requested: DiscFindings | int) -> DiscFindings:
    try:
        return requested if isinstance(requested, DiscFindings) else DiscFindings(pfirrmann=requested)
    except UsageError as error:
        raise UsageError(f"{level}: {error}") from None


def _draw_vertebra(seed: int, i: int, scale: float, marrow_fat: float, patient: Patient) -> VertebraParameters:
    rng = stream(seed, f"vertebra {VERTEBRAE[i]}")
    count = known(patient.lumbar)
    lumbar, k, old = i < count, alike(i, count), patient.age_rank - 0.5
    sacralized = i == 0 and patient.transitional == SACRALIZED
    square, compact = (
        stream(seed, "square backs").uniform(*BACK_POWER),
        stream(seed, "compact bone").uniform(*COMPACT_SHARE),
    )
    return VertebraParameters(
        name=VERTEBRAE[i],
        height_mm=BODY_HEIGHT_MM[k] * scale * (1 + 0.025 * rng.standard_normal()) * (1 - 0.03 * old),
        depth_mm=BODY_DEPTH_MM[k] * scale,
        width_mm=BODY_WIDTH_MM[k] * scale,
        back_power=square,
        # A sacralized vertebra is square: hardly a wedge, hardly a waist.
        wedge_deg=BODY_WEDGE_DEG[k] * (0.3 if sacralized else 1.0) + 0.8 * rng.standard_normal(),
        waist=rng.uniform(0.1, 0.17) * (0.35 if sacralized else 1.0),
        concavity_mm=(rng.uniform(0.6, 1.5) * (1 + 0.4 * old), rng.uniform(0.9, 2.2) * (1 + 0.4 * old)),
        marrow_fat=float(np.clip(marrow_fat + 0.03 * rng.standard_normal() + (0.03 if i < 2 else 0.0), 0.2, 0.75)),
        process_mm=(25.0 if i == 0 else 31.0 if lumbar else 29.0) * scale * rng.uniform(0.92, 1.06),
        process_tilt_deg=(9.0 if lumbar else 12.0 + 7.0 * (k - 4)) + 4 * rng.standard_normal(),
        process_side_mm=1.6 * rng.standard_normal(),
        vein=rng.uniform(0.1, 0.75),
        compact=compact,
        lumbar=lumbar,
        sacralized=sacralized,
    )


def _draw_body(seed: int, scale: float, lordosis: float, patient: Patient) -> BodyParameters:
    rng = stream(seed, "body")
    habitus = patient.build_rank
    return BodyParameters(
        sacral_slope_deg=18.0 + 20.0 * lordosis + 2.5 * rng.standard_normal(),
        back_fat_mm=8.0 + 16.0 * habitus + rng.uniform(0, 4),
        buttock_fat_mm=16.0 + 26.0 * habitus + rng.uniform(0, 6),
        muscle_fat=0.06 + 0.22 * pulled(pulled(rng.uniform(), patient.build_rank, 0.35), patient.age_rank, 0.6),
        sac_radius_mm=rng.uniform(5.9, 7.4) * scale,
        # By number, but nowhere so low that a lumbar disc below the second of five would hold the cord.
        conus_level=min(rng.uniform(-0.6, 0.7) + 5 - known(patient.lumbar), 0.7),
        front_mm=(70.0 + 60.0 * habitus + rng.uniform(0, 15)) * scale,
        belly_fat_mm=8.0 + 26.0 * habitus,
    )
