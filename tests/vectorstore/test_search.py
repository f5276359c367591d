"""Search: the right passage, the same every time, in the library as it is now."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, lines_of
from vectorstore import IndexMismatch, Query
from vectorstore.search.ranking import shipped

ROOT = Path(__file__).resolve().parents[2]


def ids(found: Any) -> list[str]:
    return [hit.passage.id for hit in found.hits]


def test_a_passage_is_found_by_its_own_words(shelf: Any) -> None:
    best = shelf.store().searcher.search("The blue boat sails at dusk.", 3).hits[0]
    assert best.passage.text == "The blue boat sails at dusk."
    assert best.similarity == pytest.approx(1.0, abs=1e-3)
    assert best.rank == 1


def test_what_is_asked_is_encoded_as_a_query_and_nothing_else_is(shelf: Any) -> None:
    query = Query(text="Where do boats sail?", before="Which boats?")
    shelf.change(more="A third boat.")
    shelf.store().searcher.search(query, 1)
    assert shelf.encoder.queries == [query.text, query.before]


def test_similarity_is_the_cosine_and_ranks_count_from_one(shelf: Any) -> None:
    found = shelf.store().searcher.search("The red boat", 4)
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4]
    for hit in found.hits:
        cosine = float(found.vectors[hit.passage.id][0] @ found.query_vector)
        assert hit.similarity == pytest.approx(cosine)


def test_the_same_query_gives_the_same_hits(shelf: Any) -> None:
    one, other = shelf.store().searcher, shelf.store().searcher
    first = one.search("boat at dawn", 4)
    assert one.search("boat at dawn", 4).hits == first.hits == other.search("boat at dawn", 4).hits


def test_ties_are_broken_by_passage_id(empty_shelf: Any) -> None:
    words = "The very same words stand here."
    empty_shelf.change(a=f"{words}\n\nFirst.", b=f"{words}\n\nSecond.", c=f"{words}\n\nThird.")
    hits = empty_shelf.store().searcher.search(words, 3).hits
    assert {hit.passage.text for hit in hits} == {words}
    assert [hit.passage.id for hit in hits] == sorted(hit.passage.id for hit in hits)


def test_sources_narrow_the_search(shelf: Any) -> None:
    searcher = shelf.store().searcher
    found = searcher.search("The red boat", 4, sources=["trees"])
    assert {hit.passage.source for hit in found.hits} == {"trees"}
    assert searcher.search("The red boat", 4, sources=[]).hits == ()
    assert searcher.search("The red boat", 4, sources=["unknown"]).hits == ()


def test_a_source_that_takes_over_a_text_is_searched_under_its_own_name(shelf: Any) -> None:
    moved = shelf.library.text("boats")
    shelf.change("boats", ships=moved)
    found = shelf.store().searcher.search("The red boat", 4, sources=["ships"])
    assert [hit.passage.source for hit in found.hits] == ["ships", "ships"]
    dense = shelf.store()._generation().search(found.query_vector, 4, ["ships"])
    assert sorted(dense) == sorted(ids(found))


def test_half_a_character_in_a_query_does_no_harm(shelf: Any) -> None:
    assert shelf.store().searcher.search("red \ud83d boat", 1).hits[0].passage.source == "boats"


def test_an_open_searcher_follows_what_another_process_writes(shelf: Any) -> None:
    searcher = shelf.store().searcher
    assert searcher.search("A whale sings.", 1).hits[0].similarity < 0.9
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:3]\n"
        "from conftest import Shelf\n"
        "Shelf(Path(sys.argv[3])).change('trees', whales='A whale sings.')"
    )
    here = str(Path(__file__).parent)
    subprocess.run(
        [sys.executable, "-c", program, str(ROOT), here, str(shelf.home)], check=True, timeout=120
    )
    found = searcher.search("A whale sings.", 4)
    assert found.hits[0].passage.source == "whales"
    assert found.fingerprint == shelf.library.fingerprint
    assert not any(hit.passage.source == "trees" for hit in found.hits)


def test_a_library_emptied_and_filled_again_is_searched_anew(shelf: Any) -> None:
    searcher = shelf.store().searcher
    searcher.search("boat", 1)
    shelf.change("boats", "trees")
    shelf.change(whales="A whale sings.")
    found = searcher.search("unrelated words", 4)
    assert [hit.passage.source for hit in found.hits] == ["whales"]


def test_searches_go_on_while_the_library_changes(shelf: Any) -> None:
    store = shelf.store()
    stop, wrong = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                best = store.searcher.search("The red boat sails at dawn.", 2).hits[0]
                if best.passage.source != "boats":
                    wrong.append(best.passage.source)
            except BaseException as exc:
                wrong.append(repr(exc))
                return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(2):
            shelf.change(whales=f"Whale number {number} sings.")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_generation_that_fails_in_use_is_opened_again(shelf: Any) -> None:
    store = shelf.store()
    store.searcher.search("boat", 1)
    store._open.close()
    assert store.searcher.search("The red boat sails at dawn.", 1).hits[0].similarity > 0.99


def test_a_library_made_again_with_another_encoder_is_not_searched_with_the_old(
    shelf: Any,
) -> None:
    searcher = shelf.store().searcher
    searcher.encoder.fingerprint = "hash-2"
    with pytest.raises(IndexMismatch, match="Start it again"):
        searcher.search("boat", 1)


def test_the_score_is_the_weighted_sum_of_the_signals(shelf: Any) -> None:
    searcher = shelf.store().searcher
    query = "The red boat sails at dawn."
    hits = {hit.passage.id: hit for hit in searcher.search(query, 4).hits}
    found = searcher.signals(query)
    assert {passage.id for passage, _ in found} == set(hits)
    for passage, signals in found:
        assert hits[passage.id].score == pytest.approx(shipped().score(signals))
        assert all(0.0 <= signal <= 1.0 for signal in signals)
    assert max(hit.score for hit in hits.values()) == pytest.approx(1.0, abs=1e-3)


def test_the_last_question_and_answer_lead_a_query_and_do_not_outweigh_it(
    empty_shelf: Any,
) -> None:
    empty_shelf.change(
        ships="The brig carries two masts and one gun.", trees="An oak carries acorns for years."
    )
    searcher = empty_shelf.store().searcher
    for lead in (
        Query(text="What does it carry?", before="Tell me of oaks and acorns"),
        Query(text="What does it carry?", answered="An oak bears acorns."),
    ):
        assert searcher.search(lead, 1).hits[0].passage.source == "trees"
    asked = "How many masts and guns does the brig carry?"
    changed = Query(text=asked, before="Tell me of oaks and acorns")
    assert searcher.search(changed, 1).hits[0].passage.source == "ships"


def test_half_a_character_in_the_turns_before_does_no_harm(shelf: Any) -> None:
    query = Query(text="red boat", before="dawn \ud83d", answered="\udc00")
    assert shelf.store().searcher.search(query, 1).hits[0].passage.source == "boats"


def test_of_a_long_answer_its_beginning_counts(shelf: Any) -> None:
    searcher = shelf.store().searcher
    short = Query(text="red boat", answered="dawn " * 40)
    long = Query(text="red boat", answered="dawn " * 40 + "oak " * 100_000)
    assert searcher.search(long, 4).hits == searcher.search(short, 4).hits


def test_a_batch_of_queries_uses_the_turns_before(
    starter_home: Path, soundings: Command, tmp_path: Path
) -> None:
    turns = [
        {"role": "user", "content": "What is the triple aim?"},
        {"role": "assistant", "content": "It has three parts."},
    ]
    lines = [
        {"id": "whole", "question": "What is the triple aim?"},
        {"id": "alone", "question": "Why?"},
        {"id": "led", "question": "Why?", "history": turns},
        {"id": "bad", "question": "Why?", "history": "yes"},
    ]
    asked, found = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert soundings("--home", starter_home, "search", "--batch", asked, "--out", found)[0] == 0
    whole, alone, led, bad = lines_of(found)
    wanted = whole["hits"][0]
    places = [[(h["source"], h["start"]) for h in line["hits"]] for line in (alone, led)]
    assert (wanted["source"], wanted["start"]) not in places[0]
    assert (wanted["source"], wanted["start"]) in places[1]
    assert "history must be a list" in bad["error"]
