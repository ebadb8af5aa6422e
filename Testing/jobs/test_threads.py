"""Work in several threads gives what work in one gives."""

import threading
import time

import pytest
from discgrader.jobs.threads import in_threads


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    def work(item: int) -> int:
        time.sleep(0.001 * (5 - item % 5))
        return item * item

    assert list(in_threads(work, range(20), threads)) == [item * item for item in range(20)]


def test_work_runs_ahead_no_further_than_there_are_threads() -> None:
    begun = []
    made = in_threads(lambda item: begun.append(item), range(50), 2)
    next(made)
    time.sleep(0.05)
    assert len(begun) <= 4
    made.close()


def test_an_error_is_raised_in_its_turn_and_ends_the_rest() -> None:
    begun = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    made = in_threads(work, range(100), 2)
    assert [next(made) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(made)
    assert len(begun) < 10
    assert not [one for one in threading.enumerate() if one.name.startswith("DiscGrader_")]
