"""How much less a grade is worth that was read from T1 alone, by what the pack measured on held-out patients."""

from collections.abc import Collection, Mapping

from discgrader.grading.systems import find_task, leading_task
from discgrader.packs.pack import Pack

_MEASURES = {"macro_auroc": "macro AUROC", "auroc": "AUROC"}


def t1_alone_warnings(pack: Pack, task: str, roles: Collection[str]) -> tuple[str, ...]:
    """What is said with a grade of these roles: nothing unless it was read from T1 alone.

    The figures are the pack's own, of its cross-validation by patient on T1 and on T2 pictures.
    """
    if set(roles) != {"T1"}:
        return ()
    alone, usual = measured(pack, "T1", task), measured(pack, "T2", task)
    if alone is None or usual is None:
        return ("Graded from T1 alone; how well this pack performs on T1 alone was not measured.",)
    (name, low), (_, high) = alone, usual
    return (
        (
            f"Graded from T1 alone, which is less accurate: {name} {low:.2f} on held-out patients, versus "
            f"{high:.2f} from T2."
        ),
    )


def t1_alone_notes(packs: Collection[Pack]) -> tuple[str, ...]:
    """The same, once for a study, of each pack that grades the leading task."""
    system, task = leading_task()
    title = find_task(system, task).title
    return tuple(
        f"{title}: {note[0].lower()}{note[1:]}"
        for pack in packs
        if pack.system == system
        for note in t1_alone_warnings(pack, task, ["T1"])
    )


def measured(pack: Pack, inputs: str, task: str) -> tuple[str, float] | None:
    """How well a pack graded a task from these inputs (``T1``, ``T2``) on held-out patients: measure and value."""
    of_inputs = pack.metrics.get(inputs)
    of_task = (of_inputs.get(task) or of_inputs.get(f"{task}_any")) if isinstance(of_inputs, Mapping) else None
    for key, name in _MEASURES.items():
        value = of_task.get(key) if isinstance(of_task, Mapping) else None
        if value is not None:
            return name, float(value["value"] if isinstance(value, Mapping) else value)
    return None
