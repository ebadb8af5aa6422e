"""Renders a phantom study in a process of its own, so that a window goes on meanwhile.

``python -m discgrader.phantom.process FOLDER OPTIONS`` with the options of `make_study` as JSON (a patient as an
object) writes the study to the folder, which appears whole or not at all. It prints lines of JSON: first ``{"pid"}``,
its own number, then ``{"share", "detail"}`` for each step. It ends when its standard input is closed, as whoever asked
for it ends.
"""

import json
import os
import sys
import threading
from pathlib import Path

from discgrader.folders import whole_folder
from discgrader.phantom.files import write_study
from discgrader.phantom.patient import Patient
from discgrader.phantom.study import make_study
from discgrader.progress import Progress


def main(arguments: list[str]) -> int:
    """Make a study in a process of its own; progress goes out as lines of JSON, and the end of input ends it."""
    print(json.dumps({"pid": os.getpid()}), flush=True)
    threading.Thread(target=_end_with_input, daemon=True).start()
    folder, options = Path(arguments[0]), json.loads(arguments[1])
    if "patient" in options:
        options["patient"] = Patient(**options["patient"])
    phantom = make_study(**options, progress=Progress(_tell))
    with whole_folder(folder) as partial:
        write_study(phantom, partial)
    return 0


def _end_with_input() -> None:
    # By its number: Python's own object would be locked when the interpreter ends.
    while os.read(0, 1024):
        pass
    os._exit(1)


def _tell(stage: str, share: float, detail: str) -> None:
    print(json.dumps({"share": share, "detail": f"{stage} {detail}".strip()}), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
