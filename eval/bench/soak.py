"""A page that is used and misused for long: `python -m eval.bench.soak --home DIR`.

The program is started as it is, over a copy of the home. All at once people ask, visit, upload and
leave uploads unfinished, guess passwords, hang up in the middle, and send what is broken. Every
few minutes all of them pause, and one person asks alone. Printed as JSON: replies by kind and
status; what the server holds in memory in the last sixth of the time, by what it held in the second
(read from /proc, and not told where there is none); and the 95th percentile of a question's time,
by that of the pauses.

Exit code 3 where a reply was 500 or a trace is in the program's log, memory grew by more than 15 %,
or a question took more than twice as long.
"""

import argparse
import json
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from eval.bench.servers import serving
from eval.gold.questions import questions_alone
from web.identity.people import Role
from web.identity.users import Users

SECRET = "a password for one bench alone"
BROKEN = (
    *(b"", b"{", b"[" * 50_000, b"\xff\xfe\x00", b'{"question": "\\ud800"}'),
    *(b'{"question": 1e400}', b'{"question": "Who?", "history": [[[[]]]]}'),
    *(json.dumps({"question": "Aa-" * many}).encode() for many in (3_000, 300_000)),
)
PATHS = ("/api/ask", "/api/search", "/api/pack", "/library/read", "/gradio_api/queue/join", "/mcp")
VISITED = ("/", "/config", "/account", "/library/sources", "/library/bin", "/evaluate/first")
MOST_GROWTH, MOST_SLOWER = 1.15, 2.0
PARTS, QUIET = 6, 6  # parts of the time, and questions of one person alone before each


