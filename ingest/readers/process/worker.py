"""The process in which files from anywhere are read: one request a line, lines of answers to each.

It may use so much memory and processor time, writes no file, gains no privilege, and says nothing
on its own.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers import read_parts
from ingest.readers.process.wire import Message, to_line

OPEN_FILES = 64
MOST_ANSWER = 1_000_000_000  # bytes that are said of one file
_NO_NEW_PRIVS = 38  # linux/prctl.h


def serve(seconds: int, memory: int) -> None:
    """Answer each `{"path": …}` with messages, the last of which is its end; where it names a
    `page`, with that page as it is printed."""
    answers = _answers_alone()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for us
    _without_new_privileges()
    at_first = _in_use()
    _limit(at_first + memory)
    for line in sys.stdin.buffer:
        _limit_time(seconds)
        refused = None
        try:
            asked = json.loads(line)
            path = Path(asked.pop("path"))
            for part in _drawn(path, **asked) if asked else _lines(path):
                answers.write(part)
        except UnreadableFile as exc:
            refused = str(exc)
        except MemoryError:
            refused = "it needs more memory than a file is given, and was stopped"
        except ValueError as exc:  # a text that cannot be said
            refused = f"its text cannot be kept: {' '.join(str(exc).split())[:200]}"
        spent = _in_use() > at_first + memory // 2
        answers.write(to_line(Message(refused=refused, end=True, spent=spent)))
        answers.flush()


def _lines(path: Path) -> Iterator[bytes]:
    said = 0
    for part in read_parts(path):
        known = Message(document=part) if isinstance(part, Document) else Message(held=part)
        line = to_line(known)
        said += len(line)
        if said > MOST_ANSWER:
            raise UnreadableFile("it gives more text than is kept of one file. Save it in parts")
        yield line


def _drawn(path: Path, page: int, quote: str, at: float) -> Iterator[bytes]:
    from ingest.printed.picture import picture_of

    yield to_line(Message(picture=picture_of(path, page, quote, at)))


def _answers_alone() -> BinaryIO:
    """Standard output for answers; what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _without_new_privileges() -> None:
    """No program that this process might come to run has more rights than it. Linux alone."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)


def _limit(address_space: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit alone, which the other side keeps
        return
    for which, most in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        try:
            hard = resource.getrlimit(which)[1]
            resource.setrlimit(which, (most if hard < 0 else min(most, hard), hard))
        except (ValueError, OSError):  # a system without this limit
            continue


def _in_use() -> int:
    """The address space that this process takes, in bytes; a guess where nobody tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 1_000_000_000
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit_time(seconds: int) -> None:
    """Ends this process where nobody is left to stop it."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 5
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard < 0 else min(most, hard), hard))
