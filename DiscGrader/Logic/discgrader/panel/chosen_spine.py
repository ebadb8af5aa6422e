"""A digital spine with findings of the user's choice: the dialog, its presets, and what is asked of the renderer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import qt
from slicer.i18n import tr as _

from discgrader.errors import UsageError
from discgrader.localize.levels import LEVELS
from discgrader.panel.words import in_language
from discgrader.phantom.findings import DiscFindings, check_levels, written

SHOWN = tuple(reversed(LEVELS[:6]))
"""The levels of the dialog, the highest first: those that every picture of the phantom shows."""

ROLES = ("T2", "T1", "T2_SPACE", "STIR", "AX_T2", "AX_T1")
_USUAL = ("T2", "T1", "T2_SPACE", "AX_T2")
_MOST_SEED = 99999

LEFT_OUT = ("fused",)
"""Findings that need another patient than the dialog asks for."""

_STEPS: Mapping[str, tuple[str, ...]] = {
    "migration_mm": ("-10", "-5", "5", "10"),
    "ligamentum_flavum_mm": ("3", "4", "5", "6", "7"),
}
"""Of lengths, which are offered."""

Findings = Mapping[str, Mapping[str, str]]
"""By level and name of the finding its value as `DiscFindings.parse` reads it; what is missing is drawn at random."""

_NORMAL = {
    "pfirrmann": "1", "bulging": "0", "msu": "0", "central_stenosis": "0", "left_nerve_root": "0",
    "right_nerve_root": "0", "left_foraminal_stenosis": "0", "right_foraminal_stenosis": "0",
    "left_facet_arthropathy": "0", "right_facet_arthropathy": "0", "ligamentum_flavum_mm": "3",
    "epidural_lipomatosis": "0", "disc_osteophyte_complex": "0", "spondylolisthesis": "0", "modic": "0",
    "upper_endplate": "0", "lower_endplate": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """Findings that are offered together.

    Parameters
    ----------
    title : str
    findings : mapping of level to (mapping of finding to str)
    """

    title: str
    findings: Findings


def presets() -> tuple[Preset, ...]:
    """What the dialog offers to begin with."""
    levels = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
    degeneration = {level: {"pfirrmann": grade} for level, grade in zip(levels, "12345", strict=True)}
    each = {
        "L1-L2": {**_NORMAL, "pfirrmann": "1"},
        "L2-L3": {"pfirrmann": "2", "msu": "0", "spondylolisthesis": "0", "modic": "0"},
        "L3-L4": {"pfirrmann": "3", "msu": "1A", "modic": "1", "spondylolisthesis": "0"},
        "L4-L5": {"pfirrmann": "4", "msu": "2AB", "side": "left", "modic": "2", "spondylolisthesis": "1"},
        "L5-S1": {"pfirrmann": "5", "msu": "1B", "side": "right", "modic": "3", "spondylolisthesis": "0"},
    }
    narrow = {
        "L2-L3": {"central_stenosis": "1", "msu": "0"},
        "L3-L4": {"central_stenosis": "2", "msu": "0", "ligamentum_flavum_mm": "5"},
        "L4-L5": {"central_stenosis": "3", "msu": "0", "left_foraminal_stenosis": "2", "right_foraminal_stenosis": "2"},
        "L5-S1": {"msu": "0", "left_foraminal_stenosis": "3", "right_foraminal_stenosis": "1"},
    }
    herniated = {
        "L3-L4": {"pfirrmann": "3", "msu": "1A"},
        "L4-L5": {"pfirrmann": "4", "msu": "2B", "side": "left"},
        "L5-S1": {"pfirrmann": "4", "msu": "2AB", "side": "right"},
    }
    return (
        Preset(_("Pfirrmann I to V, one at each level"), degeneration),
        Preset(_("Normal"), dict.fromkeys(SHOWN, _NORMAL)),
        Preset(_("One of each grade"), each),
        Preset(_("Stenosis"), narrow),
        Preset(_("Herniations"), herniated),
        Preset(_("All at random"), {}),
    )


def finding_titles() -> dict[str, str]:
    """What each finding is called in the dialog, by its name in `DiscFindings`."""
    titles = {
        "pfirrmann": _("Pfirrmann grade"),
        "bulging": _("Disc bulging"),
        "narrowing": _("Disc narrowing"),
        "msu": _("Herniation: MSU size and zone"),
        "side": _("Side of the herniation"),
        "migration_mm": _("Migration of the herniation, mm upward"),
        "sequestered": _("Sequestered"),
        "calcification": _("Calcified herniation"),
        "central_stenosis": _("Central canal stenosis (Lee)"),
        "left_nerve_root": _("Left nerve root"),
        "right_nerve_root": _("Right nerve root"),
        "left_foraminal_stenosis": _("Left foraminal stenosis (Lee)"),
        "right_foraminal_stenosis": _("Right foraminal stenosis (Lee)"),
        "left_facet_arthropathy": _("Left facet joint (Weishaupt)"),
        "right_facet_arthropathy": _("Right facet joint (Weishaupt)"),
        "ligamentum_flavum_mm": _("Ligamentum flavum, mm"),
        "epidural_lipomatosis": _("Epidural lipomatosis (Borré)"),
        "disc_osteophyte_complex": _("Disc-osteophyte complex"),
        "spondylolisthesis": _("Spondylolisthesis"),
        "modic": _("Modic type"),
        "upper_endplate": _("Upper endplate defect"),
        "lower_endplate": _("Lower endplate defect"),
    }
    return {finding.name: titles[finding.name] for finding in fields(DiscFindings) if finding.name not in LEFT_OUT}


def offered(name: str) -> tuple[str, ...]:
    """The values of a finding, as `DiscFindings.parse` reads them."""
    metadata = next(finding.metadata for finding in fields(DiscFindings) if finding.name == name)
    return _STEPS[name] if "range" in metadata else tuple(map(written, metadata["choices"]))


def as_options(findings: Findings) -> dict[str, str]:
    """Findings as the renderer takes them: one line a level, as ``--grade`` of the command line.

    Raises
    ------
    UsageError
        Where two findings cannot be at one level; names it.
    """
    lines = {
        level: ",".join(f"{name}={value}" for name, value in given.items())
        for level, given in findings.items()
        if given
    }
    parsed = {}
    for level, line in lines.items():
        try:
            parsed[level] = DiscFindings.parse(line)
        except UsageError as error:
            raise UsageError(f"{level}: {error}") from None
    check_levels(parsed)
    return lines


class SpineDialog:
    """Asks which findings a digital spine is to have, which seed and which series.

    Parameters
    ----------
    parent : QWidget
    make : callable(dict)
        Gets the options of `discgrader.phantom.render_job.render_study` when the user wants the spine made.
    """

    def __init__(self, parent, make: Callable[[dict[str, Any]], None]) -> None:
        self._make, self._presets = make, presets()
        self._boxes: dict[tuple[str, str], Any] = {}
        self.dialog = qt.QDialog(parent)
        self.dialog.setWindowTitle(_("Digital spine"))
        outer = qt.QVBoxLayout(self.dialog)
        self.presets = qt.QComboBox()
        self.presets.addItems([preset.title for preset in self._presets])
        self.seed = qt.QSpinBox()
        self.seed.setRange(0, _MOST_SEED)
        self.seed.setValue(1)
        self.seed.toolTip = _("The same seed gives the same patient")
        form = qt.QFormLayout()
        form.addRow(_("Findings:"), self.presets)
        form.addRow(_("Seed:"), self.seed)
        series = qt.QHBoxLayout()
        self.series = {role: qt.QCheckBox(role_title(role)) for role in ROLES}
        for role, box in self.series.items():
            box.checked = role in _USUAL
            box.connect("toggled(bool)", self._changed)
            series.addWidget(box)
        form.addRow(_("Series:"), series)
        outer.addLayout(form)
        outer.addWidget(self._grid())
        self.problem = qt.QLabel()
        self.problem.wordWrap = True
        outer.addWidget(self.problem)
        buttons = qt.QDialogButtonBox()
        buttons.addButton(_("Cancel"), qt.QDialogButtonBox.RejectRole).connect("clicked()", self.dialog.reject)
        self.make = buttons.addButton(_("Make"), qt.QDialogButtonBox.AcceptRole)
        self.make.connect("clicked()", self._accepted)
        outer.addWidget(buttons)
        self.presets.connect("currentIndexChanged(int)", self._take_preset)
        self._take_preset(0)
        self.dialog.resize(860, 680)

    def _grid(self):
        area, inner = qt.QScrollArea(), qt.QWidget()
        grid = qt.QGridLayout(inner)
        for column, level in enumerate(SHOWN, 1):
            grid.addWidget(qt.QLabel(f"<b>{level}</b>"), 0, column)
        for row, (name, title) in enumerate(finding_titles().items(), 1):
            grid.addWidget(qt.QLabel(title), row, 0)
            for column, level in enumerate(SHOWN, 1):
                box = qt.QComboBox()
                box.addItems([_("any"), *(value_title(name, value) for value in offered(name))])
                box.toolTip = f"{level}: {title}"
                box.connect("currentIndexChanged(int)", self._changed)
                self._boxes[level, name] = box
                grid.addWidget(box, row, column)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        return area

    @property
    def findings(self) -> dict[str, dict[str, str]]:
        """What is chosen; what is left to chance is missing."""
        chosen: dict[str, dict[str, str]] = {}
        for (level, name), box in self._boxes.items():
            if box.currentIndex > 0:
                chosen.setdefault(level, {})[name] = offered(name)[box.currentIndex - 1]
        return chosen

    @property
    def options(self) -> dict[str, Any]:
        """What the renderer is asked for.

        Raises
        ------
        UsageError
            Where findings cannot be together.
        """
        roles = [role for role, box in self.series.items() if box.checked]
        return {"seed": int(self.seed.value), "findings": as_options(self.findings), "series": roles}

    def choose(self, level: str, name: str, value: str) -> None:
        """Choose a value of a finding; empty for any."""
        self._boxes[level, name].setCurrentIndex(offered(name).index(value) + 1 if value else 0)

    def _take_preset(self, index: int) -> None:
        findings = self._presets[index].findings
        for level, name in self._boxes:
            self.choose(level, name, findings.get(level, {}).get(name, ""))
        self._changed()

    def _changed(self, _state: object = None) -> None:
        self.problem.text = in_language(self._why_not())
        self.make.enabled = not self.problem.text

    def _why_not(self) -> str:
        """Why this spine cannot be made; empty where it can."""
        try:
            return "" if self.options["series"] else _("Choose at least one series.")
        except UsageError as error:
            return str(error)

    def _accepted(self) -> None:
        options = self.options
        self.dialog.accept()
        self._make(options)

    def run(self) -> None:
        """Open it."""
        self.dialog.exec_()


def role_title(role: str) -> str:
    """What a series is called in the dialog."""
    titles = {
        "T2": _("Sagittal T2"), "T1": _("Sagittal T1"), "T2_SPACE": _("T2 SPACE"), "STIR": _("STIR"),
        "AX_T2": _("Axial T2"), "AX_T1": _("Axial T1"),
    }  # fmt: skip
    return titles[role]


def value_title(name: str, value: str) -> str:
    """What a value of a finding is called."""
    yes_or_no = offered(name) == ("0", "1")
    words = {"left": _("left"), "right": _("right"), **({"0": _("no"), "1": _("yes")} if yes_or_no else {})}
    if name == "pfirrmann":
        return {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}[value]
    return words.get(value, value)
