"""Evidence: what is known of sentences, and the chances that are made of it."""

from pathlib import Path

import numpy as np
import pytest

from assistant.answering.parts import Finder
from assistant.errors import AssistantError
from assistant.finding.candidates import candidates
from assistant.reading import open_reader, read_evidence
from assistant.reading.calibration import SHIPPED, SHIPPED_READ, load, shipped
from assistant.reading.features import answer_features, sight_of
from assistant.turn.asked import ask_about
from vectorstore import QUOTABLE, Found, Store
from vectorstore.models import LEAD_IN

ASKED = "What is the triple aim?"


@pytest.fixture(scope="module")
def found(starter_store: Store) -> Found:
    return starter_store.searcher.search(ASKED, 8)


@pytest.mark.parametrize("read", [False, True])
def test_a_row_has_a_number_for_every_name(found: Found, starter_store: Store, read: bool) -> None:
    reader = open_reader("builtin" if read else "none")
    listed = candidates(found)
    sight = sight_of(ask_about(ASKED, starter_store.library), found, listed, reader)
    assert sight.rows.shape == (len(listed), len(sight.features))
    assert len(sight.answer_row([0.5] * len(listed))) == len(answer_features(read))
    assert np.isfinite(sight.rows).all()


def test_only_what_can_be_quoted_alone_may_answer(found: Found) -> None:
    assert {c.sentence.kind for c in candidates(found)} <= QUOTABLE | {LEAD_IN}


@pytest.mark.parametrize("read", [False, True])
def test_the_best_sentence_is_the_one_that_answers(
    found: Found, starter_store: Store, read: bool
) -> None:
    reader = open_reader("builtin" if read else "none")
    evidence = read_evidence(ASKED, found, starter_store.library, shipped(read), reader)
    best, chance = evidence.ranked[0]
    parts = ("better health", "experience of care", "what care costs")
    assert any(said in best.text for said in ("triple aim", *parts))
    assert chance == max(chance for _, chance in evidence.ranked)
    assert evidence.confidence > shipped(read).threshold


def test_nothing_found_is_nothing_read(starter_store: Store) -> None:
    nothing = starter_store.searcher.search(ASKED, 8, sources=["nobody"])
    evidence = read_evidence(ASKED, nothing, starter_store.library, shipped(), None)
    assert not evidence.ranked and evidence.confidence == 0.0


def test_a_calibration_is_for_one_way_of_reading(starter_store: Store, tmp_path: Path) -> None:
    reader = open_reader("builtin")
    with pytest.raises(AssistantError, match="made without a reader"):
        Finder(starter_store, load(SHIPPED), reader)
    with pytest.raises(AssistantError, match="made with a reader"):
        Finder(starter_store, load(SHIPPED_READ), None)
    with pytest.raises(AssistantError, match="cannot read the calibration"):
        load(tmp_path / "none.json")
