"""How long the main job takes and how much memory, measured on the phantom, each time in processes of their own.

make bench
make bench BENCH_OPTIONS="--studies 1 5 --runs 1"
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DISCGRADER = (sys.executable, "-m", "discgrader.cli.main")
SERIES = ("T1", "T2", "T2_SPACE")
ALL_SERIES = (*SERIES, "AX_T2")


@dataclass(frozen=True)
class Usage:
    """What a command used: wall-clock and processor seconds, and megabytes of its largest process."""

    wall: float
    processor: float
    megabytes: float


def run(*arguments: object) -> Usage:
    """Run ``discgrader`` with these arguments in a process of its own, start of Python included."""
    began = time.perf_counter()
    process = subprocess.Popen([*DISCGRADER, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"discgrader {' '.join(map(str, arguments))} ended with {process.returncode}:\n{errors}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns, the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = (head, ["-" * width for width in widths], *rows)
    return "\n".join(
        "  ".join(cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    )


def make_phantom(folder: Path, roles: Sequence[str]) -> Path:
    """A study of the phantom of these series."""
    made = run("phantom", "-o", folder, "--seed", 1, *(f"--series={role}" for role in roles))
    # The truth beside the phantom is no part of a study.
    shutil.rmtree(folder / "masks", ignore_errors=True)
    print(f"phantom of {', '.join(roles)} made in {made.wall:.1f} s")
    return folder


def bench_grade(title: str, study: Path, work: Path, runs: int) -> None:
    """One study, cold start included: whole process, and stage by stage of the fastest run."""
    rows, stages = [], {}
    best: Usage | None = None
    for command, options in (("grade", ()), ("grade --no-saliency", ("--no-saliency",))):
        for number in range(runs):
            timings = work / "timings.json"
            usage = run("grade", study, "-o", work / "graded", "--timings", timings, *options)
            cells = (f"{usage.wall:.2f} s", f"{usage.processor:.2f} s", f"{usage.megabytes:.0f} MB")
            rows.append((f"{command}, run {number + 1}", *cells))
            if not options and (best is None or usage.wall < best.wall):
                best, stages = usage, json.loads(timings.read_text(encoding="utf-8"))
    print(f"\n{title}, cold start included\n")
    print(table(("command", "wall", "processor", "peak memory"), rows))
    stages["Starting Python, ending, all else"] = best.wall - sum(stages.values())
    print("\nStages of the fastest run\n")
    print(
        table(
            ("stage", "time", "share"),
            [(name, f"{seconds:.2f} s", f"{seconds / best.wall:.0%}") for name, seconds in stages.items()],
        )
    )


def bench_batch(study: Path, work: Path, counts: Sequence[int], workers: int | None) -> None:
    """How time grows with the number of studies."""
    rows, first = [], None
    for count in counts:
        folder, out = work / f"in {count}", work / f"out {count}"
        for number in range(count):
            shutil.copytree(study, folder / f"study {number + 1:02}")
        options = () if workers is None else ("--workers", workers)
        usage = run("batch", folder, "-o", out, *options)
        graded = len(list(out.glob("*/grades.json")))
        if graded != count:
            sys.exit(f"only {graded} of {count} studies were graded: {(out / 'failed.csv').read_text()}")
        first = first or usage
        rows.append(
            (
                str(count),
                f"{usage.wall:.1f} s",
                f"{usage.wall / count:.1f} s",
                f"{usage.wall / first.wall:.1f} x",
                f"{usage.processor:.1f} s",
                f"{usage.megabytes:.0f} MB",
            )
        )
        shutil.rmtree(folder)
        shutil.rmtree(out)
    print(f"\nBatch, {workers or 'as many workers as cores'}\n")
    print(table(("studies", "wall", "a study", "growth", "processor", "largest process"), rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="how often a single study is graded (default: 3)")
    parser.add_argument("--studies", type=int, nargs="+", default=[1, 2, 5, 10, 20], help="sizes of the batches")
    parser.add_argument("--workers", type=int, help="workers of the batches (default: one a core)")
    parser.add_argument("--study", type=Path, help="a study to grade instead of the phantom")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="discgrader-bench-") as folder:
        work = Path(folder)
        study = options.study or make_phantom(work / "phantom", SERIES)
        bench_grade("The study" if options.study else "One study of three sequences", study, work, options.runs)
        if options.study is None:
            whole = make_phantom(work / "whole phantom", ALL_SERIES)
            bench_grade("One study of four series, by all systems", whole, work, options.runs)
            subprocess.run([sys.executable, Path(__file__).parent / "benchmarks" / "warm_grade.py", whole], check=True)
        bench_batch(study, work, options.studies, options.workers)
    for name in ("desk_speed.py", "radiomics_speed.py"):
        subprocess.run([sys.executable, Path(__file__).parent / "benchmarks" / name], check=True)


if __name__ == "__main__":
    main()
