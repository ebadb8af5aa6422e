"""What all tests share: where the real data lies, skips where it or PyTorch is missing; windows without a screen."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

import desk  # noqa: F401  decides how PySide6 gives its enums, before any test imports it
import pytest
from places import DATA

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# What a user has chosen is not for tests to change, nor what another process that runs tests at the same time has.
_SETTINGS = tempfile.TemporaryDirectory(prefix="discgrader-settings-")
os.environ["XDG_CONFIG_HOME"] = _SETTINGS.name
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

NOBODY = 65534
NEEDS_TORCH = "networks need PyTorch, which is not installed"
MAY_BE_MISSING = {
    "torch": NEEDS_TORCH,
    "slicer": "scenes need slicer-core, which is not installed",
    "PySide6": "the desk needs PySide6-Essentials, which is not installed",
    "lightgbm": "trees are held against LightGBM, which is not installed",
    "radiomics": "pyradiomics, the reference, is not installed",
}
"""Libraries, and why tests that import one are skipped where it is not there."""
LONG = (
    "test_golden", "test_desk_panel", "test_radiomics_parity", "test_phantom_grades", "test_batch", "test_stripped",
    "test_desk_end_to_end", "test_blocks_end_to_end", "test_dask", "test_window_training", "test_desk_blocks",
    "test_desk_slicer_layer", "test_desk_observers", "test_desk_findings", "test_worker", "test_axial_contrast",
    "test_axial_only", "test_desk_bad_input", "test_main_job", "test_spider_layout", "test_desk_worker",
    "test_desk_unsaved",
    "test_localize", "test_contrast_training", "test_evaluate", "test_tabular_pack", "test_plausible", "test_cli",
    "test_sheets", "test_batch_boxes", "test_training", "test_typical", "test_window_systems", "test_realism",
    "test_held_out", "test_radiomics_baseline", "test_level_training", "test_grading", "test_axial", "test_fusion",
    "test_dicom_unlinked", "test_seventh_system", "test_desk_reopened", "test_phantom_patients", "test_translations",
    "test_desk_hand", "test_coordinates", "test_desk", "test_phantom", "test_dixon_parts", "test_without_torch",
    "test_deep_features", "test_saved_scenes", "test_worker_ends", "test_desk_not_graded", "test_desk_closing",
    "test_picture_contrast", "test_dicom_blocks", "test_desk_question", "test_choices", "test_desk_choice",
    "test_desk_keys", "test_desk_everything", "test_desk_second", "test_desk_off_disc",
)  # fmt: skip
"""Files whose tests take long, the longest first: all others together are done in two minutes."""


class _Module(pytest.Module):
    """A file of tests; skipped whole where it cannot be imported because a library of `MAY_BE_MISSING` is not there."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        try:
            return super().collect()
        except self.CollectError as error:
            if isinstance(error.__cause__, ImportError):
                library = (error.__cause__.name or "").split(".")[0]
                if library in MAY_BE_MISSING:
                    pytest.skip(MAY_BE_MISSING[library], allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Collect every file of tests as `_Module`."""
    return _Module.from_parent(parent, path=module_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long are marked as slow, and go first, so that no process is left with one when all others have
    ended."""
    place = {name: number for number, name in enumerate(LONG)}
    for item in items:
        if item.path.stem in place:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """An empty folder of an ordinary user's, who is also who runs the test: the superuser may read and write
    anything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no file permissions of this kind")
    folder = Path(tempfile.mkdtemp(prefix="discgrader-test-"))
    own = os.geteuid()
    if own == 0:
        os.chown(folder, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(own)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch; skips where it is not installed, as under a Python for which it has no wheel."""
    return pytest.importorskip("torch", reason=NEEDS_TORCH)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data beside the project; skips where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"real data not found at {DATA.relative_to(DATA.parents[2])} beside the project")
    return DATA


@pytest.fixture
def opened_worker() -> Iterator[Callable[..., object]]:
    """Opens `worker_desk.Desk`, with the options of `worker_engine.make`; each is closed at the end."""
    from worker_desk import Desk

    desks: list[Desk] = []

    def open_desk(**options: object) -> Desk:
        desks.append(Desk(**options))
        return desks[-1]

    yield open_desk
    for one in desks:
        one.client.runner.close()


@pytest.fixture(scope="module")
def opened_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A `desk.desk.Desk` whose window is open, shared by the tests of a file, which leave it as they found it."""
    for library in ("slicer", "PySide6.QtWidgets"):
        pytest.importorskip(library, reason=MAY_BE_MISSING[library.split(".")[0]], exc_type=ImportError)
    from desk.desk import Desk

    with Desk(log_folder=tmp_path_factory.mktemp("log"), testing=True) as one:
        one.show()
        yield one


@pytest.fixture(name="desk")
def quiet_desk(opened_desk: object, capfd: pytest.CaptureFixture[str]) -> Iterator[object]:
    """The opened desk with the module in front and an empty scene; nothing may come to its log or to standard error."""
    import slicer

    before = opened_desk.log.path.read_text(encoding="utf-8")
    yield opened_desk
    slicer.util.selectModule("DiscGrader")
    opened_desk.files.close_scene()
    opened_desk.module.logic.jobs.engine = None
    new = opened_desk.log.path.read_text(encoding="utf-8").removeprefix(before)
    assert "ERROR" not in new and "Traceback" not in new, new
    assert capfd.readouterr().err == ""


@pytest.fixture
def user(desk: object) -> object:
    """A `desk.user.User` at the desk."""
    from desk.user import User

    return User(desk)


@pytest.fixture
def panel(desk: object, user: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The panel with a study that was opened; its discs are found and graded by made-up answers."""
    from block_engine import BlockEngine
    from fake_engine import write_blocks
    from panel_reader import know_only

    know_only(monkeypatch, desk.module.panel)
    desk.module.logic.jobs.engine = BlockEngine()
    user.open(write_blocks(tmp_path / "blocks"))
    user.wait(0.1)
    return desk.module.panel


@pytest.fixture
def graded(panel: object, user: object) -> object:
    """The panel with discs that were found and graded."""
    from panel_reader import finish

    finish(panel, user, panel.ui.findButton)
    finish(panel, user, panel.ui.gradeButton)
    return panel


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The folder of a study of the spine of blocks."""
    from fake_engine import write_blocks

    return write_blocks(tmp_path / "blocks")


@pytest.fixture
def in_same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches grade in this process, for tests that are not about processes: each takes seconds to start."""
    from fake_engine import SameProcess

    monkeypatch.setattr("discgrader.pipeline.batch.ProcessPool", SameProcess)


@pytest.fixture(scope="session")
def localizer(torch: ModuleType) -> object:
    """The `Localizer` that ships."""
    from discgrader.localize.localizer import Localizer
    from discgrader.packs.pack import LOCALIZER, default_packs

    return Localizer(next(pack for pack in default_packs() if pack.system == LOCALIZER))
