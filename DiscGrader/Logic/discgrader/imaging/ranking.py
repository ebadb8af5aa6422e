"""Which of several series of one role is the better one, and why the other was not taken."""

from collections.abc import Callable, Sequence

import numpy as np

from discgrader.imaging.names import AFTER_AGENT, DERIVED
from discgrader.imaging.series_title import title_of
from discgrader.imaging.study import Series

_COARSER = 1.15
"""Pixels that differ by less do not decide between two series. A round number."""


def place_of(series: Series) -> str:
    """The part of the body other than the lumbar spine that a series says it shows; empty where it says none."""
    return next((trait for trait in series.traits if trait not in (AFTER_AGENT, DERIVED)), "")


def in_plane_mm(series: Series) -> float:
    """The edge of a square as large as a pixel of a series, in mm."""
    finest = np.sort(series.volume.spacing_mm)[:2]
    return float(np.sqrt(finest[0] * finest[1]))


def ranked(series: Sequence[Series], shown: Callable[[Series], int] = lambda each: 0) -> list[Series]:
    """Series of one role, the best one first.

    First what says that it shows the lumbar spine or no other part of the body, then what was taken before contrast
    agent, what is as scanned before what was computed from others, what shows more discs, what has clearly smaller
    pixels, what has more voxels.

    Parameters
    ----------
    series : sequence of Series
    shown : callable(Series) -> int
        How many of the study's discs a series shows.
    """
    return sorted(series, key=lambda each: _key(each, series, shown))


def why_not(other: Series, used: Series, shown: Callable[[Series], int] = lambda each: 0) -> str:
    """Why ``used`` was preferred, in words that follow the other's name: ``was taken after contrast agent, X was
    not``."""
    both = (used, other)
    key, best = _key(other, both, shown), _key(used, both, shown)
    worse = next((position for position, (a, b) in enumerate(zip(key, best, strict=True)) if a > b), -1)
    words = (
        f"shows the {place_of(other)}",
        "was acquired with contrast agent",
        "was computed from another series",
        "shows fewer of the discs",
        "has larger pixels",
        "has fewer voxels",
        "is as good",
    )
    return f"{words[worse]}, and the {title_of(used)} was used"


def _key(one: Series, among: Sequence[Series], shown: Callable[[Series], int]) -> tuple[float, ...]:
    finest = min(map(in_plane_mm, among))
    steps = np.floor(np.log(in_plane_mm(one) / finest) / np.log(_COARSER) + 1e-6)
    return (
        bool(place_of(one)),
        AFTER_AGENT in one.traits,
        DERIVED in one.traits,
        -shown(one),
        float(steps),
        -one.volume.array.size,
    )
