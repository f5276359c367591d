"""Several people at one page: each sees what their role may, and gets their own answers."""

import copy
import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import AssistantSettings, Engine
from assistant.answering.line import Line
from assistant.answering.parts import Part
from assistant.ask.tab import chat_of
from assistant.keeping.conversations import Exchange
from assistant.writing import ModelWriter
from assistant.writing.opening import open_model
from ingest.restore import EDITABLE
from soundings import build_page
from tests.assistant.writing.conftest import Service, streams
from tests.conftest import settings_of
from tests.serving import client, logged_in, serving
from web.audit import AuditLog, entries, events
from web.identity.door import Door
from web.identity.people import Role
from web.identity.users import Users
from web.settings import PageSettings
from web.tab import EACH, PAGES, SESSIONS

pytest_plugins = ["tests.serving"]

TEN = [
    "What is Julie Wood's central argument?",
    "Who likens his role to a conductor's?",
    "How do penguins keep warm in winter?",
    "What is the triple aim?",
    "Who chairs a clinical commissioning group?",
    "What is a conflict of interest?",
    "How are leaders trained?",
    "What do patients want?",
    "Who leads the change?",
    "What makes a good manager?",
]


def config(browser: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = browser.get("/config").json()
    return found


def tabs(browser: httpx.Client) -> list[str]:
    parts = config(browser)["components"]
    return [part["props"]["label"] for part in parts if part["type"] == "tabitem"]


def join(browser: httpx.Client, event: int, data: list[Any], session: str) -> httpx.Response:
    body = {"data": data, "fn_index": event, "session_hash": session, "trigger_id": None}
    # gradio answers with a fault to an event that it has not, and the server then hangs up
    alone = {"Connection": "close", "Content-Type": "application/json"}
    written = json.dumps(body)  # as browsers write it, half characters and all
    return browser.post("/gradio_api/queue/join", content=written, headers=alone)


def outputs(browser: httpx.Client, session: str) -> Iterator[list[Any]]:
    """What comes of the event that a session waits for, as it comes."""
    query = {"session_hash": session}
    with browser.stream("GET", "/gradio_api/queue/data", params=query) as lines:
        for line in lines.iter_lines():
            told = json.loads(line.removeprefix("data: ")) if line else {}
            if told.get("msg") in ("process_generating", "process_completed"):
                yield told["output"].get("data", [])
            if told.get("msg") == "process_completed":
                return


def texts(value: Any) -> Iterator[str]:
    """Every text within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


# Roles


def test_each_role_gets_its_own_tabs(leader: httpx.Client, evaluator: httpx.Client) -> None:
    assert tabs(leader) == ["Ask"]
    assert tabs(evaluator) == ["Ask", "Discuss", "Library", "Evaluate"]
    text = leader.get("/").text
    assert 'tab-library"' not in text and 'tab-evaluate"' not in text


def test_what_a_role_may_not_do_is_not_there_to_be_asked_for(
    leader: httpx.Client, evaluator: httpx.Client
) -> None:
    """Posted to the queue by hand, past everything that the page shows."""
    own, all_there_are = (len(config(browser)["dependencies"]) for browser in (leader, evaluator))
    assert own < all_there_are
    for event in range(own, all_there_are):
        assert join(leader, event, [], f"by-hand-{event}").status_code >= 400
    assert join(leader, 10_000, [], "by-hand").status_code >= 400


@pytest.mark.parametrize("path", ["/pack-file", "/evaluate/first", "/evaluate/progress"])
def test_other_tabs_addresses_are_refused(
    leader: httpx.Client, evaluator: httpx.Client, path: str
) -> None:
    assert leader.get(path).status_code == 403
    assert evaluator.get(path).status_code != 403


def test_the_page_says_who_is_there(leader: httpx.Client) -> None:
    [event] = [
        each["id"]
        for each in config(leader)["dependencies"]
        if [t[1] for t in each["targets"]] == ["load"] and not each["inputs"]
        if len(each["outputs"]) == 1
    ][:1]
    assert join(leader, event, [], "who").status_code == 200
    [[shown]] = list(outputs(leader, "who"))
    assert "the-leader, leader" in shown and 'href="logout"' in shown


def test_what_to_ask_next_and_a_file_of_it_are_for_whoever_asked(
    noting: Engine, leader: httpx.Client, evaluator: httpx.Client, people_home: Path
) -> None:
    asker, chat = Users(people_home).find("the-leader"), chat_of(noting)
    assert asker is not None
    id = chat.kept.begin(asker.person.key)
    asked = Exchange(question=TEN[0], answer=noting.ask(TEN[0]), rewordings=("Who leads?",))
    chat.kept.put(asker.person.key, id, asked)
    for address, theirs in (
        (f"/followups?id={id}&number=1", "Who leads?"),
        (f"/conversation/export?id={id}&form=md", TEN[0]),
    ):
        assert theirs in leader.get(address).text
        assert theirs not in evaluator.get(address).text


# Ten at once


def test_ten_programs_at_once_each_get_their_own_answer(
    address: str, tokens: dict[str, str], starter_engine: Engine
) -> None:
    def ask(number: int) -> dict[str, Any]:
        with client(address, [*tokens.values()][number % len(tokens)]) as program:
            asked = {"question": TEN[number], "id": f"q{number}"}
            found: dict[str, Any] = program.post("/api/ask", json=asked).json()
            return found

    with ThreadPoolExecutor(10) as pool:
        given = list(pool.map(ask, range(10)))
    for number, answer in enumerate(given):
        own = starter_engine.ask(TEN[number]).to_json()
        assert answer["id"] == f"q{number}" and answer["question"] == TEN[number]
        for part in ("outcome", "answer", "citations", "hits", "confidence"):
            assert answer[part] == own[part], (number, part)


def asking(browser: httpx.Client) -> int:
    """The event of the page that asks a question."""
    [event] = [
        each["id"]
        for each in config(browser)["dependencies"]
        if [t[1] for t in each["targets"]] == ["submit", "click"]
    ][:1]
    return int(event)


def opening(browser: httpx.Client) -> int:
    """An event of the page that is made when it is opened, and takes nothing."""
    return next(
        int(each["id"])
        for each in config(browser)["dependencies"]
        if not each["inputs"] and each["targets"][0][1] == "load"
    )


def test_half_a_character_is_asked_as_a_question_mark(leader: httpx.Client) -> None:
    asked = join(leader, asking(leader), ["Who \ud83d leads the CCG?", "", "", ""], "half")
    assert asked.status_code == 200
    shown = "".join(text for each in outputs(leader, "half") for text in texts(each))
    assert "Who ? leads the CCG?" in shown and 'class="actions"' in shown


def test_ten_people_at_the_page_are_answered_in_order_each_with_their_own_answer(
    noting: Engine, starter_home: Path, starter_engine: Engine
) -> None:
    engine, begun = copy.copy(noting), list[str]()
    find = engine._finder.find

    def noted(question: str, *rest: Any) -> Part:
        begun.append(question)
        return find(question, *rest)

    engine._finder = copy.copy(engine._finder)
    engine._finder.find, engine._line = noted, Line(1)  # type: ignore[method-assign]
    with serving(build_page(engine, settings_of(starter_home))) as at, client(at) as page:
        event = asking(page)
        # The page tries its own examples in the background
        until(lambda: not any("_try" in thread.name for thread in threading.enumerate()))
        begun.clear()

        def ask(number: int) -> str:
            with client(at) as own:
                session = f"ten-{number}"
                assert join(own, event, [TEN[number], "", "", ""], session).status_code == 200
                return "".join(text for each in outputs(own, session) for text in texts(each))

        with ThreadPoolExecutor(10) as pool:
            with engine._line.place():  # so that all ten are there before the first is served
                given = []
                for number in range(10):
                    given.append(pool.submit(ask, number))
                    until(lambda: len(engine._line._waiting) == len(given))
            shown = [each.result() for each in given]
    assert [question for question in begun if question in TEN] == TEN
    for number, seen in enumerate(shown):
        answer = starter_engine.ask(TEN[number])
        for other in TEN[:number] + TEN[number + 1 :]:
            assert other not in seen
        for citation in answer.citations:
            assert f'data-start="{citation.start}"' in seen


# Slow models and people who leave


@pytest.fixture
def slow(
    noting: Engine, starter_home: Path, tmp_path: Path
) -> Iterator[tuple[str, Service, threading.Event]]:
    """The page of a machine whose language model says nothing until it is let go."""
    service, go = Service(), threading.Event()
    service.script = [streams(then=lambda: go.wait(120))]
    table = AssistantSettings(llm=service.address, llm_model="slow", llm_seconds=600)
    engine = copy.copy(noting)
    engine._writer = ModelWriter(open_model(table), engine.store, table, None)
    engine.journal = AuditLog(tmp_path, days=1, text=True)
    with serving(build_page(engine, settings_of(starter_home))) as at:
        yield at, service, go
        go.set()
    service.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for something that must come about."""
    for _ in range(3_000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about")


def test_a_slow_model_holds_up_nobody_elses_quotes(
    slow: tuple[str, Service, threading.Event],
) -> None:
    address, service, go = slow

    def ask(question: str, **more: str) -> dict[str, Any]:
        with client(address) as program:
            reply = program.post("/api/ask", json={"question": question, **more})
            found: dict[str, Any] = reply.json()
            return found

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(ask, question) for question in TEN[:2]]
        until(lambda: len(service.asked) >= 2)
        quick = ask(TEN[0], engine="extractive")
        assert quick["outcome"] == "answered" and quick["engine"] == "extractive"
        assert not any(each.done() for each in waiting)
        go.set()
        assert [each.result()["question"] for each in waiting] == TEN[:2]


@pytest.mark.slow
def test_many_at_the_page_who_wait_for_a_slow_model_hold_up_nobody(
    slow: tuple[str, Service, threading.Event],
) -> None:
    """What needs no model is answered, whoever else is still waiting for theirs."""
    address, service, go = slow
    with client(address) as page:
        event = asking(page)

        def ask(number: int, question: str) -> str:
            with client(address) as own:
                session = f"many-{number}"
                assert join(own, event, [question, "", "", ""], session).status_code == 200
                return "".join(t for each in outputs(own, session) for t in texts(each))

        with ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(ask, number, TEN[number % 2]) for number in range(20)]
            until(lambda: len(service.asked) >= 20)
            assert "Hello!" in ask(20, "hello")
            assert page.get("/source?id=none&start=0&end=1").status_code == 200
            assert not any(each.done() for each in waiting)
            go.set()
            for number, each in enumerate(waiting):
                assert escape(TEN[number % 2]) in each.result()


