"""What systems see of discs through their windows, as pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from discgrader.errors import StudyError, UsageError
from discgrader.grading.systems import system_views
from discgrader.grading.windows import StudyWindows, pictured, seen
from discgrader.imaging.study import Study
from discgrader.localize.disc import Localization


def check_windows(systems: Sequence[str]) -> None:
    """Refuse systems that look through no windows."""
    strange = [one for one in systems if one not in system_views()]
    if strange:
        raise UsageError(f"The system {strange[0]} has no windows; choose one of {', '.join(system_views())}.")


def middle_gray(values: np.ndarray) -> np.ndarray:
    """The middle slice of a window's intensities as a gray picture, uint8, its levels those of the whole window."""
    return np.round(pictured(values)[len(values) // 2] * 255).astype(np.uint8)


def write_windows(
    study: Study, localization: Localization, folder: Path, systems: Sequence[str], pixels: int
) -> Iterator[dict[str, object]]:
    """Write ``<level>_<system>_<window>.png`` of each window, its middle slice, and give its facts.

    Each axial slice of a level is a picture of its own, numbered from the one nearest to the disc's middle.

    Raises
    ------
    StudyError
        None of the discs can be looked at by one of the systems.
    """
    from PIL import Image

    windows = StudyWindows(study, localization)
    for system in systems:
        reasons = []
        for disc in localization.discs:
            looks = windows.of(disc, system_views()[system])
            if isinstance(looks, str):
                reasons.append(f"{disc.level}: {looks}")
                continue
            for number, look in enumerate(looks, start=1):
                for window in look:
                    shape = window.spec.shape(pixels)
                    values = window.values(shape)
                    png = f"{disc.level}_{system}_{window.spec.name}{f'_{number}' if len(looks) > 1 else ''}.png"
                    Image.fromarray(middle_gray(values)).save(folder / png)
                    yield {
                        "study": study.name,
                        "level": disc.level,
                        "index_from_sacrum": disc.index_from_sacrum,
                        "series": window.series.name,
                        "role": window.series.role,
                        "png": png,
                        "nifti": "",
                        "pixel_mm": round(shape.pixel_mm, 6),
                        "window_low": "",
                        "window_high": "",
                        "seen": round(seen(values), 4),
                    }
        if len(reasons) == len(localization.discs):
            raise StudyError(f"{study.name} has nothing to show to {system}: {'; '.join(reasons)}.")
