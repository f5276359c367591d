"""Passwords and tokens as they are kept: so that who reads the file cannot log in with it.

Argon2id by argon2-cffi, with the settings that the library holds to be right (RFC 9106's second
choice today). Hashes made otherwise, scrypt's of earlier versions among them, are still read, and
made anew when their password is entered.
"""

import base64
import hashlib
import hmac
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LEAST = 10  # characters of a password
MOST = 1_000
TOKEN_START = "sndg_"
_SCRYPT = "scrypt$"
_hasher = PasswordHasher()

# What is compared where there is no such user, so that an answer takes as long for any name.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43

# Each check takes 64 MiB: many at once would be a way to exhaust the machine.
_AT_ONCE = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """A password's salted hash, with what it was made with."""
    with _AT_ONCE:
        return _hasher.hash(_raw(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept; takes as long where none was."""
    with _AT_ONCE:
        if kept is not None and kept.startswith(_SCRYPT):
            return _by_scrypt(password, kept)
        try:
            return _hasher.verify(kept or _NOBODY, _raw(password[:MOST])) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether a hash is to be made anew, now that its password is known."""
    return kept.startswith(_SCRYPT) or _hasher.check_needs_rehash(kept)


def is_hash(kept: str) -> bool:
    """Whether this may be what `hashed` gave, in this version or an earlier one."""
    return kept.count("$") == 5 and kept.startswith((_SCRYPT, "$argon2id$"))


def new_token() -> str:
    """A token for programs: 256 random bits, so that its plain digest may be kept."""
    return TOKEN_START + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token or of a session's cookie."""
    return hashlib.sha256(_raw(token)).hexdigest()


def _by_scrypt(password: str, kept: str) -> bool:
    _, n, r, p, salt, made = kept.split("$")
    cost, block, passes = int(n), int(r), int(p)
    found = hashlib.scrypt(
        _raw(password[:MOST]),
        salt=base64.b64decode(salt),
        n=cost,
        r=block,
        p=passes,
        maxmem=130 * cost * block * passes,
    )
    return hmac.compare_digest(found, base64.b64decode(made))


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "replace")
