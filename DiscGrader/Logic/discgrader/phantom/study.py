"""A whole phantom study, with its truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.study import Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.contrast import SEQUENCES, at_scanner
from discgrader.phantom.contrast import Sequence as PulseSequence
from discgrader.phantom.fields import stream
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.patient import Patient
from discgrader.phantom.protocol import (
    Protocol,
    Receiver,
    SagittalGrid,
    axial_blocks,
    axial_protocol,
    sagittal_protocol,
)
from discgrader.phantom.render import render_all
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.truth import PhantomDisc, disc_truth
from discgrader.progress import Progress

ROLES = ("T2", "T1", "T2_SPACE", "AX_T2")
"""The series of a study unless others are asked for."""
ALL_ROLES = tuple(SEQUENCES)
"""Whatever can be asked for: see `discgrader.phantom.contrast.SEQUENCES`."""
EDGE_OF_VIEW_MM = 12.0
NORMALIZED = 4.0
AXIAL_FALLOFF = 0.65
"""The coil's reach on axial series as a share of that on sagittal ones, as in the pictures of Sudirman et al.,
whose fat grows dark to the front (Mendeley Data k57fr854j2)."""


@dataclass(frozen=True, eq=False)
class PhantomStudy:
    """A study of the digital spine and the truth about it.

    Parameters
    ----------
    study : Study
        The series, as if read from files.
    labels : mapping of series name to Volume
        Mask of each series, uint16, with the values of `discgrader.localize.labels`.
    discs : tuple of PhantomDisc
        The discs in view of the sagittal series, from the sacrum upwards.
    parameters : SpineParameters
        What the spine was built from.
    protocols : tuple of Protocol
        How each series was taken.
    """

    study: Study
    labels: Mapping[str, Volume]
    discs: tuple[PhantomDisc, ...]
    parameters: SpineParameters
    protocols: tuple[Protocol, ...]


def make_study(
    seed: int = 0,
    findings: Mapping[str, DiscFindings | int] | None = None,
    series: Sequence[str] = ROLES,
    middle_slices: int | None = None,
    blocks: bool | int = False,
    patient: Patient | None = None,
    progress: Progress | None = None,
) -> PhantomStudy:
    """A phantom study.

    Parameters
    ----------
    seed : int
        The patient and the noise. The same seed gives the same study, voxel by voxel.
    findings : mapping of level to DiscFindings or int, optional
        What is asked of the discs named, or their Pfirrmann grade alone; what is not asked for is drawn.
    series : sequence of str
        Those wanted, of `ALL_ROLES`.
    middle_slices : int, optional
        Render only so many slices in the middle of each series, for a quick look.
    blocks : bool or int
        Whether the axial series is taken in blocks angled along each disc, each a series of its own, instead of in one
        stack; or in how many, 2 to 5, of which some reach over two discs or three.
    patient : Patient, optional
        What is asked of the person; what is not asked for is drawn.
    progress : Progress
        Notified of each slice, and can stop the work.

    Raises
    ------
    UsageError
        If a level, a finding or a role does not exist, or findings cannot be together.
    """
    for role in series:
        if role not in ALL_ROLES:
            raise UsageError(f"The phantom has no series {role}; choose from {', '.join(ALL_ROLES)}.")
    parameters = SpineParameters.draw(seed, findings, patient)
    anatomy = Anatomy(parameters)
    protocols = []
    for role in series:
        parted = blocks and role.startswith("AX_")
        count = 5 if blocks is True else int(blocks)
        protocols += draw_blocks(anatomy, count, role) if parted else [draw_protocol(anatomy, role)]
    if middle_slices is not None:
        protocols = [protocol.only_middle(middle_slices) for protocol in protocols]
    rendered = render_all(anatomy, protocols, seed, progress=progress)
    made = tuple(
        Series(
            name=protocol.name,
            volume=picture,
            plane=protocol.plane,
            contrast=protocol.sequence.contrast,
            contrast_reason="set by the phantom",
        )
        for protocol, (picture, _) in zip(protocols, rendered)
    )
    labels = {protocol.name: mask for protocol, (_, mask) in zip(protocols, rendered)}
    view = next((p for p in protocols if p.plane is Plane.SAGITTAL), draw_protocol(anatomy, "T2"))
    study = Study(f"phantom_{seed}", made)
    return PhantomStudy(study, labels, _discs_in_view(anatomy, view), parameters, tuple(protocols))


def draw_protocol(anatomy: Anatomy, role: str) -> Protocol:
    """The series ``role`` of this patient as one scanner would take it; scanner, coil and noise are drawn.

    Times vary as in the scanner settings of SPIDER's overview: repetition and echo times by a fifth and more.
    """
    receiver, sequence = _draw_scanner(anatomy, role)
    if role.startswith("AX_"):
        return axial_protocol(anatomy, receiver, sequence)
    grid = stream(anatomy.parameters.seed, "sagittal grid")
    thickness = (3.5, 4.0, 4.0, 4.5)[grid.integers(4)]
    count = round(66.0 / (1.1 * thickness)) // 2 * 2 + 1
    return sagittal_protocol(
        anatomy, role, receiver, sequence, SagittalGrid(round(grid.uniform(0.65, 0.74), 4), thickness, count)
    )


def draw_blocks(anatomy: Anatomy, count: int = 5, role: str = "AX_T2") -> tuple[Protocol, ...]:
    """The axial series ``role`` of this patient as so many blocks along the discs instead of one stack."""
    return axial_blocks(anatomy, *_draw_scanner(anatomy, role), count)


def _draw_scanner(anatomy: Anatomy, role: str) -> tuple[Receiver, PulseSequence]:
    coil = stream(anatomy.parameters.seed, "coil")
    reach, shading, blur, shift = _drawn_between(coil, (85, 170), (0.15, 0.45), (0.25, 0.5), (0.4, 0.9))
    front = anatomy.skeleton.vertebrae[3].frame.center_lps_mm[1] - anatomy.skeleton.vertebrae[3].half_depth_mm
    saturated, distance = coil.uniform() < 0.6, coil.uniform(14, 42)
    field = 3.0 if coil.uniform() < 0.4 else 1.5
    # Two scanners in three even out the coil's sensitivity before they store a picture.
    falloff = reach * (NORMALIZED if coil.uniform() < 0.67 else 1.0)
    own = stream(anatomy.parameters.seed, f"receiver {role}")
    axial, thin = role.startswith("AX_"), role == "T2_SPACE"
    noise, ringing = 0.007 * 4 ** own.uniform(), own.uniform(0.35, 0.75)
    repetition, echo, ghost, apart = _drawn_between(own, (0.85, 1.2), (0.88, 1.12), (0.0, 0.06), (25.0, 60.0))
    receiver = Receiver(
        falloff_mm=AXIAL_FALLOFF * reach if axial else falloff,
        shading=0.0 if axial else shading,
        noise=noise * (1.7 if thin else 1.2 if axial else 1.0) * (0.75 if field > 2 else 1.0),
        blur_pixels=blur,
        ringing=ringing,
        fat_shift_pixels=shift * (1.4 if field > 2 else 1.0) if not thin else 0.2,
        saturation_y_mm=front - (0.6 * distance if thin else distance) if saturated or axial or thin else None,
        ghost=0.0 if thin else ghost,
        ghost_pixels=apart,
    )
    return receiver, at_scanner(role, field, repetition, echo)


def _drawn_between(rng: np.random.Generator, *ranges: tuple[float, float]) -> np.ndarray:
    return np.asarray(rng.uniform(*np.array(ranges).T))


def _discs_in_view(anatomy: Anatomy, protocol: Protocol) -> tuple[PhantomDisc, ...]:
    volume = Volume(np.broadcast_to(np.uint8(0), protocol.size[::-1]), protocol.affine_lps)
    margin = EDGE_OF_VIEW_MM / volume.spacing_mm[:2]
    found = []
    for level in anatomy.levels:
        index = volume.lps_to_index(level.disc.frame.center_lps_mm)
        inside = np.all(index[:2] >= margin) and np.all(index[:2] <= np.array(protocol.size[:2]) - 1 - margin)
        if inside and -0.5 <= index[2] <= protocol.size[2] - 0.5:
            found.append(disc_truth(anatomy, level))
    return tuple(found)
