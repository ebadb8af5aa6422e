"""What the worker process and its client write to each other."""

import io

import numpy as np
import pytest
from discgrader.pipeline.worker_protocol import MARK, Message, ProtocolError, read_message, write_message


def test_a_message_comes_back_as_it_was() -> None:
    turned = np.arange(24, dtype=">i2").reshape(2, 3, 4).transpose(2, 0, 1)
    arrays = (turned, np.zeros((0, 0, 0), np.float32), np.float32([[np.nan, 0.1]]))
    stream = io.BytesIO(b"a launcher says hello\n" + MARK[:3])
    stream.seek(0, io.SEEK_END)
    write_message(stream, Message("volume", {"name": "Wirbelsäule", "p": np.float64(0.1) / 3}, arrays))
    stream.seek(0)
    garbage = []
    back = read_message(stream, garbage.append)
    assert garbage == [b"a launcher says hello\n" + MARK[:3]]
    assert (back.kind, back.fields) == ("volume", {"name": "Wirbelsäule", "p": 0.1 / 3})
    for mine, theirs in zip(arrays, back.arrays, strict=True):
        assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f") and mine.shape == theirs.shape
    assert read_message(stream) is None


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"\xff",
        b'{"kind": "volume", "fields": {}, "arrays": [["|O", [1]]]}',
        b'{"kind": "volume", "fields": {}, "arrays": [["<f4", [-1]]]}',
        b'{"kind": "volume", "fields": {}, "arrays": [["<f8", [99999, 99999, 99999]]]}',
        b'{"kind": 1, "fields": {}, "arrays": []}',
    ],
)
def test_what_is_no_message_is_refused(header: bytes) -> None:
    stream = io.BytesIO(MARK + len(header).to_bytes(4, "little") + header + bytes(64))
    with pytest.raises(ProtocolError):
        read_message(stream)


def test_half_a_message_is_the_end() -> None:
    stream = io.BytesIO()
    write_message(stream, Message("volume", {}, (np.zeros(100),)))
    for length in (3, 10, 30, stream.tell() - 1):
        assert read_message(io.BytesIO(stream.getvalue()[:length])) is None