class Soak:
    """A server, and what became of what was asked of it."""

    def __init__(self, address: str, process: int, tokens: dict[Role, str]) -> None:
        self.address, self.process, self.tokens = address, process, tokens
        self.random = random.Random(1)
        self.questions = questions_alone("starter")
        self.codes: Counter[str] = Counter()
        self.memory: list[float] = []  # megabytes, every second
        self.quiet, self.took = list[float](), list[float]()  # seconds of each question

    def asking(self) -> float:
        """Seconds until the answer is here."""
        with self._client(Role.LEADER) as program:
            began = time.monotonic()
            asked = {"question": self.random.choice(self.questions)}
            self._told("question", program.post("/api/ask", json=asked))
        return time.monotonic() - began

    def visiting(self) -> None:
        """Somebody logs in, looks round, has a page open, and leaves; half of them log out."""
        with self._client() as browser:
            self._log_in(browser, Role.EVALUATOR)
            for path in VISITED:
                self._told("visit", browser.get(path))
            session = f"soak{self.random.getrandbits(40)}"
            with browser.stream("GET", f"/gradio_api/heartbeat/{session}") as open_page:
                self._told("page", open_page)
                for event in browser.get("/config").json()["dependencies"]:
                    if any(what == "load" for _, what in event["targets"]):
                        data = [None] * len(event["inputs"])
                        body = {"data": data, "fn_index": event["id"], "session_hash": session}
                        self._told("event", browser.post("/gradio_api/queue/join", json=body))
            if self.random.random() < 0.5:
                self._told("visit", browser.get("/logout"))

    def uploading(self) -> None:
        """A keeper sends a file; half of the time only a part of it, and never comes back."""
        with self._client() as browser:
            self._log_in(browser, Role.KEEPER)
            begun = self._told("upload", browser.post("/library/begin"))
            where = {"batch": begun.text, "name": f"note-{self.random.randrange(5)}.txt"}
            text = f"Kestrel {self.random.random()} hovers over the field at noon.".encode()
            if self.random.random() < 0.5:
                head = f"Cookie: soundings={browser.cookies['soundings']}\r\n"
                path = f"/library/file?{httpx.QueryParams(where)}"
                self._leave(path, head, text + b" " * 40_000, 100_000)
                return
            self._told("upload", browser.post("/library/file", params=where, content=text))
            self._told("upload", browser.post("/library/read", params={"batch": begun.text}))

    def guessing(self) -> None:
        with self._client() as stranger:
            typed = {"name": f"nobody-{self.random.randrange(99)}", "password": "wrong"}
            self._told("guess", stranger.post("/login", data=typed))

    def breaking(self) -> None:
        with self._client(self.random.choice(list(Role))) as program:
            kind = {"Content-Type": self.random.choice(["application/json", "text/x", ""])}
            body, path = self.random.choice(BROKEN), self.random.choice(PATHS)
            self._told("broken", program.post(path, content=body, headers=kind))

    def leaving(self) -> None:
        """Hang up while an answer is made, or in the middle of a request."""
        body = json.dumps({"question": self.random.choice(self.questions)}).encode()
        head = f"Authorization: Bearer {self.tokens[Role.TRAINER]}\r\n"
        head += "Content-Type: application/json\r\n"
        self._leave("/api/ask", head, body[: self.random.choice([0, 5, len(body)])], len(body))

    def looking(self) -> None:
        with suppress(OSError):
            told = Path(f"/proc/{self.process}/status").read_text().partition("VmRSS:")[2]
            self.memory.append(int(told.split()[0]) / 1024)

    def run(self, minutes: float) -> None:
        """All at once, for so long. What else this machine does changes, so that the quiet server
        is asked in between, a few questions at a time."""
        deeds = [
            *[(self.asking, 3.0)] * 3, (self.visiting, 3.0), (self.uploading, 25.0),
            (self.guessing, 5.0), (self.breaking, 0.5), (self.leaving, 1.0), (self.looking, 1.0),
        ]  # fmt: skip
        for part in range(PARTS):
            self.quiet += [self.asking() for _ in range(QUIET)]
            over = threading.Event()
            threads = [threading.Thread(target=self._again, args=(*each, over)) for each in deeds]
            for thread in threads:
                thread.start()
            over.wait(60 * minutes / PARTS)
            over.set()
            for thread in threads:
                thread.join()
            print(f"{part + 1} of {PARTS}: {self.memory[-1:]} MB", file=sys.stderr)

    def _again(self, deed: Callable[[], object], pause: float, over: threading.Event) -> None:
        while not over.wait(pause * (0.5 + self.random.random())):
            try:
                if isinstance(took := deed(), float):
                    self.took.append(took)
            except httpx.HTTPError as exc:
                self.codes[f"{deed.__name__}: {type(exc).__name__}"] += 1

    def _client(self, role: Role | None = None) -> httpx.Client:
        shown = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.Client(base_url=self.address, headers=shown, timeout=120, trust_env=False)

    def _log_in(self, browser: httpx.Client, role: Role) -> None:
        self._told("login", browser.post("/login", data={"name": str(role), "password": SECRET}))

    def _told(self, what: str, reply: httpx.Response) -> httpx.Response:
        self.codes[f"{what} {reply.status_code}"] += 1
        return reply

    def _leave(self, path: str, head: str, sent: bytes, length: int) -> None:
        host, _, port = self.address.removeprefix("http://").partition(":")
        begin = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{head}"
        with socket.create_connection((host, int(port)), 60) as caller:
            caller.sendall(f"{begin}Content-Length: {length}\r\n\r\n".encode() + sent)
            time.sleep(self.random.random())
        self.codes["left"] += 1

    def figures(self, log: str) -> dict[str, Any]:
        """What came of it; `well` says whether that is as it should be."""
        failed = sum(n for what, n in self.codes.items() if ":" in what or what.endswith(" 500"))
        held, part = self.memory, len(self.memory) // PARTS or 1
        megabytes = [median(held[at:][:part] or [1.0]) for at in (part, -part)]
        grown = megabytes[1] / megabytes[0]
        p95 = [quantiles(times, n=20)[-1] for times in (self.quiet, self.took)]
        slower, traces = p95[1] / p95[0], log.count("Traceback")
        return {
            "replies": dict(sorted(self.codes.items())),
            "failed": failed,
            "traces": traces,
            "megabytes": [round(each) for each in megabytes],
            "grown": round(grown, 3),
            "questions": [len(self.quiet), len(self.took)],
            "p95_milliseconds": [round(each * 1000) for each in p95],
            "slower": round(slower, 2),
            "well": not (failed or traces) and grown <= MOST_GROWTH and slower <= MOST_SLOWER,
        }


def main(argv: Sequence[str] | None = None) -> int:
    """Soak and print; 3 where it is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.soak", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the library; it is copied")
    parser.add_argument("--minutes", type=float, default=30)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as place:
        home = Path(place) / "home"
        shutil.copytree(args.home, home)
        users = Users(home)
        for role in Role:
            users.add(str(role), role, SECRET)
        tokens = {role: users.make_token(str(role)) for role in Role}
        with serving(home) as program:
            soak = Soak(program.url, program.pid, tokens)
            soak.asking()  # which loads what the others find there
            soak.run(args.minutes)
        told = soak.figures(program.log.read_text())
    print(json.dumps(told, indent=2))
    return 0 if told["well"] else 3


if __name__ == "__main__":
    sys.exit(main())
