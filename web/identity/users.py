"""The people who may log in: a file in the home, with their roles and hashed passwords."""

import json
import os
import re
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from vectorstore.errors import SettingsError, UsageError
from web.identity.passwords import LEAST, MOST, digest, hashed, matches, new_token
from web.identity.people import Person, Role

FILE_NAME = "users.toml"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9])?")
_HEAD = """\
# Who may log in. Made by `soundings users`; a role may be changed here by hand.
# Passwords and tokens are kept as hashes, from which they cannot be had.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody in the file. `password` is a hash, or None for one whom a proxy lets in; `tokens`
    are digests of what programs show instead."""

    name: str
    role: Role
    password: str | None = None
    tokens: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        return Person(name=self.name, role=self.role)


class Users:
    """The users of a home. Reads the file again when it has changed; safe for several threads."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._known: dict[str, User] = {}

    def all(self) -> list[User]:
        """Everybody, by name. Raises SettingsError for a file that cannot be read."""
        return sorted(self._read().values(), key=lambda user: user.name)

    def find(self, name: str) -> User | None:
        return self._read().get(name)

    def with_password(self, name: str, password: str) -> User | None:
        """The user with this name and password; takes as long for a name that nobody has."""
        user = self.find(name)
        good = matches(password, user.password if user else None)
        return user if good else None

    def with_token(self, token: str) -> Person | None:
        """The person for whom a token was made."""
        shown = digest(token)
        return next((u.person for u in self._read().values() if shown in u.tokens), None)

    def add(self, name: str, role: Role, password: str | None) -> None:
        """Let somebody in. Raises UsageError for a name that is taken or cannot be one."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot be a name: use 1 to 64 letters, digits and . _ @ + -"
            )
        kept = hashed(checked(password)) if password is not None else None

        def change(users: dict[str, User]) -> None:
            if any(known.casefold() == name.casefold() for known in users):
                raise UsageError(
                    f"there is a user '{name}' already. A new password: soundings users "
                    f"password {name}; another role: soundings users role {name} ROLE"
                )
            users[name] = User(name=name, role=role, password=kept)

        self._change(change)

    def remove(self, name: str) -> None:
        """Let somebody in no longer, not even with a session or token that they have."""
        self._change(lambda users: users.pop(self._known_name(users, name)))

    def set_role(self, name: str, role: Role) -> None:
        self._set(name, lambda user: replace(user, role=role))

    def set_password(self, name: str, password: str) -> None:
        """A new password; sessions begun with the old one end."""
        kept = hashed(checked(password))
        self._set(name, lambda user: replace(user, password=kept))

    def make_token(self, name: str) -> str:
        """A new token for somebody's programs. It is not kept and cannot be shown again."""
        token = new_token()
        self._set(name, lambda user: replace(user, tokens=(*user.tokens, digest(token))))
        return token

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
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=10, mode=0o600):
                users = dict(self._read())
                change(users)
                aside = self.path.with_suffix(".new")
                descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(_HEAD + "".join(_written(users[name]) for name in sorted(users)))
                    stream.flush()
                    os.fsync(stream.fileno())
                aside.replace(self.path)
        except OSError as exc:
            raise SettingsError(f"cannot write the users in {self.path}: {exc}") from exc

    def _read(self) -> dict[str, User]:
        with self._lock:
            try:
                status = self.path.stat()
            except FileNotFoundError:
                self._stamp, self._known = None, {}
                return self._known
            except OSError as exc:
                raise SettingsError(f"cannot read the users in {self.path}: {exc}") from exc
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self._stamp:
                self._known = {user.name: user for user in _parsed(self.path)}
                self._stamp = stamp
            return self._known


def checked(password: str) -> str:
    """The password, where it may be one. Raises UsageError where it is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise UsageError(f"a password has {LEAST} to {MOST:,} characters; this has {len(password)}")
    return password


def _parsed(path: Path) -> list[User]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        rows = content.pop("user", [])
        if content:
            raise ValueError(f"'{next(iter(content))}' is not expected here")
        users = [_user(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise SettingsError(f"cannot read the users in {path}: {exc}") from exc
    if len({user.name for user in users}) < len(users):
        raise SettingsError(f"{path}: a name is there twice")
    return users


def _user(row: dict[str, object]) -> User:
    """A row of the file. Raises ValueError for one that is not as it should be."""
    unknown = set(row) - {"name", "role", "password", "tokens"}
    if unknown:
        raise ValueError(f"'{min(unknown)}' is not expected here")
    name, kept, tokens = str(row["name"]), row.get("password"), row.get("tokens", [])
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' cannot be a name")
    if kept is not None and (not isinstance(kept, str) or kept.count("$") != 5):
        raise ValueError(
            f"the password of '{name}' is no hash. Set it: soundings users password {name}"
        )
    if not isinstance(tokens, list):
        raise ValueError(f"the tokens of '{name}' are no list")
    return User(
        name=name,
        role=Role(str(row["role"])),
        password=kept,
        tokens=tuple(str(token) for token in tokens),
    )


def _written(user: User) -> str:
    """A user as a TOML table; JSON's strings and lists are TOML's too, for what stands here."""
    lines = ["[[user]]", f"name = {json.dumps(user.name)}", f"role = {json.dumps(str(user.role))}"]
    if user.password is not None:
        lines.append(f"password = {json.dumps(user.password)}")
    if user.tokens:
        lines.append(f"tokens = {json.dumps(list(user.tokens))}")
    return "\n" + "\n".join(lines) + "\n"
