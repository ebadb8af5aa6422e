"""The pictures that the networks of recipe ``contrast`` learn from, drawn once and used by all folds: real ones,
fat-suppressed ones computed from them, digital ones, and what is none of a spine.

Fat is bright on T1 and on T2. Where T1 is bright for its surroundings there is fat, so that the T2 picture loses its
signal there: all of it under the skin and in the canal, half of it in marrow. What is left is what fat suppression
shows: dark subcutaneous and epidural fat, dark gray vertebrae, fluid and well-hydrated discs that stand out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from discgrader.errors import StudyError
from discgrader.imaging.files import read_volume
from discgrader.imaging.flat_picture import PIXEL_MM, SHAPE, channels, flat_pictures
from discgrader.imaging.picture_contrast import slice_distance_mm
from discgrader.imaging.study import Plane
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from discgrader.training.contrast.digital import SLICES_EACH, WITHOUT_ANATOMY, derived, digital_picture, mask
from discgrader.training.distort import Distortion, distorted
from discgrader.training.spider import read_corrected, spider_corrections, spider_images, sudirman_slices

FINE_MM = 1.5
FINE_SHAPE = (200, 200)
_AXIAL_PIXEL_MM = 0.6875
_AXIAL_T2 = frozenset({2, 4, 8, 10, 14, 16, 20, 22, 24, 28, 34, 36, 40, 42, 50, 60, 66, 70, 72, 74, 78})
_AXIAL_PATIENT_A = frozenset({2, 8, 34, 40, 72, 74})
_AXIAL_PATIENT_B = frozenset({0, 6, 10, 14, 20, 44, 46, 50, 52, 56})
"""Of Sudirman's axial slices, whose files say neither: the contrast as seen (is the thecal sac bright or dark?), and
which are of one patient by the shape of the back; the others are taken for one more, though they are of several."""


@dataclass(frozen=True, eq=False)
class RealPicture:
    """One slice of one patient.

    Parameters
    ----------
    patient : str
        Unique over all sets.
    contrast : str
        ``T1``, ``T2`` or ``T2_SPACE``.
    picture : ndarray, shape (200, 200)
        Pixels of 1.5 mm, head (in axial ones front) up, float32.
    known : ndarray, shape (200, 200)
        Which pixels the slice reaches.
    seen : ndarray, shape (2, rows, columns)
        What a network sees of the slice as it lies in its file.
    distance_mm : float or None
        Between the slices of its series, where it is known.
    source : str
        The file's name.
    """

    patient: str
    contrast: str
    picture: np.ndarray
    known: np.ndarray
    seen: np.ndarray
    distance_mm: float | None
    source: str


def sagittal_pictures(data_dir: Path, progress: Progress) -> list[RealPicture]:
    """Slices of SPIDER and, where it is there, of Sudirman's set; up to five of each stack."""
    made: list[RealPicture] = []
    corrections = spider_corrections()
    spider = spider_images(data_dir)
    for number, image in enumerate(spider):
        progress.report("Reading images", number / (2 * len(spider)), image.path.name)
        volume, _ = read_corrected(image, corrections)
        made += _pictures(volume, f"spider {image.patient}", image.sequence, image.path.name)
    slices = sudirman_slices(data_dir)
    for number, slice_ in enumerate(slices):
        progress.report("Reading images", 0.5 + number / (2 * len(slices)), slice_.path.name)
        volume, _ = read_volume(slice_.path)
        made += _pictures(volume, f"sudirman {slice_.patient}", slice_.sequence, slice_.path.name)
    return made


def axial_pictures(data_dir: Path) -> list[RealPicture]:
    """Sudirman's axial slices, whose contrast and likely patient were judged by eye."""
    folder = data_dir / "sudirman_axial"
    if not folder.is_dir():
        raise StudyError(f"The axial slices are missing: expected {folder}.")
    made = []
    for path in sorted(folder.glob("axial_*.png")):
        number = int(path.stem.rpartition("_")[2])
        group = "A" if number in _AXIAL_PATIENT_A else "B" if number in _AXIAL_PATIENT_B else "C"
        made += _pictures(
            axial_png(path, _AXIAL_PIXEL_MM),
            f"sudirman axial {group}",
            "T2" if number in _AXIAL_T2 else "T1",
            path.name,
            Plane.AXIAL,
        )
    return made


