"""What the main job gives for a few studies, in short: ``grades.json``; sum, maximum and center of each saliency map.

    python Testing/golden.py [STUDY ...]     # writes Testing/reference/golden anew; look at the difference afterwards

Only the command line and the files of the contract are used, so that the references outlive any change within.
"""

import hashlib
import json
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from discgrader.cli.main import main

REFERENCES = Path(__file__).parent / "reference" / "golden"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

DEMO = [
    "L5-S1:pfirrmann=5",
    "L4-L5:pfirrmann=4,msu=2B,side=left",
    "L3-L4:pfirrmann=3,central_stenosis=2",
    "L2-L3:pfirrmann=2",
    "L1-L2:pfirrmann=1",
]
VOLATILE = (
    *("software", "settings", "pack_sha256", "pack_version", "trained_on", "files", "title", "source", "unit"),
    *("report_from", "in_words"),
)
"""What changes with a version and not with what was found: identities, checksums (``files``), words, and what only
repeats discs and grades for a report that is made anew."""


def _phantom(folder: Path, *options: str) -> Path:
    if not folder.is_dir():
        assert main(["phantom", "-o", str(folder), *options]) == 0
    return folder


def _demo(scratch: Path) -> Path:
    return _phantom(scratch / "demo", "--seed", "1", *(one for grade in DEMO for one in ("--grade", grade)))


def _blocks(scratch: Path) -> Path:
    series = ("--series", "T2", "--series", "T1", "--series", "AX_T2")
    return _phantom(scratch / "blocks", "--seed", "6", "--blocks", *series, "--grade", "L4-L5:msu=1A,pfirrmann=4")


def _spider(name: str) -> Callable[[Path], Path]:
    return lambda scratch: DATA / "spider" / name


STUDIES: Mapping[str, Callable[[Path], Path]] = {
    "demo": _demo,
    "blocks": _blocks,
    **{
        f"spider_{name.rsplit('/')[-1]}": _spider(f"{name}.nii.gz")
        for name in (
            "t2_space/5_t2_SPACE",
            "t2_space/52_t2_SPACE",
            "midsagittal/100_t2",
            "midsagittal/146_t1",
            "midsagittal/7_t2",
            "midsagittal/2_t2",
            "midsagittal/2_t1",
        )
    },
}
"""Studies by name: each is made in a scratch folder, or lies beside the project."""


def processor() -> str:
    """Which processor this is, by its instructions: others round otherwise."""
    flags = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        found = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        flags = " ".join(sorted(found[1].split())) if found else flags
    return hashlib.sha256(f"{platform.machine()} {flags}".encode()).hexdigest()[:16]


def result_of(study: Path, scratch: Path) -> dict:
    """The short form of what ``discgrader grade`` makes of a study, ready for `json.dumps`."""
    out = scratch / f"result of {study.name}"
    assert main(["grade", str(study), "-o", str(out), "--overwrite"]) == 0
    grades = json.loads((out / "grades.json").read_text(encoding="utf-8"))
    maps = {path.name.removesuffix(".nii.gz"): _map(path) for path in sorted((out / "saliency").glob("*.nii.gz"))}
    return {"processor": processor(), "grades": _lasting(grades), "saliency": maps}


def _lasting(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lasting(one) for key, one in value.items() if key not in VOLATILE}
    return [_lasting(one) for one in value] if isinstance(value, list) else value


def _map(path: Path) -> dict[str, object]:
    image = sitk.ReadImage(str(path))
    array = np.nan_to_num(sitk.GetArrayFromImage(image).astype(float))
    total = float(array.sum())
    index = [float((array * axis).sum() / total) if total else 0.0 for axis in np.indices(array.shape)[::-1]]
    center = np.array(image.TransformContinuousIndexToPhysicalPoint(index)) * [-1, -1, 1]
    return {"sum": total, "maximum": float(array.max(initial=0.0)), "center_ras_mm": np.round(center, 6).tolist()}


Near = Callable[[str, object, object], bool]


def differences(found: object, expected: object, near: Near, where: str = "") -> Iterator[str]:
    """Where two short forms differ, in words; ``near`` says whether two values at a place are equal."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*found, *expected}):
            if key in found and key in expected:
                yield from differences(found[key], expected[key], near, f"{where}/{key}")
            else:
                yield f"{where}/{key} is only {'expected' if key in expected else 'found'}"
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, near, f"{where}/{number}")
    elif not near(where, found, expected):
        yield f"{where} is {found!r}, not {expected!r}"


def write(names: list[str]) -> None:
    """Write the references of these studies."""
    REFERENCES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            short = result_of(STUDIES[name](Path(scratch)), Path(scratch))
            text = json.dumps(short, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            (REFERENCES / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1:] or list(STUDIES))
