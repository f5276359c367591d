"""A run that is killed: invisible afterwards, swept up and completed by the next."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vectorstore import Store, StoreError

ROOT = Path(__file__).resolve().parents[2]

KILLED_RUN = '''
import os, signal, sys, threading, time
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
import conftest, ingest.job
from vectorstore.index import generation

place, moment = Path(sys.argv[3]), sys.argv[4]
desk = conftest.Desk(place)
ingest.job.open_encoder = lambda *_, **__: desk.encoder

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying:
    def step(self, name, total=None):
        if name == moment:
            die()
    def advance(self, parts=1):
        pass
    def file(self, name, state):
        pass

HALFWAY = """
import time
from vectorstore.index import generation
def stay(folder):
    (folder / "halfway").touch()
    time.sleep(600)
generation._sync = stay
"""

def die_when_the_child_writes():
    while not list((place / "home" / "index").glob(".building-*/generation/halfway")):
        time.sleep(0.005)
    die()

if moment == "the child writes":
    generation._CHILD = generation._CHILD.replace("child(sys", HALFWAY + "child(sys")
    threading.Thread(target=die_when_the_child_writes, daemon=True).start()
elif moment == "the new index is there":
    ingest.job.commit.__globals__["Library"].commit = die
elif moment == "the commit is done":
    generation.sweep = die
desk.ingest(progress=Dying())
'''


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize(
    "moment",
    [
        "Encoding sentences",
        "the child writes",
        "the new index is there",
        "the commit is done",
    ],
)
def test_a_killed_run_is_invisible_and_the_next_completes_it(desk: Any, moment: str) -> None:
    before = desk.state()
    desk.write("fish.txt", "A pike waits.")
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", KILLED_RUN, str(ROOT), here, str(desk.home.parent), moment]
    killed = subprocess.run(command, env={**os.environ}, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    for _ in range(600):  # half a minute for what ends with the run
        if not (left := builders_of(desk.home / "index")):
            break
        time.sleep(0.05)
    assert left == []

    announced: list[str] = []
    committed = moment == "the commit is done"
    assert (desk.library.fingerprint != before["fingerprint"]) == committed
    found = Store(desk.home, desk.library, desk.encoder, announced.append).searcher.search(
        "The red boat sails at dawn.", 1
    )
    assert found.hits[0].passage.source == "boats"
    assert announced == []

    report = desk.ingest()
    assert report.counts["added"] == (0 if committed else 1)
    generation = desk.library.meta("generation")
    assert [folder.name for folder in (desk.home / "index").iterdir()] == [generation]
    store = Store(desk.home, desk.library, desk.encoder, announced.append)
    assert store.searcher.search("A pike waits.", 1).hits[0].passage.source == "fish"
    assert announced == []


def builders_of(index: Path) -> list[str]:
    """The processes that build something there."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if f"{index}/.building-".encode() in command.read_bytes():
                found.append(command.parent.name)
    return found


@pytest.mark.parametrize("room", [1_000, 100_000])
def test_a_full_disk_leaves_the_library_as_it_was(desk: Any, room: int) -> None:
    """No file may grow beyond so many bytes: the library, its log or the index are in the way."""
    resource = pytest.importorskip("resource")
    before = desk.state()
    desk.write("fish.txt", "A pike waits. " * 20 + "\n\n" + "It eats frogs now and then. " * 2_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(StoreError):
            desk.ingest()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert desk.state() == before
    announced: list[str] = []
    store = Store(desk.home, desk.library, desk.encoder, announced.append)
    assert store.searcher.search("The red boat sails at dawn.", 1).hits[0].passage.source == "boats"
    assert announced == []
    assert desk.ingest().counts["added"] == 1
    assert len(list((desk.home / "index").iterdir())) == 1
