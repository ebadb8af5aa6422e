"""The parameters of a digital lumbar spine, and how they are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.disc import LEVELS
from discgrader.phantom.fields import stream

VERTEBRAE = ("L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10", "T9")

BODY_HEIGHT_MM = (27.0, 27.2, 27.2, 26.8, 26.0, 24.6, 23.0, 22.0, 21.0)
BODY_DEPTH_MM = (35.5, 35.5, 35.0, 34.0, 33.0, 32.0, 31.0, 30.0, 29.0)
BODY_WIDTH_MM = (50.0, 48.0, 45.5, 43.0, 41.0, 39.0, 36.5, 34.0, 32.0)
BODY_WEDGE_DEG = (8.0, 2.0, 0.5, -1.0, -2.0, -4.0, -4.0, -4.0, -4.0)
DISC_HEIGHT_MM = (10.0, 10.8, 10.0, 9.0, 7.9, 6.4, 5.3, 4.7, 4.3)
DISC_WEDGE_DEG = (12.0, 10.0, 8.0, 6.0, 4.5, 2.5, 1.0, 0.0, 0.0)
"""Measures from L5 (or L5-S1) upwards, rounded from what anatomy books and population studies of the lumbar spine
agree on (vertebrae grow from T11 to L3 and widen to L5; discs are highest at L4-L5 and most wedged at L5-S1)."""

HEIGHT_OF_GRADE = {1: 1.0, 2: 1.0, 3: 0.95, 4: 0.83, 5: 0.45}
HYDRATION_OF_GRADE = {1: 1.0, 2: 0.76, 3: 0.36, 4: 0.1, 5: 0.0}
SPACING_SHARE = 0.9
"""Vertebrae stand as far apart as discs of this share of the healthy height would keep them."""

GRADE_ODDS = ((0.12, 0.2, 0.26, 0.27, 0.15), (0.15, 0.22, 0.28, 0.25, 0.1), (0.22, 0.3, 0.28, 0.15, 0.05))


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
    concavity_mm : tuple of float
        Depth of the upper and the lower endplate.
    marrow_fat : float
        Share of the marrow that is fat.
    process_mm, process_tilt_deg, process_side_mm : float
        Length of the spinous process, how far it slopes down, and how far its tip leans to the left.
    vein : float
        How plain the basivertebral vein is, 0 to 1.
    """

    name: str
    height_mm: float
    depth_mm: float
    width_mm: float
    wedge_deg: float
    waist: float
    concavity_mm: tuple[float, float]
    marrow_fat: float
    process_mm: float
    process_tilt_deg: float
    process_side_mm: float
    vein: float


