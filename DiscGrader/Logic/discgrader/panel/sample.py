"""The sample data set "DiscGrader phantom": rendered when it is asked for, without network, and kept for the next
time."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

import discgrader.phantom
from discgrader.errors import DiscGraderError
from discgrader.imaging.recognize import plane_of
from discgrader.jobs.job import Listener
from discgrader.jobs.process import ProcessRunner
from discgrader.mrml import hierarchy
from discgrader.mrml.volumes import grid_of_volume, volume_to_node
from discgrader.panel.dependencies import python_executable
from discgrader.panel.events import Poller
from discgrader.panel.truth import put_truth, truth_of
from discgrader.panel.words import in_language
from discgrader.phantom.render_job import render_study

NAME = "DiscGrader phantom"
OPTIONS = {"seed": 1, "findings": {"L5-S1": 5, "L4-L5": 4, "L3-L4": 3, "L2-L3": 2, "L1-L2": 1}}
"""The patient of the demo, with every Pfirrmann grade once."""

_POLL_MS = 100


def phantom_folder(cache: Path, options: Mapping[str, object] = OPTIONS) -> Path:
    """Where the study is kept: another place for each version of the phantom and each patient."""
    digest = hashlib.sha256(json.dumps(options, sort_keys=True).encode())
    for path in sorted(Path(discgrader.phantom.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return cache / f"phantom-{digest.hexdigest()[:16]}"


def cache_folder() -> Path:
    """Where this computer keeps what can be made again."""
    return Path(qt.QStandardPaths.writableLocation(qt.QStandardPaths.GenericCacheLocation)) / "DiscGrader"


class PhantomSample(Listener):
    """Has the phantom rendered by a process of its own, and puts it into the scene.

    Parameters
    ----------
    python : str
        The Python to run; in Slicer, PythonSlicer.
    scene : vtkMRMLScene
    show : callable(list of vtkMRMLScalarVolumeNode)
        Shows what was loaded.
    failed : callable(str)
        Hears in a plain line why there is no phantom.
    folder : Path, optional
        Where it is, or is to be kept.
    options : mapping
        Of `discgrader.phantom.render_job.render_study`.
    name : str
        What the study is called.
    """

    def __init__(
        self, python: str, scene, show: Callable[[list], None], failed: Callable[[str], None],
        folder: Path | None = None, options: Mapping[str, object] = OPTIONS, name: str = NAME,
    ) -> None:  # fmt: skip
        self._name = name
        self._scene, self._show, self._say = scene, show, failed
        self._folder, self._options = folder or phantom_folder(cache_folder(), options), options
        self.runner = ProcessRunner(python=python)
        self._dialog: Any = None
        self._poller = Poller(self._poll, _POLL_MS)

    @property
    def running(self) -> bool:
        """Whether it is being rendered."""
        return self.runner.busy

    def load(self) -> None:
        """Put the phantom into the scene; render it first where that was not done before."""
        if self.running:
            return
        if self._folder.is_dir():
            self._fill()
            return
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.failed(error)
            return
        self.runner.run(partial(render_study, self._folder, self._options), self)
        self._dialog = qt.QProgressDialog(slicer.util.mainWindow())
        self._dialog.setWindowTitle(self._name)
        self._dialog.setLabelText(_("Rendering a digital lumbar spine…"))
        self._dialog.setRange(0, 100)
        self._dialog.setMinimumDuration(0)
        self._dialog.connect("canceled()", self.stop)
        self._dialog.setValue(0)
        self._poller.start()

    def stop(self) -> None:
        """Give it up; nothing half-rendered is left."""
        self._poller.close()
        self.runner.close()
        self._close_dialog()

    def progressed(self, stage: str, fraction: float, detail: str) -> None:
        # Qt may call `stop` in here.
        self._dialog.setValue(min(99, round(100 * fraction)))

    def finished(self, value: object) -> None:
        self.stop()
        self._fill()

    def failed(self, error: Exception) -> None:
        self.stop()
        self._say(_("The phantom cannot be rendered: {error}").format(error=in_language(str(error))))

    def _poll(self) -> bool:
        self.runner.poll()
        return self.running

    def _close_dialog(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.disconnect("canceled()")
            dialog.close()
            dialog.deleteLater()

    def _fill(self) -> None:
        from discgrader.imaging.study_reader import read_study

        try:
            study = read_study(self._folder)
        except DiscGraderError as error:
            self._say(in_language(str(error)))
            return
        nodes = [volume_to_node(self._scene, series.volume, series.name) for series in study.series]
        item = hierarchy.study_item(self._scene, self._name, None)
        hierarchy.file_under(self._scene, item, "Series", nodes)
        put_truth(self._scene, self._folder, self._name, item)
        self._show(nodes)


class ChosenSpines:
    """Has digital spines made with findings of the user's choice, each a study of its own.

    Parameters
    ----------
    scene : vtkMRMLScene
    taken : callable(list of vtkMRMLScalarVolumeNode)
        Gets the series of each when they are in the scene.
    python : str, optional
        The Python to run; in Slicer, PythonSlicer.
    cache : Path, optional
        Where spines are kept.
    """

    def __init__(
        self, scene, taken: Callable[[list], None], python: str | None = None, cache: Path | None = None
    ) -> None:
        self._scene, self._taken, self._python, self._cache = scene, taken, python, cache
        self.sample: PhantomSample | None = None
        """The one that is being made, or was made last."""

    def make(self, options: Mapping[str, Any]) -> None:
        """Have one made, unless another is being made.

        Parameters
        ----------
        options : mapping
            Of `discgrader.phantom.render_job.render_study`.
        """
        if self.sample is not None and self.sample.running:
            slicer.util.errorDisplay(_("Another spine is being made; wait for it or cancel it."))
            return
        folder = phantom_folder(self._cache or cache_folder(), options)
        self.sample = PhantomSample(
            self._python or python_executable(), self._scene, self._taken, slicer.util.errorDisplay, folder, options,
            self._free_name(int(options["seed"])),
        )  # fmt: skip
        self.sample.load()

    def _free_name(self, seed: int) -> str:
        """A name that no other spine in the scene has."""
        name, number = _("Digital spine {seed}").format(seed=seed), 2
        free = name
        while truth_of(self._scene, free):
            free, number = f"{name} ({number})", number + 1
        return free

    def stop(self) -> None:
        """Give up what is being made."""
        if self.sample is not None and self.sample.running:
            self.sample.stop()


def register(scene, thumbnail: str, may_load: Callable[[], bool] = lambda: True) -> None:
    """Offer the phantom in Slicer's module Sample Data, where there is that module.

    Parameters
    ----------
    scene : vtkMRMLScene
    thumbnail : str
        Its picture.
    may_load : callable() -> bool
        Asked before it is loaded.
    """
    try:
        import SampleData
    except ImportError:
        return
    samples: list[PhantomSample] = []

    def load(_source=None) -> None:
        if not may_load():
            return
        if not samples:
            samples.append(PhantomSample(python_executable(), scene, show_volumes, slicer.util.errorDisplay))
        samples[0].load()

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="DiscGrader",
        sampleName=NAME,
        # Nothing is downloaded, but Slicer wants a file and where it comes from.
        uris="generated:phantom",
        fileNames="phantom",
        customDownloader=load,
        thumbnailFileName=thumbnail,
    )


def show_volumes(nodes) -> None:
    """Give each slice view the first volume of its plane, else the first of all, and fit it; without views, nothing."""
    manager = slicer.app.layoutManager()
    if manager is None or not nodes:
        return
    planes = {node: plane_of(grid_of_volume(node)).value.capitalize() for node in nodes}
    for name in manager.sliceViewNames():
        logic = manager.sliceWidget(name).sliceLogic()
        orientation = logic.GetSliceNode().GetOrientation()
        volume = next((node for node in nodes if planes[node] == orientation), nodes[0])
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
        logic.GetSliceCompositeNode().SetForegroundVolumeID(None)
    slicer.util.resetSliceViews()
