"""What becomes of a strong model's replies, played by hand: `python -m eval.bench.played`.

Nobody here has such a model, and most people who use the program will. So replies are written by
somebody who has read what the program shows for a question: what the best model would say, with the
words of the lines that each statement rests on; some statements are false on purpose. They are
given over a real socket, as a service gives them: a statement where the evidence holds its lines,
and silence where it does not. Counted is what becomes of them: shown as written, false ones proved,
silence honoured. `played.jsonl` holds replies over the starter library.
"""

import argparse
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from assistant import AssistantSettings, Engine, Outcome, Turn, open_engine
from eval.suite.scoring.intervals import Tally, wilson
from vectorstore import StoreSettings, load_settings

REPLIES = Path(__file__).with_name("played.jsonl")
MOST_CITES = 6
ALIKE = 0.8  # of the words of the shorter of two texts, for one to be the other with other marks
FEWEST = 6  # words of it
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What became of the replies, each as counts of (right, all)."""

    shown: tuple[int, int]
    proved: tuple[int, int]
    caught: tuple[int, int]
    silent: tuple[int, int]
    answered: tuple[int, int]


def main(argv: Sequence[str] | None = None) -> int:
    """Ask every question with the played model behind the engine, and print what became of it."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.played", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="a home with the documents")
    parser.add_argument("--replies", type=Path, default=REPLIES, help="JSON Lines")
    args = parser.parse_args(argv)
    replies = [json.loads(line) for line in args.replies.read_text("utf-8").splitlines()]
    print("| second reading | shown as written | proved | false caught | silence | answered |")
    print("| --- | --- | --- | --- | --- | --- |")
    for check in ("on", "off"):
        with played(replies) as address:
            told = measure(engine_of(args.home, address, check), replies)
        cells = [told.shown, told.proved, told.caught, told.silent, told.answered]
        print(f"| {check} | " + " | ".join(map(_share, cells)) + " |")
    return 0


def engine_of(home: Path, address: str, check: str) -> Engine:
    """An engine over a home whose model is at an address."""
    environ = {"SOUNDINGS_LLM": address, "SOUNDINGS_LLM_CHECK": check}
    settings = load_settings(
        {"vectorstore": StoreSettings, "assistant": AssistantSettings},
        home=str(home),
        environ=environ,
    )
    return open_engine(settings)


def measure(engine: Engine, replies: Sequence[Mapping[str, Any]]) -> Tallies:
    """What an engine whose model is played makes of its replies."""
    shown, proved, caught, silent, answered = [], [], [], [], []
    for reply in replies:
        turns = [Turn(**turn) for turn in reply["history"]]
        answer = engine.ask(reply["question"], turns)
        if reply["outcome"] == "not_stated":
            silent.append(answer.outcome in (Outcome.WITHHELD, Outcome.REPLY))
            continue
        answered.append(answer.engine == "llm" and answer.outcome is not Outcome.WITHHELD)
        status = {" ".join(s.text.split()): s.status for s in answer.statements}
        for statement in reply["statements"]:
            became = status.get(" ".join(statement["text"].split()))
            if statement.get("faithful", True):
                shown.append(became is not None)
                proved.append(became in ("quoted", "proved"))
            else:
                caught.append(became not in ("quoted", "proved"))
    count = [(sum(each), len(each)) for each in (shown, proved, caught, silent, answered)]
    return Tallies(
        shown=count[0], proved=count[1], caught=count[2], silent=count[3], answered=count[4]
    )


@contextmanager
def played(replies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A service on the loopback that gives these replies; its address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._send({"data": [{"id": "played"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            text = json.dumps(reply_to(body["messages"], replies), ensure_ascii=False)
            choice = {"message": {"content": text}, "finish_reason": "stop"}
            self._send({"choices": [choice]})

        def _send(self, content: object) -> None:
            told = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply_to(
    messages: Sequence[Mapping[str, str]], replies: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the model would say to these messages."""
    task = messages[0]["content"].splitlines()[0].removeprefix("task: ")
    said = [_line(t) for m in messages if m["role"] == "user" for t in m["content"].splitlines()]
    if task == "check":
        false = {s["text"] for r in replies for s in r["statements"] if not s.get("faithful", True)}
        told = [s for line in said for s in line.get("statements", [])]
        verdicts = [{"id": s["id"], "supported": s["text"] not in false, "why": ""} for s in told]
        return {"verdicts": verdicts}
    asked = next(line["question"] for line in reversed(said) if "question" in line)
    forms = ("question", "standalone")
    known = next((r for r in replies if _words(asked) in [_words(r[f]) for f in forms]), None)
    if task == "rewrite":
        return {"question": known["standalone"] if known else asked}
    lines = [(line["n"], line["text"]) for line in said if "n" in line]
    given = []
    for statement in known["statements"] if known else ():
        cites = [n for n, text in lines if any(_holds(text, q) for q in statement["quotes"])]
        if cites:
            given.append({"text": statement["text"], "cites": cites[:MOST_CITES]})
    outcome = known["outcome"] if known and given else "not_stated"
    return {
        "outcome": outcome,
        "statements": given,
        "missing": known.get("missing") if known else None,
    }


def _holds(text: str, quote: str) -> bool:
    """Whether a line is what was quoted, or a part of it, whatever its marks."""
    line, wanted = _words(text), _words(quote)
    if not line or not wanted:
        return False
    if f" {' '.join(wanted)} " in f" {' '.join(line)} ":
        return True
    shorter = min(len(set(line)), len(set(wanted)))
    return shorter >= FEWEST and len(set(line) & set(wanted)) >= ALIKE * shorter


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _line(text: str) -> dict[str, Any]:
    """A line of JSON; an empty object for any other."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _share(counts: tuple[int, int]) -> str:
    right, n = counts
    rows = [Tally(total=float(i < right)) for i in range(n)]
    score = wilson("", rows)
    if score.value is None:
        return "none"
    return f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f}, n = {n})"


if __name__ == "__main__":
    sys.exit(main())
