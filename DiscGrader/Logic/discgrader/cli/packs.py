"""``discgrader packs``: what trained models there are, and whether they are sound."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from discgrader.progress import Progress

if TYPE_CHECKING:
    from discgrader.packs.pack import Pack


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's own arguments."""
    parser = commands.add_parser("packs", help="list and check packs (trained models)")
    parser.add_argument(
        "action",
        choices=("list", "check", "share"),
        help=(
            "list: show the packs; check: verify each pack; share: store files that the packs in a folder have "
            "in common only once"
        ),
    )
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="packs or folders of packs (default: the shipped ones)"
    )
    return parser


def run(arguments: argparse.Namespace, progress: Progress) -> int:
    """List the packs, have them share files, or check them: then the exit status is 1 if any is refused."""
    from discgrader.errors import PackError, UsageError
    from discgrader.packs.pack import BrokenPack, find_pack_folders, list_packs
    from discgrader.packs.share import share_files
    from discgrader.resources import resource_folders

    if arguments.action == "share":
        if len(arguments.folders) != 1:
            raise UsageError("Name the one folder whose packs should share files.")
        print(f"{share_files(arguments.folders[0]) / 1e6:.1f} MB were saved.")
        return 0
    folders = arguments.folders or resource_folders("Packs")
    for folder in folders:
        if not find_pack_folders(folder):
            raise PackError(f"There is no pack in {folder}; name a folder with a pack.json.")
    found = list_packs(folders)
    broken = [pack for pack in found if isinstance(pack, BrokenPack)]
    for pack in found:
        if not isinstance(pack, BrokenPack):
            print(_line(pack) if arguments.action == "list" else f"valid: {pack.name} {pack.version}")
    for pack in broken:
        print(f"refused: {pack.reason}", file=sys.stderr)
    return 1 if broken and arguments.action == "check" else 0


def _line(pack: "Pack") -> str:
    from discgrader.packs.pack import CONTRAST, LOCALIZER

    purposes = {LOCALIZER: "finds the discs", CONTRAST: "recognizes the contrast of an image"}
    megabytes = sum((pack.folder / file).stat().st_size for file in pack.files if file not in pack.borrowed) / 1e6
    tasks = ", ".join(pack.tasks) or purposes.get(pack.system, "computes deep features of images")
    habits = f" Grades as the readers of {', '.join(pack.readers)}, too (--read-as)." if pack.readers else ""
    return (
        f"{pack.name} {pack.version} ({pack.system}, {megabytes:.1f} MB): {tasks}. {pack.trained_on.statement}{habits}"
    )
