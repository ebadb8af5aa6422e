"""The rendering of a phantom study as a job for a worker process, so that a window goes on meanwhile."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discgrader.folders import atomic_folder
from discgrader.jobs.job import Context


def render_study(folder: Path, options: Mapping[str, Any], job: Context) -> None:
    """Write a study to a folder, which appears whole or not at all; ``options`` as `make_study` takes them.

    The findings of a level may be a text that `DiscFindings.parse` reads, too.
    """
    # The window that asks for it need not load what renders.
    from discgrader.phantom.files import write_study
    from discgrader.phantom.findings import DiscFindings
    from discgrader.phantom.study import make_study

    findings = {
        level: DiscFindings.parse(given) if isinstance(given, str) else given
        for level, given in (options.get("findings") or {}).items()
    }
    phantom = make_study(**{**options, "findings": findings}, progress=job.progress)
    with atomic_folder(folder) as partial:
        write_study(phantom, partial)
