"""What can be measured on a disc and speaks for its grades: heights, signal ratios, overhang, slip."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.resample import sample
from discgrader.imaging.study import Series
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc
from discgrader.localize.labels import Label, disc_label

PIXEL_MM = 0.5
"""Edge of the pixels in which a disc is measured; part of what trees were trained on. A round number."""

HALF_HEIGHT_MM = 44.0
"""Half the section around a disc: the disc and a whole vertebra above and below."""

HALF_DEPTH_MM = 40.0
"""Half the section from front to back: a disc and the canal behind it."""


@dataclass(frozen=True)
class Measure:
    """A measured quantity: what it is called on screen, its unit, and where its definition comes from."""

    title: str
    unit: str
    source: str


PFIRRMANN_2001 = "Pfirrmann et al., Spine 2001;26:1873"
MEASURES: Mapping[str, Measure] = {
    "height_mm": Measure("Disc height", "mm", "mean over the middle three fifths of the depth, mid-sagittal"),
    "height_to_depth": Measure("Disc height / depth", "", "mid-sagittal"),
    "height_to_vertebra": Measure("Disc height / height of the vertebra above", "", "mid-sagittal"),
    "nucleus_to_csf": Measure("Nucleus / CSF signal", "", f"after {PFIRRMANN_2001}: nucleus isointense to CSF in I-II"),
    "nucleus_to_vertebra": Measure("Nucleus / vertebra signal", "", "medians, mid-sagittal"),
    "nucleus_to_annulus": Measure(
        "Nucleus / annulus contrast",
        "",
        f"(nucleus - annulus) / (nucleus + annulus); after {PFIRRMANN_2001}: border distinct in I-II",
    ),
    "nucleus_spread": Measure("Inhomogeneity of the nucleus", "", "standard deviation / mean inside the nucleus"),
    "posterior_overhang_mm": Measure(
        "Posterior overhang beyond the vertebrae",
        "mm",
        "posterior disc margin beyond the line of the posterior vertebral margins",
    ),
    "anterior_overhang_mm": Measure(
        "Anterior overhang beyond the vertebrae",
        "mm",
        "anterior disc margin beyond the line of the anterior vertebral margins",
    ),
    "slip_mm": Measure("Slip of the vertebra above", "mm", "offset of the posterior margins, forward positive"),
    "canal_mm": Measure("Canal depth at the disc", "mm", "mid-sagittal, in the disc's plane"),
}
"""Every measure by its name in files."""

SIGNAL_MEASURES = frozenset({"nucleus_to_csf", "nucleus_to_vertebra", "nucleus_to_annulus", "nucleus_spread"})


def measure_disc(series: Series, segmentation: Volume, disc: Disc) -> dict[str, float]:
    """All of `MEASURES` on one disc; NaN where one cannot be taken.

    Parameters
    ----------
    series : Series
        Where signals are read.
    segmentation : Volume
        Labels as in `Localization.segmentation`, in the same patient coordinates.
    disc : Disc
        Its box gives the plane in which lengths are measured.
    """
    up = np.arange(-HALF_HEIGHT_MM, HALF_HEIGHT_MM + PIXEL_MM / 2, PIXEL_MM)
    along = np.arange(-HALF_DEPTH_MM, HALF_DEPTH_MM + PIXEL_MM / 2, PIXEL_MM)
    axes = disc.roi.axes_lps
    points = disc.center_lps_mm + along[None, :, None] * axes[:, 1] + up[:, None, None] * axes[:, 2]
    labels = sample(segmentation, points, order=0)
    signal = sample(series.volume, points, order=1, cval=np.nan) - np.float32(series.volume.no_signal)
    found = dict.fromkeys(MEASURES, float("nan"))
    body = labels == disc_label(disc.index_from_sacrum)
    if body.sum() * PIXEL_MM**2 < 20:
        return found
    found |= _lengths(labels, body, up, along)
    found |= _signals(labels, body, signal, up, along)
    return {name: float(value) for name, value in found.items()}


def _span(mask: np.ndarray, positions: np.ndarray) -> tuple[float, float]:
    return float(np.quantile(positions[mask], 0.02)), float(np.quantile(positions[mask], 0.98))


def _lengths(labels: np.ndarray, body: np.ndarray, up: np.ndarray, along: np.ndarray) -> dict[str, float]:
    along_of = np.broadcast_to(along, body.shape)
    front, back = _span(body, along_of)
    depth = back - front
    inner = (along_of > front + 0.2 * depth) & (along_of < back - 0.2 * depth)
    height = (body & inner).sum() * PIXEL_MM / max((body & inner).any(0).sum(), 1)
    vertebra = labels == Label.VERTEBRA
    middle = np.abs(along - (front + back) / 2) < 0.25 * depth
    runs = [_first_run(column[up > 0]) for column in vertebra[:, middle].T]
    above = float(np.median([run for run in runs if run > 0])) if any(runs) else float("nan")
    upper = _edges(vertebra, (up > 3) & (up < 14), along, front, back)
    lower = _edges(vertebra, (up < -3) & (up > -14), along, front, back)
    fronts = [edge[0] for edge in (upper, lower) if edge]
    backs = [edge[1] for edge in (upper, lower) if edge]
    # Rows within 2.5 mm of the disc's middle, half of which must be canal.
    canal = (labels == Label.CANAL)[np.abs(up) < 2.5].mean(0) > 0.5
    return {
        "height_mm": height,
        "height_to_depth": height / max(depth, 1e-3),
        "height_to_vertebra": height / above if above > 12 else float("nan"),
        "posterior_overhang_mm": back - float(np.mean(backs)) if backs else float("nan"),
        "anterior_overhang_mm": float(np.mean(fronts)) - front if fronts else float("nan"),
        "slip_mm": lower[1] - upper[1] if upper and lower else float("nan"),
        "canal_mm": canal.sum() * PIXEL_MM if canal.sum() * PIXEL_MM > 3 else float("nan"),
    }


def _first_run(inside: np.ndarray) -> float:
    """Length in mm of the first run of True, from the disc outwards."""
    hits = np.nonzero(inside)[0]
    if len(hits) == 0:
        return 0.0
    ends = np.nonzero(~inside[hits[0] :])[0]
    return float((ends[0] if len(ends) else len(inside) - hits[0]) * PIXEL_MM)


def _edges(vertebra: np.ndarray, rows: np.ndarray, along: np.ndarray, front: float, back: float):
    """Mean front and back margin in mm of the vertebral body in some rows; None where it is not there."""
    near = (along > front - 8) & (along < back + 8)
    margins = [along[near][line[near]][[0, -1]] for line in vertebra[rows] if line[near].sum() * PIXEL_MM > 12]
    return tuple(np.median(margins, axis=0)) if len(margins) >= 5 else None


def _signals(
    labels: np.ndarray, body: np.ndarray, signal: np.ndarray, up: np.ndarray, along: np.ndarray
) -> dict[str, float]:
    along_of = np.broadcast_to(along, body.shape)
    up_of = np.broadcast_to(up[:, None], body.shape)
    front, back = _span(body, along_of)
    low, high = _span(body, up_of)
    depth, height = back - front, high - low
    seen = np.isfinite(signal)
    across = np.abs(along_of - (front + back) / 2) / depth
    upward = np.abs(up_of - (low + high) / 2) / max(height, 1e-3)
    # Nucleus: the inner half of the depth by two thirds of the height; annulus: the outer eighth of the depth at either
    # end. Trees and packs were trained with these.
    nucleus = signal[body & seen & (across < 0.27) & (upward < 0.33)]
    annulus = signal[body & seen & (across > 0.38)]
    close = np.abs(up_of) < 25
    csf = signal[(labels == Label.CANAL) & seen & close]
    vertebra = signal[(labels == Label.VERTEBRA) & seen & close & (along_of < back)]
    if min(len(nucleus), len(annulus)) < 6:
        return {}
    core, rim = float(np.median(nucleus)), float(np.median(annulus))
    result = {
        "nucleus_to_annulus": (core - rim) / max(core + rim, 1e-3),
        "nucleus_spread": float(nucleus.std() / max(nucleus.mean(), 1e-3)),
    }
    if len(csf) > 40:
        result["nucleus_to_csf"] = core / max(float(np.quantile(csf, 0.85)), 1e-3)
    if len(vertebra) > 100:
        result["nucleus_to_vertebra"] = core / max(float(np.median(vertebra)), 1e-3)
    return result
