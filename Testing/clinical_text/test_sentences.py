"""What made-up sentences say: of each, all findings that are there, and some that are denied."""

import pytest

pytest.importorskip("negspacy", reason="the extra 'reports' is not installed")

from discgrader.clinical_text.labels import HERNIATIONS, Label, labels_of


def said(text: str, there: bool) -> set[str]:
    """Labels of now as ``L4-L5 bulge``, a compression with its value, uncertain ones with a question mark."""
    labels, _ = labels_of(text)
    return {words(label) for label in labels if label.is_there == there and label.time == "now"}


def words(label: Label) -> str:
    value = f" {label.value}" if label.finding.endswith("_compression") and label.is_there else ""
    return f"{label.level or '-'} {label.finding}{value}{'?' if label.certainty == 'uncertain' else ''}"


def expected(text: str) -> set[str]:
    """``L3-L4, L4-L5 bulge; L5-S1 sac_compression mild`` as single labels."""
    found = set()
    for part in filter(None, (one.strip() for one in text.split(";"))):
        levels, _, what = part.rpartition(", ")
        last, what = what.split(" ", 1)
        found |= {f"{level} {what}" for level in [*filter(None, levels.split(", ")), last]}
    return found


def without_implied(labels: set[str]) -> set[str]:
    """Without the herniation that a protrusion is."""
    precise = {label.split(" ")[0] for label in labels if label.split(" ")[1].rstrip("?") in HERNIATIONS}
    return {label for label in labels if not ("herniation" in label and label.split(" ")[0] in precise)}


ALL = "L1-L2, L2-L3, L3-L4, L4-L5, L5-S1"

