"""Servers and programs killed and hung while questions are asked: `python -m eval.bench.kills`.

Two of the program share one library on a PostgreSQL and a Chroma server; all four are started for
this alone. People ask over HTTP, now of one and now of the other, as a proxy would have them, each
with a login that they have from either. One after the other of the four is killed (SIGKILL) and
started again, or hung (SIGSTOP) and let go on. What is looked at:

- an answer is what its question gets when nothing is amiss, to the letter, or it is none, and then
  one line says so with a status that tells it from a fault of ours;
- whoever logged in stays so, whatever was killed since, at either program;
- when all four are there again, both programs answer, and neither was started again for that.
"""

import argparse
import itertools
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import numpy as np

from eval.bench.load import PASSWORD
from eval.bench.same import carried
from eval.bench.servers import Program, started
from eval.gold.questions import questions_alone
from vectorstore.database.served import served_at
from web.identity.people import Role
from web.identity.sessions import EACH
from web.identity.users import Users

ASKERS = 3
SEEN = 4  # requests that end while something is away, unless it ends none
AWAY = 5.0  # seconds that something is away at most
PATIENCE = 600.0  # seconds for one reply, and for all to be well again
CLEAR = (429, 502, 503, 504)


class Target(Protocol):
    """What is killed or hung."""

    def signal(self, sent: signal.Signals) -> None: ...
    def start(self) -> None: ...


@dataclass(kw_only=True)
class Tally:
    """What became of what was asked. Safe to add to from several threads, one item at a time."""

    right: int = 0
    broken: int = 0  # connections that ended without a reply, as they do with their program
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    @property
    def ended(self) -> int:
        return self.right + self.broken + self.refused.total() + len(self.wrong)


def main(argv: Sequence[str] | None = None) -> int:
    """Kill and print; 3 where anything was lost or wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.kills", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the library; it stays as it is")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        tally = killed(args.home, Path(place), args.kills, seed=args.seed)
    print(
        f"{args.kills} kills: {tally.right} answers right, {len(tally.wrong)} wrong, "
        f"{tally.refused.total()} refused, {tally.broken} broken off with their program; "
        f"{len(tally.logins)} logins, all of which last"
    )
    for said, number in tally.refused.most_common():
        print(f"  {number:5}  {said}")
    for said in tally.wrong[:20]:
        print(f"  WRONG  {said}")
    p50, most = np.percentile(tally.recovery, [50, 100])
    print(f"well again after {p50:.1f} s (median), {most:.1f} s at most")
    return 3 if tally.wrong else 0


def killed(home: Path, folder: Path, kills: int, *, seed: int = 1, asked: int = 16) -> Tally:
    """Kill so many times, one kind of fault after the other."""
    draw, tally = random.Random(seed), Tally()
    with started() as (postgres, chroma):
        environ = carried(home, postgres.empty("kills"), chroma.url)
        users = Users(served_at(environ["SOUNDINGS_LIBRARY"]))
        users.add("ada", Role.LEADER, PASSWORD)
        programs = [Program(folder / name, environ) for name in ("one", "other")]
        try:
            _well(programs)
            cookie = _login(programs[0], tally)
            alone = {q: _asked(programs[0], cookie, q) for q in questions_alone("starter")[:asked]}
            faults: list[tuple[str, Target, signal.Signals]] = [
                ("PostgreSQL killed", postgres, signal.SIGKILL),
                ("Chroma killed", chroma, signal.SIGKILL),
                ("program killed", programs[1], signal.SIGKILL),
                ("PostgreSQL hung", postgres, signal.SIGSTOP),
                ("Chroma hung", chroma, signal.SIGSTOP),
                ("program hung", programs[0], signal.SIGSTOP),
            ]
            with _asking(programs, alone, tally):
                for name, target, sent in itertools.islice(itertools.cycle(faults), kills):
                    _wait(tally, draw.randrange(1, SEEN))
                    _login(programs[0], tally)
                    target.signal(sent)
                    _wait(tally, SEEN)
                    target.signal(signal.SIGCONT) if sent == signal.SIGSTOP else target.start()
                    began = time.monotonic()
                    _well(programs)
                    tally.recovery.append(time.monotonic() - began)
                    print(f"{name}: {tally.recovery[-1]:.1f} s", file=sys.stderr, flush=True)
            tally.logins = tally.logins[-EACH:]  # a person has no more at once
            for program, login in itertools.product(programs, tally.logins):
                if _reply(program, login, next(iter(alone))).status_code != 200:
                    tally.wrong.append(f"a login of {program.url} is lost")
        finally:
            for program in programs:
                program.stop()
    return tally


def _well(programs: Sequence[Program]) -> None:
    """Wait until all can be used again. Raises SystemExit where that does not come about."""
    until = time.monotonic() + PATIENCE
    while not all(program.ready for program in programs):
        if time.monotonic() > until:
            raise SystemExit("not well again, though all is there that is needed")
        time.sleep(0.1)


def _wait(tally: Tally, ended: int) -> None:
    """Until so many requests more have ended, for a while at most."""
    wanted, until = tally.ended + ended, time.monotonic() + AWAY
    while tally.ended < wanted and time.monotonic() < until:
        time.sleep(0.02)


@contextmanager
def _asking(programs: Sequence[Program], alone: dict[str, Any], tally: Tally) -> Iterator[None]:
    """People ask, each with the latest login, without a pause."""
    done, lock = threading.Event(), threading.Lock()

    def ask(place: int) -> None:
        turns = itertools.cycle(list(itertools.product(alone, programs))[place:])
        while not done.is_set():
            question, program = next(turns)
            try:
                reply = _reply(program, tally.logins[-1], question)
            except httpx.TransportError as exc:
                with lock:
                    if isinstance(exc, httpx.TimeoutException):
                        tally.wrong.append(f"no reply within {PATIENCE:.0f} s")
                    else:
                        tally.broken += 1
                continue
            with lock:
                _count(reply, alone[question], tally)

    askers = [threading.Thread(target=ask, args=[place]) for place in range(ASKERS)]
    for asker in askers:
        asker.start()
    try:
        yield
    finally:
        done.set()
        for asker in askers:
            asker.join()


def _count(reply: httpx.Response, wanted: Any, tally: Tally) -> None:
    said = reply.json()
    if reply.status_code == 200 and _untimed(said) == wanted:
        tally.right += 1
    elif reply.status_code in CLEAR and said.get("error"):
        tally.refused[f"{reply.status_code} {said['error']}"] += 1
    else:
        tally.wrong.append(f"{reply.status_code} {reply.text[:200]}")


def _login(program: Program, tally: Tally) -> str:
    with httpx.Client(base_url=program.url, timeout=PATIENCE, trust_env=False) as browser:
        entered = browser.post("/login", data={"name": "ada", "password": PASSWORD})
        assert entered.status_code == 303, entered.text
        tally.logins.append(str(browser.cookies["soundings"]))
    return tally.logins[-1]


def _reply(program: Program, cookie: str, question: str) -> httpx.Response:
    return httpx.post(
        f"{program.url}/api/ask",
        json={"question": question},
        headers={"Cookie": f"soundings={cookie}"},
        timeout=PATIENCE,
        trust_env=False,
    )


def _asked(program: Program, cookie: str, question: str) -> Any:
    return _untimed(_reply(program, cookie, question).raise_for_status().json())


def _untimed(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in ("timings_ms", "id")}


if __name__ == "__main__":
    sys.exit(main())
