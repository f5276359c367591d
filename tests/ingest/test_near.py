"""Near-duplicates: what shares most of its wording is told, and nothing else."""

import random
from typing import Any

import pytest

from ingest.near import LIKENESS, SKETCH, likeness, near_duplicates, sketch

WORDS = [f"word{number}" for number in range(400)]


def text_of(seed: int, length: int) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))}


def edited(words: list[str], every: int) -> list[str]:
    return [f"new{i}" if i % every == 0 else word for i, word in enumerate(words)]


@pytest.mark.parametrize("length", [20, 200, 5_000])
@pytest.mark.parametrize("every", [10, 30, 100])
def test_the_likeness_is_the_share_of_runs_in_common(length: int, every: int) -> None:
    one = text_of(length, length)
    other = edited(one, every)
    exact = len(runs(one) & runs(other)) / len(runs(one) | runs(other))
    found = likeness(sketch(" ".join(one)), sketch(" ".join(other)))
    assert found == pytest.approx(exact, abs=0 if length < SKETCH else 0.1)


def test_pairs_are_found_among_many_and_only_with_fresh_ones() -> None:
    texts = {f"s{seed}": text_of(seed, 300 + seed) for seed in range(200)}
    texts["copy"] = edited(texts["s7"], 60)
    joined = [(name, " ".join(words)) for name, words in texts.items()]
    [pair] = near_duplicates(iter(joined), {"copy": None})
    assert (pair.source, pair.other) == ("copy", "s7")
    assert LIKENESS <= pair.likeness < 1
    assert near_duplicates(iter(joined), {"s3": None}) == ()
    assert near_duplicates(iter(joined), dict.fromkeys(texts)) == near_duplicates(
        iter(joined), {"s7": None}
    )


def test_texts_without_words_are_like_nothing() -> None:
    assert near_duplicates(iter([("a", ""), ("b", "…"), ("c", "")]), {"a": None}) == ()
    assert near_duplicates(iter([]), {}) == ()


def test_ingest_reports_them_once(desk: Any) -> None:
    words = text_of(1, 120)
    desk.write("minutes.txt", " ".join(words) + ".")
    assert desk.ingest().near_duplicates == ()
    desk.write("minutes-final.txt", " ".join(edited(words, 60)) + ".")
    report = desk.ingest()
    [pair] = report.near_duplicates
    assert (pair.source, pair.other) == ("minutes-final", "minutes")
    assert report.to_json()["near_duplicates"][0]["other"] == "minutes"
    assert desk.ingest().near_duplicates == ()