@dataclass(frozen=True)
class DiscParameters:
    """One disc.

    Parameters
    ----------
    level : str
        Such as ``L4-L5``.
    index_from_sacrum : int
        1 = L5-S1.
    grade : int
        Pfirrmann grade 1–5.
    healthy_height_mm : float
        Its height at grade I.
    wedge_deg : float
        Angle between the endplates that bound it.
    height_share : float
        Its height as a share of the healthy one.
    hydration : float
        Signal of its nucleus: 1 the watery nucleus of youth, 0 fibrous tissue.
    bulge_mm : float
        How far its edge stands out beyond the vertebrae all around.
    """

    level: str
    index_from_sacrum: int
    grade: int
    healthy_height_mm: float
    wedge_deg: float
    height_share: float
    hydration: float
    bulge_mm: float

    @property
    def height_mm(self) -> float:
        """Height between the rims of the endplates."""
        return self.healthy_height_mm * self.height_share

    @property
    def spacing_mm(self) -> float:
        """Distance at which the vertebrae stand. It does not depend on the grade, so that one disc's grade moves
        nothing but that disc and the endplates beside it."""
        return self.healthy_height_mm * SPACING_SHARE

    @property
    def bulging(self) -> bool:
        """Whether a reader would call it a bulging disc."""
        return self.bulge_mm >= 1.5

    @property
    def narrowing(self) -> bool:
        """Whether a reader would call it narrowed."""
        return self.height_share < 0.78


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
    """

    seed: int
    vertebrae: tuple[VertebraParameters, ...]
    discs: tuple[DiscParameters, ...]
    body: BodyParameters

    @classmethod
    def draw(
        cls,
        seed: int,
        grades: Mapping[str, int] | None = None,
        bulging: Mapping[str, bool] | None = None,
        narrowing: Mapping[str, bool] | None = None,
    ) -> "SpineParameters":
        """A spine as chance would have it, with what is asked for.

        Parameters
        ----------
        seed : int
            The same seed gives the same spine; two spines of one seed differ only in the discs whose grades differ.
        grades : mapping of level to int, optional
            Pfirrmann grade, 1–5, of the discs named; the others' are drawn.
        bulging, narrowing : mapping of level to bool, optional
            Whether the discs named bulge and are narrowed; the others as their grade makes likely.

        Raises
        ------
        UsageError
            If a level does not exist or a grade is not 1–5.
        """
        if seed < 0:
            raise UsageError(f"The seed {seed} is negative; choose 0 or more.")
        grades, bulging, narrowing = dict(grades or {}), dict(bulging or {}), dict(narrowing or {})
        for level in (*grades, *bulging, *narrowing):
            if level not in LEVELS:
                raise UsageError(f"There is no level {level}; choose one of {', '.join(LEVELS)}.")
        for level, grade in grades.items():
            if isinstance(grade, bool) or grade not in HEIGHT_OF_GRADE:
                raise UsageError(f"{level} cannot have Pfirrmann grade {grade}; choose 1 to 5.")
        person = stream(seed, "person")
        scale = 1.0 + 0.05 * np.clip(person.standard_normal(), -2, 2)
        marrow_fat = person.uniform(0.35, 0.6)
        lordosis = person.uniform(0.75, 1.15)
        health = person.uniform(0.0, 1.0)
        return cls(
            seed,
            tuple(_draw_vertebra(seed, i, scale, marrow_fat) for i in range(len(VERTEBRAE))),
            tuple(
                _draw_disc(
                    seed, i, scale, lordosis, health, grades.get(level), bulging.get(level), narrowing.get(level)
                )
                for i, level in enumerate(LEVELS)
            ),
            _draw_body(seed, scale, lordosis),
        )


def _draw_vertebra(seed: int, i: int, scale: float, marrow_fat: float) -> VertebraParameters:
    rng = stream(seed, f"vertebra {VERTEBRAE[i]}")
    lumbar = i < 5
    return VertebraParameters(
        name=VERTEBRAE[i],
        height_mm=BODY_HEIGHT_MM[i] * scale * (1 + 0.025 * rng.standard_normal()),
        depth_mm=BODY_DEPTH_MM[i] * scale,
        width_mm=BODY_WIDTH_MM[i] * scale,
        wedge_deg=BODY_WEDGE_DEG[i] + 0.8 * rng.standard_normal(),
        waist=rng.uniform(0.1, 0.17),
        concavity_mm=(rng.uniform(0.6, 1.5), rng.uniform(0.9, 2.2)),
        marrow_fat=float(np.clip(marrow_fat + 0.03 * rng.standard_normal() + (0.03 if i < 2 else 0.0), 0.2, 0.75)),
        process_mm=(25.0 if i == 0 else 31.0 if lumbar else 29.0) * scale * rng.uniform(0.92, 1.06),
        process_tilt_deg=(9.0 if lumbar else 12.0 + 7.0 * (i - 4)) + 4 * rng.standard_normal(),
        process_side_mm=1.6 * rng.standard_normal(),
        vein=rng.uniform(0.1, 0.75),
    )


def _draw_disc(
    seed: int,
    i: int,
    scale: float,
    lordosis: float,
    health: float,
    grade: int | None,
    bulging: bool | None,
    narrowing: bool | None,
) -> DiscParameters:
    # Every number is drawn whether it is used or not, so that asking for a grade shifts nothing else.
    rng = stream(seed, f"disc {LEVELS[i]}")
    chance, wish, height, hydration, bulge, jitter, wedge = rng.uniform(size=7)
    odds = np.cumsum(GRADE_ODDS[0 if i < 2 else 1 if i < 4 else 2])
    if grade is None:
        grade = 1 + int(np.searchsorted(odds[:-1], 0.5 * chance + 0.5 * health))
    likely_bulge = wish < {1: 0.0, 2: 0.1, 3: 0.45, 4: 0.75, 5: 0.8}[grade]
    bulges = likely_bulge if bulging is None else bulging
    share = HEIGHT_OF_GRADE[grade] * (1 + (height - 0.5) * (0.2 if grade == 5 else 0.1))
    if narrowing is not None:
        share = min(share, 0.55 + 0.2 * height) if narrowing else max(share, 0.8 + 0.1 * height)
    return DiscParameters(
        level=LEVELS[i],
        index_from_sacrum=i + 1,
        grade=int(grade),
        healthy_height_mm=DISC_HEIGHT_MM[i] * scale * (0.93 + 0.14 * jitter),
        wedge_deg=DISC_WEDGE_DEG[i] * lordosis + 3 * (wedge - 0.5),
        height_share=share,
        hydration=max(HYDRATION_OF_GRADE[grade] * (1 + 0.14 * (hydration - 0.5)), 0.0),
        bulge_mm=2.0 + 2.0 * bulge if bulges else 0.6 * bulge,
    )


def _draw_body(seed: int, scale: float, lordosis: float) -> BodyParameters:
    rng = stream(seed, "body")
    habitus = rng.uniform()
    return BodyParameters(
        sacral_slope_deg=18.0 + 20.0 * lordosis + 2.5 * rng.standard_normal(),
        back_fat_mm=8.0 + 16.0 * habitus + rng.uniform(0, 4),
        buttock_fat_mm=16.0 + 26.0 * habitus + rng.uniform(0, 6),
        muscle_fat=rng.uniform(0.06, 0.28),
        sac_radius_mm=rng.uniform(5.9, 7.4) * scale,
        conus_level=rng.uniform(-0.6, 0.7),
        front_mm=(70.0 + 60.0 * habitus + rng.uniform(0, 15)) * scale,
        belly_fat_mm=8.0 + 26.0 * habitus,
    )
