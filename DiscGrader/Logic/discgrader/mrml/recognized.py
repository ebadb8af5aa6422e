"""What a volume node was recognized as, kept with the node, so that it is known after the scene was saved and
opened."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from discgrader.imaging.study import Contrast, Series
from discgrader.mrml.nodes import attribute, series_from_node, set_attributes


@dataclass(frozen=True)
class RecognizedAs:
    """What a volume was recognized as.

    Parameters
    ----------
    role : str
        As in `Series.role`.
    reason : str
        In words.
    warnings : tuple of str
        What the reader is to know of that.
    """

    role: str
    reason: str
    warnings: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nothing told what it weights."""
        return self.role.removeprefix("AX_").removeprefix("COR_") == Contrast.UNKNOWN


def keep_recognized(node, role: str, reason: str, warnings: Sequence[str] = ()) -> None:
    """Keep with a volume node what it was recognized as, and why."""
    set_attributes(node, Recognized=json.dumps({"role": role, "reason": reason, "warnings": list(warnings)}))


def recognized_as(node) -> RecognizedAs | None:
    """What `keep_recognized` kept; None where it did not."""
    text = attribute(node, "Recognized")
    if text is None:
        return None
    kept = json.loads(text)
    return RecognizedAs(kept["role"], kept["reason"], tuple(kept["warnings"]))


def chosen_series(node, role: str) -> Series:
    """The series that a volume node holds, with why it serves as this role; errors as `series_from_node`."""
    series, known = series_from_node(node, role), recognized_as(node)
    if known is None:
        return series
    if known.role == role:
        return replace(series, contrast_reason=known.reason).warned(
            *(f"{series.name}: {one}" for one in known.warnings)
        )
    doubt = doubt_of_choice(node, role)
    return series.warned(*([doubt] if doubt else []))


def doubt_of_choice(node, role: str) -> str:
    """That a volume was chosen for what it does not look like; empty where it was recognized as that, or as nothing."""
    known = recognized_as(node)
    if known is None or known.role == role or known.is_unknown:
        return ""
    name, looks = node.GetName(), known.role.replace("_", " ")
    return f"{name}: it was chosen as {role.replace('_', ' ')}, but it was taken for {looks} ({known.reason})."
