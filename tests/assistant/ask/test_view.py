"""What the Ask tab shows, as markup."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ask import view
from assistant.keeping.conversations import Conversation, Exchange
from assistant.keeping.feedback import Verdict
from assistant.models import Answer, Citation, Outcome, Statement
from vectorstore import Hit, Passage, Source, visible
from vectorstore.wording import in_words
from web.look import source_view
from web.look.markup import Html, element, join

NASTY = '<script>alert("x")</script>\n\n![x](http://example.com/x.png) & <b>**bold**</b>'
SOURCE = Source(
    id="one",
    title="A <b>title</b>",
    sha256="ab",
    kind="txt",
    origin="one.txt",
    version=1,
    added="2026-11-21T20:41:55+00:00",
    characters=100,
    passages=2,
    publisher="The publisher",
    date="2016-09-07",
)


class Reader(HTMLParser):
    """Collects the tags, and the text that a person would see."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def answer(**changes: object) -> Answer:
    values: dict[str, object] = {
        "question": "Who?",
        "standalone_question": "Who?",
        "outcome": Outcome.WITHHELD,
        "reason": "not stated",
        "confidence": 0.1,
        "engine": "extractive",
        "answer": "The library does not answer this question.",
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]


def cited(quote: str, page: int | None = 9) -> Answer:
    citation = Citation(
        marker=1,
        source="one",
        title="A <b>title</b>",
        source_sha256="ab",
        passage="p",
        start=10,
        end=10 + len(quote),
        quote=quote,
        page=page,
        heading="",
    )
    statement = Statement(text=quote, citations=(1,), support=0.9)
    return answer(
        outcome=Outcome.ANSWERED,
        answer=f"{quote} [1]",
        statements=(statement,),
        citations=(citation,),
    )


def shown(given: Answer) -> Reader:
    return Reader(held(Exchange(question=given.question, answer=given)))


def held(exchange: Exchange, **more: Any) -> Html:
    return view.conversation(Conversation(id="c", exchanges=(exchange,)), {"one": SOURCE}, **more)


@given(st.text())
def test_what_can_be_seen_of_a_text_comes_out_as_it_went_in(text: str) -> None:
    read = Reader(element("p", text, title=text))
    seen = visible(text)
    assert read.tags == ["p"]
    assert read.text.replace("\r", "\n") == seen.replace("\0", "\ufffd").replace("\r", "\n")


@given(st.text())
def test_markup_stays_on_one_line(text: str) -> None:
    markup = element("div", text, join([text, element("p", text)]), title=text)
    assert "\n" not in markup and "\r" not in markup
    assert markup.startswith("<div")


def test_a_document_is_shown_as_text() -> None:
    text = f"Before. {NASTY} After."
    pane = source_view.document(SOURCE, text, (), (), 8, 8 + len(NASTY))
    read = Reader(pane)
    assert not {"script", "b", "img", "a", "em"} & set(read.tags)
    assert NASTY in read.text
    assert SOURCE.title in read.text


def test_an_answer_is_shown_as_text() -> None:
    read = shown(cited(NASTY))
    assert not {"script", "b", "img"} & set(read.tags)
    assert NASTY in read.text


def test_a_failure_is_shown_as_text() -> None:
    read = Reader(held(Exchange(question=NASTY, failure=NASTY)))
    assert not {"script", "b", "img", "a"} & set(read.tags)


def test_a_quote_is_shown_without_the_marks_of_its_markup() -> None:
    given = cited("Nine **leaders** met in May.")
    citation = replace(given.citations[0], shown="Nine leaders met in May.")
    read = Reader(held(Exchange(question="Who?", answer=replace(given, citations=(citation,)))))
    assert "Nine leaders met in May." in read.text and "**" not in read.text


def test_a_turn_can_be_asked_as_another_kind() -> None:
    given = replace(cited("Nine leaders met."), kind="list")
    read = shown(given)
    kinds = [a["data-kind"] for a in read.attributes if "kind" in (a.get("class") or "").split()]
    assert kinds == ["point", "overview", "comparison", "claim"]


def test_the_sides_of_a_comparison_stand_beside_each_other() -> None:
    given = cited("Nine leaders met.")
    sided = replace(given.statements[0], side="Leaders <b>")
    markup = held(Exchange(question="Who?", answer=replace(given, statements=(sided,))))
    assert 'class="sides"' in markup and "<h4>Leaders &lt;b&gt;</h4>" in markup


def test_a_marker_is_a_button_that_says_where_it_leads() -> None:
    read = shown(cited("Clinicians lead."))
    marker = next(a for a in read.attributes if a.get("class") == "marker")
    assert marker["aria-label"] == "quote 1, A <b>title</b>, page 9"
    assert (marker["data-source"], marker["data-start"], marker["data-end"]) == ("one", "10", "26")


def test_the_outcome_is_a_shape_and_a_word() -> None:
    assert "●Answered · 1 quote, 1 source" in shown(cited("Clinicians lead.")).text
    assert "○Not in this library" in shown(answer()).text
    partly = answer(outcome=Outcome.PARTIAL, missing="Who leads <them>?")
    read = shown(partly)
    assert "◐Partly answered" in read.text
    assert "Who leads <them>?" in read.text


