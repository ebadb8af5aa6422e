"""Where things lie: the project, its tests, and the real data beside it."""

import os
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
TESTING = SUPPORT.parent
ROOT = TESTING.parent
MODULE = ROOT / "DiscGrader"
LOGIC = MODULE / "Logic"
REFERENCE = TESTING / "reference"
DATA = ROOT.parent / "shared" / "data"
SEARCHED = os.pathsep.join(map(str, (TESTING, SUPPORT, LOGIC)))
"""``PYTHONPATH`` of processes that tests start: the desk, what tests share, and the package."""
