"""Recipe ``names``: networks that tell which disc is which by what lies around it, added to a localizer's pack.

Cross-validated by patient: each network sees two thirds of the patients, its answers on the rest decide how answers are
weighed (`discgrader.localize.lowest_disc`), and all networks together ship.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize
from torch.nn.functional import cross_entropy

from discgrader.errors import StudyError
from discgrader.localize.level_predictor import EDGE, FILE, PLANES, cut_out
from discgrader.localize.lowest_disc import LevelVotes, lowest_probabilities, remnant_log_odds, with_measures
from discgrader.localize.naming import CERTAIN
from discgrader.localize.segment import Segmenter
from discgrader.packs.disc_classifier import LevelClassifier
from discgrader.packs.networks import build_network
from discgrader.packs.pack import LOCALIZER, Pack, default_packs, read_pack
from discgrader.packs.weights import load_tensors, pack_tensors
from discgrader.progress import Progress
from discgrader.training.augment import LevelVariation
from discgrader.training.level_samples import LevelRow, digital_rows, real_rows
from discgrader.training.loop import Optimization, steps_from, train, trained
from discgrader.training.recipes import changed, ship, write_json

DRAWN = {0: 2.0, 1: 3.0, 2: 2.0, 3: 1.0}
"""How often a disc of each index is drawn from a row, relative to those above."""

ABOVE_DRAWN = 0.7
"""How often discs above those of `DRAWN` are drawn. No comparison is on record."""


@dataclass(frozen=True)
class LevelRecipe:
    """Every choice of the recipe; ``localizer`` is a pack's folder, the shipped one where None."""

    steps: int = 420
    batch: int = 20
    folds: int = 3
    digital: int = 150
    digital_share: float = 0.25
    widths: tuple[int, ...] = (16, 32, 64, 96)
    blocks: tuple[int, ...] = (1, 1, 1, 1)
    levels: int = 9
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.02
    rotation_deg: float = 7.0
    log_scale: float = 0.1
    log_aspect: float = 0.05
    shift_mm: float = 2.4
    cut_below: float = 0.3
    cut_above: float = 0.15
    average_decay: float = 0.99
    remnant_strictness: float = 0.3
    seed: int = 0
    localizer: str | None = None

    @property
    def variation(self) -> LevelVariation:
        """How far pictures are varied."""
        return LevelVariation(
            self.rotation_deg, self.log_scale, self.log_aspect, self.shift_mm, self.cut_below, self.cut_above
        )

    @property
    def architecture(self) -> dict:
        """The networks' entry in a pack."""
        return {
            "channels": PLANES,
            "edge": EDGE,
            "widths": list(self.widths),
            "blocks": list(self.blocks),
            "outputs": self.levels,
        }


