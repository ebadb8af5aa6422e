"""The digital phantom of the Image Biomarker Standardisation Initiative has its published values.

Phantom and values: Zwanenburg et al., Radiology 2020, 295:328-338, and the initiative's reference manual; texture in
three dimensions, averaged over directions.
"""

import numpy as np
import pytest
from discgrader.imaging.volume import Volume
from discgrader.radiomics.catalog import CLASSES, all_features, find_feature
from discgrader.radiomics.extractor import RadiomicsExtractor
from discgrader.radiomics.parameters import Parameters

# Four slices of four rows; 0 is outside of the region.
PHANTOM = """
    1 4 4 1 1    1 4 6 1 1    4 1 6 4 1    4 4 6 4 1
    1 4 4 1 1    1 1 6 1 1    0 1 3 1 1    4 4 6 1 1
    1 4 4 0 0    1 1 1 1 1    1 1 0 1 1    1 1 6 1 1
    1 4 4 0 0    1 1 1 1 1    1 1 1 1 1    1 1 6 1 1
"""

# By IBSI code, to three digits as published.
PUBLISHED = {
    "shape": {
        "RNU0": 556,
        "YEKZ": 592,
        "C0JK": 388,
        "2PR5": 0.698,
        "QCFX": 0.843,
        "L0JK": 13.1,
        "TDIC": 11.4,
        "P9VJ": 9.31,
        "7J51": 8.54,
        "Q3CK": 0.816,
        "N17B": 0.749,
    },
    "firstorder": {
        "Q4LE": 2.15,
        "ECT3": 3.05,
        "KE2A": 1.08,
        "IPH6": -0.355,
        "Y12H": 1,
        "1GSF": 1,
        "QG58": 1,
        "8DWT": 4,
        "84IY": 6,
        "SALO": 3,
        "2OJQ": 5,
        "4FUA": 1.55,
        "1128": 1.11,
        "N8CA": 567,
        "5ZWQ": 2.77,
        "TLU2": 1.27,
        "BJ5W": 0.512,
    },
    "glcm": {
        "GYBY": 0.503,
        "60VM": 2.14,
        "UR99": 3.1,
        "TU9B": 2.4,
        "TF7R": 1.43,
        "D3YU": 3.06,
        "NTRS": 1.56,
        "ZGXS": 4.29,
        "P6QZ": 1.92,
        "8ZQL": 0.303,
        "ACUI": 5.32,
        "IB1Z": 0.677,
        "NDRX": 0.851,
        "WF0Z": 0.618,
        "1QCO": 0.898,
        "E8JP": 0.0604,
        "NI2N": 0.157,
        "QWB0": 5.06,
        "DG8W": 7.07,
        "7NFM": 16.6,
        "AE86": 145,
        "R8DG": -0.157,
        "JN9H": 0.52,
    },
    "glrlm": {
        "22OV": 0.705,
        "W4KF": 3.06,
        "V3SW": 0.603,
        "G3QZ": 9.7,
        "HTZT": 0.352,
        "GD3A": 8.54,
        "IVPO": 2.39,
        "3KUM": 17.6,
        "R5YN": 21.8,
        "OVBL": 0.43,
        "W92Y": 26.9,
        "IC23": 0.513,
        "9ZK5": 0.68,
        "8CE5": 3.46,
        "SXLW": 0.574,
        "HJ9O": 2.43,
    },
    "glszm": {
        "5QRC": 0.255,
        "48P8": 550,
        "XMSY": 0.253,
        "5GN9": 15.6,
        "5RAI": 0.0256,
        "HW1V": 2.76,
        "YH51": 503,
        "J17V": 1490,
        "JNSA": 1.4,
        "Y1RO": 0.28,
        "4JP3": 1,
        "VB3A": 0.2,
        "P30P": 0.0676,
        "BYLV": 2.64,
        "3NSA": 331,
        "GU8N": 2.32,
    },
    "gldm": {
        "SODN": 0.045,
        "IMOQ": 109,
        "TL9H": 0.693,
        "OAE7": 7.66,
        "EQ3F": 0.00963,
        "JA6D": 0.736,
        "NBZI": 102,
        "9QMG": 235,
        "FP8K": 37.9,
        "Z87G": 4.86,
        "OKJI": 0.0657,
        "1PFV": 3.05,
        "DNX2": 22.1,
        "FCBV": 4.4,
    },
    "ngtdm": {"QCDE": 0.0296, "65HE": 0.584, "NQ30": 6.54, "HDEZ": 13.5, "1X9X": 0.763},
}

# The axes are of a variance divided by N - 1 there, and kurtosis is that above a normal distribution's.
AS_PUBLISHED = {
    **dict.fromkeys(("TDIC", "P9VJ", "7J51"), lambda value: value * np.sqrt(74 / 73)),
    "IPH6": lambda value: value - 3,
}


@pytest.fixture(scope="module")
def phantom_values() -> dict[str, float]:
    """All features of the phantom by name."""
    values = np.array([[int(one) for one in line.split()] for line in PHANTOM.strip().splitlines()]).reshape(4, 4, 5)
    inside = values > 0
    assert inside.sum() == 74
    # Voxels outside must not matter, whatever they hold.
    volume = Volume(np.where(inside, values, 9).astype(np.int16), np.diag([2.0, 2.0, 2.0, 1.0]))
    wanted = {family: [feature.name for feature in all_features() if feature.family == family] for family in PUBLISHED}
    parameters = Parameters.from_mapping({"setting": {"binWidth": 1}, "featureClass": wanted})
    return RadiomicsExtractor(parameters).extract(volume, volume.with_array(inside.astype(np.uint8))).to_dict()


@pytest.mark.parametrize("family", PUBLISHED)
def test_the_digital_phantom_has_its_published_values(phantom_values: dict[str, float], family: str) -> None:
    by_code = {
        feature.ibsi: feature.name
        for feature in all_features()
        if feature.family == family and feature.ibsi and not feature.withdrawn
    }
    if family == "shape":
        for extra in ("Compactness1", "Compactness2", "SphericalDisproportion"):
            del by_code[find_feature("shape", extra).ibsi]
    assert set(by_code) == set(PUBLISHED[family])
    for code, published in PUBLISHED[family].items():
        value = phantom_values[f"original_{family}_{by_code[code]}"]
        value = AS_PUBLISHED.get(code, lambda one: one)(value)
        assert value == pytest.approx(published, rel=5.1e-3), (code, by_code[code])


def test_every_feature_is_documented() -> None:
    features = all_features()
    assert len({(feature.family, feature.name) for feature in features}) == len(features)
    codes = [feature.ibsi for feature in features if feature.ibsi]
    assert len(set(codes)) == len(codes) and all(len(code) == 4 for code in codes)
    for one in features:
        assert one.formula and one.source, one.name
        assert CLASSES[one.family].symbols
