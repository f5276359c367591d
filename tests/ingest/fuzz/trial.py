"""One broken file, read as an ingest reads it, and what must hold whatever it is like."""

import os
import resource
import tempfile
from pathlib import Path

from hypothesis import currently_in_test_context, target

from ingest.cutting.segment import passages
from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers.apart import Reading
from ingest.settings import IngestSettings

LONGEST = 10.0  # seconds of the processor for a file of some kilobytes
LONGEST_REASON = 900  # characters
_NOT_SAID = ("Traceback", "broke down", "took more than")


class Trial:
    """Reads files in a process with today's limits. Use as a context manager.

    Both processes are given a folder of their own for temporary files, so that one that is left
    there is seen.
    """

    def __init__(self, folder: Path) -> None:
        self._files, self._temporary = folder / "files", folder / "temporary"
        for each in (self._files, self._temporary):
            each.mkdir()
        self.documents: list[Document] = []  # of the last file, or why there are none
        self.refused = ""
        self.reading = Reading(ocr="off", seconds=61)  # no other test shares this process

    def __enter__(self) -> "Trial":
        self._before = os.environ.get("TMPDIR"), tempfile.tempdir
        os.environ["TMPDIR"] = tempfile.tempdir = str(self._temporary)
        return self

    def __exit__(self, *_: object) -> None:
        self.reading.close()
        before, tempfile.tempdir = self._before
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)

    def trouble(self, kind: str, content: bytes) -> str:
        """What went wrong with a file of these bytes; empty where all that must hold held."""
        path = self._files / f"a.{kind}"
        path.write_bytes(content)
        begun, used = _own_seconds(), self._seconds()
        self.documents, self.refused = [], ""
        try:
            self.documents = self.reading.read(path)
            for document in self.documents:
                _check(document)
        except UnreadableFile as exc:
            self.refused = str(exc)
            if said := _unreadable(self.refused):
                return said
        except Exception as exc:
            return f"{type(exc).__name__}: {' '.join(str(exc).split())[:200]}"
        if left := sorted(each.name for each in self._temporary.iterdir()):
            return f"it left {left} behind"
        if (peak := self._peak()) > self.reading.memory:
            return f"it took {peak:,} bytes of memory"
        taken = max(_own_seconds() - begun, self._seconds() - used)
        if currently_in_test_context():
            target(min(taken, LONGEST), label="seconds of the processor")
        return f"it took {taken:.0f} seconds" if taken > LONGEST else ""

    def _seconds(self) -> float:
        """The processor's time that the process apart has taken so far; 0 where nobody tells."""
        try:
            fields = Path(f"/proc/{self._pid()}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def _peak(self) -> int:
        """The most memory that it ever had in use, in bytes."""
        try:
            lines = Path(f"/proc/{self._pid()}/status").read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)

    def _pid(self) -> int:
        worker = self.reading._worker
        return worker.process.pid if worker is not None else 0


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _unreadable(reason: str) -> str:
    """What is wrong with a reason: it has to be one line that people can read."""
    if not reason.isprintable() or len(reason) > LONGEST_REASON or not reason.strip():
        return f"a reason that nobody can read: {reason[:200]!r}"
    found = [each for each in _NOT_SAID if each in reason]
    return f"the reading came to no good end: {reason}" if found else ""


def _check(document: Document) -> None:
    """Raises AssertionError where a document would not do in a library."""
    text = document.text
    assert text.encode() and text.strip(), "a text that holds nothing"
    places = [place for block in document.blocks for place in (block.start, block.end)]
    assert places == sorted(places) and 0 <= places[0] <= places[-1] <= len(text), "blocks"
    assert all(text[h.start : h.end].strip() for h in document.headings), "headings"
    assert list(document.pages) == sorted(document.pages), "pages"
    assert all(note.isprintable() for note in document.notes), f"a note: {document.notes!r}"
    for passage in passages(document, IngestSettings()):
        assert 0 <= passage.start < passage.end <= len(text), "passages"
