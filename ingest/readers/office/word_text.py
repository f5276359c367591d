"""The text of a Word paragraph: what is shown of its runs, as it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.readers.office.word_numbers import is_on, value, w
from ingest.readers.parts.formulas import linear
from ingest.readers.parts.omitted import Omitted
from ingest.readers.parts.scripts import lowered, raised
from ingest.readers.parts.symbols import LOST, in_symbols, is_symbol_font, symbol

Element = Any
P, TBL, SDT, TR, TC = (w(name) for name in ("p", "tbl", "sdt", "tr", "tc"))
RUN, BOX = w("r"), w("txbxContent")
_TEXT, _BREAK, _TYPE = w("t"), w("br"), w("type")
_SYMBOL, _FIELD = w("sym"), w("fldChar")
_RUN_PROPERTIES, _HIDDEN, _ALIGN = w("rPr"), w("vanish"), w("vertAlign")
_STYLE, _FONTS, _LIFTED = w("rStyle"), w("rFonts"), w("position")
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SIGNS = {w("tab"): " ", w("ptab"): " ", w("cr"): "\n", w("noBreakHyphen"): "-"}
LEFT_OUT = {
    w(name)
    for name in (
        "del",
        "moveFrom",
        "instrText",
        "delInstrText",
        "rPr",
        "pPr",
        "sdtPr",
        "rt",
        "tblPr",
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What a style says of its runs; None where it says nothing."""

    hidden: bool | None = None
    align: str | None = None
    font: str | None = None

    def over(self, other: "_Look") -> "_Look":
        return _Look(
            hidden=other.hidden if self.hidden is None else self.hidden,
            align=self.align or other.align,
            font=self.font or other.font,
        )


_UNSAID = _Look()


class WordText:
    """Reads the text of elements, with the styles of their document."""

    def __init__(self, styles: Element, omitted: Omitted) -> None:
        self._styles = {each.get(w("styleId")): each for each in styles.findall(w("style"))}
        self._looks: dict[str, _Look] = {}
        self._omitted = omitted

    def of(self, element: Element, style: str | None = None) -> str:
        """The text inside an element, without what was deleted, is hidden, or stands in a box.
        `style` is that of its paragraph."""
        pieces: list[str] = []
        self._gather(element, self._look_of(style), pieces)
        return "".join(pieces)

    def _gather(self, element: Element, look: _Look, pieces: list[str]) -> None:
        for child in element:
            tag = child.tag
            if tag == RUN:
                self._run(child, look, pieces)
            elif tag == _TEXT:
                text = child.text or ""
                pieces.append(in_symbols(look.font, text) if look.font else text)
            elif tag == _SYMBOL:
                pieces.append(self._symbol(child))
            elif tag == _FIELD:
                form = child.find(w("ffData"))
                pieces.append("" if form is None else _form_value(form))
            elif tag == _BREAK:
                pieces.append(" " if child.get(_TYPE) in ("page", "column") else "\n")
            elif tag in _SIGNS:
                pieces.append(_SIGNS[tag])
            elif tag == SDT and is_prompt(child):
                self._omitted.add("empty form field")
            elif tag in (_MATHS + "oMath", _MATHS + "oMathPara"):
                pieces.append(linear(child))
            elif tag not in LEFT_OUT and tag != BOX and isinstance(tag, str):
                self._gather(child, look, pieces)

    def _run(self, run: Element, look: _Look, pieces: list[str]) -> None:
        properties = run.find(_RUN_PROPERTIES)
        own = look
        if properties is not None:
            style = value(properties, _STYLE)
            own = _look(properties).over(self._look_of(style) if style else look).over(look)
        said: list[str] = []
        self._gather(run, own, said)
        text = "".join(said)
        if own.hidden:
            self._omitted.add("hidden passage", int(bool(text.strip())))
            return
        if own.align:
            before = next((piece for piece in reversed(pieces) if piece), "")
            text = (raised if own.align == "superscript" else lowered)(text, before)
        pieces.append(text)

    def _symbol(self, sign: Element) -> str:
        try:
            found = symbol(sign.get(w("font")), int(sign.get(w("char"), ""), 16))
        except (ValueError, OverflowError):
            found = LOST
        self._omitted.add("unknown symbol", int(found == LOST))
        return found

    def _look_of(self, style: str | None) -> _Look:
        """A style's look with those of the styles that it is based on."""
        if style is None or style not in self._styles:
            return _UNSAID
        if style not in self._looks:
            self._looks[style] = _Look()  # for styles that are based on each other in a ring
            element = self._styles[style]
            properties = element.find(_RUN_PROPERTIES)
            own = _look(properties) if properties is not None else _Look()
            self._looks[style] = own.over(self._look_of(value(element, w("basedOn"))))
        return self._looks[style]


def _look(properties: Element) -> _Look:
    if not len(properties):
        return _UNSAID
    hidden, fonts = properties.find(_HIDDEN), properties.find(_FONTS)
    align = value(properties, _ALIGN)
    lifted = value(properties, _LIFTED) or "0"
    if align is None and lifted.lstrip("-").isdigit() and abs(int(lifted)) >= 4:  # half points
        align = "subscript" if lifted.startswith("-") else "superscript"
    font = None
    if fonts is not None:
        names = (fonts.get(w(name)) for name in ("ascii", "hAnsi"))
        font = next(filter(is_symbol_font, names), None)
    return _Look(
        hidden=None if hidden is None else is_on(hidden),
        align=align if align in ("superscript", "subscript") else None,
        font=font,
    )


def is_prompt(control: Element) -> bool:
    """Whether a content control is empty and shows its prompt."""
    shown = control.find(w("sdtPr") + "/" + w("showingPlcHdr"))
    return shown is not None and is_on(shown)


def _form_value(form: Element) -> str:
    """The value of a legacy form field that is no text: its runs would hold that."""
    if (box := form.find(w("checkBox"))) is not None:
        checked = box.find(w("checked"))
        checked = box.find(w("default")) if checked is None else checked
        return "☒" if checked is not None and is_on(checked) else "☐"
    if (listed := form.find(w("ddList"))) is not None:
        entries = [each.get(w("val"), "") for each in listed.findall(w("listEntry"))]
        chosen = value(listed, w("result")) or value(listed, w("default")) or "0"
        return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""
    return ""


def outermost(
    element: Element, tag: str, inside: frozenset[str] = frozenset()
) -> Iterator[Element]:
    """The elements of a tag in another, none inside another of them or of `inside`."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in LEFT_OUT and child.tag not in inside and isinstance(child.tag, str):
            yield from outermost(child, tag, inside)
