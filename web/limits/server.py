"""The server: uvicorn with h11, and what they leave open.

uvicorn bounds neither the time that a header takes nor the connections of an address: a few
thousand half-sent headers, or one address, would keep everybody else out.
"""

import asyncio
import ctypes
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.faults import told
from web.reach import Reach
from web.settings import PageSettings

KILOBYTE = 1024
HEAPS = 2
_M_ARENA_MAX = -8  # of glibc's mallopt


class _Measured(h11.Connection):
    """h11 bounds a header that is not all there yet, and not one that came in one piece."""

    def __init__(self, most: int) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=most)
        self._most = most

    def next_event(self) -> Any:
        held = len(self.trailing_data[0]) if self.their_state is h11.IDLE else 0
        event = super().next_event()
        if held > self._most and held - len(self.trailing_data[0]) > self._most:
            raise h11.RemoteProtocolError("the header is too long")
        return event


class Bounded(H11Protocol):
    """A connection whose header has its time, whose body may not fall silent, and which is one of
    so many. `table` and `reach` are set by `protocol_of`, for all connections of one server."""

    table: ClassVar[PageSettings]
    reach: ClassVar[Reach]
    of_address: ClassVar[Counter[str]]
    waiting: ClassVar[dict["Bounded", None]]  # those without a request, the oldest first

    _timer: asyncio.TimerHandle | None = None
    _seen: object = None
    _counted = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.conn = _Measured(self.table.header_kilobytes * KILOBYTE)
        self._counted = self.client[0] if self.client else ""
        self.of_address[self._counted] += 1
        shared = self.reach.trusts(self._counted)  # everybody comes from a proxy's address
        crowded = self.of_address[self._counted] > self.table.address_connections and not shared
        if crowded or (len(self.connections) > self.table.connections and not self._made_room()):
            transport.abort()
        else:
            self._look()

    @property
    def answers(self) -> bool:
        """Whether a reply is under way that somebody waits for: no sign of life of an open page."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        return "/heartbeat/" not in cycle.scope["path"]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest()
        self.waiting.pop(self, None)
        self.of_address[self._counted] -= 1
        if not self.of_address[self._counted]:
            del self.of_address[self._counted]

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self in self.connections and self.conn.their_state is h11.IDLE:
            self.waiting[self] = None

    def send_400_response(self, msg: str) -> None:
        """What h11 would not read is told as all errors are."""
        self._end(400, "This is no HTTP that is understood here, or its header is too long.")

    def _made_room(self) -> bool:
        """Whether another connection, which has asked for nothing, could be given up."""
        oldest = next(iter(self.waiting), None)
        if oldest is not None:
            oldest.transport.abort()
        return oldest is not None

    def _look(self) -> None:
        """After whatever came: a header has its seconds from its first byte on, a body from its
        last."""
        state = self.conn.their_state
        if state is h11.IDLE:
            self.waiting.setdefault(self)
            if self._seen is not state:
                self._within(self.table.header_seconds)
        else:
            self.waiting.pop(self, None)
            if state is h11.SEND_BODY:
                self._within(self.table.body_seconds)
            else:
                self._rest()
        self._seen = state

    def _within(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self._late)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.SEND_BODY and self.flow.read_paused:
            self._within(self.table.body_seconds)  # it is we who do not read on
        elif self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self._end(408, "The header of this request did not come in time.")
        else:
            self.transport.close()

    def _end(self, status: int, error: str) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # in the middle of a reply
            self.transport.close()
            return
        body = told({}, error).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        for event in (
            h11.Response(status_code=status, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def few_heaps() -> None:
    """Have all threads that are yet to begin share a few heaps. glibc has one for each of up to
    eight threads a core, and what a reader once took of it stays there: a server with 25 threads
    grows for hours, to gigabytes."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library, which does not do so
            ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, HEAPS)


def protocol_of(table: PageSettings, reach: Reach) -> type[Bounded]:
    """What uvicorn is to speak: one class for each server, since it counts its connections."""
    shared = {"table": table, "reach": reach, "of_address": Counter[str](), "waiting": {}}
    return type("Bounded", (Bounded,), shared)


def server_of(
    app: Any, table: PageSettings, reach: Reach, started: Callable[[], None] = lambda: None
) -> uvicorn.Server:
    """A server within the limits of the settings; `started` is called once it answers."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Nothing new comes in; what is under way has its time; open pages are let go."""
            for listening in (*self.servers, *(sockets or ())):
                listening.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()  # at once where it waits for nothing, else after its reply
            until = time.monotonic() + table.stop_seconds
            await asyncio.sleep(0.05)
            while self._answering() and time.monotonic() < until and not self.force_exit:
                await asyncio.sleep(0.05)
            for connection in list(self.server_state.connections):
                connection.transport.close()
            await super().shutdown(sockets)

        def _answering(self) -> bool:
            return any(c.answers for c in self.server_state.connections)  # type: ignore[union-attr]

    config = uvicorn.Config(
        app,
        http=protocol_of(table, reach),
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return Server(config)
