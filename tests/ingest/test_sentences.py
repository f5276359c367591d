"""Sentence boundaries: where they are, where they are not, and that offsets are exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cutting.sentences import LONGEST, split
from tests.conftest import ROOT

CASE = ROOT.parent / "shared" / "cases" / "81-ask-money" / "in"


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentences",
    [
        ["One ends here.", "Two begins."],
        ["Is it so?", "It is!", "Good…", "Then go."],
        ["Dr. Smith and Mrs. Jones met Prof. Lee at St. Mary's.", "They spoke."],
        ["See e.g. Fig. 3 and pp. 4 and 5, i.e. the tables.", "Then go on."],
        ["Some fruits, e.g. The Bramley, keep well."],
        ["J. K. Rowling and A. A. Milne wrote.", "Others read."],
        ["It rose by 3.5 per cent to £4.2m.", "Then it fell."],
        ["Version 2.0.1 is out.", "Take it."],
        ["“We listen.”", "“We learn.”"],
        ["She said ‘no.’", "He left."],
        ["(It was late.)", "They slept."],
        ["It is known.¹²", "So is this.[3]", "And this.[4, 5]", "End."],
        ["They met at 5 p.m.", "The room was full."],
        ["He lives in the U.S. Midwest."],
        ["Visit www.example.org for more.", "It helps."],
        ["Он пришёл.", "Она ушла."],
        ["Η αρχή.", "Το τέλος."],
        ["Être ou non.", "À demain."],
        ["He said it was no.", "The end was near."],
        ["The firm is Acme Ltd.", "It sells anvils."],
        ["42 came.", "17 went."],
        ["It cost £5.", "£6 was asked."],
        ["هل فيه رافعات؟", "نعم، تسع رافعات.", "المديرة هي ليلى۔", "تغادر العبارة."],
        ["वह आया।", "वह गयी॥", "अंत।"],
        ["መጣ።", "ሄደ፧"],
        ["Եկավ։", "Գնաց։"],
        ["A pump costs Rs. 900.", "A winch costs kr. 300."],
        ["It costs 30 kr.", "The boat is red."],
        ["The toll is Fr. 5.– a night.", "It is due."],
        ["A fee of CHF 300.-- applies.", "It costs S/. 30 a day."],
        ["The ferry leaves at kl. 07.15 and at 7.15 p.m. from Sand.", "It is open."],
        ["A sail costs ¥3,000.", "A buoy costs 1.000,50 €.", "An oar costs EUR 30."],
    ],
)
def test_sentences_are_cut_where_a_reader_would(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_scripts_without_spaces_are_cut_at_their_stops() -> None:
    sentences = [
        "港口有九台起重机。",
        "主任是谁？",
        "是李明女士！",
        "他说：“好。”",
        "然后走了。",
        "「はい。」",
        "3.5吨。",
    ]
    assert cut("".join(sentences)) == sentences


def test_time_stamps_of_a_transcript_stand_apart_from_its_words() -> None:
    text = (
        "00:00:01 The harbour was busy.\n[00:04] Ann: We closed it.\n(1:02:03) Why?\n"
        "0:05\nhello\n00:00:07,000 --> 00:00:09,500\nGoodbye.\nAt 00:00:05 it rang.\n"
        "10:30 Coffee is served."
    )
    assert cut(text) == [
        *("00:00:01", "The harbour was busy."),
        *("[00:04]", "Ann: We closed it."),
        *("(1:02:03)", "Why?"),
        *("0:05", "hello"),
        *("00:00:07,000 --> 00:00:09,500", "Goodbye."),
        *("At 00:00:05 it rang.", "10:30 Coffee is served."),
    ]


def test_the_number_of_a_list_item_is_no_sentence() -> None:
    assert cut("1. Agree the plan.") == ["1. Agree the plan."]


def test_a_line_break_within_a_sentence_does_not_end_it() -> None:
    assert cut("It goes\non here. Then\nit ends.") == ["It goes\non here.", "Then\nit ends."]


def test_a_stretch_without_letters_or_digits_is_no_sentence() -> None:
    assert cut("*** --- …") == []


def test_what_has_no_stop_is_cut_at_a_space() -> None:
    text = "word " * 400
    pieces = cut(text)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert " ".join(pieces) == text.strip()


def test_only_the_stretch_that_was_asked_for_is_cut() -> None:
    text = "Before. Inside one. Inside two. After."
    found = list(split(text, 8, 31))
    assert [text[a:b] for a, b in found] == ["Inside one.", "Inside two."]


@pytest.mark.parametrize(
    "text",
    [
        "." * 100_000,
        "a." + "¹" * 100_000 + "x",
        "x" * 200_000 + ". A",
        "Dr. Smith " * 20_000,
        "a." + " " * 100_000 + "b",
        "." + "[1]" * 30_000,
    ],
    ids=["dots", "note marks", "one long word", "titles", "spaces", "brackets"],
)
def test_no_text_takes_for_ever(text: str) -> None:
    assert all(start < end for start, end in split(text, 0, len(text)))


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.one_of(
            st.sampled_from(list('abcABC .!?…\n\r\t"”’)(1239¹[],:-–中文。？」؟🌳é\u0301\u200d')),
            st.characters(exclude_categories=["Cs"]),
        ),
        max_size=1500,
    )
)
def test_spans_are_ordered_apart_inside_and_trimmed(text: str) -> None:
    start, end = len(text) // 10, len(text) - len(text) // 10
    last = start
    for a, b in split(text, start, end):
        assert last <= a < b <= end
        assert text[a:b] == text[a:b].strip()
        assert any(c.isalnum() for c in text[a:b])
        assert b - a <= LONGEST
        last = b


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_letter_or_digit_is_left_out(text: str) -> None:
    kept = "".join(cut(text))
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]


@pytest.mark.skipif(not CASE.is_dir(), reason="the case is not on this machine")
def test_money_and_clock_times_of_the_case_stay_whole() -> None:
    texts = [file.read_text("utf-8").strip() for file in sorted(CASE.glob("*.txt"))]
    assert len(texts) == 16
    assert [cut(text) for text in texts] == [[text] for text in texts]
    found = cut((CASE / "norvik.md").read_text("utf-8"))
    assert "The ferry to Sand leaves at 07:15 and at 16:40." in found
    assert "A ticket costs £4.50; children under 12 pay nothing." in found
