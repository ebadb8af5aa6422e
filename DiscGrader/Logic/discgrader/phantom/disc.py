"""One disc of the digital spine with its diseases, and how chance draws what is not asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from discgrader.localize.levels import LEVELS
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.lesions import EndplateNode, Herniation

Value = TypeVar("Value")

HEIGHT_OF_GRADE = {1: 1.0, 2: 1.0, 3: 0.97, 4: 0.85, 5: 0.38}
"""Height as a share of the healthy one, by Pfirrmann grade; set so that the localizer measures what it does on
SPIDER."""
HYDRATION_OF_GRADE = {1: 0.63, 2: 0.41, 3: 0.19, 4: 0.07, 5: 0.04}
HYDRATION_SPREAD = 0.22
"""Share of the disc that is wet nucleus, and its whole spread as a share of it, so narrow that the grades do not
overlap; set so that nucleus and CSF compare on T2 as in SPIDER's discs of each grade."""
SPACING_SHARE = 0.9
"""Vertebrae stand as far apart as discs of this share of the healthy height would keep them."""

DISC_HEIGHT_MM = (6.3, 6.8, 6.4, 6.0, 5.5, 4.8, 4.2, 3.9, 3.7)
DISC_WEDGE_DEG = (8.0, 6.8, 5.6, 4.4, 3.4, 1.9, 0.8, 0.0, 0.0)
"""Healthy height in the middle and angle between the endplates, from L5-S1 upwards; as high, beside the vertebrae, as
the discs of SPIDER are found to be, which is less than books say, for the endplates look like bone."""
GRADE_ODDS = ((0.12, 0.2, 0.26, 0.27, 0.15), (0.15, 0.22, 0.28, 0.25, 0.1), (0.22, 0.3, 0.28, 0.15, 0.05))
"""Of Pfirrmann I to V at the two lowest discs, the two above, and the others: discs degenerate more toward L5-S1. Set
by eye; no cohort's figures."""

RIM_SHARE = 0.15, 1.3
"""How dense the outer annulus is, least and most, as a share of its grade's: on axial slices of patients, by which it
was set by eye, it is often hardly darker than what it holds."""
SAC_TAPER = 0.55, 0.55, 0.4, 0.25, 0.15
"""The most that the thecal sac narrows towards the back, from L5-S1 upwards; set by eye on axial slices of patients."""
NARROWED_SHARE = 0.78
BULGE_MM = 1.5
COLLAPSED_SHARE = 0.62
NORMAL_FLAVUM_MM = 3.1
"""Mean thickness of healthy ligamenta flava."""

HERNIATION_ODDS = {1: 0.0, 2: 0.05, 3: 0.14, 4: 0.24, 5: 0.2}
FACET_ODDS = {1: 0.0, 2: 0.3, 3: 0.9, 4: 1.5, 5: 1.9}
"""Mean Weishaupt grade beside a disc of each Pfirrmann grade."""

ZONE_SHARE = {"A": (0.0, 0.3), "AB": (0.48, 0.52), "B": (0.68, 0.84), "C": (1.25, 1.45)}
REACH_SHARE = {1: (0.25, 0.38), 2: (0.62, 0.88), 3: (1.14, 1.3)}
"""Where a herniation lies, as a share of the half distance between the facet joints, and how far it reaches, as a share
of the way to the line between them; well inside the definitions of Mysliwiec et al., Eur Spine J 2010;19:1087-1093."""


