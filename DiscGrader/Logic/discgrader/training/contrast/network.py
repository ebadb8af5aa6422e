"""The network of recipe ``contrast`` while it learns; `discgrader.imaging.picture_network` is what it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from discgrader.progress import Progress
from discgrader.training.contrast.pool import Pool, restored
from discgrader.training.learner import Learner
from discgrader.training.precision import training_autocast


@dataclass(frozen=True)
class ContrastRecipe:
    """Every choice of the recipe.

    ``least_right`` is how often answers on T1 and T2 of patients kept aside must be right for a plane's network to be
    packed: of a plane without one nothing is told. Axial pictures and steps are those of the network of tissues;
    ``axial_told`` is the number of pictures from which their brightness is learnt.
    """

    channels: tuple[int, ...] = (12, 24, 48, 64)
    steps_between: tuple[int, ...] = (2, 2, 2, 2)
    tissue_channels: tuple[int, ...] = (16, 32, 48, 64)
    dropout: float = 0.2
    sagittal_pictures: int = 10_000
    axial_pictures: int = 8_000
    axial_told: int = 3_000
    sagittal_patients: int = 36
    axial_patients: int = 110
    coronal_patients: int = 40
    batch: int = 64
    sagittal_steps: int = 1200
    axial_steps: int = 1000
    learning_rate: float = 4e-3
    weight_decay: float = 2e-3
    smoothing: float = 0.02
    average_decay: float = 0.99
    folds: int = 3
    least_right: float = 0.98
    examined_each: int = 100
    seed: int = 0


class ContrastNetwork(nn.Module):
    """Convolutions of 3 x 3 with normalization and ReLU, mean and maximum over the picture, and a linear layer."""

    def __init__(self, recipe: ContrastRecipe, classes: int) -> None:
        super().__init__()
        widths = (2, *recipe.channels)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, step, 1, bias=False)
            for before, after, step in zip(widths, widths[1:], recipe.steps_between)
        )
        self.normalizations = nn.ModuleList(nn.BatchNorm2d(width) for width in recipe.channels)
        self.dropout = nn.Dropout(recipe.dropout)
        self.head = nn.Linear(2 * recipe.channels[-1], classes)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Logits, shape (pictures, classes), of pictures of shape (pictures, 2, rows, columns)."""
        values = pictures
        for convolution, normalization in zip(self.convolutions, self.normalizations):
            values = torch.relu(normalization(convolution(values)))
        pooled = torch.cat([values.mean((2, 3)), values.amax((2, 3))], 1)
        return self.head(self.dropout(pooled))

    def tensors(self) -> dict[str, torch.Tensor]:
        """What a pack stores: the normalizations are multiplied into the convolutions."""
        stored = {"head.weight": self.head.weight.data, "head.bias": self.head.bias.data}
        for number, (convolution, one) in enumerate(zip(self.convolutions, self.normalizations)):
            gain = one.weight.data / torch.sqrt(one.running_var + one.eps)
            stored[f"convolution{number}.weight"] = convolution.weight.data * gain[:, None, None, None]
            stored[f"convolution{number}.bias"] = one.bias.data - one.running_mean * gain
        return stored


def fit(
    recipe: ContrastRecipe,
    steps: int,
    pool: Pool,
    chosen: np.ndarray,
    classes: int,
    state: Path,
    seed: int,
    progress: Progress,
) -> ContrastNetwork:
    """Train one network on the ``chosen`` pictures of a pool, going on from ``state`` (a file) where it exists."""
    torch.manual_seed(seed)
    network = ContrastNetwork(recipe, classes).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.learning_rate, steps, pct_start=0.15)
    learner = Learner(network, optimizer, schedule, recipe.average_decay)
    start = 0
    if state.exists():
        start = learner.resume(state)["step"]
    network.train()
    running = None
    for step in range(start, steps):
        # Each step draws from a stream of its own, so that a resumed training sees what an unbroken one sees.
        drawn = np.random.default_rng([seed, step])
        rows = np.sort(drawn.choice(chosen, recipe.batch))
        pictures, target = torch.from_numpy(restored(pool.channels[rows])), torch.from_numpy(pool.classes[rows])
        if drawn.random() < 0.3:
            pictures = pictures.flip(3)
        torch.manual_seed(seed * 100_003 + step)
        with training_autocast():
            logits = network(pictures.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(logits.float(), target, label_smoothing=recipe.smoothing)
        value = learner.step(loss)
        running = value if running is None else 0.97 * running + 0.03 * value
        if (step + 1) % 100 == 0:
            progress.report("Training", (step + 1) / steps, f"loss {running:.3f}")
            learner.save(state, step=step + 1)
    return learner.average.eval()


def logits_of(network: ContrastNetwork, seen: Sequence[np.ndarray]) -> np.ndarray:
    """Logits of pictures as the network sees them, each of shape (2, rows, columns)."""
    with torch.no_grad():
        parts = [network(torch.from_numpy(np.stack(seen[start : start + 64]))) for start in range(0, len(seen), 64)]
    return torch.cat(parts).numpy()
