"""Office Open XML as python-docx and python-pptx open it: they know neither the Strict form, nor
files with macros, nor relations to parts that are not there. Word and PowerPoint open all three.
"""

import posixpath
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from lxml import etree

from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.archive import check_archive, parse_xml
from ingest.readers.extract import author_of, title_of

Element = Any
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_RENAMED = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
_MAIN = re.compile(
    rb"application/vnd\.(?:openxmlformats-officedocument\.(?:word|presentation|spreadsheet)ml|"
    rb"ms-(?:word|powerpoint|excel))\.(\w+)(\.macroEnabled(?:Template)?)?\.main\+xml",
    re.IGNORECASE,
)
# A whole document as a part of another: python-docx would take its archive for XML.
_TAKEN_IN = re.compile(
    rb"(<(?:Override|Default)\b(?=[^>]*(?:PartName|Extension)=\"[^\"]*?(?<!\.xml)(?<!\"xml)\")"
    rb"[^>]*ContentType=\")[^\"]+\.main\+xml(?=\")",
)
_KINDS = {
    "document": "word", "template": "word", "presentation": "powerpoint", "slideshow": "powerpoint",
    "slide": "powerpoint", "addin": "powerpoint", "sheet": "excel",
}  # fmt: skip
_CALLED = {
    "word": ("a Word document", ".docx", "wordprocessingml.document"),
    "powerpoint": ("a presentation", ".pptx", "presentationml.presentation"),
    "excel": ("an Excel workbook", ".xlsx", "spreadsheetml.sheet"),
}
_OF_TEMPLATES = (  # what python-docx and python-pptx write into each new file
    *("2013-12-23T23:15:00", "2013-12-23T23:15:00+00:00"),
    *("2013-01-27T09:14:16", "2013-01-27T09:14:16+00:00"),
)
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXTS = re.compile(r"\}(?:t|v|chart|relIds)$")


def open_package(source: Path | BytesIO, kind: str) -> tuple[BinaryIO | str, bool]:
    """What python-docx (`kind` "word") or python-pptx ("powerpoint") can open, and whether the
    file holds macros. Raises UnreadableFile where it is something else."""
    check_archive(source, "[Content_Types].xml")
    with zipfile.ZipFile(source) as archive:
        types = archive.read("[Content_Types].xml")
        found = _MAIN.search(types)
        main = found.group(1).decode().lower() if found else ""
        other = _KINDS.get(main)
        if found and main == "template":
            other = next(
                (k for k, v in _CALLED.items() if v[2][:6].encode() in found.group()), kind
            )
        if other is not None and other != kind:
            called, ending, _ = _CALLED[other]
            raise UnreadableFile(
                f"it is {called} under another name. Rename it: its end is {ending}"
            )
        macros = found is not None and found.group(2) is not None
        usual = found is None or found.group().lower().endswith(
            _CALLED[kind][2].encode() + b".main+xml"
        )
        strict = _STRICT in archive.read("_rels/.rels") if _has(archive, "_rels/.rels") else False
        mended = _mended_relations(archive)
        if usual and not strict and not mended and not _TAKEN_IN.search(types):
            return (source if isinstance(source, BytesIO) else str(source)), macros
        return _rewritten(archive, kind, mended), macros


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.NameToInfo


def _rewritten(archive: zipfile.ZipFile, kind: str, mended: dict[str, bytes]) -> BinaryIO:
    """The archive in memory, in the form that is usual."""
    target = BytesIO()
    usual = f"application/vnd.openxmlformats-officedocument.{_CALLED[kind][2]}.main+xml".encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as anew:
        for name in dict.fromkeys(archive.namelist()):
            content = mended.get(name) or archive.read(name)
            if name.endswith((".xml", ".rels")) and _STRICT in content:
                content = _STRICT_NAME.sub(_transitional, content)
            if name == "[Content_Types].xml":
                content = _MAIN.sub(usual, _TAKEN_IN.sub(rb"\1application/zip", content))
            anew.writestr(name, content)
    target.seek(0)
    return target


def _transitional(found: re.Match[bytes]) -> bytes:
    """A namespace or relation of the Strict form (ISO/IEC 29500-1) as the usual form has it."""
    one, other = found.groups()
    other = _RENAMED.get(other, other)
    return b"http://schemas.openxmlformats.org/" + one + b"/2006/" + other


def _mended_relations(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Parts that list relations, without those to parts that are not there."""
    names = set(archive.namelist())
    found: dict[str, bytes] = {}
    for name in names:
        if not name.endswith(".rels"):
            continue
        root = parse_xml(archive.read(name))
        folder = posixpath.dirname(posixpath.dirname(name))
        lost = [each for each in root if _is_lost(each, folder, names)]
        if lost:
            for each in lost:
                root.remove(each)
            found[name] = etree.tostring(root)
    return found


def _is_lost(relation: Element, folder: str, names: set[str]) -> bool:
    if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
        return False
    target = relation.get("Target", "")
    path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
    return path not in names and unquote(path) not in names


def choose_alternates(root: Element) -> None:
    """Put in the place of each mc:AlternateContent what is shown of it: the first choice that says
    anything, else the fallback."""
    for alternate in list(root.iter(_COMPATIBLE + "AlternateContent")):
        parent = alternate.getparent()
        ways = [w for w in alternate if w.tag in (_COMPATIBLE + "Choice", _COMPATIBLE + "Fallback")]
        chosen = next(filter(_says, ways), ways[0] if ways else None)
        for child in list(chosen) if chosen is not None else []:
            alternate.addprevious(child)
        tail = alternate.tail
        parent.remove(alternate)
        if tail and tail.strip():  # never in office files; lost with the element otherwise
            last = parent[-1] if len(parent) else None
            if last is not None:
                last.tail = (last.tail or "") + tail


def _says(way: Element) -> bool:
    return any(
        isinstance(each.tag, str)
        and _TEXTS.search(each.tag)
        and ((each.text or "").strip() or len(each.attrib))
        for each in way.iter()
    )


def details_of(package: Any, heading: str | None) -> Details:
    """What the file says of itself; where it says nothing the libraries would invent it."""
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    try:
        part = package.part_related_by(core)
        about = getattr(part, "core_properties", part)  # python-pptx's part holds them itself
        day = about.created or about.modified
    except (AttributeError, KeyError, ValueError):
        return Details(title=heading)
    invented = day is not None and (day.isoformat() in _OF_TEMPLATES or day.year < 1980)
    author = None if invented and about.author in ("python-docx", "Steve Canny") else about.author
    return Details(
        title=title_of(about.title) or heading,
        author=author_of(author),
        date=day.date().isoformat() if day is not None and not invented else None,
    )
