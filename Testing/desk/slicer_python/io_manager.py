"""``slicer.app.coreIOManager()``: reads and writes files for ``slicer.util``."""

import tempfile
from pathlib import Path

import slicer
import vtk
from discgrader.mrml.bundle import same_working_folder

_VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
_TYPES = {
    ".mrb": "SceneFile", ".mrml": "SceneFile", ".mrk.json": "MarkupsFile", ".seg.nrrd": "SegmentationFile",
    ".tsv": "TableFile", ".csv": "TableFile", ".txt": "TextFile",
    **dict.fromkeys(_VOLUMES, "VolumeFile"),
}  # fmt: skip


class CoreIOManager:
    """Reads by the type of the file, and writes nodes and scenes.

    Parameters
    ----------
    host : Host or HeadlessScene
    """

    def __init__(self, host):
        self._host = host

    def fileType(self, filename) -> str:
        """The type by the name's ending, the longest that fits; ``NoFile`` where none does."""
        name = str(filename).lower()
        fitting = [ending for ending in _TYPES if name.endswith(ending)]
        return _TYPES[max(fitting, key=len)] if fitting else "NoFile"

    def loadNodes(self, filetype, properties, loaded=None, messages=None) -> bool:
        """Read ``properties["fileName"]`` into the scene; whether it worked, with the reason in ``messages``."""
        path = Path(properties["fileName"])
        if not path.exists():
            return _failed(messages, f"{path} does not exist")
        if filetype == "SceneFile":
            return self._load_scene(path, bool(properties.get("clear", False)), messages)
        node = self._readers().get(filetype, lambda name: None)(str(path))
        if node is None:
            return _failed(messages, f"{path} could not be read as {filetype}")
        if loaded is not None:
            loaded.AddItem(node)
        return True

    def saveNodes(self, filetype, properties, messages=None) -> bool:
        """Write the scene, or the node ``properties["nodeID"]``, to ``properties["fileName"]``."""
        path = Path(properties["fileName"])
        if filetype == "SceneFile":
            return self._save_scene(path, messages)
        node = self._host.scene.GetNodeByID(properties.get("nodeID", ""))
        if node is None:
            return _failed(messages, "There is no such node to save")
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        storage.SetFileName(str(path))
        return bool(storage.WriteData(node)) or _failed(messages, f"{path} could not be written")

    def _readers(self) -> dict:
        logics = self._host.logics
        return {
            "VolumeFile": lambda name: logics["Volumes"].AddArchetypeVolume(name, _stem(name)),
            "MarkupsFile": self._load_markups,
            "SegmentationFile": lambda name: logics["Segmentations"].LoadSegmentationFromFile(name, True, _stem(name)),
            "TableFile": lambda name: logics["Tables"].AddTable(name, _stem(name)),
        }

    def _load_markups(self, name):
        identifier = self._host.logics["Markups"].LoadMarkups(name)
        return self._host.scene.GetNodeByID(identifier) if identifier else None

    def _load_scene(self, path: Path, clear: bool, messages) -> bool:
        scene = self._host.scene
        if path.suffix == ".mrb":
            with same_working_folder():
                good = _with_cache(self._host, lambda: scene.ReadFromMRB(str(path.absolute()), clear))
        else:
            scene.SetURL(str(path))
            scene.SetRootDirectory(str(path.parent))
            good = scene.Connect() if clear else scene.Import()
        return bool(good) or _failed(messages, f"{path} could not be opened as a scene")

    def _save_scene(self, path: Path, messages) -> bool:
        scene = self._host.scene
        if path.suffix == ".mrb":
            with same_working_folder():
                good = scene.WriteToMRB(str(path.absolute()))
        else:
            scene.SetURL(str(path))
            scene.SetRootDirectory(str(path.parent))
            good = scene.Commit()
        return bool(good) or _failed(
            messages, f"{path} could not be written; is the disk full or the folder read-only?"
        )


def _with_cache(host, read):
    """Read with the logics through which Slicer unpacks a bundle; they must live until it has been read."""
    with tempfile.TemporaryDirectory(prefix="desk_") as folder:
        remote = slicer.vtkMRMLRemoteIOLogic()
        remote.SetMRMLScene(host.scene)
        remote.GetCacheManager().SetRemoteCacheDirectory(folder)
        manager = slicer.vtkDataIOManagerLogic()
        manager.SetMRMLScene(host.scene)
        manager.SetMRMLApplicationLogic(host.application)
        manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
        remote.AddDataIOToScene()
        try:
            return read()
        finally:
            remote.RemoveDataIOFromScene()
            manager.SetAndObserveDataIOManager(None)
            manager.SetMRMLScene(None)
            remote.SetMRMLScene(None)


def _failed(messages, text: str) -> bool:
    if messages is not None:
        messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
    return False


def _stem(name: str) -> str:
    base = Path(name).name
    fitting = [ending for ending in _TYPES if base.lower().endswith(ending)]
    return base[: -len(max(fitting, key=len))] if fitting else base