def axial_png(path: Path, pixel_mm: float) -> Volume:
    """An axial picture without geometry, its front up and its right to the left, as a volume of one slice."""
    array = np.asarray(Image.open(path).convert("L"))[None]
    return Volume(array, np.diag([pixel_mm, pixel_mm, 4.0, 1.0]))


def pairs(pictures: Sequence[RealPicture]) -> list[tuple[RealPicture, RealPicture]]:
    """T1 and T2 of each patient who has a single slice of both."""
    found = {(picture.patient, picture.contrast): picture for picture in pictures if picture.contrast in ("T1", "T2")}
    patients = dict.fromkeys(picture.patient for picture in pictures)
    return [
        (found[patient, "T1"], found[patient, "T2"])
        for patient in patients
        if (patient, "T1") in found and (patient, "T2") in found
    ]


def _pictures(
    volume: Volume, patient: str, contrast: str, source: str, plane: Plane = Plane.SAGITTAL
) -> list[RealPicture]:
    fine, coarse = flat_pictures(volume, plane, FINE_MM, FINE_SHAPE), flat_pictures(volume, plane)
    distance = slice_distance_mm(volume, plane)
    seen = [channels(*other) for other in coarse]
    return [
        RealPicture(patient, contrast, *scaled_slice, own, distance, source)
        for scaled_slice, own in zip(fine, seen, strict=True)
        if own is not None
    ]


_EVEN_PIXELS = 23.0
"""Standard deviation, in pixels, over which the coil's shading is estimated. Set by eye."""

_BODY = 0.08
"""Brightness above which a pixel of a T1 is body rather than air. Set by eye."""

_BRIGHT, _BRIGHT_RANGE = 0.55, 0.25
"""Brightness of a T1 at which fat begins, and over which its share rises to 1. Set by eye."""

CLASSES: Mapping[Plane, tuple[str, ...]] = {
    Plane.SAGITTAL: ("T1", "T2", "STIR", "T2_SPACE", "other"),
    Plane.AXIAL: ("T1", "T2", "STIR", "other"),
}
SHARES: Mapping[Plane, Mapping[str, float]] = {
    Plane.SAGITTAL: {
        "real T1": 16,
        "real T2": 17,
        "real T2_SPACE": 8,
        "real STIR": 16,
        "real T1_FS": 4,
        "real FAT": 2,
        "digital T1": 5,
        "digital T2": 6,
        "digital T2_SPACE": 3,
        "digital STIR": 7,
        "digital T1_FS": 2.5,
        "digital PD": 2.5,
        "digital GRE": 3,
        "digital FAT": 2,
        "digital OPPOSED": 1.5,
        "digital MYELO": 1,
        "digital CT": 2,
        "mask": 1.5,
        "no anatomy": 4,
        "derived": 2,
        "other plane": 2.5,
    }
}
"""How often each kind of picture is drawn, relative to the others."""

HOW: Mapping[Plane, Distortion] = {Plane.SAGITTAL: Distortion()}
"""How far pictures in each plane are changed."""
GENTLE = {plane: replace(how, rotation=6.0, cropped=0.2, harsh=False) for plane, how in HOW.items()}
_HARSH_SHARE = 0.7
"""Share of the training images that are distorted most. No comparison is on record."""

_AT_ONCE = 250
"""Patients between two reports of progress."""

_BRIGHTEST, _SPREAD = 200.0, 63.0
"""What the two channels are multiplied by to fit 8 bits."""

Drawn = tuple[np.ndarray, np.ndarray, str]
"""A picture, which of its pixels are known, and whose it is."""


@dataclass(frozen=True, eq=False)
class Sources:
    """What pictures are drawn from.

    Parameters
    ----------
    plane : Plane
    real : sequence of RealPicture
    digital : ndarray
        Slices of digital spines in this plane, from `discgrader.training.contrast.digital.digital_slices`.
    others : sequence of ndarray
        The same in other planes.
    """

    plane: Plane
    real: Sequence[RealPicture]
    digital: np.ndarray
    others: Sequence[np.ndarray]


@dataclass(frozen=True, eq=False)
class Pool:
    """Drawn pictures as the networks see them.

    Parameters
    ----------
    channels : ndarray, shape (pictures, 2, rows, columns)
        uint8, as `stored` makes them.
    classes : ndarray, shape (pictures,)
        Index in `CLASSES`.
    kinds, patients : ndarray of str, shape (pictures,)
        What kind of picture, and whose; empty where it is nobody's.
    """

    channels: np.ndarray
    classes: np.ndarray
    kinds: np.ndarray
    patients: np.ndarray


