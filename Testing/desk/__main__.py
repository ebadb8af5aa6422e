"""``python -m desk [STUDY]``: opens the desk."""

import argparse
import sys
from pathlib import Path


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="desk", description="DiscGrader in a window of its own, without Slicer.")
    parser.add_argument("study", nargs="?", type=Path, help="a file, a DICOM folder, or a .mrb to open")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    options = parser.parse_args(arguments)
    from desk.desk import Desk, use_display

    if sys.platform.startswith("linux"):
        use_display()
    desk = Desk(theme=options.theme)
    if options.study is not None:
        desk.files.open(options.study)
    return desk.run()


if __name__ == "__main__":
    sys.exit(main())
