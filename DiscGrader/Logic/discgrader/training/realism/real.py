"""The real patients that the digital ones are held against: their graded discs, and measures of their tissues."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from discgrader.progress import Progress
from discgrader.training.disc_batches import GradedDisc
from discgrader.training.discs import prepare
from discgrader.training.grader_recipe import disc_finder, graded_discs
from discgrader.training.realism.tissues import tissue_measures
from discgrader.training.spider import SpiderImage, spider_gradings, spider_images


def real_patients(
    data_dir: Path, cache: Path, progress: Progress
) -> tuple[list[GradedDisc], Mapping[str, list[Mapping[str, float]]]]:
    """Graded discs, and role to the `tissue_measures` of each image; both kept in ``cache`` once made.

    Raises
    ------
    StudyError
        ``data_dir`` is not in SPIDER's layout.
    """
    images, gradings = spider_images(data_dir), spider_gradings(data_dir)
    tissues = cache / "tissues"
    tissues.mkdir(parents=True, exist_ok=True)
    discs = prepare(images, _noting(disc_finder(images, None), tissues), cache / "crops", progress)
    measured: dict[str, list[Mapping[str, float]]] = {}
    for image in images:
        measured.setdefault(image.sequence, []).append(json.loads(_place(tissues, image).read_text(encoding="utf-8")))
    return graded_discs(discs, gradings), measured


def _noting(find: Callable, folder: Path) -> Callable:
    """``find``, with the tissues of each image measured and kept beside."""

    def found(images: Sequence[SpiderImage]):
        result = find(images)
        for image, series, localization in result:
            _place(folder, image).write_text(json.dumps(tissue_measures(series, localization)), encoding="utf-8")
        return result

    return found


def _place(folder: Path, image: SpiderImage) -> Path:
    return folder / f"{image.patient}_{image.sequence}.json"
