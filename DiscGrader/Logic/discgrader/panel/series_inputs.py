"""The series at the top of the panel: chosen by themselves or by the user, asked about, and what is doubtful about
them."""

from collections.abc import Callable
from functools import cache

from slicer.i18n import tr as _

from discgrader.grading.series_choice import WITHHELD
from discgrader.grading.systems import leading_task
from discgrader.grading.t1_alone import measured
from discgrader.mrml.volumes import doubt_of_choice, nodes_of, recognized_as
from discgrader.packs.pack import default_packs
from discgrader.panel.checked_volumes import CheckedVolumes
from discgrader.panel.inputs import InputChooser
from discgrader.panel.series_look import SeriesLook
from discgrader.panel.series_question import SeriesQuestion

SELECTORS = {"T2": "t2", "T1": "t1", "T2_SPACE": "t2Space"}
"""Role to the name of its parameter and widgets, of roles that one volume serves as."""


class SeriesInputs:
    """Parameters
    ----------
    ui : namespace
    chooser : InputChooser
        Asks ``look`` what a volume is.
    look : SeriesLook
    parameters : callable() -> DiscGraderParameterNode or None
    changed : callable()
        Hears of each answer of the user's, and when it is known what all volumes are.
    """

    def __init__(
        self, ui, chooser: InputChooser, look: SeriesLook, parameters: Callable[[], object], changed: Callable[[], None]
    ):
        self._ui, self._chooser, self._parameters, self._changed = ui, chooser, parameters, changed
        self._look = look
        self._axial = CheckedVolumes(ui.axialT2Selector, self._set_axial)
        self._question = SeriesQuestion(ui, self._answer)

    def choose(self) -> None:
        """Fill what is not chosen yet, show the choices, and ask about what nothing tells."""
        parameters, series = self._parameters(), self._parameters().series
        picked, looked = {}, []
        if self._look.look(self._chooser.new(list(series.seen))):
            picked, looked = self._chooser.choose(parameters.volumes(), list(series.seen))
            self._look.forget()
        if looked:
            series.seen = [*series.seen, *looked]
        for role, node in picked.items():
            self._serve(role, node)
        for name in SELECTORS.values():
            selector, node = getattr(self._ui, f"{name}Selector"), getattr(parameters.series, name)
            if selector.currentNode() is not node:
                # In a scene that is being opened, a choice may be there before the volume that it names.
                selector.setCurrentNode(node)
            self._explain(name, [] if node is None else [node])
        self._axial.show(self._chooser.axial(parameters.axialNodes()), parameters.axialNodes())
        self._explain("axialT2", parameters.axialNodes())
        self._question.show(self._chooser.unanswered(parameters.volumes(), answers_of(parameters)))

    @property
    def looking(self) -> bool:
        """Whether volumes are still being looked at, so that not all choices are made yet."""
        return self._look.busy

    def doubts(self) -> list[str]:
        """What is doubtful about the chosen series, and what is missing among them."""
        parameters = self._parameters()
        volumes = parameters.volumes()
        told = [
            f"{node.GetName()}: {one}"
            for role, node in _pairs(volumes)
            if (known := recognized_as(node)) is not None and known.role == role
            for one in known.warnings
        ]
        told += [doubt for role, node in _pairs(volumes) if (doubt := doubt_of_choice(node, role))]
        if "T1" in volumes and not volumes.keys() & {"T2", "T2_SPACE"}:
            told.append(only_t1())
        told += [
            _("There is no sagittal T1 or T2. Discs are found on {name}, and nothing is graded from it.").format(
                name=node.GetName()
            )
            for role, node in _pairs(volumes)
            if role in WITHHELD
        ]
        return told

    def _serve(self, role: str, node) -> None:
        """Have a volume serve as a role that nothing serves as yet."""
        parameters = self._parameters()
        if role == "AX_T2":
            parameters.setAxialNodes([*parameters.axialNodes(), *(node if isinstance(node, list) else [node])])
        elif role in SELECTORS:
            if getattr(parameters.series, SELECTORS[role]) is None:
                setattr(parameters.series, SELECTORS[role], node)
        elif role in WITHHELD and parameters.fatSuppressed is None:
            parameters.fatSuppressed, parameters.fatSuppressedRole = node, role

    def _answer(self, node, role: str) -> None:
        """The user has said what a volume is."""
        parameters = self._parameters()
        parameters.answers = [*parameters.answers, f"{node.GetID()}={role}"]
        self._serve(role, node)
        self._changed()

    def _set_axial(self, identifiers: list[str]) -> None:
        """The user has checked other axial volumes."""
        parameters = self._parameters()
        if parameters is not None:
            nodes = [node for node in self._chooser.axial(parameters.axialNodes()) if node.GetID() in identifiers]
            parameters.setAxialNodes(nodes)

    def _explain(self, name: str, nodes: list) -> None:
        """Have a selector's tip say what each chosen volume was taken for, and why."""
        told = [f"{node.GetName()}\n{self._reason(node)}".strip() for node in nodes]
        role = _("{role} series").format(role=getattr(self._ui, f"{name}Label").text.rstrip(":"))
        getattr(self._ui, f"{name}Selector").toolTip = "\n".join([role, *told])

    def _reason(self, node) -> str:
        known = recognized_as(node)
        return self._chooser.reasons.get(node.GetID(), "") if known is None else known.reason


def answers_of(parameters) -> dict[str, str]:
    """What the user has said of volumes: ID to role."""
    return dict(one.rsplit("=", 1) for one in parameters.answers)


def only_t1() -> str:
    """That T1 alone is there, and how much less Pfirrmann grades from it are worth."""
    figures = _figures()
    if None in figures:
        return _("There is no sagittal T2. Grades from T1 alone are worth less.")
    (name, low), (_name, high) = figures
    return _(
        "There is no sagittal T2. Pfirrmann grades from T1 alone are worth less: {measure} {low} on held-out patients, "
        "against {high} from T2."
    ).format(measure=name, low=f"{low:.2f}", high=f"{high:.2f}")


@cache
def _figures() -> tuple[tuple[str, float] | None, tuple[str, float] | None]:
    """What the shipped pack of the leading task reached from T1 and from T2."""
    system, task = leading_task()
    pack = next((pack for pack in default_packs() if pack.system == system), None)
    return (None, None) if pack is None else (measured(pack, "T1", task), measured(pack, "T2", task))


def _pairs(volumes) -> list[tuple[str, object]]:
    return [(role, node) for role, given in volumes.items() for node in nodes_of({role: given})]
