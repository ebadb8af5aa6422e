"""Deep features: the shipped EfficientNet-Lite0 against the published one, ResNet-50 from a file, crops of discs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from blocky_spine import blocky_spine, localized
from discgrader.errors import PackError, UsageError
from discgrader.grading.deep_features import disc_picture, resnet50_features, shipped_features
from discgrader.packs.efficientnet_lite import EfficientNetLite0
from discgrader.packs.networks import build_network
from discgrader.pipeline.engine import Engine
from places import REFERENCE
from safetensors.torch import save_file

PUBLISHED = REFERENCE / "efficientnet_lite0.json"


def waves() -> np.ndarray:
    """The picture that the reference was made of."""
    row, column = np.mgrid[:224, :224]
    return 127.5 + 100 * np.sin(row / 9.0) * np.cos(column / 13.0) + 27 * ((row // 32 + column // 32) % 2)


def test_shipped_features_are_those_of_the_published_network():
    published = np.array(json.loads(PUBLISHED.read_text())["features"])
    own = shipped_features()(waves()[None])[0]
    assert own.shape == (1280,)
    assert np.abs(own - published).max() < 0.03
    assert np.corrcoef(own, published)[0, 1] > 0.9999


def test_the_pack_of_deep_features_grades_nothing():
    engine = Engine.default()
    assert all(pack.system != "features" for pack in engine.packs)


def test_without_the_pack_the_error_says_so():
    with pytest.raises(PackError, match="efficientnet-lite0"):
        shipped_features([])


def test_padding_is_that_of_tensorflow():
    """A picture of odd side is padded alike on both sides; the size is halved, rounded up."""
    network = EfficientNetLite0().eval()
    with torch.inference_mode():
        assert network.stem(torch.zeros(1, 3, 15, 15)).shape[2:] == (8, 8)
        assert network.stem(torch.zeros(1, 3, 16, 16)).shape[2:] == (8, 8)


@pytest.fixture(scope="module")
def resnet_state():
    torch.manual_seed(0)
    state = {name: tensor.clone() for name, tensor in build_network({"kind": "resnet50"}).state_dict().items()}
    # As published: with a classifier, and as a parallel network saves it.
    return state | {"fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}


def test_resnet50_is_read_from_either_kind_of_file(resnet_state, tmp_path):
    torch.save(resnet_state, tmp_path / "weights.pth")
    save_file(resnet_state, tmp_path / "weights.safetensors")
    torch.save({"state_dict": {f"module.{name}": one for name, one in resnet_state.items()}}, tmp_path / "wrapped.pth")
    features = [
        resnet50_features(tmp_path / name)(waves()[None])
        for name in ("weights.pth", "weights.safetensors", "wrapped.pth")
    ]
    assert features[0].shape == (1, 2048)
    assert np.array_equal(features[0], features[1])
    assert np.array_equal(features[0], features[2])


def test_wrong_weights_are_refused_in_plain_words(resnet_state, tmp_path):
    with pytest.raises(UsageError, match="no file"):
        resnet50_features(tmp_path / "nothing.pth")
    (tmp_path / "text.pth").write_text("weights")
    with pytest.raises(UsageError, match="cannot be read"):
        resnet50_features(tmp_path / "text.pth")
    torch.save({"epoch": 3}, tmp_path / "no_state.pth")
    with pytest.raises(UsageError, match="no state_dict"):
        resnet50_features(tmp_path / "no_state.pth")
    torch.save(
        {name: one for name, one in resnet_state.items() if not name.startswith("layer4")}, tmp_path / "part.pth"
    )
    with pytest.raises(UsageError, match="ResNet-50"):
        resnet50_features(tmp_path / "part.pth")


def test_a_file_that_would_execute_is_refused(tmp_path):
    import pickle

    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "executed",))

    (tmp_path / "evil.pth").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UsageError, match="cannot be read"):
        resnet50_features(tmp_path / "evil.pth")
    assert not (tmp_path / "executed").exists()


def test_the_crop_is_centred_on_the_disc():
    spine = blocky_spine(pixel_mm=0.6)
    disc = localized(spine).discs[2]
    picture = disc_picture(spine.series, disc.roi)
    assert picture.shape == (224, 224)
    assert picture.min() == 0
    assert picture.max() == 255
    # 120 in the disc, 180 in the vertebrae: darker in the middle than 12 mm above and below it
    row = round(12 / (64 / 224))
    assert picture[112, 112] < picture[112 - row, 112]
    assert picture[112, 112] < picture[112 + row, 112]
    outside = replace(disc.roi, center_lps_mm=disc.roi.center_lps_mm + [0, 500, 0])
    assert disc_picture(spine.series, outside).max() == 0
