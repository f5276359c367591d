"""Packs that were made at the page, at the command line."""

import json
import shutil
from pathlib import Path
from string import hexdigits

import pytest

from assistant import Engine
from assistant.keeping.kept import FILE_NAME, Kept
from assistant.packs import PackMaker, PackRequest
from assistant.packs.desk import Desk, Laid
from assistant.packs.sessions import SessionBook
from tests.conftest import Command
from web.identity.people import LOCAL

TOPIC = "clinicians as leaders"


@pytest.fixture(scope="module")
def home(
    starter_home: Path, starter_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home in which two packs are kept; one was run."""
    home = tmp_path_factory.mktemp("kept") / "home"
    shutil.copytree(starter_home, home)
    laid = Laid(pack=PackMaker(starter_engine).make(PackRequest(topic=TOPIC, prompts=2)))
    kept = Kept(home / FILE_NAME)
    ids = [Desk(kept).lay(LOCAL, laid) for _ in range(2)]
    book = SessionBook(kept)
    book.say(LOCAL.key, ids[0], False, "Too early in the day.", laid.pack.to_json())
    kept.close()
    return home


def test_they_are_listed_with_what_was_said_shown_and_removed(
    home: Path, soundings: Command
) -> None:
    code, out, _ = soundings("--home", home, "packs")
    assert code == 0 and out.count(TOPIC) == 2 and out.count("local") == 2
    assert "it did not work: Too early in the day." in out
    code, out, _ = soundings("--home", home, "packs", "--json")
    ran, other = sorted(json.loads(out)["packs"], key=lambda one: -len(one["sessions"]))
    assert ran["sessions"][0]["worked"] is False and other["sessions"] == []
    assert all(set(one["id"]) <= set(hexdigits) for one in (ran, other))  # none begins with a dash
    code, out, _ = soundings("--home", home, "packs", "show", ran["id"], "--format", "json")
    assert code == 0 and json.loads(out)["topic"] == TOPIC
    code, _, _ = soundings("--home", home, "packs", "remove", ran["id"])
    assert code == 0
    code, _, err = soundings("--home", home, "packs", "show", ran["id"])
    assert code == 1 and "there is no pack" in err
    code, out, _ = soundings("--home", home, "packs", "--json")
    said = json.loads(out)
    assert [one["id"] for one in said["packs"]] == [other["id"]]
    assert [one["reason"] for one in said["sessions_of_deleted"]] == ["Too early in the day."]


def test_where_nothing_is_kept_that_is_said_and_no_file_is_made(
    tmp_path: Path, soundings: Command
) -> None:
    code, out, err = soundings("--home", tmp_path, "packs")
    assert (code, out) == (0, "") and "No pack is kept" in err
    assert soundings("--home", tmp_path, "packs", "remove", "x")[0] == 1
    assert not (tmp_path / FILE_NAME).exists()