@dataclass(frozen=True)
class DiscParameters:
    """One disc and what is diseased around it. Pairs are (right, left).

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
    hollow_shift_mm : float
        How much farther than is usual at its level its back is drawn in.
    rim_share, rim_mm : float
        How dense its outer annulus is, as a share of its grade's, and how wide.
    spread : float
        How far what is wet reaches out into the annulus, 0 to 1; it shows from grade III on.
    height_share : float
        Its height as a share of the healthy one.
    hydration : float
        Signal of its nucleus: 1 the watery nucleus of youth, 0 fibrous tissue.
    bulge_mm : float
        How far its edge stands out beyond the vertebrae all around.
    herniation : Herniation or None
        Material that has left the disc space.
    stenosis : int or None
        Lee's grade of the canal that was asked for; None where it follows from what else there is.
    roots : tuple of (int or None)
        Grade of compromise asked for on each side; None where it follows.
    foramina : tuple of int
        Lee's grade of each foramen.
    facets : tuple of int
        Weishaupt's grade of each facet joint.
    joint_fluid : tuple of float
        Share of fluid in each joint's space.
    flavum_mm : float
        Thickness of the ligamenta flava.
    sac_taper : float
        How far the thecal sac beside it narrows towards the back, 0 to 1: an oval above, often a triangle below.
    lipomatosis : int
        Borré's grade.
    osteophyte_mm : float
        How far osteophytes of both rims stand out; 0 for none.
    slip_mm : float
        How far the vertebra above has slipped forward.
    modic : int
        Modic type of the marrow beside the disc.
    modic_mm : float
        How far the change reaches into the marrow.
    endplate_defects : tuple of (EndplateNode or None)
        Defect of the endplate below the disc, and of the one above.
    fused : bool
        Whether the vertebrae beside it are one block.
    """

    level: str
    index_from_sacrum: int
    grade: int
    healthy_height_mm: float
    wedge_deg: float
    hollow_shift_mm: float
    rim_share: float
    rim_mm: float
    spread: float
    height_share: float
    hydration: float
    bulge_mm: float
    herniation: Herniation | None
    stenosis: int | None
    roots: tuple[int | None, int | None]
    foramina: tuple[int, int]
    facets: tuple[int, int]
    joint_fluid: tuple[float, float]
    flavum_mm: float
    sac_taper: float
    lipomatosis: int
    osteophyte_mm: float
    slip_mm: float
    modic: int
    modic_mm: float
    endplate_defects: tuple[EndplateNode | None, EndplateNode | None]
    fused: bool

    def node(self, which: int) -> EndplateNode | None:
        """Defect of the endplate below the disc (0) or above it (1)."""
        return self.endplate_defects[which]

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
        return self.bulge_mm >= BULGE_MM

    @property
    def narrowing(self) -> bool:
        """Whether a reader would call it narrowed."""
        return self.height_share < NARROWED_SHARE

    @classmethod
    def draw(
        cls, seed: int, index: int, alike: int, scale: float, lordosis: float, health: float, requests: DiscFindings
    ) -> "DiscParameters":
        """A disc as chance would have it, with what is asked for.

        Each purpose has a random stream of its own, and all its numbers are drawn whether they are used or not, so
        that asking for one thing shifts nothing else.

        Parameters
        ----------
        seed : int
            The patient.
        index : int
            0 = L5-S1, counted upwards.
        alike : int
            Index of the disc of an ordinary spine that it has the size of.
        scale, lordosis, health : float
            Body size, lordosis, and the patient's share in the discs' degeneration, 0 to 1.
        requests : DiscFindings
            What is asked for.
        """
        level = LEVELS[index]

        def uniform(purpose: str, count: int) -> list[float]:
            return stream(seed, f"disc {level} {purpose}").uniform(size=count).tolist()

        jitter, wedge = uniform("shape", 2)
        hollow, rim, rim_width, spread = uniform("outline", 4)
        taper = uniform("sac", 1)[0]
        uniform_draw, height, hydration = uniform("degeneration", 3)
        fused = bool(requests.fused)
        odds = np.cumsum(GRADE_ODDS[0 if index < 2 else 1 if index < 4 else 2])
        drawn = 1 + int(np.searchsorted(odds[:-1], 0.5 * uniform_draw + 0.5 * health))
        if requests.narrowing:
            drawn = max(drawn, 3)
        elif requests.narrowing is not None:
            drawn = min(drawn, 4)
        grade = int(5 if fused else requests.pfirrmann or drawn)
        share = 0.32 + 0.08 * height if fused else _height_share(grade, height, requests.narrowing)
        bulge = _bulge(grade, uniform("bulge", 2), requests, fused)
        osteophyte = _osteophyte(grade, uniform("osteophytes", 2), requests, fused)
        # What chance adds must not stand against what was asked for.
        spare = any(grade is not None and grade < 3 for grade in (requests.central_stenosis, *_roots(requests)))
        if spare:
            bulge = bulge if requests.bulging else min(bulge, 0.6)
            osteophyte = osteophyte if requests.disc_osteophyte_complex else 0.0
        herniation = None if fused else _herniation(grade, uniform("herniation", 9), requests, spare)
        facets = _both(
            lambda side: _facet(
                grade, uniform(f"{side} facet", 2)[0], getattr(requests, f"{side}_facet_arthropathy"), fused
            )
        )
        foramina = _both(
            lambda side: _foramen(
                grade, uniform(f"{side} foramen", 1)[0], getattr(requests, f"{side}_foraminal_stenosis"), fused
            )
        )
        flavum, lipomatosis = uniform("flavum", 1)[0], uniform("lipomatosis", 1)[0]
        thick = NORMAL_FLAVUM_MM + 1.6 * (flavum - 0.5) + 0.45 * max(facets) * (0.5 + flavum)
        thick = min(thick, 3.4) if spare else thick
        slip = uniform("slip", 2)
        slips = slip[0] < (0.12 if index in (0, 1) and grade >= 4 else 0.0) and not fused
        slips = slips if requests.spondylolisthesis is None else requests.spondylolisthesis
        modic = uniform("modic", 3)
        kind = int(modic[0] < {1: 0.0, 2: 0.05, 3: 0.2, 4: 0.4, 5: 0.7}[grade]) * (
            1 if modic[1] < 0.3 else 2 if modic[1] < 0.93 else 3
        )
        odds_of_defect = {1: 0.03, 2: 0.07, 3: 0.15, 4: 0.28, 5: 0.4}[grade] * (not fused)
        return cls(
            level=level,
            index_from_sacrum=index + 1,
            grade=grade,
            healthy_height_mm=DISC_HEIGHT_MM[alike] * scale * (0.93 + 0.14 * jitter),
            wedge_deg=DISC_WEDGE_DEG[alike] * lordosis + 3 * (wedge - 0.5),
            hollow_shift_mm=0.8 * (hollow - 0.5),
            rim_share=RIM_SHARE[0] + (RIM_SHARE[1] - RIM_SHARE[0]) * rim * rim,
            rim_mm=2.0 + 5.0 * rim_width,
            spread=spread,
            height_share=share,
            hydration=HYDRATION_OF_GRADE[grade] * (1 + HYDRATION_SPREAD * (hydration - 0.5)),
            bulge_mm=max(bulge, 1.6 if osteophyte else 0.0),
            herniation=herniation,
            stenosis=requests.central_stenosis,
            roots=_roots(requests),
            foramina=foramina,
            facets=facets,
            joint_fluid=_both(lambda side: float(uniform(f"{side} facet", 2)[1])),
            flavum_mm=float(requests.ligamentum_flavum_mm or np.clip(thick, 2.2, 6.5)),
            sac_taper=SAC_TAPER[min(alike, len(SAC_TAPER) - 1)] * taper,
            lipomatosis=_requested_or(requests.epidural_lipomatosis, 0 if lipomatosis < 0.96 or spare else 1),
            osteophyte_mm=osteophyte,
            slip_mm=float((4.0 + 4.5 * slip[1]) * slips),
            modic=_requested_or(requests.modic, 0 if fused or index > 4 else kind),
            modic_mm=float(4.0 + 5.0 * modic[2]),
            endplate_defects=(
                _defect(uniform("lower endplate", 5), odds_of_defect, requests.lower_endplate),
                _defect(uniform("upper endplate", 5), odds_of_defect, requests.upper_endplate),
            ),
            fused=fused,
        )


