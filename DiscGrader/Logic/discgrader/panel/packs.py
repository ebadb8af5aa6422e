"""What the packs that come with the module can grade, and what they were trained on; their weights are not opened."""

import json
from dataclasses import dataclass
from pathlib import Path

from discgrader.grading.systems import systems
from discgrader.resources import resource_folders


@dataclass(frozen=True)
class PackFacts:
    """A grading pack, as its description states it.

    Parameters
    ----------
    system, name, version : str
    tasks : tuple of str
        In the system's own order.
    trained_on : str
        One sentence.
    data_set : str
        Its name.
    patients : int
    synthetic : bool
        Whether it saw synthetic images only.
    intended_use : str
    """

    system: str
    name: str
    version: str
    tasks: tuple[str, ...]
    trained_on: str
    data_set: str
    patients: int
    synthetic: bool
    intended_use: str


def pack_facts(folder: Path | None = None) -> dict[str, PackFacts]:
    """The packs of grading systems by system, in the order in which systems are shown.

    A description that cannot be read is passed over here; whoever opens the pack says what is wrong with it.
    """
    found = {}
    folders = resource_folders("Packs") if folder is None else [folder]
    for path in (path for one in folders for path in sorted(one.glob("*/pack.json"))):
        try:
            described = json.loads(path.read_text(encoding="utf-8"))
            system = systems().get(described["system"])
            if system is None:
                continue
            trained_on = described["trained_on"]
            found[system.name] = PackFacts(
                system=system.name,
                name=described["name"],
                version=described["version"],
                tasks=tuple(one.name for one in system.tasks if one.name in described["tasks"]),
                trained_on=trained_on["statement"],
                data_set=trained_on["data_set"],
                patients=trained_on["patients"],
                synthetic=trained_on["synthetic"],
                intended_use=described.get("intended_use", ""),
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return {name: found[name] for name in systems() if name in found}
