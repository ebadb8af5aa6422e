"""Packs: trained models on disk, read only when everything about them is as stated.

A pack is a folder with ``pack.json`` and the weight files that it names, each with its SHA-256. Nothing that can
execute is ever loaded: weights are safetensors, LightGBM text, skops or JSON, whatever their names pretend.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from discgrader.checked import parse_json, plain, read_bytes, written_key
from discgrader.errors import PackError
from discgrader.folders import atomic_folder
from discgrader.packs.description import Described, Recalibration, TrainedOn, check_description
from discgrader.packs.operating_points import OperatingPoints

SCHEMA_VERSION = 1
DESCRIPTION = "pack.json"
BORROWED = "borrowed"
LOCALIZER = "localizer"
FEATURES = "features"
"""System of a pack whose network gives other models their features and grades nothing itself."""
CONTRAST = "contrast"
"""System of a pack that recognizes the contrast of an image."""
NOT_GRADING = frozenset({LOCALIZER, FEATURES, CONTRAST})
"""Systems of the packs that grade nothing."""

_MOST_DESCRIPTION_BYTES, _MOST_FILE_BYTES = 16 << 20, 2 << 30
"""Far above any pack: what is larger was not meant to be loaded. Round numbers."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, eq=False)
class Pack:
    """A checked pack.

    Parameters
    ----------
    folder : Path
        Where it lies.
    sha256 : str
        Hash of ``pack.json``, and through the hashes in it of every file of the pack.
    name, version : str
        What it is called, for instance ``spider-resnet18`` and ``1.0.0``.
    system : str
        ``localizer``, ``features`` or a grading system such as ``pfirrmann``.
    tasks : mapping of str to mapping
        Every task with its ``scale`` (a name) and its ``grades`` (list of str, as written in files); empty for the
        localizer.
    input : mapping
        Plane, contrasts, crop, spacing and normalization that the networks want.
    architecture : mapping
        ``name`` of the network and its parameters.
    files : mapping of str to str
        File name to SHA-256.
    calibration : mapping
        How raw scores become probabilities, task by task.
    trained_on : TrainedOn
        What it learned from.
    metrics : mapping
        Cross-validated; ``figures`` in ``pack.json``.
    intended_use : str
        What it may be used for.
    schema_version : int
        Version of this description.
    borrowed : mapping of str to str
        Files that lie in the folder of another pack beside this one, and that folder's name, so that packs of the same
        weights hold them once.
    operating_points : mapping of str to OperatingPoints
        From which probability on findings are called, by task; of tasks without, the likeliest grade is.
    recalibration : mapping of str to Recalibration
        What a site's own cases ask for, by task; see `discgrader recalibrate`.
    readers : mapping of str to mapping of str to Recalibration
        How the readers of other data sets that it learned from grade, by data set and task; see
        `discgrader.grading.reader_habits`.
    """

    folder: Path
    sha256: str
    name: str
    version: str
    system: str
    tasks: Mapping[str, Mapping[str, Any]]
    input: Mapping[str, Any]
    architecture: Mapping[str, Any]
    files: Mapping[str, str]
    calibration: Mapping[str, Any]
    trained_on: TrainedOn
    metrics: Mapping[str, Any]
    intended_use: str
    schema_version: int = SCHEMA_VERSION
    borrowed: Mapping[str, str] = field(default_factory=dict)
    operating_points: Mapping[str, OperatingPoints] = field(default_factory=dict)
    recalibration: Mapping[str, Recalibration] = field(default_factory=dict)
    readers: Mapping[str, Mapping[str, Recalibration]] = field(default_factory=dict)

    def read_bytes(self, file: str) -> bytes:
        """Content of one of the pack's files, its hash and kind checked again.

        Raises
        ------
        PackError
            When the pack has no such file, or it was altered, or it can execute.
        """
        if file not in self.files:
            raise PackError(f"Pack {self.name} has no file {file}.")
        return _read_checked(_folder_of(self.folder, self.borrowed, file), self.name, file, self.files[file])


@dataclass(frozen=True)
class BrokenPack:
    """A folder that calls itself a pack and is refused."""

    folder: Path
    reason: str


