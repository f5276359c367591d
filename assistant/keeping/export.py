"""A conversation to take along: as text and Markdown with its citations, and as evidence.

The evidence is what `soundings verify` reads: the answers as JSON, one a line.
"""

import json

from assistant.keeping.conversations import Conversation, Exchange
from assistant.keeping.places import Sources, place_of
from assistant.keeping.quotation import literal, quotation
from assistant.models import Answer, Outcome, in_brackets
from vectorstore import visible

TITLE = "Questions and answers"


def plain(exchange: Exchange, sources: Sources) -> str:
    """One answer with its places, for a letter or a message; empty where there is none."""
    return "\n\n".join(_parts(exchange, sources))


def markdown(exchange: Exchange, sources: Sources) -> str:
    """One answer with its places and their pages as Markdown; empty where there is none."""
    answer = exchange.answer
    if answer is None:
        return ""
    question, *between = before(answer)
    parts = [f"## {literal(question)}", *map(literal, between)]
    for text, quoted, numbers in statements(answer):
        shown = f"> {literal(quotation(text))}" if quoted else literal(text)
        parts.append(f"{shown} {numbers}")
    places = [f"- [{number}] {literal(place)}" for number, place in places_of(answer, sources)]
    return "\n\n".join([*parts, *(["\n".join(places)] if places else [])])


def conversation_markdown(conversation: Conversation, sources: Sources) -> str:
    """All of a conversation as one Markdown document."""
    answers = [markdown(e, sources) for e in conversation.exchanges if e.answer is not None]
    return "\n\n".join([f"# {TITLE}", *answers]) + "\n"


def evidence(conversation: Conversation) -> str:
    """The answers as JSON Lines, each with its number in the conversation as its id."""
    return "".join(
        json.dumps({"id": str(e.number), **e.answer.to_json()}, ensure_ascii=False) + "\n"
        for e in conversation.exchanges
        if e.answer is not None
    )


def _outcome(answer: Answer) -> str:
    """What became of the question, where it is not plainly answered; else nothing."""
    if answer.outcome is Outcome.REPLY:
        return answer.answer
    if answer.outcome is Outcome.WITHHELD:
        return "Not in this library."
    if answer.outcome is Outcome.PARTIAL and answer.missing:
        return f"Partly answered. The library does not answer: {one_line(answer.missing)}"
    return ""


def statements(answer: Answer) -> list[tuple[str, bool, str]]:
    """The statements: each text on one line, whether it is a quotation, and its markers."""
    shown = {citation.quote: citation.shown or citation.quote for citation in answer.citations}
    return [
        (one_line(shown.get(s.text, s.text)), s.text in shown, in_brackets(s.citations))
        for s in answer.statements
    ]


def one_line(text: str) -> str:
    """What can be seen of a text, on one line."""
    return " ".join(visible(text).split())


def read_as(answer: Answer) -> str:
    """How the question was read, where that differs from what was typed; else nothing."""
    alone = one_line(answer.standalone_question)
    return "" if alone.casefold() == one_line(answer.question).casefold() else alone


def before(answer: Answer) -> list[str]:
    """What stands above the statements: the question first."""
    alone = read_as(answer)
    parts = [f"Read as: {alone}" if alone else "", _outcome(answer)]
    return [one_line(answer.question), *filter(None, parts)]


def _parts(exchange: Exchange, sources: Sources) -> list[str]:
    answer = exchange.answer
    if answer is None:
        return []
    said = [
        f"{quotation(text) if quoted else text} {numbers}"
        for text, quoted, numbers in statements(answer)
    ]
    places = "\n".join(f"[{number}] {place}" for number, place in places_of(answer, sources))
    return [part for part in (*before(answer), *said, places) if part]


def places_of(answer: Answer, sources: Sources) -> list[tuple[int, str]]:
    """Each marker with the place of its quote: who says it, where, and on what page; and with the
    quote itself, where it is not what the statement says."""
    shown = {text for text, quoted, _ in statements(answer) if quoted}
    places = []
    for citation in answer.citations:
        quote = one_line(citation.shown or citation.quote)
        place = one_line(place_of(citation, sources))
        told = place if quote in shown else f"{quotation(quote)} {place}"
        places.append((citation.marker, told))
    return places
