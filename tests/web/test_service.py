"""What operators ask: health, counters, the log and traces; and an end that lets answers finish."""

import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families

from assistant import Engine
from soundings import build_page
from tests.conftest import settings_of
from tests.serving import client, serving
from vectorstore.errors import SoundingsError
from web.faults import install
from web.guard import Guard
from web.identity.door import Door
from web.identity.users import Users
from web.reach import Reach
from web.service import logs
from web.service.deeds import Deed, tell
from web.service.health import Health
from web.service.tracing import open_tracing
from web.service.watched import Watched
from web.settings import PageSettings

pytest_plugins = ["tests.serving"]

SOON = 20
TOKEN = "a token for Prometheus alone"
WOOD = "What is Julie Wood's central argument?"


def app() -> FastAPI:
    made = FastAPI(openapi_url=None)
    install(made)
    made.state.go, made.state.begun = threading.Event(), threading.Event()

    @made.get("/fail")
    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    @made.get("/wait")
    def wait() -> str:
        made.state.begun.set()
        made.state.go.wait(SOON)
        return "done"

    @made.get("/about/{name}")
    def about(name: str) -> str:
        return name

    return made


@contextmanager
def watched(made: FastAPI | None = None, health: Health | None = None) -> Iterator[httpx.Client]:
    guarded = Guard(made or app(), also=["/fail", "/wait", "/about/{name}"])
    outer = Watched(guarded, health=health or Health({}), token=TOKEN, tracing=open_tracing())
    with serving(outer) as at, httpx.Client(base_url=at, trust_env=False, timeout=SOON) as program:
        yield program


def counted(program: httpx.Client) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    reply = program.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.status_code == 200, reply.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_anybody_is_told_that_it_is_alive_and_nothing_more(address: str) -> None:
    with client(address) as nobody:
        for name in (None, "10.0.0.7:7860"):  # as a prober calls a machine
            reply = nobody.get("/healthz", headers={"Host": name} if name else {})
            assert reply.status_code == 200 and reply.json() == {"alive": True}
        assert nobody.post("/healthz").status_code == 405
        assert nobody.get("/metrics").status_code in (401, 404)  # no token was set: not there


def test_the_real_page_is_ready_once_it_can_search(address: str) -> None:
    with client(address) as nobody:
        began = time.monotonic()
        while (reply := nobody.get("/readyz")).status_code != 200:
            assert time.monotonic() - began < 120, reply.text
    assert reply.json() == {"ready": True, "parts": {"library": True, "search": True}}


def test_a_part_that_fails_is_named_without_its_reason_and_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    why: list[str] = ["the server at http://secret.example does not answer"]
    now = [0.0]

    def look() -> None:
        if why:
            raise SoundingsError(why[0])

    health = Health({"library": lambda: None, "search": look}, clock=lambda: now[0])
    with watched(health=health) as program:
        reply = program.get("/readyz")
        assert reply.status_code == 503 and "secret" not in reply.text
        assert reply.json() == {"ready": False, "parts": {"library": True, "search": False}}
        why.clear()
        assert program.get("/readyz").status_code == 503  # it was looked at just now
        now[0] += 60
        assert program.get("/readyz").status_code == 200
    assert "http://secret.example" in caplog.text and "ready again: search" in caplog.text


def test_a_part_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.service.health.PATIENCE", 0.2)
    go = threading.Event()
    health = Health({"library": lambda: None, "search": lambda: go.wait(SOON)})
    with watched(health=health) as program:
        parts = program.get("/readyz").json()["parts"]
        assert parts == {"library": True, "search": False}
        assert program.get("/healthz").status_code == 200
        go.set()
        began = time.monotonic()
        while program.get("/readyz").status_code != 200:
            assert time.monotonic() - began < SOON


def test_counters_are_for_the_token_alone() -> None:
    with watched() as program:
        assert program.get("/metrics").status_code == 401
        for given in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"):
            headers = {"Authorization": given.encode("latin-1")}
            assert program.get("/metrics", headers=headers).status_code == 401
        assert counted(program)
    with serving(Watched(app(), health=Health({}))) as at:
        assert httpx.get(f"{at}/metrics", trust_env=False).status_code == 404


