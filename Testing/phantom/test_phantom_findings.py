"""What can be asked of the digital spine, and what cannot."""

from dataclasses import replace

import numpy as np
import pytest
from discgrader.cli.phantom import read_findings
from discgrader.errors import UsageError
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.cohort import LUMBAR, diseased_findings
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.spine import SpineParameters


def build(seed=3, **findings):
    """The level L4-L5 of a spine whose disc there has these findings."""
    return Anatomy(SpineParameters.draw(seed, {"L4-L5": DiscFindings(**findings)})).levels[1]


def test_findings_are_read_as_they_are_typed():
    given = read_findings(["L4-L5:pfirrmann=4,msu=2B,side=left,migration_mm=-6", "L5-S1:bulging=1,modic=2"])
    assert given["L4-L5"] == DiscFindings(pfirrmann=4, msu="2B", side="left", migration_mm=-6.0)
    assert given["L5-S1"] == DiscFindings(bulging=True, modic=2)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (["L4-L5"], "no level and finding"),
        (["L4-L5:"], "no level and finding"),
        (["L4-L5:pfirmann=4"], "no finding 'pfirmann=4'"),
        (["L4-L5:pfirrmann=6"], "pfirrmann cannot be 6; choose one of 1, 2"),
        (["L4-L5:pfirrmann=4.0"], "pfirrmann cannot be 4.0"),
        (["L4-L5:pfirrmann=4,pfirrmann=3"], "given twice"),
        (["L4-L5:pfirrmann=4", "L4-L5:modic=1"], "L4-L5 twice"),
        (["L4-L5:msu=4A"], "msu cannot be 4A"),
        (["L4-L5:msu=2D"], "msu cannot be 2D"),
        (["L4-L5:ligamentum_flavum_mm=12"], "choose 2 to 8"),
        (["L4-L5:ligamentum_flavum_mm=thick"], "give a number"),
        (["L4-L5:bulging=yes"], "choose one of 0, 1"),
        (["L5-S1:fused=1,msu=3C"], "fused level has no disc that could herniate"),
        (["L5-S1:fused=1,bulging=1"], "fused level cannot have bulging"),
        (["L5-S1:fused=1,pfirrmann=4"], "no Pfirrmann grade"),
        (["L4-L5:msu=3C"], "In zone C the facet joint occupies the space"),
        (["L4-L5:msu=2A,side=left"], "central and has no side"),
        (["L4-L5:msu=0,sequestered=1"], "Without a herniation"),
        (["L4-L5:msu=0,calcification=1"], "Without a herniation"),
        (["L4-L5:msu=2C,migration_mm=8"], "does not migrate"),
        (["L4-L5:pfirrmann=2,narrowing=1"], "normal height"),
        (["L4-L5:pfirrmann=5,narrowing=0"], "collapsed"),
        (["L4-L5:disc_osteophyte_complex=1,bulging=0"], "the disc stands out"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(typed, why):
    with pytest.raises(UsageError, match=why):
        read_findings(typed)


@pytest.mark.parametrize(
    ("level", "findings", "why"),
    [
        ("L9-S1", {"modic": 1}, "no level L9-S1"),
        ("T12-L1", {"central_stenosis": 2}, "contains the spinal cord"),
        ("L3-L4", {"fused": True}, "Only L5-S1 can be fused"),
    ],
)
def test_what_a_level_cannot_have_is_refused(level, findings, why):
    with pytest.raises(UsageError, match=why):
        SpineParameters.draw(0, {level: DiscFindings(**findings)})


@pytest.mark.parametrize(
    ("findings", "why"),
    [
        ({"msu": "3A", "central_stenosis": 0}, "cannot have central_stenosis=0"),
        ({"msu": "2B", "side": "left", "left_nerve_root": 0}, "cannot have left_nerve_root=0"),
        ({"epidural_lipomatosis": 3, "central_stenosis": 0}, "cannot have central_stenosis=0"),
        ({"msu": "3A", "epidural_lipomatosis": 3}, "leave the roots only"),
    ],
)
def test_geometry_that_leaves_no_room_is_refused(findings, why):
    with pytest.raises(UsageError, match=why):
        build(**findings)


@pytest.mark.parametrize("seed", range(12))
def test_every_spine_that_chance_draws_can_be_built(seed):
    levels = Anatomy(SpineParameters.draw(seed)).levels
    assert [level.parameters.index_from_sacrum for level in levels] == list(range(1, 10))
    assert {level.stenosis for level in levels} <= {0, 1, 2, 3}


def test_asking_for_one_thing_shifts_nothing_else():
    plain = SpineParameters.draw(5, {"L4-L5": DiscFindings(msu="0", modic=0)})
    asked = SpineParameters.draw(5, {"L4-L5": DiscFindings(msu="2B", modic=0)})
    assert replace(asked.discs[1], herniation=None) == plain.discs[1]
    assert asked.discs[:1] + asked.discs[2:] == plain.discs[:1] + plain.discs[2:]
    assert asked.vertebrae == plain.vertebrae and asked.body == plain.body


def test_a_herniation_changes_nothing_far_from_its_disc():
    still = {"pfirrmann": 3, "modic": 0}
    plain, asked = (
        Anatomy(SpineParameters.draw(3, {"L3-L4": DiscFindings(msu=msu, **moves, **still)}))
        for msu, moves in (("0", {}), ("2B", {"migration_mm": 0.0, "sequestered": False}))
    )
    frame = plain.levels[2].disc.frame
    rng = np.random.default_rng(0)
    points = frame.to_lps(rng.uniform((-30, -40, -110), (30, 50, 110), (40000, 3)))
    differ = np.abs(plain.sample(points).fractions - asked.sample(points).fractions).max(axis=0) > 0
    away = np.abs(frame.to_local(points.astype(np.float32))[differ])
    assert differ.sum() > 30
    assert away[:, 2].max() < 24 and away[:, 0].max() < 22


def test_patients_for_training_have_all_kinds_of_disease_and_can_be_built():
    asked = [findings for seed in range(6) for findings in diseased_findings(seed).values()]
    assert len(asked) > 0.8 * 6 * len(LUMBAR)
    assert {one.msu[0] for one in asked} == set("0123")
    assert {one.msu[1:] for one in asked} >= {"A", "AB", "B", "C"}
    assert {one.calcification for one in asked} >= {True, False}
    assert diseased_findings(2) == diseased_findings(2)
