"""Office files are ZIP archives of XML: checked before they are unpacked, parsed without trust."""

import re
import zipfile
import zlib
from pathlib import Path

from lxml import etree

from ingest.errors import UnreadableFile

MOST_MEMBERS = 10_000
MOST_UNPACKED = 600_000_000
MOST_XML = 100_000_000
MOST_RATIO = 200  # real documents stay under 30; a bomb reaches 1,000
SMALL = 5_000_000  # below this no ratio is dangerous
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARES = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")


def check_archive(path: Path, wanted: str) -> None:
    """Refuse an archive that is damaged, a bomb, encrypted, or lacks the member `wanted`.

    The sizes it declares are the most that Python's zipfile unpacks of each member, so that their
    sum is a limit and not a promise. Raises UnreadableFile.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_totals(members, path.stat().st_size)
            if wanted not in archive.namelist():
                raise UnreadableFile(
                    f"the archive holds no {wanted}: another kind of file, renamed?"
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and member.file_size:
                    _check_xml(archive, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as exc:
        with path.open("rb") as stream:
            start = stream.read(8)
        if start == _OLD_OFFICE:
            raise UnreadableFile(
                "protected by a password, or of an old kind. Save it without, in today's format"
            ) from exc
        raise UnreadableFile(f"damaged or cut off ({exc}). Take a whole copy of it") from exc


def _check_totals(members: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(member.file_size for member in members)
    xml = sum(m.file_size for m in members if m.filename.endswith((".xml", ".rels")))
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(f"it packs {len(members):,} files, at most {MOST_MEMBERS:,} are read")
    if total > MOST_UNPACKED or xml > MOST_XML or (total > SMALL and total > MOST_RATIO * size):
        raise UnreadableFile(
            f"it would unpack {size:,} bytes to {total:,}, which no real document does"
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableFile("protected by a password. Save it without one")


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No office program declares entities: they read other files, or grow without end."""
    if member.filename == "META-INF/manifest.xml":  # old ones name their DTD; it is not parsed
        return
    if _DECLARES.search(archive.read(member)):
        raise UnreadableFile(
            f"{member.filename} declares a document type or entities, which are not read. "
            "Open it in its program and save it anew"
        )


def parse_member(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """One XML member of an archive, without entities, network or DTD. KeyError where missing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(archive.read(name), parser)
