"""All recipes by name: what ``discgrader train RECIPE`` can run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.progress import Progress
from discgrader.resources import resources_dir


def _localizer(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.localizer_recipe import train_localizer

    return train_localizer(data_dir, out_dir, progress, **options)


def _spider(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.grader_recipe import train_graders

    return train_graders(data_dir, out_dir, progress, **options)


def _pfirrmann(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.tabular.fused_recipe import train_fused

    return train_fused(data_dir, out_dir, progress, **options)


def _names(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.level_recipe import train_names

    return train_names(data_dir, out_dir, progress, **options)


def _radiomics(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.tabular.radiomics_recipe import train_radiomics

    return train_radiomics(data_dir, out_dir, progress, **options)


def _typical(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.unlike.recipe import train_typical

    return train_typical(data_dir, out_dir, progress, **options)


def _contrast(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.contrast.recipe import train_contrast

    return train_contrast(data_dir, out_dir, progress, **options)


def _windows(name: str) -> Callable[..., Path]:
    def run(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
        from discgrader.training.windows.train import train_windows

        return train_windows(name, data_dir, out_dir, progress, **options)

    return run


_BUILT_IN: Mapping[str, Callable[..., Path]] = {
    "localizer": _localizer,
    "spider": _spider,
    "pfirrmann": _pfirrmann,
    "pfirrmann-radiomics": _radiomics,
    "typical": _typical,
    "names": _names,
    "contrast": _contrast,
}


def recipes() -> dict[str, Callable[..., Path]]:
    """Every recipe by name, as the function that runs it: those in code and those in ``Resources/Recipes``."""
    return {
        **_BUILT_IN,
        **{path.stem: _windows(path.stem) for path in sorted((resources_dir() / "Recipes").glob("*.json"))},
    }


def run_recipe(
    name: str, data_dir: Path, out_dir: Path, *, progress: Progress | None = None, **options: object
) -> Path:
    """Run a recipe from the data to finished packs.

    Parameters
    ----------
    name : str
        One of `recipes`: ``localizer`` (segmentation), ``names`` (what tells levels, added to a localizer's pack),
        ``spider`` (the packs ``pfirrmann`` and ``spider``), ``pfirrmann``
        (image networks joined with evidence and radiomics), ``pfirrmann-radiomics`` (the system as published),
        ``typical`` (when a pack warns of pictures unlike those of its training; `discgrader.training.unlike`),
        ``contrast`` (what a picture weights), or a file in ``Resources/Recipes``.
    data_dir : Path
        A folder in SPIDER's layout, or the folder above ``spider/``; for a recipe file, one as
        `discgrader.training.windows.data` describes it.
    out_dir : Path
        Where the packs, the figures and the state for resuming go; running again goes on from there.
    options :
        Fields of the recipe to change, for instance ``folds=2``.

    Returns
    -------
    Path
        Folder of the packs.

    Raises
    ------
    UsageError
        There is no such recipe or option.
    """
    known = recipes()
    if name not in known:
        raise UsageError(f"There is no recipe {name}; choose one of {', '.join(known)}.")
    out_dir.mkdir(parents=True, exist_ok=True)
    return known[name](Path(data_dir), Path(out_dir), progress or Progress(), **options)
