"""Files that are broken as files are broken: in their bytes, their members, their elements.

An archive is opened, one of its members changed and packed again: a broken byte of the archive
itself would hardly ever get past its checksums.
"""

import io
import re
import zipfile
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import strategies as st
from lxml import etree, html

from tests.ingest.fuzz.seeds import KINDS, seed

ARCHIVES = ("docx", "pptx", "xlsx", "odt")
MOST = 400_000  # bytes that a change may make of a file: what takes long shall not be its size
_TIMES = (1, 2, 30, 400)
_DEEP = (3, 60, 900)
NASTY = (
    "", " ", "0", "-1", "1e309", "nan", "99999999999", "9" * 5_000, "-0.5", "½", "٣", "100%",
    "\u202e", "\U000e0041", "\ufffd", "e\u0301" * 40, "\u200b", "﷽" * 40, "x" * 5_000, "(" * 600,
    "a " * 900, "a. " * 900, "\n" * 300, "|" * 300, "-" * 900, "#" * 300, "1.1." * 300,
    "中。" * 300,
    "/", "../../x", "http://127.0.0.1/", "file:///etc/passwd", "&amp;", "true", "none", "auto",
)  # fmt: skip
_NASTY_BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\xc3",
    b"%",
    b"<",
    b"]]>",
    b"\r",
    b'"',
)
_TOKEN = re.compile(rb"-?\d+(?:\.\d+)?|/\w+|[\w-]+")
Change = Callable[[Random, bytes], bytes]


def broken(kind: str) -> st.SearchStrategy[bytes]:
    """A small file of a kind with one to five changes, or what is left of it."""
    return _broken(kind, seed(kind))


@st.composite
def _broken(draw: Any, kind: str, content: bytes) -> bytes:
    random = draw(st.randoms(use_true_random=False))
    for _ in range(random.randint(1, 5)):
        changed = random.choice(_CHANGES[kind])(random, content)
        content = changed if len(changed) <= MOST else content
    return content


def _bytes(random: Random, content: bytes) -> bytes:
    """A stretch is taken out, said again, or replaced."""
    if not content:
        return b"a"
    start = random.randrange(len(content))
    end = min(len(content), start + random.choice((1, 1, 2, 9, 80, len(content))))
    piece = content[start:end]
    new = random.choice(
        (b"", piece * random.choice(_TIMES), piece[::-1], random.choice(_NASTY_BYTES),
         random.choice(NASTY).encode(), bytes([random.randrange(256)]))
    )  # fmt: skip
    return content[:start] + new + content[end:]


def _tokens(random: Random, content: bytes) -> bytes:
    """A number or name becomes another one of the file, or what nobody expects there."""
    found = list(_TOKEN.finditer(content))
    if not found:
        return _bytes(random, content)
    at, other = random.choice(found), random.choice(found)
    new = other[0] if random.random() < 0.5 else random.choice(NASTY).encode()
    return content[: at.start()] + new + content[at.end() :]


def _lines(random: Random, content: bytes) -> bytes:
    """A line goes, moves, or comes again and again."""
    lines = content.split(b"\n")
    at, to = random.randrange(len(lines)), random.randrange(len(lines))
    line = lines.pop(at)
    if random.random() < 0.7:
        lines[to:to] = [line] * random.choice(_TIMES)
    return b"\n".join(lines)


def _member(random: Random, content: bytes) -> bytes:
    """One member of an archive is changed, and all are packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return _bytes(random, content)
    name = random.choice(sorted(members))
    what = random.random()
    if what < 0.04:
        del members[name]
    elif what < 0.08:
        members[name] = members[random.choice(sorted(members))]
    elif what < 0.12:
        members[random.choice(NASTY)[:90] or "x"] = members.pop(name)
    elif what < 0.25:
        members[name] = random.choice((_bytes, _tokens))(random, members[name])
    else:
        xml = [each for each in sorted(members) if each.endswith((".xml", ".rels"))] or [name]
        telling = [each for each in xml if len(members[each]) > 1_500] or xml
        name = random.choice(telling if random.random() < 0.7 else xml)
        members[name] = _elements(random, members[name])
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, inside in members.items():
            archive.writestr(each, inside)
    return held.getvalue()


def _elements(random: Random, content: bytes) -> bytes:
    """One element goes, moves, comes again, stands in itself, or says something else."""
    try:
        root = etree.fromstring(content)
    except (etree.XMLSyntaxError, ValueError):
        return _bytes(random, content)
    _change(random, root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _page_elements(random: Random, content: bytes) -> bytes:
    try:
        root = html.document_fromstring(content)
        _change(random, root)
        return bytes(html.tostring(root, encoding="utf-8"))
    except (etree.ParserError, ValueError, RecursionError):
        return _bytes(random, content)


def _change(random: Random, root: Any) -> None:
    every = [element for element in root.iter() if isinstance(element.tag, str)]
    element, other = random.choice(every), random.choice(every)
    parent = element.getparent()
    what = random.randrange(9)
    if what == 0 and parent is not None:
        parent.remove(element)
    elif what == 1 and parent is not None and len(element) < 200:
        at = parent.index(element)
        for _ in range(random.choice(_TIMES)):
            parent.insert(at, deepcopy(element))
    elif what == 2 and parent is not None:
        for _ in range(random.choice(_DEEP)):
            outer = element.makeelement(element.tag, dict(element.attrib))
            element.getparent().replace(element, outer)
            outer.append(element)
    elif what == 3 and other not in element.iterancestors() and parent is not None:
        other.append(deepcopy(element))
    elif what == 4:
        element.tag = other.tag
    elif what == 5:
        element.text = _said(random)
    elif what == 6:
        element.tail = _said(random)
    else:
        names = [*element.attrib, *other.attrib]
        if names:
            name = random.choice(names)
            if random.random() < 0.2:
                element.attrib.pop(name, None)
            elif random.random() < 0.4:
                element.set(name, random.choice([*other.attrib.values(), _said(random)]))
            else:
                element.set(name, _said(random))


def _said(random: Random) -> str:
    return "".join(c for c in random.choice(NASTY) if c >= " " or c == "\n")


_CHANGES: dict[str, tuple[Change, ...]] = dict.fromkeys(KINDS, (_bytes, _tokens, _tokens, _lines))
_CHANGES |= {kind: (*[_member] * 19, _bytes) for kind in ARCHIVES}
_CHANGES["html"] = (*[_page_elements] * 6, _bytes, _tokens, _lines)
_CHANGES["pdf"] = (*[_tokens] * 6, _bytes, _lines, _lines)
