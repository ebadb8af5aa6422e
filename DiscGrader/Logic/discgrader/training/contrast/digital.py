"""Slices of the digital spine as shares of tissue, the pictures that any sequence makes of them, and pictures that are
no T1 or T2 of a spine, which the networks have to call other.

Tissue is sampled once; an image of any sequence is then one product of matrices, so that every picture of the training
has times, densities and fat suppression of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from discgrader.errors import UsageError
from discgrader.imaging.study import Contrast, Plane
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.cohort import diseased_findings
from discgrader.phantom.contrast import Sequence
from discgrader.phantom.fields import stream
from discgrader.phantom.protocol import Protocol
from discgrader.phantom.render import tissue_fractions
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.study import draw_protocol
from discgrader.phantom.tissues import FAT_TISSUES, Relaxation, Tissue, relaxation
from discgrader.progress import Progress

PIXEL_MM = 1.5
FIRST_SEED = 70_000
"""Of the digital patients, apart from those that other recipes and tests draw."""
SLICES_EACH = {Plane.SAGITTAL: 4, Plane.AXIAL: 5, Plane.CORONAL: 1}
"""Slices of each digital patient."""
_SIZE = {Plane.SAGITTAL: (176, 192), Plane.AXIAL: (160, 144), Plane.CORONAL: (144, 176)}
"""Columns and rows of a digital slice, whose pixels are those of the network's input."""

_DIRECTIONS = {
    Plane.SAGITTAL: np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),
    Plane.CORONAL: np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
}
_BESIDE_MM = 18.0
"""How far beside the midline, or the disc, a slice may lie. A round number."""

_TISSUE_SPREAD = 0.12
"""Standard deviation of the logarithm of proton density, T1 and T2 from patient to patient. A round number."""


def digital_slices(folder: Path, plane: Plane, patients: int, progress: Progress) -> np.ndarray:
    """Tissue of slices in this plane of so many digital patients, from ``folder`` or drawn now.

    Returns
    -------
    ndarray, shape (slices, tissues, rows, columns)
        uint8, 255 for a voxel full of one tissue; pixels of 1.5 mm.
    """
    path = folder / f"digital_{plane.value}_{patients}.npy"
    if not path.exists():
        made, seed = [], FIRST_SEED
        while len(made) < patients:
            progress.report("Drawing digital spines", len(made) / patients, plane.value)
            kept = folder / f"digital_{plane.value}_seed{seed}.npy"
            # Each patient is kept at once: drawing all takes minutes, and goes on from here.
            slices = np.load(kept) if kept.exists() else _of_patient(seed, plane)
            if slices is not None:
                np.save(kept, slices)
                made.append(slices)
            seed += 1
        partial = path.with_suffix(".partial.npy")
        np.save(partial, np.concatenate(made))
        partial.replace(path)
        for kept in folder.glob(f"digital_{plane.value}_seed*.npy"):
            kept.unlink()
    return np.load(path, mmap_mode="r")


def _of_patient(seed: int, plane: Plane) -> np.ndarray | None:
    """Slices of one patient; None where the findings that were drawn leave each other no room."""
    anatomy = _anatomy(seed)
    if anatomy is None:
        return None
    rng = stream(seed, f"contrast {plane.value}")
    made = []
    for _ in range(SLICES_EACH[plane]):
        fractions = tissue_fractions(anatomy, _slice_protocol(anatomy, plane, rng), 0)
        # What a slice's other depths add is interpolated, and may lead a little beyond what can be.
        made.append(np.rint(255 * np.clip(fractions, 0, 1)).astype(np.uint8))
    return np.stack(made)


def _anatomy(seed: int) -> Anatomy | None:
    for findings in (diseased_findings(seed), None) if seed % 2 else (None,):
        try:
            return Anatomy(SpineParameters.draw(seed, findings))
        except UsageError:
            continue
    return None


