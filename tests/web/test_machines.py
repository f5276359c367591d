"""Whatever is done about users, in whatever order: who is in, and as what, is what a plain model of
it says. `MACHINES=2000` looks on for hours."""

import os
import tempfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from starlette.testclient import TestClient

from tests.web.test_door import HERE, Clock, browser, enter, guarded
from vectorstore import UsageError
from web.identity import passwords
from web.identity.door import Door
from web.identity.people import Role
from web.identity.users import Users
from web.reach import Reach
from web.settings import PageSettings

MANY = int(os.environ.get("MACHINES", "15"))
NAMES = st.sampled_from(["mary", "Mary", "eve", "zoë@example", "x"])
WORDS = st.sampled_from(["a long enough secret", "another one, as long"])
ROLES = st.sampled_from(list(Role))
HOURS = 1


class Logins(RuleBasedStateMachine):
    """The model: `people` have by folded name their word and role; of each browser that is in,
    whose it is and until when; of each token, whose."""

    browsers, tokens = Bundle("browsers"), Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.clock, table = Clock(), PageSettings(session_hours=HOURS)
        self.users = Users(Path(self.home.name))
        self.door = Door(self.users, table, self.clock)
        self.app = guarded(self.door, Reach.of(table))
        self.people: dict[str, tuple[str, str, Role]] = {}
        self.into: dict[TestClient, tuple[str, str, float]] = {}
        self.shown: dict[str, tuple[str, str]] = {}
        self.count = 0

    def teardown(self) -> None:
        self.home.cleanup()

    def _person(self, name: str) -> tuple[str, str, Role] | None:
        return self.people.get(name.casefold())

    @rule(name=NAMES, word=WORDS, role=ROLES)
    def add(self, name: str, word: str, role: Role) -> None:
        fits = name.isascii() and self._person(name) is None
        try:
            self.users.add(name, role, word)
        except UsageError:
            assert not fits
        else:
            assert fits
            self.count += 1
            self.people[name.casefold()] = (f"{name}#{self.count}", word, role)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        found = self._person(name)
        try:
            self.users.remove(name)
        except UsageError:
            assert found is None or not found[0].startswith(f"{name}#")
        else:
            del self.people[name.casefold()]

    @rule(name=NAMES, role=ROLES)
    def give_role(self, name: str, role: Role) -> None:
        try:
            self.users.set_role(name, role)
        except UsageError:
            return
        id, word, _ = self.people[name.casefold()]
        self.people[name.casefold()] = (id, word, role)

    @rule(name=NAMES, word=WORDS, revoke=st.booleans())
    def give_password(self, name: str, word: str, revoke: bool) -> None:
        try:
            self.users.set_password(name, word, tokens=not revoke)
        except UsageError:
            return
        id, _, role = self.people[name.casefold()]
        self.people[name.casefold()] = (id, word, role)
        self.into = {c: into for c, into in self.into.items() if into[0] != id}
        if revoke:
            self.shown = {t: of for t, of in self.shown.items() if of[0] != id}

    @rule(target=browsers, name=NAMES, word=WORDS)
    def log_in(self, name: str, word: str) -> TestClient:
        self.clock.now += 61  # so that nobody has to wait for others' tries
        client = browser(self.app, HERE, ("127.0.0.1", 4))
        found, status = self._person(name), enter(client, name, word)
        right = found is not None and found[1] == word
        if status != 429:
            assert status == (303 if right else 401)
        if status == 303 and found is not None:
            self.into[client] = (found[0], name.casefold(), self.clock.now + HOURS * 3600)
        return client

    @rule(client=browsers)
    def log_out(self, client: TestClient) -> None:
        client.get("/logout")
        self.into.pop(client, None)

    @rule(client=browsers)
    def end_others(self, client: TestClient) -> None:
        if client.post("/account/end", data={"id": "others"}).status_code == 303:
            mine = self.into[client][0]
            self.into = {c: i for c, i in self.into.items() if i[0] != mine or c is client}

    @rule(target=tokens, name=NAMES)
    def make_token(self, name: str) -> str:
        try:
            token = self.users.make_token(name)
        except UsageError:
            return ""
        self.shown[token] = (self.people[name.casefold()][0], name.casefold())
        return token

    @rule(token=consumes(tokens))
    def take_tokens(self, token: str) -> None:
        if token in self.shown and self._holds(*self.shown[token]):
            id = self.shown[token][0]
            self.users.drop_tokens(id.partition("#")[0])
            self.shown = {t: of for t, of in self.shown.items() if of[0] != id}

    @rule(seconds=st.sampled_from([1, 1800, 3601]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    def _holds(self, id: str, key: str) -> bool:
        return key in self.people and self.people[key][0] == id

    @invariant()
    def who_is_in_is_who_should_be(self) -> None:
        for client, (id, key, until) in self.into.items():
            seen = client.get("/")
            if self._holds(id, key) and self.clock.now < until:
                assert seen.json()[:2] == [id.partition("#")[0], str(self.people[key][2])]
            else:
                assert seen.status_code == 303
        for token, (id, key) in self.shown.items():
            person = self.users.with_token(token)
            assert (person is not None) == self._holds(id, key)


def test_who_is_in_is_who_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    monkeypatch.setattr(passwords, "_NOBODY", passwords.hashed("nobody's"))
    run_state_machine_as_test(
        Logins,
        settings=settings(
            max_examples=MANY,
            stateful_step_count=25,
            deadline=None,
            derandomize=MANY < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )
