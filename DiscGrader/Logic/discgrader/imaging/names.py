"""What the name of a file or series says of its contrast."""

import re
from dataclasses import dataclass

from discgrader.imaging.study import Contrast


@dataclass(frozen=True)
class Finding:
    """A contrast and, in words a user understands, why."""

    contrast: Contrast
    reason: str


def says(pattern: str, text: str) -> bool:
    """Whether a word of the text matches ``pattern``, given in capitals.

    A word begins where letters and digits begin (``sag_t2``, any case) or where small letters turn to capitals
    (``sagT2``), and is not followed by a digit (``T12`` is no T1).
    """
    return (
        re.search(rf"(?<![A-Za-z0-9])(?i:{pattern})(?![0-9])", text) is not None
        or re.search(rf"(?<=[a-z]){pattern}(?![0-9])", text) is not None
    )


def says_fat_suppression(text: str) -> bool:
    """Whether the text speaks of any technique that makes fat dark."""
    return says("(?:FS|FAT[ _-]?SAT|SPAIR|SPIR|DIXON_W)", text)


def contrast_from_name(name: str) -> Finding | None:
    """The contrast that a file name or series description speaks of; None where it speaks of none or of several."""
    t1, t2 = says("T1W?", name), says("T2W?", name)
    volumetric = t2 and (says("(?:SPACE|SPC|CUBE|VISTA|BRAINVIEW|3D)", name) or says("T2W?(?:SPACE|SPC)", name))
    if says("(?:STIR|TIRM)", name):
        return Finding(Contrast.STIR, f"its name, {name}, says STIR")
    if t1 and t2:
        return None
    if says(r"T2W?(?:\*|[_ -]?STAR)", name):
        return Finding(Contrast.UNKNOWN, f"its name, {name}, says T2*, which is a gradient echo")
    if t1:
        return Finding(Contrast.T1, f"its name, {name}, says T1")
    if t2 and says_fat_suppression(name):
        return Finding(Contrast.STIR, f"its name, {name}, says T2 with fat suppression, which looks as STIR does")
    if volumetric:
        return Finding(Contrast.T2_SPACE, f"its name, {name}, says T2 SPACE or another 3D T2")
    if t2:
        return Finding(Contrast.T2, f"its name, {name}, says T2")
    return None
