"""Options that several commands share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.localize.margin import DEFAULT_MARGIN_MM, MARGIN_RANGE_MM

if TYPE_CHECKING:
    from discgrader.pipeline.settings import Settings


def add_study_options(parser: argparse.ArgumentParser) -> None:
    """What decides how discs are found."""
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="NAME=ROLE",
        help=(
            "role of a series that is recognized wrongly or not at all: T1, T1_FS (fat-suppressed), T2, "
            "T2_SPACE, STIR (or fat-suppressed T2), other (nothing is graded from it), with the prefix AX_ "
            "or COR_ for axial and coronal series; a ROLE alone for a study of one series; repeatable"
        ),
    )
    parser.add_argument(
        "--margin-mm",
        type=float,
        default=DEFAULT_MARGIN_MM,
        metavar="MM",
        help="margin of an ROI box above and below its disc, {:g} to {:g} mm (default: %(default)g)".format(
            *MARGIN_RANGE_MM
        ),
    )
    parser.add_argument("--lowest-disc", metavar="LEVEL", help="level of the lowest disc in view, such as L5-S1")
    parser.add_argument(
        "--pack",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="a pack, or a folder of packs, to use instead of the shipped ones of the same system; repeatable",
    )
    parser.add_argument(
        "--device", default="cpu", help="device that the networks run on: cpu (default), cuda, cuda:1, mps"
    )


def add_rois_option(parser: argparse.ArgumentParser) -> None:
    """Corrected boxes of one study."""
    parser.add_argument(
        "--rois",
        type=Path,
        metavar="FILE",
        help="corrected ROI boxes to use: a .mrk.json, a folder of them, or a grades.json",
    )


def add_grading_options(parser: argparse.ArgumentParser) -> None:
    """What decides which grades are given and what is written."""
    parser.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help="grading system, such as pfirrmann; repeatable (default: all that the series allow)",
    )
    parser.add_argument(
        "--grade-anyway",
        action="store_true",
        help=(
            "grade a study even if it may not be a lumbar spine on MR (another part of the spine, a CT), "
            "which is refused otherwise"
        ),
    )
    add_call_option(parser)
    add_reader_option(parser)
    parser.add_argument("--no-saliency", action="store_true", help="skip the saliency maps (faster)")
    add_language_option(parser)
    add_identity_option(parser)
    parser.add_argument("--scene", action="store_true", help="also write study.mrb for 3D Slicer (needs slicer-core)")


def add_call_option(parser: argparse.ArgumentParser) -> None:
    """How findings are called."""
    parser.add_argument(
        "--call",
        action="append",
        default=[],
        metavar="RULE",
        help=(
            "how findings are called: youden (most sensitivity + specificity), sensitivity:0.9 (at least so much), "
            "likeliest (the likeliest grade); SYSTEM.TASK=RULE for one task, such as "
            "spider.herniation=sensitivity:0.9; repeatable (default: as each pack states it); probabilities stay "
            "the same"
        ),
    )


def add_reader_option(parser: argparse.ArgumentParser) -> None:
    """Whose habit the grades follow."""
    parser.add_argument(
        "--read-as",
        default="",
        metavar="DATA_SET",
        help=(
            "grade as the readers of this data set do, such as Sudirman, where a pack learned from several; see "
            "'discgrader packs list' (default: as those of the pack's first data set)"
        ),
    )


def add_language_option(parser: argparse.ArgumentParser) -> None:
    """What language the report is in."""
    parser.add_argument("--language", default="en", metavar="CODE", help="language of the report: en (default) or de")


def add_identity_option(parser: argparse.ArgumentParser) -> None:
    """Whether results tell whose they are."""
    parser.add_argument(
        "--no-identity",
        action="store_true",
        help=(
            "write nothing of what DICOM states of patient and examination: no name, ID, birth date, sex, age, date, "
            "accession number and UID (default: they are in report, grades.json, scene and reading)"
        ),
    )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Where the results go."""
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace previous results even if they were edited by hand"
    )


def settings_from(arguments: argparse.Namespace) -> "Settings":
    """The settings that the options say.

    Raises
    ------
    UsageError
        When one of them is not valid.
    """
    from discgrader.pipeline.settings import Settings

    systems = getattr(arguments, "system", None)
    return Settings(
        systems=None if systems is None else tuple(dict.fromkeys(systems)),
        margin_mm=arguments.margin_mm,
        lowest_disc=arguments.lowest_disc,
        saliency=not getattr(arguments, "no_saliency", False),
        rois=getattr(arguments, "rois", None),
        roles=_roles(arguments.role),
        packs=tuple(arguments.pack),
        grade_anyway=getattr(arguments, "grade_anyway", False),
        device=arguments.device,
        calls=_calls(getattr(arguments, "call", [])),
        read_as=getattr(arguments, "read_as", ""),
        language=getattr(arguments, "language", "en"),
        identity=not getattr(arguments, "no_identity", False),
    )


def _calls(given: list[str]) -> dict[str, str]:
    """By task its rule, by an empty name that of all; the last one given holds."""
    found = {}
    for text in given:
        task, equals, rule = text.partition("=")
        named = equals and "." in task
        found[task.strip() if named else ""] = rule if named else text
    return found


def _roles(given: list[str]) -> dict[str, str] | str | None:
    from discgrader.errors import UsageError

    named = dict(text.rsplit("=", 1) for text in given if "=" in text)
    bare = [text for text in given if "=" not in text]
    if not bare:
        return named or None
    if named or len(bare) > 1:
        raise UsageError("A role without a name is for a study of one series; say which series is which (NAME=ROLE).")
    return bare[0]
