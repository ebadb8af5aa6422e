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
    theirs = nets.UNet(
        spatial_dims=2,
        in_channels=1,
        out_channels=4,
        channels=channels,
        strides=(2,) * (len(channels) - 1),
        num_res_units=units,
        norm="batch",
        act="relu",
    ).eval()
    ours = UNet(channels, 1, 4, units).eval()
    ours.load_state_dict(theirs.state_dict())
    picture = torch.randn(2, 1, 64, 48)
    with torch.no_grad():
        assert torch.equal(ours(picture), theirs(picture))


@pytest.mark.parametrize("block", [1, 2, 4])
def test_unet_gives_logits_for_every_pixel_whatever_its_blocks(block: int) -> None:
    network = UNet([4, 8, 8], 1, 4, 1, block).eval()
    assert network.multiple == 4 * block
    rows, columns = 3 * network.multiple, 2 * network.multiple
    picture = torch.randn(1, 1, rows, columns)
    with torch.no_grad():
        logits = network(picture)
        changed = picture.clone()
        changed[0, 0, -1, -1] += 5
        difference = (network(changed) - logits).abs().sum((0, 1))
    assert logits.shape == (1, 4, rows, columns)
    # Blocks leave in the place in which they entered: what changed a pixel shows at that pixel first of all.
    assert difference[-network.multiple :, -network.multiple :].max() == difference.max() > 0


def test_fused_unet_gives_the_same_logits_and_leaves_the_original_alone() -> None:
    torch.manual_seed(0)
    network = UNet([4, 8, 8], 1, 4, 2, 2)
    network.train()
    for _ in range(3):
        network(3 * torch.randn(2, 1, 32, 48) + 1)
    network.eval()
    picture = torch.randn(1, 1, 32, 48)
    with torch.inference_mode():
        before = network(picture)
        assert torch.allclose(network.fused()(picture), before, atol=1e-4)
        assert torch.equal(network(picture), before)
    assert not [one for one in network.fused().modules() if isinstance(one, torch.nn.BatchNorm2d)]


def test_residual_encoder_is_monais_weight_by_weight() -> None:
    nets = pytest.importorskip("monai.networks.nets.resnet", reason="MONAI is what the encoder is held against")
    theirs = nets.ResNet(
        nets.ResNetBlock,
        [2, 1, 2, 1],
        [4, 8, 8, 16],
        spatial_dims=2,
        n_input_channels=6,
        conv1_t_stride=2,
        num_classes=1,
        feed_forward=False,
    ).eval()
    ours = ResidualEncoder(6, [4, 8, 8, 16], [2, 1, 2, 1]).eval()
    ours.load_state_dict(theirs.state_dict())
    crops = torch.randn(3, 6, 96, 128)
    with torch.no_grad():
        assert torch.equal(ours(crops).mean((2, 3)), theirs(crops))


def test_an_unknown_network_is_refused_by_name() -> None:
    with pytest.raises(PackError, match="does not know the network 'transformer'"):
        build_network({"kind": "transformer", "depth": 12})
