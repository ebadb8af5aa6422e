"""Files with faults: bits turned, ends cut off, values of the wrong type, entries taken away or doubled.

Every fault comes from a random generator, so that a seed gives the same faults again.
"""

import csv
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

Mutate = Callable[[bytes, np.random.Generator], bytes]

STRANGE = (
    None,
    True,
    "",
    "text",
    "12",
    "nan",
    [],
    [1, "a", None],
    {},
    {"a": {}},
    0,
    -1,
    1,
    7,
    3.5,
    -0.5,
    1e-300,
    1e300,
    10**18,
    10**40,
    -(10**18),
    float("nan"),
    float("inf"),
    [[]],
    [0] * 5000,
    "x" * 100_000,
    "\u0000",
    "../../x",
    ["L4-L5"],
)
"""What may stand where another value was expected."""

NUMBERS = (
    0.0,
    -1.0,
    1e-30,
    1e30,
    -1e30,
    float("nan"),
    float("inf"),
    float("-inf"),
    0.5,
    2.0**31,
    -(2.0**31),
    7.0,
    348.0,
)


def turned_bits(content: bytes, random: np.random.Generator) -> bytes:
    """Some bits turned, half of the time within the first 600 bytes."""
    raw = bytearray(content)
    reach = min(len(raw), 600) if random.random() < 0.5 else len(raw)
    for _ in range(int(random.integers(1, 12))):
        raw[int(random.integers(reach))] ^= 1 << int(random.integers(8))
    return bytes(raw)


def cut_off(content: bytes, random: np.random.Generator) -> bytes:
    """The beginning of the file."""
    return content[: int(random.integers(len(content)))]


def overwritten(content: bytes, random: np.random.Generator) -> bytes:
    """A run of bytes replaced by zeros, by 0xFF, or by noise."""
    start, count = int(random.integers(len(content))), int(random.integers(1, 64))
    filling = [bytes(count), b"\xff" * count, random.bytes(count)][int(random.integers(3))]
    return content[:start] + filling + content[start + count :]


def doubled(content: bytes, random: np.random.Generator) -> bytes:
    """A run of bytes there twice, or left out."""
    start, count = int(random.integers(len(content))), int(random.integers(1, 200))
    return (
        content[: start + count] + content[start:]
        if random.random() < 0.5
        else content[:start] + content[start + count :]
    )


def encoded_otherwise(content: bytes, random: np.random.Generator) -> bytes:
    """The text in another encoding, or with a byte that is none."""
    text = content.decode("latin-1")
    return [
        text.encode("utf-16"),
        b"\xef\xbb\xbf" + content,
        content.replace(b"a", b"\xe4", 2),
        content + b"\0" * 9,
        text.replace("\n", "\r").encode("latin-1"),
    ][int(random.integers(5))]


BINARY: tuple[Mutate, ...] = (turned_bits, cut_off, overwritten, doubled)
TEXT: tuple[Mutate, ...] = (turned_bits, cut_off, overwritten, doubled, encoded_otherwise)


def other_json(content: bytes, random: np.random.Generator) -> bytes:
    """One to three values of a JSON file replaced, taken away, or there twice."""
    document = json.loads(content)
    for _ in range(int(random.integers(1, 4))):
        place = _place(document, random)
        if place is None:
            break
        holder, key = place
        chance = random.random()
        if chance < 0.15:
            del holder[key]
        elif chance < 0.25 and isinstance(holder, list):
            holder.append(holder[key])
        elif chance < 0.35 and isinstance(holder[key], (int, float)) and not isinstance(holder[key], bool):
            holder[key] = [str(holder[key]), -holder[key], holder[key] * 1000, [holder[key]]][int(random.integers(4))]
        else:
            holder[key] = STRANGE[int(random.integers(len(STRANGE)))]
    text = json.dumps(document)
    if random.random() < 0.05:
        text = text.replace('{"', '{"study": "twice", "study": "again", "', 1)
    if random.random() < 0.02:
        text = "[" * 100_000
    return text.encode("utf-8")


def _place(document: object, random: np.random.Generator) -> tuple | None:
    """A random entry, as what holds it and its key; deeper ones are as likely as those at the top."""
    places: list[tuple] = []

    def walk(value: object) -> None:
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for number, (key, one) in enumerate(list(entries)):
            if number < 40:
                places.append((value, key))
                walk(one)

    walk(document)
    return places[int(random.integers(len(places)))] if places else None


