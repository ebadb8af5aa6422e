"""The digital spine: its truth holds in the pictures, and one seed is one patient."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from discgrader.errors import UsageError
from discgrader.imaging.files import read_volume
from discgrader.imaging.study import Contrast, Plane
from discgrader.localize.levels import LEVELS
from discgrader.phantom.anatomy import Anatomy
from discgrader.phantom.files import GRADINGS_COLUMNS, write_study
from discgrader.phantom.findings import DiscFindings
from discgrader.phantom.measure import central_stenosis, disc_plane
from discgrader.phantom.render import render, render_all
from discgrader.phantom.spine import SpineParameters
from discgrader.phantom.study import draw_protocol, make_study
from discgrader.phantom.tissues import Structure, Tissue

SEED = 4


def middle(protocol):
    """The middle slice of a series alone."""
    return protocol.only_middle(1)


def mid_sagittal(grades=None, role="T2", seed=SEED):
    """Anatomy, picture and mask of the middle slice of one series."""
    anatomy = Anatomy(SpineParameters.draw(seed, grades))
    picture, mask = render_all(anatomy, [middle(draw_protocol(anatomy, role))], seed)[0]
    return anatomy, picture, mask


def voxel(volume, point):
    """Value of the voxel at an LPS point."""
    i, j, k = np.rint(volume.lps_to_index(point)).astype(int)
    return volume.array[k, j, i]


@pytest.fixture(scope="module")
def healthy():
    return mid_sagittal(dict.fromkeys(LEVELS, 1))


@pytest.fixture(scope="module")
def study():
    return make_study(SEED, {"L4-L5": 5, "L3-L4": 1}, middle_slices=3)


def test_same_seed_same_picture():
    first, second = mid_sagittal()[1], mid_sagittal()[1]
    assert np.array_equal(first.array, second.array)


def test_other_seed_other_patient():
    assert not np.array_equal(mid_sagittal()[1].array, mid_sagittal(seed=SEED + 1)[1].array)


def test_one_grade_changes_one_disc_only():
    still = {"msu": "0", "modic": 0}
    anatomy, before, _ = mid_sagittal({"L3-L4": DiscFindings(pfirrmann=1, **still)})
    _, after, _ = mid_sagittal({"L3-L4": DiscFindings(pfirrmann=5, **still)})
    changed = np.argwhere(before.array != after.array)
    places = before.index_to_lps(changed[:, ::-1])
    center = anatomy.skeleton.discs[2].frame.center_lps_mm
    far = np.linalg.norm((places - center)[:, 1:], axis=1)
    assert len(changed) > 200
    assert far.max() < 60
    local = anatomy.skeleton.discs[2].frame.to_local(places.astype(np.float32))
    assert np.abs(local[:, 2]).max() < 26


def test_other_grades_of_a_seed_stay():
    one, two = SpineParameters.draw(SEED, {"L3-L4": 1}), SpineParameters.draw(SEED, {"L3-L4": 5})
    differ = [a.level for a, b in zip(one.discs, two.discs) if a != b]
    assert differ == ["L3-L4"]
    assert one.vertebrae == two.vertebrae and one.body == two.body


def test_signal_of_nucleus_falls_and_height_collapses():
    signals, heights = [], []
    for grade in range(1, 6):
        anatomy, picture, mask = mid_sagittal({"L3-L4": grade})
        disc = anatomy.skeleton.discs[2]
        local = disc.frame.to_local(
            picture.index_to_lps(np.argwhere(mask.array >= 0)[:, ::-1]).astype(np.float32)
        ).reshape(*mask.array.shape, 3)
        core = (np.abs(local[..., 1]) < 6) & (np.abs(local[..., 2]) < 1.6)
        signals.append(picture.array[core].mean())
        heights.append((mask.array[np.abs(local[..., 1]) < 4] == 203).sum())
    assert signals[0] > signals[1] > signals[2] > signals[3]
    assert signals[3] < 0.5 * signals[0]
    assert heights[4] < 0.65 * heights[0]
    assert heights[3] <= heights[0]


def test_fluid_is_bright_on_t2_and_dark_on_t1(healthy):
    anatomy, t2, mask = healthy
    t1 = render(anatomy, middle(draw_protocol(anatomy, "T1")), SEED)
    points = t2.index_to_lps(np.argwhere(mask.array == 100)[:, ::-1])
    fluid = points[anatomy.tissue_at(points) == Tissue.CSF]
    bone = t2.index_to_lps(np.argwhere(mask.array == 1)[:, ::-1])

    def signal(volume, where):
        return np.median([voxel(volume, point) for point in where[::7]])

    assert signal(t2, fluid) > 1.8 * signal(t2, bone)
    assert signal(t1, fluid) < 0.6 * signal(t1, bone)


def test_series_are_in_register(study):
    anatomy = Anatomy(study.parameters)
    rng = np.random.default_rng(0)
    for mask in study.labels.values():
        index = rng.integers(0, mask.size, (20000, 3))
        i, j, k = index.T
        found = anatomy.sample(mask.index_to_lps(index), float(mask.spacing_mm[0])).label
        inside = (found > 0) | (mask.array[k, j, i] > 0)
        assert inside.sum() > 500
        assert np.mean(found[inside] == mask.array[k, j, i][inside]) > 0.99
    for disc in study.discs[:3]:
        values = {int(voxel(study.labels[name], disc.center_lps_mm)) for name in ("sag_t2", "sag_t1", "sag_t2_SPACE")}
        assert values == {200 + disc.index_from_sacrum}
    assert np.array_equal(study.labels["sag_t2"].array, study.labels["sag_t1"].array)


def test_tissue_does_not_depend_on_the_plane(healthy):
    anatomy = healthy[0]
    points = np.random.default_rng(1).uniform((-40, -80, -40), (40, 60, 180), (3000, 3))
    together = anatomy.sample(points, 0.7).fractions
    alone = np.concatenate([anatomy.sample(part, 0.7).fractions for part in np.array_split(points, 7)], axis=1)
    assert np.allclose(together, alone, atol=1e-6)
    assert np.allclose(together.sum(axis=0), 1, atol=0.02)


def test_masks_count_from_the_sacrum_upwards(study):
    mask = study.labels["sag_t2"]
    values = set(np.unique(mask.array).tolist())
    assert {0, 1, 100} <= values
    assert {200 + disc.index_from_sacrum for disc in study.discs} <= values
    assert [disc.level for disc in study.discs] == list(LEVELS[: len(study.discs)])
    heights = []
    for disc in study.discs:
        places = mask.index_to_lps(np.argwhere(mask.array == 200 + disc.index_from_sacrum)[:, ::-1])
        assert np.linalg.norm((places.mean(axis=0) - disc.center_lps_mm)[1:]) < 2.5
        heights.append(places[:, 2].mean())
    assert np.all(np.diff(heights) > 20)


def test_sacrum_is_not_labeled_as_vertebra(healthy):
    anatomy, _, mask = healthy
    first = anatomy.skeleton.sacrum[-1].frame
    assert voxel(mask, first.center_lps_mm) == 0
    assert anatomy.tissue_at(first.center_lps_mm[None])[0] in (Tissue.MARROW_FAT, Tissue.MARROW_WATER)


def test_study_looks_like_a_study(study):
    by_name = {series.name: series for series in study.study.series}
    assert [series.role for series in study.study.series] == ["T2", "T1", "T2_SPACE", "AX_T2"]
    assert by_name["sag_t2_SPACE"].contrast is Contrast.T2_SPACE
    assert by_name["ax_t2"].plane is Plane.AXIAL
    sagittal = by_name["sag_t2"].volume
    assert np.allclose(sagittal.directions, [[0, 0, -1], [1, 0, 0], [0, -1, 0]])
    assert np.all((sagittal.spacing_mm[:2] > 0.6) & (sagittal.spacing_mm[:2] < 0.75))
    normal = by_name["ax_t2"].volume.directions[:, 2]
    assert normal[2] > 0.85
    whole = draw_protocol(Anatomy(study.parameters), "T2")
    assert whole.size[2] in (13, 15, 17) and 3.5 <= whole.thickness_mm <= 4.5
    for series in study.study.series:
        assert np.linalg.det(series.volume.affine_lps[:3, :3]) > 0
    asked = {disc.level: disc for disc in study.discs}
    assert asked["L4-L5"].grade == 5 and asked["L3-L4"].grade == 1
    assert asked["L4-L5"].narrowing and not asked["L3-L4"].narrowing


def test_air_holds_noise(study):
    picture = study.study.series[0].volume.array
    corner = picture[:, :60, -12:].astype(float)
    assert corner.mean() > 3
    # Rician noise without signal is Rayleigh noise: mean over deviation is 1.91.
    assert 1.7 < corner.mean() / corner.std() < 2.15


def test_noise_differs_between_slices_and_series(study):
    t2, t1 = study.study.series[0].volume.array, study.study.series[1].volume.array
    assert not np.array_equal(t2[0, :60, -12:], t2[1, :60, -12:])
    assert not np.array_equal(t2[0, :60, -12:], t1[0, :60, -12:])


def test_findings_can_be_asked_for():
    spine = SpineParameters.draw(SEED, {"L3-L4": DiscFindings(pfirrmann=3, bulging=True, narrowing=True)})
    assert spine.discs[2].bulging and spine.discs[2].narrowing
    spine = SpineParameters.draw(SEED, {"L3-L4": DiscFindings(pfirrmann=4, bulging=False, narrowing=False)})
    assert not spine.discs[2].bulging and not spine.discs[2].narrowing


@pytest.mark.parametrize("grades", [{"L9-S1": 2}, {"L4-L5": 0}, {"L4-L5": 6}, {"L4-L5": True}])
def test_impossible_grades_are_refused(grades):
    with pytest.raises(UsageError, match=next(iter(grades))):
        SpineParameters.draw(0, grades)


def test_unknown_series_is_refused():
    with pytest.raises(UsageError, match="DIXON"):
        make_study(0, series=("DIXON",))


def test_written_study_is_read_back(study, tmp_path):
    small = replace(study, study=replace(study.study, series=study.study.series[:1]))
    files = write_study(small, tmp_path / "Studie für alle")
    picture, _ = read_volume(files[0])
    series = study.study.series[0]
    assert np.array_equal(picture.array, series.volume.array)
    assert np.allclose(picture.affine_lps, series.volume.affine_lps, atol=1e-4)
    mask, _ = read_volume(files[0].parent / "masks" / files[0].name)
    assert np.array_equal(mask.array, study.labels[series.name].array)
    with open(files[0].parent / "gradings.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == GRADINGS_COLUMNS
    assert [int(row["Pfirrman grade"]) for row in rows] == [disc.grade for disc in study.discs]
    assert [int(row["IVD label"]) for row in rows] == [disc.index_from_sacrum for disc in study.discs]


@pytest.mark.slow
def test_localizer_of_real_mri_finds_and_names_the_discs(study, localizer):
    for series in study.study.series[:2]:
        found = {disc.level: disc for disc in localizer.localize_series(series).discs}
        for disc in study.discs:
            offset = found[disc.level].center_lps_mm - disc.center_lps_mm
            assert np.linalg.norm(offset[1:]) < 5


def test_dicom_is_read_back_with_contrast_and_geometry(study, tmp_path):
    pytest.importorskip("pydicom")
    from discgrader.imaging.study_reader import read_study

    files = write_study(study, tmp_path / "dicom", dicom=True)
    assert [file.name for file in files] == [series.name for series in study.study.series]
    found = {series.name: series for series in read_study(tmp_path / "dicom").series}
    for series in study.study.series:
        read = found[series.name]
        assert (read.role, read.contrast) == (series.role, series.contrast)
        assert np.array_equal(read.volume.array, series.volume.array)
        assert np.allclose(read.volume.affine_lps, series.volume.affine_lps, atol=1e-3)


def test_truth_lies_beside_the_series(study, tmp_path):
    import json

    from discgrader.grading.systems import systems
    from discgrader.report.rois import read_rois

    write_study(study, tmp_path / "study")
    with open(tmp_path / "study" / "truth.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # A spine is drawn with findings; what is measured of its canal is held to its geometry by `evaluate canal`.
    drawn = [system for system in systems().values() if system.name != "measured-canal"]
    tasks = {(system.name, task.name) for system in drawn for task in system.tasks}
    assert {(row["system"], row["task"]) for row in rows} == tasks
    assert len(rows) == len(tasks) * len(study.discs)
    boxes = read_rois(tmp_path / "study" / "rois")
    truth = json.loads((tmp_path / "study" / "truth.json").read_text(encoding="utf-8"))
    assert [disc["level"] for disc in truth["discs"]] == [disc.level for disc in study.discs]
    for disc in study.discs:
        assert boxes[disc.level].contains(disc.center_lps_mm)
        assert np.allclose(boxes[disc.level].center_lps_mm, disc.roi.center_lps_mm, atol=1e-3)
    herniated = [disc.level for disc in study.discs if disc.herniation_box is not None]
    assert sorted(path.name for path in (tmp_path / "study" / "herniations").iterdir()) == sorted(
        f"{level}.mrk.json" for level in herniated
    )


def fat_and_sac(anatomy) -> tuple[np.ndarray, np.ndarray]:
    """LPS points in the fat under the skin of the back, and in the thecal sac."""
    behind = anatomy.skeleton.vertebrae[2].frame.center_lps_mm
    fat = np.array([behind[0], float(anatomy.skin_y(behind[2])) - 6.0, behind[2]])
    sac = anatomy.levels[2].disc.frame.to_lps((0, anatomy.levels[2].center_y - 2.5, 0))
    return fat, sac


@pytest.mark.parametrize("role", ["STIR", "T2_FS"])
def test_fat_suppression_nulls_fat_and_shows_fluid(healthy, role):
    anatomy = healthy[0]
    stir = render(anatomy, middle(draw_protocol(anatomy, role)), SEED)
    fat, sac = fat_and_sac(anatomy)
    assert voxel(stir, sac) > 3 * voxel(stir, fat)


def test_the_fat_part_shows_fat_alone_and_t1_with_fat_suppression_neither_fat_nor_fluid(healthy):
    anatomy = healthy[0]
    fat, sac = fat_and_sac(anatomy)
    disc = anatomy.levels[2].disc.frame.center_lps_mm
    alone = render(anatomy, middle(draw_protocol(anatomy, "T2_FAT")), SEED)
    assert voxel(alone, fat) > 5 * max(voxel(alone, sac), voxel(alone, disc))
    suppressed = render(anatomy, middle(draw_protocol(anatomy, "T1_FS")), SEED)
    assert voxel(suppressed, disc) > 1.5 * max(voxel(suppressed, fat), voxel(suppressed, sac))


def test_an_axial_t1_lies_as_the_t2_does(healthy):
    t1, t2 = (draw_protocol(healthy[0], role) for role in ("AX_T1", "AX_T2"))
    assert np.array_equal(t1.affine_lps, t2.affine_lps) and (t1.role, t1.name) == ("AX_T1", "ax_t1")


def test_blocks_lie_along_their_discs():
    from discgrader.phantom.study import draw_blocks

    anatomy = Anatomy(SpineParameters.draw(SEED))
    for protocol, disc in zip(draw_blocks(anatomy), anatomy.skeleton.discs):
        normal = protocol.affine_lps[:3, 2] / np.linalg.norm(protocol.affine_lps[:3, 2])
        assert np.allclose(normal, disc.frame.axes_lps[:, 2], atol=1e-6)
        middle_index = np.linalg.solve(protocol.affine_lps, [*disc.frame.center_lps_mm, 1])
        assert middle_index[2] == pytest.approx(2.0, abs=1e-6)


def test_backs_of_discs_are_more_or_less_square():
    discs = [disc for seed in range(8) for disc in Anatomy(SpineParameters.draw(seed)).skeleton.discs[:5]]
    for disc in discs:
        x = np.array([0.0, 0.3, 0.5, 0.7]) * disc.half_width_mm
        back = np.array([[one, disc.back_y(one), 0.0] for one in x], np.float32)
        assert np.allclose(disc.radius(back)[0], 1.0, atol=1e-4)
    flat = {disc.back_power: disc.back_y(0.6 * disc.half_width_mm) / disc.half_depth_mm for disc in discs}
    order = sorted(flat)
    assert order[-1] - order[0] > 0.4 and flat[order[-1]] > flat[order[0]] + 0.03


def test_sacs_are_as_narrow_behind_as_their_taper_says():
    parameters = SpineParameters.draw(5, {"L4-L5": DiscFindings(msu="0", central_stenosis=0, bulging=False)})
    shares = []
    for taper in (0.0, 0.5):
        discs = list(parameters.discs)
        discs[1] = replace(discs[1], sac_taper=taper)
        anatomy = Anatomy(replace(parameters, discs=tuple(discs)))
        plane = disc_plane(anatomy, anatomy.levels[1], half_width_mm=14.0, step_mm=0.3)
        wide = np.isin(plane.structure, (Structure.SAC, Structure.CAUDA_ROOT)).sum(axis=1)
        rows = np.flatnonzero(wide)
        front, back = (wide[rows[int(share * (len(rows) - 1))]] for share in (0.25, 0.75))
        shares.append(back / front)
        assert central_stenosis(anatomy, anatomy.levels[1]) == 0
    assert shares[1] < 0.75 * shares[0]


def test_articular_processes_are_as_dense_as_the_patient_has_them():
    parameters = SpineParameters.draw(3)
    cortex = []
    for compact in (0.2, 0.9):
        own = replace(
            parameters, vertebrae=tuple(replace(vertebra, compact=compact) for vertebra in parameters.vertebrae)
        )
        anatomy = Anatomy(own)
        plane = disc_plane(anatomy, anatomy.levels[1], step_mm=0.5)
        inside = np.isin(plane.structure, (Structure.UPPER_ARTICULAR_PROCESS, Structure.LOWER_ARTICULAR_PROCESS))
        cortex.append(float(plane.fractions[Tissue.CORTEX][inside].mean()))
    assert cortex[1] > cortex[0] + 0.2
