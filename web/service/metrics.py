"""Counters and gauges for Prometheus, by its own client: one set of them in a process.

Labels are bounded: addresses are the patterns that are served, and all that is unknown is "other".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vectorstore.errors import SoundingsError
from web.limits.shares import pools
from web.service.deeds import Deed, listen

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
OUTCOMES = frozenset(
    "answered partial withheld reply made declined refused failed stopped done".split()
)
_ALL = CollectorRegistry()
ProcessCollector(registry=_ALL)
REQUESTS = Counter(
    "soundings_requests", "Requests that have ended.", ["route", "status"], registry=_ALL
)
TOOK = Histogram(
    "soundings_request_seconds",
    "How long a request took, from its header to the end of its reply.",
    ["route"],
    buckets=SECONDS,
    registry=_ALL,
)
UNDER_WAY = Gauge("soundings_requests_under_way", "Requests that have not ended.", registry=_ALL)
DEEDS = Counter(
    "soundings_deeds",
    "Questions, searches and packs that have ended, and what came of them.",
    ["deed", "outcome"],
    registry=_ALL,
)
DEED_TOOK = Histogram(
    "soundings_deed_seconds",
    "How long a question, a search or a pack took, waiting included.",
    ["deed"],
    buckets=SECONDS,
    registry=_ALL,
)

Read = Callable[[], float]


class _Standing(Collector):
    """What is read when it is asked for: who waits for what, and what the library holds."""

    def __init__(self) -> None:
        self.read: Mapping[str, tuple[str, Read]] = {}

    def describe(self) -> Iterable[Metric]:
        return []  # nothing is read before somebody asks

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("soundings_waiting", "Who wait for a thread.", labels=["pool"])
        under_way = GaugeMetricFamily("soundings_under_way", "Who have one.", labels=["pool"])
        for name, pool in pools().items():
            waiting.add_metric([name], pool.waiting)
            under_way.add_metric([name], pool.under_way)
        yield waiting
        yield under_way
        for name, (about, read) in self.read.items():
            try:
                yield GaugeMetricFamily(name, about, value=read())
            except SoundingsError:
                continue  # that it cannot be read is told by /readyz; no number is no zero


_STANDING = _Standing()
_ALL.register(_STANDING)


def gauge(read: Mapping[str, tuple[str, Read]]) -> None:
    """Tell these, too: name → what it is about, and what gives its value."""
    _STANDING.read = read


def exposed() -> bytes:
    """All of them in Prometheus' text."""
    return generate_latest(_ALL)


def _heard(deed: Deed) -> None:
    outcome = deed.outcome if deed.outcome in OUTCOMES else "done"
    DEEDS.labels(deed.name, outcome).inc()
    DEED_TOOK.labels(deed.name).observe(deed.seconds)


listen("metrics", _heard)
