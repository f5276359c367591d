"""The text of an OpenDocument paragraph: what is shown of its spans, as it is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.readers.parts.omitted import Omitted
from ingest.readers.parts.scripts import lowered, raised
from ingest.readers.parts.symbols import in_symbols, is_symbol_font

SPACES = {
    name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for name in ("office", "text", "table", "style", "meta", "form", "chart")
} | {
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "math": "http://www.w3.org/1998/Math/MathML",
}
Element = Any


def name(prefixed: str) -> str:
    prefix, local = prefixed.split(":")
    return f"{{{SPACES[prefix]}}}{local}"


P, H, STYLE, BOX = map(name, ("text:p", "text:h", "text:style-name", "draw:text-box"))
NOTE, OBJECT, CONTROL = map(name, ("text:note", "draw:object", "draw:control"))
SHAPES = {
    name(f"draw:{shape}")
    for shape in (
        "custom-shape",
        "rect",
        "ellipse",
        "circle",
        "polygon",
        "path",
        "line",
        "connector",
    )
} | {BOX}
LEFT_OUT = {
    name(each)
    for each in (
        *("text:tracked-changes", "text:table-of-content", "text:hidden-text", "text:placeholder"),
        *("office:annotation", "office:forms", "text:sequence-decls", "text:note-citation"),
        *("text:alphabetical-index", "text:variable-decls", "text:user-field-decls"),
        *("text:ruby-text", "svg:title", "svg:desc"),
    )
}
_SPAN, _HIDDEN_PARAGRAPH = name("text:span"), name("text:hidden-paragraph")
PASSED_BY = frozenset({*LEFT_OUT, *SHAPES, NOTE, _HIDDEN_PARAGRAPH})
_WHITE = {name("text:tab"): " ", name("text:line-break"): "\n", name("text:s"): " "}
_COUNTED = {
    name("text:hidden-text"): "hidden passage",
    name("text:placeholder"): "empty form field",
    name("office:annotation"): "comment",
}
_PROPERTIES, _PARENT = name("style:text-properties"), name("style:parent-style-name")
_DISPLAY = name("text:display")
_POSITION, _WEIGHT = name("style:text-position"), name("fo:font-weight")
_FONT, _FAMILY = name("style:font-name"), name("fo:font-family")
_LOW, _HIGH = re.compile(r"sub|-[\d.]*[1-9]"), re.compile(r"super|[\d.]*[1-9][\d.]*%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a style and those that it is based on say of their text; None where they say nothing."""

    hidden: bool | None = None
    position: str | None = None
    font: str | None = None  # the name of a symbol font, or "" for another
    bold: bool | None = None


class OdtText:
    """Reads the text of elements, with the styles of their document."""

    def __init__(self, parts: list[Element], omitted: Omitted) -> None:
        self._styles = {
            style.get(name("style:name")): style
            for part in reversed(parts)
            for style in part.iter(name("style:style"))
        }
        self._fonts = {
            face.get(name("style:name")): face.get(name("svg:font-family"), "")
            for part in parts
            for face in part.iter(name("style:font-face"))
        }
        self._looks: dict[str, Look] = {}
        self._omitted = omitted

    def of(self, element: Element) -> str:
        """The text inside a paragraph, without notes, comments, boxes and what is hidden."""
        pieces: list[str] = []
        if self.is_hidden(element):
            self._omitted.add("hidden passage", int(bool("".join(element.itertext()).strip())))
        else:
            self._gather(element, self.look(element.get(STYLE)).font, pieces)
        return "".join(pieces)

    def is_hidden(self, element: Element) -> bool:
        """Whether a paragraph, section or span is not shown."""
        if element.get(_DISPLAY) == "none" or self.look(element.get(STYLE)).hidden:
            return True
        return any(
            each.get(name("text:is-hidden"), "true") == "true"
            for each in element.iterchildren(_HIDDEN_PARAGRAPH)
        )

    def _gather(self, element: Element, font: str | None, pieces: list[str]) -> None:
        pieces.append(in_symbols(font, element.text or ""))
        for child in element:
            tag = child.tag
            if tag == _SPAN:
                self._span(child, font, pieces)
            elif tag in _WHITE:
                pieces.append(_WHITE[tag])
            elif tag in _COUNTED:
                self._omitted.add(_COUNTED[tag])
            elif isinstance(tag, str) and tag not in PASSED_BY:
                self._gather(child, font, pieces)
            if child.tail:
                pieces.append(in_symbols(font, child.tail))

    def _span(self, span: Element, font: str | None, pieces: list[str]) -> None:
        look = self.look(span.get(STYLE))
        said: list[str] = []
        self._gather(span, font if look.font is None else look.font, said)
        text = "".join(said)
        if look.hidden:
            self._omitted.add("hidden passage", int(bool(text.strip())))
            return
        if look.position:
            before = next((piece for piece in reversed(pieces) if piece), "")
            if _LOW.match(look.position):
                text = lowered(text, before)
            elif _HIGH.match(look.position):
                text = raised(text, before)
        pieces.append(text)

    def chain(self, style: str | None) -> Iterator[str]:
        """A style's name and those of the styles that it is based on."""
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            yield style
            known = self._styles.get(style)
            style = known.get(_PARENT) if known is not None else None

    def look(self, style: str | None) -> Look:
        """What a style says, with those that it is based on."""
        if not style or style not in self._styles:
            return _UNSAID
        if style not in self._looks:
            self._looks[style] = _UNSAID  # for styles that are based on each other in a ring
            element = self._styles[style]
            parent, properties = element.get(_PARENT), element.find(_PROPERTIES)
            under = self.look(parent) if parent else _UNSAID
            self._looks[style] = under if properties is None else self._over(properties, under)
        return self._looks[style]

    def _over(self, properties: Element, under: Look) -> Look:
        get = properties.get
        display, weight = get(_DISPLAY), get(_WEIGHT)
        family = self._fonts.get(get(_FONT), get(_FONT)) or get(_FAMILY)
        return Look(
            hidden=under.hidden if display is None else display == "none",
            position=get(_POSITION) or under.position,
            font=(family if is_symbol_font(family) else "") if family else under.font,
            bold=under.bold if weight is None else weight in ("bold", "600", "700", "800", "900"),
        )


_UNSAID = Look()
