"""What a user may choose about the main job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.grading.operating_point import read_rules
from discgrader.localize.levels import place_of_lowest
from discgrader.localize.margin import DEFAULT_MARGIN_MM, check_margin
from discgrader.report.language import find_language

DEVICES = ("cpu", "cuda", "mps")


@dataclass(frozen=True)
class Settings:
    """The choices that make one result differ from another of the same study.

    Parameters
    ----------
    systems : sequence of str or None
        The grading systems wanted; None for every one that the series allow.
    margin_mm : float
        How far a ROI box reaches above and below its disc; see `discgrader.localize.box`.
    lowest_disc : str or None
        Level of the lowest disc, where the user knows it.
    saliency : bool
        Whether to explain each grade with a saliency map.
    rois : Path or None
        File or folder of corrected ROI boxes to grade instead of those that are found.
    roles : mapping of str to str, or str, or None
        Series name to role, where the user knows better than what is recognized; a role alone for a study of one
        series.
    packs : tuple of Path
        Packs that take the place of the shipped ones of the same system.
    grade_anyway : bool
        Whether to grade what may not be a lumbar spine on MR.
    device : str
        Where the networks run, such as ``cpu``, ``cuda`` or ``cuda:1``.
    calls : mapping of str to str
        How findings are called, as `discgrader.grading.operating_point.read_rule` reads it, by task (``system.task``),
        or by ``""`` for all tasks; where it is empty, by each pack's own default.
    read_as : str
        The data set whose readers' habit the grades follow, such as ``Sudirman``, where a pack knows it; empty for each
        pack's own.
    language : str
        Of the report, such as ``de``.
    identity : bool
        Whether what is written tells whose pictures they are.

    Raises
    ------
    UsageError
        When a choice is not valid.
    """

    systems: tuple[str, ...] | None = None
    margin_mm: float = DEFAULT_MARGIN_MM
    lowest_disc: str | None = None
    saliency: bool = True
    rois: Path | None = None
    roles: Mapping[str, str] | str | None = None
    packs: tuple[Path, ...] = ()
    grade_anyway: bool = False
    device: str = "cpu"
    calls: Mapping[str, str] = field(default_factory=dict)
    read_as: str = ""
    language: str = "en"
    identity: bool = True

    def __post_init__(self) -> None:
        if self.systems is not None:
            object.__setattr__(self, "systems", tuple(self.systems))
        check_margin(self.margin_mm)
        if self.lowest_disc is not None:
            place_of_lowest(self.lowest_disc)
        if self.device.split(":")[0] not in DEVICES:
            raise UsageError(f"There is no device {self.device}; choose one of {', '.join(DEVICES)}.")
        read_rules(self.calls)
        find_language(self.language)

    def to_json(self) -> dict[str, object]:
        """The choices as plain values, for ``grades.json``."""
        return {
            "systems": None if self.systems is None else list(self.systems),
            "margin_mm": self.margin_mm,
            "lowest_disc": self.lowest_disc,
            "saliency": self.saliency,
            "grade_anyway": self.grade_anyway,
            "rois": None if self.rois is None else str(self.rois) if self.identity else self.rois.name,
            "language": self.language,
            "roles": self.roles if self.roles is None or isinstance(self.roles, str) else dict(self.roles),
            **({"calls": {task: str(rule) for task, rule in read_rules(self.calls).items()}} if self.calls else {}),
            **({} if self.identity else {"identity": False}),
            **({"read_as": self.read_as} if self.read_as else {}),
        }
