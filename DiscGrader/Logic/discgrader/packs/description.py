"""What ``pack.json`` may say: types and limits of all that is used of it, checked when a pack is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from discgrader.checked import Count, OneOf, Within, checked, written_as
from discgrader.errors import PackError
from discgrader.packs.operating_points import OperatingPoints

MOST_WEIGHTS = 300e6
"""More weights than any network of a pack may have."""

Whole = Annotated[int, Within(0, 1e9)]
Width = Annotated[int, Within(1, 4096)]
Depth = Annotated[int, Within(1, 64)]
Few = Annotated[int, Within(1, 64)]
Pixels = Annotated[int, Within(8, 1024)]
Fraction = Annotated[float, Within(0, 0.99)]
Name = Annotated[str, Count(1, 200)]
FourWidths = Annotated[list[Width], Count(4, 4)]
FourDepths = Annotated[list[Depth], Count(4, 4)]
Logits = Annotated[Mapping[str, Annotated[int, Within(2, 64)]], Count(1, 64)]


@dataclass(frozen=True)
class TrainedOn:
    """What a pack was trained on.

    Parameters
    ----------
    data_set, license : str
        The data set and its license, in words that may be shown.
    patients, discs : int
        How many of each.
    recipe : str
        The recipe that trained it, such as ``spider``.
    seed : int
        What the recipe drew its random numbers from.
    synthetic : bool
        Whether no image of a patient was among what it saw; it may have begun with weights trained on photographs.
    statement : str
        One sentence for the table, the report and the screen.
    """

    data_set: str
    license: str
    patients: Whole
    discs: Whole
    recipe: str
    seed: int
    synthetic: bool
    statement: str


@dataclass(frozen=True)
class Task:
    """A task's scale and grades."""

    scale: Name
    grades: Annotated[list[Name], Count(2, 64)]


@dataclass(frozen=True)
class Recalibration:
    """A temperature and a bias that a site's own cases ask for, upon the logarithms of the calibrated probabilities."""

    temperature: Annotated[float, Within(1e-6, 1e6)]
    bias: Annotated[list[Annotated[float, Within(-1e3, 1e3)]], Count(2, 64)]


