"""The line before the engine: as many as there are places, in the order in which they came."""

import threading
import time

import pytest

from assistant.answering.line import Line
from assistant.errors import Stopped


def wait_in(line: Line, number: int) -> None:
    while len(line._waiting) < number:
        time.sleep(0.005)


def test_who_comes_first_is_served_first_and_one_who_has_gone_is_passed_over() -> None:
    line, served, gone = Line(1), list[int](), threading.Event()

    def come(number: int) -> None:
        try:
            with line.place(gone if number == 2 else None):
                served.append(number)
        except Stopped:
            served.append(-number)

    comers = []
    with line.place():
        for number in range(5):
            comers.append(threading.Thread(target=come, args=[number]))
            comers[-1].start()
            wait_in(line, number + 1)
        gone.set()
        comers[2].join(10)
        assert served == [-2]
    for comer in comers:
        comer.join(10)
    assert served == [-2, 0, 1, 3, 4]


def test_a_place_is_free_again_whatever_went_wrong_in_it() -> None:
    line = Line(2)
    for _ in range(3):
        with pytest.raises(ValueError), line.place():
            raise ValueError
    with line.place(), line.place():
        assert not line._free
