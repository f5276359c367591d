"""The door: who may come in, by a session, a token, or a trusted proxy's word."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from vectorstore.database.opening import place_of
from vectorstore.errors import NotAllowed, SettingsError
from vectorstore.settings import Settings
from web.identity.openid import OpenId
from web.identity.passwords import digest
from web.identity.people import Person, Role, folded
from web.identity.sessions import Sessions
from web.identity.users import User, Users
from web.reach import Called, Headers, Reach, is_loopback
from web.settings import PageSettings

COOKIE = "soundings"
LOGIN = "/login"
AWAY = f"{LOGIN}/away"  # to an OpenID Connect provider
BACK = f"{LOGIN}/back"
DOORSTEP = (LOGIN, AWAY, BACK)  # where nobody has to be known yet
LOGOUT = "/logout"
ACCOUNT = "/account"
MOST_KEPT = 10_000  # names and addresses
# Wrong passwords in a quarter of an hour, after which the next ones have to wait, longer each time:
# for a name from one address; from an address; for a name from everywhere. The latter two hold for
# nobody who logged in from there before, and are short, so that nobody is locked out by others.
TRIES_OF_A_NAME = 8
TRIES_FROM_AN_ADDRESS = 30
TRIES_FROM_EVERYWHERE = 60
WINDOW = 15 * 60.0  # seconds
SHARED = 60.0  # the longest wait for what others did
# Where programs may come in with a token; a browser's page has a session.
FOR_TOKENS = ("/api", "/mcp")


class TooManyTries(Exception):
    """Wrong passwords, too many of them; `seconds` until the next is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} seconds")
        self.seconds = seconds