@dataclass(frozen=True)
class Described:
    """The whole of ``pack.json``, each entry by its type."""

    schema_version: int
    name: Name
    version: Name
    system: Name
    tasks: Mapping[str, Task]
    input: Mapping[str, Any]
    architecture: Mapping[str, Any]
    files: Annotated[Mapping[str, str], Count(0, 1000)]
    calibration: Mapping[str, Any]
    trained_on: TrainedOn
    metrics: Mapping[str, Any] = field(metadata=written_as("figures"))
    intended_use: str
    operating_points: Mapping[str, OperatingPoints] = field(default_factory=dict)
    recalibration: Mapping[str, Recalibration] = field(default_factory=dict)
    readers: Mapping[str, Mapping[str, Recalibration]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Crop:
    rows: Pixels
    columns: Pixels
    pixel_mm: Annotated[float, Within(0.05, 10)]


@dataclass(frozen=True)
class _Slices:
    reach_mm: Annotated[float, Within(0, 100)]
    count: Few


@dataclass(frozen=True)
class _DiscInput:
    crop: _Crop
    slices: _Slices


@dataclass(frozen=True)
class _View:
    name: Name
    plane: Annotated[str, OneOf(("sagittal", "axial"))]
    field_mm: Annotated[float, Within(5, 500)]
    offsets_mm: Annotated[list[Annotated[float, Within(-200, 200)]], Count(1, 64)]
    every_slice: bool


@dataclass(frozen=True)
class _ViewInput:
    pixels: Annotated[int, Within(32, 1024)]
    windows: Annotated[list[_View], Count(1, 16)]


@dataclass(frozen=True)
class _SliceInput:
    pixel_mm: Annotated[float, Within(0.05, 10)]


@dataclass(frozen=True)
class _UNet:
    channels: Annotated[list[Width], Count(2, 8)]
    inputs: Few
    outputs: Few
    residual_units: Annotated[int, Within(1, 16)]
    block: Annotated[int, Within(1, 8)] = 1

    @property
    def weights(self) -> float:
        """About how many it has."""
        return sum(
            9.0 * 2 * (self.residual_units + 3) * window * other
            for window, other in zip(self.channels, [*self.channels[1:], self.channels[-1]])
        )


@dataclass(frozen=True)
class _DiscClassifier:
    widths: FourWidths
    tasks: Logits
    roles: Annotated[list[Name], Count(1, 64)]
    families: Annotated[list[list[Name]], Count(1, 64)]
    channels: Few = 3
    blocks: FourDepths = field(default_factory=lambda: [2, 2, 2, 2])
    dropout: Fraction = 0.3

    def __post_init__(self) -> None:
        """Refuse a role that has no family."""
        lost = [role for role in self.roles if not any(role in family for family in self.families)]
        if lost:
            raise ValueError(f"has no family of the role {lost[0]}")

    @property
    def weights(self) -> float:
        """About how many it has."""
        return _residual_weights(self.widths, self.blocks)


@dataclass(frozen=True)
class _Encoder:
    name: Name
    widths: FourWidths | None = None
    blocks: FourDepths | None = None


@dataclass(frozen=True)
class _ViewClassifier:
    encoder: _Encoder
    windows: Annotated[int, Within(1, 16)]
    channels: Few
    tasks: Logits
    box: bool = False
    dropout: Fraction = 0.3

    @property
    def weights(self) -> float:
        """About how many it has."""
        return _residual_weights(self.encoder.widths or [], self.encoder.blocks or [])


@dataclass(frozen=True)
class _ResNet50:
    channels: Few = 3

    weights = 26e6


@dataclass(frozen=True)
class _Plain:
    weights = 0.0


NETWORKS: Mapping[str, type] = {
    "unet": _UNet,
    "disc_classifier": _DiscClassifier,
    "window_classifier": _ViewClassifier,
    "resnet50": _ResNet50,
    "efficientnet_lite0": _Plain,
    "tabular": _Plain,
}
"""What each kind of network that is known here may be told."""

_INPUTS: Mapping[str, type] = {"unet": _SliceInput, "disc_classifier": _DiscInput, "window_classifier": _ViewInput}


@dataclass(frozen=True)
class _Calibration:
    temperature: Annotated[float, Within(1e-6, 1e6)]
    bias: Annotated[list[Annotated[float, Within(-1e3, 1e3)]], Count(2, 64)]


@dataclass(frozen=True)
class _Whole:
    evidence_weight: Annotated[float, Within(0, 1)] = 0.0
    distance_limit: Annotated[float, Within(0, 1e12)] = 1e12


def check_description(described: object, what: str) -> Described:
    """Refuse a ``pack.json`` with an entry that is missing, of the wrong type or out of its limits.

    Networks of kinds that are not known here are left to whoever builds them.

    Parameters
    ----------
    described : object
        As JSON gives it.
    what : str
        How messages call it.

    Raises
    ------
    PackError
        Naming the entry.
    """
    whole = checked(described, Described, what, PackError)
    _check_calls(whole, what)
    kind = whole.architecture.get("kind")
    if isinstance(kind, str) and kind in NETWORKS:
        settings = {name: value for name, value in whole.architecture.items() if name != "kind"}
        network = check_network(kind, settings, f"{what}: architecture")
        if kind in _INPUTS:
            checked(whole.input, _INPUTS[kind], f"{what}: input", PackError)
        _check_calibration(whole, getattr(network, "tasks", {}), what)
        _check_views(whole, network, what)
    return whole


def check_network(kind: str, settings: Mapping[str, Any], what: str) -> Any:
    """Refuse a network of a known kind whose settings are wrong, unknown, or ask for more weights than any has.

    Raises
    ------
    PackError
        Naming the setting.
    """
    network = checked(dict(settings), NETWORKS[kind], what, PackError)
    unknown = sorted(set(settings) - {setting.name for setting in fields(NETWORKS[kind])}) if kind != "tabular" else []
    if unknown:
        raise PackError(f"{what}: {unknown[0]} is not a setting of a network of the kind {kind}.")
    if network.weights > MOST_WEIGHTS:
        raise PackError(f"{what}: its network would have more than {MOST_WEIGHTS / 1e6:.0f} million weights.")
    return network


def _check_calibration(whole: Described, tasks: Mapping[str, int], what: str) -> None:
    checked(whole.calibration, _Whole, f"{what}: calibration", PackError)
    for task, given in whole.calibration.items():
        if task not in tasks:
            continue
        found = checked(given, _Calibration, f"{what}: calibration.{task}", PackError)
        if len(found.bias) != tasks[task]:
            raise PackError(
                f"{what}: calibration.{task}.bias has {len(found.bias)} entries, its network {tasks[task]} "
                "outputs for this task."
            )


def _check_calls(whole: Described, what: str) -> None:
    """Refuse operating points and recalibrations of tasks, or of numbers of grades, that the pack does not have."""
    habits = {f"readers.{reader}": stated for reader, stated in whole.readers.items()}
    scalings = {"recalibration": whole.recalibration, **habits}
    for name, stated in {"operating_points": whole.operating_points, **scalings}.items():
        unknown = next((task for task in stated if task not in whole.tasks), None)
        if unknown is not None:
            raise PackError(f"{what}: {name}.{unknown} is not one of its tasks.")
    for name, scaling in scalings.items():
        for task, given in scaling.items():
            if len(given.bias) != len(whole.tasks[task].grades):
                raise PackError(
                    f"{what}: {name}.{task}.bias has {len(given.bias)} entries, the task "
                    f"{len(whole.tasks[task].grades)} grades."
                )


def _check_views(whole: Described, network: object, what: str) -> None:
    if not isinstance(network, _ViewClassifier):
        return
    windows = checked(whole.input, _ViewInput, f"{what}: input", PackError).windows
    if len(windows) != network.windows:
        raise PackError(f"{what}: input.windows has {len(windows)} entries, its network {network.windows}.")
    if len({len(window.offsets_mm) for window in windows}) > 1:
        raise PackError(f"{what}: input.windows differ in their number of offsets_mm.")
    # A single slice is shown three times over.
    channels = 3 if len(windows[0].offsets_mm) == 1 else len(windows[0].offsets_mm)
    if channels != network.channels:
        raise PackError(f"{what}: input.windows have {channels} slices, its network {network.channels} channels.")


def _residual_weights(widths: list[int], blocks: list[int]) -> float:
    return sum(18.0 * width * width * count for width, count in zip(widths, blocks))
