"""Users in their file: real hashes, real files, the real command."""

import hashlib
import io
import json
import stat
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vectorstore import SettingsError, UsageError
from web.identity.passwords import digest, hashed
from web.identity.people import Person, Role
from web.identity.sessions import Sessions
from web.identity.users import FILE_NAME, Users

Command = Callable[..., tuple[int, str, str]]
SECRET = "a long enough secret"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    made = Users(tmp_path)
    made.add("mary", Role.LEADER, SECRET)
    return made


def test_a_password_lets_its_person_in_and_no_other(users: Users) -> None:
    mary = users.with_password("mary", SECRET)
    assert mary is not None and mary.person == Person(name="mary", role=Role.LEADER)
    assert users.with_password("mary", SECRET + "!") is None
    assert users.with_password("mary", "") is None
    assert users.with_password("joan", SECRET) is None


def test_a_hash_of_an_earlier_version_lets_in_and_is_made_anew(users: Users) -> None:
    salt = b"0123456789abcdef"
    raw = hashlib.scrypt(SECRET.encode(), salt=salt, n=2**10, r=8, p=1)
    old = f"scrypt${2**10}$8$1${b64encode(salt).decode()}${b64encode(raw).decode()}"
    kept = users.all()[0].password
    assert kept is not None and kept.startswith("$argon2id$")
    users.path.write_text(users.path.read_text().replace(kept, old))
    assert users.with_password("mary", SECRET + "!") is None
    mary = users.with_password("mary", SECRET)
    assert mary is not None and mary.password != old
    [now] = users.all()
    assert now == mary and str(now.password).startswith("$argon2id$")
    again = users.with_password("mary", SECRET)
    assert again == mary  # what is as it should be stays


def test_the_file_holds_no_password_and_is_the_owners_alone(users: Users) -> None:
    token = users.make_token("mary")
    text = users.path.read_text()
    assert SECRET not in text and token not in text
    if sys.platform != "win32":
        assert stat.S_IMODE(users.path.stat().st_mode) == 0o600


def test_the_same_password_is_kept_differently_for_two(users: Users) -> None:
    users.add("joan", Role.KEEPER, SECRET)
    one, other = users.all()
    assert one.password != other.password


def test_what_another_process_changed_counts_at_once(users: Users, tmp_path: Path) -> None:
    other = Users(tmp_path)
    assert other.find("mary") is not None
    users.set_role("mary", Role.TRAINER)
    mary = other.find("mary")
    assert mary is not None and mary.role is Role.TRAINER
    users.remove("mary")
    assert other.find("mary") is None


def test_a_token_is_its_persons_until_it_is_taken_back(users: Users) -> None:
    users.add("joan", Role.KEEPER, None)
    one, two = users.make_token("joan"), users.make_token("joan")
    assert users.with_token(one) == users.with_token(two) == Person(name="joan", role=Role.KEEPER)
    assert users.with_token(one + "x") is None
    users.drop_tokens("joan")
    assert users.with_token(one) is None