def _slice_protocol(anatomy: Anatomy, plane: Plane, rng: np.random.Generator) -> Protocol:
    """One slice somewhere in the lumbar spine."""
    usual = draw_protocol(anatomy, "AX_T2" if plane is Plane.AXIAL else "T2")
    columns, rows = _SIZE[plane]
    if plane is Plane.AXIAL:
        disc = anatomy.skeleton.discs[rng.integers(5)].frame
        directions = disc.axes_lps
        center = disc.center_lps_mm + rng.uniform(-20, 20) * directions[:, 2] + rng.uniform(5, 35) * directions[:, 1]
    else:
        directions = _DIRECTIONS[plane]
        center = usual.affine_lps[:3] @ [*((np.array(usual.size) - 1) / 2), 1]
        beside = rng.normal(0, _BESIDE_MM / 3) if rng.random() < 0.6 else rng.uniform(-_BESIDE_MM, _BESIDE_MM)
        center = center + [beside, 0, 0] if plane is Plane.SAGITTAL else center
        if plane is Plane.CORONAL:
            center[1] = anatomy.skeleton.vertebrae[2].frame.center_lps_mm[1] + rng.uniform(-15, 35)
    affine = np.eye(4)
    affine[:3, :3] = directions * [PIXEL_MM, PIXEL_MM, 4.4]
    affine[:3, 3] = center - affine[:3, :3] @ [(columns - 1) / 2, (rows - 1) / 2, 0]
    return replace(usual, plane=plane, affine_lps=affine, size=(columns, rows, 1), thickness_mm=4.0, samples=3)


def drawn_relaxations(rng: np.random.Generator, field_t: float, enhanced: bool) -> list[Relaxation]:
    """Relaxation of every tissue in one patient: as usual at this field strength, more or less.

    Parameters
    ----------
    enhanced : bool
        Whether a contrast agent shortens T1 where blood is.
    """
    rows = []
    for tissue in Tissue:
        usual = relaxation(tissue, field_t)
        density, t1, t2 = np.exp(rng.normal(0, _TISSUE_SPREAD, 3))
        if enhanced and tissue in _PERFUSED:
            t1 *= rng.uniform(0.15, 0.6)
        rows.append(replace(usual, density=usual.density * density, t1_ms=usual.t1_ms * t1, t2_ms=usual.t2_ms * t2))
    return rows


_PERFUSED = (Tissue.VEIN, Tissue.FLOWING_BLOOD, Tissue.ORGAN, Tissue.EDEMA)


