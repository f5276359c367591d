"""Passwords and tokens as they are kept: so that who reads the file cannot log in with it.

scrypt is in Python's standard library, is hard on memory as well as on time, and is one of the
functions that OWASP's password storage cheat sheet recommends; a further library would add a
dependency and no strength that matters here.
"""

import base64
import hashlib
import hmac
import secrets
import threading

# One of the settings that OWASP lists as equal in strength (32 MiB of memory, three passes).
_COST, _BLOCK, _PASSES = 2**15, 8, 3
_SALT = 16  # bytes
LEAST = 10  # characters of a password
MOST = 1_000
TOKEN_START = "sndg_"

# What is compared where there is no such user, so that an answer takes as long for any name.
_NOBODY = f"scrypt${_COST}${_BLOCK}${_PASSES}${'A' * 22}==${'A' * 43}="

# Each check takes 32 MiB: many at once would be a way to exhaust the machine.
_AT_ONCE = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """A password's salted hash, with what it was made with: scrypt$n$r$p$salt$hash."""
    salt = secrets.token_bytes(_SALT)
    made = _scrypt(password, salt, _COST, _BLOCK, _PASSES)
    return f"scrypt${_COST}${_BLOCK}${_PASSES}${_in_letters(salt)}${_in_letters(made)}"


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept; takes as long where none was."""
    name, n, r, p, salt, made = (kept or _NOBODY).split("$")
    found = _scrypt(password[:MOST], base64.b64decode(salt), int(n), int(r), int(p))
    same = hmac.compare_digest(found, base64.b64decode(made))
    return same and kept is not None and name == "scrypt"


def new_token() -> str:
    """A token for programs: 256 random bits, so that its plain digest may be kept."""
    return TOKEN_START + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token or of a session's cookie."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _AT_ONCE:
        return hashlib.scrypt(
            password.encode("utf-8", "replace"), salt=salt, n=n, r=r, p=p, maxmem=130 * n * r * p
        )


def _in_letters(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
