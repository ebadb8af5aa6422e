"""The one training loop: steps, the running average of the weights, the state on disk, and the choice of an epoch."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from discgrader.errors import UsageError
from discgrader.progress import Progress

CURVES = ("epoch", "learning_rate", "training_loss", "validation_loss")

Network = TypeVar("Network", bound=torch.nn.Module)


@dataclass(frozen=True)
class Optimization:
    """How the weights of a network are fitted.

    Parameters
    ----------
    steps : int
    learning_rate, weight_decay : float
    warm_up : float
        Share of the steps in which the learning rate rises, where the schedule is one cycle (Smith and Topin 2019).
    average_decay : float
        Of the running average of weights (Polyak and Juditsky 1992), 0 for none.
    clipped_norm : float or None
        Longer gradients are shortened to this length; None leaves them.
    optimizer, schedule : str
        ``adam`` or ``adamw``; ``constant`` or ``one_cycle``.
    """

    steps: int
    learning_rate: float
    weight_decay: float
    warm_up: float = 0.15
    average_decay: float = 0.99
    clipped_norm: float | None = 5.0
    optimizer: str = "adamw"
    schedule: str = "one_cycle"


class _Learner:
    """A network with its optimizer, its schedule and the running average of its weights."""

    def __init__(self, network: torch.nn.Module, how: Optimization) -> None:
        self.network, self._clipped_norm = network, how.clipped_norm
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[how.optimizer]
        self._optimizer = kind(network.parameters(), how.learning_rate, weight_decay=how.weight_decay)
        self.schedule = _schedule(self._optimizer, how)
        self._averaged = torch.optim.swa_utils.AveragedModel(
            network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(how.average_decay), use_buffers=True
        )

    @property
    def average(self) -> torch.nn.Module:
        """The network with its averaged weights."""
        return self._averaged.module

    def step(self, loss: torch.Tensor) -> float:
        """Learn from the loss of one batch; its value."""
        self._optimizer.zero_grad()
        loss.backward()
        if self._clipped_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self._clipped_norm)
        self._optimizer.step()
        self.schedule.step()
        self._averaged.update_parameters(self.network)
        return float(loss.detach())

    def save(self, path: Path, more: dict) -> None:
        """Write all of it to a file, whole or not at all, with whatever else the training goes on from."""
        partial = path.with_suffix(".partial")
        torch.save({name: part.state_dict() for name, part in self._parts().items()} | more, partial)
        partial.replace(path)

    def resume(self, path: Path, device: str) -> dict:
        """Go on from a file that `save` wrote; what else it holds."""
        saved = torch.load(path, weights_only=True, map_location=device)
        for name, part in self._parts().items():
            part.load_state_dict(saved.pop(name))
        return saved

    def _parts(self) -> dict:
        return {
            "network": self.network,
            "average": self._averaged,
            "optimizer": self._optimizer,
            "schedule": self.schedule,
        }


def _schedule(optimizer: torch.optim.Optimizer, how: Optimization) -> torch.optim.lr_scheduler.LRScheduler:
    if how.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0, 0)
    # One cycle of a single step does not exist.
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, how.learning_rate, max(how.steps, 2), pct_start=how.warm_up)


def train(
    network: Network,
    how: Optimization,
    losses: Callable[[int], Iterator[torch.Tensor]],
    *,
    progress: Progress = Progress(),
    stage: str = "Training",
    state: Path | None = None,
    every: int = 100,
    device: str = "cpu",
    generator: torch.Generator | None = None,
    validate: Callable[[torch.nn.Module], float] | None = None,
    curves: Path | None = None,
) -> Network:
    """Fit a network.

    Parameters
    ----------
    losses : callable
        From the number of the first step to the losses of one batch after another, each computed when it is asked for,
        so that it is of the network as it is by then.
    state : Path, optional
        File that the training goes on from where it exists, and that is written every ``every`` steps.
    generator : torch.Generator, optional
        Where the batches are drawn from, if its state is to be kept as well. Batches whose seed follows from their step
        need none.
    validate : callable, optional
        From the network with averaged weights to its loss on other patients, asked every ``every`` steps, which then
        are an epoch. The weights of the epoch with the least are the result.
    curves : Path, optional
        CSV file of `CURVES`.

    Returns
    -------
    The network with the running average of its weights, at the end or in the best epoch.

    Raises
    ------
    UsageError
        There are no steps.
    """
    if how.steps < 1:
        raise UsageError("A training needs at least one step or epoch.")
    learner = _Learner(network, how)
    kept: dict = {"step": 0, "best": None, "best_loss": np.inf, "rows": []}
    if state is not None and state.exists():
        kept |= _resumed(learner.resume(state, device), every, generator)
    network.train()
    batches, losses_of_round = losses(kept["step"]), []
    for step in range(kept["step"], how.steps):
        losses_of_round.append(learner.step(next(batches)))
        progress.check()
        kept["step"] = step + 1
        if kept["step"] % every and kept["step"] < how.steps:
            continue
        mean, losses_of_round = float(np.mean(losses_of_round)), []
        detail = f"loss {mean:.3f}"
        if validate is not None:
            epoch, held_out = kept["step"] // every, validate(learner.average.eval())
            if held_out < kept["best_loss"]:
                best = {name: tensor.detach().clone() for name, tensor in learner.average.state_dict().items()}
                kept |= {"best": best, "best_loss": held_out}
            kept["rows"].append([epoch, float(learner.schedule.get_last_lr()[0]), mean, held_out])
            detail = f"epoch {epoch}: loss {mean:.3f}, validation {held_out:.3f}"
        if curves is not None:
            _write_curves(curves, kept["rows"])
        if state is not None:
            learner.save(state, kept | ({} if generator is None else {"generator": generator.get_state()}))
        progress.report(stage, kept["step"] / how.steps, detail)
    result = learner.average
    if kept["best"] is not None:
        result.load_state_dict(kept["best"])
    return result.eval()


def _resumed(saved: dict, every: int, generator: torch.Generator | None) -> dict:
    if generator is not None:
        generator.set_state(saved["generator"])
    # Older versions counted epochs where they trained by epochs.
    return saved if "step" in saved else saved | {"step": saved["epoch"] * every}


def steps_from(first: int, loss_of: Callable[[int], torch.Tensor]) -> Iterator[torch.Tensor]:
    """The losses of one step after another, each step with a seed of its own."""
    return map(loss_of, count(first))


def epochs_from(first: int, steps: int, epoch_of: Callable[[int], Iterator[torch.Tensor]]) -> Iterator[torch.Tensor]:
    """The losses of whole epochs of so many steps, from the one that step ``first`` begins."""
    for epoch in count(first // steps):
        yield from epoch_of(epoch)


def mixed_precision(device: str = "cpu") -> torch.autocast:
    """Autocast to bfloat16 where the device multiplies it in hardware; elsewhere float32, which is faster there."""
    kind = torch.device(device).type
    if kind == "cpu":
        hardware = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    else:
        hardware = kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(kind, torch.bfloat16, enabled=hardware)


def forward(network: torch.nn.Module, pictures: torch.Tensor, *more: object):
    """What a network says of pictures, shape (batch, channels, rows, columns), in mixed precision."""
    with mixed_precision():
        return network(pictures.contiguous(memory_format=torch.channels_last), *more)


def trained(path: Path, network: Network, fit: Callable[[Path], torch.nn.Module]) -> Network:
    """A network with the weights that lie in ``path`` (.safetensors), which are fitted first where they do not.

    Parameters
    ----------
    network : torch.nn.Module
        One of the same architecture, to take the weights.
    fit : callable
        From the file for the training's state, which is removed in the end, to the fitted network.
    """
    finished, state = path.with_suffix(".safetensors"), path.with_suffix(".state")
    if not finished.exists():
        finished.parent.mkdir(parents=True, exist_ok=True)
        weights = fit(state).state_dict()
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, finished)
        state.unlink(missing_ok=True)
    return load_weights(network, finished)


def load_weights(network: Network, path: Path) -> Network:
    """A network with the weights of a .safetensors file."""
    network.load_state_dict(load_file(path))
    return network.eval()


def _write_curves(path: Path, rows: list) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CURVES)
        writer.writerows(rows)
