"""The training loop: what it goes on from, which weights it ends with, and what it says meanwhile."""

import csv

import numpy as np
import pytest
import torch
from discgrader.errors import Cancelled, UsageError
from discgrader.progress import Progress
from discgrader.training.loop import CURVES, Optimization, epochs_from, steps_from, train, trained

STEPS, EVERY = 12, 4
HOW = Optimization(STEPS, 0.05, 0.0)


def network_of(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Linear(3, 1)


def loss_on(network, rows):
    """Least where the network adds up what it is given."""
    return ((network(rows)[:, 0] - rows.sum(1)) ** 2).mean()


def rows_of(step):
    return torch.from_numpy(np.random.default_rng(step).normal(size=(8, 3))).float()


def fitted(how=HOW, **more):
    network = network_of()
    losses = lambda first: steps_from(first, lambda step: loss_on(network, rows_of(step)))  # noqa: E731
    return train(network, how, losses, every=EVERY, **more)


def weights(network):
    return torch.cat([tensor.flatten() for tensor in network.state_dict().values()])


@pytest.mark.parametrize("broken_off", [EVERY, 2 * EVERY])
def test_a_training_that_was_stopped_ends_as_one_that_was_not(broken_off, tmp_path):
    def stop(_stage, fraction, _detail):
        if fraction >= broken_off / STEPS:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        fitted(state=tmp_path / "state", progress=Progress(stop))
    seen = []
    again = fitted(state=tmp_path / "state", progress=Progress(lambda *report: seen.append(report)))
    assert torch.equal(weights(again), weights(fitted()))
    assert [round(fraction * STEPS) for _, fraction, _ in seen] == list(range(broken_off + EVERY, STEPS + 1, EVERY))


def test_the_state_of_a_version_that_counted_epochs_is_gone_on_from(tmp_path):
    def stop(*_report):
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        fitted(state=tmp_path / "state", progress=Progress(stop))
    saved = torch.load(tmp_path / "state", weights_only=True)
    saved["epoch"] = saved.pop("step") // EVERY
    torch.save(saved, tmp_path / "state")
    assert torch.equal(weights(fitted(state=tmp_path / "state")), weights(fitted()))


def test_a_generator_that_batches_are_drawn_from_goes_on_too(tmp_path):
    def run(state=None, progress=Progress()):
        network, generator = network_of(), torch.Generator().manual_seed(3)
        losses = lambda first: steps_from(first, lambda _: loss_on(network, torch.randn(8, 3, generator=generator)))  # noqa: E731
        return train(network, HOW, losses, state=state, every=EVERY, generator=generator, progress=progress)

    def stop(*_report):
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        run(tmp_path / "state", Progress(stop))
    assert torch.equal(weights(run(tmp_path / "state")), weights(run()))


def test_the_result_is_the_running_average_or_the_last_weights():
    def last(decay):
        network = network_of()
        losses = lambda first: steps_from(first, lambda step: loss_on(network, rows_of(step)))  # noqa: E731
        average = train(network, Optimization(STEPS, 0.05, 0.0, average_decay=decay), losses)
        return weights(average), weights(network)

    average, own = last(0.0)
    assert torch.equal(average, own)
    average, same = last(0.9)
    assert torch.equal(same, own) and not torch.allclose(average, own)


def test_the_epoch_with_the_least_loss_on_other_patients_is_kept(tmp_path):
    """The second of three; curves say what each came to."""
    seen, losses = [], iter([3.0, 1.0, 2.0])

    def validate(average):
        seen.append(weights(average).clone())
        return next(losses)

    best = fitted(validate=validate, curves=tmp_path / "curves.csv")
    assert torch.equal(weights(best), seen[1]) and not torch.equal(seen[1], seen[2])
    rows = list(csv.DictReader((tmp_path / "curves.csv").open(encoding="utf-8")))
    assert tuple(rows[0]) == CURVES
    assert [(row["epoch"], row["validation_loss"]) for row in rows] == [("1", "3.0"), ("2", "1.0"), ("3", "2.0")]
    assert all(float(row["training_loss"]) > 0 < float(row["learning_rate"]) for row in rows)


def test_a_training_of_no_steps_is_refused():
    with pytest.raises(UsageError, match="at least one step"):
        fitted(Optimization(0, 0.05, 0.0))


def test_epochs_go_on_from_the_one_that_a_step_begins():
    def epoch_of(epoch):
        return iter([epoch * 10 + step for step in range(EVERY)])

    taken = epochs_from(2 * EVERY, EVERY, epoch_of)
    assert [next(taken) for _ in range(6)] == [20, 21, 22, 23, 30, 31]


def test_a_network_is_fitted_once_and_its_state_is_removed(tmp_path):
    def fit(state):
        state.write_text("half way")
        return fitted()

    first = trained(tmp_path / "work" / "fold0", network_of(1), fit)
    assert torch.equal(weights(first), weights(fitted())) and not first.training
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["fold0.safetensors"]
    again = trained(tmp_path / "work" / "fold0", network_of(2), lambda _: pytest.fail("fitted twice"))
    assert torch.equal(weights(again), weights(first))
