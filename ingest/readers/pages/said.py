"""What the forms and drawings of a web page say: what was filled in, and the words of an SVG."""

from collections.abc import Iterator
from typing import Any

from ingest.readers.pages.furniture import drop, words_of
from ingest.readers.parts.omitted import Omitted

Element = Any
_TYPED = frozenset(("", "text", "number", "date", "time", "month", "week", "email", "tel", "url"))
_TYPED |= {"datetime-local", "range"}  # a search, a password and a button are no answers
_TICKED = ("checkbox", "radio")
_NOT_DRAWN = ("defs", "symbol", "clippath", "mask", "pattern", "marker")
_UNUSED = ("button", "option", "datalist", "dialog", "menu", "input", "select", "textarea")


def write_forms(body: Element) -> None:
    """Put what was filled in in the place of each control, and take the others out. A box that is
    not ticked is told where another one of its form is."""
    ticked = {_form(each) for each in body.iter("input") if _is_ticked(each)}
    for control in list(body.iter("input", "select", "textarea")):
        if said := _filled_in(control, ticked):
            after = " " if (control.tail or "")[:1].isalnum() else ""
            control.tag, control.text = "span", f" {said}{after}"
            for inside in list(control):
                control.remove(inside)
    for control in list(body.iter(*_UNUSED)):
        drop(control)


def write_drawings(body: Element, omitted: Omitted) -> None:
    """Make a list of each SVG's words, a text of it an item. Numbers alone, which stand along the
    axes of charts, are counted and left out."""
    for drawing in list(body.iter("svg")):
        if next(drawing.iterancestors("svg"), None) is not None:
            continue
        texts = list(_texts(drawing))
        told = [text for text in texts if any(c.isalpha() for c in text)]
        omitted.add("number in a drawing", len(texts) - len(told))
        if not told:
            drop(drawing)
            continue
        for inside in list(drawing):
            drawing.remove(inside)
        drawing.tag, drawing.text = "ul", None
        drawing.attrib.clear()
        for text in told:
            item = drawing.makeelement("li")
            item.text = text
            drawing.append(item)


def _filled_in(control: Element, ticked: set[Element]) -> str:
    kind = (control.get("type") or "").lower()
    if control.tag == "select":
        chosen = [each for each in control.iter("option") if each.get("selected") is not None]
        return ", ".join(filter(None, (" ".join(words_of(each)) for each in chosen)))
    if control.tag == "textarea":
        return " ".join(words_of(control))
    if kind in _TICKED:
        return ("☒" if _is_ticked(control) else "☐") if _form(control) in ticked else ""
    return str(control.get("value") or "").strip() if kind in _TYPED else ""


def _is_ticked(control: Element) -> bool:
    return (control.get("type") or "").lower() in _TICKED and control.get("checked") is not None


def _form(control: Element) -> Element:
    """The form that a control belongs to; the page where there is none."""
    form = next(control.iterancestors("form"), None)
    return control.getroottree().getroot() if form is None else form


def _texts(drawing: Element) -> Iterator[str]:
    """The texts that an SVG shows, in the order of the file."""
    for text in drawing.iter("text", "foreignobject"):
        said = " ".join(words_of(text))
        if said and not any(_is_unseen(each) for each in (text, *text.iterancestors())):
            yield said


def _is_unseen(element: Element) -> bool:
    hidden = element.get("display") == "none" or element.get("visibility") == "hidden"
    return bool(hidden or element.tag in _NOT_DRAWN)
