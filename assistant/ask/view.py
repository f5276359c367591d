"""What the Ask tab shows of a conversation, as markup.

Pure functions of values. Whatever comes from documents, models or people passes through
`markup.element` as text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.ask.after import actions
from assistant.ask.after import exports as _exports
from assistant.ask.welcome import to_ask
from assistant.keeping.conversations import Conversation, Exchange
from assistant.keeping.export import read_as
from assistant.keeping.feedback import Verdict
from assistant.keeping.places import Sources, page_of, place_of, title_of
from assistant.keeping.quotation import marker, quoted
from assistant.models import UNCONFIRMED, Answer, Citation, Outcome, Statement, Use
from vectorstore import Hit
from vectorstore.wording import below, counted, excerpt, path_of
from web.look.markup import Html, element, join
from web.look.source_view import address

NEAREST = 3
ANSWERED = "What this library does answer"
# What a person can have a turn taken for, as the page says it.
KINDS = {
    "point": "as a question",
    "list": "for a list",
    "overview": "for an overview",
    "comparison": "as a comparison",
    "claim": "as a claim to check",
}
# What became of a model's statements, as the page says it.
STATUSES = {"quoted": "quoted", "proved": "proved", "unconfirmed": "not confirmed"}
VERDICTS = {"supported": "Supported", "contradicted": "Contradicted"}
EXCERPT = 240  # characters of a nearest passage that are shown before it is opened


def conversation(
    shown: Conversation,
    sources: Sources,
    *,
    said: Mapping[int, tuple[Verdict, str]] | None = None,
    since: Mapping[int, Sequence[str]] | None = None,
) -> Html:
    """All questions with their answers, oldest first. By the answers' numbers: what the person
    `said` of them, and what has become of their sources `since`."""
    view = _Conversation(sources, said or {}, since or {}, last=len(shown.exchanges))
    exchanges = [view.exchange(i, each) for i, each in enumerate(shown.exchanges, start=1)]
    heading = element("h2", "Conversation", class_="unseen")
    done = any(e.answer is not None and not e.growing for e in shown.exchanges)
    exports = [_exports(shown.id)] if shown.id and done else []
    return element(
        "div", heading, *exchanges, *exports, class_="conversation", data_id=shown.id or None
    )


@dataclass(frozen=True, slots=True)
class _Conversation:
    """What every answer of a conversation is shown with."""

    sources: Sources
    said: Mapping[int, tuple[Verdict, str]]
    since: Mapping[int, Sequence[str]]
    last: int

    def exchange(self, place: int, exchange: Exchange) -> Html:
        """The question, and the answer or what stands in its place."""
        asked = element("span", "You asked: ", class_="unseen")
        parts = [element("h3", asked, exchange.question, class_="question")]
        if exchange.sources is not None:
            names = [
                self.sources[id].title if id in self.sources else id for id in exchange.sources
            ]
            parts.append(element("p", "Asked of: ", "; ".join(names), class_="narrowed"))
        parts.append(self._answered(place, exchange))
        return element("section", *parts, class_="exchange", id=f"exchange-{place}")

    def _answered(self, place: int, exchange: Exchange) -> Html:
        number, answer = exchange.number, exchange.answer
        again = element(
            "button",
            "Try again",
            type="button",
            class_="again plain",
            id=f"again-{place}",
            data_question=exchange.question,
            data_worded="yes" if exchange.worded else None,
        )
        if exchange.failure is not None:
            told = element("p", element("strong", "This did not work. "), exchange.failure)
            return element("div", told, element("p", again), class_="answer failure")
        stop = element("button", "Stop", type="button", class_="stop plain", id="stop")
        if answer is None and not exchange.stopped:
            looking = element("p", "Looking in the library …", class_="outcome")
            return element("div", looking, element("p", stop), class_="answer pending")
        parts: list[Html] = []
        if exchange.growing:
            parts.append(element("p", "Writing, and proving each statement …", class_="outcome"))
        elif exchange.stopped:
            ended = "You stopped this." if answer is None else "You stopped this; what there is:"
            parts.append(element("p", element("strong", ended), class_="outcome"))
        if answer is not None:
            parts += self._parts(place, answer, settled=not (exchange.growing or exchange.stopped))
        if exchange.growing:
            return element("div", *parts, element("p", stop), class_="answer pending growing")
        if exchange.stopped:
            return element("div", *parts, element("p", again), class_="answer")
        parts += [element("p", told, class_="since") for told in self.since.get(number, ())]
        parts += [element("p", again)] if self.since.get(number) else []
        withheld = answer is not None and answer.outcome is Outcome.WITHHELD
        offered = _reworded(place, exchange.rewordings, withheld)
        if place == self.last and answer is not None and answer.citations and not offered:
            offered = [element("div", class_="next", data_number=number)]  # the script fills it
        done = actions(place, exchange, self.sources, self.said.get(number))
        parts += [*offered, done] if withheld else [done, *offered]
        kind = f" kind-{answer.kind}" if answer is not None else ""
        return element("div", *parts, class_=f"answer{kind}")

    def _parts(self, number: int, answer: Answer, *, settled: bool) -> list[Html]:
        """The answer itself; until it is `settled`, nothing is said of what became of it."""
        parts: list[Html] = []
        if settled:
            parts.append(element("p", *_outcome(answer), class_=f"outcome {answer.outcome}"))
        if settled and answer.written is not None:
            parts += _checked(answer, answer.written)
        if read_as(answer):
            parts.append(_reading(number, answer))
        if answer.outcome is Outcome.REPLY:
            said = [element("p", line) for line in answer.answer.splitlines() if line.strip()]
            return [*said, *([_kinds(number, answer)] if settled else [])]
        if answer.outcome is Outcome.WITHHELD:
            parts.append(element("p", answer.answer))
            parts += _nearest(number, answer, self.sources)
            return [*parts, *([_kinds(number, answer)] if settled else [])]
        cited = {c.marker: c for c in answer.citations}
        sides: dict[str | None, list[tuple[str, Statement]]] = {}
        for i, statement in enumerate(answer.statements, start=1):
            sides.setdefault(statement.side, []).append((f"{number}-{i}", statement))
        listed = frozenset(answer.listed)
        shown = {
            side: _statements(each, cited, self.sources, listed) for side, each in sides.items()
        }
        parts += shown.pop(None, [])
        if shown:
            columns = [element("div", element("h4", str(s)), *each) for s, each in shown.items()]
            parts.append(element("div", *columns, class_="sides"))
        if answer.note:
            parts.append(element("p", answer.note, class_="note"))
        parts.append(_references(answer.citations, self.sources))
        return [*parts, *([_kinds(number, answer)] if settled else [])]


def _kinds(number: int, answer: Answer) -> Html:
    """What the turn was taken for, and the ways to have it taken for something else."""
    others = [
        element(
            "button",
            text,
            type="button",
            class_="kind plain",
            id=f"kind-{number}-{kind}",
            data_kind=kind,
            data_question=answer.question,
        )
        for kind, text in KINDS.items()
        if kind != answer.kind
    ]
    spaced = [part for other in others for part in (" ", other)]
    return element("p", "Not what you meant? Ask it", *spaced, class_="kinds")


def _reading(number: int, answer: Answer) -> Html:
    return element(
        "p",
        "I read your question as: ",
        element("q", answer.standalone_question),
        " ",
        element("button", "edit", type="button", class_="edit plain", id=f"edit-{number}"),
        class_="reading",
    )


def _reworded(place: int, questions: Sequence[str], withheld: bool) -> list[Html]:
    """Questions near this one that the library does answer."""
    if not questions:
        return []
    if withheld:
        return [element("h4", ANSWERED), to_ask(questions, f"reworded-{place}")]
    return [element("div", next_questions(place, questions), class_="next")]


def next_questions(number: int, questions: Sequence[str]) -> Html:
    """What may be asked after an answer; nothing where there is nothing."""
    if not questions:
        return Html("")
    return join([element("h4", "To go on with"), to_ask(questions, f"next-{number}")])


def _outcome(answer: Answer) -> list[str]:
    """A shape for the eye, and words that say the same."""
    quotes = counted(len(answer.citations), "quote")
    origins = counted(len({c.source for c in answer.citations}), "source")
    if answer.outcome is Outcome.ANSWERED:
        said = VERDICTS.get(answer.verdict or "", "Answered")
        letter = ", each quote to the letter" if answer.written is None else ""
        return [_shape("●"), element("strong", said), f" · {quotes}, {origins}{letter}"]
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


def _checked(answer: Answer, use: Use) -> list[Html]:
    """What was checked of a model's words, plain to see; and what is not shown, and why."""
    fallback = use.fallback
    if fallback is not None and fallback.whole:
        said = f"In the documents' own words: {use.model} did not answer ({fallback.why})."
        return [element("p", said, class_="checked")]
    counts = Counter(statement.status for statement in answer.statements)
    told = [f"{counts[status]} {word}" for status, word in STATUSES.items() if counts[status]]
    if fallback is not None and fallback.replaced:
        told.append(f"{fallback.replaced} put right")
    if answer.dropped:
        told.append(f"{len(answer.dropped)} left out")
    by = f"Read and written by {use.model}"
    parts = [element("p", " · ".join([by, *told]), class_="checked")]
    if answer.dropped:
        items = [element("li", f"{d.text} ", element("em", d.why)) for d in answer.dropped]
        head = element("summary", "What was left out, and why")
        parts.append(element("details", head, element("ul", *items), class_="left-out"))
    return parts