def _roots(requests: DiscFindings) -> tuple[int | None, int | None]:
    return requests.right_nerve_root, requests.left_nerve_root


def _requested_or(requested: int | bool | None, drawn: int | bool) -> int | bool:
    return drawn if requested is None else requested


def _height_share(grade: int, uniform_draw: float, narrowing: bool | None) -> float:
    share = HEIGHT_OF_GRADE[grade] * (1 + (uniform_draw - 0.5) * (0.2 if grade == 5 else 0.1))
    if narrowing is not None and grade != 5:
        share = min(share, 0.63 + 0.1 * uniform_draw) if narrowing else max(share, 0.84 + 0.1 * uniform_draw)
    return share


def _both(make: Callable[[str], Value]) -> tuple[Value, Value]:
    """Of the right and of the left side."""
    return make("right"), make("left")


def _bulge(grade: int, uniform_draw: list[float], requests: DiscFindings, fused: bool) -> float:
    likely = uniform_draw[0] < {1: 0.05, 2: 0.15, 3: 0.55, 4: 0.78, 5: 0.85}[grade] and not fused
    return float(1.8 + 1.6 * uniform_draw[1] if _requested_or(requests.bulging, likely) else 0.8 * uniform_draw[1])


def _osteophyte(grade: int, uniform_draw: list[float], requests: DiscFindings, fused: bool) -> float:
    likely = uniform_draw[0] < {1: 0.0, 2: 0.02, 3: 0.1, 4: 0.25, 5: 0.45}[grade] and not fused
    likely = likely and requests.bulging is not False
    return float((2.6 + 1.8 * uniform_draw[1]) * _requested_or(requests.disc_osteophyte_complex, likely))


