"""Regions that are odd or wrong: each is worked on, or refused with a plain line."""

import numpy as np
import pytest
from discgrader.errors import Cancelled, DiscGraderError, StudyError, UsageError
from discgrader.imaging.volume import Volume
from discgrader.progress import Progress
from discgrader.radiomics.extractor import FeatureRow, RadiomicsExtractor
from discgrader.radiomics.parameters import Parameters, content_1218, parameters_1218
from radiomics_reference import ragged, textured
from scipy.spatial.transform import Rotation

ALL = Parameters.from_mapping({})


def box_mask(volume: Volume, *bounds: tuple[int, int], label: int = 1) -> Volume:
    """A mask of one box."""
    mask = np.zeros(volume.array.shape, np.uint8)
    mask[tuple(slice(*bound) for bound in bounds)] = label
    return volume.with_array(mask)


def refused(volume: Volume, mask: Volume, kind: type[DiscGraderError], parameters: Parameters = ALL, **more) -> str:
    """The plain line with which the region is refused."""
    with pytest.raises(kind) as error:
        RadiomicsExtractor(parameters).extract(volume, mask, **more)
    line = str(error.value)
    assert "\n" not in line and line.endswith(".")
    return line


def assert_full(row: FeatureRow) -> None:
    assert np.isfinite(row.values).all() and not row.holes


def test_an_empty_mask_is_refused() -> None:
    volume = textured()
    assert "empty" in refused(volume, volume.with_array(np.zeros(volume.array.shape, np.uint8)), StudyError)


def test_a_wrong_label_is_refused_and_the_right_ones_named() -> None:
    volume = textured()
    mask = box_mask(volume, (2, 6), (4, 9), (4, 9), label=201)
    mask.array[8:11, 10:15, 10:15] = 202
    assert "no voxel of label 3; it has 201, 202" in refused(volume, mask, UsageError, label=3)


def test_too_small_regions_are_refused() -> None:
    volume = textured()
    assert "single voxel" in refused(volume, box_mask(volume, (3, 4), (5, 6), (7, 8)), StudyError)
    assert "1 of the axes" in refused(volume, box_mask(volume, (3, 4), (5, 6), (7, 12)), StudyError)
    wanted = Parameters.from_mapping({"setting": {"minimumROISize": 50}})
    assert "25 voxels" in refused(volume, box_mask(volume, (3, 4), (5, 10), (7, 12)), StudyError, wanted)
    line = Parameters.from_mapping({"setting": {"minimumROIDimensions": 1}})
    assert len(RadiomicsExtractor(line).extract(volume, box_mask(volume, (3, 4), (5, 6), (7, 12))).names) == 107


def test_a_region_at_the_border_has_the_features_of_one_inside() -> None:
    inside = textured((10, 22, 22))
    mask = box_mask(inside, (3, 7), (5, 17), (5, 17))
    mask.array[3, 5:9, 5] = 0
    cut = (slice(3, 7), slice(5, 17), slice(5, 17))
    border = Volume(np.ascontiguousarray(inside.array[cut]), inside.affine_lps)
    row = RadiomicsExtractor(ALL).extract(border, border.with_array(np.ascontiguousarray(mask.array[cut])))
    np.testing.assert_allclose(row.values, RadiomicsExtractor(ALL).extract(inside, mask).values, rtol=1e-12)
    assert_full(RadiomicsExtractor().extract(inside, inside.with_array(np.ones(inside.array.shape, np.uint8))))


def test_a_mask_of_another_geometry_is_refused() -> None:
    volume = textured()
    mask = ragged(volume)
    smaller = Volume(mask.array[:-1], mask.affine_lps)
    assert "31 x 26 x 13" in refused(volume, smaller, StudyError)
    shifted = mask.affine_lps.copy()
    shifted[0, 3] += 2.0
    assert "shifted by up to 2 mm" in refused(volume, Volume(mask.array, shifted), StudyError)
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_euler("x", 2, degrees=True).as_matrix()
    assert "relative to the image" in refused(volume, Volume(mask.array, turned @ mask.affine_lps), StudyError)
    # What a file's header rounds away is no other geometry.
    rounded = mask.affine_lps + 1e-6
    assert_full(RadiomicsExtractor(ALL).extract(volume, Volume(mask.array, rounded)))


