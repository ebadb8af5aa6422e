"""All recipes by name: what ``discgrader train RECIPE`` can run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from discgrader.errors import UsageError
from discgrader.progress import Progress


def _localizer(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.localizer_recipe import train_localizer

    return train_localizer(data_dir, out_dir, progress, **options)


def _spider(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.grader_recipe import train_graders

    return train_graders(data_dir, out_dir, progress, **options)


def _pfirrmann(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.tabular.fused_recipe import train_fused

    return train_fused(data_dir, out_dir, progress, **options)


def _radiomics(data_dir: Path, out_dir: Path, progress: Progress, **options: object) -> Path:
    from discgrader.training.tabular.radiomics_recipe import train_radiomics

    return train_radiomics(data_dir, out_dir, progress, **options)


RECIPES: Mapping[str, Callable[..., Path]] = {"localizer": _localizer, "spider": _spider, "pfirrmann": _pfirrmann,
                                              "pfirrmann-radiomics": _radiomics}
"""Recipe name to the function that runs it."""


def run_recipe(name: str, data_dir: Path, out_dir: Path, *, progress: Progress | None = None,
               **options: object) -> Path:
    """Run a recipe from the data to finished packs.

    Parameters
    ----------
    name : str
        One of `RECIPES`: ``localizer`` (segmentation), ``spider`` (the packs ``pfirrmann`` and ``spider``), ``pfirrmann``
        (image networks joined with evidence and radiomics), or ``pfirrmann-radiomics`` (the system as published).
    data_dir : Path
        A folder in SPIDER's layout, or the folder above ``spider/``.
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
    if name not in RECIPES:
        raise UsageError(f"There is no recipe {name}; choose one of {', '.join(RECIPES)}.")
    out_dir.mkdir(parents=True, exist_ok=True)
    return RECIPES[name](Path(data_dir), Path(out_dir), progress or Progress(), **options)
