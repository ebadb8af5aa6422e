"""How unlike the discs of its training a disc looks to a network."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from discgrader.grading.typical import LIMIT_KEY, Typical


@pytest.fixture(scope="module")
def typical():
    generator = torch.Generator().manual_seed(0)
    mixed = torch.randn(40, 40, generator=generator)
    return Typical.of(*(torch.randn(count, 40, generator=generator) @ mixed + 3 for count in (600, 300))), mixed


def test_typical_discs_are_about_one_away_and_hardly_one_of_them_is_doubted(typical):
    known, mixed = typical
    others = torch.randn(500, 40, generator=torch.Generator().manual_seed(1)) @ mixed + 3
    distances = known.distances(others)
    assert distances.mean() == pytest.approx(1.0, abs=0.1)
    assert (distances > known.limit).mean() < 0.02
    assert known.doubts(float(distances.mean())) == ()


def test_what_is_unlike_is_said_with_its_distance(typical):
    known, _ = typical
    [distance] = known.distances(known.mean[None] + 10 * known.axes.pinverse().T.sum(1))
    [doubt] = known.doubts(float(distance))
    assert distance == pytest.approx(10.0, rel=1e-3)
    assert doubt.startswith("This disc looks unlike those that the pack was trained on (distance 10.0, limit ")


def test_it_is_the_same_from_a_file(typical):
    known, _ = typical
    again = Typical.read(known.tensors(), {LIMIT_KEY: known.limit})
    assert again.limit == known.limit and torch.equal(again.axes, known.axes)
