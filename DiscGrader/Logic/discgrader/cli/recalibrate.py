"""``discgrader recalibrate``: a pack with a site's own thresholds and temperature, if its own cases prove it better."""

import argparse
from dataclasses import replace
from pathlib import Path

from discgrader.cli.options import settings_from
from discgrader.cli.train import require_training
from discgrader.cli.validate import add_truth_options, studies_of
from discgrader.progress import Progress


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser(
        "recalibrate",
        help="adapt a pack's probabilities and thresholds to your own cases",
        description=(
            "Write OUT/PACK-SITE, a pack of the same weights with this site's temperature, bias and thresholds, if "
            "cross-validation on the site's cases shows that it is better; use it with --pack OUT. Studies graded by "
            "'discgrader validate' into the same OUT are not graded again."
        ),
    )
    parser.add_argument(
        "pack_to_change", metavar="PACK", help="an installed pack, such as spider-resnet, or its folder"
    )
    parser.add_argument("studies", type=Path, nargs="?", metavar="STUDIES", help="folder of studies, as for validate")
    parser.add_argument("--site", required=True, metavar="NAME", help="the site's name, which the pack is named after")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for pack and results")
    parser.add_argument(
        "--draws", type=int, default=500, metavar="N", help="bootstrap samples for confidence intervals (default: 500)"
    )
    add_truth_options(parser)
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Recalibrate, and say what it came to."""
    require_training()
    from discgrader.errors import UsageError
    from discgrader.packs.pack import NOT_GRADING
    from discgrader.training.operating_recipe import found_pack
    from discgrader.training.validation.recalibrate import check_site, recalibrated_task, write_site_pack
    from discgrader.training.validation.truth_files import read_truth
    from discgrader.training.validation.validate import PROOF, check_draws, graded_cases

    site, pack = check_site(arguments.site), found_pack(arguments.pack_to_change)
    check_draws(arguments.draws)
    if pack.system in NOT_GRADING:
        raise UsageError(f"Pack {pack.name} grades nothing that could be recalibrated.")
    truth = read_truth(arguments.truth)
    settings = settings_from(arguments)
    # What a validation has graded into the same folder, for all systems of the truth, serves again.
    systems = None if (arguments.output / PROOF).is_dir() else (pack.system,)
    settings = replace(settings, systems=systems, packs=(*settings.packs, pack.folder))
    matched, _ = graded_cases(
        studies_of(arguments, truth),
        truth,
        arguments.output,
        settings,
        workers=arguments.workers,
        rois=arguments.rois_in_study,
        overwrite=arguments.overwrite,
        progress=progress.part(0.0, 0.9),
    )
    own = [cases for cases in matched.tasks if cases.key[0] == pack.system]
    found = []
    for number, cases in enumerate(own):
        progress.report("Fitting", 0.9 + 0.1 * number / len(own), cases.key[1])
        progress.check()
        found.append(recalibrated_task(cases, site, arguments.draws))
    for one in found:
        print(one.words)
    written = write_site_pack(pack, found, site, arguments.output / f"{pack.name}-{site}")
    print(f"The pack {written.name} is in {written.folder}; use it with --pack {written.folder}.")
    return 0
