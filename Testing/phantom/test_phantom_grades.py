"""Grades measured on the geometry of the digital spine are those that were asked for."""

import numpy as np
import pytest
from discgrader.localize.levels import LEVELS
from discgrader.phantom import measure, measure_column
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.spine import SpineParameters

CASES = [(seed, seed % 4) for seed in range(20, 24)]


def build(seed, index, **findings):
    """Anatomy and level of a disc with these findings, whose neighbors have no herniation that could migrate to it."""
    asked = {level: DiscFindings(msu="0") for level in LEVELS} | {LEVELS[index]: DiscFindings(**findings)}
    anatomy = Anatomy(SpineParameters.draw(seed, asked))
    return anatomy, anatomy.levels[index]


@pytest.mark.slow
@pytest.mark.parametrize("msu", ["0", "1A", "2A", "3A", "1AB", "2AB", "3AB", "1B", "2B", "3B", "1C", "2C"])
@pytest.mark.parametrize(("seed", "index"), CASES)
def test_herniations_measure_as_asked(seed, index, msu):
    side = {} if msu[-1] in "0A" else {"side": "right"}
    anatomy, level = build(seed, index, msu=msu, pfirrmann=3, **side)
    found = measure.herniation(anatomy, level)
    assert (f"{found.size}{found.zone}" if found.size else "0") == msu
    assert found.side == ("right" if side else "none")
    assert measure.central_stenosis(anatomy, level) in (level.stenosis, None)
    for name, grade in zip(("right", "left"), level.root_grades):
        assert abs(measure.nerve_root(anatomy, level, name) - grade) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("grade", range(4))
@pytest.mark.parametrize(("seed", "index"), CASES)
def test_canal_roots_foramina_joints_and_fat_measure_as_asked(seed, index, grade):
    def one(**findings):
        return build(seed, index, msu="0", **findings)

    assert measure.central_stenosis(*one(central_stenosis=grade)) == grade
    assert measure.nerve_root(*one(left_nerve_root=grade, right_nerve_root=0), "left") == grade
    both = one(right_foraminal_stenosis=grade, left_foraminal_stenosis=3 - grade, left_facet_arthropathy=grade)
    assert measure.foraminal_stenosis(*both, "right") == grade
    assert measure.foraminal_stenosis(*both, "left") == 3 - grade
    assert measure.facet_arthropathy(*both, "left") == grade
    assert measure.epidural_lipomatosis(*one(epidural_lipomatosis=grade)) == grade


@pytest.mark.parametrize("thickness", [2.5, 4.0, 5.3, 7.0])
def test_ligamenta_flava_measure_as_asked(thickness):
    found = measure.flavum_mm(*build(2, 1, ligamentum_flavum_mm=thickness, msu="0"))
    assert found == pytest.approx(thickness, abs=0.4)


def test_sequestered_material_has_lost_touch():
    assert measure.sequestered(*build(1, 1, msu="2B", sequestered=True, migration_mm=0.0))
    assert not measure.sequestered(*build(1, 1, msu="2B", sequestered=False, migration_mm=8.0))


@pytest.mark.parametrize("moved", [-9.0, 9.0])
def test_migrated_material_lies_beyond_the_disc_space(moved):
    anatomy, level = build(1, 1, msu="2B", side="left", sequestered=False, migration_mm=moved)
    up = np.sign(moved) * (level.parameters.height_mm / 2 + 6.0)
    beyond = measure.disc_plane(anatomy, level, up)
    other = measure.disc_plane(anatomy, level, -up)
    assert len(beyond.where(*measure.OF_HERNIATION)[0]) > 100 > len(other.where(*measure.OF_HERNIATION)[0])


def test_healthy_discs_measure_healthy():
    anatomy, level = build(6, 1, pfirrmann=1, msu="0", left_nerve_root=0, right_nerve_root=0, central_stenosis=0)
    assert measure.herniation(anatomy, level).size == 0
    assert measure.central_stenosis(anatomy, level) == 0
    for side in ("left", "right"):
        assert measure.nerve_root(anatomy, level, side) == 0
        assert measure.foraminal_stenosis(anatomy, level, side) == 0
        assert measure.facet_arthropathy(anatomy, level, side) == 0


@pytest.mark.parametrize("grade", range(1, 6))
@pytest.mark.parametrize("seed", range(20, 25))
def test_signal_and_height_make_the_pfirrmann_grade(seed, grade):
    assert measure_column.pfirrmann(*build(seed, seed % 5, msu="0", pfirrmann=grade)) == grade


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("seed", range(20, 25))
def test_bulge_narrowing_slip_and_endplates_measure_as_asked(seed, there):
    def one(**findings):
        return build(seed, seed % 5, msu="0", pfirrmann=4, **findings)

    level = {"spondylolisthesis": False, "disc_osteophyte_complex": False}
    assert measure_column.bulging(*one(bulging=there, **level)) == there
    assert measure_column.narrowing(*one(narrowing=there)) == there
    assert measure_column.spondylolisthesis(*one(spondylolisthesis=there)) == there
    both = one(lower_endplate=there, upper_endplate=not there)
    assert measure_column.endplate_defects(*both) == (there, not there)


@pytest.mark.parametrize("kind", range(4))
@pytest.mark.parametrize("seed", range(20, 24))
def test_marrow_changes_measure_as_asked(seed, kind):
    assert measure_column.modic(*build(seed, seed % 5, msu="0", pfirrmann=4, modic=kind)) == kind