LEVELS = {
    "Disc bulge at L4/5.": "L4-L5 bulge",
    "Disc bulge at L4-5.": "L4-L5 bulge",
    "Disc bulge at L4 - L5.": "L4-L5 bulge",
    "Disc bulge at L4–L5.": "L4-L5 bulge",
    "Disc bulge at L5/S1 level": "L5-S1 bulge",
    "Disc bulge at L5S1": "L5-S1 bulge",
    "Disc bulge at L5-1": "L5-S1 bulge",
    "disc bulge at l4_l5": "L4-L5 bulge",
    "Disc bulge at the lumbosacral junction.": "L5-S1 bulge",
    "Disc bulge at D12/L1 level": "T12-L1 bulge",
    "Disc bulge between L3 and L4.": "L3-L4 bulge",
    "Disc bulges at L3-L4, L4-L5 and L5-S1.": "L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges at L3/4, 4/5 and 5/S1.": "L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges at L3/L4&L4/L5 levels": "L3-L4, L4-L5 bulge",
    "L3-L4 AND L5-S1: Mild disc bulges noted.": "L3-L4, L5-S1 bulge",
    "Disc bulges L3-S1.": "L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges from L2-3 to L5-S1 levels.": "L2-L3, L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges from L3 to S1.": "L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges at L2/3 through L4/5.": "L2-L3, L3-L4, L4-L5 bulge",
    "Disc bulges at L3-4-5.": "L3-L4, L4-L5 bulge",
    "Disc bulges at L3-4/L4-5.": "L3-L4, L4-L5 bulge",
    "Disc bulges at all levels.": f"{ALL} bulge",
    "Disc bulges at all lumbar levels except L5-S1.": "L1-L2, L2-L3, L3-L4, L4-L5 bulge",
    "Multilevel disc bulges.": "- bulge",
    "Multilevel disc bulges, most marked at L4-L5.": "L4-L5, - bulge",
    "Disc bulges at multiple levels.": "- bulge",
    "Disc bulge.": "- bulge",
    "Disc bulge at L5-L6 and L6-S1.": "L5-L6, L6-S1 bulge",
    "Six lumbar vertebrae. Disc bulges L4-S1, also at L6-S1.": "L4-L5, L5-L6, L6-S1 bulge",
    "Disc bulge at S1-S2.": "S1-S2 bulge",
    "Disc bulge at L7-L8.": "- bulge",
    "Disc bulge on the T2 weighted images at L4-5.": "L4-L5 bulge",
    "Bulge at L3-L4 and protrusion at L4-L5.": "L3-L4 bulge; L4-L5 protrusion",
    "Bulges at L2-3 and L3-4 with protrusion at L5-S1.": "L2-L3, L3-L4 bulge; L5-S1 protrusion",
    "At L4-L5 there is a disc bulge, and at L5-S1 a left protrusion.": "L4-L5 bulge; L5-S1 protrusion",
    "L3-L4: bulge. L4-L5: protrusion. L5-S1: extrusion.": "L3-L4 bulge; L4-L5 protrusion; L5-S1 extrusion",
    "Disc bulge L4 L5, L5 S1.": "L4-L5, L5-S1 bulge",
    "Disk bulging L4,5 and L5,S1.": "L4-L5, L5-S1 bulge",
    "Disc bulges L4-L5 amnd L5-S1": "L4-L5, L5-S1 bulge",
    "Disc bulges at L3-4 (mild), L4-5 (moderate) and L5-S1 (severe).": "L3-L4, L4-L5, L5-S1 bulge",
    "Disc bulges at L4-5 greater than L3-4.": "L3-L4, L4-L5 bulge",
    "Bulge and protrusion at L4-5 and L5-S1 respectively.": "L4-L5 bulge; L5-S1 protrusion",
    "Bulges at L4-5 and L5-S1, the latter compressing the sac.": "L4-L5, L5-S1 bulge; L5-S1 sac_compression marked",
    "L3-L4, L4-L5, L5-S1:\nDisc bulges, noticeably at L4-L5.": "L3-L4, L4-L5, L5-S1 bulge",
    "No disc bulge except at L4-5, where a mild bulge is seen.": "L4-L5 bulge",
    "S1 is lumbarized. Disc bulge at S1-S2.": "S1-S2 bulge",
    "L5-S1\nDisc bulge": "L5-S1 bulge",
    "L3-L4\nDisc bulge\nL4-L5\nDisc protrusion": "L3-L4 bulge; L4-L5 protrusion",
    "L4-L5: Disc bulge.\nMild spondylolisthesis.\nL3-L4: Protrusion.": "L4-L5 bulge; L4-L5 listhesis; L3-L4 protrusion",
}

DISC = {
    "Diffuse annular bulge at L4-5.": "L4-L5 bulge",
    "The L4-5 disc is bulging.": "L4-L5 bulge",
    "Broad based disc protrusion at L4-5.": "L4-L5 protrusion",
    "Extruded disc at L5/S1 migrating caudally.": "L5-S1 extrusion",
    "Disc bulge with sequestrated fragment at L5/S1.": "L5-S1 bulge; L5-S1 sequestration",
    "Prolapsed intervertebral disc L4/L5.": "L4-L5 herniation",
    "Herniated disc at L4-L5.": "L4-L5 herniation",
    "Left protrusion on top of a disc bulge at L5-S1.": "L5-S1 protrusion; L5-S1 bulge",
    "Grade I anterolisthesis of L4 on L5.": "L4-L5 listhesis",
    "Spondylolisthesis of L5 over S1.": "L5-S1 listhesis",
    "Modic type II changes at L4-5.": "L4-L5 modic",
    "Schmorl's nodes at L2 and L3.": "L2, L3 schmorl",
    "Wedge compression fracture of L1.": "L1 fracture",
    "Status post L4 laminectomy.": "L4 postoperative",
    "Post-operative changes at L4-5.": "L4-L5 postoperative",
    "Narrowed disc space at L5-S1.": "L5-S1 disc_narrowing",
    "Facet hypertrophy and ligamentum flavum thickening at L4-5.": "L4-L5 facet_arthropathy; L4-L5 flavum_hypertrophy",
    "Ligamentum flavum and facets are thickened at L4-5.": "L4-L5 flavum_hypertrophy; L4-L5 facet_arthropathy",
    "Disc-osteophyte complex at L3-4.": "L3-L4 disc_osteophyte_complex",
}

