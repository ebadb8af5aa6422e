"""What all tests share: where the real data lies, and a skip where it does not."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data beside the project; skips where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"real data not found at {DATA.relative_to(DATA.parents[2])} beside the project")
    return DATA
