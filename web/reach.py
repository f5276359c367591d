"""Under which names the page is called, and which reverse proxies speak for others."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from web.settings import PageSettings, listed
from web.wire import Scope

Headers = Mapping[bytes, list[str]]
CALLED = "soundings.called"  # where the guard leaves how a request called us, in its ASGI scope


def is_loopback(host: str) -> bool:
    """Whether `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How a request called us: the host it named, the scheme that its browser used, the path that
    stands before ours, and the address it comes from; `vouched` if a trusted proxy brought it."""

    host: str
    scheme: str
    prefix: str
    client: str
    vouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The names that the page answers to. This machine's own are always among them.

    `public` and `scheme` are those of the address before a reverse proxy, `prefix` its path.
    """

    public: str = ""
    scheme: str = "http"
    prefix: str = ""
    hosts: frozenset[str] = frozenset()
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, settings: PageSettings, bound: str = "127.0.0.1") -> "Reach":
        """What the settings say; `bound` is the address that we listen on."""
        parts = urlsplit(settings.page_address)
        names = {name.strip("[]").lower() for name in listed(settings.page_hosts)}
        if bound not in ("", "0.0.0.0", "::"):
            names.add(bound.strip("[]").lower())
        return cls(
            public=parts.netloc.lower(),
            scheme=parts.scheme or "http",
            prefix=parts.path.rstrip("/"),
            hosts=frozenset(names | ({parts.hostname} if parts.hostname else set())),
            proxies=tuple(ip_network(part) for part in listed(settings.trusted_proxies)),
        )

    @property
    def is_local(self) -> bool:
        """Whether all its names are this machine's own."""
        return all(is_loopback(host) for host in self.hosts)

    def called(self, scope: Scope, headers: Headers) -> Called:
        """How a request called us. What it says of others counts from a trusted proxy only."""
        near = (scope.get("client") or ("", 0))[0]
        vouched = self.trusts(near)
        host = _last(headers, b"host")
        client = near
        if vouched:
            host = _last(headers, b"x-forwarded-host") or host
            client = _last(headers, b"x-forwarded-for") or near
        public = bool(self.public) and host.lower() == self.public
        return Called(
            host=host,
            scheme=self.scheme if public else scope.get("scheme", "http"),
            prefix=self.prefix if public else "",
            client=client,
            vouched=vouched,
        )

    def answers_to(self, host: str) -> bool:
        """Whether this is one of our names, with whatever port."""
        name = _hostname(f"//{host}")
        return is_loopback(name) or name in self.hosts

    def is_ours(self, origin: str, called: Called) -> bool:
        """Whether an Origin header names a page of ours."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.netloc.lower() == called.host.lower() or (
            bool(self.public) and (parts.scheme, parts.netloc.lower()) == (self.scheme, self.public)
        )

    def trusts(self, address: str) -> bool:
        """Whether this is the address of a proxy whose word counts."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)


def _last(headers: Headers, name: bytes) -> str:
    """The last value of a header: the one that the nearest proxy has put there."""
    values = headers.get(name, [])
    return values[-1].split(",")[-1].strip() if values else ""


def _hostname(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def headers_of(scope: Scope) -> dict[bytes, list[str]]:
    """A request's headers by their names in small letters, with all values of each."""
    found: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value.decode("latin-1"))
    return found


def first(headers: Headers, name: bytes, otherwise: str) -> str:
    """The first value of a header."""
    return headers.get(name, [otherwise])[0]


def called_by(scope: Scope) -> Called:
    """How a request that came through the guard called us."""
    found = scope[CALLED]
    assert isinstance(found, Called)
    return found