EFFECTS = {
    "Disc bulge at L4-5 compressing the thecal sac.": "L4-L5 bulge; L4-L5 sac_compression marked",
    "Disc bulge at L4-5, mildly compressing the thecal sac.": "L4-L5 bulge; L4-L5 sac_compression mild",
    "Disc bulge at L4-5 with mild compression of the thecal sac.": "L4-L5 bulge; L4-L5 sac_compression mild",
    "Disc bulge at L4-5 abutting the thecal sac.": "L4-L5 bulge; L4-L5 sac_compression abutting",
    "Disc bulge at L4-5 indenting the ventral thecal sac.": "L4-L5 bulge; L4-L5 sac_compression mild",
    "Severe thecal sac compression at L4-5.": "L4-L5 sac_compression marked",
    "The thecal sac is mildly compressed at L4-5.": "L4-L5 sac_compression mild",
    "L5-S1: protrusion compressing the sac and abutting the left S1 nerve root.": (
        "L5-S1 protrusion; L5-S1 sac_compression marked; L5-S1 root_compression abutting"
    ),
    "L4-5: bulge causing thecal sac and bilateral nerve root compression.": (
        "L4-L5 bulge; L4-L5 sac_compression marked; L4-L5 root_compression marked"
    ),
    "Disc bulge at L4-5.\nCompressing the thecal sac.": "L4-L5 bulge; L4-L5 sac_compression marked",
    "Disc bulge at L4-5\nMildly compressing the thecal sac": "L4-L5 bulge; L4-L5 sac_compression mild",
    "Protrusion at L4-5 with mild migration, compressing the sac.": "L4-L5 protrusion; L4-L5 sac_compression marked",
    "Bulge at L5-S1 touching but not compressing the left S1 root.": "L5-S1 bulge; L5-S1 root_compression abutting",
    "L4-5: Disc bulge. Thecal sac: indented. Foramina: narrowed.": (
        "L4-L5 bulge; L4-L5 sac_compression mild; L4-L5 foraminal_stenosis"
    ),
    "Disc bulge compresses the thecal sac mildly at L4-5.": "L4-L5 bulge; L4-L5 sac_compression mild",
    "Disc bulge at L4-5. Mild canal stenosis.": "L4-L5 bulge; L4-L5 canal_stenosis",
    "Mild stenosis at L3-L4, moderate at L4-L5.": "L3-L4, L4-L5 canal_stenosis",
    "No more than mild canal stenosis at L4-5.": "L4-L5 canal_stenosis",
    "No disc bulge at L4-5 but there is facet arthropathy.": "L4-L5 facet_arthropathy",
    "Normal at all levels except L4-5 where there is stenosis.": "L4-L5 canal_stenosis",
    "Facet and ligamentum flavum hypertrophy at L4-5.": "L4-L5 facet_arthropathy; L4-L5 flavum_hypertrophy",
    "Severe canal stenosis at L4-5.": "L4-L5 canal_stenosis",
    "Narrow spinal canal at L4-5.": "L4-L5 canal_stenosis",
    "The spinal canal appears narrow at L3-L4 and L4-L5 levels.": "L3-L4, L4-L5 canal_stenosis",
    "Left foraminal stenosis at L5-S1.": "L5-S1 foraminal_stenosis",
    "Encroachment upon both neural foramina at L5-S1.": "L5-S1 foraminal_stenosis",
    "Central canal and foraminal stenosis at L4-5.": "L4-L5 canal_stenosis; L4-L5 foraminal_stenosis",
    "L4-5: bulge compressing the left S1 root within the lateral recess.": "L4-L5 bulge; L4-L5 root_compression marked",
}

