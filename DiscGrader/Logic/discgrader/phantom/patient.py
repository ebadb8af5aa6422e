"""The person whose spine is drawn: age, sex, build, and how many vertebrae in what curve."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy.special import ndtr, ndtri

from discgrader.errors import UsageError
from discgrader.phantom.fields import stream

SEXES = ("F", "M")
Value = TypeVar("Value")

SIDES = ("left", "right")
ORDINARY, SACRALIZED, LUMBARIZED = "none", "sacralized", "lumbarized"
TRANSITIONAL = (ORDINARY, SACRALIZED, LUMBARIZED)
LUMBAR_COUNTS = (4, 5, 6)
"""Numbers of lumbar vertebrae that people have."""

AGE_RANGE, MASS_INDEX_RANGE, COBB_RANGE_DEG = (18, 95), (16.0, 50.0), (0.0, 60.0)
"""Adults, and what body mass index and Cobb angle the drawn body still looks right for."""

AGE_MEAN, AGE_DEVIATION = 53.0, 16.0
"""Of patients who have a lumbar MRI; round numbers, no cohort's."""

MASS_INDEX_MEDIAN, MASS_INDEX_SPREAD = 26.5, 0.18
"""Median, and standard deviation of the logarithm; round numbers, no cohort's."""

SCOLIOSIS_FROM_DEG = 10.0
"""Cobb angle from which a curve is called a scoliosis, by general definition."""

SCOLIOSIS_SHARE, TRANSITIONAL_SHARE, OTHER_COUNT_SHARE = 0.10, 0.10, 1 / 15
"""Shares of patients; round numbers, no cohort's."""


@dataclass(frozen=True)
class Patient:
    """A person; what is None is left to chance.

    Plain draws are of adults who come for lumbar MRI. Scoliosis of 10 degrees and more, the least that is called so,
    has one in ten (8.3 % of adults in Carter and Haynes, Int J Epidemiol 1987; 8.85 % of those over forty in Kebaish
    et al., Spine 2011), a transitional lumbosacral vertebra one in ten (12 % on average in Bron et al., Eur Spine J
    2007; 4 to 30 % in Konin and Walz, AJNR 2010), and four or six lumbar vertebrae one in fifteen.

    Parameters
    ----------
    age : int
        Years, 18 to 95.
    sex : str
        ``F`` or ``M``.
    mass_index : float
        Body mass index, 16 to 50 kg/m².
    scoliosis_deg : float
        Cobb angle of the lateral bend, 0 to 60 degrees; 0 for a straight spine.
    convex : str
        ``left`` or ``right``: the side to which it bends out.
    lumbar : int
        Number of lumbar vertebrae: 4, 5 or 6.
    transitional : str
        ``sacralized`` where the lowest lumbar vertebra is half joined to the sacrum, ``lumbarized`` where S1 is half
        parted from it, or ``none``.

    Raises
    ------
    UsageError
        If a value does not exist, or two cannot be in one person.
    """

    age: int | None = None
    sex: str | None = None
    mass_index: float | None = None
    scoliosis_deg: float | None = None
    convex: str | None = None
    lumbar: int | None = None
    transitional: str | None = None

    def __post_init__(self) -> None:
        _check_range("age", self.age, AGE_RANGE, "years")
        _check_range("body mass index", self.mass_index, MASS_INDEX_RANGE, "kg/m²")
        _check_range("Cobb angle", self.scoliosis_deg, COBB_RANGE_DEG, "degrees")
        _check_choice("sex", self.sex, SEXES)
        _check_choice("convex side", self.convex, SIDES)
        _check_choice("number of lumbar vertebrae", self.lumbar, LUMBAR_COUNTS)
        _check_choice("transitional vertebra", self.transitional, TRANSITIONAL)
        if self.convex is not None and self.scoliosis_deg == 0:
            raise UsageError(
                f"A straight spine (scoliosis 0) is not convex to the {self.convex}; give only one of the two."
            )
        if self.transitional == SACRALIZED and self.lumbar not in (None, 5):
            raise UsageError(
                f"A sacralized L5 is the fifth lumbar vertebra, so there cannot be {self.lumbar}; give only "
                "one of the two."
            )
        if self.transitional == LUMBARIZED and self.lumbar not in (None, 5):
            raise UsageError(
                f"A lumbarized S1 lies below five lumbar vertebrae, so there cannot be {self.lumbar}; give "
                "only one of the two."
            )

    def complete(self, seed: int) -> "Patient":
        """The same person with all that was left to chance drawn from this seed.

        Each has a random stream of its own, so that asking for one shifts none of the others.
        """

        def uniform_draw(purpose: str) -> float:
            return float(stream(seed, f"patient {purpose}").uniform())

        age = round(float(np.clip(AGE_MEAN + AGE_DEVIATION * ndtri(uniform_draw("age")), *AGE_RANGE)))
        mass_index = float(
            np.clip(MASS_INDEX_MEDIAN * np.exp(MASS_INDEX_SPREAD * ndtri(uniform_draw("build"))), *MASS_INDEX_RANGE)
        )
        usual = self.transitional in (SACRALIZED, LUMBARIZED)
        lumbar = self.lumbar or (5 if usual else _count(uniform_draw("count")))
        drawn = Patient(
            age=age,
            sex=SEXES[int(uniform_draw("sex") < 0.5)],
            mass_index=round(mass_index, 1),
            scoliosis_deg=round(_cobb(uniform_draw("scoliosis"), uniform_draw("cobb")), 1),
            lumbar=lumbar,
            transitional=_transitional(uniform_draw("transition")) if lumbar == 5 else ORDINARY,
        )
        side = SIDES[int(uniform_draw("convex") < 0.5)]
        whole = replace(drawn, **{name: value for name, value in vars(self).items() if value is not None})
        return replace(whole, convex=_side(self, side, known(whole.scoliosis_deg)))

    @property
    def age_rank(self) -> float:
        """Share of the drawn people who are younger, 0 to 1."""
        return float(ndtr((known(self.age) - AGE_MEAN) / AGE_DEVIATION))

    @property
    def build_rank(self) -> float:
        """Share of the drawn people who are leaner, 0 to 1."""
        return float(ndtr(np.log(known(self.mass_index) / MASS_INDEX_MEDIAN) / MASS_INDEX_SPREAD))


