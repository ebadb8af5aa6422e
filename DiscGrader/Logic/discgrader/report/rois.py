"""ROI boxes as the markups files that Slicer writes, and back."""

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from discgrader.checked import Count, Within, checked, read_json
from discgrader.errors import UsageError
from discgrader.folders import as_output_errors
from discgrader.localize.box import RoiBox
from discgrader.localize.disc import Disc
from discgrader.report.tables import read_grades_json

SUFFIX = ".mrk.json"

_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
_LEVEL = re.compile(r"(S1|L[1-6]|T1[0-3]|T[1-9])[-–/_ ]?(S2|S1|L[1-6]|T1[0-3]|T[1-9])", re.IGNORECASE)


_Millimeters = Annotated[float, Within(-1e5, 1e5)]
_Three = tuple[_Millimeters, _Millimeters, _Millimeters]
_Nine = Annotated[tuple[Annotated[float, Within(-2, 2)], ...], Count(9, 9)]


@dataclass(frozen=True)
class _ControlPoint:
    label: str | None = None


@dataclass(frozen=True)
class _Roi:
    """What of a markup of Slicer's schema is used."""

    center: _Three
    size: _Three
    name: str | None = None
    coordinateSystem: str = "LPS"
    orientation: _Nine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    controlPoints: tuple[_ControlPoint, ...] | None = None


def write_roi(path: Path, level: str, roi: RoiBox, color: tuple[float, float, float] | None = None) -> None:
    """Write one box as a Slicer markups ROI, ``<level>.mrk.json``.

    Parameters
    ----------
    path : Path
        Slicer names the node by the file's name.
    level : str
    roi : RoiBox
    color : tuple of float, optional
        Red, green and blue (0 to 1) that Slicer shall draw it in.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    document = {"@schema": _SCHEMA, "markups": [_markup(level, roi, color)]}
    with as_output_errors(path):
        Path(path).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_rois(
    folder: Path, discs: Iterable[Disc], colors: Mapping[str, tuple[float, float, float]] | None = None
) -> list[Path]:
    """Write every disc's box as ``<level>.mrk.json`` into a folder that exists.

    Parameters
    ----------
    colors : mapping of str to (red, green, blue), optional
        Color of each level, 0 to 1.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    written = []
    for disc in discs:
        path = Path(folder) / f"{disc.level}{SUFFIX}"
        write_roi(path, disc.level, disc.roi, (colors or {}).get(disc.level))
        written.append(path)
    return written


def read_rois(path: Path) -> dict[str, RoiBox]:
    """The boxes of a ``grades.json``, of a markups file with one or more ROIs, or of a folder of markups files.

    Axes are brought into the order that `RoiBox` wants, whatever way the box was drawn in Slicer.

    Returns
    -------
    dict of str to RoiBox
        By level.

    Raises
    ------
    UsageError
        When there is no such file or folder, or no ROI in it, or one that bears no level's name or a level's name
        twice, or that is no box.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(path.glob(f"*{SUFFIX}"))
        if not files:
            raise UsageError(f"{path} contains no ROI files (*{SUFFIX}).")
        return _by_level(itertools.chain.from_iterable(_read_file(file) for file in files), path)
    return _by_level(_read_file(path), path)


def _by_level(found: Iterable[tuple[str, RoiBox]], path: Path) -> dict[str, RoiBox]:
    boxes: dict[str, RoiBox] = {}
    for level, roi in found:
        if level in boxes:
            raise UsageError(f"{path} contains two ROIs named {level}; rename or remove one of them.")
        boxes[level] = roi
    return boxes


def _read_file(path: Path) -> list[tuple[str, RoiBox]]:
    document = read_json(path, UsageError)
    if isinstance(document, dict) and "discs" in document:
        discs = read_grades_json(path)["discs"]
        return [(disc["level"], RoiBox.from_json(disc["roi"], str(path))) for disc in discs]
    markups = document.get("markups") if isinstance(document, dict) else None
    rois = (
        [markup for markup in markups if isinstance(markup, dict) and markup.get("type") == "ROI"]
        if isinstance(markups, list)
        else []
    )
    if not rois:
        raise UsageError(f"{path} contains no ROI; save the ROI nodes in Slicer as {SUFFIX}, or give a grades.json.")
    boxes = [checked(roi, _Roi, str(path), UsageError) for roi in rois]
    return [(_level(box, path, len(boxes) == 1), _box(box, path)) for box in boxes]


def _markup(level: str, roi: RoiBox, color: tuple[float, float, float] | None) -> dict:
    center = [float(x) for x in roi.center_lps_mm]
    markup = {
        "type": "ROI",
        "name": level,
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": False,
        "fixedNumberOfControlPoints": False,
        "labelFormat": "%N-%d",
        "lastUsedControlPointNumber": 1,
        "roiType": "Box",
        "center": center,
        # row by row, the columns being the box's axes
        "orientation": [float(x) for x in roi.axes_lps.ravel()],
        "size": [float(x) for x in roi.size_mm],
        "insideOut": False,
        "controlPoints": [
            {
                "id": "1",
                "label": f"{level}-1",
                "position": center,
                "selected": True,
                "locked": False,
                "visibility": True,
                "positionStatus": "defined",
            }
        ],
    }
    if color is not None:
        rgb = [float(x) for x in color]
        markup["display"] = {"visibility": True, "color": rgb, "selectedColor": rgb, "activeColor": rgb}
    return markup


def _level(markup: _Roi, path: Path, alone: bool) -> str:
    """The level that a markup is named by: in itself, in its control point's label, or by its file alone."""
    points = markup.controlPoints or (_ControlPoint(),)
    names = [markup.name, points[0].label]
    # A file renamed by hand says more than what an older name left inside of it.
    names = [path.name.removesuffix(SUFFIX), *names] if alone else names
    for name in names:
        if match := _LEVEL.match(str(name or "").strip()):
            return "-".join(match.groups()).upper()
    raise UsageError(f"{path} contains an ROI that is not named after its level; give it a name such as L4-L5.")


def _box(markup: _Roi, path: Path) -> RoiBox:
    flip = {"LPS": 1.0, "RAS": -1.0}.get(markup.coordinateSystem)
    if flip is None:
        raise UsageError(f"{path} is in coordinate system {markup.coordinateSystem}, which is neither LPS nor RAS.")
    signs = np.array([flip, flip, 1.0])
    axes = np.array(markup.orientation).reshape(3, 3) * signs[:, None]
    try:
        return RoiBox.drawn(np.array(markup.center) * signs, axes, np.array(markup.size))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
