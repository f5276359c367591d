"""In front of all that is served: what operators ask, and a measure of everything else."""

import hmac
import json
import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from anyio import CapacityLimiter, to_thread

from web.faults import ID, refuse
from web.reach import Reach, headers_of
from web.service import metrics
from web.service.health import Health
from web.service.logs import REQUEST, TOLD
from web.service.tracing import Tracing
from web.wire import ROUTE, App, Message, Receive, Scope, Send, reply

HEALTHZ, READYZ, METRICS = "/healthz", "/readyz", "/metrics"
OTHER = "other"
_JSON = b"application/json"
_log = logging.getLogger(__name__)


class Watched:
    """Wraps an ASGI app, its guard included.

    `/healthz` says that the program answers, `/readyz` which parts can be used; both say no more,
    to anybody. `/metrics` is for whoever shows `token`, and is not there without one. All three
    answer to any name, since a prober knows a machine by its address, and have a thread to
    themselves, so that they answer when nobody else does.
    """

    def __init__(
        self,
        app: App,
        *,
        health: Health,
        token: str = "",
        tracing: Tracing | None = None,
        reach: Reach | None = None,
    ) -> None:
        self._app = app
        self._health = health
        self._token = token
        self._tracing = tracing
        self._reach = reach or Reach()
        self._thread = CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == HEALTHZ:
            await self._told(scope, send, 200, {"alive": True})
        elif scope["path"] == READYZ:
            parts = await to_thread.run_sync(self._health.parts, limiter=self._thread)
            well = all(parts.values())
            await self._told(scope, send, 200 if well else 503, {"ready": well, "parts": parts})
        elif scope["path"] == METRICS and self._token:
            await self._measures(scope, send)
        else:
            await self._measured(scope, receive, send)

    async def _told(self, scope: Scope, send: Send, status: int, said: Mapping[str, Any]) -> None:
        if scope["method"] in ("GET", "HEAD"):
            await reply(send, status, json.dumps(said), _JSON)
        else:
            await refuse(scope, send, 405, "This is only read.", (b"allow", b"GET, HEAD"))

    async def _measures(self, scope: Scope, send: Send) -> None:
        given = headers_of(scope).get(b"authorization", [""])[0].encode("latin-1")
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            wants = (b"www-authenticate", b"Bearer")
            await refuse(scope, send, 401, "Show the token of SOUNDINGS_METRICS_TOKEN.", wants)
            return
        text = await to_thread.run_sync(metrics.exposed, limiter=self._thread)
        await reply(send, 200, text.decode(), metrics.CONTENT_TYPE.encode())

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        id = scope[ID] = secrets.token_hex(6)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        began = time.perf_counter()
        as_request = REQUEST.set(id)
        metrics.UNDER_WAY.inc()
        try:
            with self._span(scope) as span:
                try:
                    await self._app(scope, receive, sending)
                finally:
                    if span is not None:
                        span.update_name(f"{scope['method']} {scope.get(ROUTE, OTHER)}")
                        span.set_attribute("http.response.status_code", status)
                        span.set_attribute("soundings.request", id)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            metrics.UNDER_WAY.dec()
            REQUEST.reset(as_request)

    def _span(self, scope: Scope) -> Any:
        if self._tracing is None:
            return nullcontext()
        headers = {name.decode("latin-1"): value[0] for name, value in headers_of(scope).items()}
        trusted = self._reach.trusts((scope.get("client") or ("", 0))[0])
        return self._tracing.request(scope["method"], headers, trusted=trusted)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get(ROUTE, OTHER)
        # A caller who hung up before the reply began got none: 499, as proxies have it
        metrics.REQUESTS.labels(route, str(status or 499)).inc()
        metrics.TOOK.labels(route).observe(seconds)
        said = {"route": route, "method": scope["method"], "status": status or 499}
        _log.info("request", extra={TOLD: {**said, "ms": round(seconds * 1000)}})