def test_a_mask_of_another_geometry_is_corrected_where_asked_for() -> None:
    volume = textured()
    mask = ragged(volume)
    cropped = Volume(mask.array[1:-1, 1:-1, 1:-1], mask.affine_lps.copy())
    cropped.affine_lps[:3, 3] = mask.index_to_lps(np.array([1, 1, 1]))
    corrected = Parameters.from_mapping({"setting": {"correctMask": True}})
    expected = RadiomicsExtractor(ALL).extract(volume, mask)
    np.testing.assert_array_equal(RadiomicsExtractor(corrected).extract(volume, cropped).values, expected.values)
    shifted = Volume(np.roll(mask.array, 1, axis=2), mask.affine_lps.copy())
    shifted.affine_lps[:3, 3] = mask.index_to_lps(np.array([-1, 0, 0]))
    np.testing.assert_array_equal(RadiomicsExtractor(corrected).extract(volume, shifted).values, expected.values)


def test_several_pieces_are_taken_together_with_a_warning() -> None:
    volume = textured()
    mask = box_mask(volume, (2, 6), (4, 9), (4, 9))
    mask.array[8:11, 14:19, 14:19] = 1
    row = RadiomicsExtractor(ALL).extract(volume, mask)
    assert_full(row)
    assert row.warnings == ("The region of label 1 is in 2 pieces; the features are those of all pieces together.",)
    assert not RadiomicsExtractor(ALL).extract(volume, ragged(volume)).warnings


def test_a_constant_region_has_flat_values_and_no_nonsense() -> None:
    volume = textured()
    mask = box_mask(volume, (3, 8), (4, 12), (4, 15))
    flat = volume.with_array(np.where(mask.array > 0, np.int16(300), volume.array))
    values = RadiomicsExtractor(ALL).extract(flat, mask).to_dict()
    assert np.isfinite(list(values.values())).all()
    expected = {"firstorder_Variance": 0, "firstorder_Skewness": 0, "firstorder_Kurtosis": 0, "glcm_Correlation": 1}
    expected |= {"glcm_Imc1": 0, "glcm_Imc2": 0, "glcm_Contrast": 0, "glszm_ZonePercentage": 1 / mask.array.sum()}
    for name, value in expected.items():
        assert values[f"original_{name}"] == pytest.approx(value, abs=1e-12)


def test_a_constant_image_cannot_be_normalized() -> None:
    volume = textured()
    flat = volume.with_array(np.full(volume.array.shape, 7, np.int16))
    assert "same value" in refused(flat, ragged(volume), StudyError, parameters_1218())


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_voxels_that_are_not_numbers_are_refused(bad: float) -> None:
    volume = textured()
    array = volume.array.astype(np.float32)
    array[0, 0, :3] = bad
    assert "3 voxels that are not numbers" in refused(volume.with_array(array), ragged(volume), StudyError)


def test_a_bin_width_that_makes_millions_of_levels_is_refused() -> None:
    volume = textured()
    fine = Parameters.from_mapping({"setting": {"binWidth": 1e-7}})
    assert "choose a larger binWidth" in refused(volume, ragged(volume), StudyError, fine)


def test_very_many_gray_levels_need_no_full_matrix() -> None:
    volume = textured((12, 30, 30))
    fine = volume.with_array(volume.array.astype(np.float64) + np.random.default_rng(0).random(volume.array.shape))
    row = RadiomicsExtractor(Parameters.from_mapping({"setting": {"binWidth": 0.01}, "featureClass": {"glcm": None}}))
    parameters = row.parameters
    wanted = tuple(name for name in parameters.features[0][1] if name != "MCC")
    content = {"setting": {"binWidth": 0.01}, "featureClass": {"glcm": list(wanted), "gldm": None, "glszm": None}}
    assert_full(RadiomicsExtractor(Parameters.from_mapping(content)).extract(fine, ragged(fine)))


def test_a_slice_with_parameters_of_a_stack_has_holes_and_the_whole_table() -> None:
    volume = textured((1, 50, 44))
    row = RadiomicsExtractor(parameters_1218()).extract(volume, ragged(volume))
    assert row.names == parameters_1218().feature_names()
    assert {name.split("_")[0] for name in row.holes} == {f"log-sigma-{one}-0-mm-3D" for one in range(1, 6)}
    assert np.isnan(row.values).sum() == len(row.holes) == 430


