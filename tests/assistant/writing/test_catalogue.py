"""`soundings models`: the list, what is set, and fetching from a small hub on the loopback."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.writing.service.catalogue import known_models

Command = Callable[..., tuple[int, str, str]]
PIECE = 10 * 1024 * 1024  # bytes that the hub's library takes at once
MODEL = b"GGUF" + bytes(range(256)) * 60_000


class Hub:
    """Serves MODEL for whatever is asked, as the hub does: a digest in the head, ranges. `says` is
    the digest; once `breaks`, it sends little more than a piece, and then nothing but errors;
    `ranges` is what was asked for."""

    def __init__(self) -> None:
        self.says = hashlib.sha256(MODEL).hexdigest()
        self.breaks = False
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def _head(self, begin: int) -> None:
                self.send_response(206 if begin else 200)
                self.send_header("etag", f'"{hub.says}"')
                self.send_header("x-repo-commit", "a" * 40)
                self.send_header("accept-ranges", "bytes")
                self.send_header("content-length", str(len(MODEL) - begin))
                if begin:
                    place = f"bytes {begin}-{len(MODEL) - 1}/{len(MODEL)}"
                    self.send_header("content-range", place)
                self.end_headers()

            def do_HEAD(self) -> None:
                self._head(0)

            def do_GET(self) -> None:
                asked = self.headers.get("range")
                hub.ranges.append(asked)
                begin = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
                if hub.breaks and begin:
                    self.send_error(403)
                    return
                self._head(begin)
                self.wfile.write(MODEL[begin : PIECE + 1000 if hub.breaks else None])
                self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    running = Hub()
    yield running
    running.close()


def fetch(home: Path, hub: Hub, name: str = "small") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: whether the hub may be asked is settled at the start."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "SOUNDINGS_"))}
    return subprocess.run(
        [sys.executable, "-m", "soundings", "--home", str(home), "models", "fetch", name],
        env={**known, "HF_ENDPOINT": hub.address, "HF_HUB_DISABLE_XET": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_model_is_fetched_checked_and_not_fetched_twice(tmp_path: Path, hub: Hub) -> None:
    done = fetch(tmp_path, hub)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "models" / known_models()[0].file
    assert file.read_bytes() == MODEL
    assert f"export SOUNDINGS_LLM=gguf:{file}" in done.stdout
    made = file.stat().st_mtime_ns
    assert fetch(tmp_path, hub).returncode == 0
    assert file.stat().st_mtime_ns == made


def test_what_was_cut_is_gone_on_with(tmp_path: Path, hub: Hub) -> None:
    hub.breaks = True
    cut = fetch(tmp_path, hub)
    assert cut.returncode == 1
    assert "Run the command again" in cut.stderr and "Traceback" not in cut.stderr
    assert not (tmp_path / "models" / known_models()[0].file).exists()
    hub.breaks, hub.ranges[:] = False, []
    assert fetch(tmp_path, hub).returncode == 0
    assert (tmp_path / "models" / known_models()[0].file).read_bytes() == MODEL
    assert hub.ranges[-1] == f"bytes={PIECE}-"


def test_what_is_not_what_the_hub_has_is_removed(tmp_path: Path, hub: Hub) -> None:
    hub.says = "0" * 64
    done = fetch(tmp_path, hub)
    assert done.returncode == 1
    assert "sha256" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "models" / known_models()[0].file).exists()


def test_a_hub_that_is_not_there_and_an_unknown_model_are_told(tmp_path: Path, hub: Hub) -> None:
    assert fetch(tmp_path, hub, "huge").returncode == 2
    hub.close()
    done = fetch(tmp_path, hub)
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr and "Traceback" not in done.stderr
    hub._server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    hub._thread = threading.Thread(target=hub._server.serve_forever, args=[0.05])
    hub._thread.start()


def test_the_list_says_what_serves_and_what_is_set(
    soundings: Command, tmp_path: Path, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = soundings("--home", tmp_path, "models")
    assert code == 0
    assert all(f"models fetch {model.name}" in out for model in known_models())
    assert "No language model is set: answers are quotes." in out
    monkeypatch.setenv("SOUNDINGS_LLM", service.address)
    told = json.loads(soundings("--home", tmp_path, "models", "--json")[1])
    assert [m["licence"] for m in told["models"]] == ["Apache-2.0"] * 3
    assert "serves: listed-first, other (window: does not tell" in told["now"]
    monkeypatch.setenv("SOUNDINGS_LLM", "http://127.0.0.1:9/v1")
    assert "does not serve: nobody answers" in soundings("--home", tmp_path, "models")[1]
