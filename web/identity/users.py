"""The people who may log in: a file in the home, with their roles and hashed passwords."""

import json
import logging
import re
import secrets
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from vectorstore.database.opening import Place
from vectorstore.errors import HomeNotEmpty, NotAllowed, SettingsError, SoundingsError, UsageError
from web.identity.passwords import (
    LEAST,
    MOST,
    digest,
    hashed,
    is_hash,
    matches,
    new_token,
    outdated,
)
from web.identity.people import Person, Role, folded
from web.identity.written import UserFile, UserRow, Written

FILE_NAME = "users.toml"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9])?")
_HEAD = """\
# Who may log in. Made by `soundings users`; a role may be changed here by hand.
# Passwords and tokens are kept as hashes, from which they cannot be had.
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a program shows: its digest, the days on which it was made, ends and was last used, and
    the deeds that it is for. Without an end it goes on, without a scope it is for all."""

    digest: str
    made: str = ""
    until: str = ""
    used: str = ""
    scope: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        return bool(self.until) and _today() > self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody in the file. `id` is nobody else's, not even theirs who get the name later;
    `password` is a hash, or None for one whom a proxy lets in, or an OpenID Connect provider, which
    knows them as `subject`."""

    name: str
    role: Role
    id: str
    password: str | None = None
    subject: str = ""
    tokens: tuple[Token, ...] = ()

    @property
    def person(self) -> Person:
        return Person(name=self.name, role=self.role, id=self.id)


class Users:
    """The users of a home, or of the server in its stead. Reads the file again when it has changed;
    safe for several threads."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._file = written_at(place)
        self._lock = threading.Lock()
        self._stamp: object = None
        self._known: dict[str, User] = {}

    @property
    def path(self) -> Path:
        """The file of a home's."""
        assert isinstance(self._file, UserFile)
        return self._file.path

    def all(self) -> list[User]:
        """Everybody, by name. Raises SettingsError for a file that cannot be read."""
        return sorted(self._read().values(), key=lambda user: user.name)

    def find(self, name: str) -> User | None:
        """The user of this name, in whatever letters it is written."""
        wanted = folded(name)
        return next((user for user in self._read().values() if folded(user.name) == wanted), None)

    def with_id(self, id: str) -> User | None:
        return next((user for user in self._read().values() if user.id == id), None)

    def name_of(self, key: str) -> str:
        """The name of whoever has this id; the id itself where nobody in the file has it."""
        try:
            user = self.with_id(key)
        except SoundingsError:
            user = None
        return user.name if user else key

    def with_password(self, name: str, password: str) -> User | None:
        """The user with this name and password; takes as long for a name that nobody has."""
        user = self.find(name)
        kept = user.password if user else None
        if not matches(password, kept) or user is None or kept is None:
            return None
        return self._kept_better(user, password) if outdated(kept) else user

    def _kept_better(self, user: User, password: str) -> User:
        """The user, with a hash as they are made now. One that cannot be written stays as it is."""
        anew = hashed(password)
        try:
            self._set(
                user.name,
                lambda now: replace(now, password=anew) if now.password == user.password else now,
            )
        except SoundingsError as exc:
            _log.warning("a password's hash was not made anew: %s", exc)
        return self.with_id(user.id) or user

    def with_token(self, token: str) -> Person | None:
        """The person for whom a token was made."""
        shown = digest(token)
        for user in self._read().values():
            for kept in user.tokens:
                if kept.digest == shown and not kept.over:
                    if kept.used != _today():
                        self._note_use(user.name, kept)
                    scope = frozenset(kept.scope) if kept.scope else None
                    return replace(user.person, scope=scope)
        return None

    def add(self, name: str, role: Role, password: str | None) -> None:
        """Let somebody in. Raises UsageError for a name that is taken or cannot be one."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot be a name: use 1 to 64 letters, digits and . _ @ + -"
            )
        kept = hashed(checked(password)) if password is not None else None

        def change(users: dict[str, User]) -> None:
            if any(folded(known) == folded(name) for known in users):
                raise UsageError(
                    f"there is a user '{name}' already. A new password: soundings users "
                    f"password {name}; another role: soundings users role {name} ROLE"
                )
            users[name] = User(name=name, role=role, id=secrets.token_hex(8), password=kept)

        self._change(change)

    def come(self, subject: str, name: str, role: Role | None) -> User:
        """Whom a provider knows as `subject`; entered where they come for the first time, unless
        they are there by name without any other way in. `role`, if any, is theirs from now on.

        Raises NotAllowed for whom nothing gives a role, and where the name is another's.
        """
        user = next((u for u in self._read().values() if u.subject == subject), None)
        if user is None:
            user = self.find(name)
            if user is not None and (user.subject or user.password is not None):
                raise NotAllowed(f"'{name}' is the name of somebody here who logs in otherwise")
            if user is None:
                if role is None:
                    raise NotAllowed("you have no role here. Ask whoever runs this page for one")
                if not _NAME.fullmatch(name):
                    raise NotAllowed(f"'{name}' cannot be a name here")
                self.add(name, role, None)
            user = self._present(name)
        if (user.subject, user.role) != (subject, role or user.role):
            self._set(user.name, lambda u: replace(u, subject=subject, role=role or u.role))
        return self._present(user.name)

    def _present(self, name: str) -> User:
        user = self.find(name)
        if user is None:  # removed in this very moment
            raise NotAllowed("you have no role here. Ask whoever runs this page for one")
        return user

    def remove(self, name: str) -> None:
        """Let somebody in no longer, not even with a session or token that they have."""
        self._change(lambda users: users.pop(self._known_name(users, name)))

    def set_role(self, name: str, role: Role) -> None:
        self._set(name, lambda user: replace(user, role=role))

    def set_password(self, name: str, password: str, *, tokens: bool = True) -> None:
        """A new password; sessions begun with the old one end, and, unless their `tokens` stay,
        programs need new ones."""
        kept = hashed(checked(password))

        def change(user: User) -> User:
            return replace(user, password=kept, tokens=user.tokens if tokens else ())

        self._set(name, change)

    def make_token(self, name: str, *, days: int = 0, scope: Sequence[str] = ()) -> str:
        """A new token for somebody's programs, for so many days (0: without an end) and these deeds
        alone (none: all). It is not kept and cannot be shown again."""
        token = new_token()
        until = (date.fromisoformat(_today()) + timedelta(days=days)).isoformat() if days else ""
        made = Token(digest=digest(token), made=_today(), until=until, scope=tuple(scope))
        self._set(name, lambda user: replace(user, tokens=(*user.tokens, made)))
        return token

    def _note_use(self, name: str, used: Token) -> None:
        """Keep the day of a token's last use; apart, since whoever uses it need not wait for it."""
        now = replace(used, used=_today())

        def change(user: User) -> User:
            kept = tuple(now if t.digest == used.digest else t for t in user.tokens)
            return replace(user, tokens=kept)

        def keep() -> None:
            try:
                self._set(name, change)
            except SoundingsError as exc:
                _log.warning("the use of a token was not noted: %s", exc)

        threading.Thread(target=keep, daemon=True).start()

    def drop_tokens(self, name: str) -> None:
        self._set(name, lambda user: replace(user, tokens=()))

    def _set(self, name: str, changed: Callable[[User], User]) -> None:
        def change(users: dict[str, User]) -> None:
            known = self._known_name(users, name)
            users[known] = changed(users[known])

        self._change(change)

    def _known_name(self, users: dict[str, User], name: str) -> str:
        if name not in users:
            raise UsageError(f"there is no user '{name}'. Who there is: soundings users list")
        return name

    def _change(self, change: Callable[[dict[str, User]], object]) -> None:
        """Read, change and write the file as one step, whole or not at all."""
        with self._file.changing() as write:
            users = dict(self._read())
            change(users)
            write(_HEAD + "".join(_written(users[name]) for name in sorted(users)))

    def _read(self) -> dict[str, User]:
        with self._lock:
            stamp = self._file.stamp()
            if stamp is None:
                self._stamp, self._known = None, {}
            elif stamp != self._stamp:
                self._known = {user.name: user for user in _parsed(self._file)}
                self._stamp = stamp
            return self._known


