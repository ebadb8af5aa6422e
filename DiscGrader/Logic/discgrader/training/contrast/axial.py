"""The axial half of recipe ``contrast``: the network of tissues, and the classes that their brightness tells.

Nothing of it is learnt from patients, so that all real pictures are kept aside. Of the digital patients three of four
teach the network of tissues; half of the others teach the classes, and the rest are examined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

from discgrader.imaging.picture_contrast import together
from discgrader.imaging.study import Plane
from discgrader.progress import Progress
from discgrader.training.contrast.examine import Asked, Examined, examination
from discgrader.training.contrast.network import ContrastRecipe
from discgrader.training.contrast.pool import CLASSES, Sources, class_of
from discgrader.training.contrast.spines import SLICES_EACH
from discgrader.training.contrast.tissue_fit import Head, TissueLayers, brightness_of, fit_head, fit_tissues
from discgrader.training.contrast.tissues import EVERY_TEST, SEQUENCES, drawn_picture, patients_of, tissue_pool

_NAMES = CLASSES[Plane.AXIAL]
_WEIGHTS = {"T1": 1.0, "T2": 1.0, "STIR": 0.7, "other": 1.0}
"""How much each class counts while they are learnt."""


@dataclass(eq=False)
class AxialRun:
    """Pictures and trainings of axial series, each kept on disk once done."""

    recipe: ContrastRecipe
    sources: Sources
    work: Path

    def layers(self, progress: Progress) -> TissueLayers:
        """The network that makes tissues out: from disk, else trained."""
        finished = self.work / "axial_tissues.safetensors"
        recipe = self.recipe
        if not finished.exists():
            path = self.work / f"pool_axial_{recipe.axial_pictures}.npz"
            sources = (self.sources.digital, self.sources.others[0])
            pool = tissue_pool(*sources, recipe.axial_pictures, path, recipe.seed, progress.part(0.0, 0.3))
            state = self.work / "axial_tissues.state"
            network = fit_tissues(recipe, pool, state, recipe.seed + 1, progress.part(0.3, 1.0))
            save_file({key: value.contiguous() for key, value in network.state_dict().items()}, finished)
            state.unlink(missing_ok=True)
        network = TissueLayers(recipe.tissue_channels)
        network.load_state_dict(load_file(finished))
        return network.eval()

    def head(self, layers: TissueLayers, progress: Progress) -> Head:
        """What tells classes, learnt from patients that the network of tissues has not seen."""
        kinds, seen = [], []
        chance = np.array(list(SEQUENCES.values()))
        mine = self._kept()[0]
        for number in range(self.recipe.axial_told):
            rng = np.random.default_rng([self.recipe.seed + 2, number])
            kind = str(rng.choice(list(SEQUENCES), p=chance / chance.sum()))
            drawn = drawn_picture(self.sources.digital[int(rng.choice(mine))], kind, rng)
            if drawn is not None:
                kinds.append(kind)
                seen.append(drawn[0])
            if number % 250 == 0:
                progress.report("Drawing pictures", number / self.recipe.axial_told, "axial")
        truth = np.array([_NAMES.index(class_of(f"digital {kind}", Plane.AXIAL)) for kind in kinds])
        each = np.array([_WEIGHTS[name] for name in _NAMES]) / np.bincount(truth, minlength=len(_NAMES)).clip(1)
        return fit_head(brightness_of(layers, seen), truth, len(_NAMES), each[truth], self.recipe.seed)

    def examined(self, layers: TissueLayers, head: Head) -> list[Examined]:
        """Logits of every series of the examination."""
        sources = replace(self.sources, digital=self.sources.digital[self._kept()[1]])
        return examined_by(layers, head, examination(sources, self.recipe.seed, self.recipe.examined_each))

    def _kept(self) -> tuple[np.ndarray, np.ndarray]:
        """Slices of digital patients to learn classes from, and to examine: of every second one each."""
        kept = patients_of(self.sources.digital, tested=True)
        second = kept // SLICES_EACH[Plane.AXIAL] // EVERY_TEST % 2 == 1
        return kept[~second], kept[second]


def examined_by(layers: TissueLayers, head: Head, asked: Sequence[Asked]) -> list[Examined]:
    """What both say of series, the slices that show a spine together; zeros where none does."""
    logits = head.logits(brightness_of(layers, [picture for one in asked for picture in one.seen]))
    ends = np.cumsum([len(one.seen) for one in asked])
    return [
        Examined(one, together(part), _NAMES.index(class_of(one.kind, Plane.AXIAL)))
        for one, part in zip(asked, np.split(logits, ends[:-1]), strict=True)
    ]