def _shape(character: str) -> Html:
    return element("span", character, class_="shape", aria_hidden="true")


def _statements(
    keyed: Sequence[tuple[str, Statement]],
    cited: Mapping[int, Citation],
    sources: Sources,
    listed: frozenset[int],
) -> list[Html]:
    """The sentences of an answer in their order; quotes of one source that follow one another stand
    under one caption, those that are `listed` as a list."""
    shown: list[Html] = []
    for origins, run in groupby(keyed, key=lambda each: _quoted_from(each[1], cited)):
        if not origins:
            shown += [_statement(key, statement, cited, sources) for key, statement in run]
            continue
        quotes: list[Html] = []
        citations: list[Citation] = []
        for key, statement in run:
            own = [cited[marker] for marker in statement.citations if marker in cited]
            said = next(c for c in own if statement.text in (c.quote, c.shown))
            text = quoted(said.shown or said.quote)
            quotes.append(element("p", text, *_markers(key, own, sources)))
            citations += own
        is_list = len(quotes) > 1 and listed.issuperset(c.marker for c in citations)
        body = [element("ul", *(element("li", q) for q in quotes), class_="listed")]
        if not is_list:
            body = [element("blockquote", q) for q in quotes]
        shown.append(element("figure", *body, _caption(citations, sources), class_="quote"))
    return shown


