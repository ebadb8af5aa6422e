"""Slices of the digital spine around the canal: their shares of tissue, and what lies in the sac and the foramina.

Tissue is sampled once; the image of any sequence is then one product of matrices, as in
`discgrader.training.contrast.digital`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from discgrader.canal.outline import GROUPS
from discgrader.errors import UsageError
from discgrader.imaging.study import Plane
from discgrader.phantom.anatomy import Anatomy, TissueSample
from discgrader.phantom.cohort import diseased_findings
from discgrader.phantom.fields import stream
from discgrader.phantom.organs.foramina import Foramina
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.tissues import Structure, Tissue
from discgrader.progress import Progress

FIRST_SEED = 90_000
"""Of the digital patients, apart from those that other recipes and tests draw."""

SLICES_EACH = 6
"""Slices of each patient and plane: one at each lumbar disc, and one more at any."""

PIXELS, PIXEL_MM = 128, 0.75
"""Side of a slice: 96 mm, so that it fills a view of 72 mm that is moved and turned."""

SAC = (Structure.SAC, Structure.CAUDA_ROOT, Structure.CORD)
"""What lies inside the dura, the dura included."""


_OF_GROUP: tuple[tuple[Structure, ...], ...] = (
    (Structure.DISC, Structure.HERNIATION, Structure.CALCIFICATION),
    (
        Structure.BODY,
        Structure.ARCH,
        Structure.UPPER_ARTICULAR_PROCESS,
        Structure.LOWER_ARTICULAR_PROCESS,
        Structure.OSTEOPHYTE,
        Structure.MODIC,
    ),
    (Structure.EPIDURAL_FAT,),
    (Structure.FLAVUM,),
)

_NO_FORAMEN = (Structure.BODY, Structure.DISC, Structure.ARCH, Structure.FLAVUM, Structure.SAC, Structure.HERNIATION)
"""Whatever fat there is in these is no part of a foramen."""

_DEPTHS_MM = (-1.33, 0.0, 1.33)
"""Where a slice of 4 mm is sampled along its thickness."""

_BEHIND_MM = 12.0
"""From a disc's middle to that of the slice, to the back: as in a disc's box, the canal is in view."""

_NEAR_MM, _FAR_MM, _TILT_DEG = 5.0, 18.0, 12.0
"""How far from a disc axial slices lie, the one that may lie anywhere, and how far they are tilted. Round numbers."""

FORAMEN_MM = (5.0, 8.0, 11.0)
"""Half of what may belong to a foramen around its middle: across, front to back, up and down. Beyond that lie the fat
behind the psoas and the canal."""


Slices = tuple[np.ndarray, np.ndarray]
"""Shares of all tissues, and of what is to be outlined, of some slices, as `canal_slices` gives them."""


def canal_slices(folder: Path, plane: Plane, first_seed: int, patients: int, progress: Progress) -> Slices:
    """Slices of so many digital patients, from ``folder`` or drawn now.

    Returns
    -------
    tissues : ndarray, shape (slices, tissues, rows, columns)
        uint8, 255 for a voxel full of one tissue. Rows run to the back, columns to the patient's left.
    shares : ndarray, shape (slices, groups, rows, columns)
        uint8, shares of `GROUPS`.
    """
    made: list[Slices] = []
    folder.mkdir(parents=True, exist_ok=True)
    seed = first_seed
    while len(made) < patients:
        progress.report("Drawing digital spines", len(made) / patients, str(seed))
        # Each patient is kept at once: drawing all takes minutes, and goes on from here.
        path = folder / f"{plane.value}_{seed}.npz"
        if not path.exists():
            draw_patient(seed, plane, path)
        kept = read_slices(path)
        made += [kept] if len(kept[0]) else []
        seed += 1
    return joined(made)


def slice_files(folder: Path, plane: Plane) -> list[Path]:
    """The files of one plane that `draw_patient` has written into a folder."""
    return sorted(path for path in folder.glob(f"{plane.value}_*.npz") if path.stem.rpartition("_")[2].isdecimal())


def read_slices(path: Path) -> Slices:
    """The slices of one patient."""
    with np.load(path) as kept:
        return kept["tissues"], kept["shares"]


def joined(some: Sequence[Slices]) -> Slices:
    """The slices of several patients."""
    return np.concatenate([tissues for tissues, _ in some]), np.concatenate([shares for _, shares in some])


def draw_patient(seed: int, plane: Plane, path: Path) -> None:
    """Draw the slices of one patient into a file; none where the findings leave each other no room."""
    anatomy = drawn_anatomy(seed)
    tissues = np.zeros((0, len(Tissue), PIXELS, PIXELS), np.uint8)
    shares = np.zeros((0, len(GROUPS), PIXELS, PIXELS), np.uint8)
    if anatomy is not None:
        rng = stream(seed, f"canal slices {plane.value}")
        discs = [*range(SLICES_EACH - 1), int(rng.integers(SLICES_EACH - 1))]
        slices = [_sampled(anatomy, *_axial(anatomy, disc, number, rng)) for number, disc in enumerate(discs)]
        tissues, shares = (np.stack(parts) for parts in zip(*slices, strict=True))
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, tissues=tissues, shares=shares)
    partial.replace(path)


def drawn_anatomy(seed: int) -> Anatomy | None:
    """The digital patient of this seed, three of four with diseased discs; None where findings leave no room."""
    try:
        return Anatomy(SpineParameters.draw(seed, diseased_findings(seed) if seed % 4 else None))
    except UsageError:
        return None


Grid = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Middle of a slice, and the unit vectors along its columns, along its rows and across it, LPS."""


