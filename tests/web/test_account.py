"""Where somebody is logged in, and the logs of an administrator's page: the real page over HTTP."""

import csv
import html
import io
import re
from pathlib import Path

import httpx
import pytest

from tests.serving import client
from web.audit import AuditLog, events
from web.identity.account import browser_of
from web.log import EACH

pytest_plugins = ["tests.serving"]


def ids(browser: httpx.Client) -> list[str]:
    """Of the sessions that the page offers to end."""
    return re.findall(r'name="id" value="([0-9a-f]{12})"', browser.get("/account").text)


def test_somebody_sees_and_ends_their_own_sessions(address: str, leader: httpx.Client) -> None:
    leader.post("/account/end", data={"id": "others"})
    for agent in ("Mozilla on a phone", "Mozilla <b>elsewhere"):
        elsewhere = client(address)
        elsewhere.headers["User-Agent"] = agent
        elsewhere.post(
            "/login", data={"name": "the-leader", "password": "a long enough secret"}
        ).close()
    page = leader.get("/account").text
    assert "This one" in page and "Mozilla on a phone" in page and "&lt;b&gt;elsewhere" in page
    assert len(ids(leader)) == 3
    assert elsewhere.get("/config").status_code == 200
    assert leader.post("/account/end", data={"id": ids(leader)[0]}).status_code == 303
    assert len(ids(leader)) == 2
    leader.post("/account/end", data={"id": "others"})
    assert elsewhere.get("/config").status_code == 303
    assert len(ids(leader)) == 1 and leader.get("/config").status_code == 200
    elsewhere.close()


WINDOWS = "(Windows NT 10.0; Win64; x64)"
LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (f"{WINDOWS} {LIKE} Chrome/141.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {LIKE} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows"),
        ("(X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        (f"(Linux; Android 10; K) {LIKE} Chrome/141.0.0.0 Safari/537.36", "Chrome on Android"),
        (f"{PHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{PHONE} CriOS/141.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari on Mac"),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent: str, said: str) -> None:
    assert browser_of(f"Mozilla/5.0 {agent}") == said


def test_what_is_no_known_browser_is_shown_as_it_calls_itself() -> None:
    assert browser_of("curl/8.5.0") == "curl/8.5.0"
    assert browser_of("") == "unknown"


def test_nobody_ends_anothers_session(
    address: str, leader: httpx.Client, evaluator: httpx.Client, people_home: Path
) -> None:
    [own, *_] = ids(leader)
    assert own not in ids(evaluator)
    evaluator.post("/account/end", data={"id": own})
    assert leader.get("/account").status_code == 200
    other = {"Origin": "http://evil.example"}
    assert leader.post("/account/end", data={"id": own}, headers=other).status_code == 403
    assert leader.post("/account/end", data={"id": own * 2}).status_code == 422
    told = [event for event in events(people_home) if event.deed == "sessions ended"]
    assert {event.person for event in told} >= {"the-evaluator"}


def test_a_login_leaves_no_session_that_was_there_before(leader: httpx.Client) -> None:
    """A cookie that somebody else put there is not the one that becomes theirs."""
    before = leader.cookies["soundings"]
    leader.post("/login", data={"name": "the-leader", "password": "a long enough secret"})
    assert leader.cookies["soundings"] != before
    leader.cookies.clear()
    leader.cookies.set("soundings", before)
    assert leader.get("/config").status_code == 303


# The logs


def test_the_logs_are_for_administrators_alone(
    leader: httpx.Client, evaluator: httpx.Client, administrator: httpx.Client
) -> None:
    for path in ("/log", "/log/export"):
        assert [b.get(path).status_code for b in (leader, evaluator)] == [403, 403]
        assert administrator.get(path).status_code == 200
    assert 'href="log"' in administrator.get("/account").text
    assert 'href="log"' not in evaluator.get("/account").text


def test_the_logs_are_looked_through_and_taken_out(
    administrator: httpx.Client, people_home: Path
) -> None:
    log = AuditLog(people_home, days=1, text=True)
    for number in range(EACH + 5):
        about = f"id: boats-{number}"
        log.event("ella", "removal", about=about, address="10.0.0.9", outcome="done")
    log.event("ella", "edit", about='=HYPERLINK("x")', address="10.0.0.9", outcome="done")
    log.note("ella", "ask", "Who <b>leads", ["a-source"], "answered")
    first = administrator.get("/log?person=ella&deed=removal").text
    assert first.count("boats-") == EACH and f"boats-{EACH + 4}" in first
    [later] = re.findall(r'href="(log\?[^"]*page=2)"', first)
    rest = administrator.get("/" + html.unescape(later)).text
    assert rest.count("boats-") == 5 and "boats-0" in rest
    assert administrator.get("/log?words=BOATS-17").text.count("boats-") == 1
    asked = administrator.get("/log?kind=asked&person=ella").text
    assert "Who &lt;b&gt;leads" in asked and "a-source" in asked
    out = administrator.get("/log/export?person=ella&form=csv")
    assert "attachment" in out.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(out.text)))
    assert len(rows) == EACH + 6 and rows[-1]["about"] == '\'=HYPERLINK("x")'
    whole = administrator.get("/log/export?person=ella&form=json").json()
    assert whole[0]["about"] == "id: boats-0"
    told = [(e.person, e.deed) for e in events(people_home)]
    assert ("the-administrator", "log export") in told


@pytest.mark.parametrize("query", ["kind=x", "page=0", "page=1e9", "since=soon", "form=x", "a=b"])
def test_what_is_no_search_of_a_log_is_told(administrator: httpx.Client, query: str) -> None:
    assert administrator.get(f"/log?{query}").status_code in (400, 422)
