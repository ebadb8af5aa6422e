"""What a network is asked about patients that it has not seen, how its answers become probabilities, and how often
these are right."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from discgrader.grading.calibration import softmax
from discgrader.imaging.flat_picture import channels, flat_pictures
from discgrader.imaging.picture_contrast import concluded
from discgrader.imaging.study import Contrast, Plane
from discgrader.imaging.volume import Volume
from discgrader.training.contrast.networks import ContrastNetwork, logits_of
from discgrader.training.contrast.pool import (
    CLASSES,
    FINE_MM,
    Draw,
    RealPicture,
    Sources,
    class_of,
    fat_suppressed,
    pairs,
)

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
class HeldOutSeries:
    """One series to be told: whose, of which kind (see `sagittal_pool.SHARES`), and its slices.

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

    held_out: HeldOutSeries
    logits: np.ndarray
    truth: int


def examination(sources: Sources, seed: int, each: int) -> list[HeldOutSeries]:
    """All real series as they are, the fat-suppressed ones computed from pairs, and ``each`` of every drawn kind."""
    files: dict[str, list[RealPicture]] = {}
    for real in sources.real:
        files.setdefault(real.source, []).append(real)
    held_out = [
        HeldOutSeries(
            some[0].patient, f"real {some[0].contrast}", name, [picture.seen for picture in some], some[0].distance_mm
        )
        for name, some in files.items()
    ]
    for t1, t2 in pairs(sources.real) if sources.plane is Plane.SAGITTAL else ():
        rng = np.random.default_rng([seed, zlib.crc32(t1.source.encode())])
        held_out.append(
            HeldOutSeries(
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
            held_out.append(HeldOutSeries(patient, kind, f"{kind} {number}", seen_of(picture, known, sources.plane)))
    return [series for series in held_out if series.seen]


def seen_of(picture: np.ndarray, known: np.ndarray, plane: Plane) -> list[np.ndarray]:
    """What a network sees of a picture of 1.5 mm pixels, none where it is all of one value."""
    rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][None]
    affine = np.eye(4)
    if plane is Plane.SAGITTAL:
        affine[:3, :3] = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine[:3, :3] *= [FINE_MM, FINE_MM, THICK_MM]
    found = [channels(*picture) for picture in flat_pictures(Volume(cut, affine), plane)]
    return [picture for picture in found if picture is not None]


def examined(network: ContrastNetwork, held_out: Sequence[HeldOutSeries], plane: Plane) -> list[Examined]:
    """The network's answers."""
    logits = logits_of(network, [picture for series in held_out for picture in series.seen])
    ends = np.cumsum([len(series.seen) for series in held_out])
    return [
        Examined(series, part.mean(axis=0), CLASSES[plane].index(class_of(series.kind, plane)))
        for series, part in zip(held_out, np.split(logits, ends[:-1]), strict=True)
    ]


def calibrated(found: Sequence[Examined]) -> dict[str, float]:
    """The temperature that makes the right answers most probable.

    Real series, as they are and with fat suppressed, weigh as much as all others together; within both, each kind
    weighs the same.
    """
    logits, truth = np.stack([series.logits for series in found]), np.array([series.truth for series in found])
    kinds, number, count = np.unique(
        [series.held_out.kind for series in found], return_inverse=True, return_counts=True
    )
    real = np.char.startswith(kinds, "real")
    weights = (np.where(real, 0.5 / real.sum(), 0.5 / max((~real).sum(), 1)) / count)[number]

    def cross_entropy(log_temperature: float) -> float:
        right = softmax(logits / np.exp(log_temperature))[np.arange(len(truth)), truth]
        return float(-(weights * np.log(np.maximum(right, 1e-9))).sum())

    best = minimize_scalar(cross_entropy, bounds=(-2.0, 2.0), method="bounded")
    return {"temperature": float(np.exp(best.x)), "negative_log_likelihood": float(best.fun)}


def metrics_of(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> dict[str, object]:
    """How often the answers are right, for each kind of series.

    Returns
    -------
    dict
        For each kind: the number of series; the share whose most probable class is right by the picture alone; the
        share answered; how many of these got the right answer, how many another contrast, how many ``other``; and which
        got another contrast.
    """
    metrics: dict[str, object] = {}
    for kind in sorted({series.held_out.kind for series in found}):
        of_kind = [series for series in found if series.held_out.kind == kind]
        answers = [
            concluded(series.logits / temperature, classes, series.held_out.distance_mm).contrast for series in of_kind
        ]
        truth = Contrast(classes[of_kind[0].truth])
        pairs = zip([series.held_out.source for series in of_kind], answers, strict=True)
        answered = [(source, answer) for source, answer in pairs if answer is not Contrast.UNKNOWN]
        wrong = [(source, answer) for source, answer in answered if answer not in (truth, Contrast.OTHER)]
        metrics[kind] = {
            "series": len(of_kind),
            "right_class": float(np.mean([series.logits.argmax() == series.truth for series in of_kind])),
            "answered": len(answered) / len(of_kind),
            "right": sum(answer is truth for _, answer in answered),
            "other": sum(answer is Contrast.OTHER is not truth for _, answer in answered),
            "another_contrast": len(wrong),
            "wrong": [f"{source}: {answer}" for source, answer in wrong],
        }
    return metrics


def between_t1_and_t2(found: Sequence[Examined], classes: tuple[str, ...], temperature: float) -> dict[str, Any]:
    """Of the real T1 and T2 series: how many get T1 or T2 for an answer, and how often that is the right one."""
    native = [series for series in found if series.held_out.kind in ("real T1", "real T2")]
    answers = [
        concluded(series.logits / temperature, classes, series.held_out.distance_mm).contrast for series in native
    ]
    known = [
        (answer, series) for answer, series in zip(answers, native) if answer not in (Contrast.UNKNOWN, Contrast.OTHER)
    ]
    wrong = [series.held_out.source for answer, series in known if answer != classes[series.truth]]
    patients = {series.held_out.patient for series in native}
    return {
        "series": len(native),
        "patients": len(patients),
        "answered": len(known) / len(native),
        "right_of_answered": 1 - len(wrong) / max(len(known), 1),
        "wrong": wrong,
    }
