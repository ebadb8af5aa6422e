"""What the packs were trained on, for everyone to see."""

from collections.abc import Iterable
from html import escape

from slicer.i18n import tr as _

from discgrader.grading.systems import find_system
from discgrader.panel.cell_style import INK
from discgrader.panel.packs import PackFacts
from discgrader.panel.vocabulary import in_language

_LOUD = "#ff6b6b"


def badge_html(packs: Iterable[PackFacts]) -> str:
    """A line for each data set that packs were trained on; packs that saw synthetic images only say so loudly."""
    by_origin: dict[tuple, list[str]] = {}
    for pack in packs:
        patients = None if pack.synthetic else pack.patients
        by_origin.setdefault((pack.data_set.split(" (")[0], patients, pack.synthetic), []).append(
            in_language(find_system(pack.system).title)
        )
    lines = []
    for (data_set, patients, synthetic), titles in by_origin.items():
        told = _("Trained on {data_set}") if synthetic else _("Trained on {data_set}, {patients} patients")
        told = told.format(data_set=data_set, patients=patients)
        if len(by_origin) > 1:
            told = f"{', '.join(titles)}: {told[0].lower()}{told[1:]}"
        plate = f"{synthetic_plate()} " if synthetic else ""
        lines.append(plate + escape(told))
    return "<small>" + "<br>".join(lines) + "</small>"


def synthetic_plate() -> str:
    """The loud plate of a pack that never saw a patient."""
    text = escape(_("SYNTHETIC IMAGES ONLY"))
    return f'<span style="background-color:{_LOUD};color:{INK};font-weight:600">&nbsp;{text}&nbsp;</span>'


def badge_tip(packs: Iterable[PackFacts]) -> str:
    """Each pack with its version and all that it states of its training."""
    told = _("{pack} {version}: {trained_on}")
    return "\n".join(told.format(pack=one.name, version=one.version, trained_on=one.trained_on) for one in packs)