def class_of(kind: str, plane: Plane) -> str:
    """The class that a kind of picture, such as ``digital PD``, belongs to."""
    name = kind.rpartition(" ")[2]
    return name if kind.startswith(("real", "digital")) and name in CLASSES[plane] else "other"


def draw_pool(sources: Sources, count: int, path: Path, seed: int, progress: Progress) -> Pool:
    """So many pictures of the kinds of `SHARES`, from ``path`` (without suffix) where they were drawn before."""
    stored_path, described = path.with_suffix(".npy"), path.with_suffix(".npz")
    if not described.exists():
        _draw(sources, count, stored_path, described, seed, progress)
    with np.load(described) as found:
        return Pool(np.load(stored_path, mmap_mode="r"), found["classes"], found["kinds"], found["patients"])


def _draw(sources: Sources, count: int, stored_path: Path, described: Path, seed: int, progress: Progress) -> None:
    shares = SHARES[sources.plane]
    probability = np.array(list(shares.values())) / sum(shares.values())
    kinds = np.random.default_rng(seed).choice(list(shares), count, p=probability)
    # Whose pictures were drawn so far; drawing goes on behind them.
    begun = described.with_suffix(".begun.json")
    patients = json.loads(begun.read_text(encoding="utf-8")) if begun.exists() else []
    values = np.lib.format.open_memmap(stored_path, "r+" if patients else "w+", np.uint8, (count, 2, *SHAPE))
    draw = Draw(sources)
    for number in range(len(patients), count):
        how = (HOW if number < _HARSH_SHARE * count else GENTLE)[sources.plane]
        values[number], patient = _one(draw, str(kinds[number]), how, np.random.default_rng([seed, number]))
        patients.append(patient)
        if len(patients) % _AT_ONCE == 0:
            values.flush()
            begun.write_text(json.dumps(patients), encoding="utf-8")
            progress.report("Drawing images", len(patients) / count, sources.plane.value)
    values.flush()
    names = CLASSES[sources.plane]
    classes = np.array([names.index(class_of(str(kind), sources.plane)) for kind in kinds])
    np.savez(described, classes=classes, kinds=kinds, patients=np.array(patients))
    begun.unlink(missing_ok=True)