def read_pack(folder: Path) -> Pack:
    """The pack in ``folder``, everything that it says of itself checked.

    Raises
    ------
    PackError
        When anything is missing, altered, of the wrong type, unsafe, or made for a newer version.
    """
    folder = Path(folder)
    path = folder / DESCRIPTION
    content = read_bytes(path, PackError, _MOST_DESCRIPTION_BYTES)
    described: Any = parsed_description(content, folder.name)
    whole = checked_description(folder.name, described)
    name = described["name"]
    borrowed = described.get(BORROWED, {})
    for file, sha256 in described["files"].items():
        _read_checked(_folder_of(folder, borrowed, file), name, file, sha256)
    _check_unlisted_files(folder, name, described["files"])
    converted = {name: getattr(whole, name) for name in ("trained_on", "operating_points", "recalibration", "readers")}
    values = {
        member.name: described[written_key(member)] for member in fields(Described) if member.name not in converted
    }
    return Pack(folder=folder, sha256=hashlib.sha256(content).hexdigest(), borrowed=borrowed, **converted, **values)


def parsed_description(content: bytes, name: str) -> object:
    """The value in a ``pack.json``; ``name`` is what to call the pack."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(f"Pack {name}: {DESCRIPTION} is not UTF-8 text; reinstall the pack.") from error
    return parse_json(text, f"Pack {name}: {DESCRIPTION}", PackError)


def find_pack_folders(folder: Path) -> list[Path]:
    """The folders with a ``pack.json``: ``folder`` itself, or else those directly in it, by name."""
    folder = Path(folder)
    if (folder / DESCRIPTION).exists():
        return [folder]
    if not folder.is_dir():
        return []
    return sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}"))


def list_packs(folders: Iterable[Path]) -> list[Pack | BrokenPack]:
    """Every pack in these folders, each of which is a pack or holds packs; the refused ones with the reason."""
    found: list[Pack | BrokenPack] = []
    for folder in folders:
        for pack_folder in find_pack_folders(folder):
            try:
                found.append(read_pack(pack_folder))
            except PackError as error:
                found.append(BrokenPack(pack_folder, str(error)))
    return found


def default_packs() -> list[Pack]:
    """The packs that ship with DiscGrader, and those that a site adds, of one system the last one.

    Raises
    ------
    PackError
        When one of them is broken: grading on with fewer packs than expected would go unnoticed.
    """
    from discgrader.resources import resource_folders

    found = [read_pack(pack) for folder in resource_folders("Packs") for pack in find_pack_folders(folder)]
    return list({pack.system: pack for pack in found}.values())


def write_pack(
    folder: Path,
    *,
    name: str,
    version: str,
    system: str,
    tasks: Mapping[str, Mapping[str, Any]],
    input: Mapping[str, Any],
    architecture: Mapping[str, Any],
    files: Mapping[str, bytes],
    trained_on: TrainedOn,
    calibration: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    intended_use: str = "Research use, not for diagnosis.",
    operating_points: Mapping[str, OperatingPoints] | None = None,
    recalibration: Mapping[str, Recalibration] | None = None,
    readers: Mapping[str, Mapping[str, Recalibration]] | None = None,
) -> Pack:
    """Write a pack, in place of the one that may be there, and read it back.

    Parameters
    ----------
    files : mapping of str to bytes
        Content of every weight file, for instance from `discgrader.packs.weights.pack_tensors`.
    others :
        As in `Pack`.

    Raises
    ------
    PackError
        When what was given is no valid pack; what was there before stays.
    OutputError
        When the folder cannot be written.
    """
    described = {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "version": version,
        "system": system,
        "tasks": tasks,
        "input": input,
        "architecture": architecture,
        "files": {file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
        "calibration": calibration or {},
        "trained_on": asdict(trained_on),
        "figures": metrics or {},
        "intended_use": intended_use,
        **({"operating_points": plain(operating_points)} if operating_points else {}),
        **({"recalibration": plain(recalibration)} if recalibration else {}),
        **({"readers": plain(readers)} if readers else {}),
    }
    # Through JSON once, so that tuples and the like are judged as they will be read.
    text = json.dumps(described, indent=2, ensure_ascii=False, allow_nan=False)
    checked_description(name, json.loads(text))
    with atomic_folder(folder, may_replace=lambda old: (old / DESCRIPTION).is_file()) as new:
        for file, content in files.items():
            (new / file).write_bytes(content)
        (new / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
        read_pack(new)
    return read_pack(folder)


def checked_description(name: str, described: object) -> Described:
    """Refuse a wrong ``pack.json``; ``name`` is what to call the pack where it does not name itself."""
    if not isinstance(described, dict):
        raise PackError(f"Pack {name}: {DESCRIPTION} does not describe a pack.")
    if isinstance(described.get("name"), str) and _NAME.fullmatch(described["name"]):
        name = described["name"]
    schema = described.get("schema_version")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA_VERSION:
        raise PackError(
            f"Pack {name} was made for a newer DiscGrader (schema {schema}, this one reads up to {SCHEMA_VERSION}); "
            "update DiscGrader."
        )
    whole = check_description(described, f"Pack {name}: {DESCRIPTION}")
    if schema != SCHEMA_VERSION:
        raise PackError(f"Pack {name}: schema_version {schema} does not exist.")
    if not _NAME.fullmatch(described["name"]):
        raise PackError(
            f"Pack {name}: the name {described['name']!r} may contain only letters, digits, '.', '_' and '-'."
        )
    if not whole.tasks and whole.system not in NOT_GRADING:
        raise PackError(f"Pack {name} names no tasks.")
    if not described["files"]:
        raise PackError(f"Pack {name} names no weight files.")
    for file, sha256 in described["files"].items():
        _check_file_name(name, file)
        if not (isinstance(sha256, str) and re.fullmatch(r"[0-9a-f]{64}", sha256)):
            raise PackError(f"Pack {name}: {file} has no SHA-256 in {DESCRIPTION}.")
    borrowed = described.get(BORROWED, {})
    if not isinstance(borrowed, dict) or not all(
        isinstance(home, str) and _NAME.fullmatch(home) for home in borrowed.values()
    ):
        raise PackError(f"Pack {name}: {BORROWED} in {DESCRIPTION} must name a pack for each file.")
    return whole


def _check_file_name(name: str, file: str) -> None:
    if not _NAME.fullmatch(file) or file == DESCRIPTION:
        raise PackError(f"Pack {name}: {file!r} is not the name of a file inside the pack.")
    suffix = Path(file).suffix.lower()
    if suffix in NEVER_LOADED:
        raise PackError(f"Pack {name}: {file} can execute code when it is loaded and is refused.")
    if suffix not in SUFFIXES:
        raise PackError(
            f"Pack {name}: {file} is not of a kind that a pack may contain ({', '.join(sorted(SUFFIXES))})."
        )


def _check_unlisted_files(folder: Path, name: str, files: Mapping[str, str]) -> None:
    """Refuse weights that ``pack.json`` does not speak for; a README beside them does no harm."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.suffix.lower() in NEVER_LOADED:
            raise PackError(f"Pack {name}: {relative} can execute code when it is loaded and is refused.")
        if path.suffix.lower() in {".safetensors", ".skops"} and relative not in files:
            raise PackError(f"Pack {name}: {relative} is not named in {DESCRIPTION}.")


