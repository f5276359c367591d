"""Lists that are asked for come whole, wherever they stand."""

from collections.abc import Sequence

import pytest

from assistant import Engine, Outcome, open_engine
from assistant.reading.evidence import rank, select
from assistant.reading.features import candidates
from assistant.turn.asked import ask_about
from soundings import main
from tests.conftest import settings_of

FILLER = (
    "The river board met at the old mill in spring and spoke of eels, fish passes and the price "
    "of nets, and of who should mend the footbridge below the lock. "
) * 4
WARDENS = f"""# Wardens

## How wardens spend their year

{FILLER}

Wardens look after the river with a wide range of tasks, including:

- counting the otters of the upper valley each spring and each autumn with volunteers
- mending the fish passes beside the three old weirs before the salmon begin to run
- teaching the children of the valley schools how a river lives and why it floods
- measuring the water at nine gauges every morning, frost and flood days not excepted
- reporting whatever poisons the river to the board and to the farms along its banks

## How the board sees it

A warden who does all this well is already half a river board, as Ada Moor sees her tasks.

## Ways of helping

There are three ways in which visitors can help the wardens.

### Counting

Visitors count birds on the first Sunday of a month.

### Carrying

Visitors carry stones for the weirs.

### Keeping quiet

Visitors keep their dogs out of the reeds.
"""


@pytest.fixture(scope="module")
def wardens(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("wardens")
    (folder / "wardens.md").write_text(WARDENS, encoding="utf-8")
    assert main(["--home", str(folder / "home"), "ingest", str(folder / "wardens.md")]) == 0
    return open_engine(settings_of(folder / "home"))


TASKS = "Which tasks do wardens have on the river?"


def check_tasks(quotes: Sequence[str]) -> None:
    assert quotes[0].endswith("including:")
    assert [quote.split()[0] for quote in quotes[1:]] == [
        *("counting", "mending", "teaching", "measuring", "reporting")
    ]


def test_a_list_goes_on_in_the_next_passage(wardens: Engine) -> None:
    answer = wardens.ask(TASKS)
    assert answer.outcome is Outcome.ANSWERED
    check_tasks([citation.quote for citation in answer.citations])
    assert len({citation.passage for citation in answer.citations}) > 1, "or this tests nothing"


def test_a_list_in_which_most_of_the_best_stand_is_taken(wardens: Engine) -> None:
    library = wardens.store.library
    asked = ask_about(TASKS, library)
    listed = candidates(asked, wardens.store.searcher.search(TASKS, 8), library)

    def first_quotes(*items: str) -> list[str]:
        """What is quoted where these items come next after what Ada Moor says."""
        scores = [
            0.9 if "Ada Moor" in one.text else 0.3 if one.text.startswith(items) else 0.0
            for one in listed
        ]
        for i, one in enumerate(listed):
            scores[i] += 0.1 * (one.sentence.kind == "prose" and not one.text.endswith(":"))
        return [quote.text for quote in select(asked, rank(listed, scores), library, 120)]

    check_tasks(first_quotes("counting", "mending", "reporting"))
    assert "Ada Moor" in first_quotes("counting", "mending")[0]


def test_headings_that_are_announced_by_their_number_are_the_list(wardens: Engine) -> None:
    answer = wardens.ask("What are the ways in which visitors can help the wardens?")
    assert [citation.quote.lstrip("# ") for citation in answer.citations] == [
        "There are three ways in which visitors can help the wardens.",
        *("Counting", "Carrying", "Keeping quiet"),
    ]