def test_a_stack_too_thin_for_a_laplacian_has_holes_for_that_one() -> None:
    volume = textured((5, 40, 44), (0.8, 0.8, 0.9))
    row = RadiomicsExtractor(parameters_1218()).extract(volume, ragged(volume))
    assert {name.split("_")[0] for name in row.holes} == {"log-sigma-4-0-mm-3D", "log-sigma-5-0-mm-3D"}
    reason = row.holes["log-sigma-5-0-mm-3D_glcm_Id"]
    assert reason == "a Laplacian of Gaussian of 5 mm needs 8 x 8 x 7 voxels, the image has 44 x 40 x 5"


def test_shape_in_a_slice_of_a_thick_region_is_a_hole() -> None:
    volume = textured()
    content = {"setting": {"force2D": True}, "featureClass": {"shape2D": None, "firstorder": ["Mean"]}}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume))
    assert len(row.holes) == 9 and "one slice" in row.holes["original_shape2D_Perimeter"]
    content["setting"] = {}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume))
    assert "force2D" in row.holes["original_shape2D_Perimeter"]


def test_withdrawn_features_are_holes_that_say_so() -> None:
    volume = textured()
    content = {"featureClass": {"glcm": ["Dissimilarity", "DifferenceAverage"]}}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume))
    assert row.holes == {"original_glcm_Dissimilarity": "withdrawn: identical to DifferenceAverage"}


def test_type_and_direction_of_the_image_do_not_matter() -> None:
    volume = textured()
    mask = ragged(volume)
    expected = RadiomicsExtractor(ALL).extract(volume, mask)
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_euler("xyz", [20, -10, 35], degrees=True).as_matrix() * [1, 1, -1]
    for dtype in (np.int32, np.float32, np.float64):
        oblique = Volume(volume.array.astype(dtype), turned @ volume.affine_lps)
        row = RadiomicsExtractor(ALL).extract(oblique, oblique.with_array(mask.array.astype(bool)))
        np.testing.assert_allclose(row.values, expected.values, rtol=1e-9)


def test_memory_order_of_the_arrays_does_not_matter() -> None:
    volume = textured()
    mask = ragged(volume)
    expected = RadiomicsExtractor(Parameters.from_mapping(content_1218())).extract(volume, mask)
    fortran = Volume(np.asfortranarray(volume.array), volume.affine_lps)
    row = RadiomicsExtractor().extract(fortran, Volume(np.asfortranarray(mask.array), mask.affine_lps))
    np.testing.assert_array_equal(row.values, expected.values)


def test_thousands_of_gray_levels_are_bounded_and_leave_a_hole_that_says_why() -> None:
    volume = textured()
    fine = volume.with_array(
        volume.array.astype(np.int32) * 50 + np.random.default_rng(0).integers(0, 50, volume.array.shape)
    )
    content = {"featureClass": {"glcm": ["MCC", "Contrast"]}, "setting": {"binWidth": 2}}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(fine, ragged(volume))
    assert list(row.holes) == ["original_glcm_MCC"] and "larger binWidth" in row.holes["original_glcm_MCC"]
    assert np.isfinite(row.to_dict()["original_glcm_Contrast"])
    huge = fine.with_array(fine.array * 1000)
    with pytest.raises(StudyError, match="choose a larger binWidth"):
        RadiomicsExtractor(Parameters.from_mapping(content)).extract(huge, ragged(volume))


def test_taking_features_stops_when_asked() -> None:
    volume, progress = textured(), Progress()
    progress.stop.set()
    with pytest.raises(Cancelled):
        RadiomicsExtractor().extract(volume, ragged(volume), progress=progress)


def test_a_region_that_resampling_loses_or_a_grid_that_no_memory_holds_is_refused() -> None:
    volume = textured()
    region = np.zeros(volume.array.shape, np.uint8)
    region[5:7, 5:7, 5:7] = 1
    for spacing, words in (
        ([20, 20, 20], "after resampling|single voxel|longer than one voxel"),
        ([1e-3] * 3, "choose a larger spacing"),
    ):
        parameters = Parameters.from_mapping({"setting": {"resampledPixelSpacing": spacing}})
        with pytest.raises(StudyError, match=words):
            RadiomicsExtractor(parameters).extract(volume, volume.with_array(region))
