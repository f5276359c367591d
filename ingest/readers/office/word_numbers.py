"""How a Word document numbers its lists and headings (ECMA-376 part 1, 17.9)."""

from typing import Any

from ingest.readers.parts.numbers import Counters, Level

Element = Any
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def w(name: str) -> str:
    """A name of Word's own vocabulary, as lxml has it."""
    return _WORD + name


_VALUE = w("val")


def value(element: Element | None, path: str) -> str | None:
    """The `w:val` of an element's child, None where there is none."""
    found = None if element is None else element.find(path)
    return None if found is None else found.get(_VALUE)


class Numbering:
    """The lists of a document. Lists of one definition count on, unless one says where it starts.

    `by_style` gives (list, level) of a paragraph style that a level names.
    """

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, Level]] = {}  # number → its levels
        self._counted: dict[str, str] = {}  # number → what it is counted with
        self._starts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, Counters] = {}
        self.by_style: dict[str, tuple[str, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {each.get(w("abstractNumId")): each for each in root.findall(w("abstractNum"))}
        named = {value(each, w("styleLink")): each for each in abstract.values()}
        for number in root.findall(w("num")):
            self._add(number, abstract, named)

    def _add(
        self, number: Element, abstract: dict[str, Element], named: dict[Any, Element]
    ) -> None:
        key = number.get(w("numId"))
        which = value(number, w("abstractNumId")) or ""
        definition = abstract.get(which)
        link = value(definition, w("numStyleLink"))
        definition = named.get(link, definition) if link else definition
        levels: dict[int, Level] = {}
        for level in definition.findall(w("lvl")) if definition is not None else ():
            self._add_level(key, level, levels)
        starts = self._starts.setdefault(key, {})
        for override in number.findall(w("lvlOverride")):
            depth = _number(override.get(w("ilvl")), 0)
            if (own := override.find(w("lvl"))) is not None:
                self._add_level(key, own, levels)
                starts[depth] = levels[_number(own.get(w("ilvl")), depth)].start
            if (start := value(override, w("startOverride"))) is not None:
                starts[depth] = _number(start, 1)
        self._levels[key], self._counted[key] = levels, which

    def _add_level(self, key: str, level: Element, levels: dict[int, Level]) -> None:
        depth = _number(level.get(w("ilvl")), 0)
        style = next((each.get(_VALUE) for each in level.iter(w("numFmt"))), "bullet")
        restarts = value(level, w("lvlRestart"))
        legal = level.find(w("isLgl"))
        levels[depth] = Level(
            style=style or "bullet",
            form=value(level, w("lvlText")) or "",
            start=_number(value(level, w("start")), 0 if style == "decimalZero" else 1),
            restarts=None if restarts is None else _number(restarts, 0),
            decimal=legal is not None and is_on(legal),
        )
        if named := value(level, w("pStyle")):
            self.by_style.setdefault(named, (key, depth))

    def next(self, number: str, level: int) -> str:
        """The mark of the next paragraph of a list: "6.", "7.1", "iv)", "-"; "" for no list."""
        if number not in self._levels:
            return "" if number == "0" else "-"
        counters = self._counters.setdefault(self._counted[number], Counters())
        for depth, start in self._starts.pop(number, {}).items():
            counters.begin(depth, start)
        return counters.next(level, self._levels[number])


def is_on(element: Element) -> bool:
    """Whether a property that is there is on: it may say "false", "off" or "0"."""
    return element.get(_VALUE) not in ("0", "false", "off", "none")


def _number(text: str | None, default: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default