def weighted(slice_: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """The picture, shape (rows, columns), that a slice of tissue shares (uint8) gives with a signal for each tissue."""
    return np.tensordot(signals.astype(np.float32) / np.float32(255), slice_.astype(np.float32), 1)


def spin_echo(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Signals of all tissues on a sequence of this kind, its times drawn.

    Parameters
    ----------
    kind : str
        ``T1``, ``T2``, ``T2_SPACE``, ``STIR`` (an inversion or T2 with fat suppression), ``T1_FS`` (with or without
        contrast agent), ``PD``, ``T1_FAT`` or ``T2_FAT`` (the fat part of a Dixon series) or ``MYELO`` (fluid alone).
    """
    field = float(rng.choice([1.5, 3.0]))
    sequence = _drawn(kind, field, rng)
    return sequence.signals(drawn_relaxations(rng, field, enhanced=kind == "T1_FS" and rng.random() < 0.6))


def _drawn(kind: str, field: float, rng: np.random.Generator) -> Sequence:
    between = rng.uniform
    if kind in ("T1", "T1_FS", "T1_FAT"):
        kept = {"T1": (1.0, 1.0), "T1_FS": (between(0, 0.15), 1.0), "T1_FAT": (1.0, between(0, 0.1))}[kind]
        if kind == "T1" and rng.random() < 0.3:
            # With an inversion that takes the signal of CSF (T1 FLAIR).
            return Sequence(
                Contrast.T1, between(1700, 2600), between(8, 25), inversion_ms=between(650, 950), field_t=field
            )
        return Sequence(
            Contrast.T1, between(380, 900), between(7, 20), field_t=field, fat_kept=kept[0], water_kept=kept[1]
        )
    if kind == "STIR":
        if rng.random() < 0.5:
            null = between(0.62, 0.75) * relaxation(Tissue.FAT, field).t1_ms
            return Sequence(
                Contrast.STIR,
                between(2500, 6500),
                between(28, 90),
                inversion_ms=null,
                field_t=field,
                fat_kept=between(0.5, 1.0),
            )
        return Sequence(
            Contrast.STIR,
            between(2200, 6000),
            between(55, 125),
            rng.choice([0.0, 0.5]),
            field_t=field,
            fat_kept=between(0.0, 0.2),
        )
    if kind == "T2_SPACE":
        return Sequence(Contrast.T2_SPACE, between(1100, 2200), between(100, 220), between(0.4, 0.9), field_t=field)
    if kind == "PD":
        return Sequence(Contrast.OTHER, between(1800, 4500), between(8, 38), field_t=field)
    if kind == "MYELO":
        return Sequence(
            Contrast.OTHER, between(5000, 9000), between(500, 1000), field_t=field, fat_kept=between(0, 0.5)
        )
    water = between(0, 0.1) if kind == "T2_FAT" else 1.0
    return Sequence(
        Contrast.T2, between(2000, 6500), between(72, 145), rng.choice([0.0, 0.5]), field_t=field, water_kept=water
    )


def gradient_echo(rng: np.random.Generator) -> np.ndarray:
    """Signals of all tissues on a T2*-weighted gradient echo: fluid bright, marrow dark by its trabeculae."""
    field = float(rng.choice([1.5, 3.0]))
    rows = drawn_relaxations(rng, field, enhanced=False)
    repetition, echo, angle = rng.uniform(350, 1100), rng.uniform(9, 28), np.deg2rad(rng.uniform(8, 35))
    t1, t2 = (np.array([getattr(row, name) for row in rows]) for name in ("t1_ms", "t2_ms"))
    recovered = np.exp(-repetition / t1)
    steady = np.sin(angle) * (1 - recovered) / (1 - recovered * np.cos(angle))
    # Mixed with the field's unevenness, as far as it is known: T2* of marrow 8 to 15 ms, of fat 25 to 40 ms.
    uneven = np.full(len(Tissue), rng.uniform(40, 90))
    uneven[Tissue.CSF] = rng.uniform(150, 400)
    uneven[[Tissue.MARROW_FAT, Tissue.MARROW_WATER]] = rng.uniform(7, 16)
    uneven[Tissue.FAT] = rng.uniform(25, 50)
    uneven[Tissue.GAS] = 2.0
    return np.array([row.density for row in rows]) * steady * np.exp(-echo * (1 / t2 + 1 / uneven))


def opposed(slice_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture of a T1 series whose fat and water are in opposed phase: dark where a voxel holds both."""
    signals = spin_echo("T1", rng)
    water, fat = (weighted(slice_, np.where(kind == FAT_TISSUES, signals, 0)) for kind in (False, True))
    return np.abs(water - fat)


def hounsfield(slice_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture of a CT: Hounsfield values, whole or through a window."""
    values = np.full(len(Tissue), 45.0)
    for tissue, usual in _HOUNSFIELD.items():
        values[tissue] = usual + rng.normal(0, 12)
    marrow = rng.uniform(80, 320)
    values[[Tissue.MARROW_WATER, Tissue.MARROW_FAT]] = marrow
    picture = weighted(slice_, values) + rng.normal(0, 15, slice_.shape[1:])
    if rng.random() < 0.6:
        level, width = (40, 400) if rng.random() < 0.5 else (400, 1800)
        picture = np.clip(picture, level - width / 2, level + width / 2)
    return picture


_HOUNSFIELD = {
    Tissue.AIR: -1000,
    Tissue.GAS: -900,
    Tissue.FAT: -95,
    Tissue.CORTEX: 900,
    Tissue.CSF: 5,
    Tissue.CORD: 35,
    Tissue.NUCLEUS: 80,
    Tissue.ANNULUS: 95,
    Tissue.FIBROUS_DISC: 90,
    Tissue.LIGAMENT: 60,
    Tissue.MUSCLE: 55,
}
"""Usual values of tissues on CT, as textbooks have them."""


def digital_picture(slice_: np.ndarray, name: str, rng: np.random.Generator) -> np.ndarray:
    """A slice of the digital spine on a sequence of this name."""
    special: Mapping[str, Callable[[], np.ndarray]] = {
        "GRE": lambda: weighted(slice_, gradient_echo(rng)),
        "OPPOSED": lambda: opposed(slice_, rng),
        "CT": lambda: hounsfield(slice_, rng),
        "FAT": lambda: weighted(slice_, spin_echo(str(rng.choice(["T1_FAT", "T2_FAT"])), rng)),
    }
    return special[name]() if name in special else weighted(slice_, spin_echo(name, rng))


def noise(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise, from pixel to pixel or in clouds."""
    picture = ndimage.gaussian_filter(rng.standard_normal(shape), rng.choice([0, 1, 3, 8, 20]))
    return np.abs(picture) if rng.random() < 0.5 else picture - picture.min()


def shapes(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Ellipses in an ellipse: heads, limbs and bellies as far as brightness goes."""
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    picture = np.zeros(shape)
    inside = _ellipse(rows, columns, rng.uniform(-0.15, 0.15, 2), rng.uniform(0.4, 0.95, 2), rng.uniform(0, np.pi))
    picture[inside] = rng.uniform(0.2, 1)
    skin = inside & ~ndimage.binary_erosion(inside, iterations=int(rng.integers(2, 9)))
    picture[skin] = rng.uniform(0, 1)
    for _ in range(rng.integers(3, 40)):
        ellipse = _ellipse(rows, columns, rng.uniform(-0.7, 0.7, 2), rng.uniform(0.02, 0.35, 2), rng.uniform(0, np.pi))
        picture[ellipse & inside] = rng.uniform(0, 1)
    texture = ndimage.gaussian_filter(rng.standard_normal(shape), rng.uniform(0.7, 5))
    picture *= 1 + rng.uniform(0, 0.3) * texture / texture.std()
    return ndimage.gaussian_filter(np.maximum(picture, 0), rng.uniform(0, 1.2))


def column_of_blocks(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Bars beside each other or rows of boxes: something regular that is no spine."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    angle, period = rng.uniform(0, np.pi), rng.uniform(8, 60)
    wave = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / period)
    if rng.random() < 0.5:
        wave = wave * np.sin((rows * np.cos(angle) - columns * np.sin(angle)) * 2 * np.pi / rng.uniform(8, 60))
    wave = np.where(wave > 0, 1.0, 0.0) if rng.random() < 0.5 else wave + 1
    return wave * rng.uniform(0.5, 1) + 0.05 * np.abs(rng.standard_normal(shape))


def derived(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What is computed from a picture: its negative, its edges, a difference, levels of gray, a coarse map."""
    high = np.percentile(picture, 99)
    kind = rng.integers(5)
    if kind == 0:
        return np.where(picture > 0.02 * high, np.clip(high - picture, 0, None), 0 if rng.random() < 0.5 else high)
    if kind == 1:
        return ndimage.gaussian_gradient_magnitude(picture, rng.uniform(0.7, 2))
    if kind == 2:
        moved = ndimage.shift(picture, rng.uniform(-1.5, 1.5, 2), order=1)
        return np.abs(picture - moved) + rng.uniform(0, 0.02) * high * np.abs(rng.standard_normal(picture.shape))
    if kind == 3:
        return (picture > rng.uniform(0.15, 0.6) * high).astype(float)
    smooth = ndimage.gaussian_filter(picture, rng.uniform(4, 9))
    coarse = np.divide(picture, smooth + 0.1 * high) ** 0.2 * (smooth < rng.uniform(0.2, 0.6) * high)
    return coarse + 0.1 * noise(rng, picture.shape)


def mask(slice_: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A mask: whole numbers for some tissues of a slice of shape (tissues, rows, columns)."""
    tissue = np.argmax(slice_, axis=0)
    some = rng.random() < 0.6
    values = rng.choice([0, 0, 1, 2, 3, 5, 10, 100, 201], len(slice_)) if some else rng.random(len(slice_)) < 0.3
    return np.asarray(values, float)[tissue]


WITHOUT_ANATOMY: tuple[Callable[[np.random.Generator, tuple[int, int]], np.ndarray], ...] = (
    noise,
    shapes,
    shapes,
    column_of_blocks,
)


def _ellipse(rows: np.ndarray, columns: np.ndarray, center: np.ndarray, radii: np.ndarray, angle: float) -> np.ndarray:
    y, x = rows - center[0], columns - center[1]
    across, along = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (across / radii[0]) ** 2 + (along / radii[1]) ** 2 < 1
