"""``discgrader phantom``: studies of the digital spine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.errors import UsageError
from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.phantom.patient import Patient


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("phantom", help="write studies of the digital lumbar spine, with ground truth")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder for the study")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="random seed of the patient (default: 0)")
    parser.add_argument(
        "--grade",
        action="append",
        default=[],
        metavar="LEVEL:FINDING=GRADE,...",
        help=(
            "findings at a disc, such as L4-L5:pfirrmann=4,msu=2B,left_nerve_root=2; repeatable; the others are "
            "drawn at random"
        ),
    )
    patient_options = parser.add_argument_group("patient", "what is not given is drawn at random")
    patient_options.add_argument(
        "--age", type=int, metavar="YEARS", help="age in years, 18 to 95; discs, marrow and muscle age with it"
    )
    patient_options.add_argument("--sex", metavar="F|M")
    patient_options.add_argument("--bmi", type=float, metavar="KG_PER_M2", help="body mass index, 16 to 50")
    patient_options.add_argument(
        "--scoliosis", type=float, metavar="DEGREES", help="Cobb angle in degrees, 0 to 60; 0 for a straight spine"
    )
    patient_options.add_argument("--convex", metavar="SIDE", help="left or right: the convex side of a scoliosis")
    patient_options.add_argument(
        "--lumbar",
        type=int,
        metavar="N",
        help="4, 5 or 6 lumbar vertebrae; levels are still named from the sacrum upward",
    )
    patient_options.add_argument("--transitional", metavar="KIND", help="sacralized (L5), lumbarized (S1) or none")
    parser.add_argument(
        "--cohort",
        type=int,
        metavar="N",
        help="write N patients, with seeds counting up from --seed, each in its own folder",
    )
    parser.add_argument(
        "--diseased", action="store_true", help="draw every grade of every scale about equally often, for training"
    )
    parser.add_argument(
        "--series",
        action="append",
        metavar="ROLE",
        help=(
            "T2, T1, T2_SPACE, STIR, T2_FS or T1_FS (with fat suppression), T2_FAT (the fat part of a Dixon series), "
            "PD, AX_T2 or AX_T1; repeatable"
        ),
    )
    parser.add_argument(
        "--blocks", type=int, nargs="?", const=5, default=0, metavar="N",
        help="axial blocks along each disc instead of one stack; with N blocks (2 to 5), some span several discs",
    )  # fmt: skip
    parser.add_argument("--dicom", action="store_true", help="write DICOM instead of NIfTI")
    parser.add_argument(
        "--stripped",
        action="append",
        nargs="?",
        const="public",
        default=[],
        metavar="KIND",
        help=(
            "with --dicom: headers as incomplete or irregular as in public data sets and exports; without a "
            "KIND, everything that public data sets do at once; else one kind, such as rle or no-modality "
            "(an unknown kind lists all); repeatable"
        ),
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """Render the studies and write them."""
    from discgrader.folders import atomic_folder, check_folder
    from discgrader.phantom.cohort import diseased_findings
    from discgrader.phantom.files import write_patients, write_study, write_tables
    from discgrader.phantom.stripped import check_kinds
    from discgrader.phantom.study import ROLES, make_study

    if arguments.cohort is not None and arguments.cohort < 1:
        raise UsageError(f"A cohort has at least 1 patient, not {arguments.cohort}; choose 1 or more.")
    if arguments.diseased and arguments.grade:
        raise UsageError(
            "--diseased draws all findings at random, so --grade cannot set any; give only one of the two."
        )
    if arguments.stripped and not arguments.dicom:
        raise UsageError("--stripped changes DICOM headers; add --dicom.")
    check_kinds(arguments.stripped)
    given, patient = read_findings(arguments.grade), read_patient(arguments)
    roles = tuple(arguments.series or ROLES)
    check_folder(arguments.output)
    if arguments.cohort is None:
        findings = diseased_findings(arguments.seed, patient) if arguments.diseased else given
        phantom = make_study(
            arguments.seed, findings, roles, blocks=arguments.blocks, patient=patient, progress=progress
        )
        with atomic_folder(arguments.output) as folder:
            write_study(phantom, folder, arguments.dicom, arguments.stripped)
        print(f"{', '.join(series.name for series in phantom.study.series)} are in {arguments.output}.")
        return 0
    with atomic_folder(arguments.output) as folder:
        made, people = [], {}
        for number in range(arguments.cohort):
            seed = arguments.seed + number
            findings = diseased_findings(seed, patient) if arguments.diseased else given
            phantom = make_study(seed, findings, roles, blocks=arguments.blocks, patient=patient, progress=progress)
            write_study(phantom, folder / phantom.study.name, arguments.dicom, arguments.stripped)
            made.append((phantom.study.name, phantom.discs))
            people[phantom.study.name] = phantom.parameters.patient
        write_tables(made, folder)
        write_patients(people, folder)
    print(f"{arguments.cohort} patients are in {arguments.output}.")
    return 0


def read_patient(arguments: argparse.Namespace) -> Patient:
    """The patient asked for.

    Raises
    ------
    UsageError
        If there is no such patient.
    """
    from discgrader.phantom.patient import Patient

    return Patient(
        age=arguments.age,
        sex=arguments.sex,
        mass_index=arguments.bmi,
        scoliosis_deg=arguments.scoliosis,
        convex=arguments.convex,
        lumbar=arguments.lumbar,
        transitional=arguments.transitional,
    )


def read_findings(given: list[str]) -> dict:
    """Findings by level from arguments such as ``L4-L5:pfirrmann=4,msu=2B``.

    Raises
    ------
    UsageError
        If one cannot be read, its level is given twice, or what it asks for cannot be.
    """
    from discgrader.phantom.findings import DiscFindings

    findings: dict[str, DiscFindings] = {}
    for option in given:
        level, colon, text = option.partition(":")
        if not colon or not text:
            raise UsageError(f"--grade {option} names no level and finding; write it as L4-L5:pfirrmann=4.")
        if level in findings:
            raise UsageError(f"--grade names {level} twice; give all its findings in one --grade, separated by commas.")
        try:
            findings[level] = DiscFindings.parse(text)
        except UsageError as error:
            raise UsageError(f"--grade {option}: {error}") from None
    return findings
