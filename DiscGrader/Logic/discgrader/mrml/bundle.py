"""A study's result as a file that Slicer opens: a scene bundle, .mrb."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discgrader.errors import OutputError, UsageError
from discgrader.grading.results import StudyResult
from discgrader.progress import Progress

_VIEW_SIZE = (512, 512)


def write_scene(result: StudyResult, path: Path, progress: Progress | None = None) -> None:
    """Write a result as a .mrb file with everything that `populate_scene` puts into a scene, ready to be looked at.

    The slice views show the series that the discs were found on, and over it the saliency of the worst disc.

    Parameters
    ----------
    result : StudyResult
    path : Path
        Ends in ``.mrb``; appears whole or not at all.
    progress : Progress

    Raises
    ------
    UsageError
        When slicer-core is not installed.
    OutputError
        When the file cannot be written.
    """
    progress, path = progress or Progress(), Path(path)
    if path.suffix != ".mrb":
        raise UsageError(f"{path.name} is not a scene bundle; choose a name that ends in .mrb.")
    require_slicer_core()
    from discgrader.mrml.headless import SLICE_VIEWS, headless_scene
    from discgrader.mrml.scene import populate_scene

    progress.report("Writing the scene", 0.0)
    host = headless_scene()
    nodes = populate_scene(host.scene, result, progress=progress.part(0.0, 0.6))
    logics = [host.slice_logic(name, orientation) for name, orientation in SLICE_VIEWS]
    arrange_views(host.scene, logics, result, nodes)
    progress.report("Writing the scene", 0.6, path.name)
    _write(host.scene, path)
    host.scene.Clear(True)
    progress.report("Writing the scene", 1.0, path.name)


def require_slicer_core() -> None:
    """Raise `UsageError` where the slicer package cannot be imported."""
    try:
        import slicer  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"Writing a scene requires slicer-core, which could not be loaded ({error}); install it with "
            "pip install 'discgrader[scene]'."
        ) from error


def arrange_views(scene, slice_logics, result: StudyResult, nodes) -> None:
    """Fit slice views to the picture, put the saliency of the worst disc over it and move to that disc.

    Axial views show the axial series that its grades were read from, as the panel has it, the others the series that
    the discs were found on.
    """
    from discgrader.mrml.grade_views import axial_slice
    from discgrader.mrml.views import jump_to, show_layers, show_series

    background = nodes.volumes[result.localization.series_name]
    worst = _worst_level(result)
    over = next((node for key, node in nodes.saliency.items() if key[0] == worst), None)
    show_layers(scene, background, over)
    if worst is not None:
        [graded] = [disc for disc in result.discs if disc.disc.level == worst]
        shown = axial_slice(graded, nodes.volumes.values())
        show_series(scene, background, nodes.volumes.values(), None if shown is None else shown.node)
    for logic in slice_logics:
        logic.ResizeSliceNode(*_VIEW_SIZE)
        logic.FitSliceToBackground()
    if worst is not None:
        jump_to(scene, nodes.rois[worst])


def _worst_level(result: StudyResult) -> str | None:
    """Level whose leading grade is the highest on its scale; the lowest such disc."""
    graded = [(disc.disc.level, grade) for disc in result.discs if (grade := disc.leading_grade) is not None]
    if not graded:
        return None
    return max(graded, key=lambda pair: list(pair[1].probabilities).index(pair[1].grade))[0]


def _write(scene, path: Path) -> None:
    """Write the bundle beside its place and move it there once it is complete."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be written ({error.strerror}); choose another folder.") from error
    try:
        partial = folder.absolute() / path.name
        with same_working_folder():
            written = scene.WriteToMRB(str(partial))
        if not written or not partial.is_file():
            raise OutputError(f"The scene could not be written to {path}; check the free disk space.")
        os.replace(partial, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def same_working_folder() -> Iterator[None]:
    """Come back to the working folder, which MRML leaves for the archive and does not always return to."""
    before = os.getcwd()
    try:
        yield
    finally:
        os.chdir(before)


def read_bundle(host, path: Path) -> None:
    """Read a .mrb file into a headless scene.

    Parameters
    ----------
    host : HeadlessScene
    path : Path

    Raises
    ------
    UsageError
        When the file is not there or is no scene bundle.
    """
    import slicer

    cache = tempfile.mkdtemp(prefix="discgrader-mrb-")
    try:
        # Reading goes through the data manager of the application's remote cache, which a bare scene lacks.
        remote = slicer.vtkMRMLRemoteIOLogic()
        remote.SetMRMLScene(host.scene)
        remote.GetCacheManager().SetRemoteCacheDirectory(cache)
        manager = slicer.vtkDataIOManagerLogic()
        manager.SetMRMLScene(host.scene)
        manager.SetMRMLApplicationLogic(host.application)
        manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        with same_working_folder():
            read = zipfile.is_zipfile(path) and host.scene.ReadFromMRB(str(Path(path).absolute()), True)
        if not read:
            raise UsageError(f"{path} could not be read as a scene bundle; choose a .mrb file written by DiscGrader.")
        remote.RemoveDataIOFromScene()
    finally:
        shutil.rmtree(cache, ignore_errors=True)
