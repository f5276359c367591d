"""OpenID Connect against a small provider of our own on the loopback, over HTTP."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.serving import serving
from tests.web.test_door import SECRET, guarded
from vectorstore import SettingsError
from web.identity import openid
from web.identity.door import Door
from web.identity.people import Role
from web.identity.users import Users
from web.reach import Reach
from web.settings import PageSettings

CLIENT, KEPT = "soundings", "the client's secret"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


class Provider:
    """Logs in whoever it is told to; `claims` are what its next token says otherwise than it
    should, `header` and `key` how that is signed."""

    def __init__(self) -> None:
        self.issuer = ""
        self.person: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key: Any = KEY
        self.keys = [KEY]
        self.codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.told)
        self.app.get("/keys")(lambda: {"keys": [key.as_dict(private=False) for key in self.keys]})
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)

    def told(self) -> dict[str, Any]:
        places = {"authorization": "authorize", "token": "token"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            **{f"{name}_endpoint": f"{self.issuer}/{at}" for name, at in places.items()},
        }

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"]
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(given)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{KEPT}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
            or request.headers["authorization"] != basic
        ):
            return Response('{"error": "invalid_grant"}', 400, media_type="application/json")
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60},
            **{"nonce": asked["nonce"], **self.person, **self.claims},
        }
        registry = JWSRegistry(algorithms=["RS256", "HS256", "none"])
        signed = jwt.encode(self.header, claims, self.key, registry=registry)
        told = {"access_token": "x", "token_type": "Bearer", "id_token": signed}
        return Response(json.dumps(told), media_type="application/json")


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    provider = Provider()
    with serving(provider.app) as provider.issuer:
        yield provider


@pytest.fixture
def provider(served: Provider) -> Provider:
    """With Olga before it."""
    served.person = {"sub": "0815", "preferred_username": "olga", "groups": ["staff", "readers"]}
    served.claims, served.header, served.key = {}, {"alg": "RS256", "kid": "one"}, KEY
    served.keys = [KEY]
    return served


def page(provider: Provider, home: Path, **table: str) -> tuple[Any, Users]:
    """A page that the provider guards, and its users."""
    said = {
        "openid_issuer": provider.issuer,
        "openid_client": CLIENT,
        "openid_secret": KEPT,
        "openid_roles": "keepers=keeper, readers=leader",
    }
    settings = PageSettings.model_validate(said | table)
    users = Users(home)
    app = guarded(Door(users, settings), Reach.of(settings))
    return app, users


Browser = httpx.Client


@pytest.fixture
def at(provider: Provider, tmp_path: Path) -> Iterator[tuple[str, Users]]:
    app, users = page(provider, tmp_path)
    with serving(app) as address:
        yield address, users


def visit(address: str) -> Browser:
    return Browser(base_url=address, trust_env=False, timeout=60)


def gone(browser: Browser, to: str = "/api/who") -> str:
    """Go to the provider; the address with which it sends one back."""
    away = browser.get("/login/away", params={"to": to})
    assert away.status_code == 303, away.text
    with Browser(trust_env=False) as elsewhere:
        return elsewhere.get(away.headers["location"]).headers["location"]


def entered(address: str) -> httpx.Response:
    """What comes of a login at the provider."""
    with visit(address) as browser:
        return browser.get(gone(browser))


def test_who_logs_in_at_the_provider_is_in(at: tuple[str, Users]) -> None:
    address, users = at
    with visit(address) as browser:
        assert "login/away?to=" in browser.get("/login").text
        back = browser.get(gone(browser))
        assert (back.status_code, back.headers["location"]) == (303, "/api/who")
        assert browser.get("/api/who").json()[:2] == ["olga", "leader"]
        for cookie in back.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie or "Max-Age=0" in cookie
    [olga] = users.all()
    assert olga.password is None and "0815" not in users.path.read_text()


def test_groups_say_which_role_each_time(at: tuple[str, Users], provider: Provider) -> None:
    address, users = at
    assert entered(address).status_code == 303
    [first] = users.all()
    provider.person |= {"groups": ["readers", "keepers"], "preferred_username": "olga-of-old"}
    assert entered(address).status_code == 303
    [again] = users.all()
    assert (again.id, again.name, again.role) == (first.id, "olga", Role.KEEPER)
    provider.person |= {"groups": ["strangers"]}
    refused = entered(address)
    assert refused.status_code == 403 and "none of your groups" in refused.text
    assert 'action="../login"' in refused.text


def test_a_name_that_is_anothers_opens_nothing(at: tuple[str, Users], provider: Provider) -> None:
    address, users = at
    users.add("olga", Role.EVALUATOR, SECRET)
    assert entered(address).status_code == 403
    users.remove("olga")
    users.add("Olga", Role.LEADER, None)  # whom an administrator entered for the provider
    assert entered(address).status_code == 303
    provider.person |= {"sub": "another"}
    assert entered(address).status_code == 403
    assert [user.name for user in users.all()] == ["Olga"]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None},
        {"preferred_username": 7},
        {"preferred_username": "<b>"},
        {"azp": "another"},
    ],
)
def test_a_token_that_does_not_say_what_it_must_lets_nobody_in(
    at: tuple[str, Users], provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert entered(at[0]).status_code in (403, 502)
    assert at[1].all() == []


@pytest.mark.parametrize(
    ("alg", "key"),
    [("none", None), ("HS256", OctKey.import_key(KEPT)), ("RS256", RSAKey.generate_key(2048))],
)
def test_a_token_that_is_not_signed_by_the_provider_lets_nobody_in(
    at: tuple[str, Users], provider: Provider, alg: str, key: Any
) -> None:
    provider.header, provider.key = {"alg": alg, "kid": "one"}, key
    assert entered(at[0]).status_code == 502
    assert at[1].all() == []


def test_keys_that_the_provider_changes_are_taken(
    at: tuple[str, Users], provider: Provider
) -> None:
    assert entered(at[0]).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    provider.header, provider.keys = {"alg": "RS256", "kid": "two"}, [provider.key]
    assert entered(at[0]).status_code == 303


def test_an_answer_that_was_not_asked_for_is_not_taken(
    at: tuple[str, Users], provider: Provider
) -> None:
    """Somebody else's answer, one that is used again, one that was changed on the way."""
    address, users = at
    with visit(address) as browser, visit(address) as another:
        theirs, own = gone(another), gone(browser)
        assert browser.get(theirs).status_code == 502  # somebody would be logged in as another
        assert browser.get(own).status_code == 502  # the one secret is used up
        with visit(address) as nobody:
            assert nobody.get(own).status_code == 502
        own = gone(browser)
        fields = {name: value for name, [value] in parse_qs(urlsplit(own).query).items()}
        changed = urlencode({**fields, "iss": "https://evil.example"})
        assert browser.get(f"/login/back?{changed}").status_code == 502
        gone(browser)
        for query in ("", "error=access_denied", "code=x", "state=x&code=x"):
            assert browser.get(f"/login/back?{query}").status_code == 502
    assert users.all() == []


def test_nobody_is_sent_elsewhere_from_the_provider(at: tuple[str, Users]) -> None:
    for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
        with visit(at[0]) as browser:
            assert browser.get(gone(browser, to)).headers["location"] == "/"


def test_a_provider_that_is_away_is_told(tmp_path: Path, provider: Provider) -> None:
    app, _ = page(provider, tmp_path, openid_issuer="http://127.0.0.1:9")
    with serving(app) as address, visit(address) as browser:
        away = browser.get("/login/away")
        assert away.status_code == 502 and "did not come to its end" in away.text


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in ({"openid_issuer": "http://intranet.example"}, {"openid_issuer": "https://a.b"}):
        with pytest.raises(SettingsError, match=r"https://…|OPENID_CLIENT"):
            Door(Users(tmp_path), PageSettings.model_validate(table))
    monkeypatch.setattr(openid, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"soundings-assistant\[oidc\]"):
        Door(Users(tmp_path), PageSettings(openid_issuer="https://a.b", openid_client="c"))
    with pytest.raises(ValueError, match="king"):
        PageSettings(openid_roles="all=king")
