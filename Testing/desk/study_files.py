"""Opens studies and scenes into the desk's scene, and saves the scene."""

import tempfile
from pathlib import Path

import vtk
from discgrader.errors import DiscGraderError
from discgrader.imaging.study_reader import read_study
from discgrader.jobs.job import Listener
from discgrader.jobs.threads import ThreadRunner
from discgrader.mrml import hierarchy
from discgrader.mrml.volumes import volume_to_node
from PySide6 import QtCore

SCENES = (".mrb", ".mrml")
_POLL_MS = 40


class StudyFiles(Listener):
    """Reads in a thread of its own, so that the window goes on meanwhile.

    Parameters
    ----------
    host : Host
    io : CoreIOManager
    tell : callable(str, float)
        Hears what is being done, and how far it is from 0 to 1.
    done : callable(list of vtkMRMLScalarVolumeNode)
        Hears of the volumes that were read, none after a scene.
    failed : callable(str)
        Hears in one plain line why it could not be opened.
    """

    def __init__(self, host, io, tell, done, failed):
        self._host, self._io = host, io
        self._tell, self._done, self._failed = tell, done, failed
        self._runner = ThreadRunner()
        self._timer = QtCore.QTimer()
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether something is being read."""
        return self._runner.busy

    def open(self, path: Path) -> None:
        """Open a file or folder; scenes replace what there is, studies are added."""
        if self.busy:
            self._failed("A study is still being read; wait for it first.")
        elif path.suffix.lower() in SCENES:
            self._open_scene(path)
        else:
            self._tell(f"Reading {path.name}", 0.0)
            self._runner.run(lambda job: read_study(path, progress=job.progress), self)
            self._timer.start()

    def save(self, path: Path) -> bool:
        """Save the scene as .mrb; whether it was saved. An older file is replaced only by a whole new one."""
        unsaved = vtk.vtkCollection()
        self._host.scene.GetStorableNodesModifiedSinceRead(unsaved)
        try:
            # The part has the name of the whole, because a bundle's files lie in a folder of that name.
            with tempfile.TemporaryDirectory(prefix=".saving-", dir=path.parent) as folder:
                part = Path(folder) / path.name
                if not self._io.saveNodes("SceneFile", {"fileName": str(part)}):
                    raise OSError
                part.replace(path)
        except OSError:
            # The scene took them for saved as soon as it had written them anywhere.
            for number in range(unsaved.GetNumberOfItems()):
                unsaved.GetItemAsObject(number).StorableModified()
            self._failed(f"{path} could not be written; is the disk full or the folder read-only?")
            return False
        self._tell(f"Saved {path.name}", 1.0)
        return True

    def close_scene(self) -> None:
        """Empty the scene."""
        self._host.scene.Clear(False)

    def stop(self) -> None:
        """Give up what is being read."""
        self._timer.stop()
        self._runner.close()

    def progressed(self, stage, fraction, detail):
        self._tell(f"{stage} {detail}".strip(), fraction)

    def finished(self, study):
        scene = self._host.scene
        nodes = [volume_to_node(scene, series.volume, series.name) for series in study.series]
        if len(nodes) > 1:
            hierarchy.file_under(scene, hierarchy.study_item(scene, study.name, None), "Series", nodes)
        self._tell(f"Opened {study.name}: {len(nodes)} series", 1.0)
        self._done(nodes)

    def stopped(self):
        self._tell("Stopped", 1.0)

    def failed(self, error):
        self._tell("", 1.0)
        if not isinstance(error, DiscGraderError):
            raise error
        self._failed(str(error))

    def _poll(self):
        if not self._runner.poll(wait_s=_POLL_MS / 4000):
            self._timer.stop()

    def _open_scene(self, path: Path):
        self._tell(f"Opening {path.name}", 0.0)
        if not path.is_file():
            self._failed(f"{path} does not exist.")
            return
        self.close_scene()
        if self._io.loadNodes("SceneFile", {"fileName": str(path)}):
            self._tell(f"Opened {path.name}", 1.0)
            self._done([])
        else:
            self._tell("", 1.0)
            self._failed(f"{path} could not be opened; it is no Slicer scene, or a damaged one.")
