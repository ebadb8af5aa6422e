"""A whole phantom study, with its truth, and how it is written to a folder."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discgrader.errors import OutputError, UsageError
from discgrader.imaging.study import Series, Study
from discgrader.imaging.volume import Volume
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.fields import stream
from discgrader.phantom.protocol import Protocol, Receiver, axial_protocol, sagittal_protocol
from discgrader.phantom.render import render_all
from discgrader.phantom.skeleton import DiscShape
from discgrader.phantom.spine import SpineParameters
from discgrader.progress import Progress

ROLES = ("T2", "T1", "T2_SPACE", "AX_T2")
EDGE_OF_VIEW_MM = 6.0
GRADINGS_COLUMNS = (
    "Patient",
    "IVD label",
    "Modic",
    "UP endplate",
    "LOW endplate",
    "Spondylolisthesis",
    "Disc herniation",
    "Disc narrowing",
    "Disc bulging",
    "Pfirrman grade",
)
"""Columns of SPIDER's radiological_gradings.csv, its spelling kept."""


@dataclass(frozen=True, eq=False)
class PhantomDisc:
    """What is true of one disc in view.

    Parameters
    ----------
    level : str
        Such as ``L4-L5``.
    index_from_sacrum : int
        1 = L5-S1.
    center_lps_mm, normal_lps : ndarray, shape (3,)
        Its middle, and the unit normal of its plane, towards the head.
    height_mm, depth_mm, width_mm : float
        Mean height between the endplates in the mid-sagittal section, front to back, side to side.
    grade : int
        Pfirrmann grade 1–5.
    bulging, narrowing : bool
        As a reader would call it.
    """

    level: str
    index_from_sacrum: int
    center_lps_mm: np.ndarray
    normal_lps: np.ndarray
    height_mm: float
    depth_mm: float
    width_mm: float
    grade: int
    bulging: bool
    narrowing: bool


@dataclass(frozen=True, eq=False)
class PhantomStudy:
    """A study of the digital spine and the truth about it.

    Parameters
    ----------
    study : Study
        The series, as if read from files.
    labels : mapping of series name to Volume
        Mask of each series, uint16: 1 vertebra, 100 canal, 200 + index from the sacrum.
    discs : tuple of PhantomDisc
        The discs in view of the sagittal series, from the sacrum upwards.
    parameters : SpineParameters
        What the spine was built from.
    """

    study: Study
    labels: Mapping[str, Volume]
    discs: tuple[PhantomDisc, ...]
    parameters: SpineParameters


def make_study(
    seed: int = 0,
    grades: Mapping[str, int] | None = None,
    series: Sequence[str] = ROLES,
    bulging: Mapping[str, bool] | None = None,
    narrowing: Mapping[str, bool] | None = None,
    middle_slices: int | None = None,
    progress: Progress | None = None,
) -> PhantomStudy:
    """A phantom study.

    Parameters
    ----------
    seed : int
        The patient and the noise. The same seed gives the same study, voxel by voxel.
    grades : mapping of level to int, optional
        Pfirrmann grades of the discs named; the others' are drawn.
    series : sequence of str
        Roles of the series wanted, from ``T2``, ``T1``, ``T2_SPACE``, ``AX_T2``.
    bulging, narrowing : mapping of level to bool, optional
        Findings asked for; see `SpineParameters.draw`.
    middle_slices : int, optional
        Render only so many slices in the middle of each series, for a quick look.
    progress : Progress
        Hears of each slice, and can stop the work.

    Raises
    ------
    UsageError
        If a level, a grade or a role does not exist.
    """
    for role in series:
        if role not in ROLES:
            raise UsageError(f"The phantom has no series {role}; choose from {', '.join(ROLES)}.")
    parameters = SpineParameters.draw(seed, grades, bulging, narrowing)
    anatomy = Anatomy(parameters)
    protocols = [draw_protocol(anatomy, role) for role in series]
    if middle_slices is not None:
        protocols = [protocol.only_middle(middle_slices) for protocol in protocols]
    rendered = render_all(anatomy, protocols, seed, progress=progress)
    made = tuple(
        Series(
            name=protocol.name,
            volume=picture,
            plane=protocol.plane,
            contrast=protocol.sequence.contrast,
            contrast_reason="rendered so by the phantom",
        )
        for protocol, (picture, _) in zip(protocols, rendered)
    )
    labels = {protocol.name: mask for protocol, (_, mask) in zip(protocols, rendered)}
    view = next((p for p in protocols if p.role != "AX_T2"), draw_protocol(anatomy, "T2"))
    return PhantomStudy(Study(f"phantom_{seed}", made), labels, _discs_in_view(anatomy, view), parameters)


