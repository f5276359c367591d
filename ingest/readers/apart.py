"""Reading in a process apart: a file that breaks its reader costs one line of the report."""

import base64
import contextlib
import queue
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from types import TracebackType
from typing import Self

from ingest.documents import Document
from ingest.errors import Stopped, UnreadableFile
from ingest.readers import KINDS, check_file
from ingest.readers.extract import Held
from ingest.readers.process.started import Worker, given_back, taken
from ingest.readers.process.wire import Message, Picture, from_line

SECONDS = 60
MEMORY = 1_500_000_000  # bytes of address space above what the interpreter takes itself
LOOKS = 0.2  # seconds between looks whether the reading was stopped
DEEPEST = 3  # files in files in files


class Reading:
    """Reads files one after the other. Use as a context manager.

    All of them go to one worker, which is had at the first and anew after a file that broke it,
    took longer than `seconds` or left it short of `memory`. `ocr` says how pages that are only
    pictures are read (see IngestSettings). Once `stop` is set, `read` raises Stopped.
    """

    def __init__(
        self,
        *,
        seconds: int = SECONDS,
        memory: int = MEMORY,
        ocr: str = "auto",
        stop: threading.Event | None = None,
    ) -> None:
        self.seconds, self.memory, self.ocr = seconds, memory, ocr
        self.started = 0  # how many workers it took
        self._stop = stop or threading.Event()
        self._worker: Worker | None = None
        self._at_rest = False  # whether it waits to be asked

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, path: Path) -> list[Document]:
        """The documents in a file, in order. Raises UnreadableFile saying why and what to do."""
        return self._read(path, 1)

    def page(self, path: Path, number: int, quote: str, at: float) -> Picture:
        """A page of a PDF as it is printed; see `ingest.printed.picture`. Raises UnreadableFile."""
        heard = self._said(path, page=number, quote=quote, at=at)
        return next(message.picture for message in heard if message.picture is not None)

    def close(self) -> None:
        """Let the worker go, if there is one."""
        worker, self._worker = self._worker, None
        if worker is not None and self._at_rest:
            given_back(worker)
        elif worker is not None:
            worker.end()

    def _read(self, path: Path, depth: int) -> list[Document]:
        check_file(path)
        said = self._said(path)
        documents = [message.document for message in said if message.document is not None]
        held = [message.held for message in said if message.held is not None]
        return self._with_held(path, documents, held, depth) if held else documents

    def _said(self, path: Path, **about: str | float) -> list[Message]:
        """All that is said of a file. Raises UnreadableFile."""
        said: list[Message] = []
        until = time.monotonic() + self.seconds
        self._ask(path, **about)
        while not (message := self._heard(until)).end:
            said.append(message)
        if message.spent:
            self.close()
        if message.refused is not None:
            raise UnreadableFile(message.refused)
        return said

    def _with_held(
        self, path: Path, documents: list[Document], held: Sequence[Held], depth: int
    ) -> list[Document]:
        """The documents of a file and those of the files in it, each read like any other; what
        cannot be read is a note on the first."""
        notes: list[str] = []
        inside: list[Document] = []
        with tempfile.TemporaryDirectory() as folder:
            for number, part in enumerate(held):
                ending = PurePath(part.name).suffix.lower()
                place = Path(folder).resolve() / f"{number}{ending if ending in KINDS else ''}"
                try:
                    if depth == DEEPEST:
                        raise UnreadableFile("it lies too deep in other files")
                    place.write_bytes(base64.b64decode(part.content))
                    found = self._read(place, depth + 1)
                except UnreadableFile as exc:
                    notes.append(f"its attachment '{part.name}' was not read: {exc}")
                    continue
                inside += (_held_by(path, part, place, document) for document in found)
        first, *others = documents
        return [replace(first, notes=(*first.notes, *notes)), *others, *inside]

    def _ask(self, path: Path, **about: str | float) -> None:
        if self._worker is None:
            self._worker = taken(self.seconds, self.memory, self.ocr)
            self.started += 1
        self._at_rest = False
        self._worker.ask(path, **about)

    def _heard(self, until: float) -> Message:
        """The next message; the worker is ended where none comes."""
        assert self._worker is not None
        line = None
        while line is None:
            if self._stop.is_set():
                self.close()
                raise Stopped("stopped. The library is as it was.")
            if time.monotonic() > until:
                self.close()
                raise UnreadableFile(
                    f"reading it took more than {self.seconds} seconds and was stopped. "
                    "Save it in parts, or allow more: SOUNDINGS_READ_SECONDS"
                )
            with contextlib.suppress(queue.Empty):
                line = self._worker.answers.get(timeout=LOOKS)
        try:
            message = from_line(line)
        except ValueError:  # it has ended, or says what nobody asked
            worker, self._worker = self._worker, None
            how = "it said what is no answer" if line else worker.ended()
            worker.end()
            raise UnreadableFile(
                f"its reader broke down ({how}): damaged, or in need of more than the "
                f"{self.memory // 1_000_000:,} MB of memory that a file is given"
            ) from None
        self._at_rest = message.end and not message.spent
        return message


def _held_by(path: Path, part: Held, place: Path, document: Document) -> Document:
    """A document of a file that lies in another, known by both their names."""
    record = document.origin.removeprefix(str(place))
    name = document.name if record else PurePath(part.name).stem
    return replace(document, name=name, origin=f"{path}#{part.name}{record}")
