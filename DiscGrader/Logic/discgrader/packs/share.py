"""Files that several packs of one folder have in common, kept once."""

import json
from pathlib import Path

from discgrader.errors import PackError
from discgrader.folders import atomic_file
from discgrader.packs.pack import BORROWED, DESCRIPTION, find_pack_folders, read_pack


def share_files(folder: Path) -> int:
    """Have each pack of a folder borrow the files that another one has, too; how many bytes that saves.

    A file stays with the pack that has fewest files, which is the one that others were made from.

    Raises
    ------
    PackError
        A pack is broken, or there are not several.
    """
    folders = find_pack_folders(folder)
    if len(folders) < 2:
        raise PackError(f"{folder} does not contain several packs that could share files.")
    packs = sorted((read_pack(folder) for folder in folders), key=lambda pack: (len(pack.files), pack.folder.name))
    homes: dict[tuple[str, str], str] = {}
    saved = 0
    for pack in packs:
        borrowed = dict(pack.borrowed)
        for file, sha256 in pack.files.items():
            home = homes.setdefault((file, sha256), borrowed.get(file, pack.folder.name))
            if home != pack.folder.name:
                borrowed[file] = home
        if borrowed == pack.borrowed:
            continue
        path = pack.folder / DESCRIPTION
        described = json.loads(path.read_text(encoding="utf-8")) | {BORROWED: borrowed}
        with atomic_file(path) as new:
            new.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for file in borrowed.keys() - pack.borrowed.keys():
            saved += (pack.folder / file).stat().st_size
            (pack.folder / file).unlink()
        read_pack(pack.folder)
    return saved