def other_csv(content: bytes, random: np.random.Generator) -> bytes:
    """A cell replaced, a column renamed or taken away, a row cut short, or a quote left open."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    row = rows[int(random.integers(len(rows)))] if random.random() < 0.7 else rows[0]
    column = int(random.integers(len(row)))
    choice = int(random.integers(6))
    if choice == 0:
        for one in rows:
            del one[column : column + 1]
    elif choice == 1:
        del row[column:]
    elif choice == 2:
        row.append("more")
    else:
        row[column] = str(STRANGE[int(random.integers(len(STRANGE)))])
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    result = text.getvalue()
    return (result.replace(",", ',"', 1) if choice == 5 else result).encode("utf-8")


def other_lines(content: bytes, random: np.random.Generator) -> bytes:
    """A value of a text of lines such as ``name: value`` or ``name=value`` replaced, a line taken away or there
    twice."""
    lines = content.decode("latin-1").split("\n")
    number = int(random.integers(len(lines)))
    line, choice = lines[number], int(random.integers(4))
    separator = next((one for one in (":=", ": ", " = ", "=") if one in line), None)
    if choice == 0 or separator is None:
        lines[number : number + 1] = [] if random.random() < 0.5 else [line, line]
    elif choice == 1:
        words = line.split(" ")
        words[int(random.integers(len(words)))] = str(NUMBERS[int(random.integers(len(NUMBERS)))])
        lines[number] = " ".join(words)
    else:
        value = STRANGE[int(random.integers(len(STRANGE)))]
        lines[number] = line.split(separator)[0] + separator + str(value)
    return "\n".join(lines).encode("latin-1", "replace")


def other_head(content: bytes, random: np.random.Generator) -> bytes:
    """The lines before the voxels of an NRRD or MetaImage file changed as by `other_lines`."""
    end = content.find(b"\n\n") + 2 if content.startswith(b"NRRD") else content.find(b"LOCAL\n") + 6
    return other_lines(content[:end], random) + content[end:]


_NIFTI_FIELDS = (
    ("i", 0, 1),
    ("h", 40, 8),
    ("h", 70, 1),
    ("f", 76, 8),
    ("f", 108, 1),
    ("f", 112, 2),
    ("B", 123, 1),
    ("h", 252, 2),
    ("f", 256, 3),
    ("f", 268, 3),
    ("f", 280, 12),
)


def other_nifti(content: bytes, random: np.random.Generator) -> bytes:
    """One to three numbers of a NIfTI-1 header replaced."""
    raw = bytearray(content)
    for _ in range(int(random.integers(1, 4))):
        kind, at, count = _NIFTI_FIELDS[int(random.integers(len(_NIFTI_FIELDS)))]
        at += int(random.integers(count)) * struct.calcsize(kind)
        if kind == "f":
            value = NUMBERS[int(random.integers(len(NUMBERS)))]
        else:
            bits = 8 * struct.calcsize(kind)
            low, high = (0, 2**bits) if kind == "B" else (-(2 ** (bits - 1)), 2 ** (bits - 1))
            value = int(random.choice([low, high - 1, 0, 1, 2, 3, 4, 7, int(random.integers(low, high))]))
            value = min(max(value, low), high - 1)
        struct.pack_into("<" + kind, raw, at, value)
    return bytes(raw)


def other_dicom(content: bytes, random: np.random.Generator) -> bytes:
    """An element of a DICOM file taken away, emptied, or given a value of another kind, as far as it can be written."""
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(content))
    place = dataset
    for _ in range(3):
        inside = [one for one in place if one.VR == "SQ" and len(one.value)]
        if inside and random.random() < 0.5:
            items = inside[int(random.integers(len(inside)))].value
            place = items[int(random.integers(len(items)))]
    elements = [one for one in place if one.VR != "SQ"] or list(place)
    element = elements[int(random.integers(len(elements)))]
    texts = (
        b"",
        b"1",
        b"-1",
        b"0",
        b"nan",
        b"1e30",
        b"text",
        b"1\\2",
        b"1\\2\\3\\4\\5\\6\\7",
        b"\xff\xfe",
        b"9" * 40,
        b"1\\\\1\\0\\1\\0",
    )
    if random.random() < 0.25:
        del place[element.tag]
    else:
        raw = (
            texts[int(random.integers(len(texts)))]
            if element.tag.group != 0x7FE0
            else random.bytes(int(random.integers(99)))
        )
        if element.VR in ("US", "SS", "UL", "FD", "FL", "SL"):
            size = {"US": 2, "SS": 2, "FD": 8}.get(element.VR, 4)
            raw = random.bytes(size * int(random.integers(0, 4)))
        place[element.tag] = pydicom.dataelem.RawDataElement(
            element.tag, element.VR, len(raw), raw + b" " * (len(raw) % 2), 0, False, True
        )
    written = io.BytesIO()
    try:
        dataset.save_as(written)
    except Exception:  # noqa: BLE001  what cannot be written cannot be met
        return turned_bits(content, random)
    return written.getvalue()


def mutated(path: Path, mutate: Mutate, random: np.random.Generator) -> None:
    """Change a file in place."""
    path.write_bytes(mutate(path.read_bytes(), random))
