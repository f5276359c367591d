"""What was put on a page after it was made: the values of form fields, and text typed on it."""

import ctypes
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers.pdf.layout import TICKS, Word
from ingest.readers.pdf.words import Placed

_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_TICKS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_CHOICES = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_NOT_READ = {
    raw.FPDF_ANNOT_TEXT: "note",
    raw.FPDF_ANNOT_STAMP: "stamp",
    raw.FPDF_ANNOT_HIGHLIGHT: "highlight",
    raw.FPDF_ANNOT_UNDERLINE: "underlining",
    raw.FPDF_ANNOT_SQUIGGLY: "squiggly line",
    raw.FPDF_ANNOT_STRIKEOUT: "crossing-out",
    raw.FPDF_ANNOT_CARET: "caret",
    raw.FPDF_ANNOT_INK: "drawing by hand",
    raw.FPDF_ANNOT_LINE: "line",
    raw.FPDF_ANNOT_SQUARE: "box",
    raw.FPDF_ANNOT_CIRCLE: "circle",
    raw.FPDF_ANNOT_POLYGON: "polygon",
    raw.FPDF_ANNOT_POLYLINE: "polyline",
    raw.FPDF_ANNOT_FILEATTACHMENT: "attached file",
    raw.FPDF_ANNOT_SOUND: "sound",
    raw.FPDF_ANNOT_MOVIE: "film",
    raw.FPDF_ANNOT_SCREEN: "film",
    raw.FPDF_ANNOT_RICHMEDIA: "film",
    raw.FPDF_ANNOT_THREED: "model",
    raw.FPDF_ANNOT_REDACT: "redaction",
}
YES, NO = "yes", "no"
TICKED, EMPTY = TICKS
LETTER = 0.5  # sizes: the width of a letter that is not drawn
USUAL = 11.0  # points: the size of type that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A text and where it stands on the page. A `tick` is the state of a box to be ticked."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    tick: bool = False


def filled_in(
    page: pdfium.PdfPage, words: Sequence[Placed], forms: Any, others: Counter[str]
) -> tuple[list[Placed], list[Placed]]:
    """The words that were filled in or typed on a page: those that belong into its lines, behind
    their label or where nothing else stands, and those that stand over others.

    `forms` is PDFium's handle of the document's form, if it has one; `others` counts the
    annotations that are not read, by kind.
    """
    inside: list[Placed] = []
    beside: list[Placed] = []
    for box in _boxes(page, forms, others):
        label = _label(box, words)
        if label is not None:
            inside += _behind(box, label)
        elif box.tick or not any(_same_height(box, placed) for placed in words):
            inside += _lines(box, words)
        else:
            beside += _lines(box, words)
    return inside, beside


def _boxes(page: pdfium.PdfPage, forms: Any, others: Counter[str]) -> Iterator[_Box]:
    for i in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, i)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                continue
            rect = raw.FS_RECTF()
            raw.FPDFAnnot_GetRect(annotation, rect)
            place = {"left": rect.left, "bottom": rect.bottom, "right": rect.right, "top": rect.top}
            if kind == raw.FPDF_ANNOT_FREETEXT:
                text, tick = _said(annotation), False
            elif kind == raw.FPDF_ANNOT_WIDGET and forms is not None:
                text, tick = _value(annotation, forms, others)
            else:
                text, tick = "", False
                others.update([_NOT_READ[kind]] if kind in _NOT_READ else [])
            if text.strip():
                yield _Box(text=text, tick=tick, **place)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _value(annotation: Any, forms: Any, others: Counter[str]) -> tuple[str, bool]:
    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in _TICKS:
        return (TICKED if raw.FPDFAnnot_IsChecked(forms, annotation) else EMPTY), True
    if kind in _CHOICES:
        chosen = [
            _string(raw.FPDFAnnot_GetOptionLabel, forms, annotation, i)
            for i in range(raw.FPDFAnnot_GetOptionCount(forms, annotation))
            if raw.FPDFAnnot_IsOptionSelected(forms, annotation, i)
        ]
        return ", ".join(chosen) or _string(
            raw.FPDFAnnot_GetFormFieldValue, forms, annotation
        ), False
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        return _string(raw.FPDFAnnot_GetFormFieldValue, forms, annotation), False
    if kind == raw.FPDF_FORMFIELD_SIGNATURE:
        others["signature field"] += 1
    return "", False


def _said(annotation: Any) -> str:
    return _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")


def _string(ask: Any, *given: Any) -> str:
    """What PDFium answers in UTF-16; it is asked for the length first."""
    length = ask(*given, None, 0)
    buffer = ctypes.create_string_buffer(length)
    ask(*given, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _same_height(box: _Box, placed: Placed) -> bool:
    return placed.direction == 0 and box.bottom - 1 <= placed.y <= box.top


def _label(box: _Box, words: Sequence[Placed]) -> Placed | None:
    """The last word before a box on its line, in a box of one line."""
    if box.top - box.bottom > 3 * USUAL and not box.tick:
        return None
    on_line = [placed for placed in words if _same_height(box, placed)]
    before = [placed for placed in on_line if placed.word.x1 <= box.left + 2]
    label = max(before, key=lambda placed: placed.word.x1, default=None)
    if label is None or (box.tick and not label.word.text.endswith((":", "?"))):
        return None
    after = (p for p in on_line if p.word.x0 >= box.right - 2 and p.word.x0 - box.right < USUAL)
    return None if box.tick and any(after) else label


def _behind(box: _Box, label: Placed) -> Iterator[Placed]:
    """The words of a box as they go on from its label."""
    text = {TICKED: YES, EMPTY: NO}.get(box.text, box.text) if box.tick else box.text
    x, size = label.word.x1, label.word.size
    for word in text.split():
        x += 0.3 * size
        end = x + LETTER * size * len(word)
        drawn = replace(label.word, text=word, x0=x, x1=end, apart=True)
        yield replace(label, word=drawn)
        x = end


def _lines(box: _Box, words: Sequence[Placed]) -> Iterator[Placed]:
    """The words of a box where it stands, a line for each of its own."""
    level = [placed for placed in words if _same_height(box, placed)] if box.tick else []
    lines = [line.split() for line in box.text.replace("\r", "\n").split("\n") if line.strip()]
    size = min(USUAL, (box.top - box.bottom) / len(lines))
    for number, line in enumerate(lines):
        y = level[0].y if level else box.top - (number + 0.9) * (box.top - box.bottom) / len(lines)
        letters = sum(map(len, line)) + len(line)
        letter = min(LETTER * size, (box.right - box.left) / letters)
        x = box.left
        for word in line:
            end = x + letter * len(word)
            drawn = Word(text=word, x0=x, x1=end, y=y, size=size, bold=False, apart=not box.tick)
            yield Placed(word=drawn, direction=0, x=x, y=y, first=0, last=0, nameless=False)
            x = end + letter