def known(value: Value | None) -> Value:
    """A value of a patient of whom nothing is left to chance."""
    assert value is not None
    return value


def pulled(uniform_draw: float, rank: float, share: float) -> float:
    """A chance (0 to 1) that goes with a rank to this correlation, and is as evenly spread as both were."""
    own, other = (ndtri(np.clip(value, 1e-6, 1 - 1e-6)) for value in (uniform_draw, rank))
    return float(ndtr(share * other + (1 - share**2) ** 0.5 * own))


def _side(requested: Patient, drawn: str, cobb_deg: float) -> str | None:
    return requested.convex or (drawn if cobb_deg else None)


def _cobb(curved: float, size: float) -> float:
    """Cobb angle: a third of those who have no scoliosis have a slight curve all the same."""
    if curved < SCOLIOSIS_SHARE:
        return float(min(SCOLIOSIS_FROM_DEG - 8.0 * np.log1p(-size), 45.0))
    return 2.0 + 7.5 * size if curved < SCOLIOSIS_SHARE + 0.3 else 0.0


def _count(uniform_draw: float) -> int:
    return 4 if uniform_draw < OTHER_COUNT_SHARE / 2 else 6 if uniform_draw < OTHER_COUNT_SHARE else 5


def _transitional(uniform_draw: float) -> str:
    share = TRANSITIONAL_SHARE / (1 - OTHER_COUNT_SHARE)
    return SACRALIZED if uniform_draw < 0.65 * share else LUMBARIZED if uniform_draw < share else ORDINARY


def _check_range(name: str, value: float | None, allowed: tuple[float, float], unit: str) -> None:
    if value is None:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not allowed[0] <= value <= allowed[1]:
        raise UsageError(f"The {name} cannot be {value}; choose {allowed[0]:g} to {allowed[1]:g} {unit}.")


def _check_choice(name: str, value: object, allowed: tuple) -> None:
    if value is not None and (value not in allowed or isinstance(value, bool)):
        raise UsageError(f"The {name} cannot be {value}; choose one of {', '.join(map(str, allowed))}.")


@dataclass(frozen=True)
class Curve:
    """A lateral curve with one apex.

    Parameters
    ----------
    cobb_deg : float
        Angle between its two steepest sections; positive where it is convex to the left.
    apex : float
        Its apex in vertebrae above the sacrum: 1 for the lowest lumbar vertebra.
    half_length_mm : float
        From the apex to the steepest section.
    """

    cobb_deg: float
    apex: float
    half_length_mm: float

    @classmethod
    def draw(cls, seed: int, patient: Patient) -> "Curve":
        """The curve of this patient; most have their apex at L2 or L3 (as degenerative ones) or above."""
        rng = stream(seed, "curve")
        apex, half = float(rng.uniform(2.7, 5.2)), float(rng.uniform(55.0, 75.0))
        return cls(known(patient.scoliosis_deg) * (1.0 if patient.convex == "left" else -1.0), apex, half)
