"""``python -m desk [STUDY]``: opens the desk."""

import argparse
import sys
from pathlib import Path


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="desk", description="DiscGrader in a window of its own, without Slicer.")
    parser.add_argument("study", nargs="?", type=Path, help="a file, a DICOM folder, or a .mrb to open")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--language", help="of the module, from now on, such as de or en")
    parser.add_argument("--picture", type=Path, help="save a picture of the window with the study open, and quit")
    options = parser.parse_args(arguments)
    from desk.desk import Desk, use_display

    if sys.platform.startswith("linux"):
        use_display()
    desk = Desk(theme=options.theme, language=options.language)
    if options.study is not None:
        desk.files.open(options.study)
    if options.picture is not None:
        return _picture(desk, options.picture)
    return desk.run()


def _picture(desk, path: Path) -> int:
    import slicer

    with desk:
        desk.show()
        while desk.files.busy:
            slicer.app.processEvents()
        slicer.app.processEvents()
        desk.picture(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
