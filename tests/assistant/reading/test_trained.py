"""The engine with a reader: evidence it has read, the words that answer, and calibrations kept
apart."""

from pathlib import Path

import pytest

from assistant import AssistantError, AssistantSettings, Engine, Outcome, open_engine
from assistant.reading import HubReader
from assistant.reading.calibration import SHIPPED, SHIPPED_READ, load, shipped
from tests.conftest import settings_of

QUESTION = "What do the briefs say about conflicts of interest?"


@pytest.fixture(scope="module")
def engine(starter_home: Path, hub_reader: Path) -> Engine:
    return open_engine(settings_of(starter_home, {"SOUNDINGS_READER": str(hub_reader)}))


def test_the_answer_names_its_reader_and_what_was_read(engine: Engine, hub_reader: Path) -> None:
    answer = engine.ask(QUESTION)
    assert answer.reader == HubReader(str(hub_reader)).fingerprint
    assert answer.to_json()["reader"] == answer.reader
    assert engine.calibration.file == SHIPPED_READ
    named = [c for c in answer.citations if c.words is not None]
    assert answer.outcome is not Outcome.WITHHELD or not answer.citations
    for citation in named:
        assert citation.words is not None
        assert citation.start <= citation.words.start < citation.words.end <= citation.end


def test_without_a_reader_nothing_is_read(starter_home: Path) -> None:
    plain = open_engine(settings_of(starter_home, {"SOUNDINGS_READER": "none"}))
    answer = plain.ask(QUESTION)
    assert answer.reader == "features"
    assert all(citation.words is None for citation in answer.citations)
    assert plain.calibration.file == SHIPPED


def test_the_same_question_gives_the_same_answer(engine: Engine) -> None:
    first, second = (engine.ask(QUESTION).to_json() for _ in range(2))
    assert {**first, "timings_ms": 0} == {**second, "timings_ms": 0}


def test_a_calibration_of_the_other_kind_is_refused(engine: Engine) -> None:
    with pytest.raises(AssistantError, match="made without a reader"):
        Engine(
            engine.store,
            AssistantSettings(),
            calibration=shipped(),
            spans=HubReader.__new__(HubReader),
        )
    with pytest.raises(AssistantError, match="made for a reader"):
        Engine(engine.store, AssistantSettings(), calibration=load(SHIPPED_READ))
