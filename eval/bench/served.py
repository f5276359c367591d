"""The program as it is, served on a free port of the loopback, for the benches that speak to it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(home: Path, log: Path | None = None) -> Iterator[tuple[str, int]]:
    """Its address and its process, for as long as this is entered. What it says to standard error
    goes to `log`, if there is one."""
    command = [sys.executable, "-m", "soundings", "--home", str(home), "chat", "--port", "0"]
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=log.open("w") if log else None,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise SystemExit("the program did not start")
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait()