def _facet(grade: int, uniform_draw: float, requested: int | None, fused: bool) -> int:
    drawn = 0 if fused else int(np.clip(np.floor(FACET_ODDS[grade] + 1.6 * (uniform_draw - 0.5) + 0.3), 0, 3))
    return _requested_or(requested, drawn)


def _foramen(grade: int, uniform_draw: float, requested: int | None, fused: bool) -> int:
    odds = np.cumsum(
        {1: (1.0, 0, 0), 2: (0.97, 0.03, 0), 3: (0.85, 0.1, 0.04), 4: (0.65, 0.2, 0.1)}.get(grade, (0.45, 0.3, 0.15))
    )
    return _requested_or(requested, 0 if fused else int(np.searchsorted(odds, uniform_draw)))


def _defect(uniform_draw: list[float], odds: float, requested: bool | None) -> EndplateNode | None:
    happens, x, y, depth, length = uniform_draw
    if not _requested_or(requested, happens < odds):
        return None
    return EndplateNode(8.0 * (x - 0.5), 12.0 * (y - 0.5), 2.4 + 2.6 * depth, 3.0 + 2.2 * length)


def _herniation(grade: int, uniform_draw: list[float], requests: DiscFindings, spare: bool) -> Herniation | None:
    happens, which, where, side, place, reach, width, moves, fragment = uniform_draw
    wanted = any(getattr(requests, name) for name in ("side", "migration_mm", "sequestered", "calcification"))
    if (requests.msu is None and not wanted and (spare or happens >= HERNIATION_ODDS[grade])) or requests.msu == "0":
        return None
    if requests.msu is not None:
        size, zone = int(requests.msu[0]), requests.msu[1:]
    else:
        size = 1 if which < 0.6 else 2 if which < 0.93 else 3
        zones = ("A", "AB", "B", "C") if size < 3 else ("A", "AB", "B")
        lateral = requests.side is not None
        zone = zones[min(int((0.5 + 0.5 * where if lateral else where) * len(zones)), len(zones) - 1)]
        zone = "B" if zone == "C" and (requests.migration_mm or requests.sequestered) else zone
    low, high = ZONE_SHARE[zone]
    shallow, deep = REACH_SHARE[size]
    migrates = size > 1 and zone != "C" and moves < 0.3
    migration = (4.0 + 20.0 * moves) * (1 if fragment < 0.35 else -1) if migrates else 0.0
    migration = migration if requests.migration_mm is None else requests.migration_mm
    loose = size > 1 and zone != "C" and fragment > 0.93
    return Herniation(
        size=size,
        zone=zone,
        side={"left": 1, "right": -1}.get(str(requests.side), 1 if side < 0.5 else -1),
        place=low + (high - low) * place,
        reach=shallow + (deep - shallow) * reach,
        half_width_mm=(4.6 if zone == "AB" else 5.2) + 0.5 * size + 1.2 * width,
        migration_mm=float(migration),
        sequestered=bool(_requested_or(requests.sequestered, loose)),
        calcified=bool(_requested_or(requests.calcification, False)),
    )
