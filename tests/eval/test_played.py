"""A strong model, played by hand, behind the engine: what becomes of what it says."""

import json
from pathlib import Path

import pytest

from eval.bench.played import REPLIES, engine_of, measure, played


@pytest.fixture(scope="module")
def replies() -> list[dict[str, object]]:
    return [json.loads(line) for line in REPLIES.read_text("utf-8").splitlines()]


def test_what_a_strong_model_says_is_shown_and_its_silence_counts(
    starter_home: Path, replies: list[dict[str, object]]
) -> None:
    with played(replies) as address:
        told = measure(engine_of(starter_home, address, "on"), replies)
    shown, written = told.shown
    assert written >= 20 and shown >= 0.95 * written, told
    assert told.caught[0] == told.caught[1] > 0, told
    assert told.silent[0] == told.silent[1] > 0, told
    assert told.answered[0] == told.answered[1], told
