"""What the server takes: the real one on a real socket, before a small app behind the guard."""

import json
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread

import httpx
import pytest
from fastapi import FastAPI, Request

from tests.serving import serving
from web.faults import install
from web.guard import Guard
from web.limits.bodies import unsound
from web.limits.server import HEAPS
from web.limits.shares import Pool, Shares, TooMuch, pooled
from web.settings import PageSettings

SOON = 20  # seconds after which a test gives up; nothing here is expected to take one


def app() -> FastAPI:
    made = FastAPI(openapi_url=None)
    install(made)
    made.state.go = Event()

    @made.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    @made.get("/fail")
    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    @made.get("/wait")
    def wait() -> str:
        made.state.go.wait(SOON)
        return "done"

    @made.get("/who")
    def who() -> str:
        return "here"

    return made


@contextmanager
def served(made: FastAPI | None = None, **table: float) -> Iterator[tuple[str, int]]:
    settings = PageSettings(**table)  # type: ignore[arg-type]
    reads = ["/who", "/fail", "/wait", "/long"]
    guarded = Guard(made or app(), also=reads, also_post={"/take": 256 * 1024}, table=settings)
    with serving(guarded, settings) as at:
        yield "127.0.0.1", int(at.rpartition(":")[2])


def connected(at: tuple[str, int], near: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(at, timeout=SOON, source_address=(near, 0))


def rest(of: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    parts = []
    try:
        while part := of.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def is_well(at: tuple[str, int], near: str = "127.0.0.1") -> bool:
    with closing(connected(at, near)) as other:
        other.sendall(b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return b" 200 " in rest(other)


def test_a_header_without_end_is_cut_off_and_costs_little() -> None:
    with served(header_kilobytes=16) as at, closing(connected(at)) as one:
        before = time.process_time()
        sent = 0
        try:
            one.sendall(b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            while sent < 64 * 1024 * 1024:
                sent += one.send(b"x-more: " + b"a" * 4_000 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 8 * 1024 * 1024  # what the sockets hold, and not what was to be sent
        spent = time.process_time() - before
        before = time.process_time()
        assert all(is_well(at) for _ in range(100))
        assert spent < max(time.process_time() - before, 0.1) * 5


@pytest.mark.parametrize("before", [b"", b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])
def test_a_header_may_have_what_is_said_and_no_byte_more(before: bytes) -> None:
    """Also one that comes in one piece, or behind another request."""
    begin, end = b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nx-m: ", b"\r\n\r\n"
    for beyond in (0, 1):
        with served(header_kilobytes=4) as at, closing(connected(at)) as one:
            one.sendall(before + begin + b"a" * (4096 - len(begin + end) + beyond) + end)
            said = rest(one)
            assert said.count(b" 200 ") == bool(before) + 1 - beyond
            assert said.count(b" 400 ") == beyond


@pytest.mark.parametrize("part", [b"", b"GET /who HT", b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_a_header_that_does_not_come_is_not_waited_for(part: bytes) -> None:
    with served(header_seconds=0.3) as at, closing(connected(at)) as one:
        one.sendall(part)
        said = rest(one)
        assert b" 408 " in said and b'"error"' in said
        assert is_well(at)


def test_a_second_header_is_not_waited_for_either_however_slowly_it_comes() -> None:
    with served(header_seconds=0.5) as at, closing(connected(at)) as one:
        one.sendall(b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nG")
        assert b" 200 " in one.recv(65_536)
        one.settimeout(0.05)
        began, said = time.monotonic(), b""
        with pytest.raises(OSError, match=r"[Pp]ipe|[Rr]eset"):
            while time.monotonic() - began < SOON:
                one.sendall(b"x")
                try:
                    said += one.recv(65_536)
                except TimeoutError:
                    continue
        assert b" 408 " in said


HEAPS_OF_MANY_THREADS = """
import ctypes, threading
from web.limits.server import few_heaps

few_heaps()
libc, together = ctypes.CDLL("libc.so.6"), threading.Barrier(12)
libc.fdopen.restype = ctypes.c_void_p

def take():
    libc.malloc(100_000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc makes so many")
def test_many_threads_share_few_heaps() -> None:
    """Without that there are as many as threads, or as eight for each core."""
    command = [sys.executable, "-c", HEAPS_OF_MANY_THREADS]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert 1 <= told.count("<heap nr=") <= HEAPS


def test_a_body_that_falls_silent_is_given_up() -> None:
    with served(body_seconds=0.3) as at, closing(connected(at)) as one:
        one.sendall(b"POST /take HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nabc")
        rest(one)  # it ends
        assert is_well(at)


def test_a_body_that_is_none_is_refused_and_harms_nobody() -> None:
    with served() as at, closing(connected(at)) as one:
        one.sendall(b"POST /take HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        one.sendall(b"no number\r\n\r\n")
        assert b" 400 " in rest(one)
        assert is_well(at)


def test_an_address_has_so_many_connections_and_others_have_theirs() -> None:
    with served(address_connections=5) as at:
        held = [connected(at) for _ in range(5)]
        try:
            assert not is_well(at)
            assert is_well(at, "127.0.0.2")
        finally:
            for one in held:
                one.close()
        began = time.monotonic()
        while not is_well(at) and time.monotonic() - began < SOON:
            time.sleep(0.02)
        assert is_well(at)


def test_when_all_places_are_taken_who_asks_for_nothing_makes_room() -> None:
    with served(connections=10, address_connections=4) as at:
        held = [connected(at, f"127.0.0.{2 + i % 5}") for i in range(20)]
        assert is_well(at) and is_well(at)
        for one in held:
            one.close()


def test_what_is_no_http_is_told_as_all_errors_are() -> None:
    with served() as at, closing(connected(at)) as one:
        one.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        said = rest(one)
        assert b" 400 " in said and set(json.loads(said.partition(b"\r\n\r\n")[2])) == {
            "error",
            "id",
        }


@pytest.mark.parametrize(
    "body",
    [
        r'{"a": "x\ud800"}',
        r'{"\udfff": 1}',
        r'["\u0000"]',
        '{"a": NaN}',
        "[-Infinity]",
        "[1e400]",
        "[100000000000000000000]",
        "[-" + "9" * 5_000 + "]",
        "[" * 100_000,
        "[" * 33 + "]" * 33,
        '{"a":' * 33 + "1" + "}" * 33,
        '"\ud800"',
    ],
)
def test_what_nothing_can_carry_is_refused_at_the_door(body: str) -> None:
    assert unsound(body.encode("utf-8", "surrogatepass"), 32)
    with served() as (host, port):
        reply = httpx.post(
            f"http://{host}:{port}/take",
            content=body.encode("utf-8", "surrogatepass"),
            trust_env=False,
        )
    assert reply.status_code == 400
    assert set(reply.json()) == {"error", "id"}


@pytest.mark.parametrize(
    "body",
    [
        r'{"a": "\ud83d\ude00", "b": [1.5, -9223372036854775807, null, true]}',
        "[" * 32 + "1" + "]" * 32,
        "name=mary&password=%00",
        "",
        "\xff\xfe{",
    ],
)
def test_what_is_sound_or_no_json_comes_in(body: str) -> None:
    assert unsound(body.encode("latin-1"), 32) is None


def test_a_fault_of_ours_is_told_by_an_id_that_the_log_has_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with served() as (host, port):
        reply = httpx.get(f"http://{host}:{port}/fail", trust_env=False)
    assert reply.status_code == 500
    id = reply.json()["id"]
    assert "Something went wrong" in reply.json()["error"] and "mistake" not in reply.text
    assert reply.headers["content-security-policy"]
    [told] = [record for record in caplog.records if id in record.getMessage()]
    assert told.exc_info is not None and "a mistake of ours" in str(told.exc_info[1])


def test_a_person_has_so_much_at_once_and_then_waits() -> None:
    made = app()
    with served(made, person_requests=4) as (host, port):
        address = f"http://{host}:{port}"
        got = list[int]()

        def ask() -> None:
            got.append(httpx.get(f"{address}/wait", timeout=SOON, trust_env=False).status_code)

        askers = [Thread(target=ask) for _ in range(12)]
        for each in askers:
            each.start()
        began = time.monotonic()
        while len(got) < 8 and time.monotonic() - began < SOON:
            time.sleep(0.02)
        assert got == [429] * 8
        made.state.go.set()
        for each in askers:
            each.join()
        assert got.count(200) == 4
        assert httpx.get(f"{address}/who", trust_env=False).status_code == 200


def test_shares_are_each_persons_own() -> None:
    shares = Shares(1)
    with shares.taken("mary"):
        with pytest.raises(TooMuch), shares.taken("mary"):
            pass
        with shares.taken("leo"):
            pass
    with shares.taken("mary"):
        pass


def long(made: FastAPI, pool: Pool) -> tuple[Event, Event]:
    """A route whose work lasts until nobody waits for it: events for its beginning and its end."""
    begun, ended = Event(), Event()

    @made.get("/long")
    @pooled(pool)
    def work(request: Request, stop: Event, seconds: float = SOON) -> str:
        begun.set()
        if stop.wait(seconds):
            ended.set()
        return "done"

    return begun, ended


def test_work_ends_when_its_caller_hangs_up_and_not_before() -> None:
    made = app()
    begun, ended = long(made, Pool("tries", threads=1, each=1))
    with served(made) as at:
        with closing(connected(at)) as one:
            one.sendall(b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert begun.wait(SOON) and not ended.wait(0.3)
        assert ended.wait(SOON)


def test_beyond_a_share_the_reply_says_how_long_one_takes() -> None:
    made = app()
    pool = Pool("tries", threads=2, each=1)
    begun, _ = long(made, pool)
    pool._seconds = 7.2  # as the last ones did
    with served(made) as (host, port), closing(connected((host, port))) as one:
        one.sendall(b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert begun.wait(SOON)
        address = f"http://{host}:{port}"
        reply = httpx.get(f"{address}/long", trust_env=False)
        assert reply.status_code == 429 and reply.headers["retry-after"] == "8"
        assert reply.json()["error"].startswith("1 of your tries")
        assert (pool.under_way, pool.waiting) == (1, 0)
        assert httpx.get(f"{address}/who", trust_env=False).status_code == 200
