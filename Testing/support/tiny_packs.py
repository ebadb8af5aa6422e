"""Small packs with random weights, for tests of everything around the networks."""

from collections.abc import Mapping
from pathlib import Path

import torch
from discgrader.canal.outline import GROUPS as CANAL_GROUPS
from discgrader.canal.outline import KIND as CANAL_KIND
from discgrader.canal.outline import PLANES as CANAL_PLANES
from discgrader.grading.picture_statistics import statistics
from discgrader.grading.systems import find_system, scale_of, system_views
from discgrader.grading.typical import FILE as INPUT_FILE
from discgrader.grading.typical import GROUPS, Typical
from discgrader.grading.view_system import view_input
from discgrader.packs.networks import build_network
from discgrader.packs.pack import Pack, TrainedOn, write_pack
from discgrader.packs.weights import pack_tensors
from discgrader.training.grader_recipe import FOLDS_FILE
from plain_packs import rewritten

ROLES = ("T1", "T2", "T2_SPACE")
TRAINED_ON = TrainedOn("nothing", "none", 0, 0, "random", 0, True, "random weights, for tests only")


def tiny_grading_pack(folder: Path, seed: int = 0, system: str = "pfirrmann", unlike: bool = False) -> Pack:
    """A pack of one random disc classifier that grades ``pfirrmann``, ``bulging`` and ``modic``; to which all pictures
    look ``unlike`` those of its training, or none."""
    torch.manual_seed(seed)
    architecture = {
        "kind": "disc_classifier",
        "widths": [4, 8, 8, 8],
        "roles": list(ROLES),
        "families": [["T1"], ["T2", "T2_SPACE"]],
        "tasks": {"pfirrmann": 5, "bulging": 2, "modic": 4},
    }
    network = build_network(architecture).train()
    # Running statistics of one pass keep the features of an untrained network from collapsing.
    with torch.no_grad():
        for _ in range(20):
            network.crop_features(network.maps(torch.randn(8, 3, 96, 128), torch.ones(8, dtype=torch.long)))
    names = {"pfirrmann": ("pfirrmann", "high_grade"), "spider": ("bulging", "modic")}[system]
    return write_pack(
        folder,
        name=f"tiny-{system}",
        version="0.0.1",
        system=system,
        tasks={
            name: {"scale": scale_of(system, name).name, "grades": list(scale_of(system, name).values)}
            for name in names
        },
        input={
            "plane": "sagittal",
            "contrasts": list(ROLES),
            "crop": {"rows": 96, "columns": 128, "pixel_mm": 0.5},
            "slices": {"reach_mm": 4.5, "count": 5},
            "normalization": "spine",
        },
        architecture=architecture,
        files={
            "network_0.safetensors": pack_tensors(network.state_dict(), 32),
            INPUT_FILE: pack_tensors(_typical(network, -1.0 if unlike else 1.0).tensors(), 32),
        },
        trained_on=TRAINED_ON,
    )


def _typical(network: torch.nn.Module, limit: float) -> Typical:
    """Scores every picture alike."""
    told = statistics(torch.zeros(1, 96, 128), torch.zeros(1, 2, 96, 128)).shape[1]
    maps = network.maps(torch.zeros(1, 3, 96, 128), torch.zeros(1, dtype=torch.long))
    width = {"early": 2 * maps.shape[1], "late": network.crop_features(maps).shape[1], "picture": told}
    mean, scale = ({group: value.expand(width[group]) for group in GROUPS} for value in (torch.zeros(1), torch.ones(1)))
    inputs = 2 * len(GROUPS) + 2 * len(GROUPS)
    layers = [(torch.zeros(3, inputs), torch.zeros(3)), (torch.zeros(1, 3), torch.zeros(1))]
    return Typical(
        mean,
        scale,
        {group: torch.eye(width[group])[:, :2] for group in GROUPS},
        layers,
        limit,
        torch.full((2 * len(GROUPS),), 1e9),
    )


def tiny_window_pack(folder: Path, system: str, seed: int = 0, pixels: int = 32) -> Pack:
    """A pack of one random window classifier that grades all tasks of a system."""
    torch.manual_seed(seed)
    specs = system_views()[system]
    tasks = {task.name: len(scale_of(system, task.name).values) for task in find_system(system).tasks}
    architecture = {
        "kind": "window_classifier",
        "encoder": {"name": "residual", "widths": [4, 8, 8, 8], "blocks": [1, 1, 1, 1]},
        "windows": len(specs),
        "channels": 3,
        "tasks": tasks,
        "box": system == "msu",
    }
    network = build_network(architecture).train()
    with torch.no_grad():
        for _ in range(20):
            network(torch.randn(4, len(specs), 3, pixels, pixels))
    return write_pack(
        folder,
        name=f"tiny-{system}",
        version="0.0.1",
        system=system,
        tasks={
            name: {"scale": scale_of(system, name).name, "grades": list(scale_of(system, name).values)}
            for name in tasks
        },
        input=view_input(specs, pixels),
        architecture=architecture,
        files={"network_0.safetensors": pack_tensors(network.state_dict(), 32)},
        trained_on=TRAINED_ON,
    )


def tiny_localizer_pack(folder: Path, seed: int = 0) -> Pack:
    """A pack of one small random U-Net, which finds nothing."""
    torch.manual_seed(seed)
    architecture = {"kind": "unet", "channels": [4, 8, 8], "inputs": 1, "outputs": 4, "residual_units": 1}
    return write_pack(
        folder,
        name="tiny-localizer",
        version="0.0.1",
        system="localizer",
        tasks={},
        input={"plane": "sagittal", "contrasts": list(ROLES), "pixel_mm": 0.6, "normalization": "slice"},
        architecture=architecture,
        files={"network.safetensors": pack_tensors(build_network(architecture).state_dict(), 32)},
        trained_on=TRAINED_ON,
    )


def pack_of_two(folder: Path, folds: bytes):
    """Two different networks, and who has not seen whom."""
    one, other = tiny_grading_pack(folder / "one", 1), tiny_grading_pack(folder / "other", 2)
    files = {name: one.read_bytes(name) for name in one.files}
    files |= {"network_1.safetensors": other.read_bytes("network_0.safetensors"), FOLDS_FILE: folds}
    return rewritten(folder / "two", one, files)


def tiny_canal_pack(folder: Path, seed: int = 0, error: Mapping[str, Mapping[str, float]] | None = None) -> Pack:
    """A pack that measures the canal with untrained networks, and states this error."""
    torch.manual_seed(seed)
    network = {"kind": "unet", "channels": [4, 8], "inputs": 1, "outputs": len(CANAL_GROUPS) + 1, "residual_units": 1}
    weights = {plane.value: pack_tensors(build_network(network).state_dict(), 32) for plane in CANAL_PLANES}
    return write_pack(
        folder,
        name="tiny-canal",
        version="0.0.1",
        system="measured-canal",
        tasks={"central_stenosis": {"scale": "measured_canal", "grades": ["0", "1", "2", "3"]}},
        input={},
        architecture={"kind": CANAL_KIND, "groups": list(CANAL_GROUPS), **dict.fromkeys(weights, network)},
        files={f"{plane}.safetensors": content for plane, content in weights.items()},
        trained_on=TRAINED_ON,
        metrics={"error": error or {}},
    )
