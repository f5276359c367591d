"""A conversation as a Word document: questions as headings, quotes with their places."""

from typing import Any

from assistant.keeping.conversations import Conversation
from assistant.keeping.export import TITLE, before, places_of, statements
from assistant.keeping.places import Sources
from assistant.keeping.quotation import quotation
from assistant.keeping.word import as_bytes, new_document
from assistant.models import Answer


def conversation_docx(conversation: Conversation, sources: Sources) -> bytes:
    """All answers of a conversation as the bytes of a .docx file."""
    document = new_document(TITLE)
    document.add_paragraph(TITLE, style="Title")
    for exchange in conversation.exchanges:
        if exchange.answer is not None:
            _answer(document, exchange.answer, sources)
    return as_bytes(document)


def _answer(document: Any, answer: Answer, sources: Sources) -> None:
    question, *between = before(answer)
    document.add_heading(question, level=1)
    for line in between:
        document.add_paragraph(line, style="Attribution")
    for text, quoted, numbers in statements(answer):
        if quoted:
            document.add_paragraph(f"{quotation(text)} {numbers}", style="Quote")
        else:
            document.add_paragraph(f"{text} {numbers}")
    for number, place in places_of(answer, sources):
        document.add_paragraph(f"[{number}] {place}", style="Attribution")
