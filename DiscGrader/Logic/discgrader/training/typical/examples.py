"""Pictures of discs as a pack's network sees them: usual ones, changed ones, and ones of another kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from discgrader.grading.disc_memory import DiscMemory
from discgrader.grading.grader import Grader
from discgrader.grading.typical import GROUPS, seen_in
from discgrader.grading.views import StudyViews
from discgrader.grading.window_pack import WindowPack, middle_slices, network_input, pictures_of
from discgrader.grading.windows import StudyWindows
from discgrader.training.cohorts import Patient
from discgrader.training.typical.changes import CHANGES, Shown, near

USUAL = "usual"

Seen = Mapping[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Example:
    """What is seen of one picture of a disc; ``kind`` is `USUAL`, a change, or what else it is; ``source`` where it is
    from."""

    kind: str
    patient: str
    source: str
    seen: Seen


class CropEye:
    """What a pack of disc classifiers sees, by its first network, of each contrast's crops: their mean."""

    @staticmethod
    def alone(shown: Shown) -> Shown:
        """The disc with all that is read of its study."""
        return shown

    def __init__(self, grader: Grader, system: str):
        self._grader, self.pack = grader, grader.loaded(system)

    def __call__(self, shown: Shown) -> Seen | None:
        pack = self.pack
        views = StudyViews(
            shown.study, shown.localization, pack.roles, pack.shape, pack.pack.input["slices"], DiscMemory()
        )
        found = views.of(shown.disc)
        if not found:
            return None
        crops, role = self._grader.inputs(pack, found)
        network = pack.networks[0]
        with torch.inference_mode():
            maps = network.maps(crops, role)
            return seen_in(maps, network.crop_features(maps), crops[:, :1], crops[:, 1:])


class WindowEye:
    """What a pack that looks through windows sees of the look nearest to the disc's middle."""

    def __init__(self, pack: WindowPack):
        self.pack = pack

    def alone(self, shown: Shown) -> Shown | None:
        """The disc with no more of its study than the look at it takes; None where it cannot be looked at."""
        looks = StudyWindows(shown.study, shown.localization).of(shown.disc, self.pack.specs)
        if isinstance(looks, str):
            return None
        used = {window.series.name for window in looks[0]}
        series = tuple(one for one in shown.study.series if one.name in used)
        found = replace(shown.localization, series_name=series[0].name, discs=(shown.disc,))
        return near(replace(shown, study=replace(shown.study, series=series), localization=found))

    def __call__(self, shown: Shown) -> Seen | None:
        looks = StudyWindows(shown.study, shown.localization).of(shown.disc, self.pack.specs)
        if isinstance(looks, str):
            return None
        pictures = torch.from_numpy(pictures_of(looks[:1], self.pack.pixels))
        with torch.inference_mode():
            maps = self.pack.network.maps(network_input(pictures))
            return seen_in(maps, self.pack.network.answers(maps)[2], middle_slices(pictures))


def examples(
    patient: Patient,
    eye: Callable[[Shown], Seen | None],
    usual: str,
    count: int,
    changed: int,
    rng: np.random.Generator,
) -> Iterator[Example]:
    """What is seen of some discs of a patient's studies.

    Parameters
    ----------
    usual : str
        What they are: `USUAL`, or another kind, of which nothing is changed.
    count, changed : int
        How many discs of each study are seen as they are, and how many with a change, each with another.
    """
    for number, (study, found) in enumerate(patient.studies):
        shown = [one for disc in found.discs if (one := eye.alone(Shown(study, found, disc))) is not None]
        others = [
            one
            for place, one in enumerate(patient.studies)
            if place != number and {one[0].series[0].role, study.series[0].role} == {"T1", "T2"}
        ]
        for place in rng.permutation(len(shown))[:count]:
            yield from _seen(shown[place], eye, usual, patient)
        if usual != USUAL:
            continue
        kinds = rng.permutation(list(CHANGES))[:changed] if shown else ()
        for kind in kinds:
            one = shown[int(rng.integers(len(shown)))]
            other = others[0] if others else None
            if other is not None:
                same = [disc for disc in other[1].discs if disc.index_from_sacrum == one.disc.index_from_sacrum]
                one = replace(one, other=Shown(*other, same[0]) if same else None)
            altered = CHANGES[str(kind)](one, rng)
            if altered is not None:
                yield from _seen(altered, eye, str(kind), patient)


def _seen(shown: Shown, eye: Callable[[Shown], Seen | None], kind: str, patient: Patient) -> Iterator[Example]:
    seen = eye(shown)
    if seen is not None:
        yield Example(
            kind, patient.name, patient.source, {group: one.mean(0, keepdim=True) for group, one in seen.items()}
        )


def save(path: Path, some: Sequence[Example]) -> None:
    """Keep examples in a file."""
    np.savez_compressed(
        path,
        kinds=[one.kind for one in some],
        patients=[one.patient for one in some],
        sources=[one.source for one in some],
        **{group: torch.cat([one.seen[group] for one in some]).numpy() for group in GROUPS},
    )


def load(path: Path) -> list[Example]:
    """The examples again."""
    with np.load(path) as kept:
        seen = {group: torch.from_numpy(kept[group]) for group in GROUPS}
        return [
            Example(str(kind), str(patient), str(source), {group: seen[group][place][None] for group in GROUPS})
            for place, (kind, patient, source) in enumerate(
                zip(kept["kinds"], kept["patients"], kept["sources"], strict=True)
            )
        ]
