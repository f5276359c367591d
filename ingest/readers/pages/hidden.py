"""What a web page does not show: by attribute, by style, by rule of a style sheet in the page.

Style sheets are read by tinycss2, selectors by cssselect (both BSD): what a rule hides is asked of
the rule, and not guessed from names.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2
from cssselect import SelectorError, parse
from lxml.cssselect import CSSSelector

Element = Any
MOST_ASKED = 5_000_000  # selectors times elements, some seconds; beyond it styles alone hide
_LOOKED_FOR = frozenset(
    """display visibility opacity font-size clip clip-path left top text-indent position width
    height overflow content-visibility""".split()
)
_FAR = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%|vw)")
_NOTHING = re.compile(r"0+(?:\.0+)?(?:px|em|rem|pt|%)?")
_POINT = re.compile(r"[01](?:px)?")
Said = dict[str, str]


def hidden_elements(page: Element) -> list[Element]:
    """The elements that are not shown, in order, without those inside them."""
    sheets = _by_sheets(page)
    found: list[Element] = []
    inside: set[Element] = set()
    for element in page.iter():
        if element.getparent() in inside:
            inside.add(element)
        elif isinstance(element.tag, str) and is_hidden(element, sheets.get(element, {})):
            inside.add(element)
            found.append(element)
    return found


def is_hidden(element: Element, by_sheet: Said) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    said = {**by_sheet, **dict(_said(style))} if style else by_sheet
    return bool(said) and _hides(said)


def style_of(element: Element) -> Said:
    """What an element's own style says."""
    style = element.get("style")
    return dict(_declared(tinycss2.parse_blocks_contents(style))) if style else {}


def _said(style: str) -> Iterable[tuple[str, str]]:
    if not any(word in style.lower() for word in _LOOKED_FOR):
        return ()
    return _declared(tinycss2.parse_blocks_contents(style))


def _declared(contents: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for each in contents:
        if each.type == "declaration":
            yield each.lower_name, tinycss2.serialize(each.value).strip().lower()


def _hides(said: Said) -> bool:
    if said.get("display") == "none" or said.get("visibility") in ("hidden", "collapse"):
        return True
    if said.get("content-visibility") == "hidden":
        return True
    if any(_NOTHING.fullmatch(said.get(name, "1")) for name in ("opacity", "font-size")):
        return True
    if said.get("position") in ("absolute", "fixed"):
        if any(_FAR.fullmatch(said.get(name, "")) for name in ("left", "top")):
            return True
        if said.get("clip", "").replace(" ", "").startswith(("rect(0", "rect(1px,1px,1px,1px")):
            return True
    if _FAR.fullmatch(said.get("text-indent", "")) or said.get("clip-path") == "inset(100%)":
        return True
    small = all(_POINT.fullmatch(said.get(name, "")) for name in ("width", "height"))
    return small and said.get("overflow") == "hidden"


def _by_sheets(page: Element) -> dict[Element, Said]:
    """Element → what the page's own style sheets say of it, where a rule would hide it."""
    rules = [
        (dict(_declared(tinycss2.parse_blocks_contents(rule.content))), rule.prelude)
        for sheet in page.iter("style")
        if _for_screens(sheet.get("media") or "")
        for rule in _rules(sheet.text or "")
    ]
    at_stake = {name for said, _ in rules if _hides(said) for name in said if name in _LOOKED_FOR}
    if not at_stake:
        return {}
    asked = [
        (selector, number, {name: text for name, text in said.items() if name in at_stake})
        for number, (said, prelude) in enumerate(rules)
        if at_stake & said.keys()
        for selector in _selectors(tinycss2.serialize(prelude))
    ]
    if len(asked) * sum(1 for _ in page.iter()) > MOST_ASKED:
        return {}
    found: dict[Element, dict[str, tuple[tuple[Any, ...], str]]] = {}
    for selector, number, said in asked:
        rank = (selector.specificity, number)
        for element in selector(page):
            told = found.setdefault(element, {})
            for name, text in said.items():
                if name not in told or told[name][0] <= rank:
                    told[name] = (rank, text)
    return {element: {k: v[1] for k, v in told.items()} for element, told in found.items()}


class _Selector:
    def __init__(self, parsed: Any) -> None:
        self.specificity = parsed.specificity()
        self._find = CSSSelector(parsed.canonical(), translator="html")

    def __call__(self, page: Element) -> list[Element]:
        return list(self._find(page))


def _selectors(prelude: str) -> list[_Selector]:
    try:
        return [_Selector(each) for each in parse(prelude) if each.pseudo_element is None]
    except (SelectorError, NotImplementedError, ValueError):
        return []  # of states (":hover") and of later times: hides nothing by itself


def _rules(text: str) -> Iterator[Any]:
    sheet = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    for rule in sheet:
        if rule.type == "qualified-rule":
            yield rule
        elif (
            rule.type == "at-rule"
            and rule.lower_at_keyword == "media"
            and rule.content is not None
            and _for_screens(tinycss2.serialize(rule.prelude))
        ):
            inside = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            yield from (each for each in inside if each.type == "qualified-rule")


def _for_screens(media: str) -> bool:
    """Whether a sheet holds on any screen; one for some widths alone does not hide."""
    return media.strip().lower() in ("", "all", "screen", "only screen")
