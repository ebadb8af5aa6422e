"""What the worker process and whoever started it write to each other."""

import multiprocessing
import pickle
import threading
from multiprocessing.connection import Connection

import numpy as np
import pytest
from discgrader.jobs.messages import Message, named, pack, receive, send, unpack


def through(message: Message) -> Message:
    """The message as it arrives."""
    here, there = multiprocessing.Pipe()
    with here, there:
        writing = threading.Thread(target=send, args=(here, message))
        writing.start()
        back = receive(there)
        writing.join()
    return back


def test_a_message_comes_back_as_it_was() -> None:
    turned = np.arange(24, dtype=">i2").reshape(2, 3, 4).transpose(2, 0, 1)
    large = np.random.default_rng(1).normal(size=(3, 400, 500))
    arrays = (turned, np.zeros((0, 0, 0), np.float32), np.float32([[np.nan, 0.1]]), large, large.T, large[:, ::-1])
    values = {"name": "Wirbelsäule", "p": np.float64(0.1) / 3}
    back = through(Message("partial", 7, pack((values, arrays))))
    told, received = unpack(back.body)
    assert (back.kind, back.number, told) == ("partial", 7, values)
    for mine, theirs in zip(arrays, received, strict=True):
        assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f") and mine.dtype == theirs.dtype
    assert received[3].flags.writeable and len(back.body[0]) < large.nbytes * 1.5


def test_what_has_a_number_is_not_in_the_message() -> None:
    volume = np.zeros((50, 400, 400))
    body = pack([volume, "more", volume], lambda value: 3 if value is volume else None)
    assert len(body[0]) < 200 and not body[1]
    first, more, second = unpack(through(Message("job", body=body)).body, {3: volume}.__getitem__)
    assert first is volume and second is volume and more == "more"
    with pytest.raises(KeyError):
        unpack(body, {}.__getitem__)
    with pytest.raises(pickle.UnpicklingError, match="unknown"):
        unpack(body)


@pytest.mark.parametrize("cut", [1, 2])
def test_half_a_message_is_the_end(cut: int) -> None:
    class Torn:
        """A connection that breaks after so many writes."""

        def __init__(self, connection: Connection) -> None:
            self._connection, self.left = connection, cut

        def send(self, value: object) -> None:
            self.left -= 1
            self._connection.send(value)

        def send_bytes(self, *part: object) -> None:
            if self.left:
                self.left -= 1
                self._connection.send_bytes(*part)

    here, there = multiprocessing.Pipe()
    with there:
        send(Torn(here), Message("partial", body=pack(np.zeros((300, 400)))))
        here.close()
        with pytest.raises(EOFError):
            receive(there)


def test_what_is_prepared_is_named_by_its_import_path() -> None:
    assert named("discgrader.jobs.messages:Message") is Message
    with pytest.raises(AttributeError):
        named("discgrader.jobs.messages:nothing")
