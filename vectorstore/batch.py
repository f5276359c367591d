"""Batch files: JSON Lines in, one line out for each, in order. One bad line stops nothing."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from vectorstore.errors import SoundingsError, UsageError

Line = dict[str, Any]


def run_batch(
    source: str, target: str, work: Callable[[Line], Mapping[str, Any]], required: tuple[str, ...]
) -> tuple[int, int]:
    """Give each line of `source` to `work` and write what it returns, with the line's `id`.

    A line that is not JSON, lacks a `required` key or makes `work` raise SoundingsError becomes
    a line with `error`. Returns how many lines there were, and how many failed. `target` appears
    when all is done; "-" is standard input or output. Raises UsageError where a file cannot be
    opened.
    """
    lines = failed = 0
    with _reading(source) as incoming, _writing(target) as outgoing:
        for number, raw in enumerate(incoming, start=1):
            if not raw.strip():
                continue
            lines += 1
            id: Any = None
            try:
                line = _parse(raw, number)
                id = line.get("id")
                missing = [key for key in required if not isinstance(line.get(key), str)]
                if missing:
                    raise UsageError(f"line {number} has no text in '{missing[0]}'")
                result = {"id": id, **work(line)}
            except SoundingsError as exc:
                failed += 1
                result = {"id": id, "error": str(exc)}
            outgoing.write(json.dumps(result, ensure_ascii=False) + "\n")
    return lines, failed


def history_of(line: Line) -> list[tuple[str, str]]:
    """The turns of a line's `history` as (role, content), oldest first; none where it has none.
    Raises UsageError for another form."""
    form = 'history must be a list of {"role": "user" or "assistant", "content": text}'
    history = line.get("history") or []
    if not isinstance(history, list):
        raise UsageError(form)
    turns = []
    for turn in history:
        if not isinstance(turn, dict) or turn.get("role") not in ("user", "assistant"):
            raise UsageError(form)
        if not isinstance(turn.get("content"), str):
            raise UsageError(form)
        turns.append((turn["role"], turn["content"]))
    return turns


def _parse(raw: str, number: int) -> Line:
    try:
        line = json.loads(raw)
        json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise UsageError(f"line {number} holds half a character (a lone surrogate)") from exc
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"line {number} is not JSON: {exc}") from exc
    if not isinstance(line, dict):
        raise UsageError(f"line {number} is not a JSON object")
    return line


@contextmanager
def _reading(source: str) -> Iterator[TextIO]:
    if source == "-":
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
        yield sys.stdin
        return
    try:
        stream = Path(source).open(encoding="utf-8-sig", errors="replace")  # noqa: SIM115
    except OSError as exc:
        raise UsageError(f"cannot open {source}: {exc.strerror or exc}") from exc
    with stream:
        yield stream


@contextmanager
def _writing(target: str) -> Iterator[TextIO]:
    """A file that appears under its name only when it is whole."""
    if target == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(target)
    try:
        direct = path.exists() and not path.is_file()  # a pipe or a device
        part = path if direct else path.with_name(f"{path.name}.part-{os.getpid()}")
        stream = part.open("w", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as exc:
        raise UsageError(f"cannot write {target}: {getattr(exc, 'strerror', exc)}") from exc
    try:
        with stream:
            yield stream
        if not direct:
            part.replace(path)
    finally:
        if not direct:
            part.unlink(missing_ok=True)
