"""What measures of the canal are called, and where their definitions come from."""

from collections.abc import Mapping

from discgrader.grading.evidence import Measure

_STEURER = "Steurer et al., BMC Musculoskelet Disord 2011;12:175"

CANAL_MEASURES: Mapping[str, Measure] = {
    "sac_area_mm2": Measure(
        "Area of the thecal sac",
        "mm²",
        "smallest on the axial slices of the disc; Schönström et al., Spine 1985;10:806",
    ),
    "csf_share": Measure("CSF in the thecal sac", "%", "share of its area that is no root, on the same axial slice"),
    "sac_axial_depth_mm": Measure("Depth of the thecal sac, axial", "mm", "front to back through its middle"),
    "sac_axial_width_mm": Measure("Width of the thecal sac, axial", "mm", "the greatest from side to side"),
    "sac_depth_mm": Measure(
        "Depth of the thecal sac", "mm", f"mid-sagittal, the least at the disc, square to the sac; {_STEURER}"
    ),
    "bony_canal_mm": Measure(
        "Depth of the bony canal",
        "mm",
        "mid-sagittal, from the vertebra above to its arch; Verbiest, J Bone Joint Surg Br 1955;37:576",
    ),
    "disc_overhang_mm": Measure(
        "Posterior disc overhang", "mm", "mid-sagittal, beyond the line between the posterior vertebral margins"
    ),
    "disc_overhang_share": Measure(
        "Posterior disc overhang, share of the canal",
        "%",
        "share of the way from that line to the back of the thecal sac",
    ),
    "disc_height_index": Measure(
        "Disc height index",
        "%",
        "mean of three disc heights over the height of the neighboring vertebrae; Masuda et al., Spine 2005;30:5",
    ),
}
"""Every measure by its name in files."""

RELATIVE = frozenset({"sac_area_mm2"})
"""Measures whose error grows with them, and is known as a share."""
