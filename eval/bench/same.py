"""The same answers from servers as from a home: `python -m eval.bench.same --home HOME`.

PostgreSQL and Chroma are started for this alone, `soundings migrate` carries the home to them, and
every question is asked of both by `soundings ask --batch`. An answer is the same where all of it
is but its times: its outcome, its words, its quotes, their places and their order, its confidence.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.bench.servers import ROOT, started
from eval.gold.questions import GOLD, load_gold

Answer = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Carry, ask and print; 3 where an answer is not the same."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.same", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the library; it stays as it is")
    parser.add_argument(
        "--questions", type=Path, help="lines as `ask --batch` takes them; our own gold if left out"
    )
    parser.add_argument("--most", type=int, help="so many of them")
    args = parser.parse_args(argv)
    lines = _lines(args.questions)[: args.most]
    with tempfile.TemporaryDirectory(prefix="same-") as place, started() as (postgres, chroma):
        here = answers(args.home, {}, Path(place), lines)
        environ = carried(args.home, postgres.empty("same"), chroma.url)
        there = answers(Path(place) / "empty", environ, Path(place), lines)
    differing = [
        f"{a['id']} ({', '.join(name for name in {**a, **b} if a.get(name) != b.get(name))})"
        for a, b in zip(here, there, strict=True)
        if a != b
    ]
    quotes = sum(quoted(a) != quoted(b) for a, b in zip(here, there, strict=True))
    print(f"{len(lines)} questions, {sum(bool(a.get('citations')) for a in here)} with quotes")
    print(f"quotes or their order not the same: {quotes}")
    print(f"anything but times not the same: {len(differing)} {' '.join(differing[:20])}".rstrip())
    return 3 if differing else 0


def answers(
    home: Path, environ: Mapping[str, str], folder: Path, lines: Sequence[str]
) -> list[Answer]:
    """What a home answers, or the servers that the environment names, without times."""
    questions, out = folder / "questions.jsonl", folder / "answers.jsonl"
    questions.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _run(home, environ, "ask", "--batch", questions, "--out", out)
    read = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [{k: v for k, v in each.items() if k != "timings_ms"} for each in read]


def carried(home: Path, library: str, chroma: str) -> dict[str, str]:
    """What names the servers to the program, once a home was carried to them."""
    _run(home, {}, "migrate", "--to", library, "--chroma", chroma)
    return {"SOUNDINGS_LIBRARY": library, "SOUNDINGS_CHROMA": chroma}


def quoted(answer: Answer) -> list[tuple[Any, ...]]:
    """The quotes of an answer, where they stand, and their order."""
    named = ("source", "start", "end", "quote")
    return [tuple(each[name] for name in named) for each in answer.get("citations", ())]


def _lines(file: Path | None) -> list[str]:
    if file is not None:
        return file.read_text(encoding="utf-8").splitlines()
    return [
        json.dumps(
            {
                "id": gold.id,
                "question": gold.question,
                "history": [{"role": role, "content": said} for role, said in gold.history],
            }
        )
        for gold in load_gold([GOLD / "starter"])
    ]


def _run(home: Path, environ: Mapping[str, str], *words: object) -> None:
    command = [sys.executable, "-m", "soundings", "--home", home, *words]
    subprocess.run(
        [str(word) for word in command],
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )


if __name__ == "__main__":
    sys.exit(main())