DENIED = {
    "No disc bulge at L4-5.": "L4-L5 bulge",
    "Disc bulge is not seen at L4-5.": "L4-L5 bulge",
    "No disc bulge, protrusion or stenosis at L4-5.": "L4-L5 bulge; L4-L5 protrusion; L4-L5 canal_stenosis",
    "No evidence of disc herniation.": f"{ALL} herniation; {ALL} protrusion; {ALL} extrusion",
    "No significant thecal sac or nerve root compression noted.": f"{ALL} sac_compression; {ALL} root_compression",
    "No signidant thecal sac compresion.": f"{ALL} sac_compression",
    "Without nerve root compression.": f"{ALL} root_compression",
    "No disc bulge compressing the thecal sac at L4-5.": "L4-L5 bulge; L4-L5 sac_compression",
    "Adequate spinal canal.": f"{ALL} canal_stenosis",
    "The neural foramina are patent at L4-5.": "L4-L5 foraminal_stenosis",
    "L1-L2: Normal.": "L1-L2 bulge; L1-L2 herniation; L1-L2 canal_stenosis",
    "The L1-2 and L2-3 discs are unremarkable.": "L1-L2, L2-L3 bulge; L1-L2, L2-L3 herniation",
    "L4-5: No disc bulge. No canal stenosis. L5-S1: Bulge.": "L4-L5 bulge; L4-L5 canal_stenosis",
    "Previously seen L5-S1 protrusion is no longer seen.": "L5-S1 protrusion",
    "The thecal sac is not compressed at L4-5.": "L4-L5 sac_compression",
    "No significant thecal sac or nerve root compressing": f"{ALL} sac_compression; {ALL} root_compression",
    "L4-5: Disc bulge. Nerve roots: no compression.": "L4-L5 root_compression",
    "Neither disc bulge nor canal stenosis at L3-4.": "L3-L4 bulge; L3-L4 canal_stenosis",
    "L4-5: bulge, L5-S1 is normal.": "L5-S1 bulge; L5-S1 herniation",
    "Interval resolution of the L4-5 disc extrusion.": "L4-L5 extrusion",
    "Modic I change at L5/S1. No Modic changes elsewhere.": "L1-L2, L2-L3, L3-L4, L4-L5 modic",
    "Disc bulge at L4-5. No herniation at other levels.": "L1-L2, L2-L3, L3-L4, L5-S1 herniation",
    "No disc bulge at any level except L5-S1.": "L1-L2, L2-L3, L3-L4, L4-L5 bulge",
}

NOTHING_THERE = (
    "LUMBAR SPINE MRI", "Normal study.", "Clinical history: disc prolapse at L4-5.",
    "Indication: r/o disc herniation L5-S1",
    "Feature of muscle spasm.", "MRI OF THE CERVICAL SPINE\nDisc bulge at C5/C6 compressing the thecal sac.",
    "SI JOINTS MRI:\nMild joint compression.", "Technique: sagittal T1 and T2, axial T2 from L3 to S1.",
)  # fmt: skip

DOUBTFUL = {
    "Possible disc protrusion at L4-5.": "L4-L5 protrusion?",
    "Disc herniation at L4-5 cannot be excluded.": "L4-L5 herniation?",
    "L5-S1 protrusion?": "L5-S1 protrusion?",
    "Disc bulges at L4-5 and possibly L5-S1.": "L4-L5 bulge; L5-S1 bulge?",
    "? disc extrusion at L5-S1": "L5-S1 extrusion?",
    "Findings suggestive of sequestrated disc at L4-5.": "L4-L5 sequestration?",
    "Disc bulge at L4-5 with probable compression of the left L5 root.": "L4-L5 bulge; L4-L5 root_compression marked?",
}

