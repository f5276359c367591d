"""Servers answer as the home does that was carried to them, and the page is served over them."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant import open_engine
from eval.bench.same import answers, carried, quoted
from eval.bench.servers import Chroma, Postgres
from soundings import build_page
from tests.conftest import settings_of

pytestmark = pytest.mark.servers
ASKED = (
    {"id": "one", "question": "What is Julie Wood's central argument?"},
    {
        "id": "two",
        "question": "And what does she ask of leaders?",
        "history": [{"role": "user", "content": "What is Julie Wood's central argument?"}],
    },
    {"id": "none", "question": "How do I bake bread?"},
    {"id": "all", "question": "Compare what the articles say about clinicians as leaders."},
)


@pytest.fixture(scope="module")
def environ(starter_home: Path, postgres: Postgres, chroma: Chroma) -> dict[str, str]:
    """What names servers that the starter library was carried to."""
    return carried(starter_home, postgres.empty("same"), chroma.url)


def test_servers_answer_to_the_letter_as_the_home_does(
    starter_home: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    lines = [json.dumps(each) for each in ASKED]
    here = answers(starter_home, {}, tmp_path, lines)
    assert answers(tmp_path / "empty", environ, tmp_path, lines) == here
    assert [bool(quoted(each)) for each in here] == [True, True, False, True]


def test_the_page_opens_sources_that_are_on_a_server(
    environ: dict[str, str], tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, environ)
    engine = open_engine(settings)
    first, *_ = engine.store.library.sources()
    with TestClient(build_page(engine, settings), base_url="http://127.0.0.1") as page:
        shown = page.get("/source", params={"id": first.id})
    assert shown.status_code == 200 and first.title in shown.text
