"""What a network is asked about patients that it has not seen."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.flat_picture import channels, flat_pictures
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.training.contrast.network import ContrastNetwork, logits_of
from discgrader.training.contrast.pictures import FINE_MM, RealPicture, pairs
from discgrader.training.contrast.pool import CLASSES, Draw, Sources, class_of, fat_suppressed

THICK_MM = 4.0
"""Distance between the slices of pictures that are computed."""
_DRAWN = (
    "digital T1",
    "digital T2",
    "digital STIR",
    "digital T1_FS",
    "digital PD",
    "digital GRE",
    "digital FAT",
    "digital OPPOSED",
    "digital MYELO",
    "digital CT",
    "mask",
    "no anatomy",
    "derived",
    "other plane",
    "real T1_FS",
)


@dataclass(frozen=True, eq=False)
class Asked:
    """One series to be told: whose, of which kind (as in `discgrader.training.contrast.pool.SHARES`), and its slices.

    ``distance_mm`` lies between these.
    """

    patient: str
    kind: str
    source: str
    seen: Sequence[np.ndarray]
    distance_mm: float | None = THICK_MM


@dataclass(frozen=True, eq=False)
class Examined:
    """What a network said of a series: mean logits over its slices; ``truth`` is the index of the right class."""

    asked: Asked
    logits: np.ndarray
    truth: int


def examination(sources: Sources, seed: int, each: int) -> list[Asked]:
    """All real series as they are, the fat-suppressed ones computed from pairs, and ``each`` of every drawn kind."""
    files: dict[str, list[RealPicture]] = {}
    for one in sources.real:
        files.setdefault(one.source, []).append(one)
    asked = [
        Asked(some[0].patient, f"real {some[0].contrast}", name, [one.seen for one in some], some[0].distance_mm)
        for name, some in files.items()
    ]
    for t1, t2 in pairs(sources.real) if sources.plane is Plane.SAGITTAL else ():
        rng = np.random.default_rng([seed, zlib.crc32(t1.source.encode())])
        asked.append(
            Asked(
                t1.patient,
                "real STIR",
                f"fat-suppressed {t2.source}",
                seen_of(*fat_suppressed(t1, t2, "STIR", rng), sources.plane),
            )
        )
    draw = Draw(sources)
    for kind in _DRAWN:
        for number in range(each):
            rng = np.random.default_rng([seed + 1, zlib.crc32(kind.encode()), number])
            picture, known, patient = draw(kind, rng)
            picture = picture + 0.02 * np.percentile(picture, 99) * np.abs(rng.standard_normal(picture.shape))
            asked.append(Asked(patient, kind, f"{kind} {number}", seen_of(picture, known, sources.plane)))
    return [one for one in asked if one.seen]


def seen_of(picture: np.ndarray, known: np.ndarray, plane: Plane) -> list[np.ndarray]:
    """What a network sees of a picture of 1.5 mm pixels, none where it is all of one value."""
    rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][None]
    affine = np.eye(4)
    if plane is Plane.SAGITTAL:
        affine[:3, :3] = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine[:3, :3] *= [FINE_MM, FINE_MM, THICK_MM]
    found = [channels(*one) for one in flat_pictures(Volume(cut, affine), plane)]
    return [one for one in found if one is not None]


def examined(network: ContrastNetwork, asked: Sequence[Asked], plane: Plane) -> list[Examined]:
    """The network's answers."""
    logits = logits_of(network, [picture for one in asked for picture in one.seen])
    ends = np.cumsum([len(one.seen) for one in asked])
    return [
        Examined(one, part.mean(axis=0), CLASSES[plane].index(class_of(one.kind, plane)))
        for one, part in zip(asked, np.split(logits, ends[:-1]), strict=True)
    ]
