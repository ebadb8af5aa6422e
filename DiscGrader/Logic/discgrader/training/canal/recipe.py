"""Recipe ``canal``: the network that outlines the thecal sac, and the known error of what is measured with them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from torch import nn

from discgrader.canal.limits import AREA_MM2, DEPTH_MM
from discgrader.canal.outline import GROUPS, KIND, PIXELS, PLANES, CanalNetworks
from discgrader.grading.canal_measurement import AXIAL
from discgrader.imaging.study import Plane
from discgrader.packs.networks import build_network
from discgrader.packs.pack import read_pack
from discgrader.packs.weights import pack_tensors
from discgrader.progress import Progress
from discgrader.training.canal.error import Row, errors, measured_discs
from discgrader.training.canal.fit import CanalRecipe, fit_canal
from discgrader.training.canal.slices import FIRST_SEED, canal_slices, joined, read_slices, slice_files
from discgrader.training.loop import trained
from discgrader.training.recipes import changed, described_tasks, installed_localizer, ship, trained_on, write_json

NAME = "measured-canal"

MEASURED_SEED = 97_000
"""First of the digital patients on whom the error is measured that the pack states."""

_STATEMENT = (
    "{patients} digital spines of DiscGrader's phantom: outlined by a network trained on synthetic images only, graded "
    "by limits from the literature"
)


def train_canal(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    """Run the recipe; see `discgrader.training.recipes.run_recipe`.

    Parameters
    ----------
    data_dir : Path
        A folder with further slices, as `discgrader.training.canal.slices.draw_patient` writes them, for instance by
        another version of the digital spine; without any, only those drawn now are learned from.
    """
    recipe = changed(CanalRecipe(), options)
    work = out_dir / "work"
    files = {
        f"{plane.value}.safetensors": _weights(recipe, plane, data_dir, work, progress.part(0.0, 0.8))
        for plane in PLANES
    }
    patients = recipe.patients + len(slice_files(data_dir, PLANES[0]))
    packs = _write(out_dir, recipe, files, patients, [])
    rows = _measured(packs / NAME, work / "measured", recipe, progress.part(0.8, 1.0))
    write_json(out_dir / "figures.json", errors(rows))
    return _write(out_dir, recipe, files, patients, rows)


def _weights(recipe: CanalRecipe, plane: Plane, data_dir: Path, work: Path, progress: Progress) -> bytes:
    """The weights of one plane's network: from disk, else trained."""

    def fit(state: Path) -> nn.Module:
        drawn = canal_slices(work / "slices", plane, FIRST_SEED, recipe.patients, progress.part(0.0, 0.5))
        tissues, shares = joined([drawn, *map(read_slices, slice_files(data_dir, plane))])
        return fit_canal(recipe, plane, tissues, shares, state, progress.part(0.5, 1.0))

    return pack_tensors(trained(work / f"canal_{plane.value}", build_network(recipe.architecture()), fit).state_dict())


def _measured(pack: Path, folder: Path, recipe: CanalRecipe, progress: Progress) -> list[Row]:
    if not recipe.measured:
        return []
    networks = CanalNetworks(read_pack(pack))
    return measured_discs(networks, installed_localizer().localize, folder, MEASURED_SEED, recipe.measured, progress)


def _write(out_dir: Path, recipe: CanalRecipe, files: Mapping[str, bytes], patients: int, rows: Sequence[Row]) -> Path:
    found = {"error": errors(rows), "measured_discs": len(rows)} if rows else {}
    return ship(
        out_dir,
        NAME,
        system=NAME,
        tasks=described_tasks(NAME),
        input={
            "planes": [plane.value for plane in PLANES],
            "contrasts": ["AX_T2"],
            "pixels": PIXELS,
            "windows": [{**asdict(AXIAL), "plane": AXIAL.plane.value, "offsets_mm": list(AXIAL.offsets_mm)}],
            "normalization": "0 to 1 from the darkest to nearly the brightest of a window",
        },
        architecture={
            "kind": KIND,
            "groups": list(GROUPS),
            **{plane.value: recipe.architecture() for plane in PLANES},
            "limits": {"sac_area_mm2": list(AREA_MM2), "sac_depth_mm": list(DEPTH_MM)},
        },
        files=files,
        trained_on=trained_on("canal", patients, 0, recipe.seed, _STATEMENT.format(patients=patients), synthetic=True),
        metrics=found,
        intended_use="Research use, not for diagnosis: measures of the lumbar canal, and its grade by their limits.",
    )
