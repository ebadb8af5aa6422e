"""What can be asked of one disc of the digital spine, in the words of the grading scales."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from discgrader.errors import UsageError
from discgrader.localize.levels import LEVELS

MSU = ("0", *(f"{size}{zone}" for size in "123" for zone in ("A", "AB", "B", "C")))
HOLDS_CORD = ("T12-L1", "T11-T12", "T10-T11", "T9-T10")


def _one_of(*choices: object) -> Any:
    return field(default=None, metadata={"choices": choices})


def _between(low: float, high: float) -> Any:
    return field(default=None, metadata={"range": (low, high)})


@dataclass(frozen=True)
class DiscFindings:
    """What is asked of one disc; None leaves a finding to chance.

    Parameters
    ----------
    pfirrmann : int
        Pfirrmann grade 1–5.
    bulging, narrowing : bool
        Whether the disc bulges all around; whether its space is narrowed.
    msu : str
        MSU size and zone of a herniation, such as ``2B`` or ``1AB``; ``0`` for none.
    side : str
        ``left`` or ``right``: the side of a herniation in zone AB, B or C.
    migration_mm : float
        How far herniated material has moved beyond the edge of the disc space, -14 (down) to 14 (up).
    sequestered : bool
        Whether a fragment has lost touch with the disc.
    calcification : bool
        Whether the herniation is calcified.
    central_stenosis : int
        Lee's grade 0–3 of the central canal.
    left_nerve_root, right_nerve_root : int
        Pfirrmann's grade 0–3 of compromise of the root that passes the disc in the lateral recess.
    left_foraminal_stenosis, right_foraminal_stenosis : int
        Lee's grade 0–3 of the foramen.
    left_facet_arthropathy, right_facet_arthropathy : int
        Weishaupt's grade 0–3 of the facet joint.
    ligamentum_flavum_mm : float
        Thickness of the ligamenta flava, 2–8 mm.
    epidural_lipomatosis : int
        Borré's grade 0–3.
    disc_osteophyte_complex : bool
        Whether disc and osteophytes stand out together.
    spondylolisthesis : bool
        Whether the vertebra above has slipped.
    modic : int
        Modic type 0–3 of the marrow beside the disc.
    upper_endplate, lower_endplate : bool
        Whether the endplate above or below the disc has a defect.
    fused : bool
        Whether the vertebrae beside it are one block, as a sacralized L5 and the sacrum are.

    Raises
    ------
    UsageError
        If a value does not exist, or two findings cannot be in one disc.
    """

    pfirrmann: int | None = _one_of(1, 2, 3, 4, 5)
    bulging: bool | None = _one_of(False, True)
    narrowing: bool | None = _one_of(False, True)
    msu: str | None = _one_of(*MSU)
    side: str | None = _one_of("left", "right")
    migration_mm: float | None = _between(-14.0, 14.0)
    sequestered: bool | None = _one_of(False, True)
    calcification: bool | None = _one_of(False, True)
    central_stenosis: int | None = _one_of(0, 1, 2, 3)
    left_nerve_root: int | None = _one_of(0, 1, 2, 3)
    right_nerve_root: int | None = _one_of(0, 1, 2, 3)
    left_foraminal_stenosis: int | None = _one_of(0, 1, 2, 3)
    right_foraminal_stenosis: int | None = _one_of(0, 1, 2, 3)
    left_facet_arthropathy: int | None = _one_of(0, 1, 2, 3)
    right_facet_arthropathy: int | None = _one_of(0, 1, 2, 3)
    ligamentum_flavum_mm: float | None = _between(2.0, 8.0)
    epidural_lipomatosis: int | None = _one_of(0, 1, 2, 3)
    disc_osteophyte_complex: bool | None = _one_of(False, True)
    spondylolisthesis: bool | None = _one_of(False, True)
    modic: int | None = _one_of(0, 1, 2, 3)
    upper_endplate: bool | None = _one_of(False, True)
    lower_endplate: bool | None = _one_of(False, True)
    fused: bool | None = _one_of(False, True)

    def __post_init__(self) -> None:
        for finding in fields(self):
            _check_value(finding.name, getattr(self, finding.name), finding.metadata)
        for broken, reason in self._contradictions():
            if broken:
                raise UsageError(f"{reason}; change one of the two.")

    def _contradictions(self) -> tuple[tuple[bool, str], ...]:
        herniated = self.msu not in (None, "0")
        needless = [name for name in ("side", "migration_mm", "sequestered", "calcification") if getattr(self, name)]
        moving = [name for name in ("bulging", "spondylolisthesis", "disc_osteophyte_complex") if getattr(self, name)]
        healthy = self.pfirrmann in (1, 2)
        return (
            (bool(self.fused) and herniated, f"A fused level has no disc that could herniate (msu={self.msu})"),
            (bool(self.fused) and bool(moving), f"A fused level cannot have {' or '.join(moving)}"),
            (bool(self.fused) and self.pfirrmann is not None, "The rudiment of a fused level has no Pfirrmann grade"),
            (self.msu == "3C", "In zone C the facet joint occupies the space of a herniation of size 3 (msu=3C)"),
            (
                self.msu in ("1A", "2A", "3A") and self.side is not None,
                f"A herniation in zone A is central and has no side (msu={self.msu}, side={self.side})",
            ),
            (self.msu == "0" and bool(needless), f"Without a herniation (msu=0) there is no {' or '.join(needless)}"),
            (
                self.msu is not None and self.msu.endswith("C") and bool(self.migration_mm or self.sequestered),
                f"A herniation in zone C (msu={self.msu}) lies between the pedicles and does not migrate",
            ),
            (healthy and bool(self.narrowing), f"Pfirrmann grade {self.pfirrmann} means a disc of normal height"),
            (self.pfirrmann == 5 and self.narrowing is False, "Pfirrmann grade 5 means a collapsed disc space"),
            (
                self.disc_osteophyte_complex is True and self.bulging is False,
                "In a disc-osteophyte complex the disc stands out (bulging=0)",
            ),
        )

    @classmethod
    def parse(cls, text: str) -> "DiscFindings":
        """Findings as typed, such as ``pfirrmann=4,msu=2B,left_nerve_root=2``.

        Raises
        ------
        UsageError
            If a finding does not exist, its value cannot be, or it is given twice.
        """
        given: dict[str, Any] = {}
        known = {finding.name: finding for finding in fields(cls)}
        for part in text.split(","):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if not equals or name not in known:
                raise UsageError(f"There is no finding '{part.strip()}'; write NAME=VALUE with {', '.join(known)}.")
            if name in given:
                raise UsageError(f"The finding {name} is given twice; give it once.")
            given[name] = _read_value(name, value, known[name].metadata)
        return cls(**given)


def check_levels(levels: Mapping[str, DiscFindings]) -> None:
    """Refuse levels that do not exist, and findings that their level cannot have.

    Raises
    ------
    UsageError
        Says which.
    """
    for level, requested in levels.items():
        if level not in LEVELS:
            raise UsageError(f"There is no level {level}; choose one of {', '.join(LEVELS)}.")
        if level in HOLDS_CORD and requested.central_stenosis:
            raise UsageError(
                f"{level} contains the spinal cord, and Lee's grades of central stenosis describe the cauda "
                "equina; choose L1-L2 or lower."
            )
        if requested.fused and level != LEVELS[0]:
            raise UsageError(f"Only {LEVELS[0]} can be fused, by a sacralized L5, not {level}.")


def _check_value(name: str, value: object, allowed: Mapping) -> None:
    if value is None:
        return
    if "range" in allowed:
        low, high = allowed["range"]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise UsageError(f"The finding {name} cannot be {value}; choose {low:g} to {high:g}.")
        return
    choices = allowed["choices"]
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        raise UsageError(f"The finding {name} cannot be {value}; choose one of {', '.join(map(written, choices))}.")


def written(value: object) -> str:
    """A value as `DiscFindings.parse` reads it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _read_value(name: str, text: str, allowed: Mapping) -> object:
    if "range" in allowed:
        try:
            return float(text)
        except ValueError:
            raise UsageError(f"The finding {name} cannot be {text}; give a number.") from None
    for choice in allowed["choices"]:
        if text == written(choice):
            return choice
    raise UsageError(
        f"The finding {name} cannot be {text}; choose one of {', '.join(map(written, allowed['choices']))}."
    )
