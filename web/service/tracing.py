"""Traces by OpenTelemetry, where its usual variables name a place for them and it is installed.

Its own variables say the rest (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER,
OTEL_EXPORTER_OTLP_*); none of ours are needed.
"""

import importlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from web.service.deeds import Deed, listen

PLACES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_EXPORTERS = {"grpc": "grpc", "http/protobuf": "http"}
_log = logging.getLogger(__name__)


class Tracing:
    """A span for each request, and within it one for each question, search and pack."""

    def __init__(self, exporter: Any) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        named = {} if "OTEL_SERVICE_NAME" in os.environ else {SERVICE_NAME: "soundings"}
        self._provider = TracerProvider(resource=Resource.create(named))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("soundings")
        listen("tracing", self._heard)

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str], *, trusted: bool) -> Iterator[Any]:
        """The span of a request, whose name and status its end will know: under the span that the
        caller says it belongs to where the caller is `trusted`. For everybody else it begins a
        trace that is sampled by our own rule, and has a link to theirs, as OpenTelemetry does at a
        public endpoint (W3C Trace Context, 7: security considerations)."""
        from opentelemetry.context import Context
        from opentelemetry.propagate import extract
        from opentelemetry.trace import Link, SpanKind, get_current_span

        context = extract(headers, Context())
        theirs = get_current_span(context).get_span_context()
        with self._tracer.start_as_current_span(
            method,
            context=context if trusted else Context(),
            kind=SpanKind.SERVER,
            links=[Link(theirs)] if theirs.is_valid and not trusted else (),
        ) as span:
            yield span

    def end(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()

    def _heard(self, deed: Deed) -> None:
        now = time.time_ns()
        span = self._tracer.start_span(deed.name, start_time=now - int(deed.seconds * 1e9))
        span.set_attribute("soundings.outcome", deed.outcome)
        span.end(now)


def open_tracing(environ: Mapping[str, str] | None = None) -> Tracing | None:
    """None where nothing is wanted, or where what it takes is not installed: the log says so."""
    environ = os.environ if environ is None else environ
    off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    off = off or environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    if off or not any(environ.get(name) for name in PLACES):
        return None
    named = next(filter(None, map(environ.get, PROTOCOLS)), "grpc")
    kind = _EXPORTERS.get(named, named)
    try:
        module = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{kind}.trace_exporter")
        return Tracing(module.OTLPSpanExporter())
    except ImportError as exc:
        _log.warning(
            "OpenTelemetry's variables are set, and no traces are sent: %s. Install it: "
            "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-%s",
            exc,
            kind,
        )
        return None
