"""Which volumes the worker process holds, so that each is sent once."""

import itertools
import operator
from weakref import WeakKeyDictionary

from discgrader.imaging.study import Study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.pipeline.worker_protocol import Message, check_sendable
from discgrader.pipeline.worker_values import affine_to_plain, localization_to_plain, study_to_plain


class VolumeNumbers:
    """A number for each volume for as long as it lives.

    A volume is known by its identity: whoever changes voxels makes a new one.
    """

    def __init__(self) -> None:
        self._numbers: WeakKeyDictionary[Volume, int] = WeakKeyDictionary()
        self._count = itertools.count(1)

    def next(self) -> int:
        """A number that no volume has."""
        return next(self._count)

    def of(self, volume: Volume) -> int:
        """This volume's number."""
        if volume not in self._numbers:
            self._numbers[volume] = self.next()
        return self._numbers[volume]

    def set(self, volume: Volume, number: int) -> None:
        """Give a volume the number that the process has given it."""
        self._numbers[volume] = number


class Cargo:
    """What one process has been sent.

    Parameters
    ----------
    numbers : VolumeNumbers, optional
        Those of the process before.
    """

    def __init__(self, numbers: VolumeNumbers | None = None) -> None:
        self.numbers = numbers or VolumeNumbers()
        self._held: set[int] = set()
        self._study: Study | None = None
        self._localization: Localization | None = None

    def messages(self, study: Study, localization: Localization | None) -> list[Message]:
        """What must be sent before work on a study, and on what is known of its discs, can begin.

        Raises
        ------
        ProtocolError
            When a volume's voxels are no numbers.
        """
        volumes = [one.volume for one in study.series]
        if localization is not None:
            volumes.append(localization.segmentation)
        for volume in volumes:
            check_sendable(volume.array)
        needed = {self.numbers.of(volume): volume for volume in volumes}
        dropped = sorted(self._held - needed.keys())
        messages = [Message("drop", {"numbers": dropped})] if dropped else []
        messages += [_volume(number, volume) for number, volume in needed.items() if number not in self._held]
        told_study = not _same(study, self._study)
        if told_study:
            ids = [self.numbers.of(one.volume) for one in study.series]
            messages.append(Message("study", {"study": study_to_plain(study, ids)}))
        if localization is not None and (told_study or localization is not self._localization):
            plain = localization_to_plain(localization, self.numbers.of(localization.segmentation))
            messages.append(Message("localization", {"localization": plain}))
        self._held = set(needed)
        self._study, self._localization = study, localization
        return messages

    def arrived(self, number: int, volume: Volume) -> None:
        """The process has made this volume itself, and keeps it."""
        self.numbers.set(volume, number)
        self._held.add(number)


def _same(study: Study, other: Study | None) -> bool:
    """Whether two studies are of the same series, and not of copies of them."""
    if other is None or _told(study) != _told(other):
        return False
    return len(study.series) == len(other.series) and all(map(operator.is_, study.series, other.series))


def _told(study: Study) -> tuple[object, ...]:
    return study.name, study.warnings, study.left_out, study.examination


def _volume(number: int, volume: Volume) -> Message:
    fields = {"number": number, "affine": affine_to_plain(volume.affine_lps)}
    return Message("volume", fields, (volume.array,))
