"""Reading in a process apart: a file that breaks its reader costs one line of the report."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingest.documents import Details, Document
from ingest.errors import UnreadableFile
from ingest.readers import WRITTEN, check_file, from_extract, read_file
from ingest.readers.extract import Extract

SECONDS = 60
MEMORY = 1_500_000_000  # bytes of address space above what the interpreter takes itself

_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from ingest.readers.worker import serve
serve(int(sys.argv[2]), int(sys.argv[3]))
"""


class Reading:
    """Reads files one after the other. Use as a context manager.

    Plain text is read here. All other kinds go to one worker, which is started at the first of
    them and again after one that broke it, took longer than `seconds` or left it short of `memory`.
    `ocr` says how pages that are only pictures are read (see IngestSettings).
    """

    def __init__(self, *, seconds: int = SECONDS, memory: int = MEMORY, ocr: str = "auto") -> None:
        self.seconds, self.memory, self.ocr = seconds, memory, ocr
        self.started = 0  # how many workers there were
        self._worker: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

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
        if check_file(path) not in WRITTEN:
            return read_file(path)
        answer = self._ask(path)
        if answer["spent"]:
            self.close()
        if "refused" in answer:
            raise UnreadableFile(answer["refused"])
        fields = answer["extract"]
        found = Extract(
            text=fields["text"],
            pages=tuple(fields["pages"]),
            details=Details(**fields["details"]),
            notes=tuple(fields["notes"]),
            recognized=tuple(fields["recognized"]),
        )
        return [from_extract(path, answer["file_sha256"], found)]

    def close(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _ask(self, path: Path) -> dict[str, Any]:
        worker = self._worker or self._start()
        assert worker.stdin is not None
        with contextlib.suppress(OSError):  # a worker that has ended is told of below
            worker.stdin.write(json.dumps({"path": str(path)}).encode() + b"\n")
            worker.stdin.flush()
        try:
            line = self._answers.get(timeout=self.seconds)
        except queue.Empty:
            self.close()
            raise UnreadableFile(
                f"reading it took more than {self.seconds} seconds and was stopped. "
                "Save it in parts, or allow more: SOUNDINGS_READ_SECONDS"
            ) from None
        if not line:
            code = worker.wait()
            self.close()
            raise UnreadableFile(
                f"its reader broke down ({_how(code)}): damaged, or in need of more than the "
                f"{self.memory // 1_000_000:,} MB of memory that a file is given"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parent.parent.parent)
        command = [sys.executable, "-P", "-c", _CHILD, root, str(self.seconds), str(self.memory)]
        told = {"SOUNDINGS_OCR": self.ocr, "SOUNDINGS_READ_SECONDS": str(self.seconds)}
        worker = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | told,
        )
        self._worker, self._answers = worker, queue.SimpleQueue()
        self.started += 1
        threading.Thread(target=_listen, args=(worker, self._answers), daemon=True).start()
        return worker


def _listen(worker: subprocess.Popen[bytes], answers: "queue.SimpleQueue[bytes]") -> None:
    """Pass on what a worker says, a line at a time; an empty one when it has ended."""
    assert worker.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # the pipe was closed on us
        for line in worker.stdout:
            answers.put(line)
    answers.put(b"")


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
