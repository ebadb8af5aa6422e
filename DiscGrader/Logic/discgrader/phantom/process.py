"""Renders a phantom study in a process of its own, so that a window goes on meanwhile.

``python -m discgrader.phantom.process FOLDER OPTIONS`` with the options of `make_study` as JSON (a patient as an object) writes the study to the
folder, which appears whole or not at all, and prints a line of JSON, ``{"share", "detail"}``, for each step.
"""

import json
import sys
from pathlib import Path

from discgrader.folders import whole_folder
from discgrader.phantom.files import write_study
from discgrader.phantom.patient import Patient
from discgrader.phantom.study import make_study
from discgrader.progress import Progress


def main(arguments: list[str]) -> int:
    folder, options = Path(arguments[0]), json.loads(arguments[1])
    if "patient" in options:
        options["patient"] = Patient(**options["patient"])
    phantom = make_study(**options, progress=Progress(_tell))
    with whole_folder(folder) as partial:
        write_study(phantom, partial)
    return 0


def _tell(stage: str, share: float, detail: str) -> None:
    print(json.dumps({"share": share, "detail": f"{stage} {detail}".strip()}), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
