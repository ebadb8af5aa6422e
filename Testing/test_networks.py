"""The networks that packs describe are those that their weights were trained for."""

import pytest
import torch
from discgrader.errors import PackError
from discgrader.packs.networks import build_network
from discgrader.packs.residual import ResidualEncoder
from discgrader.packs.unet import UNet


@pytest.mark.parametrize("channels", [[32, 64, 96, 160, 256], [4, 8]])
@pytest.mark.parametrize("units", [1, 2])
def test_unet_is_monais_weight_by_weight(channels: list[int], units: int) -> None:
    nets = pytest.importorskip("monai.networks.nets.unet", reason="MONAI is what the U-Net is held against")
    theirs = nets.UNet(spatial_dims=2, in_channels=1, out_channels=4, channels=channels,
                       strides=(2,) * (len(channels) - 1), num_res_units=units, norm="batch", act="relu").eval()
    ours = UNet(channels, 1, 4, units).eval()
    ours.load_state_dict(theirs.state_dict())
    picture = torch.randn(2, 1, 64, 48)
    with torch.no_grad():
        assert torch.equal(ours(picture), theirs(picture))


def test_residual_encoder_is_monais_weight_by_weight() -> None:
    nets = pytest.importorskip("monai.networks.nets.resnet", reason="MONAI is what the encoder is held against")
    theirs = nets.ResNet(nets.ResNetBlock, [2, 1, 2, 1], [4, 8, 8, 16], spatial_dims=2, n_input_channels=6,
                         conv1_t_stride=2, num_classes=1, feed_forward=False).eval()
    ours = ResidualEncoder(6, [4, 8, 8, 16], [2, 1, 2, 1]).eval()
    ours.load_state_dict(theirs.state_dict())
    crops = torch.randn(3, 6, 96, 128)
    with torch.no_grad():
        assert torch.equal(ours(crops).mean((2, 3)), theirs(crops))


def test_an_unknown_network_is_refused_by_name() -> None:
    with pytest.raises(PackError, match="does not know the network 'transformer'"):
        build_network({"kind": "transformer", "depth": 12})
