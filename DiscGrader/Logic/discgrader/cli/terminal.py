"""What the terminal shows while work is going on."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from discgrader.progress import Progress


class ProgressBar:
    """A bar with the stage and the share done; shows nothing where no terminal is."""

    def __init__(self) -> None:
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=100, bar_format="{desc:<32.32} {percentage:3.0f} % |{bar}| {elapsed}", leave=False)

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, share: float, detail: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(f"{stage} {detail}".strip(), refresh=False)
            # Parts of the work may overlap; a bar that runs backwards unsettles.
            self._bar.update(max(0.0, 100 * share - self._bar.n))
            self._bar.refresh()


@contextmanager
def stoppable_progress() -> Iterator[Progress]:
    """A progress shown as a bar; Ctrl-C or a request to end stops it at the next step, a second one at once."""
    import signal

    stop = threading.Event()

    def asked_to_stop(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    signals = [signal.SIGINT, signal.SIGTERM] if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, asked_to_stop) for number in signals}
    try:
        with ProgressBar() as bar:
            yield Progress(bar, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
