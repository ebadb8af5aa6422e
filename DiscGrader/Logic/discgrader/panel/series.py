"""Which of the scene's volumes serve as what: recognized by what they are, or said by the user."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slicer.i18n import tr as _

from discgrader.errors import DiscGraderError, UsageError
from discgrader.grading.series_choice import WITHHELD
from discgrader.imaging.ranking import ranked
from discgrader.imaging.recognize import CONVICTION, parse_role, plane_of, recognize
from discgrader.imaging.recognize import ROLES as EVERY_ROLE
from discgrader.imaging.study import Contrast, Plane, Series
from discgrader.imaging.volume import Volume
from discgrader.mrml.dicom_blocks import is_gathered
from discgrader.mrml.dicom_source import header_of, modality
from discgrader.mrml.hierarchy import study_name
from discgrader.mrml.nodes import attribute
from discgrader.mrml.volumes import (
    MR,
    RecognizedAs,
    Volumes,
    grid_of_volume,
    keep_recognized,
    nodes_of,
    recognized_as,
    volume_from_node,
)
from discgrader.panel.answers import AnswerSteps
from discgrader.panel.series_doubts import found_elsewhere, series_doubts
from discgrader.panel.state import SELECTORS, Asked, SeriesState

ROLES = tuple(SELECTORS)

SEVERAL = ("AX_T2",)
"""Roles that several volumes serve as at once: axial blocks, each along a disc or two."""


@dataclass(frozen=True)
class Recognized:
    """What a volume is.

    Parameters
    ----------
    role : str or None
        One of `ROLES` or `WITHHELD`; None where it serves as none of them.
    reason : str
        In words.
    series : Series, optional
        What it is taken for; None where it holds no picture of MR.
    looks_like : (Contrast, float), optional
        What its picture looks most like, where nothing else tells.
    """

    role: str | None
    reason: str
    series: Series | None = None
    looks_like: tuple[Contrast, float] | None = None


def prepared(node) -> Callable[[], Recognized]:
    """What to call to hear what a volume node is, by its DICOM attributes, its name and its picture.

    It may be called from any thread, as neither node nor scene is touched any more.
    """
    if is_gathered(node):
        return partial(
            Recognized,
            None,
            "Slicer made one volume of slices that do not lie on one grid; its files are being reloaded",
        )
    try:
        volume = volume_from_node(node)
    except DiscGraderError as error:
        return partial(Recognized, None, str(error))
    made_by = modality(node)
    if made_by not in ("", MR):
        return partial(Recognized, None, f"{made_by}, not MR")
    return partial(_recognize, volume, node.GetName(), header_of(node), attribute(node, "Role"))


def _recognize(volume: Volume, name: str, header: Mapping[str, object], before: str | None) -> Recognized:
    """What a picture of MR is; ``before`` is the role that it was graded as before, if it was."""
    plane = plane_of(volume)
    found = recognize(name, volume, header, plane)
    if found.contrast is Contrast.UNKNOWN and before in EVERY_ROLE:
        # Whoever graded it on the command line has said what it is.
        plane, contrast = parse_role(before)
        found = replace(found, contrast=contrast, reason=f"it was graded as {before.replace('_', ' ')} before")
    series = Series(
        name,
        volume,
        plane,
        found.contrast,
        f"{plane.value}; {found.reason}",
        warnings=found.warnings,
        probability=found.probability,
        traits=found.traits,
    )
    role = series.role if series.role in (*ROLES, *WITHHELD) else None
    return Recognized(role, series.contrast_reason, series, found.looks_like)


def made_volumes(scene) -> list[str]:
    """IDs of the volumes that DiscGrader made, saliency maps above all: no series that anybody would choose."""
    return [node.GetID() for node in _scalar_volumes(scene) if attribute(node, "Kind") not in (None, "series")]


def _scalar_volumes(scene) -> list:
    class_name = "vtkMRMLScalarVolumeNode"
    count = scene.GetNumberOfNodesByClass(class_name)
    nodes = [scene.GetNthNodeByClass(number, class_name) for number in range(count)]
    return [node for node in nodes if node.GetClassName() == class_name]


class SeriesChoice:
    """Which series are chosen, kept in the parameter node: by themselves, or by the user.

    What is not chosen yet is filled from volumes that were not looked at yet, so that no choice is ever changed.

    Parameters
    ----------
    scene : vtkMRMLScene
    recognizer : SeriesRecognizer
        Finds out what volumes are.
    """

    def __init__(self, scene, recognizer) -> None:
        self._scene, self._recognizer = scene, recognizer
        self.steps = AnswerSteps()
        self.reasons: dict[str, str] = {}
        """Why a volume serves as what it does, by the node's ID; for this session."""

    @property
    def looking(self) -> bool:
        """Whether volumes are still being looked at, so that not all choices are made yet."""
        return self._recognizer.busy

    def fill(self, parameters) -> None:
        """Choose what is not chosen yet, once it is known what all new volumes are."""
        series = parameters.series
        if not self._recognizer.recognize(self.new(list(series.seen))):
            return
        picked, seen = self.choose(parameters.volumes(), list(series.seen))
        self._recognizer.forget()
        if seen:
            series.seen = [*series.seen, *seen]
        for role, node in picked.items():
            self._serve(parameters, role, node)

    def answer(self, parameters, answers: Mapping[Any, str], position: int) -> None:
        """The user has said what volumes are; a step that can be undone.

        Parameters
        ----------
        parameters : DiscGraderParameterNode
        answers : mapping of vtkMRMLScalarVolumeNode to str
            The role of each.
        position : int
            How many steps of the reading came before.

        Raises
        ------
        UsageError
            Where several are said to be what only one can serve as.
        """
        for role in (set(answers.values()) & SELECTORS.keys()) - {*SEVERAL}:
            names = [f"“{node.GetName()}”" for node, said in answers.items() if said == role]
            if len(names) > 1:
                raise UsageError(
                    _("{names} cannot all be the {role}; choose one of them, and for the others “{nothing}”.").format(
                        names=", ".join(names), role=role.replace("_", " "), nothing=nothing_title()
                    )
                )
        self.steps.answer(parameters, answers, partial(self._serve_as_said, parameters), position)

    def _serve_as_said(self, parameters, node, role: str) -> None:
        """Have a volume serve as what the user says, in place of what it served as and of what was only a guess."""
        for name in SELECTORS.values():
            if name != SELECTORS[SEVERAL[0]] and getattr(parameters.series, name) is node:
                setattr(parameters.series, name, None)
        parameters.setAxialNodes([other for other in parameters.axialNodes() if other is not node])
        taken = getattr(parameters.series, SELECTORS[role]) if role in SELECTORS and role not in SEVERAL else None
        if taken is not None and (known := recognized_as(taken)) is not None and known.looks_like is not None:
            setattr(parameters.series, SELECTORS[role], None)
        self._serve(parameters, role, node)

    def put_off(self, parameters, nodes: Iterable) -> None:
        """Ask no more about these volumes, now and when the scene is opened again."""
        parameters.answers = [*parameters.answers, *(f"{node.GetID()}=" for node in nodes)]

    def ask_again(self, parameters) -> None:
        """Ask about those that were put off."""
        parameters.answers = [answer for answer in parameters.answers if not answer.endswith("=")]

    def state(self, parameters, position: int = 0) -> SeriesState:
        """What is chosen, and what is to be said of it; ``position`` tells how many steps the reading has."""
        selected = {name: getattr(parameters.series, name) for role, name in SELECTORS.items() if role not in SEVERAL}
        axial = tuple(parameters.axialNodes())
        nodes = {**{name: () if node is None else (node,) for name, node in selected.items()}, "axialT2": axial}
        volumes = parameters.volumes()
        return SeriesState(
            looking=self.looking,
            volumes=volumes,
            selected=selected,
            axial=axial,
            axial_offered=tuple(self.axial(axial)),
            recognized={name: tuple(map(self._recognized, chosen)) for name, chosen in nodes.items()},
            asked=tuple(map(_asked, self.unanswered(volumes, answers_of(parameters)))),
            put_off=tuple(node.GetName() for node in self._put_off(volumes, answers_of(parameters))),
            undo=self.steps.undo_words(position),
            redo=self.steps.redo_words(position),
            doubts=(*series_doubts(volumes), *found_elsewhere(self._scene, self._study_shown(volumes), volumes)),
            made=tuple(made_volumes(self._scene)),
        )

    def new(self, seen: Iterable[str]) -> list:
        """The volumes that were not looked at before, whose IDs are not among ``seen``."""
        seen = set(seen)
        return [node for node in self._volumes() if node.GetID() not in seen]

    def axial(self, chosen: Iterable) -> list:
        """The volumes to offer as axial series: those whose slices are axial, and the chosen ones whatever they are."""
        chosen = list(chosen)
        return [node for node in self._volumes() if node in chosen or _is_axial(node)]

    def choose(self, chosen: Volumes, seen: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
        """New volumes for the roles, and the IDs of all that have been looked at.

        A role that has a volume keeps it alone, but for those of `SEVERAL`: they get every new volume of the study, as
        the blocks of a series may come into the scene one after the other.

        Parameters
        ----------
        chosen : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        seen : iterable of str
            IDs that were looked at before.

        Returns
        -------
        dict of role to vtkMRMLScalarVolumeNode (of `SEVERAL` to a list of them), list of str
        """
        candidates = self.new(seen)
        new = [node.GetID() for node in candidates]
        if not candidates:
            return {}, new
        found = self._found(candidates)
        before = next(iter(nodes_of(chosen)), None)
        study = self._best_study(found) if before is None else self._study_of(before)
        picked: dict[str, Any] = {}
        for node, role in found.items():
            if role is None or self._study_of(node) != study:
                continue
            if role in SEVERAL:
                # One that is called as another is the same series, loaded again.
                known = (*nodes_of({role: chosen.get(role)}), *picked.get(role, ()))
                names = {other.GetName() for other in known}
                if node.GetName() not in names:
                    picked.setdefault(role, []).append(node)
            elif role not in chosen:
                picked.setdefault(role, node)
        for role in picked.keys() & set(SEVERAL):
            picked[role].sort(key=candidates.index)
        return picked, new

    def unanswered(self, chosen: Volumes, answered: Iterable[str]) -> list:
        """The volumes of the shown study that nothing tells what they are, and that nobody has said so of, either.

        Where there is no sagittal T2, those sagittal ones too that are something else by a look at them alone, unless
        this is beyond doubt. Sagittal ones come first.

        Parameters
        ----------
        chosen : mapping of role to vtkMRMLScalarVolumeNode, or to a list of them
        answered : iterable of str
            IDs of volumes that the user has said of what they are.
        """
        taken, answered = nodes_of(chosen), set(answered)
        study = self._study_shown(chosen)
        without_t2 = not chosen.keys() & {"T2", "T2_SPACE"}
        found = [
            node
            for node in self._volumes()
            if (known := recognized_as(node)) is not None
            and ((known.is_unknown and node not in taken) or (without_t2 and _is_guessed(known)))
            and not known.role.startswith("COR_")
            and node.GetID() not in answered
            and study in (None, self._study_of(node))
        ]
        return sorted(found, key=_is_axial)

    def _put_off(self, chosen: Volumes, answers: Mapping[str, str]) -> list:
        """Those that would be asked about had the user not put it off."""
        said = {identifier for identifier, role in answers.items() if role}
        return [node for node in self.unanswered(chosen, said) if node.GetID() in answers]

    def _study_shown(self, chosen: Volumes) -> str | None:
        nodes = nodes_of(chosen)
        return self._study_of(nodes[0]) if nodes else None

    def _found(self, candidates: Iterable) -> dict[Any, str | None]:
        """The role of each volume; of several of one role the better one first."""
        roles: dict[Any, str | None] = {}
        nodes: dict[Series, Any] = {}
        for node in candidates:
            what = self._recognizer.what(node)
            self.reasons[node.GetID()] = what.reason
            roles[node] = what.role
            if what.series is not None:
                nodes[what.series] = node
                keep_recognized(node, what.series.role, what.reason, what.series.warnings, what.looks_like)
        order = [nodes[series] for series in ranked(list(nodes))] if nodes else []
        return {node: roles[node] for node in [*order, *(node for node in roles if node not in order)]}

    def _volumes(self) -> list:
        return [
            node
            for node in _scalar_volumes(self._scene)
            if not node.GetHideFromEditors()
            and node.GetImageData() is not None
            and attribute(node, "Kind") in (None, "series")
        ]

    def _study_of(self, node) -> str:
        """The study's name; volumes that lie in none are taken to be of one study together."""
        name = attribute(node, "Study") or study_name(self._scene, node)
        return "" if name == node.GetName() else name

    def _best_study(self, found: Mapping[Any, str | None]) -> str:
        """The study that fills most roles; of several the one that was loaded last."""
        roles: dict[str, set[str]] = {}
        loaded = self._volumes()
        for node, role in sorted(found.items(), key=lambda item: loaded.index(item[0])):
            if role in ROLES:
                roles.setdefault(self._study_of(node), set()).add(role)
        return max(reversed(list(roles)), key=lambda study: len(roles[study]), default="")

    def _serve(self, parameters, role: str, node) -> None:
        """Have a volume serve as a role that nothing serves as yet."""
        if role in SEVERAL:
            parameters.setAxialNodes([*parameters.axialNodes(), *(node if isinstance(node, list) else [node])])
        elif role in SELECTORS:
            if getattr(parameters.series, SELECTORS[role]) is None:
                setattr(parameters.series, SELECTORS[role], node)
        elif role in WITHHELD and parameters.fatSuppressed is None:
            parameters.fatSuppressed, parameters.fatSuppressedRole = node, role

    def _recognized(self, node) -> str:
        """What a volume was taken for, and why."""
        known = recognized_as(node)
        reason = self.reasons.get(node.GetID(), "") if known is None else known.reason
        return f"{node.GetName()}\n{reason}".strip()


def _asked(node) -> Asked:
    known = recognized_as(node)
    plane = Plane.AXIAL if known is not None and known.role.startswith("AX_") else Plane.SAGITTAL
    return Asked(node, plane) if known is None else Asked(node, plane, known.reason, known.looks_like)


def _is_guessed(known: RecognizedAs) -> bool:
    """Whether a sagittal series is what it is taken for by a look at its picture that leaves doubt."""
    sagittal = not known.role.startswith(("AX_", "COR_"))
    return sagittal and known.looks_like is not None and known.looks_like[1] < CONVICTION


def nothing_title() -> str:
    """What is chosen for a series that nothing is to be graded from."""
    return _("None of these: do not grade from it")


def answers_of(parameters) -> dict[str, str]:
    """What the user has said of volumes: ID to role."""
    return dict(answer.rsplit("=", 1) for answer in parameters.answers)


def _is_axial(node) -> bool:
    try:
        return plane_of(grid_of_volume(node)) is Plane.AXIAL
    except DiscGraderError:
        # Slices under a transform that bends them have no plane.
        return False
