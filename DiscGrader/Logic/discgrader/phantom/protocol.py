"""How a picture is taken: plane, resolution, sequence, coil and noise."""

from dataclasses import dataclass, replace

import numpy as np

from discgrader.errors import UsageError
from discgrader.imaging.study import Plane
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.contrast import Sequence

AXIAL_STEP_MM = 4.4
STACK_MARGIN_MM = 6.0
"""How far an axial stack goes on beyond its first and last disc and the canal behind them."""
CANAL_BEHIND_CENTER_MM = 25.0
"""From a disc's middle back to the middle of the canal."""

SAGITTAL_DIRECTIONS = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@dataclass(frozen=True)
class Receiver:
    """What lies between the signal and the picture.

    Parameters
    ----------
    falloff_mm : float
        Depth below the skin of the back at which the coil's sensitivity has fallen to 1/e.
    shading : float
        Loss of sensitivity at the head and foot ends of the field of view, 0 to 1.
    noise : float
        Standard deviation of the noise in each channel, as a share of the largest possible signal in mid-spine.
    blur_pixels : float
        Width (standard deviation) of the point spread in pixels.
    ringing : float
        Strength of the truncation artifact beside sharp edges, 0 to 1.
    fat_shift_pixels : float
        Chemical shift of fat along the frequency direction (rows of sagittal, columns of axial series).
    saturation_y_mm : float or None
        Depth (LPS y) in front of which a saturation band takes the signal away.
    ghost : float
        Strength of the ghosts that pulsing vessels throw along the phase direction.
    ghost_pixels : float
        Distance between them.
    """

    falloff_mm: float = 95.0
    shading: float = 0.3
    noise: float = 0.012
    blur_pixels: float = 0.5
    ringing: float = 0.35
    fat_shift_pixels: float = 0.7
    saturation_y_mm: float | None = None
    ghost: float = 0.0
    ghost_pixels: float = 40.0


@dataclass(frozen=True, eq=False)
class Protocol:
    """One series to be rendered.

    Parameters
    ----------
    role : str
        As in `Series.role`.
    name : str
        Name of the series.
    plane : Plane
        Its plane.
    sequence : Sequence
        Its contrast.
    affine_lps : ndarray, shape (4, 4)
        Maps voxel indices (i, j, k, 1) to LPS mm.
    size : tuple of int
        Voxels along i, j and k.
    thickness_mm : float
        Slice thickness; the rest of the slice distance is gap.
    samples : int
        Points sampled through the slice, odd, so that the middle one lies in the middle of the voxel.
    receiver : Receiver
        Coil, noise and artifacts.
    """

    role: str
    name: str
    plane: Plane
    sequence: Sequence
    affine_lps: np.ndarray
    size: tuple[int, int, int]
    thickness_mm: float
    samples: int
    receiver: Receiver

    def same_voxels(self, other: "Protocol") -> bool:
        """Whether another series has the same voxels, and so the same tissue in each of them."""
        return (
            self.size == other.size
            and (self.thickness_mm, self.samples) == (other.thickness_mm, other.samples)
            and np.array_equal(self.affine_lps, other.affine_lps)
        )

    def only_slices(self, start: int, stop: int) -> "Protocol":
        """The same series with slices ``start`` to ``stop - 1`` alone, where they were."""
        affine = self.affine_lps.copy()
        affine[:3, 3] += start * affine[:3, 2]
        return replace(self, affine_lps=affine, size=(self.size[0], self.size[1], stop - start))

    def only_middle(self, count: int) -> "Protocol":
        """The same series with at most ``count`` slices, those in the middle."""
        count = min(max(count, 1), self.size[2])
        start = (self.size[2] - count) // 2
        return self.only_slices(start, start + count)


def _affine(directions: np.ndarray, spacing: np.ndarray, size: tuple[int, int, int], center: np.ndarray) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = directions * spacing
    affine[:3, 3] = center - affine[:3, :3] @ ((np.asarray(size) - 1) / 2)
    return affine


def sagittal_protocol(
    anatomy: Anatomy, role: str, receiver: Receiver, sequence: Sequence, grid: "SagittalGrid"
) -> Protocol:
    """A sagittal series of this spine: slices of 3.5 to 4.5 mm, or 36 of 0.9 mm for T2 SPACE."""
    isotropic = role == "T2_SPACE"
    pixel, thickness, count = (0.75, 0.9, 36) if isotropic else (grid.pixel_mm, grid.thickness_mm, grid.slices)
    spacing = np.array([pixel, pixel, 0.9 if isotropic else 1.1 * thickness])
    size = (int(264 / pixel), int(286 / pixel), count)
    middle = anatomy.skeleton.vertebrae[2].frame.center_lps_mm
    skin = float(anatomy.skin_y(middle[2]))
    # The field of view ends shortly behind the back, so that as much as possible of it holds the patient.
    center = np.array([middle[0], skin + 28.0 - size[0] * spacing[0] / 2, middle[2] - 8.0])
    name = "sag_t2_SPACE" if isotropic else f"sag_{role.lower()}"
    affine = _affine(SAGITTAL_DIRECTIONS, spacing, size, center)
    samples = 1 if isotropic else 3
    return Protocol(role, name, Plane.SAGITTAL, sequence, affine, size, thickness, samples, receiver)


