"""Many people at once: `python -m eval.bench.load --home HOME`.

The program is started as it is, over a copy of the home, with as many people as are to ask. Each
asks questions of their own, over and over and one after the other, first alone, then 16 and 64 at
once; every answer is held against what its own question gets when nobody else asks. What is
refused as too much is counted, and asked again when the reply says so. Then somebody asks for 400
packs and hangs up, while others log in. All of it stays on this machine.
"""

import argparse
import json
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.bench.servers import serving
from eval.gold.questions import questions_alone
from web.identity.people import Role
from web.identity.users import Users

AT_ONCE = (1, 16, 64)
ASKED = 64  # questions
PASSWORD = "a password for one bench alone"
PATIENCE = 300.0  # seconds for one reply


@dataclass(kw_only=True)
class Round:
    """So many people, asking at once: seconds of each answer, and what was not as it should be."""

    people: int
    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    crossed: int = 0
    failed: list[str] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Ask and print; 3 where an answer was somebody else's, or a request failed."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.load", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the library; it is copied")
    parser.add_argument("--answers", type=int, default=256, help="in each round")
    parser.add_argument("--packs", type=int, default=400, help="asked for while others log in")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="load-") as place:
        home = Path(place) / "home"
        shutil.copytree(args.home, home)
        questions = questions_alone("starter")[:ASKED]
        tokens = _people(home, max(AT_ONCE))
        with serving(home) as program:
            address = program.url
            alone = {q: _answer(address, tokens[0], q)[1] for q in questions}
            rounds = [_round(address, tokens[:n], questions, alone, args.answers) for n in AT_ONCE]
            logins = _logins(address, tokens[0], args.packs)
    for each in rounds:
        p50, p95 = np.percentile(each.seconds or [float("nan")], [50, 95]) * 1000
        print(
            f"{each.people:3} at once: {len(each.seconds)} answers, median {p50:.0f} ms, "
            f"p95 {p95:.0f} ms, busy {each.busy}, crossed {each.crossed}, "
            f"failed {len(each.failed)}{': ' + each.failed[0] if each.failed else ''}"
        )
    p95s = [float(np.percentile(each.seconds, 95)) for each in rounds if each.seconds]
    print(f"p95 at {AT_ONCE[1]} / at {AT_ONCE[0]}: {p95s[1] / p95s[0]:.1f}")
    print(f"logins while {args.packs} packs are asked for: {max(logins) * 1000:.0f} ms at most")
    return 3 if any(each.crossed or each.failed for each in rounds) else 0


def _people(home: Path, number: int) -> list[str]:
    """People with a password, and a token of each."""
    users = Users(home)
    for person in range(number):
        # The first two log in; a password takes long to make, and the others show a token
        users.add(f"p{person}", Role.EVALUATOR, PASSWORD if person < 2 else None)
    return [users.make_token(f"p{person}") for person in range(number)]


def _answer(address: str, token: str, question: str) -> tuple[int, Any]:
    """The status, and the answer without its times; or the seconds to wait where it was busy."""
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as program:
        headers = {"Authorization": f"Bearer {token}"}
        asked = {"question": question, "id": token[:8]}
        reply = program.post("/api/ask", json=asked, headers=headers)
    if reply.status_code in (429, 503) and "retry-after" in reply.headers:
        return reply.status_code, int(reply.headers["retry-after"])
    if reply.status_code != 200:
        return reply.status_code, reply.text
    answer = reply.json()
    if answer["id"] != token[:8]:
        return 200, None  # somebody else's
    return 200, {k: v for k, v in answer.items() if k not in ("timings_ms", "id")}


def _round(
    address: str,
    tokens: Sequence[str],
    questions: Sequence[str],
    alone: dict[str, Any],
    answers: int,
) -> Round:
    found = Round(people=len(tokens))

    def ask(place: int) -> None:
        for turn in range(max(1, answers // len(tokens))):
            question = questions[(place * 7 + turn) % len(questions)]
            while True:
                began = time.monotonic()
                status, said = _answer(address, tokens[place], question)
                if status not in (429, 503):
                    break
                found.busy += 1
                time.sleep(said)
            if status != 200:
                found.failed.append(f"{status} {str(said)[:200]}")
                continue
            found.seconds.append(time.monotonic() - began)
            found.crossed += said != alone[question]

    askers = [threading.Thread(target=ask, args=[place]) for place in range(len(tokens))]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    return found


def _logins(address: str, token: str, packs: int) -> list[float]:
    """How long each of ten logins takes while packs are asked for by one who does not wait."""
    host, _, port = address.removeprefix("http://").partition(":")
    body = json.dumps({"topic": "clinicians as leaders", "prompts": 3, "minutes": 30}).encode()
    head = (
        f"POST /api/pack HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    done = threading.Event()

    def flood() -> None:
        for _ in range(packs):
            with socket.create_connection((host, int(port))) as caller:
                caller.sendall(head.encode() + body)
        done.set()

    threading.Thread(target=flood).start()
    times: list[float] = []
    while len(times) < 10 or not done.is_set():
        began = time.monotonic()
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as browser:
            entered = browser.post("/login", data={"name": "p1", "password": PASSWORD})
        assert entered.status_code == 303, entered.text
        times.append(time.monotonic() - began)
    return times


if __name__ == "__main__":
    sys.exit(main())