def train_names(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`."""
    recipe = changed(LevelRecipe(), options)
    pack = _localizer(recipe)
    rows = _rows(data_dir, out_dir / "work", recipe, pack, progress.part(0.0, 0.3))
    real = [row for row in rows if not row.patient.startswith("digital")]
    if len({row.patient for row in real}) < recipe.folds:
        raise StudyError(f"Training on levels needs {recipe.folds} patients or more, and {data_dir} has fewer.")
    networks = []
    for fold in range(recipe.folds):
        share = progress.part(0.3 + 0.7 * fold / recipe.folds, 0.3 + 0.7 * (fold + 1) / recipe.folds)
        networks.append(_trained(out_dir / "work" / f"fold{fold}", rows, fold, recipe, share))
    answers = {row.name: _answers(networks[_fold(row.patient, recipe.folds)], row) for row in rows}
    weights = fit_weights(real, answers, recipe)
    counts = {
        kind: name_counts([row for row in rows if row.name.startswith(kind)], answers, weights)
        for kind in ("spider", "sudirman", "digital")
    }
    write_json(out_dir / "figures.json", counts)
    return _write(out_dir, recipe, pack, networks, weights, counts)


def _localizer(recipe: LevelRecipe) -> Pack:
    if recipe.localizer is not None:
        return read_pack(Path(recipe.localizer))
    return next(pack for pack in default_packs() if pack.system == LOCALIZER)


def _rows(data_dir: Path, work: Path, recipe: LevelRecipe, pack: Pack, progress: Progress) -> list[LevelRow]:
    """All rows, kept on disk once they are known."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / "rows.pt"
    if not path.exists():
        network = build_network(pack.architecture)
        network.load_state_dict(load_tensors(pack, next(iter(pack.files))))
        segmenter = Segmenter(network.fused(), float(pack.input["pixel_mm"]))
        rows = []
        for number, row in enumerate(chain(real_rows(data_dir, segmenter), digital_rows(recipe.digital, segmenter))):
            progress.report("Finding rows of discs", 0.0, str(number))
            rows.append(vars(row) | {"planes": {index: plane.half() for index, plane in row.planes.items()}})
        torch.save(rows, path.with_suffix(".partial"))
        path.with_suffix(".partial").replace(path)
    saved = torch.load(path, weights_only=True)
    return [
        LevelRow(**kept_row | {"planes": {index: planes.float() for index, planes in kept_row["planes"].items()}})
        for kept_row in saved
    ]


def _fold(patient: str, folds: int) -> int:
    return zlib.crc32(patient.encode()) % folds


def _trained(
    path: Path, rows: Sequence[LevelRow], fold: int, recipe: LevelRecipe, progress: Progress
) -> LevelClassifier:
    """The network of a fold: from disk, else trained on the patients of the others, going on where it was stopped."""
    seen = [row for row in rows if _fold(row.patient, recipe.folds) != fold]
    weights = _row_weights(seen, recipe)

    def fit(state: Path) -> torch.nn.Module:
        torch.manual_seed(recipe.seed + fold)
        network = LevelClassifier(**recipe.architecture)

        def loss_of(step: int) -> torch.Tensor:
            # A seed of its own for each step, so that a training that was stopped goes on as if it had not been.
            generator = np.random.default_rng([recipe.seed, fold, step])
            pictures, indices = draw_batch(generator, seen, weights, recipe)
            return cross_entropy(network(pictures), indices, label_smoothing=recipe.label_smoothing)

        how = Optimization(recipe.steps, recipe.learning_rate, recipe.weight_decay, 0.3, recipe.average_decay)
        return train(
            network,
            how,
            lambda first: steps_from(first, loss_of),
            progress=progress,
            stage="Training on levels",
            state=state,
            every=50,
        )

    return trained(path, LevelClassifier(**recipe.architecture), fit)


def _row_weights(rows: Sequence[LevelRow], recipe: LevelRecipe) -> np.ndarray:
    """How often each row is drawn: patients of several pictures less often each, digital ones their share."""
    patients = [row.patient for row in rows]
    weights = np.array([patients.count(patient) ** -0.5 for patient in patients])
    digital = np.array([patient.startswith("digital") for patient in patients])
    if digital.any() and not digital.all():
        wanted = recipe.digital_share / (1 - recipe.digital_share) * weights[~digital].sum()
        weights[digital] *= wanted / weights[digital].sum()
    return weights / weights.sum()


def draw_batch(
    generator: np.random.Generator, rows: Sequence[LevelRow], weights: np.ndarray, recipe: LevelRecipe
) -> tuple[torch.Tensor, torch.Tensor]:
    """Changed pictures of drawn discs, shape (batch, planes, edge, edge), and their indices."""
    pictures, indices = [], []
    for number in generator.choice(len(rows), recipe.batch, p=weights):
        row = rows[number]
        shares = np.array([DRAWN.get(index, ABOVE_DRAWN) for index in row.indices])
        place = int(generator.choice(len(shares), p=shares / shares.sum()))
        at, at_row, at_column = row.places[place]
        pictures.append(recipe.variation.draw(row.planes[at], at_row, at_column, generator))
        indices.append(min(row.indices[place], recipe.levels - 1))
    return torch.stack(pictures), torch.tensor(indices)


def _answers(network: LevelClassifier, row: LevelRow) -> LevelVotes:
    places = row.places[: row.found]
    pictures = torch.stack([cut_out(row.planes[index], at_row, at_column) for index, at_row, at_column in places])
    with torch.inference_mode():
        answers = network(pictures).log_softmax(1).double().numpy()
    return LevelVotes(tuple(index - row.indices[0] for index in row.indices[: row.found]), answers)


def fit_weights(rows: Sequence[LevelRow], answers: Mapping[str, LevelVotes], recipe: LevelRecipe) -> dict:
    """How answers and measures are weighed so that names of held-out patients are as probable as can be."""

    def weights_of(values: np.ndarray) -> dict[str, float]:
        return {"lower": float(np.exp(values[0])), "upper": float(np.exp(values[1])), "ordinary": float(values[2])}

    def mean_cross_entropy(values: np.ndarray) -> float:
        given = weights_of(values)
        true = [lowest_probabilities([answers[row.name]], given)[row.indices[0]] for row in rows]
        return -float(np.mean(np.log(np.array(true) + 1e-9)))

    best = minimize(mean_cross_entropy, [-0.5, -2.3, 1.0], method="Nelder-Mead", options={"maxiter": 120})
    weights = weights_of(best.x)
    return {**weights, "remnant": _remnant_weights(rows, answers, weights, recipe.remnant_strictness)}


def _remnant_weights(
    rows: Sequence[LevelRow], answers: Mapping[str, LevelVotes], weights: Mapping[str, float], strictness: float
) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows_with_measures = [(row, row.measures) for row in rows if row.measures is not None and row.indices[0] <= 1]
    names = ("looks", *(rows_with_measures[0][1] if rows_with_measures else ()))
    remnant = np.array([row.indices[0] == 0 for row, _ in rows_with_measures])
    if not rows_with_measures or remnant.all() or not remnant.any():
        # Nothing to learn from: looks alone decide, three times a third of their logarithm.
        return {"intercept": 0.0, **dict.fromkeys(names, 0.0), "looks": 3.0}
    values = np.array(
        [
            [remnant_log_odds(lowest_probabilities([answers[row.name]], weights)), *own.values()]
            for row, own in rows_with_measures
        ]
    )
    scaler = StandardScaler().fit(values)
    model = LogisticRegression(C=strictness).fit(scaler.transform(values), remnant)
    slopes = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - slopes @ scaler.mean_)
    return {"intercept": intercept, **{name: float(slope) for name, slope in zip(names, slopes, strict=True)}}


def name_counts(rows: Sequence[LevelRow], answers: Mapping[str, LevelVotes], weights: Mapping) -> dict[str, int]:
    """Of studies of held-out patients: how many, how many with all names right, with a doubt, and wrong with one.

    A study is all pictures of a patient (T2, T1); discs are those of its T2, and all pictures vote, as in use.
    """
    counts = {"studies": 0, "right": 0, "doubted": 0, "wrong_and_doubted": 0}
    for study in _studies(rows):
        row = study[0]
        probabilities = lowest_probabilities([_votes_for(row, other, answers[other.name]) for other in study], weights)
        if row.measures is not None:
            probabilities = with_measures(probabilities, row.measures, weights["remnant"])
        right, doubted = int(probabilities.argmax()) == row.indices[0], float(probabilities.max()) < CERTAIN
        for name, hit in zip(counts, (True, right, doubted, doubted and not right), strict=True):
            counts[name] += int(hit)
    return counts


def _studies(rows: Sequence[LevelRow]) -> list[list[LevelRow]]:
    """Rows by patient, that of the T2 first."""
    studies: dict[str, list[LevelRow]] = {}
    for row in sorted(rows, key=lambda each: not each.name.lower().endswith("t2")):
        studies.setdefault(row.patient, []).append(row)
    return list(studies.values())


def _votes_for(row: LevelRow, other: LevelRow, votes: LevelVotes) -> LevelVotes:
    """The votes of another picture's discs, counted from the lowest disc of this one."""
    apart = other.indices[0] - row.indices[0]
    return LevelVotes(tuple(step + apart for step in votes.steps), votes.log_probabilities)


def _write(
    out_dir: Path,
    recipe: LevelRecipe,
    pack: Pack,
    networks: Sequence[LevelClassifier],
    weights: Mapping,
    counts: Mapping,
) -> Path:
    """The localizer's pack with these networks beside its own."""
    tensors = {
        f"{number}.{name}": tensor
        for number, network in enumerate(networks)
        for name, tensor in network.state_dict().items()
    }
    levels = {"networks": len(networks), "architecture": recipe.architecture, "weights": weights}
    before = pack.trained_on.statement.split("; the networks that recognize levels")[0]
    statement = (
        f"{before}; the networks that recognize levels on SPIDER, Sudirman (Mendeley k57fr854j2, CC BY 4.0, "
        f"with rectangles from farhatmasood/YOLOspine, MIT) and {recipe.digital} digital spines"
    )
    files = {name: pack.read_bytes(name) for name in pack.files if name != FILE}
    return ship(
        out_dir,
        pack.name,
        version=pack.version,
        system=LOCALIZER,
        tasks={},
        input=pack.input,
        architecture=pack.architecture,
        files={**files, FILE: pack_tensors(tensors, 16)},
        calibration={**pack.calibration, "levels": levels},
        trained_on=replace(pack.trained_on, statement=statement),
        metrics={**pack.metrics, "names": counts, "names_recipe": asdict(recipe)},
        intended_use=pack.intended_use,
    )
