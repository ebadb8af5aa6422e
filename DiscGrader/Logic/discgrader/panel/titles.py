"""What columns, grades and probabilities are called where there is little room."""

from slicer.i18n import tr as _

from discgrader.grading.tasks import SYSTEMS, find_task
from discgrader.panel.vocabulary import in_language


def short_title(system: str, task: str) -> str:
    """A task's title over a narrow column, in one or two lines."""
    known = {
        ("pfirrmann", "pfirrmann"): _("Pfirr-\nmann"),
        ("pfirrmann", "high_grade"): _("≥ IV"),
        ("spider", "bulging"): _("Bulge"),
        ("spider", "narrowing"): _("Nar-\nrow"),
        ("spider", "herniation"): _("Her-\nnia"),
        ("spider", "spondylolisthesis"): _("Slip"),
        ("spider", "upper_endplate"): _("Upper\nEP"),
        ("spider", "lower_endplate"): _("Lower\nEP"),
        ("spider", "modic"): _("Modic"),
        ("calcification", "calcification"): _("Calci-\nfied"),
        ("axial-multitask", "herniation"): _("Her-\nnia"),
        ("axial-multitask", "central_stenosis"): _("Canal"),
        ("axial-multitask", "nerve_root"): _("Nerve\nroot"),
        ("msu", "size"): _("MSU\nsize"),
        ("msu", "zone"): _("MSU\nzone"),
        ("deepspine", "central_stenosis"): _("Canal"),
        ("deepspine", "left_foraminal_stenosis"): _("Left\nforam."),
        ("deepspine", "right_foraminal_stenosis"): _("Right\nforam."),
        ("deepspine", "disc_bulge"): _("Bulge"),
        ("deepspine", "disc_osteophyte_complex"): _("Osteo-\nphytes"),
        ("deepspine", "left_facet_arthropathy"): _("Left\nfacet"),
        ("deepspine", "right_facet_arthropathy"): _("Right\nfacet"),
        ("deepspine", "ligamentum_flavum_thickening"): _("Lig.\nflavum"),
        ("deepspine", "epidural_lipomatosis"): _("Lipoma-\ntosis"),
    }
    return known.get((system, task)) or in_language(find_task(system, task).title)


def long_title(system: str, task: str) -> str:
    """A task's title with its system's."""
    return f"{in_language(find_task(system, task).title)} ({in_language(SYSTEMS[system].title)})"