def draw_protocol(anatomy: Anatomy, role: str) -> Protocol:
    """The series ``role`` of this patient as one scanner would take it; coil, noise and saturation are drawn."""
    coil = stream(anatomy.parameters.seed, "coil")
    falloff, shading, blur, shift = coil.uniform((85, 0.15, 0.45, 0.4), (170, 0.45, 0.6, 0.9))
    front = anatomy.skeleton.vertebrae[3].frame.center_lps_mm[1] - anatomy.skeleton.vertebrae[3].half_depth_mm
    saturated, distance = coil.uniform() < 0.5, coil.uniform(22, 45)
    own = stream(anatomy.parameters.seed, f"receiver {role}")
    axial = role == "AX_T2"
    receiver = Receiver(
        falloff_mm=falloff,
        shading=0.0 if axial else shading,
        noise=own.uniform(0.008, 0.016) * (1.7 if role == "T2_SPACE" else 1.2 if axial else 1.0),
        blur_pixels=blur,
        ringing=own.uniform(0.25, 0.45),
        fat_shift_pixels=shift if role != "T2_SPACE" else 0.2,
        saturation_y_mm=front - distance if saturated or axial else None,
    )
    return axial_protocol(anatomy, role, receiver) if axial else sagittal_protocol(anatomy, role, receiver)


def _discs_in_view(anatomy: Anatomy, protocol: Protocol) -> tuple[PhantomDisc, ...]:
    volume = Volume(np.broadcast_to(np.uint8(0), protocol.size[::-1]), protocol.affine_lps)
    margin = EDGE_OF_VIEW_MM / volume.spacing_mm[:2]
    found = []
    for shape in anatomy.skeleton.discs:
        index = volume.lps_to_index(shape.frame.center_lps_mm)[:2]
        if np.all(index >= margin) and np.all(index <= np.array(protocol.size[:2]) - 1 - margin):
            disc = shape.parameters
            center, height = _section(anatomy, shape)
            found.append(
                PhantomDisc(
                    level=disc.level,
                    index_from_sacrum=disc.index_from_sacrum,
                    center_lps_mm=center,
                    normal_lps=shape.frame.axes_lps[:, 2],
                    height_mm=height,
                    depth_mm=2 * (shape.half_depth_mm + disc.bulge_mm),
                    width_mm=2 * (shape.half_width_mm + disc.bulge_mm),
                    grade=disc.grade,
                    bulging=disc.bulging,
                    narrowing=disc.narrowing,
                )
            )
    return tuple(found)


def _section(anatomy: Anatomy, shape: DiscShape) -> tuple[np.ndarray, float]:
    """Middle (LPS mm) and mean height (mm) of the disc's mid-sagittal section.

    The middle lies in front of that of the disc's frame where the disc is wedged.
    """
    step = 0.4
    along, up = np.meshgrid(np.arange(-28.0, 28.0, step), np.arange(-13.0, 13.0, step))
    points = shape.frame.to_lps(np.stack([np.zeros_like(up), along, up], axis=-1).reshape(-1, 3))
    inside = anatomy.sample(points).label == 200 + shape.parameters.index_from_sacrum
    columns = inside.reshape(up.shape).sum(axis=0)
    return points[inside].mean(axis=0), float(columns[columns > 0].mean() * step)


def write_study(phantom: PhantomStudy, folder: Path | str) -> tuple[Path, ...]:
    """Write a phantom study to a folder.

    The folder holds one NIfTI file a series, so that it is itself a study that can be read; beside them
    ``gradings.csv`` in the layout of SPIDER's gradings, and the masks, named as the series, in the subfolder ``masks``.

    Returns
    -------
    tuple of Path
        The series' files.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    from discgrader.imaging.files import write_volume

    folder = Path(folder)
    try:
        (folder / "masks").mkdir(parents=True, exist_ok=True)
        written = []
        for series in phantom.study.series:
            path = folder / f"{series.name}.nii.gz"
            write_volume(series.volume, path)
            write_volume(phantom.labels[series.name], folder / "masks" / path.name)
            written.append(path)
        with open(folder / "gradings.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(GRADINGS_COLUMNS)
            for disc in phantom.discs:
                found = (0, 0, 0, 0, 0, int(disc.narrowing), int(disc.bulging), disc.grade)
                writer.writerow((phantom.study.name, disc.index_from_sacrum, *found))
    except OSError as error:
        raise OutputError(
            f"The phantom study cannot be written to {folder} ({error.strerror}); choose another."
        ) from error
    return tuple(written)