def test_a_token_ends_after_its_days_and_its_use_is_noted(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = users.make_token("mary", days=30)
    assert users.with_token(token) is not None
    today = datetime.now(UTC).date()
    began = time.monotonic()
    while not users.all()[0].tokens[0].used and time.monotonic() - began < 20:
        time.sleep(0.01)
    assert users.all()[0].tokens[0].used == today.isoformat()
    for days, good in ((30, True), (31, False)):
        later = (today + timedelta(days=days)).isoformat()
        monkeypatch.setattr("web.identity.users._today", lambda later=later: later)
        assert (users.with_token(token) is not None) is good


def test_a_changed_password_takes_tokens_back_if_asked(users: Users) -> None:
    token = users.make_token("mary")
    users.set_password("mary", SECRET + "!")
    assert users.with_token(token) is not None
    users.set_password("mary", SECRET, tokens=False)
    assert users.with_token(token) is None


def test_a_file_from_before_ids_is_read_and_gets_them(tmp_path: Path) -> None:
    kept = hashed(SECRET)
    (tmp_path / FILE_NAME).write_text(
        f"[[user]]\nname = 'Mary'\nrole = 'leader'\npassword = '{kept}'\n"
        f"tokens = ['{digest('sndg_old')}']\n"
    )
    users = Users(tmp_path)
    mary = users.with_password("mary", SECRET)
    assert mary is not None and mary.person.key == "mary"  # under which what is theirs is kept
    token = users.with_token("sndg_old")
    assert token is not None and token.scope is None
    users.add("joan", Role.KEEPER, None)
    again = Users(tmp_path).find("Mary")
    assert again is not None and again.id == "mary" and again.tokens
    users.remove("Mary")
    users.add("Mary", Role.LEADER, SECRET)
    anew = users.find("Mary")
    assert anew is not None and anew.id != "mary"


def test_somebody_whom_a_proxy_lets_in_has_no_password_to_guess(users: Users) -> None:
    users.add("joan", Role.KEEPER, None)
    assert users.with_password("joan", "") is None


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "<b>", "mary", "MARY", "-x", 'a"b', "é"])
def test_a_name_that_cannot_be_one_is_refused(users: Users, name: str) -> None:
    with pytest.raises(UsageError):
        users.add(name, Role.LEADER, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "[[user]]\nname = 'a'\n",
        "[[user]]\nname = 'a'\nrole = 'king'\n",
        "[[user]]\nname = 'a'\nrole = 'leader'\npassword = 'plain'\n",
        "[[user]]\nname = 'a'\nrole = 'leader'\nadmin = true\n",
        "[[user]]\nname = 'a'\nrole = 'leader'\n[[user]]\nname = 'a'\nrole = 'keeper'\n",
        "user = 3\n",
        "x =",
    ],
)
def test_a_file_that_is_not_as_it_should_be_lets_nobody_in(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=FILE_NAME):
        Users(tmp_path).all()


def test_the_commands(soundings: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return soundings("--home", tmp_path, "users", *words)

    code, out, err = run("add", "mary", "--role", "leader", typed="short\n")
    assert code == 2 and "10" in err
    assert run("add", "mary", "--role", "leader", typed=f"{SECRET}\n")[0] == 0
    code, out, err = run("list", "--json")
    assert json.loads(out) == [{"name": "mary", "role": "leader", "password": True, "tokens": 0}]
    assert run("password", "mary", typed="quite another one\n")[0] == 0
    assert run("role", "mary", "keeper")[0] == 0
    mary = Users(tmp_path).with_password("mary", "quite another one")
    assert mary is not None and mary.person == Person(name="mary", role=Role.KEEPER)
    code, out, err = run("token", "mary")
    assert Users(tmp_path).with_token(out.strip()) is not None
    assert run("token", "mary", "--days", "7", "--for", "ask,pack")[0] == 0
    code, out, err = run("token", "mary", "--list")
    assert "no end" in out and "ask, pack" in out and "never" in out
    assert run("token", "mary", "--for", "fly")[0] == 2
    assert run("password", "mary", "--revoke-tokens", typed=f"{SECRET}\n")[0] == 0
    assert Users(tmp_path).all()[0].tokens == ()
    mary = Users(tmp_path).find("mary")
    assert mary is not None
    for address in ("10.0.0.8", "10.0.0.9"):
        Sessions(tmp_path).begin(mary.id, None, 60, address=address, browser="a browser")
    code, out, err = run("sessions", "mary", "--json")
    assert {row["address"] for row in json.loads(out)} == {"10.0.0.8", "10.0.0.9"}
    assert run("logout", "mary", json.loads(out)[0]["id"])[0] == 0
    assert "a browser" in run("sessions")[1]
    assert run("logout", "mary", "none")[0] == 2
    assert run("logout", "mary")[0] == 0
    assert Sessions(tmp_path).listed() == []
    assert run("remove", "mary")[0] == 0
    assert Users(tmp_path).all() == []
    assert run("remove", "mary")[0] == 2
