"""Parameter files: read as pyradiomics reads them, and refused with a plain line that names what is wrong."""

import json
from pathlib import Path

import pytest
from discgrader.errors import UsageError
from discgrader.radiomics.parameters import (
    Parameters,
    content_1218,
    parameters_1218,
    read_parameter_file,
    read_parameters,
)
from places import DATA

EXAMPLES = DATA.parent / "examples"


def counts(parameters: Parameters) -> dict[str, int]:
    """How many features of each class the original image has."""
    names = [name.split("_") for name in parameters.feature_names() if name.startswith("original")]
    return {family: sum(name[1] == family for name in names) for family in dict.fromkeys(name[1] for name in names)}


def test_the_default_set_is_the_1218() -> None:
    names = parameters_1218().feature_names()
    assert len(names) == len(set(names)) == 1218
    assert counts(parameters_1218()) == {
        "shape": 14,
        "firstorder": 18,
        "glcm": 22,
        "glrlm": 16,
        "glszm": 16,
        "gldm": 14,
    }
    images = parameters_1218().image_names()
    assert images[:6] == ("original", *(f"log-sigma-{one}-0-mm-3D" for one in range(1, 6)))
    assert set(images[6:]) == {f"wavelet-{a}{b}{c}" for a in "LH" for b in "LH" for c in "LH"}


def test_the_default_set_is_that_of_the_example_file() -> None:
    if not (EXAMPLES / "radiomics_1218.yaml").is_file():
        pytest.skip("the example file is not beside the project")
    given = read_parameters(EXAMPLES / "radiomics_1218.yaml")
    assert given.feature_names() == parameters_1218().feature_names()
    assert given.settings == parameters_1218().settings


def test_yaml_and_json_are_read(tmp_path: Path) -> None:
    (tmp_path / "Größe 1.yaml").write_text(
        "imageType:\n  Original: {}\n  LoG: {sigma: [1, 2.5], binWidth: 3}\n"
        "featureClass:\n  shape:\n  glcm: [Contrast, MCC]\n  firstorder: []\n"
        "setting:\n  resampledPixelSpacing: [1, 1, 0]\n  interpolator: 3\n  weightingNorm: null\n"
        "voxelSetting:\n  kernelRadius: 2\n",
        encoding="utf-8",
    )
    parameters = read_parameters(tmp_path / "Größe 1.yaml")
    assert counts(parameters) == {"shape": 14, "glcm": 2, "firstorder": 18}
    assert parameters.image_names() == ("original", "log-sigma-1-mm-3D", "log-sigma-2-5-mm-3D")
    assert parameters.settings.interpolator == "sitkBSpline" and parameters.settings.bin_width == 25
    assert parameters.image_types[1].settings.bin_width == 3
    (tmp_path / "one.json").write_text(json.dumps(content_1218()), encoding="utf-8")
    assert read_parameters(tmp_path / "one.json") == parameters_1218()


def test_what_is_left_out_is_what_pyradiomics_would_take() -> None:
    parameters = Parameters.from_mapping({})
    assert parameters.image_names() == ("original",)
    assert counts(parameters) == {
        "shape": 14,
        "firstorder": 18,
        "glcm": 24,
        "glrlm": 16,
        "glszm": 16,
        "gldm": 14,
        "ngtdm": 5,
    }


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([1, 2], "must be a mapping"),
        ("shape", "must be a mapping"),
        (None, "must be a mapping"),
        ({"settings": {}}, "'settings'"),
        ({"setting": ["binWidth"]}, "setting must be a mapping"),
        ({"setting": {"binwidth": 5}}, "'binwidth'"),
        ({"setting": {"binWidth": 0}}, "binWidth to 0"),
        ({"setting": {"binWidth": "5"}}, "binWidth to '5'"),
        ({"setting": {"binWidth": float("nan")}}, "binWidth to nan"),
        ({"setting": {"normalize": 1}}, "normalize to 1"),
        ({"setting": {"label": True}}, "label to True"),
        ({"setting": {"force2Ddimension": 3}}, "from 0 to 2"),
        ({"setting": {"resampledPixelSpacing": [1, 1]}}, "resampledPixelSpacing"),
        ({"setting": {"interpolator": "cubic"}}, "'cubic'"),
        ({"setting": {"resegmentMode": "some"}}, "'some'"),
        ({"imageType": {"Log": {}}}, "'Log'"),
        ({"imageType": {"LoG": [1]}}, "LoG must be followed by a mapping"),
        ({"imageType": {"LoG": {"sigmas": [1]}}}, "'sigmas'"),
        ({"imageType": {"LoG": {"sigma": 1}}}, "sigma to 1"),
        ({"imageType": {"LoG": {"sigma": [0]}}}, "above 0"),
        ({"imageType": {"LoG": {}}, "featureClass": {"firstorder": None}}, "no feature at all"),
        ({"imageType": {"Wavelet": {"wavelet": "coiff1"}}}, "'coiff1'"),
        ({"imageType": {"LBP2D": {}}}, "only pyradiomics"),
        ({"featureClass": {"GLCM": None}}, "'GLCM'"),
        ({"featureClass": {"glcm": ["Contras"]}}, "'Contras' of glcm"),
        ({"featureClass": {"glcm": "Contrast"}}, "a list of features"),
        ({"featureClass": {"glcm": [None]}}, "None of glcm"),
    ],
)
def test_wrong_parameters_are_named(content: object, named: str) -> None:
    with pytest.raises(UsageError) as error:
        Parameters.from_mapping(content, "mine.yaml")
    line = str(error.value)
    assert line.startswith("mine.yaml") and named in line and "\n" not in line


def test_withdrawn_features_are_known() -> None:
    parameters = Parameters.from_mapping({"featureClass": {"glcm": ["Dissimilarity"]}})
    assert parameters.feature_names() == ("original_glcm_Dissimilarity",)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no readable parameter file"):
        read_parameter_file(tmp_path / "nowhere.yaml")
    (tmp_path / "broken.yaml").write_text("setting:\n  binWidth: [1,\nimageType:\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"broken.yaml is not valid YAML \(line \d\)"):
        read_parameter_file(tmp_path / "broken.yaml")
    (tmp_path / "latin.yaml").write_bytes("größe: 1".encode("latin-1"))
    with pytest.raises(UsageError, match="latin.yaml is not valid YAML"):
        read_parameter_file(tmp_path / "latin.yaml")
