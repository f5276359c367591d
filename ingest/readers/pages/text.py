"""The text of a web page's elements on one line, as it is shown."""

import re
from typing import Any

from ingest.readers.pages.hidden import style_of
from ingest.readers.parts.formulas import linear
from ingest.readers.parts.omitted import Omitted
from ingest.readers.parts.scripts import lowered, raised
from ingest.readers.parts.symbols import in_symbols, is_symbol_font

Element = Any
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dir div dl dt fieldset
    figcaption figure footer form header hgroup hr html legend li main ol p pre section summary
    table tbody td tfoot th thead tr ul""".split()
) | set(HEADINGS)
_NOTED = re.compile(r"(?:^|[\s_-])(?:footnote|fn|noteref|reference|cite)", re.IGNORECASE)
_MARK = re.compile(r"[\w*†‡]{1,4}")


class PageText:
    """Reads the text of elements; counts what was deleted in them."""

    def __init__(self, omitted: Omitted) -> None:
        self._omitted = omitted

    def line(self, element: Element) -> str:
        """All text of an element on one line: its blocks, items and line breaks stay apart."""
        pieces: list[str] = []
        self._gather(element, pieces)
        return " ".join("".join(pieces).split()).replace(" ;", ";").strip("; ")

    def special(self, element: Element, before: str) -> str | None:
        """The text of an element that is not written as it stands: raised, lowered, a formula, a
        quotation, a deletion, letters of a symbol font; None for all others."""
        tag = element.tag if isinstance(element.tag, str) else ""
        style = element.get("style") or ""
        aligned = style_of(element).get("vertical-align", "") if "vertical-align" in style else ""
        if tag == "sup" or aligned in ("super", "text-top"):
            text = self.line_inside(element)
            return _noted(element, text) or raised(text, before)
        if tag == "sub" or aligned == "sub":
            return lowered(self.line_inside(element), before)
        if tag == "math":
            return linear(element)
        if tag == "q":
            return f"“{self.line_inside(element)}”"
        if tag == "del":
            self._omitted.add("deletion", int(bool("".join(element.itertext()).strip())))
            return ""
        if tag == "a" and element.get("role") == "doc-backlink":
            return ""
        if tag == "a" and element.get("role") == "doc-noteref":
            return _bracketed(self.line_inside(element).strip())
        font = element.get("face") if tag == "font" else None
        if font is None and "font-family" in style.lower():
            font = style_of(element).get("font-family")
        if font is not None and is_symbol_font(font):
            return in_symbols(font, self.line_inside(element))
        return None

    def line_inside(self, element: Element) -> str:
        """As `line`, with the white space at its ends."""
        pieces: list[str] = []
        self._gather(element, pieces)
        return re.sub(r"\s+", " ", "".join(pieces))

    def _gather(self, element: Element, pieces: list[str]) -> None:
        pieces.append(element.text or "")
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            before = next((piece for piece in reversed(pieces) if piece), "")
            if tag == "br" or tag in BLOCKS:
                pieces.append(" ")
                self._gather(child, pieces)
                pieces.append("; " if tag == "tr" else " ")
            elif (said := self.special(child, before)) is not None:
                pieces.append(said)
            else:
                self._gather(child, pieces)
            pieces.append(child.tail or "")


def _noted(element: Element, text: str) -> str:
    """The mark of a note, which is no exponent: "[3]"; empty where it is none that links."""
    link = next(element.iter("a"), None)
    above = element.getparent()
    if link is None and above is not None and above.tag == "a":
        link = above
    to_note = link is not None and (link.get("href") or "").startswith("#")
    names = f"{element.get('id', '')} {element.get('class', '')}"
    if not to_note and not (_NOTED.search(names) or element.get("role") == "doc-noteref"):
        return ""
    return _bracketed(text.strip())


def _bracketed(text: str) -> str:
    plain = "".join(str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(c)) if c in "⁰¹²³⁴⁵⁶⁷⁸⁹" else c for c in text)
    return f"[{plain}]" if _MARK.fullmatch(plain) else plain
