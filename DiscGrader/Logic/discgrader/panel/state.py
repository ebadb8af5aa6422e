"""What the panel shows: one immutable value, made of what the scene holds, what is chosen and what is being computed.

No widget is known here. The views show what a `PanelState` says; what a user does goes to `Actions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from discgrader.grading.results import Grade
from discgrader.imaging.study import Plane
from discgrader.mrml.volumes import Volumes
from discgrader.panel.grid import Cell, Grid, Key
from discgrader.panel.study import StudyState
from discgrader.panel.words import PackFacts

SELECTORS = {"T2": "t2", "T1": "t1", "T2_SPACE": "t2Space", "AX_T2": "axialT2"}
"""Role to the name of its parameter, its selector and its label."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A volume that the user is asked about.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
    plane : Plane
    reason : str
        Why it is not known what it is.
    looks_like : (str, float) or None
        The contrast that its picture looks most like, and how probable that is.
    """

    node: Any
    plane: Plane
    reason: str = ""
    looks_like: tuple[str, float] | None = None

    @property
    def name(self) -> str:
        return str(self.node.GetName())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.node is other.node

    __hash__ = object.__hash__


@dataclass(frozen=True)
class SeriesState:
    """The series at the top of the panel.

    Parameters
    ----------
    looking : bool
        Whether volumes are still being looked at, so that not all choices are made yet.
    volumes : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        What is chosen.
    selected : mapping of str to vtkMRMLScalarVolumeNode or None
        The same by the name of the parameter, of roles that one volume serves as.
    axial, axial_offered : tuple of vtkMRMLScalarVolumeNode
        Those that serve as axial T2, and those that might.
    recognized : mapping of str to tuple of str
        By the name of the parameter what each chosen volume was taken for, and why.
    asked : tuple of Asked
        The volumes that the user is asked about.
    put_off : tuple of str
        Names of those that the user does not want to be asked about.
    undo, redo : str
        Which answer would be taken back, and given again; empty where the next step is another one.
    doubts : tuple of str
        What is doubtful about the chosen series, and what is missing among them.
    made : tuple of str
        IDs of volumes that DiscGrader made, which are no series.
    """

    looking: bool = False
    volumes: Volumes = field(default_factory=dict)
    selected: Mapping[str, Any] = field(default_factory=dict)
    axial: tuple[Any, ...] = ()
    axial_offered: tuple[Any, ...] = ()
    recognized: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    put_off: tuple[str, ...] = ()
    undo: str = ""
    redo: str = ""
    doubts: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass(frozen=True)
class Computing:
    """What is being computed.

    Parameters
    ----------
    running : bool
        Whether discs are being found, or all of them graded.
    levels : frozenset of str
        Whose moved boxes are being graded anew.
    graded : mapping of level to Grades
        What has come of the whole grading so far.
    regraded : mapping of level to Grades
        What has come of moved boxes and is not in the scene yet.
    """

    running: bool = False
    levels: frozenset[str] = frozenset()
    graded: Mapping[str, tuple[Grade, ...]] = field(default_factory=dict)
    regraded: Mapping[str, tuple[Grade, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """A control: whether it can be used, and what it says when the mouse rests on it; None leaves that as it is."""

    enabled: bool
    tip: str | None = None


@dataclass(frozen=True)
class PanelState:
    """All that the panel shows.

    Parameters
    ----------
    study, series, computing :
        What it is made of.
    grid : Grid
        The table.
    chosen : Key or None
        The chosen cell; None where there is none, or it is no longer there.
    packs : tuple of PackFacts
        Of the systems that are on.
    systems_off, hidden_tasks : tuple of str
    label_task : str
        Whose grade stands beside each disc, as ``system/task``, or ``chosen``.
    table_layout : str
        What the table has columns of; see `discgrader.panel.layouts`.
    calls : str
        By which rule findings are called, as `DiscGraderParameterNode` has it.
    presentation : bool
        Whether texts are large enough for the back row.
    keys : mapping of str to str
        The key of every action by its name.
    undo, redo : str
        What would be undone and redone; empty where there is nothing.
    hint : str
        What is to be done where there are no discs yet.
    warnings : tuple of str
        What is doubtful, one line each, and which control settles it.
    controls : mapping of str to Control
        By the name of the widget.
    """

    study: StudyState = field(default_factory=StudyState)
    series: SeriesState = field(default_factory=SeriesState)
    computing: Computing = field(default_factory=Computing)
    grid: Grid = field(default_factory=Grid)
    chosen: Key | None = None
    packs: tuple[PackFacts, ...] = ()
    systems_off: tuple[str, ...] = ()
    hidden_tasks: tuple[str, ...] = ()
    label_task: str = ""
    table_layout: str = ""
    calls: str = ""
    presentation: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    undo: str = ""
    redo: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()
    controls: Mapping[str, Control] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """The level of the chosen cell; empty where none is chosen."""
        return self.chosen[0] if self.chosen else ""

    @property
    def cell(self) -> Cell | None:
        """What is known of the chosen cell."""
        return self.grid.cells.get(self.chosen) if self.chosen else None

    @property
    def why_not(self) -> str:
        """Why the chosen cell's task could not be graded; empty where it was, or nobody has tried."""
        return self.grid.why_not(self.chosen) if self.chosen else ""

    @property
    def levels_computing(self) -> frozenset[str]:
        """The levels whose grades are still to come."""
        computing = self.computing
        return frozenset(self.grid.levels) - computing.graded.keys() if computing.running else computing.levels
