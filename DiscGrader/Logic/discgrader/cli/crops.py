"""``discgrader crops``: the discs of a study as pictures."""

import argparse
from pathlib import Path

from discgrader.cli.options import add_output_options, add_rois_option, add_study_options, settings_from
from discgrader.progress import Progress


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("crops", help="write disc crops as 224 x 224 PNG and as NIfTI")
    parser.add_argument("study", type=Path, metavar="STUDY", help="a file, a DICOM folder, or a folder of series")
    parser.add_argument(
        "--system",
        action="append",
        default=[],
        metavar="NAME",
        help="write what this system sees instead, such as msu; repeatable",
    )
    add_output_options(parser)
    add_rois_option(parser)
    add_study_options(parser)
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Find the discs and write their crops."""
    from discgrader.pipeline.crops import check_crops, check_view_systems, write_crops
    from discgrader.pipeline.engine import Engine
    from discgrader.pipeline.main_job import check_apart, locate, read

    check_view_systems(arguments.system)
    settings = settings_from(arguments)
    check_apart(arguments.study, arguments.output)
    check_crops(arguments.output, overwrite=arguments.overwrite)
    progress.report("Loading networks", 0.0)
    engine = Engine.default(settings.packs, settings.device, grading=False)
    study = read(arguments.study, settings, engine, progress=progress.part(0.1, 0.2))
    localization = locate(study, engine, settings, progress.part(0.2, 0.7))
    count = write_crops(
        study,
        localization,
        arguments.output,
        systems=arguments.system,
        overwrite=arguments.overwrite,
        progress=progress.part(0.7, 1.0),
    )
    print(f"{count} crops are in {arguments.output}.")
    return 0
