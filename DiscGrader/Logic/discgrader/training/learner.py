"""A network while it learns: its steps, the running average of its weights, and what a training goes on from."""

from collections.abc import Mapping
from pathlib import Path

import torch


class Learner:
    """A network with what its training consists of.

    Parameters
    ----------
    network : torch.nn.Module
    optimizer : torch.optim.Optimizer
        Of the network's parameters.
    schedule : torch.optim.lr_scheduler.LRScheduler
        Of the optimizer, in steps.
    average_decay : float
        Of the running average of weights, 0 for none.
    clipped_norm : float, optional
        Longer gradients are shortened to this length; None leaves them.

    Attributes
    ----------
    average : torch.nn.Module
        The network with its averaged weights.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        average_decay: float,
        clipped_norm: float | None = 5.0,
    ) -> None:
        self.network, self.schedule = network, schedule
        self._clipped_norm = clipped_norm
        self._optimizer = optimizer
        self._averaged = torch.optim.swa_utils.AveragedModel(
            network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(average_decay), use_buffers=True
        )

    @property
    def average(self) -> torch.nn.Module:
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

    def save(self, path: Path, **more: object) -> None:
        """Write all of it to a file, whole or not at all, with whatever else the training goes on from."""
        partial = path.with_suffix(".partial")
        torch.save({name: part.state_dict() for name, part in self._parts().items()} | more, partial)
        partial.replace(path)

    def resume(self, path: Path, device: str = "cpu") -> Mapping[str, object]:
        """Go on from a file that `save` wrote; what else it holds."""
        saved = torch.load(path, weights_only=True, map_location=device)
        for name, part in self._parts().items():
            part.load_state_dict(saved.pop(name))
        return saved

    def _parts(self) -> dict[str, object]:
        return {
            "network": self.network,
            "average": self._averaged,
            "optimizer": self._optimizer,
            "schedule": self.schedule,
        }
