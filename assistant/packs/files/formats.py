"""A pack as a file to give out: its bytes, its kind, its name."""

import json
import re
import unicodedata
from dataclasses import dataclass

from assistant.keeping.places import Sources
from assistant.packs.files.document import to_docx
from assistant.packs.files.markdown import Part, to_markdown
from assistant.packs.files.slides import to_pptx
from assistant.packs.models import Pack

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FORMATS = {
    "docx": DOCX,
    "pptx": PPTX,
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
WHOLE = frozenset(("json", "pptx"))  # formats that hold the whole pack always
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """A file: what is in it, its media type, and the name that it is saved under."""

    content: bytes
    media: str
    name: str


def pack_file(pack: Pack, sources: Sources, format: str, part: Part) -> PackFile:
    """The pack, or a part of it, in one of FORMATS; those of WHOLE hold the whole pack always."""
    part = Part.ALL if format in WHOLE else part
    if format == "pptx":
        content = to_pptx(pack, sources)
    elif format == "docx":
        content = to_docx(pack, sources, part)
    elif format == "json":
        content = (json.dumps(pack.to_json(), ensure_ascii=False, indent=2) + "\n").encode()
    else:
        content = to_markdown(pack, sources, part).encode()
    what = {Part.ALL: "pack", Part.HANDOUT: "hand-out"}.get(part, str(part))
    return PackFile(content=content, media=FORMATS[format], name=f"{what}-{_plain(pack)}.{format}")


def _plain(pack: Pack) -> str:
    """The topic as a part of a file's name, in letters that every system takes."""
    folded = unicodedata.normalize("NFKD", pack.request.topic).encode("ascii", "ignore").decode()
    name = "-".join(re.findall(r"[a-z0-9]+", folded.lower()))[:_LONGEST_NAME].strip("-")
    return name or "topic"
