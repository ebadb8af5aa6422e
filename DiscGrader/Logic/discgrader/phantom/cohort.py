"""Patients for training: every grade of every scale about as often as the others, which in life it is not."""

from typing import Any

import numpy as np

from discgrader.errors import UsageError
from discgrader.localize.levels import LEVELS
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.level import Level
from discgrader.phantom.patient import Patient
from discgrader.phantom.skeleton import Skeleton
from discgrader.phantom.spine import SpineParameters

LUMBAR = LEVELS[:5]
_DRAWS = 6
"""Tries of which the one that evens out the grades most is kept. A round number."""


def diseased_findings(seed: int, patient: Patient | None = None) -> dict[str, DiscFindings]:
    """What is asked of the lumbar discs of this patient.

    Half of the discs are herniated, sizes and zones alike often, half of them calcified; the others have any grade of
    central stenosis. Foramina, facets, ligaments and fat are drawn for all. Where findings leave each other no room,
    others are drawn. Nothing is asked of the lowest disc of a patient who is to have a sacralized L5.

    Parameters
    ----------
    seed : int
        The patient, as for `SpineParameters.draw`.
    patient : Patient, optional
        What is asked of the person.

    Returns
    -------
    dict of str to DiscFindings
        By level.
    """
    rng = stream(seed, "diseased")
    asked: dict[str, DiscFindings] = {}
    for number, level in enumerate(LUMBAR):
        herniated = bool(rng.random() < 0.5)
        for _ in range(_DRAWS):
            try:
                drawn = {**asked, level: _draw(rng, herniated)}
                skeleton = Skeleton(SpineParameters.draw(seed, drawn, patient))
                Level(skeleton.discs[number], skeleton.sac)
            except UsageError:
                continue
            asked = drawn
            break
    return asked


def _draw(rng: np.random.Generator, herniated: bool) -> DiscFindings:
    zone = str(rng.choice(["A", "AB", "B", "C"]))
    size = int(rng.integers(1, 3 if zone == "C" else 4))
    sides = ("left", "right")
    common: dict[str, Any] = {
        **{f"{side}_foraminal_stenosis": int(rng.integers(4)) for side in sides},
        **{f"{side}_facet_arthropathy": int(rng.integers(4) * (rng.random() < 2 / 3)) for side in sides},
        "ligamentum_flavum_mm": float(rng.uniform(2.5, 5.5)),
        "epidural_lipomatosis": int(rng.integers(4) * (rng.random() < 2 / 3)),
        "disc_osteophyte_complex": bool(rng.random() < 0.4),
    }
    if not herniated:
        return DiscFindings(msu="0", central_stenosis=int(rng.integers(4)), **common)
    side = None if zone == "A" else str(rng.choice(sides))
    return DiscFindings(msu=f"{size}{zone}", side=side, calcification=bool(rng.random() < 0.5), **common)
