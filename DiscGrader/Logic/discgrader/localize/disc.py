"""What is known of a disc once it is found: its name, place, measures and ROI box."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np

from discgrader.checked import checked, plain
from discgrader.errors import UsageError
from discgrader.imaging.volume import Volume, lps_to_ras
from discgrader.localize.box import RoiBox
from discgrader.localize.levels import level_name


@dataclass(frozen=True, eq=False)
class Disc:
    """A found and named disc. Discs of which the same is known are equal.

    Parameters
    ----------
    index_from_sacrum : int
        1 = lowest.
    level : str
        Its name, such as ``L4-L5``.
    center_lps_mm : ndarray, shape (3,)
        Its middle.
    height_mm, depth_mm, width_mm : float
        Mean height between the endplates, extent from front to back, and from side to side. The width of a disc that
        is seen on a single slice is that slice's thickness.
    roi : RoiBox
        The box that its grades belong to; the box's third axis is the normal of the disc's plane.
    warnings : tuple of str
        Why its name or place is not certain; empty when they are.
    """

    index_from_sacrum: int
    level: str
    center_lps_mm: np.ndarray
    height_mm: float
    depth_mm: float
    width_mm: float
    roi: RoiBox
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        center = np.array(self.center_lps_mm, dtype=float)
        center.flags.writeable = False
        object.__setattr__(self, "center_lps_mm", center)

    def __eq__(self, other: object) -> bool:
        return self._known == other._known if isinstance(other, Disc) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._known)

    def __reduce__(self) -> tuple[object, ...]:
        # Rebuilt where it is unpickled, so that its place cannot be changed there either.
        return Disc, tuple(getattr(self, member.name) for member in fields(self))

    @property
    def _known(self) -> tuple[object, ...]:
        measures = (self.height_mm, self.depth_mm, self.width_mm)
        center = tuple(self.center_lps_mm.tolist())
        return (self.index_from_sacrum, self.level, center, *measures, self.roi, self.warnings)

    def moved_to(self, roi: RoiBox) -> "Disc":
        """The same disc, which has moved and turned along with its box to another one."""
        center = roi.center_lps_mm + roi.axes_lps @ self.roi.to_local(self.center_lps_mm)
        return replace(self, roi=roi, center_lps_mm=center)

    def renumbered(self, index_from_sacrum: int) -> "Disc":
        """The same disc under another index, with the name that it has in ordinary anatomy and no doubts about it."""
        return replace(self, index_from_sacrum=index_from_sacrum, level=level_name(index_from_sacrum), warnings=())

    def renamed(self, level: str, warnings: tuple[str, ...] | None = None) -> "Disc":
        """The same disc under another name."""
        return replace(self, level=level, warnings=self.warnings if warnings is None else warnings)

    @classmethod
    def of_box(cls, roi: RoiBox, level: str, index_from_sacrum: int, margin_mm: float, warning: str) -> "Disc":
        """The disc that somebody drew a box of: its place and measures are those of the box, as ``warning`` says."""
        width, depth, _ = (float(length) for length in roi.size_mm)
        height = roi.disc_height_mm(margin_mm)
        return cls(index_from_sacrum, level, roi.center_lps_mm, height, depth, width, roi, (warning,))

    def to_json(self, rounded: bool = False) -> dict[str, object]:
        """All that is known of it, in files, in a scene's texts and in messages.

        Parameters
        ----------
        rounded : bool
            As in ``grades.json``: places to nanometers, lengths to micrometers. Otherwise `from_json` gives an equal
            disc.
        """
        place, length = (6, 3) if rounded else (None, None)
        return {
            "level": self.level,
            "index_from_sacrum": int(self.index_from_sacrum),
            "center_ras_mm": plain(lps_to_ras(self.center_lps_mm), place),
            "height_mm": plain(float(self.height_mm), length),
            "depth_mm": plain(float(self.depth_mm), length),
            "width_mm": plain(float(self.width_mm), length),
            "roi": self.roi.to_json(place),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, described: object, what: str = "a disc") -> "Disc":
        """The opposite of `to_json`.

        Raises
        ------
        UsageError
            When a field is missing or of the wrong kind; ``what`` says of which disc.
        """
        return checked(described, cls, what, UsageError)

    @staticmethod
    def json_form() -> "type[DiscInJson]":
        """What `to_json` writes, for `discgrader.checked`."""
        return DiscInJson


@dataclass(frozen=True)
class DiscInJson:
    """The fields of a disc as `Disc.to_json` writes them."""

    level: str
    index_from_sacrum: int
    center_ras_mm: tuple[float, float, float]
    height_mm: float
    depth_mm: float
    width_mm: float
    roi: RoiBox
    warnings: tuple[str, ...] = ()

    def value(self) -> Disc:
        """The disc that was written."""
        center, measures = lps_to_ras(np.array(self.center_ras_mm)), (self.height_mm, self.depth_mm, self.width_mm)
        return Disc(self.index_from_sacrum, self.level, center, *measures, self.roi, self.warnings)


@dataclass(frozen=True, eq=False)
class Localization:
    """The discs of a study and the segmentation that they were found in.

    Parameters
    ----------
    series_name : str
        The series that the discs were found on.
    segmentation : Volume
        In that series' geometry, uint16, with the values of `discgrader.localize.labels`.
    discs : tuple of Disc
        From the sacrum upwards.
    warnings : tuple of str
        What is uncertain about the count and the names as a whole.
    shifts_lps_mm : mapping of str to ndarray, shape (3,)
        For each series that shows the same discs: how far they lie from where the reference series has them, as when
        the patient moved. A series that is missing here is not in register, and must not be graded by these boxes.
    others : tuple of Disc
        Further discs that were found, which the spine is measured by and which are not graded.
    name_doubts : tuple of str
        Those of the warnings, of the study and of its discs, that are settled once somebody says what the lowest disc
        is: one sentence, or none.
    name_probability : float or None
        That the names are right, as far as the lowest disc decides it; 1 where somebody said what it is, None where
        nothing was there to tell.
    name_alternatives : mapping of str to float
        What else the lowest disc may be called, and how probably, the likeliest first.
    misfits : tuple of str
        Why this is hardly a lumbar spine on MR, so that nothing is graded unless somebody says to grade it anyway.
    grade_anyway : bool
        Whether somebody said so.
    """

    series_name: str
    segmentation: Volume
    discs: tuple[Disc, ...]
    warnings: tuple[str, ...] = ()
    shifts_lps_mm: Mapping[str, np.ndarray] = field(default_factory=dict)
    others: tuple[Disc, ...] = ()
    name_doubts: tuple[str, ...] = ()
    name_probability: float | None = None
    name_alternatives: Mapping[str, float] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()
    grade_anyway: bool = False

    @property
    def withheld(self) -> str:
        """Why nothing is graded, as one sentence; empty where it may be."""
        return "" if self.grade_anyway else " ".join(self.misfits)

    def alone(self, disc: Disc) -> "Localization":
        """With this disc as the only one to grade, and those of other levels as what lies beside it."""
        others = tuple(other for other in self.discs if other.level != disc.level)
        return replace(self, discs=(disc,), others=others)

    def to_json(self) -> dict[str, object]:
        """All of it but the segmentation, under the names of its fields; see `Disc.to_json`."""
        return {
            member.name: plain(getattr(self, member.name)) for member in fields(self) if member.name != "segmentation"
        }

    @classmethod
    def from_json(cls, described: object, segmentation: Volume, what: str = "the discs of a study") -> "Localization":
        """The opposite of `to_json`.

        Raises
        ------
        UsageError
            When a field is missing or of the wrong kind; ``what`` says of which discs.
        """
        return checked(described, _LocalizationInJson, what, UsageError).value(segmentation)


@dataclass(frozen=True)
class _LocalizationInJson:
    series_name: str
    discs: tuple[Disc, ...]
    warnings: tuple[str, ...] = ()
    shifts_lps_mm: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    others: tuple[Disc, ...] = ()
    name_doubts: tuple[str, ...] = ()
    name_probability: float | None = None
    name_alternatives: Mapping[str, float] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()
    grade_anyway: bool = False

    def value(self, segmentation: Volume) -> Localization:
        shifts = {name: np.array(shift) for name, shift in self.shifts_lps_mm.items()}
        rest = {member.name: getattr(self, member.name) for member in fields(self)} | {"shifts_lps_mm": shifts}
        return Localization(segmentation=segmentation, **rest)
