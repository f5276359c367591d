"""OpenID Connect: a provider says who somebody is (code flow with PKCE, by Authlib).

What one login needs on its way (state, nonce, verifier) is made of one secret, which the browser
keeps in a cookie: who comes back with another answer than was asked for is not let in.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from vectorstore.errors import SettingsError, SoundingsError
from web.identity.passwords import digest
from web.identity.people import Role
from web.reach import is_loopback
from web.settings import PageSettings, roles_of

AWAY_COOKIE = "soundings-away"
AWAY_SECONDS = 600  # for a login at the provider
_WELL_KNOWN = "/.well-known/openid-configuration"
_SECONDS = 10.0  # for the provider's replies
_LEEWAY = 60  # seconds by which its clock and ours may differ
# Signatures by a key of the provider's; none, or one by a secret that we share, is not enough.
_SIGNED = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["Ed25519"]


class ProviderFault(SoundingsError):
    """The provider does not answer, or not as it should; what it says is not to be taken."""

    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom the provider named: `subject` is nobody else's there; `role` by their groups, None
    where no role is told for any."""

    subject: str
    name: str
    role: Role | None


class OpenId:
    """The provider of the settings. Safe for several threads."""

    def __init__(self, table: PageSettings) -> None:
        """Raises SettingsError where the settings or the installation lack something."""
        if find_spec("authlib") is None or find_spec("httpx2") is None:
            raise SettingsError(
                "openid_issuer is set, and what speaks to it is not installed: "
                "pip install 'soundings-assistant[oidc]'"
            )
        parts = urlsplit(table.openid_issuer)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise SettingsError(f"openid_issuer: expected https://…, not {table.openid_issuer}")
        if not table.openid_client:
            raise SettingsError(
                "openid_issuer is set, and not as which client this page is known there: "
                "SOUNDINGS_OPENID_CLIENT"
            )
        self.host = str(parts.hostname)
        self._table = table
        self._roles = roles_of(table.openid_roles)
        self._lock = threading.Lock()
        self._told: dict[str, Any] = {}
        self._keys: Any = None

    def away(self, secret: str, back: str) -> str:
        """The provider's address where somebody logs in who then comes to our address `back`.
        Raises ProviderFault."""
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._metadata(client)["authorization_endpoint"],
                state=_part(secret, "state"),
                nonce=_part(secret, "nonce"),
                code_verifier=_part(secret, "verifier"),
            )
        return str(address)

    def who(self, secret: str, back: str, answer: Mapping[str, str]) -> Known:
        """Whom the provider named, by the fields with which somebody came back from it. Raises
        ProviderFault for an answer that was not asked for, or that proves nobody."""
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError
        from joserfc.errors import JoseError

        if not compare_digest(answer.get("state", "").encode(), _part(secret, "state").encode()):
            raise ProviderFault("this answer was not asked for from here")
        if answer.get("iss", self._table.openid_issuer) != self._table.openid_issuer:
            raise ProviderFault("this answer is another provider's")
        if "code" not in answer:
            raise ProviderFault(f"{self.host} says: {answer.get('error', 'nothing')[:200]!r}")
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._metadata(client)["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=_part(secret, "verifier"),
                )
                return self._known(self._claims(client, token, _part(secret, "nonce")))
        except (AuthlibBaseError, JoseError, HTTPError, ValueError, KeyError, TypeError) as exc:
            raise ProviderFault(f"{self.host} proves nobody: {exc or type(exc).__name__}") from exc

    def _client(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        secret = self._table.openid_secret.get_secret_value()
        return OAuth2Client(
            self._table.openid_client,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._table.openid_scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_SECONDS,
        )

    def _metadata(self, client: Any) -> Mapping[str, Any]:
        """What the provider tells of itself, asked for once."""
        with self._lock:
            if not self._told:
                issuer = self._table.openid_issuer
                told = _json(client, issuer.rstrip("/") + _WELL_KNOWN)
                if told.get("issuer") != issuer:
                    raise ProviderFault(f"{issuer} calls itself {told.get('issuer')}")
                self._told = told
            return self._told

    def _claims(self, client: Any, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """What a token says, once all is checked that makes it true."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=_SIGNED, strict_check_header=False)
        try:
            read = jwt.decode(token["id_token"], self._key_set(client), registry=registry)
        except InvalidKeyIdError:  # it has other keys now
            read = jwt.decode(
                token["id_token"], self._key_set(client, anew=True), registry=registry
            )
        claims: Any = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": self._table.openid_issuer},
                "aud": {"essential": True, "value": self._table.openid_client},
            },
            {
                "nonce": nonce,
                "client_id": self._table.openid_client,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    def _key_set(self, client: Any, *, anew: bool = False) -> Any:
        from joserfc.jwk import KeySet

        with self._lock:
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(_json(client, self._told["jwks_uri"]))
            return self._keys

    def _known(self, claims: Mapping[str, Any]) -> Known:
        name, groups = claims.get(self._table.openid_name), claims.get(self._table.openid_groups)
        if not isinstance(name, str):
            raise ValueError(f"it tells no '{self._table.openid_name}'")
        in_groups = {"*", *(groups if isinstance(groups, list) else [groups])}
        roles = [role for group, role in self._roles if group in in_groups]
        subject = digest(json.dumps([claims["iss"], claims["sub"]]))[:32]
        return Known(subject=subject, name=name, role=roles[0] if roles else None)


def _part(secret: str, name: str) -> str:
    return digest(f"{name}\n{secret}")


def _json(client: Any, address: str) -> dict[str, Any]:
    """Raises ProviderFault."""
    from httpx2 import HTTPError

    try:
        reply = client.request("GET", address, withhold_token=True)
        reply.raise_for_status()
        found = reply.json()
    except (HTTPError, ValueError) as exc:
        raise ProviderFault(f"{address} cannot be had: {exc}") from exc
    if not isinstance(found, dict):
        raise ProviderFault(f"{address} is not as it should be")
    return found