def test_the_work_for_somebody_who_has_gone_stops(
    slow: tuple[str, Service, threading.Event], tmp_path: Path
) -> None:
    address, service, _ = slow
    body = json.dumps({"question": TEN[1]}).encode()
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /api/ask HTTP/1.1\r\nHost: {host}:{port}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        until(lambda: len(service.asked) >= 1)
    until(lambda: [entry.outcome for entry in entries(tmp_path)] == ["stopped"])


def test_one_person_does_not_fill_the_page_for_others(
    noting: Engine, starter_home: Path, people_home: Path, tokens: dict[str, str]
) -> None:
    engine, go = copy.copy(noting), threading.Event()
    find = engine._finder.find

    def held(*asked: Any) -> Part:
        assert go.wait(60)
        return find(*asked)

    engine._finder = copy.copy(engine._finder)
    engine._finder.find = held  # type: ignore[method-assign]
    door = Door(Users(people_home), PageSettings())
    with serving(build_page(engine, settings_of(starter_home), door=door)) as at:
        leader, evaluator = logged_in(at, "the-leader"), logged_in(at, "the-evaluator")
        event = asking(leader)
        taken = [
            join(leader, event, ["Who leads?", "", "", ""], f"m{n}").status_code for n in range(40)
        ]
        assert taken.count(200) == EACH and taken.count(503) == 40 - EACH
        others = asking(evaluator)
        assert join(evaluator, others, ["Who leads?", "", "", ""], "e").status_code == 200
        go.set()
        assert outputs(evaluator, "e")
        for one in (leader, evaluator):
            one.close()