class Throttle:
    """Has whoever fails wait: after `most` failures a second until the next try is looked at, then
    two, then four, up to `longest`. What is older than a window of time is forgotten."""

    def __init__(self, most: int, longest: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._longest = longest
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raises TooManyTries where there have been too many."""
        times, now = self._failures.get(key, deque()), self._clock()
        while times and times[0] <= now - WINDOW:
            times.popleft()
        beyond = len(times) - self._most
        if beyond >= 0:
            left = times[-1] + min(2.0 ** min(beyond, 20), self._longest) - now
            if left > 0:
                raise TooManyTries(int(left) + 1)

    def failed(self, key: str) -> None:
        self._failures.setdefault(key, deque()).append(self._clock())
        self._failures.move_to_end(key)
        while len(self._failures) > MOST_KEPT:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)

    def take_back(self, key: str) -> None:
        """The last failure was none."""
        if times := self._failures.get(key):
            times.pop()


class Door:
    """Knows who is there."""

    def __init__(
        self,
        users: Users,
        settings: PageSettings,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Sessions are kept where the users are."""
        self.users = users
        self.openid = OpenId(settings) if settings.openid_issuer else None
        self.sessions = Sessions(users.place, clock or time.time)
        self._settings = settings
        self._lock = threading.Lock()
        steady = clock or time.monotonic
        self._names = Throttle(TRIES_OF_A_NAME, WINDOW, steady)
        self._addresses = Throttle(TRIES_FROM_AN_ADDRESS, SHARED, steady)
        self._everywhere = Throttle(TRIES_FROM_EVERYWHERE, SHARED, steady)
        self._known: OrderedDict[str, None] = OrderedDict()  # where names were entered before

    @property
    def seconds(self) -> int:
        """How long a session lasts."""
        return int(self._settings.session_hours * 3600)

    @property
    def by_header(self) -> bool:
        """Whether a proxy says who people are, rather than they themselves."""
        return bool(self._settings.user_header)

    def who(self, path: str, headers: Headers, called: Called) -> Person | None:
        """Who sends a request; None for somebody whom nothing vouches for."""
        if self.by_header and called.vouched:
            found = self._named_by_proxy(headers)
            if found is not None:
                return found
        given = headers.get(b"authorization")
        if given is not None and for_tokens(path):
            kind, _, token = given[0].partition(" ")
            return self.users.with_token(token.strip()) if kind.lower() == "bearer" else None
        cookie = cookie_of(headers)
        user = self._of_session(cookie) if cookie else None
        return user.person if user else None

    def enter(self, name: str, password: str, address: str, browser: str = "") -> str | None:
        """The cookie of a new session; None where name and password do not go together.

        Raises TooManyTries before it looks, where that has happened too often.
        """
        name = folded(name)
        here = digest(f"{name}\n{address}")
        counted = [(self._names, here), (self._addresses, address), (self._everywhere, name)]
        with self._lock:
            if here in self._known:
                del counted[1:]
            for throttle, key in counted:
                throttle.check(key)
            # Counted before it is looked at, so that many at once are not looked at all.
            for throttle, key in counted:
                throttle.failed(key)
        user = self.users.with_password(name, password)
        if user is None:
            return None
        with self._lock:
            self._names.forget(here)
            for throttle, key in counted[1:]:
                throttle.take_back(key)
            self._known[here] = None
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return self.begin(user, address, browser)

    def come(
        self, secret: str, back: str, answer: Mapping[str, str], address: str, browser: str
    ) -> tuple[str, str]:
        """The cookie of a new session of whom the provider named, and their name. Raises
        ProviderFault, and NotAllowed for whom it names and nothing here gives a role."""
        assert self.openid is not None
        known = self.openid.who(secret, back, answer)
        if known.role is None and self._settings.openid_roles:
            raise NotAllowed("none of your groups has a role here")
        user = self.users.come(known.subject, known.name, known.role)
        return self.begin(user, address, browser), user.name

    def begin(self, user: User, address: str, browser: str) -> str:
        """The cookie of a new session of somebody's."""
        return self.sessions.begin(
            user.id, user.password, self.seconds, address=address, browser=browser
        )

    def _of_session(self, cookie: str) -> User | None:
        """Whose session it is: as long as it lasts, they are there, and have that password."""
        session = self.sessions.of(cookie)
        user = self.users.with_id(session.person) if session else None
        holds = session and user and digest(user.password or "") == session.password
        return user if holds else None

    def _named_by_proxy(self, headers: Headers) -> Person | None:
        """The person whom a trusted proxy names, once, with a role from it, our file, or the
        settings. Who has none of these is let in nowhere."""
        names = headers.get(self._settings.user_header.lower().encode("latin-1"), [])
        if len(names) != 1 or not (name := folded(names[0])) or len(name) > 200:
            return None
        user = self.users.find(name)
        header = self._settings.role_header.lower().encode("latin-1")
        roles = [role.strip().lower() for role in headers.get(header, [])] if header else []
        if roles:
            known = len(roles) == 1 and roles[0] in [*Role]
            if not known:
                return None
            person = user.person if user else Person(name=name, role=Role(roles[0]))
            return replace(person, role=Role(roles[0]))
        if user is not None:
            return user.person
        default = self._settings.header_role
        return Person(name=name, role=Role(default)) if default != "none" else None


def for_tokens(path: str) -> bool:
    """Whether programs may come in here with a token."""
    return path in FOR_TOKENS or path.startswith(tuple(f"{start}/" for start in FOR_TOKENS))


def cookie_of(headers: Headers, name: str = COOKIE) -> str | None:
    """A cookie of a request, the session's if not another. Ours need no quoting, and to undo that
    of others takes Python 3.11's own reader seconds."""
    for value in headers.get(b"cookie", []):
        for part in value.split(";"):
            found, _, kept = part.strip().partition("=")
            if found == name:
                return kept
    return None


def open_door(settings: Settings, reach: Reach, bound: str) -> Door | None:
    """The door of a home's page that listens on `bound`. None where nobody has to log in: there
    are no users, and this machine alone gets there. Raises SettingsError where others get there
    and nobody could log in, or where we would not know by which name they call us."""
    table = settings.table(PageSettings)
    if table.user_header and not reach.proxies:
        raise SettingsError(
            "user_header is set, and no proxy is trusted to set it. Name the proxy's address: "
            "SOUNDINGS_TRUSTED_PROXIES=127.0.0.1"
        )
    users = Users(place_of(settings))
    if not users.all() and not table.user_header and not table.openid_issuer:
        if is_loopback(bound) and reach.is_local:
            return None
        raise SettingsError(
            "others than you would get to the page, and nobody could log in: there are no users "
            "yet. Add one: soundings users add NAME --role leader. Or leave out --host and "
            "page_address to serve this machine only."
        )
    if not is_loopback(bound) and reach.is_local:
        raise SettingsError(
            f"'{bound}' means every network that this machine is in; say by which name people "
            "call it: SOUNDINGS_PAGE_ADDRESS=https://host/path or SOUNDINGS_PAGE_HOSTS=host"
        )
    return Door(users, table)
