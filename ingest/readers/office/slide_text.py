"""The text of a slide's paragraphs: raised and lowered characters, symbols, formulas, numbers."""

from collections.abc import Iterator
from typing import Any

from ingest.readers.parts.formulas import linear
from ingest.readers.parts.numbers import numbered
from ingest.readers.parts.omitted import Omitted
from ingest.readers.parts.scripts import lowered, raised
from ingest.readers.parts.symbols import in_symbols, is_symbol_font

Element = Any
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_P, _RUN, _FIELD, _BREAK, _PROPERTIES, _RUN_PROPERTIES, _TEXT = (
    _DRAWING + name for name in ("p", "r", "fld", "br", "pPr", "rPr", "t")
)
_STYLES = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
    "romanLc": "lowerRoman", "romanUc": "upperRoman",
}  # fmt: skip
_AROUND = {"ParenBoth": ("(", ")"), "ParenR": ("", ")"), "Period": ("", "."), "Plain": ("", "")}


class SlideText:
    """Reads the text of paragraphs as they are shown."""

    def __init__(self, omitted: Omitted) -> None:
        self._omitted = omitted

    def paragraphs(self, body: Element | None) -> Iterator[Element]:
        yield from () if body is None else body.iterchildren(_P)

    def of(self, paragraph: Element) -> str:
        """The text of a paragraph; a line break in it is "\\v"."""
        pieces: list[str] = []
        for child in paragraph:
            if child.tag in (_RUN, _FIELD):
                before = next((piece for piece in reversed(pieces) if piece), "")
                pieces.append(_run(child, before))
            elif child.tag == _BREAK:
                pieces.append("\v")
            elif isinstance(child.tag, str) and child.tag != _PROPERTIES:
                formulas = child.iter(_MATHS + "oMath")
                pieces += [linear(formula) for formula in formulas]
        return "".join(pieces)

    def is_bold(self, paragraph: Element) -> bool:
        runs = [r for r in paragraph.iterchildren(_RUN) if (r.findtext(_TEXT) or "").strip()]
        looks = [run.find(_RUN_PROPERTIES) for run in runs]
        return bool(looks) and all(
            look is not None and look.get("b") in ("1", "true") for look in looks
        )


def _run(run: Element, before: str) -> str:
    text = run.findtext(_TEXT) or ""
    look = run.find(_RUN_PROPERTIES)
    if look is None:
        return text
    for name in ("sym", "latin"):
        font = look.find(_DRAWING + name)
        if font is None or not is_symbol_font(font.get("typeface")):
            continue
        private = any(0xF000 <= ord(c) <= 0xF0FF for c in text)
        if name == "latin" or private:  # `sym` is for such codes alone
            text = in_symbols(font.get("typeface"), text)
    baseline = (look.get("baseline") or "0").rstrip("%")
    if baseline.strip("-0."):
        text = lowered(text, before) if baseline.startswith("-") else raised(text, before)
    return text


class ItemNumbers:
    """Counts the items of one text frame."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[tuple[str, str], int]] = {}

    def mark(self, paragraph: Element, listed: bool) -> str:
        """The mark of a paragraph: its own bullet or number, that of its placeholder, or none."""
        own = paragraph.find(_PROPERTIES)
        told = (own.get("lvl") if own is not None else None) or "0"
        level = int(told) if told.isdecimal() else 0
        for below in [each for each in self._counts if each > level]:
            del self._counts[below]
        number = None if own is None else own.find(_DRAWING + "buAutoNum")
        if number is None:
            self._counts.pop(level, None)
            if own is not None and own.find(_DRAWING + "buNone") is not None:
                return ""
            bullets = ("buChar", "buBlip")
            has = own is not None and any(own.find(_DRAWING + b) is not None for b in bullets)
            return "-" if has or listed else ""
        kind, start = number.get("type", "arabicPeriod"), number.get("startAt", "1")
        before = self._counts.get(level)
        first = int(start) if start.isdecimal() else 1
        same = before is not None and before[0] == (kind, start)
        count = before[1] + 1 if before is not None and same else first
        self._counts[level] = ((kind, start), count)
        style = next((v for k, v in _STYLES.items() if kind.startswith(k)), "decimal")
        around = next((v for k, v in _AROUND.items() if kind.endswith(k)), ("", "."))
        return numbered(style, count, *around)
