"""Menus, mastheads and notices around the article of a web page.

What is furniture is said by rules that can be read here, from the page's own elements and roles. A
name (`id="social-care"`, `class="related"`) is no proof: sections are named after their headings.
"""

import re
from collections.abc import Callable
from statistics import mean
from typing import Any

from ingest.readers.parts.omitted import Omitted

Element = Any
_ROLES = {
    "navigation": "menu", "menu": "menu", "menubar": "menu", "tablist": "menu", "toolbar": "menu",
    "banner": "page header", "contentinfo": "page footer", "search": "form", "dialog": "notice",
    "alertdialog": "notice",
}  # fmt: skip
_ELEMENTS = {"nav": "menu", "header": "page header", "footer": "page footer", "aside": "side note"}
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|ccpa|onetrust|breadcrumbs?|nav|navbar|navigation|menu|"
    r"sidebar|footer|masthead|skip|skiplink|share|sharing|social|related|recommended|newsletter|"
    r"subscribe|signup|advert|advertisement|ads?|promo|popup|modal|pagination|pager|comments|"
    r"print|toolbar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = tuple(f"h{level}" for level in range(1, 7))
_CONTROLS = ("form", "button", "input", "select", "textarea")
_ARTICLE = ("article", "main", "blockquote")
_MOST = 0.5  # of the page's text: an element with more is not furniture, whatever it is called
_LINKS = 0.75  # of a list's text in links: outside the main part it may be a menu
_HALF, _NEARLY_ALL = 0.5, 0.9
MENU_LINKS, LABEL_WORDS, NOTICE_WORDS = 4, 3, 8


def drop(element: Element) -> None:
    """Take an element out; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def words_of(element: Element) -> list[str]:
    return "".join(element.itertext()).split()


def length(element: Element) -> int:
    return sum(len(text) for text in element.itertext())


def without_furniture(body: Element, omitted: Omitted) -> None:
    """Take out what navigates, and what the page says is neither article nor part of one."""
    whole = length(body)
    for element in list(body.iter()):
        if not isinstance(element.tag, str) or element is body or element.tag in ("main", "html"):
            continue
        kind = _furniture(element)
        if kind and (element.tag == "nav" or not _holds_much(element, _MOST * whole)):
            omitted.add(kind, int(bool(words_of(element))))
            drop(element)


def without_menus(body: Element, omitted: Omitted) -> None:
    """Lists of links that say no more than a label each, where nothing says what is main and no
    paragraph leads to them."""
    whole = length(body)
    for element in list(body.iter("ul", "ol", "table", "p", "div")):
        links = list(element.iter("a"))
        if len(links) < MENU_LINKS or _linked(element) <= _LINKS:
            continue
        if _holds_much(element, _NEARLY_ALL * whole):
            continue
        if mean(len(words_of(link)) for link in links) <= LABEL_WORDS and not _is_led_to(element):
            omitted.add("list of links", int(bool(words_of(element))))
            drop(element)


def _furniture(element: Element) -> str:
    """What kind of furniture an element is; empty for none."""
    tag = element.tag
    if kind := _ROLES.get((element.get("role") or "").lower()):
        return kind
    if tag in _ELEMENTS:
        inside = any(above.tag in _ARTICLE for above in element.iterancestors())
        proved = _PROOFS[tag]
        return _ELEMENTS[tag] if proved(element, inside) else ""
    if tag in _HEADINGS or tag in (
        "p",
        "article",
        "table",
        "body",
        "li",
        "td",
        "th",
        "tr",
        "tbody",
    ):
        return ""
    named = _NAMES.search(f"{element.get('id', '')} {element.get('class', '')}")
    return "notice" if named and _is_notice(element) else ""


def _is_notice(element: Element) -> bool:
    """Whether what is named like furniture looks like it: made to be clicked, or of few words."""
    if next(element.iter(*_CONTROLS), None) is not None and len(words_of(element)) < 100:
        return True
    if _linked(element) > _HALF:
        return True
    return next(element.iter(*_HEADINGS), None) is None and len(words_of(element)) <= NOTICE_WORDS


def _is_page_header(element: Element, inside: bool) -> bool:
    """A header that holds the page's heading and no menu opens the article."""
    if inside:
        return False
    opens = next(element.iter("h1"), None) is not None
    return not opens or next(element.iter("nav"), None) is not None or _linked(element) > _HALF


def _is_aside(element: Element, inside: bool) -> bool:
    """In an article it is a note to it, unless it is made of links."""
    return not inside or _linked(element) > _HALF


_PROOFS: dict[str, Callable[[Element, bool], bool]] = {
    "nav": lambda element, inside: True,
    "header": _is_page_header,
    "footer": lambda element, inside: not inside,
    "aside": _is_aside,
}


def _linked(element: Element) -> float:
    """The share of an element's text that is in links."""
    text = sum(map(len, words_of(element)))
    links = (link for link in element.iter("a") if link.get("href") is not None)
    return sum(len(word) for link in links for word in words_of(link)) / text if text else 0.0


def _is_led_to(element: Element) -> bool:
    """Whether a paragraph, or text that ends with a colon, stands right before it."""
    before = element.getprevious()
    if before is None:
        parent = element.getparent()
        said = (parent.text or "").strip() if parent is not None else ""
        return bool(said)
    if (before.tail or "").strip():
        return True
    said = " ".join(words_of(before))
    return bool(said) and (before.tag == "p" or said.endswith(":"))


def _holds_much(element: Element, most: float) -> bool:
    if any(child.tag in ("main", "article") for child in element.iter() if child is not element):
        return True
    return length(element) > most