def test_requests_are_counted_by_the_address_that_is_served() -> None:
    with watched() as program:
        before = counted(program)
        for name in ("mary", "leo", "ann"):
            program.get(f"/about/{name}")
        for number in range(3):
            program.get(f"/nothing/{number}")
        program.get("/fail")
        after = counted(program)

    def more(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    total = "soundings_requests_total"
    assert more(total, "/about/{name}", "200") == 3
    assert more(total, "other", "404") == 3
    assert more(total, "/fail", "500") == 1
    assert more("soundings_request_seconds_count", "/about/{name}") == 3
    assert not any("mary" in part for key in after for part in key)


def test_questions_are_counted_by_what_came_of_them_and_the_library_has_its_size(
    noting: Engine, starter_home: Path, people_home: Path, tokens: dict[str, str]
) -> None:
    settings = settings_of(starter_home, {"SOUNDINGS_METRICS_TOKEN": TOKEN})
    page = build_page(noting, settings, door=Door(Users(people_home), PageSettings()))
    with serving(page) as at, client(at, tokens["leader"]) as leader:
        before = counted(leader)
        assert leader.post("/api/ask", json={"question": WOOD}).json()["outcome"] == "answered"
        leader.post("/api/search", json={"query": "leaders"})
        after = counted(leader)
    assert {key for key in after if after[key] != before.get(key, 0)} >= {
        ("soundings_deeds_total", "ask", "answered"),
        ("soundings_deeds_total", "search", "done"),
        ("soundings_deed_seconds_count", "ask"),
    }
    assert after[("soundings_library_sources",)] == len(noting.store.library.sources())
    assert after[("soundings_library_passages",)] == noting.store.library.passage_count()
    pools = {key[1] for key in after if key[0] == "soundings_waiting"}
    assert {"questions", "packs", "exports", "files of packs", "files of runs"} <= pools


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log in JSON, and as it was again afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    logs.in_lines(text=False, stream=stream)
    yield stream
    root.handlers, root.level = before[0], before[1]
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def told(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_log_tells_of_a_fault_by_the_id_that_the_reply_has(lines: io.StringIO) -> None:
    with watched() as program:
        reply = program.get("/fail?said=secret")
    id = reply.json()["id"]
    assert reply.headers["x-request-id"] == id
    fault, request = [line for line in told(lines) if line.get("request") == id]
    assert fault["level"] == "error" and "a mistake of ours" in str(fault["trace"])
    assert (request["route"], request["status"]) == ("/fail", 500)
    assert "secret" not in lines.getvalue()


def test_the_log_holds_what_was_asked_only_if_told_to(lines: io.StringIO) -> None:
    asked = Deed(name="ask", outcome="answered", seconds=0.25, text="Who said so? \ud800")
    tell(asked)
    (line,) = told(lines)
    assert (line["deed"], line["outcome"], line["ms"]) == ("ask", "answered", 250)
    assert "Who said" not in lines.getvalue()
    with_text = io.StringIO()
    logs.in_lines(text=True, stream=with_text)
    tell(asked)
    assert str(told(with_text)[0]["text"]).startswith("Who said so?")


def test_a_question_is_logged_under_its_requests_id(
    lines: io.StringIO, address: str, tokens: dict[str, str]
) -> None:
    with client(address, tokens["leader"]) as leader:
        id = leader.post("/api/ask", json={"question": WOOD}).headers["x-request-id"]
    assert [line["message"] for line in told(lines) if line.get("request") == id] == [
        "ask: answered",
        "request",
    ]


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """A collector of traces on the loopback."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.named = ""

    def Export(self, request: object, context: object) -> object:  # noqa: N802  # gRPC's name
        for resource in request.resource_spans:  # type: ignore[attr-defined]
            self.named = str(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return trace_service_pb2.ExportTraceServiceResponse()


def test_traces_go_where_the_usual_variables_say_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert open_tracing({}) is None
    collector = Collector()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "the reading room")
    tracing = open_tracing()
    assert tracing is not None
    proxied = Reach.of(PageSettings(trusted_proxies="127.0.0.1"))
    parent = "4bf92f3577b34da6a3ce929d0e0e4736"
    made = app()

    @made.get("/about/{name}/ask")
    def answer(name: str) -> str:
        tell(Deed(name="ask", outcome="answered", seconds=0.1, text=f"{name}'s secret"))
        return name

    guarded = Guard(made, also=["/about/{name}/ask"])
    try:
        # The last figures say whether the caller wants it sampled
        for reach, wanted in ((proxied, "01"), (proxied, "00"), (Reach(), "00")):
            header = {"traceparent": f"00-{parent}-00f067aa0ba902b7-{wanted}"}
            outer = Watched(guarded, health=Health({}), tracing=tracing, reach=reach)
            with serving(outer) as at:
                httpx.get(f"{at}/about/mary/ask", headers=header, trust_env=False)
        tracing.end()
    finally:
        server.stop(None)
    assert "the reading room" in collector.named
    ask, request, asked_by_stranger, stranger = collector.spans
    assert (request.name, ask.name) == ("GET /about/{name}/ask", "ask")
    assert request.trace_id.hex() == parent and ask.parent_span_id == request.span_id
    # A trusted proxy's word counts, a stranger's is a link
    assert (stranger.name, asked_by_stranger.trace_id) == (request.name, stranger.trace_id)
    assert stranger.trace_id.hex() != parent and not stranger.parent_span_id
    assert [link.trace_id.hex() for link in stranger.links] == [parent]
    assert "secret" not in str(collector.spans)


def test_without_the_package_the_log_says_what_to_install(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "other"}
    assert open_tracing(wanted) is None
    assert "pip install opentelemetry-sdk" in caplog.text
    assert open_tracing({**wanted, "OTEL_SDK_DISABLED": "true"}) is None


ENDING = """
import sys, socket, threading
sys.path.insert(0, {root!r})
from tests.web.test_service import app
import soundings
from web.guard import Guard
from web.reach import Reach
from web.settings import PageSettings
made = app()
bound = socket.create_server(("127.0.0.1", 0))
class Engine: store = None
soundings._warm_up = lambda *_: None
def tell():
    made.state.begun.wait()
    print("begun", flush=True)
    sys.stdin.readline()
    made.state.go.set()
threading.Thread(target=tell, daemon=True).start()
soundings._serve(Guard(made, also=["/wait", "/about/{{name}}"]), bound,
    f"http://127.0.0.1:{{bound.getsockname()[1]}}", PageSettings(stop_seconds={seconds}), Reach(),
    Engine(), soundings.announce, False)
soundings._end_at_once()
"""


@pytest.mark.parametrize("finishes", [True, False])
def test_told_to_end_it_takes_nothing_new_and_finishes_what_is_under_way(finishes: bool) -> None:
    root = str(Path(__file__).resolve().parents[2])
    code = ENDING.format(root=root, seconds=SOON if finishes else 0.3)
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    assert process.stdout is not None and process.stdin is not None
    found = re.search(r"http://127.0.0.1:(\d+)", process.stdout.readline())
    assert found is not None
    got: list[str] = []

    def ask() -> None:
        try:
            got.append(httpx.get(f"{found[0]}/wait", timeout=SOON, trust_env=False).text)
        except httpx.HTTPError as exc:
            got.append(type(exc).__name__)

    asker = threading.Thread(target=ask)
    asker.start()
    assert process.stdout.readline() == "begun\n"
    # Another that is open and asks for nothing holds up nothing
    with socket.create_connection(("127.0.0.1", int(found[1]))) as idle:
        idle.sendall(b"GET /about/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200" in idle.recv(65_536)
        process.send_signal(signal.SIGTERM)
        while True:
            try:
                socket.create_connection(("127.0.0.1", int(found[1]))).close()
            except (ConnectionRefusedError, ConnectionResetError):  # reset while it closes
                break
        if finishes:
            assert not got
            process.stdin.write("go\n")
            process.stdin.flush()
        asker.join()
        assert process.wait(SOON) == 0
    watchdog.cancel()
    assert (got == ['"done"']) is finishes
