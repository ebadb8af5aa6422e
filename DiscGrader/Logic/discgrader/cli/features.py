"""``discgrader features``: radiomics as a table."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.cli.options import add_rois_option, add_study_options, settings_from
from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.pipeline.features import Choice

_DESCRIPTION = """\
Radiomics of regions of any image, or of all discs of a study, as a CSV table: one row per region, or per disc and
series. Without --params, the project's own 1218 features: 14 of shape, and 86 each of the original image, of Laplacians
of Gaussian of 1 to 5 mm and of 8 wavelet bands, after normalization. A single slice has its 2D set of 874, without
Laplacians. Features that cannot be computed are left empty, and the column "holes" says why."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("features", help="write a table of radiomics features", description=_DESCRIPTION)
    parser.add_argument("image", type=Path, nargs="?", metavar="IMAGE", help="NIfTI, NRRD or MetaImage")
    parser.add_argument("--mask", type=Path, metavar="MASK", help="label map of the regions, in the image's geometry")
    parser.add_argument(
        "--label",
        type=int,
        action="append",
        metavar="N",
        help=(
            "label value of a region in the mask; repeatable (default: the label in the parameter file; without "
            "one, every label in the mask, one row each)"
        ),
    )
    parser.add_argument(
        "--study", type=Path, metavar="STUDY", help="a study whose discs are located automatically, instead of IMAGE"
    )
    parser.add_argument("--params", type=Path, metavar="FILE", help="a pyradiomics parameter file (YAML or JSON)")
    parser.add_argument(
        "--engine",
        choices=("auto", "discgrader", "pyradiomics"),
        default="auto",
        help=(
            "what computes the features; both give the same values. auto (default) uses pyradiomics, if it is "
            "installed, only for image types that discgrader does not support (LBP2D, LBP3D)"
        ),
    )
    parser.add_argument("--list", action="store_true", help="print every feature with formula, source and IBSI code")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="output table, .csv; replaced if it exists")
    add_rois_option(parser)
    add_study_options(parser)
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Take the features and write the table, or list what there is."""
    from discgrader.errors import UsageError
    from discgrader.pipeline.features import Choice, write_table

    if arguments.list:
        return _list()
    if (arguments.image is None) == (arguments.study is None):
        raise UsageError("Give either an IMAGE with its --mask, or a --study.")
    if arguments.output is None or arguments.output.suffix.lower() != ".csv":
        raise UsageError("Name the output table with -o FILE.csv.")
    if arguments.output.is_dir():
        raise UsageError(f"{arguments.output} is a folder; name a file for the table.")
    if not arguments.output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {arguments.output.parent}; create it first.")
    choice = Choice(arguments.params, arguments.engine)
    # Wrong parameters are reported before any work.
    choice.extractor()
    rows, warnings = (_image if arguments.study is None else _study)(arguments, choice, progress)
    write_table(rows, arguments.output)
    for warning in warnings:
        print(f"discgrader: warning: {warning}", file=sys.stderr)
    holes = sum(len(row.features.holes) for row in rows)
    print(f"{len(rows)} rows are in {arguments.output}" + (f", with {holes} missing values." if holes else "."))
    return 0


def _image(arguments: argparse.Namespace, choice: Choice, progress: Progress) -> tuple[Sequence, tuple[str, ...]]:
    from discgrader.errors import UsageError
    from discgrader.imaging.files import read_mask, read_volume
    from discgrader.pipeline.features import image_rows

    if arguments.mask is None:
        raise UsageError("An image needs a --mask that marks its regions.")
    progress.report("Reading", 0.0)
    image, warnings = read_volume(arguments.image)
    mask, more = read_mask(arguments.mask)
    facts = {"image": arguments.image.name, "mask": arguments.mask.name}
    rows, notes = image_rows(image, mask, arguments.label, choice, facts, progress.part(0.1, 1.0))
    return rows, (*warnings, *more, *notes)


def _study(arguments: argparse.Namespace, choice: Choice, progress: Progress) -> tuple[Sequence, tuple[str, ...]]:
    from discgrader.errors import UsageError
    from discgrader.pipeline.engine import Engine
    from discgrader.pipeline.features import study_rows
    from discgrader.pipeline.main_job import check_apart, locate, read

    if arguments.mask is not None or arguments.label:
        raise UsageError("The discs of a --study are located automatically; leave out --mask and --label.")
    check_apart(arguments.study, arguments.output)
    settings = settings_from(arguments)
    progress.report("Loading networks", 0.0)
    engine = Engine.default(settings.packs, settings.device, grading=False)
    study = read(arguments.study, settings, engine, progress=progress.part(0.05, 0.1))
    localization = locate(study, engine, settings, progress.part(0.1, 0.5))
    rows, notes = study_rows(study, localization, choice, progress.part(0.5, 1.0))
    return rows, (*study.warnings, *localization.warnings, *notes)


def _list() -> int:
    from discgrader.pipeline.features import catalog_lines

    lines = list(catalog_lines())
    writer = csv.DictWriter(sys.stdout, list(lines[0]), delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return 0
