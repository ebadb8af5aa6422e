"""Saliency maps kept small: only the part that is not zero."""

from collections.abc import Iterator, Mapping

from discgrader.imaging.volume import Volume
from discgrader.imaging.volume_part import VolumePart

Key = tuple[str, str, str]


class CompactMaps(Mapping[Key, Volume]):
    """Saliency maps by (level, system, task).

    Each is a whole volume to whoever asks for it, and is kept as the small box that is not zero: seven discs of nine
    tasks on a stack of 20 slices would otherwise take more than a gigabyte.
    """

    def __init__(self, maps: Mapping[Key, Volume | VolumePart] | None = None) -> None:
        self._parts: dict[Key, VolumePart] = {}
        for key, volume in (maps or {}).items():
            self.add(key, volume)

    def add(self, key: Key, volume: Volume | VolumePart) -> None:
        """Keep a map, in place of the one that may be there."""
        self._parts[key] = VolumePart.of(volume) if isinstance(volume, Volume) else volume

    def part(self, key: Key) -> VolumePart:
        """A map as the part of it that is not zero."""
        return self._parts[key]

    def __getitem__(self, key: Key) -> Volume:
        return self._parts[key].volume()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)
