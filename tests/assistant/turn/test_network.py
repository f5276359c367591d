"""The networks that ship, run side by side."""

import os
import threading

import pytest

from assistant.turn.network import side_by_side


def test_what_is_made_side_by_side_is_in_its_order() -> None:
    assert side_by_side(lambda n: n * n, range(50)) == [n * n for n in range(50)]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="a single core does one after the other")
def test_two_are_made_at_once() -> None:
    both = threading.Barrier(2)
    assert sorted(side_by_side(lambda _: both.wait(timeout=20), range(2))) == [0, 1]


def test_what_goes_wrong_in_one_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 // n, [1, 0, 1])
