"""Batch files: a line for a line, in order, whatever a line holds."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vectorstore import UsageError
from vectorstore.batch import run_batch


def shout(line: dict[str, Any]) -> dict[str, Any]:
    if not line["question"]:
        raise UsageError("the question is empty")
    return {"answer": line["question"].upper()}


def run(tmp_path: Path, content: bytes) -> tuple[tuple[int, int], list[dict[str, Any]]]:
    (tmp_path / "in.jsonl").write_bytes(content)
    counts = run_batch(
        str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), shout, ("question",)
    )
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    return counts, [json.loads(line) for line in written]


def test_lines_come_out_in_order_with_their_ids(tmp_path: Path) -> None:
    counts, lines = run(
        tmp_path, b'{"id": 2, "question": "a"}\n\n{"id": "x", "question": "b"}\r\n{"question": "c"}'
    )
    assert counts == (3, 0)
    assert lines == [
        {"id": 2, "answer": "A"},
        {"id": "x", "answer": "B"},
        {"id": None, "answer": "C"},
    ]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"{broken", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"id": 1}', "'question'"),
        (b'{"id": 1, "question": 5}', "'question'"),
        (b'{"id": 1, "question": ""}', "empty"),
        (b'{"id": 1, "question": "\\ud83d"}', "half a character"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_bad_line_becomes_an_error_and_the_rest_go_on(
    tmp_path: Path, line: bytes, named: str
) -> None:
    counts, lines = run(tmp_path, line + b'\n{"id": 9, "question": "last"}\n')
    assert counts == (2, 1)
    assert named in lines[0]["error"]
    assert lines[1] == {"id": 9, "answer": "LAST"}


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert run(tmp_path, b'\xef\xbb\xbf{"id": 1, "question": "a"}')[0] == (1, 0)


def test_the_output_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"question": "a"}\n{"question": "b"}\n')
    (tmp_path / "out.jsonl").write_text("as it was")

    def fail(line: dict[str, Any]) -> dict[str, Any]:
        if line["question"] == "b":
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        run_batch(str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), fail, ("question",))
    assert (tmp_path / "out.jsonl").read_text() == "as it was"
    assert sorted(f.name for f in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_files_that_cannot_be_opened_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("{}")
    for source, target in [
        (tmp_path / "missing", tmp_path / "out"),
        (tmp_path, tmp_path / "out"),
        (tmp_path / "in.jsonl", tmp_path),
        (tmp_path / "in.jsonl", tmp_path / "no" / "folder"),
        (tmp_path / "in.jsonl", tmp_path / ("x" * 300)),
    ]:
        with pytest.raises(UsageError, match="cannot"):
            run_batch(str(source), str(target), shout, ("question",))


def test_a_dash_is_standard_input_and_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = io.BytesIO('{"question": "é \N{SNOWMAN}"}\n'.encode() + b'{"question": "\xff"}\n')
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content, encoding="ascii"))
    assert run_batch("-", "-", shout, ("question",)) == (2, 0)
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"id": None, "answer": "É \N{SNOWMAN}"}
