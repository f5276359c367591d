"""Web pages, parsed by lxml (BSD): the article, without the furniture around it.

What is furniture is said by rules that can be read here, from the page's own marks (elements,
roles, names); a library that guesses by density drops short paragraphs and tables with it.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.tables import stand_alone

Element = Any

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UNSEEN = frozenset(
    """script style noscript template svg canvas iframe frame object embed video audio map nav
    button select option textarea input datalist dialog head meta link menu""".split()
)
_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog menu menubar toolbar tablist".split()
)
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|ccpa|onetrust|breadcrumbs?|nav|navbar|navigation|menu|"
    r"sidebar|footer|masthead|skip|skiplink|share|sharing|social|related|recommended|newsletter|"
    r"subscribe|signup|advert|advertisement|ads?|promo|popup|modal|pagination|pager|comments|"
    r"print|toolbar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dir div dl dt fieldset
    figcaption figure footer form header hgroup hr html legend li main ol p pre section summary
    table tbody td tfoot th thead tr ul""".split()
) | set(_HEADINGS)
_STRONG = ("b", "strong")
_MOST = 0.5  # of the page's text: an element with more is not furniture, whatever it is called
_LINKS = 0.75  # of a list's text in links: outside the main part it is a menu
MENU_LINKS = 4


def read_html(path: Path) -> Extract:
    """The article of a web page: headings, paragraphs, lists, tables."""
    page = _parse(path.read_bytes())
    body = page.find("body")
    body = page if body is None else body
    heading = next((h for h in body.iter("h1") if _text(h)), None)
    title = _text(heading) if heading is not None else ""
    details = _details(page, title)
    _without_furniture(body)
    root = _main(body)
    if root is body:
        _without_menus(body)
    writer = Writer()
    if title and not any(_text(h) == title for h in root.iter("h1")):
        writer.heading(title, 1)
    walk = _Walk(writer)
    walk.element(root)
    walk.flush()
    return finished(writer, details)


def _parse(content: bytes) -> Element:
    text = _decoded(content)
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


def _decoded(content: bytes) -> str:
    """The text by its byte order mark, else as it declares, else as UTF-8. Nothing is guessed."""
    name = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "")
    if not name:
        found = _CHARSET.search(content[:4096])
        name = found.group(1).decode("ascii").lower() if found else "utf-8"
        if name in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
            name = "windows-1252"  # as browsers take it: encoding.spec.whatwg.org, section 4.2
        elif name.startswith("utf-16"):
            name = "utf-8"  # the declaration itself was read as ASCII
    try:
        return content.decode(name)
    except LookupError as exc:
        raise UnreadableFile(f"it declares the encoding '{name}', which nobody knows") from exc
    except UnicodeError as exc:
        where = (
            f" (byte 0x{content[exc.start]:02x} at position {exc.start})"
            if isinstance(exc, UnicodeDecodeError) and exc.start < len(content)
            else ""
        )
        raise UnreadableFile(
            f"it is not in {name} throughout, as it should be{where}: mixed encodings? "
            "Save it as UTF-8"
        ) from exc


def _details(page: Element, heading: str) -> Details:
    said: dict[str, str] = {}
    for meta in page.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        if name and meta.get("content", "").strip():
            said.setdefault(name, meta.get("content").strip())

    def first(*names: str) -> str | None:
        return next((said[name] for name in names if name in said), None)

    named = page.find(".//title")
    day = first(
        *("article:published_time", "datepublished", "dc.date.issued", "dcterms.issued"),
        *("dc.date", "dcterms.date", "dcterms.created", "date", "article:modified_time"),
    )
    if day is None:
        day = next((t.get("datetime") for t in page.iter("time") if t.get("datetime")), None)
    links = {link.get("rel"): link.get("href") for link in page.iter("link")}
    url = first("og:url") or links.get("canonical")
    return Details(
        title=title_of(
            first("og:title", "dc.title", "dcterms.title")
            or heading
            or (_text(named) if named is not None else None)
        ),
        publisher=first("og:site_name", "dc.publisher", "dcterms.publisher"),
        author=author_of(first("author", "article:author", "dc.creator", "dcterms.creator")),
        date=day[:10] if day and re.match(r"\d{4}-\d\d-\d\d", day) else day,
        url=url if url and url.startswith(("http://", "https://")) else None,
    )


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _length(element: Element) -> int:
    return sum(len(text) for text in element.itertext())