MISSPELT = {
    "Difuse disc buldge at L4/L5 copmressing the thecal sac": "L4-L5 bulge; L4-L5 sac_compression marked",
    "Lt disc protruion at L4-5, compresiing the thyecal sac": "L4-L5 protrusion; L4-L5 sac_compression marked",
    "Spondylolithesis of L4 over L5": "L4-L5 listhesis",
    "Canal stensois at L3-4": "L3-L4 canal_stenosis",
    "Disc herination at L4/5": "L4-L5 herniation",
    "Abnormal disc bulge at L4-5": "L4-L5 bulge",
    "Fearture of muscle spasm. Disc bulge at L4-5": "L4-L5 bulge",
    "Dedicated views through L4-5 performed; disc bulge is displayed at L4-5": "L4-L5 bulge",
}

THEN_AND_NOW = {
    "Unchanged L4-5 disc bulge compared with the previous study.": "L4-L5 bulge",
    "No change in the L4-5 disc bulge.": "L4-L5 bulge",
    "The previously noted L5-S1 herniation is unchanged.": "L5-S1 herniation",
    "Comparison: MRI of 2019. The previously described L4-5 extrusion has decreased.": "L4-L5 extrusion",
    "Clinical history: previous discectomy at L4-5.\nL5-S1 protrusion.": "L5-S1 protrusion",
    "With history of trauma, disc bulge at L4-5.": "L4-L5 bulge",
    "Previous discectomy at L4-5.": "L4-L5 postoperative",
    "Old compression fracture of L1.": "L1 fracture",
}


@pytest.mark.parametrize(
    ("text", "labels"),
    [*LEVELS.items(), *DISC.items(), *EFFECTS.items(), *MISSPELT.items(), *THEN_AND_NOW.items(), *DOUBTFUL.items()],
)
def test_what_is_there(text: str, labels: str) -> None:
    assert without_implied(said(text, there=True)) == expected(labels)


@pytest.mark.parametrize(("text", "labels"), DENIED.items())
def test_what_is_denied(text: str, labels: str) -> None:
    assert expected(labels) <= said(text, there=False)
    assert not expected(labels) & said(text, there=True)


@pytest.mark.parametrize("text", NOTHING_THERE)
def test_nothing_is_there(text: str) -> None:
    assert said(text, there=True) == set()


def label(text: str, finding: str) -> Label:
    (found,) = [one for one in labels_of(text)[0] if one.finding == finding]
    return found


@pytest.mark.parametrize(
    ("text", "finding", "side", "zone", "degree"),
    [
        ("Left paracentral disc protrusion at L5-S1.", "protrusion", "left", "paracentral", ""),
        ("Rt foraminal disc protrusion at L5-S1.", "protrusion", "right", "foraminal", ""),
        ("Central and left paracentral protrusion at L5-S1.", "protrusion", "left", "central+paracentral", ""),
        ("Disc protrusion at L4-5, left paracentral, compressing the sac.", "protrusion", "left", "paracentral", ""),
        ("Diffuse disc bulge at L5-S1, more to the Lt side, compressing the sac.", "bulge", "mainly left", "", ""),
        ("Large far lateral extrusion on the right at L3-4.", "extrusion", "right", "extraforaminal", "severe"),
        ("Mild disc bulge at L4-5.", "bulge", "", "", "mild"),
        ("L5-S1: Bulge with mild left foraminal stenosis.", "bulge", "", "", ""),
        ("Severe left L4-5 foraminal stenosis.", "foraminal_stenosis", "left", "", "severe"),
        ("No significant change in the bulge at L4-5.", "bulge", "", "", ""),
        ("S1 roots are compressed bilaterally at L5-S1.", "root_compression", "both", "", ""),
        ("L5-S1: bulge compressing the sac and both S1 nerve roots.", "root_compression", "both", "", ""),
        (
            "L5-S1: bulge compressing the sac and nerve roots, more to the right.",
            "root_compression",
            "mainly right",
            "",
            "",
        ),
        ("L5-S1: protrusion encroaching upon the Lt exit canal.", "foraminal_stenosis", "left", "", ""),
        ("Mild bilateral foraminal stenosis at L4-5.", "foraminal_stenosis", "both", "", "mild"),
        ("Mild to moderate canal stenosis at L4-5.", "canal_stenosis", "", "", "moderate"),
        ("Canal stenosis at L4-5 is severe.", "canal_stenosis", "", "", ""),
        ("Grade II spondylolisthesis of L4 over L5.", "listhesis", "", "", "grade 2"),
    ],
)
def test_side_zone_and_degree(text: str, finding: str, side: str, zone: str, degree: str) -> None:
    found = label(text, finding)
    assert (found.side, found.zone, found.degree) == (side, zone, degree)


