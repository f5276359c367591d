"""A batch line may carry the person's own wording of the question as it stands alone."""

import json
from collections.abc import Callable
from pathlib import Path


def test_a_batch_line_is_asked_in_the_wording_it_carries(
    soundings: Callable[..., tuple[int, str, str]], starter_home: Path, tmp_path: Path
) -> None:
    before = [{"role": "user", "content": "Who is Julie Wood?"}]
    line = {"id": "a", "question": "And it?", "history": before}
    asked = [{**line, "standalone": wording} for wording in ("What is the triple aim?", 7)]
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text("".join(json.dumps(one) + "\n" for one in asked))
    code, _, _ = soundings("--home", starter_home, "ask", "--batch", given, "--out", out)
    read, refused = [json.loads(one) for one in out.read_text(encoding="utf-8").splitlines()]
    assert code == 0
    assert read["standalone_question"] == "What is the triple aim?"
    assert "standalone must be a text" in refused["error"]
