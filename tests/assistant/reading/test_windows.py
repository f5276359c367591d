"""Which stretches are read: around the best sentences, whole sentences, none twice."""

from assistant.finding.candidates import Candidate
from assistant.reading.features import candidates
from assistant.reading.windows import WINDOW_CHARACTERS, WINDOWS, Window, windows_around
from assistant.turn.asked import ask_about
from vectorstore import Store

QUESTION = "What do the briefs say about conflicts of interest?"


def ordered(store: Store) -> list[Candidate]:
    """The sentences found for a question, in the order of the hits."""
    found = store.searcher.search(QUESTION, 8)
    return candidates(ask_about(QUESTION, store.library), found, store.library)


def test_the_best_sentences_lie_in_the_windows_in_their_order(starter_store: Store) -> None:
    listed = ordered(starter_store)
    windows = windows_around(listed)
    assert 1 < len(windows) <= WINDOWS
    assert windows[0].holds(listed[0])
    first_outside = next(c for c in listed if not windows[0].holds(c))
    assert windows[1].holds(first_outside)


def test_a_window_is_its_sources_text_and_no_longer_than_it_may(starter_store: Store) -> None:
    for window in windows_around(ordered(starter_store), most=20):
        text = starter_store.library.text(window.passage.source)
        assert text[window.start : window.start + len(window.text)] == window.text
        assert len(window.text) <= WINDOW_CHARACTERS or window.first == window.last


def test_windows_do_not_overlap(starter_store: Store) -> None:
    windows = windows_around(ordered(starter_store), most=20, characters=200)
    read: set[tuple[str, int]] = set()
    for window in windows:
        mine = {(window.passage.id, i) for i in range(window.first, window.last + 1)}
        assert not read & mine
        read |= mine


def test_a_sentence_that_leans_is_read_with_what_it_leans_on(starter_store: Store) -> None:
    listed = ordered(starter_store)
    leaning = [
        c for c in listed if c.text.startswith(("It ", "They ", "This ", "That ")) and c.index
    ]
    assert leaning, "the briefs hold sentences that lean on others"
    window: Window = windows_around(leaning, most=1, characters=900)[0]
    assert window.first < leaning[0].index
