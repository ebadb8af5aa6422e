"""What files a pack may hold, told by their names and by what is in them: nothing that can execute."""

import io
import zipfile
import zlib

from discgrader.checked import parse_json
from discgrader.errors import PackError

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
