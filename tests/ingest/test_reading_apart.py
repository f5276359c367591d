"""Every kind of file is read in a process apart: what one costs stays there."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import IngestSettings, UnreadableFile
from ingest.cli import _interrupted
from ingest.cutting.outline import outline_markdown
from ingest.cutting.segment import passages
from ingest.documents import DETAIL_CHARACTERS
from ingest.errors import Stopped
from ingest.job import Quiet, read_all
from ingest.readers import read_file
from ingest.readers.apart import Reading
from tests.conftest import ROOT

TEXTS = {
    "a.txt": "A boat sails.", "a.md": "# Boats\n\nA boat sails.",
    "a.jsonl": '{"id": "a", "text": "A boat sails."}\n{"id": "b", "text": "An owl hoots."}',
    "a.csv": "Boat,Speed\nWren,5\nOwl,7\n", "a.html": "<p>A boat sails.</p>",
}  # fmt: skip


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    with Reading() as reading:
        yield reading


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_read_apart_is_the_file_as_it_is_read_here(
    reading: Reading, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(TEXTS[name])
    assert reading.read(tmp_path / name) == read_file(tmp_path / name)
    assert reading.started == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it")
def test_the_reader_knows_no_secret_and_gains_no_privilege(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDINGS_LLM_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    (tmp_path / "a.txt").write_text("A boat sails.")
    with Reading() as reading:
        reading.read(tmp_path / "a.txt")
        assert reading._worker is not None
        place = Path("/proc") / str(reading._worker.process.pid)
        assert b"secret" not in (place / "environ").read_bytes()
        assert b"proxy" not in (place / "environ").read_bytes()
        assert "NoNewPrivs:\t1" in (place / "status").read_text()
        limits = (place / "limits").read_text()
    [size] = [line for line in limits.splitlines() if line.startswith("Max file size")]
    assert size.split()[3] == "0"


def test_any_error_of_a_reader_is_one_line_of_the_report(tmp_path: Path) -> None:
    for name, content in {
        "title.md": "---\ntitle: !!bool foo\n---\nA wren sings.",
        "deep.jsonl": '{"id": "a", "text": ' + "[" * 100_000,
        "good.txt": "A boat sails.",
    }.items():
        (tmp_path / name).write_text(content)
    files, documents = read_all([tmp_path], Quiet())
    assert [Path(file.path).name for file in files] == ["deep.jsonl"]
    assert {Path(d.origin).name for d in documents} == {"title.md", "good.txt"}


def test_a_reader_that_breaks_is_one_line_and_the_next_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A boat sails.")
    with Reading() as reading:
        reading.read(tmp_path / "a.txt")
        assert reading._worker is not None
        os.kill(reading._worker.process.pid, signal.SIGKILL)
        with pytest.raises(UnreadableFile, match="broke down"):
            reading.read(tmp_path / "a.txt")
        assert reading.read(tmp_path / "a.txt")[0].text == "A boat sails."
        assert reading.started == 2


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no limit on memory here")
def test_a_text_that_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "large.jsonl").write_text('{"id": "a", "text": [' + "[]," * 10_000_000)
    with Reading(memory=200_000_000) as reading, pytest.raises(UnreadableFile, match="memory"):
        reading.read(tmp_path / "large.jsonl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_reading_is_stopped_in_the_midst_of_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.txt")  # reading it waits for somebody to write
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    with Reading(stop=stop) as reading:
        with pytest.raises(Stopped, match="as it was"):
            reading.read(tmp_path / "slow.txt")
        assert reading._worker is None


def test_a_run_that_is_stopped_leaves_the_library_as_it_was(desk: Any) -> None:
    before = desk.state()
    stop = threading.Event()

    class Impatient(Quiet):
        def step(self, name: str, total: int | None = None) -> None:
            if name.startswith("Encoding"):
                stop.set()

    desk.write("new.txt", "A new text. It was never read before.")
    with pytest.raises(Stopped):
        desk.ingest(progress=Impatient(), stop=stop)
    assert desk.state() == before
    assert desk.ingest().counts["added"] == 1


def test_ctrl_c_that_a_library_swallows_ends_the_run_all_the_same() -> None:
    with pytest.raises(KeyboardInterrupt), _interrupted() as stop:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        raise Stopped("stopped")


@pytest.mark.skipif(os.name != "posix", reason="signals of another kind")
def test_ctrl_c_ends_the_command_with_one_line(desk: Any) -> None:
    before = desk.state()
    desk.write("new.txt", "A new text.\n\n" * 5_000)
    running = subprocess.Popen(
        [sys.executable, ROOT / "soundings.py", "--home", desk.home, "ingest", desk.folder],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert running.stderr is not None
    assert running.stderr.readline().startswith("Reading files")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    assert said.splitlines()[-1] == "soundings: stopped. The library is as it was."
    assert "Traceback" not in said
    assert desk.state() == before


def test_the_next_run_has_the_worker_of_the_last_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A boat sails.")
    pids = []
    for _ in range(2):
        with Reading(seconds=59) as reading:
            reading.read(tmp_path / "a.txt")
            assert reading._worker is not None
            pids.append(reading._worker.process.pid)
    assert pids[0] == pids[1]


# Sizes and times: as ratios


def seconds(text: str) -> float:
    """The least of three times: others use the processor's caches, too."""

    def once() -> float:
        begun = time.process_time()
        outline_markdown(text)
        return time.process_time() - begun

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    "unit", ["word word\n", "a <!-- b --> c\n", "a\n===\n", "- a\n  b\n", "> a\n", "[a]: b (c)\n"]
)
def test_an_outline_takes_time_in_proportion_to_the_text(unit: str) -> None:
    seconds(unit * 1_000)
    assert seconds(unit * 80_000) < 24 * seconds(unit * 10_000)


@pytest.mark.parametrize("form", ["# {}\n\n", "{}\n===\n\n", "# Short\n\n### {}\n\n"])
def test_a_heading_without_end_does_not_stand_before_each_passage(
    tmp_path: Path, form: str
) -> None:
    text = form.format("endless " * 25_000) + "A boat sails. It is red.\n\n" * 2_000
    (tmp_path / "a.md").write_text(text)
    [document] = read_file(tmp_path / "a.md")
    found = passages(document, IngestSettings())
    assert sum(len(passage.heading) for passage in found) < len(text)
    assert len(document.details.title or "") <= DETAIL_CHARACTERS


def test_a_title_without_end_is_cut(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"id": "a", "title": "{"x" * 90_000}", "text": "T."}}')
    title = read_file(tmp_path / "a.jsonl")[0].details.title
    assert title is not None and len(title) == DETAIL_CHARACTERS and title.endswith("…")


# What is not shown is not quoted


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("A <!-- no --> b.", ["A", "b."]),
        ("A\n<!-- no\nno --> b.\nc", ["A", "b.\nc"]),
        ("<!-- no\n\nno", []),
        ("[//]: # (no)\n\nYes.\n\n[a]: http://b 'no'", ["Yes."]),
        ("[^1]: Yes.", ["[^1]: Yes."]),
        ("```\n<!-- yes -->\n```", ["<!-- yes -->"]),
    ],
)
def test_comments_in_markdown_are_in_no_block(text: str, blocks: list[str]) -> None:
    found, _ = outline_markdown(text)
    assert [text[b.start : b.end] for b in found] == blocks
