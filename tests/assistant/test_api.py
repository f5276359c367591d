"""The API for other programs: the real page with the real engine, asked over HTTP."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant import Engine
from assistant.api.models import ApiAnswer, ApiHits, ApiPack
from soundings import build_page
from tests.conftest import settings_of
from vectorstore.page.audit import AuditLog, entries
from vectorstore.page.door import Door
from vectorstore.page.people import Role
from vectorstore.page.settings import PageSettings
from vectorstore.page.users import Users

HERE = "http://127.0.0.1:7860"
WOOD = "What is Julie Wood's central argument?"
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"
TOPIC = "clinicians as leaders"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def engine(starter_engine: Engine, folder: Path) -> Engine:
    """The engine, with a log of its own."""
    noting = copy.copy(starter_engine)
    noting.journal = AuditLog(folder, days=1, text=True)
    return noting


@pytest.fixture(scope="module")
def local(engine: Engine, starter_home: Path) -> Iterator[TestClient]:
    """The page of one person at their own machine."""
    app = build_page(engine, settings_of(starter_home))
    with TestClient(app, base_url=HERE) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(folder: Path) -> dict[str, str]:
    users = Users(folder)
    for role in Role:
        users.add(f"the-{role}", role, None)
    return {str(role): users.make_token(f"the-{role}") for role in Role}


@pytest.fixture(scope="module")
def shared(
    engine: Engine, starter_home: Path, folder: Path, tokens: dict[str, str]
) -> Iterator[TestClient]:
    """The page of several people, who show tokens."""
    door = Door(Users(folder), PageSettings())
    app = build_page(engine, settings_of(starter_home), door=door)
    with TestClient(app, base_url=HERE) as client:
        yield client


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("timings_ms", "id")}


@pytest.mark.parametrize("question", [WOOD, CONDUCTOR, PENGUINS])
def test_the_answer_is_the_engines_own(
    local: TestClient, starter_engine: Engine, question: str
) -> None:
    reply = local.post("/api/ask", json={"question": question, "id": "q1"})
    assert reply.status_code == 200 and reply.json()["id"] == "q1"
    assert timeless(reply.json()) == timeless(starter_engine.ask(question).to_json())
    ApiAnswer.model_validate(reply.json())  # the types that are promised, and no more


def test_a_follow_up_is_read_with_its_history(local: TestClient) -> None:
    history = [{"role": "user", "content": WOOD}, {"role": "assistant", "content": "…"}]
    asked = {"question": "What else does she say?", "history": history}
    assert "Julie Wood" in local.post("/api/ask", json=asked).json()["standalone_question"]
    asked["standalone"] = "Who compared it to conducting?"
    said = local.post("/api/ask", json=asked).json()["standalone_question"]
    assert said == "Who compared it to conducting?"


def test_search_gives_what_the_command_gives(local: TestClient, starter_engine: Engine) -> None:
    reply = local.post("/api/search", json={"query": "conflicts of interest", "top_k": 3}).json()
    hits = starter_engine.store.searcher.search("conflicts of interest", 3).hits
    assert reply == {"id": None, "hits": [hit.to_json() for hit in hits]}
    ApiHits.model_validate(reply)
    source = reply["hits"][-1]["source"]
    narrowed = {"query": "conflicts of interest", "sources": [source]}
    found = local.post("/api/search", json=narrowed).json()["hits"]
    assert {hit["source"] for hit in found} == {source}


def test_a_pack_is_what_the_command_makes(local: TestClient, starter_engine: Engine) -> None:
    from assistant.packs import PackMaker, PackRequest

    reply = local.post("/api/pack", json={"topic": TOPIC, "prompts": 3, "minutes": 30})
    made = PackMaker(starter_engine).make(PackRequest(topic=TOPIC, prompts=3, minutes=30))
    assert reply.json() == json.loads(json.dumps(made.to_json()))
    ApiPack.model_validate(reply.json())


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("ask", {"question": "  "}, 400),
        ("ask", {"question": WOOD, "sources": ["nowhere"]}, 404),
        ("ask", {"question": WOOD, "colour": "red"}, 422),
        ("ask", {}, 422),
        ("search", {"query": " "}, 400),
        ("search", {"query": "x", "top_k": 0}, 422),
        ("pack", {"topic": "penguins in winter"}, 404),
        ("pack", {"topic": TOPIC, "prompts": 12, "minutes": 5}, 400),
    ],
)
def test_what_cannot_be_done_is_told(
    local: TestClient, path: str, body: dict[str, Any], status: int
) -> None:
    reply = local.post(f"/api/{path}", json=body)
    assert reply.status_code == status
    assert reply.json().get("error") or status == 422


def test_roles_hold_for_programs_too(shared: TestClient, tokens: dict[str, str]) -> None:
    def status(role: str, path: str, body: dict[str, Any]) -> int:
        shown = {"Authorization": f"Bearer {tokens[role]}"}
        return shared.post(f"/api/{path}", json=body, headers=shown).status_code

    pack = {"topic": TOPIC, "prompts": 3, "minutes": 30}
    assert {role: status(role, "pack", pack) for role in tokens} == {
        "leader": 403,
        "keeper": 403,
        "trainer": 200,
        "evaluator": 200,
    }
    assert {status(role, "search", {"query": "leaders"}) for role in tokens} == {200}
    assert shared.post("/api/search", json={"query": "leaders"}).status_code == 401


def test_other_pages_cannot_ask_it(local: TestClient) -> None:
    headers = {"Origin": "http://evil.example"}
    assert local.post("/api/ask", json={"question": WOOD}, headers=headers).status_code == 403


def test_what_was_asked_is_in_the_log(
    shared: TestClient, tokens: dict[str, str], folder: Path
) -> None:
    shown = {"Authorization": f"Bearer {tokens['trainer']}"}
    before = len(entries(folder))
    answer = shared.post("/api/ask", json={"question": WOOD}, headers=shown).json()
    shared.post("/api/ask", json={"question": "!"}, headers=shown)
    shared.post("/api/search", json={"query": "leaders"}, headers=shown)
    asked, refused, searched = entries(folder)[before:]
    cited = tuple(dict.fromkeys(c["source"] for c in answer["citations"]))
    assert (asked.person, asked.deed, asked.text) == ("the-trainer", "ask", WOOD)
    assert (asked.outcome, asked.sources) == (answer["outcome"], cited)
    assert (refused.deed, refused.outcome, refused.sources) == ("ask", "refused", ())
    assert (searched.deed, searched.text) == ("search", "leaders") and searched.sources


def test_it_describes_itself_and_loads_nothing(local: TestClient) -> None:
    described = local.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/api/ask", "/api/search", "/api/pack"}
    citation = described["components"]["schemas"]["ApiCitation"]["properties"]
    assert set(citation) >= {"marker", "source", "start", "end", "quote", "page"}
    page = local.get("/api")
    assert page.status_code == 200
    for path in described["paths"]:
        assert f"POST {path}" in page.text
    assert "http:" not in page.text and "https:" not in page.text and "<script" not in page.text


def test_nobody_reads_about_it_before_they_log_in(shared: TestClient) -> None:
    assert shared.get("/api/openapi.json").status_code == 401
    opened = shared.get("/api", headers={"Sec-Fetch-Mode": "navigate"}, follow_redirects=False)
    assert opened.headers["location"] == "/login?to=%2Fapi"