def _one(draw: "Draw", kind: str, how: Distortion, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """A distorted picture of this kind; drawn again while all of it has one value."""
    while True:
        picture, known, patient = draw(kind, rng)
        seen = channels(*distorted(picture, known, PIXEL_MM[draw.plane] / FINE_MM, rng, how))
        if seen is not None:
            return stored(seen), patient


def stored(seen: np.ndarray) -> np.ndarray:
    """Channels of a picture in 8 bits, for the pool."""
    return np.rint(np.stack([seen[0] * _BRIGHTEST, (seen[1] + 2) * _SPREAD])).astype(np.uint8)


def restored(values: np.ndarray) -> np.ndarray:
    """What `stored` was given, shape (pictures, 2, rows, columns), float32."""
    wide = values.astype(np.float32)
    return np.stack([wide[:, 0] / np.float32(_BRIGHTEST), wide[:, 1] / np.float32(_SPREAD) - 2], axis=1)


class Draw:
    """Draws undistorted pictures of any kind, all patients alike often."""

    def __init__(self, sources: Sources) -> None:
        self.plane = sources.plane
        self._sources = sources
        self._real: dict[str, dict[str, list[RealPicture]]] = {}
        for picture in sources.real:
            self._real.setdefault(picture.contrast, {}).setdefault(picture.patient, []).append(picture)
        self._pairs = pairs(sources.real)

    def __call__(self, kind: str, rng: np.random.Generator) -> Drawn:
        """A picture of a kind of `SHARES`."""
        group, _, name = kind.partition(" ")
        if group == "real":
            return self._of_pair(name, rng) if name in ("STIR", "T1_FS", "FAT") else self._as_taken(name, rng)
        if group == "digital":
            slice_, patient = self._slice(rng)
            return _whole(digital_picture(slice_, name, rng), patient)
        if kind == "mask":
            slice_, patient = self._slice(rng)
            return _whole(mask(slice_, rng), patient)
        if kind == "no anatomy":
            return _whole(WITHOUT_ANATOMY[rng.integers(len(WITHOUT_ANATOMY))](rng, (180, 180)), "")
        if kind == "derived":
            picture, known, patient = self._as_taken(str(rng.choice(["T1", "T2"])), rng)
            return derived(picture, rng), known, patient
        slices = self._sources.others[int(rng.integers(len(self._sources.others)))]
        slice_ = slices[rng.integers(len(slices))]
        return _whole(digital_picture(slice_, str(rng.choice(["T1", "T2", "STIR"])), rng), "")

    def _as_taken(self, contrast: str, rng: np.random.Generator) -> Drawn:
        patients = self._real[contrast]
        some = patients[list(patients)[rng.integers(len(patients))]]
        chosen = some[rng.integers(len(some))]
        return chosen.picture, chosen.known, chosen.patient

    def _of_pair(self, name: str, rng: np.random.Generator) -> Drawn:
        if name == "STIR":
            first, second = self._pairs[rng.integers(len(self._pairs))]
            return (*fat_suppressed(first, second, name, rng), first.patient)
        picture, known, patient = self._as_taken("T1", rng)
        own = RealPicture(patient, "T1", picture, known, picture, None, "")
        return (*fat_suppressed(own, own, name, rng), patient)

    def _slice(self, rng: np.random.Generator) -> tuple[np.ndarray, str]:
        number = int(rng.integers(len(self._sources.digital)))
        return self._sources.digital[number], f"digital {number // SLICES_EACH[self._sources.plane]}"


def fat_suppressed(
    t1: RealPicture, other: RealPicture, name: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A picture without the fat that T1 shows, or (``FAT``) that fat alone, and which of its pixels are known."""
    known = t1.known & other.known
    first = scaled(t1.picture, known)
    fat = drawn_fat_share(first, rng)
    if name == "FAT":
        return first * fat, known
    return without_fat(scaled(other.picture, known), fat, rng), known


def _whole(picture: np.ndarray, patient: str) -> Drawn:
    return picture, np.ones(picture.shape, bool), patient


def scaled(picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """A picture with its darkest hundredth at 0 and its brightest at 1."""
    low, high = np.percentile(picture[known], (1, 99))
    return (np.clip((picture - low) / max(high - low, 1e-6), 0, 1.5) * known).astype(np.float32)


def fat_share(t1: np.ndarray, none: float, full: float) -> np.ndarray:
    """Share of fat, 0 to 1, by the brightness of a scaled T1 picture relative to its surroundings.

    What is among the brightest of all is fat, too: under the skin it lies in thick layers that have no surroundings.

    Parameters
    ----------
    t1 : ndarray, shape (rows, columns)
        From `scaled`, pixels of 1.5 mm.
    none, full : float
        How many times as bright as its surroundings a place without fat and a place of fat alone is.
    """
    body = ndimage.gaussian_filter(t1, 2) > _BODY
    share = ndimage.gaussian_filter(body.astype(np.float32), _EVEN_PIXELS)
    around = ndimage.gaussian_filter(np.where(body, t1, 0), _EVEN_PIXELS) / (share + 1e-3)
    relative = np.clip((t1 / (around + 0.03) - none) / (full - none), 0, 1)
    return ndimage.gaussian_filter(np.maximum(relative, np.clip((t1 - _BRIGHT) / _BRIGHT_RANGE, 0, 1)), 0.6)


def without_fat(picture: np.ndarray, fat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A scaled picture whose fat is suppressed, here better and there worse.

    One picture in four keeps some of its fat toward an edge of the field of view, where the field is uneven.
    """
    kept = np.full(fat.shape, rng.uniform(0.0, 0.18), np.float32)
    if rng.random() < 0.25:
        rows, columns = np.mgrid[-1 : 1 : fat.shape[0] * 1j, -1 : 1 : fat.shape[1] * 1j]
        angle = rng.uniform(0, 2 * np.pi)
        kept += np.clip(rows * np.sin(angle) + columns * np.cos(angle) - rng.uniform(0.3, 0.8), 0, 1).astype(np.float32)
    return picture * (1 - fat * (1 - np.minimum(kept, 1)))


def drawn_fat_share(t1: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`fat_share` with limits drawn, since nobody knows them, moved by up to a pixel as the two series may be."""
    none = rng.uniform(0.5, 0.8)
    fat = fat_share(t1, none, none + rng.uniform(0.6, 1.2))
    return ndimage.shift(fat, rng.normal(0, 0.4, 2), order=1, mode="nearest")
