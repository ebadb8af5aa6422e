"""How long a whole study takes once the networks are loaded, as in Slicer's worker or in a batch.

python Testing/benchmarks/warm_grade.py STUDY        # also part of make bench
"""

import argparse
import sys
import time
from pathlib import Path

from discgrader.imaging.study_reader import read_study
from discgrader.pipeline.engine import Engine


def grade(engine: Engine, study: Path) -> tuple[float, int, int]:
    """Seconds from file to grades and saliency of every system; how many grades and maps there are."""
    began = time.perf_counter()
    result = engine.grade(read_study(study))
    return time.perf_counter() - began, sum(len(disc.grades) for disc in result.discs), len(result.saliency)


def peak_megabytes() -> float:
    """Of this process; not a number where the system does not tell."""
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    began = time.perf_counter()
    engine = Engine.default()
    print(f"\nOne study, one process: loading {time.perf_counter() - began:.2f} s")
    for number in range(options.runs + 1):
        seconds, grades, maps = grade(engine, options.study)
        print(f"{f'warm, run {number}' if number else 'first':<12} {seconds:6.2f} s  {grades} grades, {maps} maps")
    print(f"peak memory {peak_megabytes():.0f} MB")


if __name__ == "__main__":
    main()
