"""Mails as programs save them (`.eml`), taken apart by Python's own email package.

The subject is the title, the headers that people look at are rows, and the text follows. Files
that were sent with it are handed on as they are, to be sources of their own.
"""

import base64
import codecs
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from ingest.cutting.outline import outline_plain
from ingest.cutting.written import Writer
from ingest.documents import Details, one_line
from ingest.errors import UnreadableFile
from ingest.readers import KINDS
from ingest.readers.extract import Extract, Held, finished
from ingest.readers.html import write_page
from ingest.readers.parts.omitted import Omitted
from ingest.readers.text.encoding import decode, with_plain_newlines

Part = Any  # an EmailMessage, or what the parser made of a broken one

SHOWN = ("From", "To", "Cc", "Date")
MOST_HELD = 100
NAME_CHARACTERS = 120
_SIGNATURES = ("application/pkcs7-signature", "application/pgp-signature", "application/pgp-keys")


@dataclass(slots=True, kw_only=True)
class _Found:
    """What is in a mail: texts to be read in it, and parts that are files."""

    texts: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def read_eml(path: Path) -> Extract:
    """A mail: its subject, headers and text; the files in it beside it."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    headers = {name: _header(message, name) for name in ("Subject", *SHOWN)}
    if not any(headers.values()):
        raise UnreadableFile("it has no sender, date or subject: not a mail, or cut off")
    found = _Found()
    _sort(message, found)
    held, notes = _held(found.files)
    writer = Writer()
    writer.heading(headers["Subject"] or "Mail without a subject", 1)
    for name in SHOWN:
        writer.row([f"{name}: {headers[name]}"] if headers[name] else [])
    parts: list[str] = [writer.finish()[0]]
    for part in found.texts:
        text, said = _text(part)
        parts.append(text)
        notes += said
    extract = finished(writer, _details(headers), notes, held)
    whole = "\n\n".join(filter(None, parts))
    return Extract(text=whole, details=extract.details, notes=extract.notes, held=extract.held)


def _header(message: EmailMessage, name: str) -> str:
    """A header as people read it; as it stands where it is not as it should be."""
    try:
        return one_line(str(message.get(name) or ""))
    except Exception:  # the parser of headers has many ways to fail on broken ones
        raw = (value for key, value in message.raw_items() if key.lower() == name.lower())
        return one_line(str(next(raw, "")))


def _details(headers: dict[str, str]) -> Details:
    name, address = parseaddr(headers["From"])
    day = None
    with suppress(ValueError, TypeError, IndexError):
        day = parsedate_to_datetime(headers["Date"]).date().isoformat()
    return Details(title=headers["Subject"] or None, author=name or address or None, date=day)


def _sort(part: Part, found: _Found) -> None:
    """Tell the texts of a mail from the files in it."""
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart":
        inside = [inner for inner in part.iter_parts() if hasattr(inner, "get_content_type")]
        if kind == "multipart/alternative":
            inside = _best(inside)
        for inner in inside:
            _sort(inner, found)
    elif kind in ("text/plain", "text/html") and not _name(part) and not part.is_attachment():
        found.texts.append(part)
    elif kind not in _SIGNATURES:
        found.files.append(part)


def _best(forms: list[Part]) -> list[Part]:
    """The one form of a text that is read: plain, if it says something, else the last."""
    plain = [form for form in forms if form.get_content_type() == "text/plain"]
    said = [form for form in plain if (form.get_payload(decode=True) or b"").strip()]
    return said[:1] or forms[-1:]


def _text(part: Part) -> tuple[str, list[str]]:
    """The text of a part in the form of `ingest.cutting.written`, and what is to be told of it."""
    content = part.get_payload(decode=True) or b""
    if not content.strip():
        return "", []
    text, notes = _decoded(content, part.get_content_charset())
    if part.get_content_type() == "text/html":
        with suppress(UnreadableFile):  # it has other parts
            writer, omitted = Writer(), Omitted()
            page = codecs.BOM_UTF8 + text.encode("utf-8", "replace")
            _, said = write_page(page, writer, omitted)
            return writer.finish()[0], [*notes, *said, *omitted.notes()]
        return "", notes
    writer = Writer()
    for block in outline_plain(text)[0]:
        words = text[block.start : block.end]
        if block.kind == "item":
            writer.item(words)
        else:
            writer.paragraph(words)
    return writer.finish()[0], notes


def _decoded(content: bytes, charset: str | None) -> tuple[str, list[str]]:
    """By what the part declares, where that holds; else as any text of unknown encoding."""
    if charset and charset != "us-ascii":
        with suppress(LookupError, UnicodeDecodeError):
            return with_plain_newlines(content.decode(charset)), []
    text, notes = decode(content)
    return text, list(notes)


def _held(parts: list[Part]) -> tuple[list[Held], list[str]]:
    """The files in a mail that are of kinds that are read, and a note on the others."""
    held: list[Held] = []
    others: list[str] = []
    for part in parts:
        name, content = _named(part)
        if part.get_content_maintype() == "image" and part.get("Content-ID"):
            continue  # it belongs to the look of the text
        if PurePath(name).suffix.lower() not in KINDS or len(held) == MOST_HELD:
            others.append(name)
        else:
            name = _free(name, [each.name for each in held])
            held.append(Held(name=name, content=base64.b64encode(content).decode()))
    if not others:
        return held, []
    more = "" if len(others) <= 5 else f" and {len(others) - 5:,} more"
    return held, [f"not read of what was sent with it: {', '.join(others[:5])}{more}"]


def _name(part: Part) -> str:
    """The name that a file was sent under, without folders."""
    try:
        said = one_line(part.get_filename() or "")
    except Exception:  # as for headers
        said = ""
    return PurePosixPath(said.replace("\\", "/")).name


def _named(part: Part) -> tuple[str, bytes]:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        name = _name(part) or (_header(inner, "Subject") or "mail").replace("/", " ")
        return _ending(name, ".eml"), inner.as_bytes(policy=policy.compat32)
    name = _name(part) or f"unnamed.{part.get_content_subtype()}"
    return _ending(name, PurePath(name).suffix), part.get_payload(decode=True) or b""


def _ending(name: str, ending: str) -> str:
    """A name that is not too long, with this ending."""
    return name.removesuffix(ending)[:NAME_CHARACTERS] + ending


def _free(name: str, taken: list[str]) -> str:
    names = (f"{PurePath(name).stem}-{n}{PurePath(name).suffix}" for n in range(2, MOST_HELD + 2))
    return name if name not in taken else next(each for each in names if each not in taken)
