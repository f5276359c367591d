"""A process that reads, as the one that asks sees it; one is kept warm from run to run.

To start one costs half a second, which a single note would otherwise pay each time.
"""

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

from ingest.readers.process.worker import MOST_ANSWER

WARM_SECONDS = 60.0  # that an idle one is kept

# All that a reader needs to know of where it runs: no key, no password, no proxy.
_KEPT = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "TESSDATA_PREFIX", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
)  # fmt: skip
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from ingest.readers.process.worker import serve
serve(int(sys.argv[2]), int(sys.argv[3]))
"""
_warm: dict[tuple[int, int, str], "Worker"] = {}  # at most one of each kind
_lock = threading.Lock()


class Worker:
    """One process, with so many seconds and bytes of memory a file. `ocr` as in IngestSettings."""

    def __init__(self, seconds: int, memory: int, ocr: str) -> None:
        self.kind = (seconds, memory, ocr)
        self.answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        root = str(Path(__file__).resolve().parents[3])
        told = {"SOUNDINGS_OCR": ocr, "SOUNDINGS_READ_SECONDS": str(seconds)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD, root, str(seconds), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}
            | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            | told,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, path: Path, **about: str | float) -> None:
        """Ask for a file, or `about` a page of it. What is said of it, line by line, is in
        `answers`; an empty line says that the process has ended."""
        assert self.process.stdin is not None
        asked = json.dumps({"path": str(path), **about})
        with contextlib.suppress(OSError):  # it has ended, which its answer tells
            self.process.stdin.write(asked.encode() + b"\n")
            self.process.stdin.flush()

    def ended(self) -> str:
        """How a process that said its last line ended, in words."""
        code = self.process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def end(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # the pipe was closed on us
            while line := self.process.stdout.readline(MOST_ANSWER):
                self.answers.put(line)
        self.answers.put(b"")


def taken(seconds: int, memory: int, ocr: str) -> Worker:
    """A worker of this kind: the warm one, or a new one."""
    with _lock:
        warm = _warm.pop((seconds, memory, ocr), None)
    if warm is not None and warm.process.poll() is None:
        return warm
    return Worker(seconds, memory, ocr)


def given_back(worker: Worker) -> None:
    """Keep a worker that waits for a file, for a while, or end it where one is kept already."""
    with _lock:
        if _warm.setdefault(worker.kind, worker) is not worker:
            worker.end()
            return
    timer = threading.Timer(WARM_SECONDS, _cool, [worker])
    timer.daemon = True
    timer.start()


def _cool(worker: Worker) -> None:
    with _lock:
        if _warm.get(worker.kind) is worker:
            _warm.pop(worker.kind).end()


@atexit.register
def _end_all() -> None:
    with _lock:
        while _warm:
            _warm.popitem()[1].end()
