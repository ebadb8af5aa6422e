"""Engines for tests of the worker process: the fake one, with what a library or a system may do to it.

Options: ``noise`` prints to standard output, by Python and below it, before and while it works; ``unusable`` cannot be
loaded; ``hold`` names a file that grading waits for, deaf to being stopped, once it has graded so many discs as
``after`` says; ``die`` names a file whose presence ends
the process while it is being loaded. A study called ``deaf`` takes a minute, and cannot be stopped.
"""

import os
import time
from pathlib import Path

from discgrader.errors import PackError
from discgrader.pipeline.engine import Engine
from fake_engine import PACKS, FakeGrader, FakeLocalizer, fake_explain


def make(options: dict) -> Engine:
    """The engine; what the worker calls."""
    if options.get("unusable"):
        raise PackError("Pack blocks: weights.safetensors was altered.")
    if "die" in options and Path(options["die"]).exists():
        os._exit(7)
    return Engine(_Localizer(options), _Grader(options), fake_explain, PACKS)


def _noise(options: dict) -> None:
    if options.get("noise"):
        print("a library says hello")
        os.write(1, b"\x93DGW\r\n\x1a\n\xff\xff\xff\xff and so does one below Python\n")


class _Localizer(FakeLocalizer):
    def __init__(self, options):
        self._options = options
        _noise(options)

    def localize(self, study, **choices):
        _noise(self._options)
        if study.name.startswith("deaf"):
            time.sleep(60)
        return super().localize(study, **choices)


class _Grader(FakeGrader):
    def __init__(self, options):
        self._options = options

    def grade(self, study, localization, *, graded=None, **choices):
        done = []

        def hear(result):
            self._wait(len(done))
            done.append(result)
            if graded is not None:
                graded(result)

        self._wait(0)
        return super().grade(study, localization, graded=hear, **choices)

    def _wait(self, graded: int) -> None:
        hold = self._options.get("hold")
        while hold and graded >= self._options.get("after", 0) and not Path(hold).exists():
            time.sleep(0.01)