def test_sides_with_degrees_of_their_own() -> None:
    found = labels_of("Moderate right and mild left foraminal narrowing at L4-5.")[0]
    assert {(one.side, one.degree) for one in found} == {("right", "moderate"), ("left", "mild")}


def test_what_is_said_of_one_side_leaves_the_other() -> None:
    found = labels_of("Left foraminal narrowing at L4-5, right neural foramen is patent.")[0]
    assert {(one.side, one.value) for one in found} == {("left", "present"), ("right", "absent")}


def test_lines_that_are_broken_by_their_length() -> None:
    text = (
        "There is a diffuse posterior disc bulge which is seen to be causing a mild\n"
        "compression of the thecal sac at the L4-L5 level, while at the level below it, the\n"
        "disc of L5-S1 has a small left paracentral protrusion which does reach and abuts\n"
        "left S1 nerve root. Adequate spinal canal at the upper lumbar levels is seen here."
    )
    assert without_implied(said(text, there=True)) == expected(
        "L4-L5 bulge; L4-L5 sac_compression mild; L5-S1 protrusion; L5-S1 root_compression abutting"
    )


def test_the_type_of_modic_changes() -> None:
    assert label("Modic type II changes at L4-5.", "modic").value == "2"
    assert label("Modic 1 changes at L4-5.", "modic").value == "1"
    assert label("Type III Modic changes at L4-5.", "modic").value == "3"
    assert label("Modic changes at L4-5.", "modic").value == "present"


@pytest.mark.parametrize("text", [*LEVELS, *DISC, *EFFECTS, *DENIED])
def test_a_label_shows_the_words_that_it_was_read_from(text: str) -> None:
    for one in labels_of(text)[0]:
        assert " ".join(text[one.start : one.end].split()) == one.text and one.text


def test_what_denies_is_among_the_words() -> None:
    assert label("There is no disc bulge at L4-5.", "bulge").text == "no disc bulge"
    assert label("Disc bulge is not seen at L4-5.", "bulge").text == "Disc bulge is not seen"


def test_what_is_past_is_no_finding_of_now() -> None:
    (found,) = {(one.finding, one.time) for one in labels_of("History of canal stenosis at L4-5.")[0]}
    assert found == ("canal_stenosis", "past")


def test_a_contradiction_is_noted() -> None:
    found = label("L4-5: Disc bulge.\nNo disc bulge at L4-5.", "bulge")
    assert found.is_there and "contrary" in found.note


def test_a_level_that_is_named_counts_before_all_levels() -> None:
    text = "L4-5: bulge abutting the thecal sac.\nNo significant thecal sac compression."
    values = {one.level: one.value for one in labels_of(text)[0] if one.finding == "sac_compression"}
    assert values == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "abutting", "L5-S1": "none"}


def test_silence_is_absence_only_when_asked_for() -> None:
    text = "Disc bulge at L4-5."
    assert {one.level for one in labels_of(text)[0]} == {"L4-L5"}
    found = [one for one in labels_of(text, silence_is_normal=True)[0] if one.finding == "bulge"]
    assert {(one.level, one.value) for one in found} == {
        ("L1-L2", "absent"), ("L2-L3", "absent"), ("L3-L4", "absent"), ("L4-L5", "present"), ("L5-S1", "absent"),
    }  # fmt: skip
    assert labels_of("Feature of muscle spasm.", silence_is_normal=True)[0] == []