def test_what_nobody_listens_for_is_not_kept_without_end(
    leader: httpx.Client, evaluator: httpx.Client
) -> None:
    """And what others are told is not lost by it."""

    events = {browser: opening(browser) for browser in (leader, evaluator)}

    def joined(browser: httpx.Client, session: str) -> httpx.Response:
        return join(browser, events[browser], [], session)

    assert joined(evaluator, "theirs").status_code == 200
    for number in range(PAGES + 1):
        until(lambda number=number: joined(leader, f"mine-{number}").status_code == 200)  # type: ignore[misc]
    until(lambda: "Nobody listens" in joined(leader, "mine-0").text)
    until(lambda: joined(leader, "mine-new").status_code == 200)
    for number in range(PAGES):  # each makes an older one give way, "mine-0" among them
        until(lambda number=number: joined(leader, f"more-{number}").status_code == 200)  # type: ignore[misc]
    with pytest.raises(httpx.RemoteProtocolError):  # there is no such session any longer
        list(outputs(leader, "mine-0"))
    assert list(outputs(evaluator, "theirs"))


def test_an_event_that_lacks_an_input_is_refused(
    leader: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    assert join(leader, asking(leader), ["Who leads?"], "short").status_code == 400
    assert join(leader, opening(leader), [], "short").status_code == 200
    assert list(outputs(leader, "short"))
    assert "Traceback" not in capfd.readouterr().err


def test_what_is_done_at_the_page_leaves_a_trace(
    address: str, evaluator: httpx.Client, people_home: Path
) -> None:
    with client(address) as guesser:
        before = len(events(people_home))
        for name in ("the-leader", "nobody-here"):
            guesser.post("/login", data={"name": name, "password": "wrong and long"})
        guesser.get("/logout")
    logged_in(address, "the-leader").close()
    evaluator.post("/library/remove?id=not-there")
    evaluator.post("/library/edit?id=not-there", json=dict.fromkeys(EDITABLE, "x"))
    evaluator.post("/library/read?batch=none")
    evaluator.post("/evaluate/start", json={"sets": []})
    evaluator.get("/conversation/export?id=none&form=md")
    evaluator.get("/library/search?q=leaders")  # of which nothing is told
    told = [(e.person, e.deed, e.about, e.outcome) for e in events(people_home)[before:]]
    assert told == [
        ("nobody", "login", "name: the-leader", "refused (401)"),
        ("nobody", "login", "name: nobody-here", "refused (401)"),
        ("nobody", "login", "name: the-leader", "done"),
        ("the-evaluator", "removal", "id: not-there", "refused (404)"),
        ("the-evaluator", "edit", "id: not-there", "refused (404)"),
        ("the-evaluator", "uploads read", "batch: none", "refused (422)"),
        ("the-evaluator", "run", "", "refused (409)"),
        ("the-evaluator", "export", "id: none, form: md", "refused (404)"),
    ]
    assert {e.address for e in events(people_home)[before:]} == {"127.0.0.1"}


def test_an_event_that_is_not_there_is_refused(leader: httpx.Client) -> None:
    for event in (10**9, -1):
        refused = join(leader, event, [], "none")
        assert refused.status_code == 400, refused.text


@pytest.mark.slow
def test_what_visits_leave_behind_does_not_grow(leader: httpx.Client) -> None:
    """A soak test: as many visits again as there are places leave nothing more in memory."""
    from gradio.queueing import Event
    from gradio.state_holder import SessionState

    event = asking(leader)

    def visits(begin: int, count: int) -> tuple[int, int]:
        for number in range(begin, begin + count):
            join(leader, event, ["", "", "", ""], f"soak{number}")
            outputs(leader, f"soak{number}")
        gc.collect()
        kinds = [type(each) for each in gc.get_objects()]
        return kinds.count(SessionState), kinds.count(Event)

    visits(0, SESSIONS + 20)
    states, events = visits(SESSIONS + 20, 150)
    again, more = visits(SESSIONS + 170, 150)
    assert states == again <= SESSIONS + 20 * len(Role)
    assert more <= events + 20
