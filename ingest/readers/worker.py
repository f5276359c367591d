"""The process in which files from anywhere are read: one request a line, one answer a line.

It may use so much memory and processor time, writes no file, and says nothing on its own.
"""

import hashlib
import json
import os
import signal
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ingest.errors import UnreadableFile
from ingest.readers import extract

OPEN_FILES = 64


def serve(seconds: int, memory: int) -> None:
    """Answer `{"path": …}` with `{"file_sha256": …, "extract": …}` or `{"refused": …}`.

    Where memory is not given back, `spent` says that the next file needs another process.
    """
    answers = _answers_alone()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for us
    at_first = _in_use()
    _limit(at_first + memory)
    for line in sys.stdin.buffer:
        _limit_time(seconds)
        answer = _answer(Path(json.loads(line)["path"]))
        answer["spent"] = _in_use() > at_first + memory // 2
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answer(path: Path) -> dict[str, object]:
    try:
        content = path.read_bytes()
        if not content.strip():
            return {"refused": "the file is empty"}
        file_sha256 = hashlib.sha256(content).hexdigest()
        del content
        return {"file_sha256": file_sha256, "extract": asdict(extract(path))}
    except UnreadableFile as exc:
        return {"refused": str(exc)}
    except OSError as exc:
        return {"refused": f"cannot be opened: {exc.strerror or exc}"}


def _answers_alone() -> BinaryIO:
    """Standard output for answers; what a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


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
