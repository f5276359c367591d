"""What the Ask tab shows, as markup: the welcome, and the conversation.

Pure functions of values. Whatever comes from documents, models or people passes through
`markup.element` as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.models import Answer, Citation, Outcome, Statement
from assistant.places import Sources, place_of, title_of
from vectorstore import Hit, Source
from vectorstore.page.markup import Html, element, join
from vectorstore.page.source_view import address
from vectorstore.page.wording import in_words, named, path_of, spoken

NEAREST = 3
EXCERPT = 240  # characters of a nearest passage that are shown before it is opened
_OPENING = frozenset('“"«„')
_CLOSING = frozenset('”"»')


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what became of it; neither `answer` nor `failure` while it is looked for."""

    question: str
    answer: Answer | None = None
    failure: str | None = None


def welcome(sources: Iterable[Source], examples: Sequence[str]) -> Html:
    """The page before the first question: what this library is, and what it can be asked."""
    held = list(sources)
    changed = max((s.added for s in held), default="")
    facts = [
        _count(len(held), "source"),
        _count(sum(s.passages for s in held), "passage"),
        *([f"last change {in_words(changed)}"] if changed else []),
    ]
    parts: list[Html] = [
        element("h2", "Ask this library"),
        element(
            "p",
            "Every answer is made of quotes from the documents here, each with its place. "
            "Where they do not answer, you are told so.",
        ),
        element("p", " · ".join(facts), class_="facts"),
    ]
    if examples:
        items = [
            element("li", element("button", question, type="button", class_="example"))
            for question in examples
        ]
        parts += [
            element("h3", "For example", class_="examples-head"),
            element("ul", *items, class_="examples"),
        ]
    titles = [element("li", named(source)) for source in held]
    if 0 < len(titles) <= 12:
        parts += [
            element(
                "details",
                element("summary", "What is in it"),
                element("ul", *titles),
                class_="contents",
            )
        ]
    return element("div", *parts, class_="welcome")


def conversation(exchanges: Sequence[Exchange], sources: Sources) -> Html:
    """All questions with their answers, oldest first."""
    shown = [_exchange(i, each, sources) for i, each in enumerate(exchanges, start=1)]
    heading = element("h2", "Conversation", class_="unseen")
    return element("div", heading, *shown, class_="conversation")


def _exchange(number: int, exchange: Exchange, sources: Sources) -> Html:
    question = element(
        "h3", element("span", "You asked: ", class_="unseen"), exchange.question, class_="question"
    )
    if exchange.failure is not None:
        body = element("p", element("strong", "This did not work. "), exchange.failure)
        return _section(number, question, element("div", body, class_="answer failure"))
    if exchange.answer is None:
        body = element("p", "Looking in the library …", class_="outcome")
        return _section(number, question, element("div", body, class_="answer pending"))
    return _section(number, question, _answer(number, exchange.answer, sources))


def _section(number: int, *children: str) -> Html:
    return element("section", *children, class_="exchange", id=f"exchange-{number}")


def _answer(number: int, answer: Answer, sources: Sources) -> Html:
    parts: list[Html] = [element("p", *_outcome(answer), class_=f"outcome {answer.outcome}")]
    if _differs(answer.standalone_question, answer.question):
        parts.append(
            element(
                "p",
                "I read your question as: ",
                element("q", answer.standalone_question),
                " ",
                element("button", "edit", type="button", class_="edit plain"),
                class_="reading",
            )
        )
    if answer.outcome is Outcome.WITHHELD:
        parts.append(element("p", answer.answer))
        parts += _nearest(number, answer, sources)
    else:
        cited = {c.marker: c for c in answer.citations}
        parts += [
            _statement(f"{number}-{i}", statement, cited, sources)
            for i, statement in enumerate(answer.statements, start=1)
        ]
        parts.append(_references(answer.citations, sources))
        parts.append(
            element(
                "p",
                element("button", "Copy with sources", type="button", class_="copy plain"),
                class_="actions",
            )
        )
    return element("div", *parts, class_="answer")