def _folder_of(folder: Path, borrowed: Mapping[str, str], file: str) -> Path:
    """The folder that a pack's file lies in."""
    return folder.resolve().parent / borrowed[file] if file in borrowed else folder


def _read_checked(folder: Path, name: str, file: str, sha256: str) -> bytes:
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackError(f"Pack {name}: {file} is a link that points outside the pack.")
    if not path.exists():
        raise PackError(f"Pack {name}: {file} is missing from {folder.name}.")
    if not path.is_file():
        raise PackError(f"Pack {name}: {file} is not a file.")
    content = read_bytes(path, PackError, _MOST_FILE_BYTES)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackError(f"Pack {name}: {file} was altered: its SHA-256 does not match; reinstall the pack.")
    check_content(name, file, content)
    return content


SUFFIXES = frozenset({".safetensors", ".txt", ".skops", ".json"})
"""Endings of the files that a pack may hold."""
NEVER_LOADED = frozenset({".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".py", ".so"})
"""Endings of files that can execute when they are loaded."""


def check_content(pack_name: str, file: str, content: bytes) -> None:
    """Refuse a file whose content is of another kind than its name says, a pickle under a harmless name above all."""
    checks = {".safetensors": _is_safetensors, ".txt": _is_lightgbm, ".skops": _is_skops, ".json": _is_json}
    for suffix, is_kind in checks.items():
        if file.lower().endswith(suffix) and not is_kind(content):
            pretends = " but a pickle or archive, which can execute code," if _is_pickle(content) else ""
            raise PackError(f"Pack {pack_name}: {file} is not a {suffix} file{pretends} and is refused.")


def _is_pickle(content: bytes) -> bool:
    return content[:1] == b"\x80" or content[:4] == b"PK\x03\x04"


def _is_safetensors(content: bytes) -> bool:
    header = int.from_bytes(content[:8], "little")
    return len(content) >= 8 + header and _is_json(content[8 : 8 + header]) and content[8:9] == b"{"


def _is_lightgbm(content: bytes) -> bool:
    return content.startswith((b"tree\n", b"tree\r\n"))


def _is_json(content: bytes) -> bool:
    try:
        parse_json(content, "", PackError)
    except (PackError, ValueError):
        return False
    return True


def _is_skops(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError):
        return False
    return "schema.json" in names and all(name.endswith((".json", ".npy", ".npz")) for name in names)
