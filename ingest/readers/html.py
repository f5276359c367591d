"""Web pages, parsed by lxml (BSD): the article, without the furniture around it.

What is furniture is said by rules that can be read (`pages.furniture`), from the page's own marks;
a library that guesses by density drops short paragraphs and tables with it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.pages.encoding import decoded
from ingest.readers.pages.furniture import (
    drop,
    length,
    without_furniture,
    without_menus,
    words_of,
)  # fmt: skip
from ingest.readers.pages.hidden import hidden_elements
from ingest.readers.pages.said import write_drawings, write_forms
from ingest.readers.pages.text import BLOCKS, HEADINGS, PageText
from ingest.readers.parts.numbers import numbered
from ingest.readers.parts.omitted import Omitted
from ingest.readers.tables import Cell, rows_alone, span

Element = Any

_UNSEEN = frozenset(
    """script style noscript template canvas iframe frame object embed video audio map head meta
    link""".split()
)
_FORMULA = re.compile(r"math/(?:tex|asciimath)", re.IGNORECASE)
_STRONG = ("b", "strong")
_MOST = 0.5  # of the page's text: an article with more is the main part
_STYLES = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "decimal": "decimal", "decimal-leading-zero": "decimalZero", "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter", "upper-alpha": "upperLetter", "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman", "upper-roman": "upperRoman", "none": "none", "disc": "bullet",
    "circle": "bullet", "square": "bullet",
}  # fmt: skip
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")


def read_html(path: Path) -> Extract:
    """The article of a web page: headings, paragraphs, lists, tables."""
    writer, omitted = Writer(), Omitted()
    details, notes = write_page(path.read_bytes(), writer, omitted)
    return finished(writer, details, [*notes, *omitted.notes()])


def write_page(content: bytes, writer: Writer, omitted: Omitted) -> tuple[Details, list[str]]:
    """Write a page; returns what it says of itself, and notes on how it was read."""
    text, note = decoded(content)
    page = _parse(text)
    body = page.find("body")
    body = page if body is None else body
    lines = PageText(omitted)
    heading = next((h for h in body.iter("h1") if words_of(h)), None)
    title = lines.line(heading) if heading is not None else ""
    details = _details(page, title, lines)
    hidden = hidden_elements(page)
    _without(body, _UNSEEN)
    for element in hidden:
        if element is not body and element.tag != "html":
            omitted.add("hidden passage", int(bool(words_of(element))))
            drop(element)
    without_furniture(body, omitted)
    write_forms(body)
    write_drawings(body, omitted)
    root = _main(body)
    if root is body:
        without_menus(body, omitted)
    else:
        omitted.add("word outside the main part", len(words_of(body)) - len(words_of(root)))
    if title and not any(lines.line(h) == title for h in root.iter("h1")):
        writer.heading(title, 1)
    walk = _Walk(writer, lines)
    walk.element(root)
    walk.flush()
    return details, [note] if note else []


def _parse(text: str) -> Element:
    if not text.strip():
        raise UnreadableFile("the file is empty")
    if "\x00" in text:
        raise UnreadableFile("the file is binary, not a web page (it holds NUL bytes)")
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    page = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    if page is None:
        raise UnreadableFile("it holds no elements: not a web page")
    return page


def _details(page: Element, heading: str, lines: PageText) -> Details:
    said: dict[str, list[str]] = {}
    for meta in page.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        if name and meta.get("content", "").strip():
            said.setdefault(name, []).append(meta.get("content").strip())

    def first(*names: str) -> str | None:
        return next((said[name][0] for name in names if name in said), None)

    named = page.find(".//title")
    day = first(
        *("article:published_time", "datepublished", "dc.date.issued", "dcterms.issued"),
        *("dc.date", "dcterms.date", "dcterms.created", "date", "article:modified_time"),
    )
    if day is None:
        day = next((t.get("datetime") for t in page.iter("time") if t.get("datetime")), None)
    links = {link.get("rel"): link.get("href") for link in page.iter("link")}
    url = first("og:url") or links.get("canonical")
    names = ("author", "article:author", "dc.creator", "dcterms.creator")
    authors = [author_of(text) for name in names for text in said.get(name, ())]
    return Details(
        title=title_of(
            first("og:title", "dc.title", "dcterms.title")
            or heading
            or (lines.line(named) if named is not None else None)
        ),
        publisher=first("og:site_name", "dc.publisher", "dcterms.publisher"),
        author=next(filter(None, authors), None),
        date=day[:10] if day and re.match(r"\d{4}-\d\d-\d\d", day) else day,
        url=url if url and url.startswith(("http://", "https://")) else None,
    )


def _without(body: Element, tags: frozenset[str]) -> None:
    for element in list(body.iter(*tags)):
        if element.tag == "script" and _FORMULA.match(element.get("type") or ""):
            element.tag = "span"  # a formula, which a script would have drawn
        elif element is not body:
            drop(element)


def _main(body: Element) -> Element:
    """The element that the page itself calls its main part; else the body."""
    for path in (".//main", ".//*[@role='main']"):
        found = [element for element in body.findall(path) if words_of(element)]
        if found:
            return found[0]
    articles = [element for element in body.findall(".//article") if words_of(element)]
    if len(articles) == 1 and length(articles[0]) > _MOST * length(body):
        return articles[0]
    return body


class _Walk:
    """Goes through the elements; text is gathered until a block ends."""

    def __init__(self, writer: Writer, lines: PageText) -> None:
        self._writer, self._lines = writer, lines
        self._texts: list[tuple[str, bool]] = []
        self._mark = ""  # of the list item that is open

    def element(self, element: Element, strong: bool = False) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        before = self._texts[-1][0] if self._texts else ""
        if tag in HEADINGS:
            self.flush()
            self._writer.heading(self._lines.line(element), HEADINGS[tag])
        elif tag == "br":
            self._texts.append(("\n", True))
        elif tag == "table" and _is_table(element):
            self.flush()
            self._table(element)
        elif tag in ("ul", "ol"):
            self.flush()
            self._list(element)
        elif tag == "pre":
            self.flush()
            self._writer.paragraph("".join(element.itertext()))
        elif tag in BLOCKS:
            self.flush()
            self._inside(element, strong or tag == "dt")
            self.flush()
        elif (said := self._lines.special(element, before)) is not None:
            self._texts.append((said, strong))
        else:
            self._inside(element, strong or tag in _STRONG)

    def flush(self) -> None:
        """End the block that is open."""
        texts, self._texts = self._texts, []
        text = "".join(text for text, _ in texts)
        if not text.strip():
            return
        if self._mark:
            self._writer.item(text, self._mark)
            self._mark = ""
        else:
            strong = all(strong for text, strong in texts if text.strip())
            self._writer.paragraph(text, strong=strong)

    def _inside(self, element: Element, strong: bool) -> None:
        self._say(element.text, strong)
        for child in element:
            self.element(child, strong)
            self._say(child.tail, strong)

    def _say(self, text: str | None, strong: bool) -> None:
        if text:
            self._texts.append((re.sub(r"\s+", " ", text), strong))

    def _list(self, listed: Element) -> None:
        style = _list_style(listed)
        items = [child for child in listed if child.tag == "li"]
        back = listed.get("reversed") is not None
        number = _whole(listed.get("start"), len(items) if back else 1)
        for child in listed:
            if child.tag == "li":
                number = _whole(child.get("value"), number)
                own = _list_style(child, style)
                self._mark = numbered(own, number) if listed.tag == "ol" else "-"
                number += -1 if back else 1
                self._inside(child, False)
                self.flush()
                self._mark = ""
            else:
                self.element(child)

    def _table(self, table: Element) -> None:
        caption = table.find("caption")
        if caption is not None:
            self._writer.paragraph(self._lines.line(caption))
        rows = _rows_of(table)
        heads = 0
        for row in rows:
            if row.getparent().tag != "thead" and any(c.tag != "th" for c in _cells(row)):
                break
            heads += 1
        if heads == len(rows):
            heads = 1 if rows[0].getparent().tag == "thead" or len(_cells(rows[0])) > 1 else 0
        cells = [
            [
                Cell(
                    text=self._lines.line(cell),
                    columns=span(cell.get("colspan")),
                    rows=span(cell.get("rowspan")),
                )
                for cell in _cells(row)
            ]
            for row in rows
        ]
        for shown in rows_alone(cells, heads=heads or None):
            self._writer.row(shown)


def _list_style(listed: Element, default: str = "decimal") -> str:
    """How a list is numbered: as its style says, else as its type."""
    found = _LIST_STYLE.search(listed.get("style") or "")
    told = found.group(1).lower() if found else (listed.get("type") or "")
    return _STYLES.get(told, default)


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default


def _is_table(table: Element) -> bool:
    """Whether a table holds rows of cells, rather than laying out the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    rows = _rows_of(table)
    if not any(len(_cells(row)) > 1 for row in rows):
        return False
    if any(cell.tag == "th" for row in rows for cell in _cells(row)):
        return True
    if next(table.iter(*HEADINGS), None) is not None:
        return False
    inner = sum(length(each) for each in table.iter("table") if each is not table)
    return inner <= _MOST * length(table)


def _rows_of(table: Element) -> list[Element]:
    """A table's own rows, not those of tables in it; what its foot says comes last."""
    rows = [row for row in _own_rows(table) if _cells(row)]
    return sorted(rows, key=lambda row: row.getparent().tag == "tfoot")


def _own_rows(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _own_rows(child)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]
