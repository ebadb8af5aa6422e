"""What the user has said that series are, as steps that can be undone and redone among those of the reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import slicer
from slicer.i18n import tr as _

from discgrader.mrml.nodes import attribute, set_attributes
from discgrader.mrml.volumes import keep_recognized

SAID = "said by the user"
"""Why a series is what it is, where the user has answered."""


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Which volumes serve as what, what the user has said, and what volumes were recognized as."""

    answers: tuple[str, ...]
    selected: Mapping[str, Any]
    axial: tuple[Any, ...]
    suppressed: Any
    suppressed_role: str
    recognized: Mapping[Any, str | None]

    @classmethod
    def of(cls, parameters, nodes) -> "_Chosen":
        """As it is now; ``nodes`` are those that an answer is about."""
        series = parameters.series
        return cls(
            tuple(parameters.answers),
            {name: getattr(series, name) for name in ("t2", "t1", "t2Space")},
            tuple(parameters.axialNodes()),
            parameters.fatSuppressed,
            parameters.fatSuppressedRole,
            {node: attribute(node, "Recognized") for node in nodes},
        )

    def restore(self, parameters) -> None:
        """Have it be so again, without volumes that have left the scene."""
        for node, text in self.recognized.items():
            set_attributes(node, Recognized=text)
        with slicer.util.NodeModify(parameters.parameterNode):
            parameters.answers = list(self.answers)
            for name, node in self.selected.items():
                setattr(parameters.series, name, _present(node))
            parameters.setAxialNodes([node for node in self.axial if _present(node) is not None])
            parameters.fatSuppressed = _present(self.suppressed)
            parameters.fatSuppressedRole = self.suppressed_role


@dataclass(frozen=True, eq=False)
class _Step:
    """An answer: how it was before and after, in words, and how many steps of the reading came before it."""

    before: _Chosen
    after: _Chosen
    words: str
    position: int


class AnswerSteps:
    """The answers of this session, in their order with the steps of the reading.

    The position of a reading is `discgrader.reading.history.History.position`; 0 where there is none.
    """

    def __init__(self) -> None:
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    def answer(self, parameters, answers: Mapping[Any, str], serve, position: int) -> None:
        """Keep what the user says and have it be so, as one step.

        Parameters
        ----------
        parameters : DiscGraderParameterNode
        answers : mapping of vtkMRMLScalarVolumeNode to str
            The role of each.
        serve : callable(vtkMRMLScalarVolumeNode, str)
            Has a volume serve as a role.
        position : int
        """
        before = _Chosen.of(parameters, answers)
        with slicer.util.NodeModify(parameters.parameterNode):
            parameters.answers = [*parameters.answers, *(f"{node.GetID()}={role}" for node, role in answers.items())]
            for node, role in answers.items():
                keep_recognized(node, role, SAID)
                serve(node, role)
        words = ", ".join(f"{node.GetName()} = {role.replace('_', ' ')}" for node, role in answers.items())
        self._done.append(_Step(before, _Chosen.of(parameters, answers), words, position))
        self._undone.clear()

    def undo_words(self, position: int) -> str:
        """Which answer undo would take back; empty where a step of the reading comes first, or there is none."""
        if not self._done or position > self._done[-1].position:
            return ""
        return _("Undo: {what}").format(what=self._done[-1].words)

    def redo_words(self, position: int) -> str:
        """Which answer redo would give again; empty where a step of the reading comes first, or there is none."""
        if not self._undone or position != self._undone[-1].position:
            return ""
        return _("Redo: {what}").format(what=self._undone[-1].words)

    def undo(self, parameters) -> None:
        """Take the last answer back."""
        step = self._done.pop()
        step.before.restore(parameters)
        self._undone.append(step)

    def redo(self, parameters) -> None:
        """Give the answer again that was taken back last."""
        step = self._undone.pop()
        step.after.restore(parameters)
        self._done.append(step)

    def forget(self) -> None:
        """Forget all steps: the scene is another one."""
        self._done.clear()
        self._undone.clear()


def _present(node):
    return node if node is not None and node.GetScene() is not None else None
