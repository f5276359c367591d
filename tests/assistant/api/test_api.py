"""The API for other programs: the real page with the real engine, asked over HTTP."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Engine
from assistant.api.models import ApiAnswer, ApiHits, ApiPack
from tests.serving import client, logged_in
from web.audit import entries

pytest_plugins = ["tests.serving"]

WOOD = "What is Julie Wood's central argument?"
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"
TOPIC = "clinicians as leaders"


@pytest.fixture(scope="module")
def program(address: str, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    """A program of an evaluator's, who may ask for anything."""
    with client(address, tokens["evaluator"]) as made:
        yield made


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("timings_ms", "id")}


@pytest.mark.parametrize("question", [WOOD, CONDUCTOR, PENGUINS])
def test_the_answer_is_the_engines_own(
    program: httpx.Client, starter_engine: Engine, question: str
) -> None:
    reply = program.post("/api/ask", json={"question": question, "id": "q1"})
    assert reply.status_code == 200 and reply.json()["id"] == "q1"
    assert timeless(reply.json()) == timeless(starter_engine.ask(question).to_json())
    ApiAnswer.model_validate(reply.json())  # the types that are promised, and no more


def test_a_follow_up_is_read_with_its_history(program: httpx.Client) -> None:
    history = [{"role": "user", "content": WOOD}, {"role": "assistant", "content": "…"}]
    asked = {"question": "What else does she say?", "history": history}
    assert "Julie Wood" in program.post("/api/ask", json=asked).json()["standalone_question"]
    asked["standalone"] = "Who compared it to conducting?"
    said = program.post("/api/ask", json=asked).json()["standalone_question"]
    assert said == "Who compared it to conducting?"


def test_search_gives_what_the_command_gives(program: httpx.Client, starter_engine: Engine) -> None:
    reply = program.post("/api/search", json={"query": "conflicts of interest", "top_k": 3}).json()
    hits = starter_engine.store.searcher.search("conflicts of interest", 3).hits
    assert reply == {"id": None, "hits": [hit.to_json() for hit in hits]}
    ApiHits.model_validate(reply)
    source = reply["hits"][0]["source"]
    narrowed = {"query": "conflicts of interest", "sources": [source]}
    found = program.post("/api/search", json=narrowed).json()["hits"]
    assert {hit["source"] for hit in found} == {source}
    assert program.post("/api/search", json={"query": "xyzzy"}).json()["hits"] == []


def test_a_pack_is_what_the_command_makes(program: httpx.Client, starter_engine: Engine) -> None:
    from assistant.packs import PackMaker, PackRequest

    reply = program.post("/api/pack", json={"topic": TOPIC, "prompts": 3, "minutes": 30})
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
    program: httpx.Client, path: str, body: dict[str, Any], status: int
) -> None:
    reply = program.post(f"/api/{path}", json=body)
    assert reply.status_code == status
    assert reply.json().get("error") or status == 422


def test_roles_hold_for_programs_too(address: str, tokens: dict[str, str]) -> None:
    def status(role: str, path: str, body: dict[str, Any]) -> int:
        with client(address, tokens[role]) as made:
            return made.post(f"/api/{path}", json=body).status_code

    pack = {"topic": "penguins in winter"}  # which the library does not hold
    assert {role: status(role, "pack", pack) for role in tokens} == {
        "leader": 403,
        "keeper": 403,
        "trainer": 404,
        "evaluator": 404,
        "administrator": 404,
    }
    assert {status(role, "search", {"query": "leaders"}) for role in tokens} == {200}
    with client(address) as nobody:
        assert nobody.post("/api/search", json={"query": "leaders"}).status_code == 401


def test_other_pages_cannot_ask_it(program: httpx.Client) -> None:
    headers = {"Origin": "http://evil.example"}
    assert program.post("/api/ask", json={"question": WOOD}, headers=headers).status_code == 403