def _axial(anatomy: Anatomy, disc: int, number: int, rng: np.random.Generator) -> Grid:
    frame = anatomy.skeleton.discs[disc].frame
    left, back, up = frame.axes_lps.T
    tilt, far = np.deg2rad(rng.normal(0, _TILT_DEG / 2)), _FAR_MM if number == SLICES_EACH - 1 else _NEAR_MM
    down_image, normal = np.cos(tilt) * back + np.sin(tilt) * up, np.cos(tilt) * up - np.sin(tilt) * back
    return frame.center_lps_mm + _BEHIND_MM * down_image + rng.uniform(-far, far) * normal, left, down_image, normal


def _sampled(
    anatomy: Anatomy, center: np.ndarray, columns: np.ndarray, rows: np.ndarray, across: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    steps = (np.arange(PIXELS) - (PIXELS - 1) / 2) * PIXEL_MM
    plane = center + steps[None, :, None] * columns + steps[:, None, None] * rows
    points = [(plane + depth * across).reshape(-1, 3) for depth in _DEPTHS_MM]
    found = [anatomy.sample(one, PIXEL_MM) for one in points]
    shares = [group_shares(anatomy, place, one) for place, one in zip(points, found, strict=True)]
    return _stored(np.mean([one.fractions for one in found], axis=0)), _stored(np.mean(shares, axis=0))


def group_shares(anatomy: Anatomy, points: np.ndarray, sample: TissueSample) -> np.ndarray:
    """Shares of `GROUPS` at LPS points of shape (n, 3) and what was sampled there, shape (groups, n)."""
    sac = np.isin(sample.structure, SAC)
    csf = np.where(sac, sample.fractions[Tissue.CSF], 0)
    around = [np.isin(sample.structure, group) for group in _OF_GROUP]
    return np.stack([csf, sac - csf, *around, _foramen(anatomy, points, sample)]).astype(np.float32)


def _foramen(anatomy: Anatomy, points: np.ndarray, sample: TissueSample) -> np.ndarray:
    """Share of the foramina at points, shape (n,)."""
    near = np.zeros(len(points), bool)
    for shape in anatomy.skeleton.discs[: SLICES_EACH - 1]:
        local = shape.above.frame.to_local(points)
        local[:, 0] = np.abs(local[:, 0])
        near |= (np.abs(local - Foramina.center(shape.above)) < FORAMEN_MM).all(axis=1)
    root = sample.structure == Structure.EXITING_ROOT
    fat = np.where(np.isin(sample.structure, _NO_FORAMEN), 0, sample.fractions[Tissue.FAT])
    return np.where(near, np.where(root, 1, fat), 0)


def _stored(values: np.ndarray) -> np.ndarray:
    # Shares are interpolated in places, and may lead a little beyond what can be.
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8).reshape(-1, PIXELS, PIXELS)