def written_at(place: Place) -> Written:
    return UserFile(place / FILE_NAME) if isinstance(place, Path) else UserRow(place)


def carry(source: Place, target: Place) -> None:
    """Write the users of one place to another. Raises HomeNotEmpty where there are others."""
    here, there = written_at(source), written_at(target)
    if here.stamp() is None:
        return
    if there.stamp() is not None and there.read() != here.read():
        raise HomeNotEmpty(f"there are other users at {there.where} already. Remove them first.")
    with there.changing() as write:
        write(here.read())


def checked(password: str) -> str:
    """The password, where it may be one. Raises UsageError where it is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise UsageError(f"a password has {LEAST} to {MOST:,} characters; this has {len(password)}")
    return password


def _parsed(file: Written) -> list[User]:
    try:
        content = tomllib.loads(file.read())
        rows = content.pop("user", [])
        if content:
            raise ValueError(f"'{next(iter(content))}' is not expected here")
        users = [_user(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise SettingsError(f"cannot read the users in {file.where}: {exc}") from exc
    if len({folded(user.name) for user in users}) < len(users):
        raise SettingsError(f"{file.where}: a name is there twice")
    if len({user.id for user in users}) < len(users):
        raise SettingsError(f"{file.where}: an id is there twice")
    return users


def _user(row: dict[str, object]) -> User:
    """A row of the file. Raises ValueError for one that is not as it should be."""
    unknown = set(row) - {"name", "role", "id", "password", "subject", "tokens"}
    if unknown:
        raise ValueError(f"'{min(unknown)}' is not expected here")
    name, kept, tokens = str(row["name"]), row.get("password"), row.get("tokens", [])
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' cannot be a name")
    if kept is not None and not (isinstance(kept, str) and is_hash(kept)):
        raise ValueError(
            f"the password of '{name}' is no hash. Set it: soundings users password {name}"
        )
    if not isinstance(tokens, list):
        raise ValueError(f"the tokens of '{name}' are no list")
    return User(
        name=name,
        role=Role(str(row["role"])),
        # Who was here before there were ids has what is theirs under their name.
        id=str(row.get("id") or folded(name)),
        password=kept,
        subject=str(row.get("subject", "")),
        tokens=tuple(_token(token) for token in tokens),
    )


def _token(row: object) -> Token:
    """A token; in older files there is its digest alone."""
    if not isinstance(row, dict):
        return Token(digest=str(row))
    scope = row.pop("scope", [])
    return Token(**{name: str(value) for name, value in row.items()}, scope=tuple(map(str, scope)))


def _written(user: User) -> str:
    """A user as TOML tables; JSON's strings and lists are TOML's too, for what stands here."""
    told: dict[str, object] = {"name": user.name, "role": str(user.role), "id": user.id}
    told |= {"password": user.password, "subject": user.subject}
    lines = ["[[user]]", *_lines(told)]
    for token in user.tokens:
        lines += ["[[user.tokens]]", *_lines(asdict(token))]
    return "\n" + "\n".join(lines) + "\n"


def _lines(told: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in told.items() if value]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
