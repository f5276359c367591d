"""What nobody sees is taken away; what scripts and emoji need stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import Source, count_invisible, visible


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u00ad", "\u202e", "\u2066", "\u200f", "\ufeff", "\u2060", "\U000e0041", "\u200d"],
)
def test_invisible_characters_are_taken_out_of_words(hidden: str) -> None:
    assert visible(f"pass{hidden}word") == "password"
    assert count_invisible(f"{hidden}pass{hidden}word") == 2


def test_a_row_of_variation_selectors_carries_a_message_and_one_does_not() -> None:
    assert visible("❤\ufe0f") == "❤\ufe0f"
    assert visible("a\ufe00\ufe01\ufe02\U000e0101") == "a\ufe00"


@pytest.mark.parametrize("text", ["👩\u200d🚀", "نامه\u200cای", "क्\u200dष", "Café – naïve"])
def test_what_scripts_and_emoji_need_stays(text: str) -> None:
    assert visible(text) == text


@given(st.text(st.sampled_from("ab \u200b\u200d\u202e\ufe0f👩❤م\U000e0041")))
def test_taking_away_is_done_in_one_go(text: str) -> None:
    assert len(text) - len(visible(text)) == count_invisible(text)


def test_an_offset_lies_on_a_page() -> None:
    about = {"id": "a", "title": "A", "sha256": "", "kind": "pdf", "origin": "", "added": ""}
    source = Source(**about, version=1, characters=9, passages=1, pages=(0, 0, 5, 9))
    assert [source.page_at(n) for n in (0, 4, 5, 8)] == [2, 2, 3, 3]
    plain = Source(**about, version=1, characters=9, passages=1)
    assert plain.page_at(4) is None
