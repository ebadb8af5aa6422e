"""A pack's cross-validated figures, cut down to those that matter for the study at hand."""

from collections.abc import Mapping, Sequence

from discgrader.errors import UsageError
from discgrader.grading.systems import find_task
from discgrader.report.markup import Html, join, tag
from discgrader.report.words import number

COLUMNS = {
    "AUROC": ("macro_auroc", "auroc"),
    "Accuracy": ("accuracy",),
    "Weighted kappa": ("qwk",),
    "Within one": ("within_one",),
}
"""What is shown for each task, and the names that it may have in a pack, the first one found being taken."""

MOST_ROWS = 16


def figures_table(figures: object, system: str, roles: Sequence[str]) -> Html | None:
    """A pack's figures as a table.

    Parameters
    ----------
    figures : mapping
        As in ``pack.json``: for each set of inputs (``T2``, ``T1+T2``, ``all``) the figures of every task, each a
        number or ``{"value", "low", "high"}``; figures of any other shape are listed as they are.
    system : str
        The pack's system.
    roles : sequence of str
        Roles of the study's series; the figures on these inputs are shown, else those on all.
    """
    if not isinstance(figures, Mapping):
        return None
    chosen = _fitting(figures, roles)
    if chosen is None:
        return _listed(figures)
    name, measured = chosen
    tasks = {task: one for task, one in measured.items() if isinstance(one, Mapping)}
    columns = [title for title, keys in COLUMNS.items() if any(key in one for one in tasks.values() for key in keys)]
    head = tag("tr", tag("td"), [tag("th", title, scope="col") for title in columns])
    rows = [
        tag("tr", tag("th", _task_title(system, task), scope="row"), [tag("td", _cell(one, key)) for key in columns])
        for task, one in tasks.items()
    ]
    counts = [f"{measured[key]} {key}" for key in ("patients", "discs") if key in measured]
    inputs = "all series of a patient" if name == "all" else name.replace("_", " ").replace("+", " and ")
    text = f"On {inputs}: {', '.join(counts)}. {figures.get('method', 'Cross-validated')}."
    return tag("div", tag("table", tag("caption", text), tag("thead", head), tag("tbody", rows), class_="plain"))


def _fitting(figures: Mapping, roles: Sequence[str]) -> tuple[str, Mapping] | None:
    sets = {name: one for name, one in figures.items() if isinstance(one, Mapping) and "patients" in one}
    exact = [name for name in sets if set(name.split("+")) == set(roles)]
    name = next(iter((*exact, *(one for one in sets if one == "all"), *sets)), None)
    return None if name is None else (name, sets[name])


def _task_title(system: str, task: str) -> str:
    try:
        return find_task(system, task).title
    except UsageError:
        return task.replace("_", " ").capitalize()


def _cell(measured: Mapping, column: str) -> Html:
    found = next((measured[key] for key in COLUMNS[column] if key in measured), None)
    return join("" if found is None else _figure(found))


def _figure(figure: object) -> Html:
    """A number and, where given, its 95 % interval."""
    if not isinstance(figure, Mapping):
        return join(f"{figure:.3f}" if isinstance(figure, float) else number(figure))
    low, high = figure.get("low"), figure.get("high")
    interval = "" if low is None or high is None else f"{low:.3f}–{high:.3f}"
    return join(f"{figure['value']:.3f}", " ", tag("small", interval))


def _listed(figures: Mapping) -> Html | None:
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", one)) for name, one in _flat(figures, ())][:MOST_ROWS]
    if not rows:
        return None
    return tag("table", tag("caption", "Cross-validated figures"), tag("tbody", rows), class_="plain")


def _flat(value: object, path: tuple[str, ...]) -> list[tuple[str, Html]]:
    if isinstance(value, Mapping) and "value" not in value:
        return [one for key, inner in value.items() for one in _flat(inner, (*path, str(key)))]
    if isinstance(value, (int, float, str, Mapping)):
        return [(" · ".join(one.replace("_", " ") for one in path), _figure(value))]
    return []
