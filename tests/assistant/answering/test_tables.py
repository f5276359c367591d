"""A row of a table answers with the headings of its columns, and is quoted as the file has it."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant import Engine, Outcome, open_engine
from assistant.finding.candidates import candidates
from assistant.reading.features import sight_of
from assistant.reading.reader import Reading, Stretch
from assistant.turn.asked import ask_about
from soundings import main
from tests.conftest import READ, settings_of

FLEET = """# Fleet

| Harbour | Boats in 2020 | Boats in 2021 |
|---|---|---|
| Lund | 14 | 17 |
| Vik | 31 | 29 |
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "fleet.md").write_text(FLEET, encoding="utf-8")
    assert main(["--home", str(folder / "home"), "ingest", str(folder / "fleet.md")]) == 0
    return open_engine(settings_of(folder / "home", READ))


def test_a_row_of_markdown_answers_and_is_shown_with_its_headings(fleet: Engine) -> None:
    answer = fleet.ask("How many boats did Vik have in 2021?")
    assert answer.outcome == Outcome.ANSWERED
    first = answer.citations[0]
    assert first.quote == FLEET[first.start : first.end] == "| Vik | 31 | 29 |"
    assert first.shown == "Harbour: Vik · Boats in 2020: 31 · Boats in 2021: 29"
    assert answer.answer.startswith("Harbour: Vik · Boats in 2020: 31 · Boats in 2021: 29 [1]")


def test_the_reader_is_given_rows_as_people_read_them_out(fleet: Engine) -> None:
    given: list[Stretch] = []

    class Listening:
        fingerprint = "listening"

        def read(self, question: str, before: str, stretches: Sequence[Stretch]) -> list[Reading]:
            given.extend(stretches)
            return [Reading(sentences=np.zeros(len(s.sentences)), whole=0.0) for s in stretches]

    found = fleet.store.searcher.search("How many boats?", 8)
    sight_of(
        ask_about("How many boats?", fleet.store.library), found, candidates(found), Listening()
    )
    assert given[0].sentences[1:] == (
        "Harbour: Lund, Boats in 2020: 14, Boats in 2021: 17.",
        "Harbour: Vik, Boats in 2020: 31, Boats in 2021: 29.",
    )


def test_what_no_row_says_is_withheld(fleet: Engine) -> None:
    assert fleet.ask("How many boats did Oslo have in 2021?").outcome == Outcome.WITHHELD