def _without_furniture(body: Element) -> None:
    """Take out what is not shown, what navigates, and what the page names as neither article."""
    for element in list(body.iter()):
        if isinstance(element.tag, str) and element.tag in _UNSEEN and element is not body:
            _drop(element)
    whole = _length(body)
    for element in list(body.iter()):
        if not isinstance(element.tag, str) or element is body or element.tag in ("main", "html"):
            continue
        if _is_hidden(element) or (_is_furniture(element) and not _holds_much(element, whole)):
            _drop(element)


def _drop(element: Element) -> None:
    """Take an element out; what follows it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def _is_hidden(element: Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDDEN.search(element.get("style", "")) is not None
    )


def _is_furniture(element: Element) -> bool:
    if element.get("role", "").lower() in _ROLES:
        return True
    if element.tag in ("footer", "aside", "header"):
        inside = any(a.tag in ("article", "main", "blockquote") for a in element.iterancestors())
        return not inside or element.tag == "aside"
    if element.tag in _HEADINGS or element.tag in ("p", "article", "table", "body"):
        return False
    return _NAMES.search(f"{element.get('id', '')} {element.get('class', '')}") is not None


def _holds_much(element: Element, whole: int) -> bool:
    if any(child.tag in ("main", "article") for child in element.iter() if child is not element):
        return True
    return _length(element) > _MOST * whole


def _main(body: Element) -> Element:
    """The element that the page itself calls its main part; else the body."""
    for path in (".//main", ".//*[@role='main']"):
        found = [element for element in body.findall(path) if _text(element)]
        if found:
            return found[0]
    articles = [element for element in body.findall(".//article") if _text(element)]
    if len(articles) == 1 and _length(articles[0]) > _MOST * _length(body):
        return articles[0]
    return body


def _without_menus(body: Element) -> None:
    """Lists that are nearly all links, where nothing says what the main part is."""
    for element in list(body.iter("ul", "ol", "table", "p", "div")):
        links = list(element.iter("a"))
        linked = sum(len(_text(link)) for link in links)
        if len(links) >= MENU_LINKS and linked > _LINKS * len(_text(element)):
            _drop(element)


class _Walk:
    """Goes through the elements; text is gathered until a block ends."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._texts: list[tuple[str, bool]] = []
        self._mark = ""  # of the list item that is open

    def element(self, element: Element, strong: bool = False) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _HEADINGS:
            self.flush()
            self._writer.heading(_text(element), _HEADINGS[tag])
        elif tag == "br":
            self._texts.append(("\n", True))
        elif tag == "table" and _is_table(element):
            self.flush()
            rows, headed = _rows(element)
            for row in stand_alone(rows, headed=headed):
                self._writer.row(row)
        elif tag in ("ul", "ol"):
            self.flush()
            self._list(element)
        elif tag == "pre":
            self.flush()
            self._writer.paragraph("".join(element.itertext()))
        elif tag in _BLOCKS:
            self.flush()
            self._inside(element, strong or tag == "dt")
            self.flush()
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
        ordered = listed.tag == "ol"
        start = listed.get("start", "1")
        number = int(start) if start.isdecimal() else 1
        for child in listed:
            if child.tag == "li":
                self._mark = f"{number}." if ordered else "-"
                number += 1
                self._inside(child, False)
                self.flush()
                self._mark = ""
            else:
                self.element(child)


def _is_table(table: Element) -> bool:
    """Whether a table holds rows of cells, rather than laying out the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    if any(table.iter(*_HEADINGS)) or sum(1 for _ in table.iter("table")) > 1:
        return False
    return any(len(_cells(row)) > 1 for row in table.iter("tr"))


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _rows(table: Element) -> tuple[list[list[str]], bool | None]:
    """The cells' texts, those that span rows in each of them; and whether the first row heads."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column → rows to go, text
    trs = [row for row in table.iter("tr") if _cells(row)]
    for row in trs:
        texts: list[str] = []
        for cell in _cells(row):
            texts += _carried(hanging, len(texts))
            text = _text(cell)
            if (over := _span(cell, "rowspan")) > 1:
                hanging[len(texts)] = (over - 1, text)
            texts += [text, *[""] * (_span(cell, "colspan") - 1)]
        rows.append([*texts, *_carried(hanging, len(texts))])
    first = _cells(trs[0])
    headed = (
        all(cell.tag == "th" for cell in first) or first[0].getparent().getparent().tag == "thead"
    )
    return rows, headed or None


def _carried(hanging: dict[int, tuple[int, str]], column: int) -> Iterator[str]:
    while column in hanging:
        left, text = hanging.pop(column)
        if left > 1:
            hanging[column] = (left - 1, text)
        yield text
        column += 1


def _span(cell: Element, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(int(value), 100) if value.isdecimal() and int(value) > 0 else 1
