"""Every feature equals pyradiomics' on synthetic volumes and on real discs."""

from pathlib import Path

import numpy as np
import pytest
from discgrader.imaging.files import read_volume
from discgrader.imaging.volume import Volume
from discgrader.radiomics.by_pyradiomics import PyradiomicsExtractor
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import Parameters, content_1218, parameters_1218
from radiomics_reference import assert_equal, ragged, reference_row, textured

STACKS = ("162", "52", "209")
SLICES = ("100_t2", "146_t1", "7_t2")

ALL_CLASSES = dict.fromkeys(("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"))
EXTRA = {
    "shape": ["Compactness1", "Compactness2", "SphericalDisproportion"],
    "firstorder": ["StandardDeviation"],
    "glcm": ["SumAverage", "MCC"],
}

VARIANTS = {
    "defaults": {},
    "bin count": {"setting": {"binCount": 17}},
    "fractional bin width": {"setting": {"binWidth": 7.3}},
    "normalized, outliers clipped": {
        "setting": {"normalize": True, "normalizeScale": 100, "removeOutliers": 1.5, "binWidth": 10}
    },
    "in slices": {"setting": {"force2D": True}},
    "in columns": {"setting": {"force2D": True, "force2Ddimension": 2, "binWidth": 40}},
    "two distances": {"setting": {"distances": [1, 2], "binWidth": 50}},
    "asymmetrical": {"setting": {"symmetricalGLCM": False, "binWidth": 50}},
    "weighted euclidean": {"setting": {"weightingNorm": "euclidean"}},
    "weighted manhattan": {"setting": {"weightingNorm": "manhattan"}},
    "weighted infinity": {"setting": {"weightingNorm": "infinity"}},
    "not weighted, summed": {"setting": {"weightingNorm": "no_weighting"}},
    "dependence within 2": {"setting": {"gldm_a": 2}},
    "resegmented": {"setting": {"resegmentRange": [-1, 1.5], "resegmentMode": "sigma", "resegmentShape": True}},
    "resegmented, shape whole": {"setting": {"resegmentRange": [0.5], "resegmentMode": "relative"}},
    "resampled": {"setting": {"resampledPixelSpacing": [1.0, 1.0, 2.0], "interpolator": "sitkBSpline"}},
    "resampled in plane": {"setting": {"resampledPixelSpacing": [0.7, 0.7, 0], "interpolator": "sitkLinear"}},
    "every image type": {
        "imageType": {
            "Original": {"binWidth": 30},
            "LoG": {"sigma": [2, 1.5], "binWidth": 5},
            "Wavelet": {"wavelet": "db2", "level": 2, "start_level": 1},
            **{one: {"binCount": 20} for one in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")},
        }
    },
    "wavelet in slices": {"imageType": {"Wavelet": {}}, "setting": {"force2D": True}},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_setting_has_the_effect_that_it_has_in_pyradiomics(variant: str) -> None:
    volume = textured()
    content = {"featureClass": ALL_CLASSES, "imageType": {"Original": {}}, **VARIANTS[variant]}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume))
    assert_equal(row, reference_row(content, volume, ragged(volume)))


TIES = {
    "twice as fine": ((1.0, 1.0, 2.0), [0.5, 0.5, 1.0]),
    "half as fine": ((0.7, 0.7, 1.1), [1.4, 1.4, 2.2]),
    "one axis in ten": ((0.664062, 0.664062, 2.1), [2, 2, 2]),
    "in plane": ((0.9, 0.9, 4.4), [1.35, 0.45, 0]),
    "coarse": ((0.8, 1.1, 2.5), [3.2, 3.3, 5]),
}
"""Spacings along i, j, k, before and after, where voxels of the new grid lie midway between old ones."""


@pytest.mark.parametrize("interpolator", ["sitkBSpline", "sitkLinear", "sitkNearestNeighbor"])
@pytest.mark.parametrize("spacings", TIES)
@pytest.mark.parametrize("corner", [(0, 0, 0), (3, 4, 9), (8, 11, 15)])
def test_regions_are_resampled_exactly_wherever_they_lie(spacings: str, interpolator: str, corner: tuple) -> None:
    before, after = TIES[spacings]
    plain = textured((17, 26, 31), before)
    # Decimals that no binary number equals, as in patients' headers.
    affine = plain.affine_lps.copy()
    affine[:3, 3] = (-116.54304, -48.144654, 9.45000000000003)
    volume = Volume(plain.array, affine)
    mask = np.zeros(volume.array.shape, np.uint8)
    part = tuple(slice(low, low + size) for low, size in zip(corner, (9, 15, 16), strict=True))
    mask[part] = plain.array[part] > np.quantile(plain.array[part], 0.3)
    content = {
        "featureClass": {"shape": None, "firstorder": None, "glcm": None},
        "imageType": {"Original": {}},
        "setting": {"resampledPixelSpacing": after, "interpolator": interpolator, "padDistance": 5},
    }
    region = volume.with_array(mask)
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, region)
    assert_equal(row, reference_row(content, volume, region))
    assert_equal(PyradiomicsExtractor(content).extract(volume, region), row.to_dict())


