"""Observers of VTK objects that end together."""


class Observers:
    """What one part of the desk observes; `clear` ends all of it.

    VTK keeps an observer until it is removed or the observed object goes, and a callback keeps what it belongs to, so
    whoever observes must also say when it ends.
    """

    def __init__(self):
        self._tags: list[tuple[object, int]] = []

    def add(self, item, event, callback) -> None:
        """Call ``callback(caller, event)`` when it happens."""
        self._tags.append((item, item.AddObserver(event, callback)))

    def remove(self, item) -> None:
        """Stop observing one object."""
        for observed, tag in self._tags:
            if observed is item:
                item.RemoveObserver(tag)
        self._tags = [tag for tag in self._tags if tag[0] is not item]

    def clear(self) -> None:
        """Stop observing everything."""
        for item, tag in self._tags:
            item.RemoveObserver(tag)
        self._tags.clear()

    def __len__(self):
        return len(self._tags)