@dataclass(frozen=True)
class SagittalGrid:
    """Resolution of the sagittal turbo spin echo series, which all share it.

    Parameters
    ----------
    pixel_mm, thickness_mm : float
        In plane, and of a slice; a tenth of that is gap.
    slices : int
        Their number.
    """

    pixel_mm: float
    thickness_mm: float
    slices: int


def axial_protocol(anatomy: Anatomy, receiver: Receiver, sequence: Sequence) -> Protocol:
    """One axial stack from L1-L2 to L5-S1, 4 mm slices every 4.4 mm, tilted as the disc L4-L5 is."""
    discs = anatomy.skeleton.discs[:5]
    directions = discs[1].frame.axes_lps
    middle = discs[2].frame.center_lps_mm
    heights = [
        (disc.frame.center_lps_mm + along * disc.frame.axes_lps[:, 1] - middle) @ directions[:, 2]
        for disc in discs
        for along in (0.0, CANAL_BEHIND_CENTER_MM)
    ]
    low, high = min(heights) - STACK_MARGIN_MM, max(heights) + STACK_MARGIN_MM
    count = int(np.ceil((high - low) / AXIAL_STEP_MM)) + 1
    return _axial(middle + (low + high) / 2 * directions[:, 2], directions, count, "", sequence, receiver)


BLOCKS = {
    5: ((0,), (1,), (2,), (3,), (4,)),
    4: ((0,), (1,), (2,), (3, 4)),
    3: ((0,), (1, 2), (3, 4)),
    2: ((0, 1), (2, 3, 4)),
}
"""Which of the discs from L5-S1 to L1-L2 share an axial block, by the number of blocks."""


def axial_blocks(anatomy: Anatomy, receiver: Receiver, sequence: Sequence, count: int = 5) -> tuple[Protocol, ...]:
    """Two to five axial blocks along the discs from L5-S1 to L1-L2, each tilted as its discs are between them.

    A block of one disc has five slices.

    Raises
    ------
    UsageError
        When there are no so many blocks.
    """
    if count not in BLOCKS:
        raise UsageError(f"Axial slices come in 2 to 5 blocks, not in {count}.")
    discs = anatomy.skeleton.discs
    return tuple(_block([discs[number] for number in numbers], receiver, sequence) for numbers in BLOCKS[count])


def _block(discs: list, receiver: Receiver, sequence: Sequence) -> Protocol:
    frames = [disc.frame for disc in discs]
    directions = frames[0].axes_lps if len(discs) == 1 else _between(frames)
    up = directions[:, 2]
    reach = abs((frames[-1].center_lps_mm - frames[0].center_lps_mm) @ up)
    where = "_" + (discs[0].name if len(discs) == 1 else f"{discs[-1].name}_to_{discs[0].name}")
    center = (frames[0].center_lps_mm + frames[-1].center_lps_mm) / 2
    return _axial(center, directions, 5 + int(np.ceil(reach / AXIAL_STEP_MM)), where, sequence, receiver)


def _between(frames: list) -> np.ndarray:
    """Axes, as columns, tilted as several discs are on average."""
    up = np.mean([frame.axes_lps[:, 2] for frame in frames], axis=0)
    up /= np.linalg.norm(up)
    across = frames[0].axes_lps[:, 0] - up * (frames[0].axes_lps[:, 0] @ up)
    across /= np.linalg.norm(across)
    return np.column_stack([across, np.cross(up, across), up])


def _axial(
    center: np.ndarray, directions: np.ndarray, count: int, where: str, sequence: Sequence, receiver: Receiver
) -> Protocol:
    role = f"AX_{sequence.contrast.value}"
    size, spacing = (288, 288, count), np.array([0.6944, 0.6944, AXIAL_STEP_MM])
    # The spine lies in the front half of the picture's back: as much of the back as of the belly.
    affine = _affine(directions, spacing, size, center + 26.0 * directions[:, 1])
    return Protocol(role, role.lower() + where, Plane.AXIAL, sequence, affine, size, 4.0, 3, receiver)
