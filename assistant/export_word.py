"""A conversation as a Word document: questions as headings, quotes with their places."""

from typing import Any

from assistant.conversations import Conversation, Exchange
from assistant.export import (
    TITLE,
    one_line,
    outcome_in_words,
    places_of,
    read_as,
    statements,
)
from assistant.packs.markdown import quotation
from assistant.places import Sources
from assistant.word import as_bytes, new_document


def conversation_docx(conversation: Conversation, sources: Sources) -> bytes:
    """All answers of a conversation as the bytes of a .docx file."""
    document = new_document(TITLE)
    document.add_paragraph(TITLE, style="Title")
    for exchange in conversation.exchanges:
        if exchange.answer is not None:
            _answer(document, exchange, sources)
    return as_bytes(document)


def _answer(document: Any, exchange: Exchange, sources: Sources) -> None:
    answer = exchange.answer
    assert answer is not None
    document.add_heading(one_line(exchange.question), level=1)
    alone = read_as(exchange, answer)
    for line in (f"Read as: {alone}" if alone else "", outcome_in_words(answer)):
        if line:
            document.add_paragraph(line, style="Attribution")
    for text, quoted, markers in statements(answer):
        numbers = "".join(f"[{marker}]" for marker in markers)
        if quoted:
            document.add_paragraph(f"{quotation(text)} {numbers}", style="Quote")
        else:
            document.add_paragraph(f"{text} {numbers}")
    for number, place in places_of(answer, sources):
        document.add_paragraph(f"[{number}] {place}", style="Attribution")
