"""Characters of symbol fonts as Unicode has them: "³" in Symbol is "≥", in Wingdings it is not.

The tables are those of mammoth (BSD-2-Clause, after dingbat-to-unicode): Symbol, Wingdings 1 to 3,
and Webdings.
"""

import unicodedata
from functools import cache, lru_cache

_PRIVATE = 0xF000  # where Office puts the codes of a symbol font: F020 to F0FF
_NAMES = {
    "symbol": "Symbol", "symbolmt": "Symbol", "symbolps": "Symbol", "standardsymbolsps": "Symbol",
    "standardsymbolsl": "Symbol", "opensymbol": "Symbol", "starsymbol": "Symbol",
    "wingdings": "Wingdings", "wingdings2": "Wingdings 2", "wingdings3": "Wingdings 3",
    "webdings": "Webdings",
}  # fmt: skip
# What the tables give in forms that few fonts hold, and no keyboard.
_ARROWS = {
    "LEFTWARDS": "←", "UPWARDS": "↑", "RIGHTWARDS": "→", "DOWNWARDS": "↓", "LEFT RIGHT": "↔",
    "UP DOWN": "↕", "NORTH WEST": "↖", "NORTH EAST": "↗", "SOUTH EAST": "↘", "SOUTH WEST": "↙",
}  # fmt: skip
_BOXES = {
    0x1F5F9: "☑", 0x1F5F7: "☒", 0x1F5F8: "✓", 0x1F5F4: "✗", 0x1F5F5: "☒", 0x1F5F6: "✗",
    0x1F78E: "☐", 0x1F78F: "☐", 0x1F790: "☐",
}  # fmt: skip
LOST = "\N{REPLACEMENT CHARACTER}"


def is_symbol_font(font: str | None) -> bool:
    return _table_of(font) is not None


def symbol(font: str | None, code: int) -> str:
    """The character of a symbol font; LOST where nobody knows it."""
    table = _table_of(font)
    if _PRIVATE <= code <= _PRIVATE + 0xFF:
        code -= _PRIVATE
    elif table is None:
        return chr(code) if code >= 0x20 else LOST  # another font, a code of Unicode
    known = _known().get((table or "", code))
    return LOST if known is None else _usual(known)


def _usual(code: int) -> str:
    if 0x1F800 <= code <= 0x1F8FF:
        name = unicodedata.name(chr(code), "")
        return next((arrow for way, arrow in _ARROWS.items() if way in name), chr(code))
    return _BOXES.get(code, chr(code))


def in_symbols(font: str | None, text: str) -> str:
    """Text set in a symbol font. Codes of other ranges than the font's stay as they are."""
    if not font or not is_symbol_font(font):
        return text
    found = []
    for c in text:
        here = ord(c) <= 0xFF or _PRIVATE <= ord(c) <= _PRIVATE + 0xFF
        shown = symbol(font, ord(c)) if here and not c.isspace() else c
        found.append(c if shown == LOST else shown)
    return "".join(found)


@lru_cache(maxsize=256)
def _table_of(font: str | None) -> str | None:
    name = (font or "").split(",")[0].strip(" \"'")
    return _NAMES.get("".join(name.casefold().replace("-", " ").split()))


@cache
def _known() -> dict[tuple[str, int], int]:
    from mammoth.docx.dingbats import dingbats  # few files need it

    return dict(dingbats)
