"""The page's guard by itself: a real ASGI app behind it, asked over Starlette's test client."""

import pytest
from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient

from vectorstore import NotAllowed
from web.guard import POLICY, SANDBOX, Guard
from web.identity.bindings import MOST, Bindings
from web.identity.people import DEEDS, LOCAL, Person, Role, may, person_of, require

HERE = "http://127.0.0.1:7860"


def app() -> FastAPI:
    """Says who asks, and how long a body is."""
    made = FastAPI(openapi_url=None)

    @made.get("/who")
    def who(request: Request) -> str:
        return person_of(request).name

    @made.post("/take")
    @made.post("/take/{name}/in")
    @made.post("/hidden")
    async def take(request: Request) -> int:
        return len(await request.body())

    return made


@pytest.fixture
def client() -> TestClient:
    guarded = Guard(app(), also=["/who"], also_post={"/take": 20, "/take/{name}/in": 400_000})
    return TestClient(guarded, base_url=HERE)


def test_where_nobody_logs_in_one_local_person_may_do_everything(client: TestClient) -> None:
    assert client.get("/who").json() == LOCAL.name
    assert all(may(LOCAL, deed) for deed in DEEDS)


def test_each_post_takes_as_much_as_it_said(client: TestClient) -> None:
    assert client.post("/take", content=b"x" * 20).json() == 20
    assert client.post("/take", content=b"x" * 21).status_code == 413
    assert client.post("/take/paper/in", content=b"x" * 300_000).json() == 300_000
    assert client.post("/take/paper/in", content=b"x" * 400_001).status_code == 413


def test_a_page_may_ask_for_less_than_is_allowed_and_never_for_more() -> None:
    made = FastAPI(openapi_url=None)

    @made.get("/page")
    def page(policy: str) -> Response:
        return Response("", headers={"Content-Security-Policy": policy})

    client = TestClient(Guard(made, also=["/page"]), base_url=HERE)
    for asked, had in ((SANDBOX, SANDBOX), ("default-src *", POLICY)):
        reply = client.get("/page", params={"policy": asked})
        assert reply.headers.get_list("content-security-policy") == [had]
    assert SANDBOX.endswith("; sandbox") and "script-src" not in SANDBOX


def test_what_was_not_named_is_not_there(client: TestClient) -> None:
    assert client.post("/hidden").status_code == 404
    assert client.post("/take/a/b/in").status_code == 404
    assert client.post("/who").status_code == 404
    assert client.get("/take").status_code == 404
    assert client.delete("/take").status_code == 404


def test_posts_from_other_pages_are_refused(client: TestClient) -> None:
    assert client.post("/take", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/take", headers={"Origin": HERE}).status_code == 200


def test_a_body_whose_length_is_told_in_two_ways_is_refused(client: TestClient) -> None:
    twice = {"Content-Length": "2", "Transfer-Encoding": "chunked"}
    assert client.post("/take", content=b"{}", headers=twice).status_code == 400


def test_a_person_is_who_the_guard_says(client: TestClient) -> None:
    with pytest.raises(NotAllowed):
        TestClient(app()).get("/who")  # without the guard nobody is there


@pytest.mark.parametrize(
    ("role", "deeds"),
    [
        (Role.LEADER, {"ask"}),
        (Role.TRAINER, {"ask", "discuss"}),
        (Role.KEEPER, {"ask", "library"}),
        (Role.EVALUATOR, {"ask", "discuss", "library", "evaluate"}),
        (Role.ADMINISTRATOR, {"ask", "discuss", "library", "evaluate", "administer"}),
    ],
)
def test_a_role_may_do_what_its_work_needs(role: Role, deeds: set[str]) -> None:
    person = Person(name="p", role=role)
    assert {deed for deed in DEEDS if may(person, deed)} == deeds
    with pytest.raises(KeyError):
        may(person, "fly")


def test_what_a_role_may_not_do_is_refused() -> None:
    from starlette.requests import Request as Asked

    from web.identity.people import PERSON

    leader = Person(name="mary", role=Role.LEADER)
    request = Asked({"type": "http", "headers": [], PERSON: leader})
    assert require(request, "ask") is leader
    with pytest.raises(NotAllowed, match="role of mary here is leader"):
        require(request, "library")


def test_nobody_makes_anothers_page_session_theirs_by_naming_many() -> None:
    bindings = Bindings()
    assert bindings.is_theirs("open", "mary")
    assert all(bindings.is_theirs(f"more-{number}", "eve") for number in range(MOST + 1))
    assert not bindings.is_theirs("open", "eve") and bindings.is_theirs("open", "mary")
    assert bindings.is_theirs("more-0", "mary")  # the oldest of eve's was given up
