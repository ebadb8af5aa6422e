"""Filtered images of sequences, kept as long as memory allows, so that a moved box costs only its own features."""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.radiomics.box import Box
from discgrader.radiomics.filters import Hole, filter_work
from discgrader.radiomics.parameters import Parameters
from discgrader.radiomics.preprocess import Resampling, prepare

DEFAULT_BYTES = 768 * 2**20
"""How much memory filtered images may take by default."""


@dataclass(frozen=True, eq=False)
class FilteredImages:
    """All images of a sequence that features are taken of.

    Parameters
    ----------
    box : Box
        The part of the (resampled) sequence that they show.
    images : mapping of str to ndarray, shape ``box.shape``, or Hole
        By name; a hole where a filter cannot be applied.
    """

    box: Box
    images: Mapping[str, "np.ndarray | Hole"]

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(image.nbytes for image in self.images.values() if not isinstance(image, Hole))


@dataclass(frozen=True)
class _Key:
    """What the images of a sequence depend on, but for the box."""

    content: bytes
    image_types: tuple[tuple[object, ...], ...]
    resampling: Resampling | None

    @classmethod
    def of(cls, volume: Volume, parameters: Parameters, resampling: Resampling | None) -> "_Key":
        """The key of a sequence's images."""
        return cls(content_hash(volume), tuple(kind.decides() for kind in parameters.image_types), resampling)


@dataclass(frozen=True, eq=False)
class _Entry:
    """The images of a box, made or being made."""

    box: Box
    future: "Future[FilteredImages]"

    @property
    def nbytes(self) -> int:
        """Memory that they take, 0 while they are being made."""
        ready = self.future.done() and self.future.exception() is None
        return self.future.result().nbytes if ready else 0


class FilterCache:
    """Keeps the filtered images of sequences; those used least recently go when memory is short.

    An entry belongs to a sequence's content, so that a changed volume is filtered again. It may be used from several
    threads: who asks for images that are being made waits for them. Each process has its own; a copy in a spawned
    process starts empty.

    Parameters
    ----------
    limit_bytes : int
        How much memory the images may take. A sequence that needs more is filtered whenever it is asked for.
    threads : int, optional
        How many filters run at a time; by default as many as there are processors, up to 4.
    """

    def __init__(self, limit_bytes: int = DEFAULT_BYTES, threads: int | None = None) -> None:
        self.limit_bytes = limit_bytes
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()

    def __getstate__(self) -> dict[str, int]:
        return {"limit_bytes": self.limit_bytes, "threads": self._threads}

    def __setstate__(self, state: dict[str, int]) -> None:
        FilterCache.__init__(self, state["limit_bytes"], state["threads"])

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def nbytes(self) -> int:
        """Memory that the images take which are ready."""
        with self._lock:
            return sum(entry.nbytes for entry in self._entries.values())

    def clear(self) -> None:
        """Forget all images."""
        with self._lock:
            self._entries.clear()

    def find(
        self, volume: Volume, parameters: Parameters, box: Box, resampling: Resampling | None = None
    ) -> FilteredImages | None:
        """The images of a sequence, if they are there or being made and show the box; arguments as for `start`."""
        key = _Key.of(volume, parameters, resampling)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or not entry.box.holds(box):
                return None
            self._entries.move_to_end(key)
        return entry.future.result()

    def start(
        self, volume: Volume, parameters: Parameters, box: Box | None = None, resampling: Resampling | None = None
    ) -> "Future[FilteredImages]":
        """Begin to filter a sequence in the background, unless its images are there or being made.

        Parameters
        ----------
        volume : Volume
            It must not be changed while it is filtered.
        parameters : Parameters
        box : Box, optional
            The part that is needed, of the resampled sequence; by default all of it.
        resampling : Resampling, optional
            What the sequence is resampled to.

        Returns
        -------
        Future of FilteredImages
            Of this box or of one that holds it.
        """
        key = _Key.of(volume, parameters, resampling)
        box = box or Box.whole(volume.array.shape if resampling is None else resampling.shape(volume))
        with self._lock:
            known = self._entries.get(key)
            if known is not None and known.box.holds(box):
                self._entries.move_to_end(key)
                return known.future
            # What was needed before will be needed again.
            entry = _Entry(box if known is None else known.box.joined(box), Future())
            self._entries[key] = entry
            self._entries.move_to_end(key)
        work = (key, entry, volume, parameters)
        threading.Thread(target=self._make, args=work, name="DiscGrader filters", daemon=True).start()
        return entry.future

    def _make(self, key: _Key, entry: _Entry, volume: Volume, parameters: Parameters) -> None:
        try:
            images = filter_all(volume, parameters, entry.box, key.resampling, self._threads)
        except BaseException as error:  # noqa: BLE001  raised where the images are waited for
            with self._lock:
                if self._entries.get(key) is entry:
                    del self._entries[key]
            entry.future.set_exception(error)
            return
        entry.future.set_result(images)
        self._make_room()

    def _make_room(self) -> None:
        """Forget what was used least recently until all fits."""
        with self._lock:
            total = sum(entry.nbytes for entry in self._entries.values())
            for key, entry in list(self._entries.items()):
                if total <= self.limit_bytes:
                    return
                total -= entry.nbytes
                if entry.future.done():
                    del self._entries[key]


def filter_all(
    volume: Volume,
    parameters: Parameters,
    box: Box | None = None,
    resampling: Resampling | None = None,
    threads: int = 1,
) -> FilteredImages:
    """All filtered images of a sequence, now and in this thread and ``threads`` helpers.

    Parameters
    ----------
    volume : Volume
    parameters : Parameters
    box : Box, optional
        The part of the resampled sequence that is wanted; by default all of it.
    resampling : Resampling, optional
        What the sequence is resampled to.
    threads : int
    """
    prepared = prepare(volume, parameters.settings, resampling)
    box = Box.whole(prepared.array.shape) if box is None else box
    work = [task for image_type in parameters.image_types for task in filter_work(prepared, image_type, box)]
    images: dict[str, np.ndarray | Hole] = {}
    with ThreadPoolExecutor(threads, "DiscGrader filter") as pool:
        for made in pool.map(lambda task: task(), work):
            images.update(made)
    return FilteredImages(box, images)


def content_hash(volume: Volume) -> bytes:
    """Changes when any voxel of a volume, its type or its geometry does."""
    # Twice as fast as BLAKE2 where the processor has instructions for it, as nearly all have.
    stamp = hashlib.sha256()
    stamp.update(f"{volume.array.dtype.str} {volume.array.shape}".encode())
    stamp.update(np.ascontiguousarray(volume.affine_lps, float).tobytes())
    stamp.update(np.ascontiguousarray(volume.array).data.cast("B"))
    return stamp.digest()