def test_a_withheld_answer_shows_three_nearest_passages_at_most() -> None:
    hits = tuple(
        Hit(
            passage=Passage(
                id=str(n),
                source="one",
                title="A title",
                text="Words of a passage. " * 40,
                start=0,
                end=800,
                heading="A › B",
                page=None,
                sentences=(),
            ),
            rank=n,
            score=0.5,
            similarity=0.5,
            lexical=0.0,
        )
        for n in range(1, 6)
    )
    read = shown(answer(hits=hits))
    assert sum(a.get("class") == "near" for a in read.attributes) == view.NEAREST


def test_an_answer_is_copied_with_the_pages_of_its_quotes() -> None:
    read = shown(cited("Clinicians lead."))
    plain, markdown = (
        next(a["data-text"] for a in read.attributes if a.get("id") == f"copy-{kind}-1")
        for kind in ("plain", "markdown")
    )
    place = "A <b>title</b> · The publisher · 7 September 2016 · page 9"
    assert plain == f"Who?\n\n“Clinicians lead.” [1]\n\n[1] {place}"
    assert markdown is not None
    assert "> “Clinicians lead.” [1]" in markdown
    assert r"\<b\>title\</b\>" in markdown and markdown.endswith("page 9")


def test_while_it_grows_it_can_be_stopped_and_nothing_is_said_of_the_outcome() -> None:
    growing = Exchange(question="Who?", answer=cited("Clinicians lead."), growing=True)
    read = Reader(held(growing))
    assert "Answered" not in read.text and "Clinicians lead." in read.text
    assert [a["class"] for a in read.attributes if a.get("id") == "stop"] == ["stop plain"]
    assert "Stop" not in Reader(held(replace(growing, growing=False))).text


def test_what_was_stopped_or_failed_can_be_tried_again_as_it_was_asked() -> None:
    for exchange in (
        Exchange(question="Who?", stopped=True, worded=True),
        Exchange(question="Who?", failure="It broke."),
    ):
        read = Reader(held(exchange))
        [again] = [a for a in read.attributes if a.get("class") == "again plain"]
        assert again["data-question"] == "Who?"
        assert again.get("data-worded") == ("yes" if exchange.worded else None)


def test_what_was_said_of_an_answer_and_what_changed_since_are_shown() -> None:
    exchange = Exchange(question="Who?", number=7, answer=cited("Clinicians lead."))
    read = Reader(
        held(exchange, said={7: (Verdict.NOT_HELPFUL, "<b>No</b>")}, since={7: ["It changed."]})
    )
    pressed = {a["data-verdict"]: a["aria-pressed"] for a in read.attributes if "data-verdict" in a}
    assert pressed == {"helpful": "false", "not helpful": "true"}
    assert "<b>No</b>" in read.text and "It changed." in read.text
    assert not any("hidden" in a for a in read.attributes)


def test_rewordings_are_offered_and_the_narrowing_is_told() -> None:
    exchange = Exchange(
        question="Who?", sources=("one", "gone"), answer=answer(), rewordings=("What is <it>?",)
    )
    read = Reader(held(exchange))
    assert "What is <it>?" in read.text
    assert "Asked of: A <b>title</b>" in read.text


def test_the_question_as_read_is_shown_where_it_differs() -> None:
    assert "I read your question as" not in shown(answer(standalone_question="who? ")).text
    assert (
        "I read your question as: Who is she?"
        in shown(answer(standalone_question="Who is she?")).text
    )


def test_the_quote_stands_marked_in_its_passage() -> None:
    text = "Heading\n\nBefore the quote. The quote itself. After the quote.\n\n" + "Far. " * 500
    start = text.index("The quote itself.")
    passage = Passage(
        id="p",
        source="one",
        title="t",
        text=text[9:60],
        start=9,
        end=60,
        heading="A <b>title › Where it is",
        page=3,
        sentences=(),
    )
    paged = replace(SOURCE, pages=(0, 4, 9))
    read = Reader(source_view.document(paged, text, (), [passage], start, start + 17))
    assert "Where it is · page 3" in read.text
    assert "The publisher · 7 September 2016" in read.text
    assert "Before the quote. The quote itself. After the quote." in read.text
    assert "mark" in read.tags


@pytest.mark.parametrize("span", [(0, 4), (30_000, 30_300), (0, 0)])
def test_a_source_of_which_nothing_is_known_is_shown_to_the_letter(span: tuple[int, int]) -> None:
    text = "".join(f"Line {n} of a long <b>source</b>.\n\n" for n in range(2000)) + "No end"
    read = Reader(source_view.document(SOURCE, text, (), (), *span))
    assert read.text.endswith(text)
    assert read.tags.count("mark") == (span != (0, 0)) and "b" not in read.tags


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2016-09-07", "7 September 2016"),
        ("2026-11-21T20:41:55+00:00", "21 November 2026"),
        ("2016-09", "September 2016"),
        ("2016", "2016"),
        ("spring 2016", "spring 2016"),
        ("2016-13-45", "2016-13-45"),
    ],
)
def test_dates_in_words(given: str, said: str) -> None:
    assert in_words(given) == said
