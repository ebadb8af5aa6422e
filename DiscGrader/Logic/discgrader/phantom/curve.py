"""The lateral curve of a scoliotic spine."""

from dataclasses import dataclass

from discgrader.phantom.fields import stream
from discgrader.phantom.patient import Patient, known


@dataclass(frozen=True)
class Curve:
    """A lateral curve with one apex.

    Parameters
    ----------
    cobb_deg : float
        Angle between its two steepest sections; positive where it is convex to the left.
    apex : float
        Its apex in vertebrae above the sacrum: 1 for the lowest lumbar vertebra.
    half_length_mm : float
        From the apex to the steepest section.
    """

    cobb_deg: float
    apex: float
    half_length_mm: float

    @classmethod
    def draw(cls, seed: int, patient: Patient) -> "Curve":
        """The curve of this patient; most have their apex at L2 or L3 (as degenerative ones) or above."""
        rng = stream(seed, "curve")
        apex, half = float(rng.uniform(2.7, 5.2)), float(rng.uniform(55.0, 75.0))
        return cls(known(patient.scoliosis_deg) * (1.0 if patient.convex == "left" else -1.0), apex, half)