def _quoted_from(statement: Statement, cited: Mapping[int, Citation]) -> tuple[str, ...]:
    """The ids of the sources of a sentence that is a quote; nothing for any other sentence."""
    own = [cited[marker] for marker in statement.citations if marker in cited]
    if statement.status == "unconfirmed":
        return ()
    if not any(statement.text in (c.quote, c.shown) for c in own):
        return ()
    return tuple(dict.fromkeys(c.source for c in own))


def _caption(citations: Sequence[Citation], sources: Sources) -> Html:
    """Where quotes stand, once for each source: what it is, then their sections and pages."""
    lines: dict[str, list[str]] = {}
    for c in citations:
        section = below(title_of(c, sources), c.heading).rpartition(" › ")[2]
        spot = ", ".join(filter(None, (section, page_of(c))))
        lines.setdefault(place_of(replace(c, page=None), sources), []).append(spot)
    told = []
    for place, spots in lines.items():
        named = "; ".join(dict.fromkeys(filter(None, spots)))
        told.append(element("span", place, f" · {named}" if named else ""))
    return element("figcaption", *told)


def _markers(key: str, citations: Sequence[Citation], sources: Sources) -> list[Html]:
    return [join([" ", marker(f"marker-{key}-{c.marker}", c, sources)]) for c in citations]


def _statement(
    key: str, statement: Statement, cited: Mapping[int, Citation], sources: Sources
) -> Html:
    """A sentence of the answer that is no quote, with its markers; what is not confirmed, with the
    quotes that it stands on."""
    citations = [cited[marker] for marker in statement.citations if marker in cited]
    markers = _markers(key, citations, sources)
    said = element("span", statement.text, class_="said")
    if statement.status != "unconfirmed":
        return element("p", said, *markers)
    quotes = [element("q", c.shown or c.quote) for c in citations]
    doubt = element("p", element("strong", UNCONFIRMED), *(p for q in quotes for p in (" ", q)))
    return element("div", element("p", said, *markers), doubt, class_="unconfirmed")


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
    title = source.title if source else passage.title
    page = passage.page or (source.page_at(passage.start) if source else None)
    button = element(
        "button",
        path_of(title, passage.heading, page),
        type="button",
        class_="near",
        id=f"near-{number}-{rank}",
        data_number=rank,
        **address(passage.source, passage.start, passage.end, source.sha256 if source else ""),
    )
    return [button, element("p", excerpt(passage.text, EXCERPT), class_="excerpt")]


def _references(citations: Iterable[Citation], sources: Sources) -> Html:
    """The quotes' places in full: for print and for the copy, not for the screen."""
    items = [
        element(
            "li",
            element("q", c.shown or c.quote),
            " ",
            place_of(c, sources),
            f" [{c.start}-{c.end}]",
            value=c.marker,
        )
        for c in citations
    ]
    return element("ol", *items, class_="references")
