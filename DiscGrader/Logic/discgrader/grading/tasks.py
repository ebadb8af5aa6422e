"""The grading systems and their tasks, as named in files."""

import re
from dataclasses import dataclass

from discgrader.errors import UsageError

_REGIONS = "SLTC"
"""Sacrum, lumbar, thoracic and cervical spine, from below."""


@dataclass(frozen=True)
class Task:
    """One question that a system answers for every disc.

    Parameters
    ----------
    system, name : str
        As written in files, for instance ``pfirrmann`` and ``high_grade``.
    title : str
        As people call it.
    scale : str
        Name of the scale that the answer is given on.
    """

    system: str
    name: str
    title: str
    scale: str


@dataclass(frozen=True)
class System:
    """One grading system.

    Parameters
    ----------
    name, title : str
        As written in files, and as people call it.
    tasks : tuple of Task
        In the order in which they are shown.
    highest : str
        The highest level that it is for. Discs above are not graded by it; those below are, L5-L6 and L6-S1 of six
        lumbar vertebrae and S1-S2 of a lumbarized S1 included.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    highest: str

    def covers(self, level: str) -> bool:
        """Whether it is for discs of this level; for none whose name tells no place in the spine."""
        return _place(level) <= _place(self.highest)


def _place(level: str) -> tuple[float, int]:
    """Where a level lies, the higher the greater, by the vertebra above the disc: T13 comes above L1, L6 below L5."""
    vertebra = re.match(rf"([{_REGIONS}])(\d+)-", level)
    return (float("inf"), 0) if vertebra is None else (_REGIONS.index(vertebra[1]), -int(vertebra[2]))


def _system(name: str, title: str, highest: str, *tasks: tuple[str, str, str]) -> System:
    return System(name, title, tuple(Task(name, *one) for one in tasks), highest)


# The papers of the systems that read axial slices grade lumbar discs: MSU's line joins lumbar facet joints, and Lee's
# grades are of the cauda equina, which above L1-L2 gives way to the cord. The paper on calcification took discs of L1
# to S1. SPIDER has grades of discs up to its ninth from the sacrum.
_LUMBAR, _SPIDER = "L1-L2", "T9-T10"


SYSTEMS: dict[str, System] = {
    one.name: one
    for one in (
        _system(
            "pfirrmann",
            "Disc degeneration",
            _SPIDER,
            ("pfirrmann", "Pfirrmann grade", "pfirrmann"),
            ("high_grade", "High grade (IV–V)", "pfirrmann_high_grade"),
        ),
        _system(
            "spider",
            "Degenerative findings",
            _SPIDER,
            ("bulging", "Disc bulging", "disc_bulging"),
            ("narrowing", "Disc narrowing", "disc_narrowing"),
            ("herniation", "Disc herniation", "disc_herniation"),
            ("spondylolisthesis", "Spondylolisthesis", "spondylolisthesis"),
            ("upper_endplate", "Upper endplate change", "upper_endplate"),
            ("lower_endplate", "Lower endplate change", "lower_endplate"),
            ("modic", "Modic type", "modic"),
        ),
        _system(
            "calcification", "Calcified herniation", _LUMBAR, ("calcification", "Calcified herniation", "calcification")
        ),
        _system(
            "axial-multitask",
            "Axial herniation, canal and root",
            _LUMBAR,
            ("herniation", "Herniation size", "msu_size"),
            ("central_stenosis", "Central canal stenosis", "lee_canal"),
            ("nerve_root", "Nerve-root compromise", "nerve_root"),
        ),
        _system("msu", "MSU herniation", _LUMBAR, ("size", "MSU size", "msu_size"), ("zone", "MSU zone", "msu_zone")),
        _system(
            "deepspine",
            "Stenosis and arthropathy",
            _LUMBAR,
            ("central_stenosis", "Central canal stenosis", "stenosis_severity"),
            ("left_foraminal_stenosis", "Left foraminal stenosis", "stenosis_severity"),
            ("right_foraminal_stenosis", "Right foraminal stenosis", "stenosis_severity"),
            ("disc_bulge", "Disc bulge", "disc_bulge"),
            ("disc_osteophyte_complex", "Disc-osteophyte complex", "disc_osteophyte_complex"),
            ("left_facet_arthropathy", "Left facet arthropathy", "facet_arthropathy"),
            ("right_facet_arthropathy", "Right facet arthropathy", "facet_arthropathy"),
            ("ligamentum_flavum_thickening", "Ligamentum flavum thickening", "ligamentum_flavum_thickening"),
            ("epidural_lipomatosis", "Epidural lipomatosis", "epidural_lipomatosis"),
        ),
    )
}
"""Every grading system by name, in the order in which they are shown."""


def find_system(system: str) -> System:
    """The system of this name.

    Raises
    ------
    UsageError
        When there is none.
    """
    if system not in SYSTEMS:
        raise UsageError(f"There is no system {system}; choose one of {', '.join(SYSTEMS)}.")
    return SYSTEMS[system]


def find_task(system: str, task: str) -> Task:
    """The task of this name in this system.

    Raises
    ------
    UsageError
        When there is no such system or task.
    """
    tasks = find_system(system).tasks
    for one in tasks:
        if one.name == task:
            return one
    raise UsageError(f"The system {system} has no task {task}; choose one of {', '.join(one.name for one in tasks)}.")
