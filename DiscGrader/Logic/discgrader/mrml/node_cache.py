"""The series, studies and segmentations of a scene as the package knows them; what is made of a node is made again only
when the node has changed."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np
import vtk

from discgrader.errors import StudyError
from discgrader.imaging.recognize import ROLES, can_serve, parse_role
from discgrader.imaging.study import Contrast, Plane, Series, Study
from discgrader.imaging.volume import Volume
from discgrader.mrml.dicom_blocks import separated_in_words, separating
from discgrader.mrml.dicom_source import examination_of, identity_of
from discgrader.mrml.hierarchy import study_name, volumes_left_out
from discgrader.mrml.nodes import attribute, matrix_from_vtk
from discgrader.mrml.segmentation import labelmap_of, relabeled, segmentation_from_node
from discgrader.mrml.volumes import Volumes, chosen_series, chosen_volumes, grid_of_volume, volume_from_node
from discgrader.progress import Progress

_SEGMENTATION, _RELABELED = "segmentation", "relabeled segmentation"


@dataclass(frozen=True)
class _Cached:
    stamp: tuple[object, ...]
    made: object


class NodeCache:
    """What was made of a scene's volume and segmentation nodes, one for each node, for as long as it is in the scene.

    Whoever asks twice for a node that has not changed gets the same object, by which a worker process knows what it
    has been sent.

    Parameters
    ----------
    scene : vtkMRMLScene
    """

    def __init__(self, scene) -> None:
        self._scene = scene
        self._cached: dict[tuple[str, str], _Cached] = {}

    def series(self, node, role: str) -> Series:
        """The series that a volume node holds; see `chosen_series`."""
        return self._made(node, role, _volume_stamp(node), lambda: chosen_series(node, role))

    def described(self, node, described: Mapping) -> Series:
        """The series that a volume node holds and ``grades.json`` describes, of a role that nobody can choose, too."""
        if described["role"] in ROLES:
            return self.series(node, described["role"])

        def make() -> Series:
            plane, contrast = Plane(described["plane"]), Contrast(described["contrast"])
            return Series(
                node.GetName(),
                volume_from_node(node),
                plane,
                contrast,
                described["contrast_reason"],
                identity=identity_of(node),
            )

        return self._made(node, "", _volume_stamp(node), make)

    def segmentation(self, node, labels: Mapping[int, int] | None = None) -> Volume:
        """The label map of a segmentation node; see `segmentation_from_node`.

        ``labels`` gives discs other values than they have in the node, as when a disc was added below them.
        """
        stamp = (labelmap_of(node).GetMTime(),)
        made = self._made(node, _SEGMENTATION, stamp, lambda: segmentation_from_node(node))
        if labels is None or all(old == new for old, new in labels.items()):
            return made
        return self._made(node, _RELABELED, (*stamp, *sorted(labels.items())), lambda: relabeled(made, labels))

    def keep_segmentation(self, node, made: Volume) -> None:
        """A segmentation node was just made of this label map."""
        if np.linalg.det(made.affine_lps[:3, :3]) > 0:
            self._cached[node.GetID(), _SEGMENTATION] = _Cached((labelmap_of(node).GetMTime(),), made)

    def clear(self) -> None:
        """Let go of everything."""
        self._cached.clear()

    def _made(self, node, use: str, stamp: tuple[object, ...], make: Callable[[], object]):
        self._cached = {key: one for key, one in self._cached.items() if self._scene.GetNodeByID(key[0]) is not None}
        known = self._cached.get((node.GetID(), use))
        if known is None or known.stamp != stamp:
            known = self._cached[node.GetID(), use] = _Cached(stamp, make())
        return known.made


def studying(
    scene, cache: NodeCache, volumes: Volumes, progress: Progress = Progress()
) -> Generator[None, None, tuple[Study, dict[str, object]]]:
    """The study that volumes make up, and their nodes by series name; roles as in `discgrader.imaging.recognize.ROLES`.

    A volume that Slicer made of several blocks is read anew first, and its blocks of the role's plane take its place.

    Raises
    ------
    UsageError, StudyError
        As `chosen_volumes`, `separating` and `series_from_node`.
    """
    chosen = chosen_volumes(volumes)
    told: list[str] = []
    apart: dict[str, list] = {}
    for role, node in chosen:
        apart.setdefault(role, []).extend((yield from _apart(scene, role, node, told, progress)))
    nodes: dict[str, object] = {}
    series = []
    for role, node in chosen_volumes({role: list(dict.fromkeys(several)) for role, several in apart.items()}):
        series.append(cache.series(node, role))
        nodes[series[-1].name] = node
        yield
    node = chosen[0][1]
    left_out = volumes_left_out(scene, [*nodes.values(), *(one for _, one in chosen)])
    return Study(study_name(scene, node), tuple(series), tuple(told), left_out, examination_of(node)), nodes


def _apart(scene, role: str, node, told: list[str], progress: Progress) -> Generator[None, None, list]:
    """The volumes to take for a chosen one; ``told`` gets a sentence where these are others."""
    steps = separating(scene, node)
    while True:
        try:
            so_far = next(steps)
        except StopIteration as end:
            blocks = end.value
            break
        if so_far is not None:
            progress.report("Reading", *so_far)
        yield
    if blocks == [node]:
        return blocks
    told.append(separated_in_words(node, blocks))
    plane, _contrast = parse_role(role)
    fitting = [block for block in blocks if can_serve(grid_of_volume(block), plane)]
    if not fitting:
        raise StudyError(f"{node.GetName()} contains no {plane.value} series, so it cannot serve as {role}.")
    return fitting


def _volume_stamp(node) -> tuple[object, ...]:
    """Changes when a volume's voxels or its place in the world do."""
    image = node.GetImageData()
    scalars = image.GetPointData().GetScalars() if image is not None else None
    times = tuple(0 if part is None else part.GetMTime() for part in (image, scalars))
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    place: list[object] = [matrix_from_vtk(matrix).tobytes()]
    transform = node.GetParentTransformNode()
    if transform is not None:
        place.append(str(transform.IsTransformToWorldLinear()))
        to_world = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformToWorld(to_world)
        place.append(matrix_from_vtk(to_world).tobytes())
    storage = node.GetStorageNode()
    file = storage.GetFileName() if storage is not None else None
    return (node.GetName(), file, attribute(node, "Recognized"), *times, *place)
