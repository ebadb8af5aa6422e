"""How often grades are withheld, because what is seen is hardly a lumbar spine on MR: on lumbar pictures, and on
others.

    python Testing/benchmarks/withheld.py ../shared/data -o RUN

Lumbar are all sagittal pictures of SPIDER and Sudirman and the volumes of open_volumes and full_width. The others are
made of them, of every `EVERY`-th: its voxels half as large, as a neck's discs are, and cropped to two discs, without
the sacrum. ``RUN/withheld.csv`` has a row for each picture; what is there is not computed again. About half an hour on
one core.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from discgrader.errors import DiscGraderError
from discgrader.imaging.files import stem
from discgrader.imaging.study import Series, Study
from discgrader.imaging.study_reader import read_study
from discgrader.imaging.volume import Volume
from discgrader.localize.disc import Localization
from discgrader.localize.localizer import Localizer
from discgrader.packs.pack import LOCALIZER, default_packs
from discgrader.training.spider import spider_images

LUMBAR, SMALL, CROPPED = "lumbar", "voxels half as large", "two discs, no sacrum"
EVERY, HALF, ROOM_MM = 25, 0.5, 16.0
COLUMNS = "kind", "picture", "discs", "withheld"
OTHER_SCANNERS = "full_width/volume_1.nii.gz", "full_width/volume_2.nii.gz", "open_volumes/t2_lumbar.nii.gz"


def pictures(data: Path) -> Iterator[tuple[Path, str]]:
    """Every lumbar picture and its role, those of one slice, which are quick, before the stacks."""
    single = [(image.path, image.sequence) for image in spider_images(data)]
    with open(data / "sudirman_sagittal" / "images.csv", encoding="utf-8", newline="") as file:
        single += [(data / "sudirman_sagittal" / row["file"], row["sequence"].upper()) for row in csv.DictReader(file)]
    yield from sorted(single, key=lambda one: one[1] == "T2_SPACE")
    yield from ((data / file, "T2") for file in OTHER_SCANNERS)


def half_as_large(series: Series) -> Series:
    """The same picture of a spine half the size."""
    affine = series.volume.affine_lps.copy()
    affine[:3, :3] *= HALF
    return replace(series, volume=Volume(series.volume.array, affine))


def two_discs(series: Series, found: Localization) -> Series | None:
    """What shows the third and fourth discs from below and little more; None where there are not so many."""
    if len(found.discs) < 5:
        return None
    volume = series.volume
    axis = int(np.abs(volume.directions[2]).argmax())
    places = sorted(volume.lps_to_index(disc.center_lps_mm)[axis] for disc in found.discs[2:4])
    room = ROOM_MM / volume.spacing_mm[axis]
    first, after = max(0, int(places[0] - room)), int(places[1] + room) + 1
    keep = [slice(None)] * 3
    keep[2 - axis] = slice(first, after)
    start = np.zeros(3)
    start[axis] = first
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.index_to_lps(start)
    return replace(series, volume=Volume(np.ascontiguousarray(volume.array[tuple(keep)]), affine))


def judged(localizer: Localizer, series: Series) -> tuple[Localization | None, int, str]:
    """What was found, how many discs, and why grades are withheld: empty where they are not. No disc is none to
    grade."""
    try:
        found = localizer.localize(Study(series.name, (series,)))
    except DiscGraderError as error:
        return None, 0, str(error)
    return found, len(found.discs), found.withheld


def measure(data: Path, table: Path) -> None:
    """Judge what the table lacks and add it."""
    localizer = Localizer(next(pack for pack in default_packs() if pack.system == LOCALIZER))
    known = {row["picture"] for row in rows(table)} if table.is_file() else set()
    with open(table, "a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if not known:
            writer.writerow(COLUMNS)
        for number, (path, role) in enumerate(pictures(data)):
            name = f"{path.parent.parent.name}/{stem(path)}"
            if name in known:
                continue
            series = read_study(path, roles=role).series[0]
            found, discs, why = judged(localizer, series)
            own = [(LUMBAR, name, discs, why)]
            if number % EVERY == 0:
                other = [(SMALL, half_as_large(series)), (CROPPED, found and two_discs(series, found))]
                own = [(kind, name, *judged(localizer, one)[1:]) for kind, one in other if one is not None] + own
            # The picture itself last: a run that was stopped in between does all of it again.
            writer.writerows(own)
            file.flush()
            print(f"{number + 1} {name}", file=sys.stderr)


def rows(table: Path) -> list[dict[str, str]]:
    """The table as it is."""
    with open(table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(table: Path) -> str:
    """The figures, and each lumbar picture whose grades are withheld."""
    lines = []
    for kind in (LUMBAR, SMALL, CROPPED):
        own = [row for row in rows(table) if row["kind"] == kind]
        withheld = [row for row in own if row["withheld"]]
        lines.append(f"{kind}: {len(own)} pictures, {len(withheld)} withheld")
        lines += [f"  {row['picture']}: {row['withheld']}" for row in withheld if kind == LUMBAR]
    return "\n".join(lines)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RUN")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    measure(arguments.data, arguments.output / "withheld.csv")
    print(told(arguments.output / "withheld.csv"))


if __name__ == "__main__":
    main()