def _outcome(answer: Answer) -> list[str]:
    """A shape for the eye, and words that say the same."""
    quotes = _count(len(answer.citations), "quote")
    origins = _count(len({c.source for c in answer.citations}), "source")
    if answer.outcome is Outcome.ANSWERED:
        return [_shape("●"), element("strong", "Answered"), f" · {quotes}, {origins}"]
    if answer.outcome is Outcome.PARTIAL:
        return [
            _shape("◐"),
            element("strong", "Partly answered"),
            f" · {quotes}, {origins}",
            *(
                [". The library does not answer: ", element("q", answer.missing)]
                if answer.missing
                else []
            ),
        ]
    return [_shape("○"), element("strong", "Not in this library")]


def _shape(character: str) -> Html:
    return element("span", character, class_="shape", aria_hidden="true")


def _statement(
    key: str, statement: Statement, cited: Mapping[int, Citation], sources: Sources
) -> Html:
    """One sentence of the answer: a quotation where it is one, else a sentence with its markers."""
    citations = [cited[marker] for marker in statement.citations if marker in cited]
    markers = [
        join([" ", _marker(f"marker-{key}-{c.marker}", c.marker, c, sources)]) for c in citations
    ]
    if not any(statement.text == c.quote for c in citations):
        return element("p", element("span", statement.text, class_="said"), *markers)
    places = dict.fromkeys(place_of(c, sources) for c in citations)
    return element(
        "figure",
        element("blockquote", element("p", _quoted(statement.text, citations), *markers)),
        element("figcaption", "; ".join(places)),
        class_="quote",
    )


def _quoted(text: str, citations: Sequence[Citation]) -> Html:
    """A quotation, with the few words that answer set apart where a reader has named them; the
    page puts quotation marks around it, unless the text brings its own."""
    own = ["opens"] if text[:1] in _OPENING else []
    own += ["closes"] if text[-1:] in _CLOSING else []
    quote = next(c for c in citations if c.quote == text)
    inner: list[str] = [text]
    if quote.words is not None and quote.words.end - quote.words.start < len(text):
        start, end = quote.words.start - quote.start, quote.words.end - quote.start
        inner = [text[:start], element("strong", text[start:end]), text[end:]]
    return element("q", *inner, class_=" ".join(own) or None)


def _marker(id: str, number: int, citation: Citation, sources: Sources) -> Html:
    return element(
        "button",
        str(number),
        type="button",
        class_="marker",
        id=id,
        aria_label=spoken(f"quote {number}", title_of(citation, sources), citation.page),
        data_number=number,
        **address(citation.source, citation.start, citation.end, citation.source_sha256),
    )


def _nearest(number: int, answer: Answer, sources: Sources) -> list[Html]:
    """What the library holds that comes closest, though it does not answer."""
    hits = answer.hits[:NEAREST]
    if not hits:
        return []
    items = [
        element("li", *_near(number, rank, hit, sources)) for rank, hit in enumerate(hits, start=1)
    ]
    return [
        element("h4", "The nearest passages"),
        element("ol", *items, class_="nearest"),
    ]


def _near(number: int, rank: int, hit: Hit, sources: Sources) -> list[Html]:
    passage = hit.passage
    source = sources.get(passage.source)
    text = " ".join(passage.text.split())
    shown = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    button = element(
        "button",
        path_of(passage.title, passage.heading, passage.page),
        type="button",
        class_="near",
        id=f"near-{number}-{rank}",
        data_number=rank,
        **address(passage.source, passage.start, passage.end, source.sha256 if source else ""),
    )
    return [button, element("p", shown, class_="excerpt")]


def _references(citations: Iterable[Citation], sources: Sources) -> Html:
    """The quotes' places in full: for print and for the copy, not for the screen."""
    items = [
        element(
            "li",
            element("q", c.quote),
            " ",
            place_of(c, sources),
            f" [{c.start}-{c.end}]",
            value=c.marker,
        )
        for c in citations
    ]
    return element("ol", *items, class_="references")


def _differs(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() != " ".join(other.split()).casefold()


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