@pytest.mark.parametrize(
    "setting",
    [
        {"interpolator": None, "resampledPixelSpacing": [2, 2, 2]},
        {"symmetricalGLCM": None},
        *(
            {name: None}
            for name in (
                "minimumROISize",
                "geometryTolerance",
                "correctMask",
                "additionalInfo",
                "label_channel",
                "binCount",
                "normalize",
                "removeOutliers",
                "resampledPixelSpacing",
                "resegmentRange",
                "resegmentShape",
                "preCrop",
                "sigma",
                "weightingNorm",
                "lbp2DRadius",
                "lbp3DLevels",
            )
        ),
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_null_settings_are_taken_as_pyradiomics_takes_them(setting: dict) -> None:
    volume = textured()
    content = {"featureClass": {"shape": None, "glcm": None}, "imageType": {"Original": {}}, "setting": setting}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume))
    assert_equal(row, reference_row(content, volume, ragged(volume)))


def test_other_null_settings_are_as_good_as_none() -> None:
    nulls = dict.fromkeys(("binWidth", "distances", "label", "gldm_a", "force2D", "wavelet", "voxelArrayShift"))
    assert Parameters.from_mapping({"setting": nulls}).settings == Parameters.from_mapping({}).settings


def test_features_on_request_equal_those_of_pyradiomics() -> None:
    volume = textured(seed=3)
    content = {"featureClass": EXTRA}
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, ragged(volume, 3))
    assert len(row.names) == 6 and not row.holes
    assert_equal(row, reference_row(content, volume, ragged(volume, 3)))


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_set_on_a_synthetic_volume(seed: int) -> None:
    # Odd and even numbers of voxels, and more than one piece.
    volume = textured((13 + seed, 27, 34 - seed), seed=seed)
    mask = volume.with_array((ragged(volume, seed).array | ragged(volume, seed + 50).array) * np.uint8(7))
    row = RadiomicsExtractor().extract(volume, mask, label=7)
    assert len(row.names) == len(set(row.names)) == 1218 and not row.holes
    assert_equal(row, reference_row(content_1218(), volume, mask, 7))


@pytest.mark.parametrize("shape", [(1, 40, 33), (12, 40, 1), (5, 5, 5)])
def test_thin_and_small_regions(shape: tuple[int, int, int]) -> None:
    volume = textured(shape, seed=5)
    content = {"featureClass": ALL_CLASSES, "setting": {"binWidth": 50}}
    mask = ragged(volume, 5, share=0.6)
    assert_equal(
        RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, mask), reference_row(content, volume, mask)
    )


def test_a_single_slice_has_the_flat_set_with_its_own_shape() -> None:
    volume = textured((1, 60, 50), seed=2)
    content = content_1218(force_2d=True)
    content["featureClass"]["shape2D"] = None
    mask = ragged(volume, 2)
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, mask)
    assert len(row.names) == 874 + 9
    assert len(row.holes) == 5 * 86 and all(name.startswith("log-sigma") for name in row.holes)
    assert "4 voxels along each axis" in next(iter(row.holes.values()))
    assert_equal(row, reference_row(content, volume, mask))


@pytest.mark.parametrize("fill", [0, 1])
def test_a_constant_region_and_scattered_voxels(fill: int) -> None:
    volume = textured(seed=8)
    mask = np.zeros(volume.array.shape, np.uint8)
    content = {"featureClass": ALL_CLASSES}
    if fill:
        mask[3:7, 5:11, 4:13] = 1
        volume = volume.with_array(np.where(mask > 0, np.int16(437), volume.array))
    else:
        mask[2::4, 2::4, 2::4] = 1
    row = RadiomicsExtractor(Parameters.from_mapping(content)).extract(volume, volume.with_array(mask))
    assert_equal(row, reference_row(content, volume, volume.with_array(mask)))
    if not fill:
        assert row.holes["original_glcm_Contrast"] == "no two voxels of the region are neighbors"


@pytest.mark.slow
@pytest.mark.parametrize("patient", STACKS)
def test_the_whole_set_on_discs_of_a_stack(data_dir: Path, patient: str) -> None:
    volume, _ = read_volume(data_dir / "spider" / "t2_space" / f"{patient}_t2_SPACE.nii.gz")
    mask, _ = read_volume(data_dir / "spider" / "t2_space" / f"{patient}_t2_SPACE_mask.nii.gz")
    extractor = RadiomicsExtractor(parameters_1218())
    extractor.start(volume, mask.array > 200)
    labels = [int(one) for one in np.unique(mask.array) if one > 200]
    for label in (labels[0], labels[-1]):
        row = extractor.extract(volume, mask, label)
        assert not row.holes
        assert_equal(row, reference_row(content_1218(), volume, mask, label))


@pytest.mark.slow
@pytest.mark.parametrize("name", SLICES)
def test_the_flat_set_on_discs_of_a_slice(data_dir: Path, name: str) -> None:
    path = data_dir / "spider" / "midsagittal" / f"{name}.nii.gz"
    if not path.is_file():
        pytest.skip(f"{name} is not among the slices")
    volume, _ = read_volume(path)
    mask = _disc_like(volume)
    extractor = RadiomicsExtractor(parameters_1218(force_2d=True))
    row = extractor.extract(volume, mask)
    assert len(row.names) == 874 and len(row.holes) == 430
    assert_equal(row, reference_row(content_1218(force_2d=True), volume, mask))


def _disc_like(volume: Volume) -> Volume:
    """An ellipse of the size of a disc in the middle of a slice."""
    places = np.stack(np.meshgrid(*[np.arange(size) for size in volume.array.shape], indexing="ij"), axis=-1)
    apart = (places - (np.array(volume.array.shape) - 1) / 2) * volume.spacing_mm[::-1]
    inside = ((apart[..., 1:] / np.array([5.0, 18.0])) ** 2).sum(axis=-1) <= 1
    return volume.with_array(inside.astype(np.uint8))