def test_what_was_asked_is_in_the_log(
    address: str, tokens: dict[str, str], people_home: Path
) -> None:
    before = len(entries(people_home))
    with client(address, tokens["trainer"]) as trainer:
        answer = trainer.post("/api/ask", json={"question": WOOD}).json()
        trainer.post("/api/ask", json={"question": "!"})
        trainer.post("/api/search", json={"query": "leaders"})
    asked, refused, searched = entries(people_home)[before:]
    cited = tuple(dict.fromkeys(c["source"] for c in answer["citations"]))
    assert (asked.person, asked.deed, asked.text) == ("the-trainer", "ask", WOOD)
    assert (asked.outcome, asked.sources) == (answer["outcome"], cited)
    assert (refused.deed, refused.outcome, refused.sources) == ("ask", "refused", ())
    assert (searched.deed, searched.text) == ("search", "leaders") and searched.sources


def test_it_describes_itself_and_loads_nothing(program: httpx.Client) -> None:
    described = program.get("/api/openapi.json").json()
    assert set(described["paths"]) == {"/api/ask", "/api/search", "/api/pack"}
    citation = described["components"]["schemas"]["ApiCitation"]["properties"]
    assert set(citation) >= {"marker", "source", "start", "end", "quote", "page"}
    page = program.get("/api")
    assert page.status_code == 200
    for path in described["paths"]:
        assert f"POST {path}" in page.text
    assert "http:" not in page.text and "https:" not in page.text and "<script" not in page.text


def test_nobody_reads_about_it_before_they_log_in(address: str) -> None:
    with client(address) as nobody:
        assert nobody.get("/api/openapi.json").status_code == 401
        opened = nobody.get("/api", headers={"Sec-Fetch-Mode": "navigate"})
    assert opened.headers["location"] == "/login?to=%2Fapi"


def test_a_login_and_another_pack_do_not_wait_for_somebodys_packs(
    address: str, tokens: dict[str, str]
) -> None:
    """Four hundred packs are asked for, and whoever asked hangs up."""
    pack = {"topic": TOPIC, "prompts": 3, "minutes": 30}
    with client(address, tokens["evaluator"]) as once:
        began = time.monotonic()
        assert once.post("/api/pack", json=pack).status_code == 200
        one = time.monotonic() - began

    host, _, port = address.removeprefix("http://").partition(":")
    body = json.dumps(pack).encode()
    head = (
        f"POST /api/pack HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {tokens['evaluator']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    for _ in range(400):
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(head.encode() + body)
    began = time.monotonic()
    logged_in(address, "the-leader").close()
    with client(address, tokens["trainer"]) as trainer:
        assert trainer.post("/api/pack", json=pack).status_code == 200
    assert time.monotonic() - began < 10 * max(one, 0.5)  # and not four hundred times as long


def test_whoever_asks_for_too_much_at_once_is_told_so_and_others_are_served(
    address: str, tokens: dict[str, str]
) -> None:
    pack = {"topic": TOPIC, "prompts": 3, "minutes": 30}
    got = list[int]()

    def ask() -> None:
        with client(address, tokens["evaluator"]) as made:
            got.append(made.post("/api/pack", json=pack).status_code)

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for each in askers:
        each.start()
    with client(address, tokens["trainer"]) as trainer:
        assert trainer.post("/api/search", json={"query": "leaders"}).status_code == 200
    for each in askers:
        each.join()
    assert set(got) == {200, 429} and got.count(200) >= 2


@pytest.mark.parametrize("path", ["ask", "search", "pack"])
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[1]", b"{", b"\xff\xfe{", b'{"question": 1e20}', b'{"x\\u0041": 1}']
)
def test_no_body_makes_it_fail(program: httpx.Client, path: str, body: bytes) -> None:
    reply = program.post(f"/api/{path}", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in (400, 422)
    assert set(reply.json()) == {"error", "id"} and reply.json()["error"]
