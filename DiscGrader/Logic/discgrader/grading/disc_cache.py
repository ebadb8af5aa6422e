"""What was measured around discs, kept so that a disc whose box is moved is all that has to be measured again."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Disc

Value = TypeVar("Value")

LIMIT = 128
"""So many values are kept: those of nine discs on three series, and of many places of a box that a hand moves."""


class DiscCache:
    """Keeps values by the disc, the volumes and whatever else they depend on; those used least recently go first.

    A volume is known by its identity, a disc by what is known of it. May be used from several threads.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(
        self, what: str, disc: Disc, segmentation: Volume, volume: Volume, more: Hashable, make: Callable[[], Value]
    ) -> Value:
        """The value, made if it is not there.

        Parameters
        ----------
        what : str
            Which kind of value.
        disc : Disc
        segmentation, volume : Volume
        more : hashable
            What else it depends on.
        make : callable()
        """
        key = (what, _facts(disc), weakref.ref(segmentation), weakref.ref(volume), more)
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > LIMIT:
                self._values.popitem(last=False)
        return value


def _facts(disc: Disc) -> tuple[object, ...]:
    box = disc.roi
    places = (disc.center_lps_mm, box.center_lps_mm, box.axes_lps, box.size_mm)
    return (disc.index_from_sacrum, *(np.asarray(place, float).tobytes() for place in places))
