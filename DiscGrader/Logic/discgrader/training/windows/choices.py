"""Recipes of systems that look through windows: plain files in ``Resources/Recipes`` that fix every choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated

from discgrader.checked import Count, OneOf, Within, checked, read_json
from discgrader.errors import UsageError
from discgrader.grading.scales import scale_of
from discgrader.grading.tasks import SYSTEMS
from discgrader.grading.window_pack import KIND, channels_of
from discgrader.grading.windows import WINDOWS, WindowSpec
from discgrader.training.augment import Variation

COMPARED = "compare"

_Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True)
class WindowRecipe:
    """Every choice of a recipe.

    Parameters
    ----------
    name, system, source : str
        What it is called, what it grades, and where its choices come from.
    encoder : mapping
        As `discgrader.packs.encoders.build_encoder` takes it.
    initial : str
        Shipped pack whose weights the encoder begins with where none are given; empty for weights drawn at random.
    pixels : int
        A side of each window.
    offsets_mm : sequence of float
        Slices of each window where it is not to be the system's own; empty where it is. See `WindowSpec`.
    box : bool
        Whether it also learns where the herniation is.
    optimizer, schedule : str
        ``adam`` or ``adamw``; ``constant`` or ``one_cycle``.
    learning_rate, weight_decay, dropout, average_decay : float
        The last is of the running average of weights, 0 for none.
    batch, epochs : int
    neighbor_share : float
        How much of an ordinal grade's target goes to the grades beside it.
    balance : float
        0 learns grades as often as they are, 1 all alike; see `discgrader.training.losses.grade_weights`.
    other_slices : float
        Share of the discs that are shown on any of their axial slices instead of the nearest.
    variation : Variation
    validation, test : float
        Shares of the patients that are held out to choose the epoch and to calibrate, and to judge.
    seed, bits : int
        Of all random numbers; in which the pack's weights are stored.
    """

    name: str
    system: Annotated[str, OneOf(tuple(WINDOWS))]
    source: str
    encoder: Mapping[str, object]
    initial: str
    pixels: Annotated[int, Within(32, 1024)]
    offsets_mm: Annotated[Sequence[Annotated[float, Within(-200, 200)]], Count(0, 64)]
    box: bool
    optimizer: Annotated[str, OneOf(("adam", "adamw"))]
    schedule: Annotated[str, OneOf(("constant", "one_cycle"))]
    learning_rate: Annotated[float, Within(0, 10)]
    weight_decay: Annotated[float, Within(0, 10)]
    dropout: _Share
    average_decay: _Share
    batch: Annotated[int, Within(1, 10_000)]
    epochs: Annotated[int, Within(0, 100_000)]
    neighbor_share: _Share
    balance: _Share
    other_slices: _Share
    variation: Variation
    validation: _Share
    test: _Share
    seed: Annotated[int, Within(0, 2**32 - 1)]
    bits: Annotated[int, Within(8, 32)]

    @property
    def windows(self) -> tuple[WindowSpec, ...]:
        """Where the system looks."""
        own = WINDOWS[self.system]
        return tuple(replace(one, offsets_mm=tuple(self.offsets_mm)) for one in own) if self.offsets_mm else own

    @property
    def tasks(self) -> Mapping[str, int]:
        """Number of grades of each task."""
        return {task.name: len(scale_of(self.system, task.name).values) for task in SYSTEMS[self.system].tasks}

    def architecture(self) -> dict[str, object]:
        """The network's entry in a pack."""
        return {
            "kind": KIND,
            "encoder": dict(self.encoder),
            "windows": len(self.windows),
            "channels": channels_of(self.windows),
            "tasks": dict(self.tasks),
            "box": self.box,
            "dropout": self.dropout,
        }


def read_recipe(path: Path, options: Mapping[str, object]) -> WindowRecipe | tuple[str, ...]:
    """A recipe with some choices changed; or the names of those that it compares.

    Raises
    ------
    UsageError
        The file leaves a choice open or makes one that does not exist, or an option is none.
    """
    described = checked(read_json(path, UsageError), Mapping[str, object], str(path), UsageError)
    if COMPARED in described:
        return checked(described[COMPARED], tuple[str, ...], f"{path}: {COMPARED}", UsageError)
    variation = dict(checked(described.pop("variation", {}), Mapping[str, object], f"{path}: variation", UsageError))
    for name, value in options.items():
        place = variation if name in variation else described
        if name not in place or name in ("name", "system"):
            raise UsageError(
                f"This recipe has no choice {name}; it has {', '.join((*list(described)[2:], *variation))}."
            )
        place[name] = value
    _check_fields(path, described, {one.name for one in fields(WindowRecipe)} - {"variation"})
    _check_fields(path, variation, {one.name for one in fields(Variation)})
    return checked({**described, "variation": variation}, WindowRecipe, f"The recipe {path.name}", UsageError)


def _check_fields(path: Path, described: Mapping[str, object], wanted: set[str]) -> None:
    wrong = wanted.symmetric_difference(described)
    if wrong:
        name = min(wrong)
        raise UsageError(
            f"The recipe {path.name} {'leaves open' if name in wanted else 'does not know'} the choice {name}."
        )
